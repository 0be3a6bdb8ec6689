package public

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
)

// Left is one thing that left the house, a way to write to whoever has it, and
// a question how it went.
type Left struct {
	Page
	ID       string
	Reader   Reader
	Notes    []Note
	Handed   HandedOver
	Stop     bool
	Write    *Input // they can write to whoever has it
	Ask      string // how it went; "" while nobody told
	Outcomes []Outcome
}

// HandedOver is every word of it, and what was said about it since by the three
// who read it.
type HandedOver struct {
	frontend.Words
	To    string
	Lines []Point
	Parts []Sent
	Also  []Point
	Said  []GoneWord
}

// Sent is one thing in it, as whoever has it reads it.
type Sent struct {
	frontend.Words
	Label, Text, Translation, Language, File string
	Newer                                    []GoneWord
}

// Outcome is one answer to how it went.
type Outcome struct{ Value, Text string }

// GoneWord is what somebody said about it.
type GoneWord struct{ Who, Text, At string }

// left finds one of the person's own that left the house.
func (h *hall) left(v *frontend.Visit) (consent.Referred, error) {
	id, err := v.ID("id")
	if err != nil {
		return consent.Referred{}, err
	}
	all, err := h.Consent.MyReferrals(v.Context, v.Guest)
	if err != nil {
		return consent.Referred{}, err
	}
	i := slices.IndexFunc(all, func(r consent.Referred) bool { return r.ID == id && r.Open && len(r.Disclosed) > 0 })
	if i < 0 {
		return consent.Referred{}, helpdesk.ErrNotFound
	}
	return all[i], nil
}

func (h *hall) leftPage(v *frontend.Visit) error { return h.leftAgain(v, nil) }

func (h *hall) leftAgain(v *frontend.Visit, wrong error) error {
	r, err := h.left(v)
	if err != nil {
		return err
	}
	p := page(v, "", "/mine/gone/"+string(r.ID))
	page := Left{Page: p, ID: string(r.ID), Reader: h.reader(p, "gone"), Notes: leftNotes(p, v.Query("said"))}
	if page.Handed, err = h.handedOver(v, p, r); err != nil {
		return err
	}
	page.Stop = goneOf(p, r).Stop
	status := 200
	if !r.Until.IsZero() {
		page.Write = &Input{Name: "text", Label: p.Say("talk.label"), Help: p.Say("mine.readers", isolated(r.To.Name)), Rows: 3, Required: true}
		if wrong != nil {
			if err := beside(v, wrong, page.Write, &Files{}); err != nil {
				return err
			}
			status, page.Write.Value = refusedStatus, v.Form.Value("text")
		}
	}
	if r.State == consent.ReferralDone {
		page.Ask = p.Say("mine.how")
		for _, code := range consent.Outcomes {
			page.Outcomes = append(page.Outcomes, Outcome{code, p.Say("mine.out." + code)})
		}
	}
	return v.ShowAs(status, &page)
}

func leftNotes(p Page, said string) []Note {
	key := map[string]string{"sent": "mine.told", "how": "mine.thanks"}[said]
	if key == "" {
		return nil
	}
	return []Note{{Kind: "ok", Icon: "circle-check", Text: p.Say(key)}}
}

// handedOver is the package as it was handed over, with what was sent after it.
func (h *hall) handedOver(v *frontend.Visit, p Page, r consent.Referred) (HandedOver, error) {
	out := HandedOver{Words: p.Words, To: r.To.Name, Lines: goneOf(p, r).Lines, Said: wordsOf(p, r)}
	handed, err := h.Consent.Shown(v.Context, v.Guest, r.ID)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return out, nil
	}
	if err != nil {
		return HandedOver{}, err
	}
	for _, part := range handed.Items {
		s := Sent{Words: p.Words, Label: part.Label, Text: part.Text, Translation: part.Translation, Language: part.Language}
		if part.Name != "" {
			s.File = part.Name + " (" + p.Size(part.Size) + ")"
		}
		for _, u := range r.Updates {
			if u.Key == part.Key {
				s.Newer = append(s.Newer, GoneWord{Text: u.Text, At: p.Near(u.At)})
			}
		}
		out.Parts = append(out.Parts, s)
	}
	out.Also = along(p, handed)
	return out, nil
}

