package public

import (
	"bytes"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Receipt is a paper to keep: one page of who gets what, until when, how to stop.
type Receipt struct {
	Page
	Reader Reader
	Paper  Paper
}

// Saved is the same as a file of its own: it asks nothing of us when it is opened.
type Saved struct {
	Page
	Paper Paper
}

// Paper is what stands on it.
type Paper struct {
	frontend.Words
	ID, From, Title string
	State           []string
	Things          []Answered
	Lines           []Point
	Head            string // where our book stood, for whoever checks it
}

func (h *hall) receipt(v *frontend.Visit) error {
	p := page(v, "", "/mine")
	paper, _, err := h.paper(v, p)
	if refused(err, "consent.closed") {
		return v.Go("/" + p.Lang + "/mine") // it says so there
	}
	if err != nil {
		return err
	}
	return v.Show(&Receipt{p, h.reader(p, "receipt"), paper})
}

// saved is the receipt as a file: for people, or for machines.
func (h *hall) saved(v *frontend.Visit) error {
	p := page(v, "", "/mine")
	p.Bare = true
	paper, machine, err := h.paper(v, p)
	if err != nil {
		return err
	}
	if v.Param("as") == "json" {
		return v.Download("paper.json", int64(len(machine)), bytes.NewReader(machine))
	}
	html, err := h.site.Render(&Saved{p, paper})
	if err != nil {
		return err
	}
	return v.Download("paper.html", int64(len(html)), bytes.NewReader(html))
}

func (h *hall) paper(v *frontend.Visit, p Page) (Paper, []byte, error) {
	id, err := v.ID("id")
	if err != nil {
		return Paper{}, nil, err
	}
	if as := v.Param("as"); as != "" && as != "html" && as != "json" {
		return Paper{}, nil, helpdesk.ErrNotFound
	}
	return h.paperOf(v, p, id)
}

func (h *hall) paperOf(v *frontend.Visit, p Page, id helpdesk.ID) (Paper, []byte, error) {
	r, err := h.Consent.Receipt(v.Context, v.Guest, id)
	if err != nil {
		return Paper{}, nil, err
	}
	paper := Paper{Words: p.Words, ID: string(id), From: p.Public, Things: ticks(p, r.Allowed), Head: r.Head}
	for _, s := range r.Steps {
		paper.State = append(paper.State, p.Exact(s.At)+": "+p.Say("consent.state."+string(s.State)))
	}
	lines, err := h.sentences(v.Context, p, r.Allowed)
	if err != nil {
		return Paper{}, nil, err
	}
	for i, l := range lines {
		switch l.Key {
		case "consent.ask.items", "consent.ask.alone":
		case "consent.ask.until", "consent.ask.holds":
			if r.Valid {
				paper.Lines = append(paper.Lines, pointOf(l))
			}
			paper.Lines = append(paper.Lines, besides(p, r.Terms)...)
		default:
			if i == 0 {
				paper.Title = l.Text
			} else {
				paper.Lines = append(paper.Lines, pointOf(l))
			}
		}
	}
	return paper, r.JSON, nil
}
