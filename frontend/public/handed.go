package public

import (
	"strconv"

	"returnsupport/frontend"
)

// Handed shows the answers somebody has by links in conversations that another
// person reads: a link can be forwarded, and a mailbox may have two owners.
type Handed struct {
	Page
	Reader Reader
	Said   []Said
	Notes  []Note
	Doors  []Door
}

func (h *hall) handed(v *frontend.Visit) error {
	all, err := h.Tickets.HandedTo(v.Context, v.Guest)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return v.Go("/" + v.Lang() + "/talk") // a counsellor said yes
	}
	p := page(v, "", "/l/read")
	page := Handed{Page: p, Reader: h.reader(p, "handed")}
	refused := true
	for _, a := range all {
		refused = refused && a.Refused
		l, ok := h.line(v.Context, p.Words.Words, "", a.Said)
		if !ok {
			continue
		}
		said := saidOf(p, l)
		said.Files = nil
		for i, f := range l.Files {
			f.Href, f.Picture = "/"+p.Lang+"/l/file/"+string(a.ID)+"/"+strconv.Itoa(i), ""
			said.Files = append(said.Files, f)
		}
		page.Said = append(page.Said, said)
	}
	if refused {
		page.Notes = []Note{{Icon: "info", Text: p.Say("link.refused")}}
	} else {
		page.Notes = []Note{{Icon: "clock", Text: p.Say("link.wait"), More: []string{p.Say("link.wait.you")}}}
		page.Doors = append(page.Doors, Door{Icon: "message-circle", Text: p.Say("talk.refresh"), Href: "/" + p.Lang + "/talk", Main: true})
	}
	page.Doors = append(page.Doors,
		Door{Icon: "key-round", Text: p.Say("door.code"), Href: "/" + p.Lang + "/code"},
		Door{Icon: "pen-line", Text: p.Say("door.write"), Href: "/" + p.Lang + "/start/message"})
	return v.Show(&page)
}

// handedFile is a file of one of those answers, saved and never shown.
func (h *hall) handedFile(v *frontend.Visit) error {
	message, err := v.ID("message")
	if err != nil {
		return err
	}
	place, err := v.Number("place")
	if err != nil {
		return err
	}
	f, from, err := h.Tickets.HandedFile(v.Context, v.Guest, message, place)
	if err != nil {
		return err
	}
	return v.Download(f.Name, f.Size, from)
}