func wordsOf(p Page, r consent.Referred) []GoneWord {
	var all []GoneWord
	for _, w := range r.Words {
		who := map[string]string{"partner": r.To.Name, "house": p.Say("talk.us"), "person": p.Say("talk.you")}[w.Side]
		all = append(all, GoneWord{who, w.Text, p.Near(w.At)})
	}
	return all
}

// goneOf is what left, to whom, who opened it when, and what came of it.
func goneOf(p Page, r consent.Referred) Gone {
	// What the law let leave without their yes is not theirs to stop, and nothing
	// may look as if it were.
	stop := (!r.Until.IsZero() || r.State.Live()) && r.Exception == ""
	g := Gone{Words: p.Words, ID: string(r.ID), To: r.To.Name, Open: r.Open, Stop: stop}
	if !r.Open {
		g.To, g.Lines = p.Say("mine.gone"), []Point{{"lock", p.Say("consent.closed")}}
		return g
	}
	for _, d := range r.Disclosed {
		g.Lines = append(g.Lines, leftAt(p, d)...)
		for _, label := range d.Items {
			if !slices.Contains(g.Things, label) {
				g.Things = append(g.Things, label)
			}
		}
	}
	opened := false
	for _, o := range r.Openings {
		if key := map[string]string{"read": "mine.opened", "file": "mine.opened.file"}[o.Act]; key != "" {
			opened = true
			if read := (Point{"eye", p.Say(key, p.Exact(o.At))}); !slices.Contains(g.Lines, read) {
				g.Lines = append(g.Lines, read) // however often within a minute
			}
		}
	}
	if !opened {
		g.Lines = append(g.Lines, Point{"eye", p.Say("mine.unopened")})
	}
	switch r.State {
	case consent.ReferralAccepted:
		g.Lines = append(g.Lines, Point{"circle-check", p.Say("mine.took")})
	case consent.ReferralReturned:
		g.Lines = append(g.Lines, Point{"info", p.Say("mine.back")})
	case consent.ReferralRevoked:
		g.Lines = append(g.Lines, Point{"x", p.Say("consent.stopped")})
	}
	if r.Outcome != "" {
		g.Lines = append(g.Lines, Point{"users", p.Say("mine.they", p.Say("mine.out."+r.Outcome))})
	}
	if r.Told != "" {
		g.Lines = append(g.Lines, Point{"user", p.Say("mine.you", p.Say("mine.out."+r.Told))})
	}
	if !r.Until.IsZero() {
		g.Lines = append(g.Lines, Point{"clock", p.Say("consent.ask.until", "", "", isolated(day(p.Words.Words, r.Until)))})
	}
	return g
}

// leftAt is when something left, and whether by their yes.
func leftAt(p Page, d consent.Disclosure) []Point {
	out := []Point{{"send", p.Say("mine.sent", p.Exact(d.At))}}
	if d.Basis == "exception" {
		out = append(out, Point{"triangle-alert", p.Say("mine.exception")})
	}
	return out
}

// tell takes what they write to whoever has it, or how it went.
func (h *hall) tell(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	at := "/mine/gone/" + string(id)
	if v.Form.Has("outcome") {
		err := h.Consent.ConfirmOutcome(v.Context, v.Guest, id, v.Form.Value("outcome"))
		if errors.Is(err, helpdesk.ErrConflict) {
			return v.Go("/" + v.Lang() + at) // told already: the page says what
		}
		return orGo(v, err, at+"?said=how")
	}
	text := v.Form.Value("text")
	if err := tellable(text); err != nil {
		return h.leftAgain(v, err)
	}
	err = h.Consent.SayAsPerson(v.Context, v.Guest, id, text)
	if refused(err, "refer.ended") {
		return v.Go("/" + v.Lang() + at) // it says so there
	}
	return orGo(v, err, at+"?said=sent")
}

// tellable refuses what should not be sent to anybody outside: nothing, too
// much, or the code that opens the conversation.
func tellable(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return helpdesk.Refuse("chat.empty")
	case utf8.RuneCountInString(text) > mostTold:
		return helpdesk.Refuse("chat.long")
	case people.HoldsCode(text):
		return helpdesk.Refuse("chat.code")
	}
	return nil
}

// mostTold is how long a text to whoever has something may be, in runes; its
// field takes no more.
const mostTold = 8000
