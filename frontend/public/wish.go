package public

import (
	"errors"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// Wish is one of their rights over what we have: a button, or, once they asked,
// until when they have the answer.
type Wish struct {
	Value, Text string
	Asked       string // when an answer comes at the latest; "" where it can be asked for
	Late        bool
	Answered    string // when it was answered last
}

// rights are theirs, as they say them, and what stands for each in the ticket.
var rights = []struct {
	key  string
	kind tickets.DateKind
}{{"correct", tickets.DateCorrect}, {"restrict", tickets.DateRestrict}, {"notes", tickets.DateNotes}}

// askedFor are the dates of the conversation the person is in.
func (h *hall) askedFor(v *frontend.Visit) ([]tickets.Date, error) {
	var facts tickets.Facts
	here, _, err := h.current(v)
	if err == nil {
		_, facts, err = h.Tickets.FactsAsPerson(v.Context, v.Guest, here.Conversation)
	}
	if errors.Is(err, helpdesk.ErrNotFound) {
		err = nil // who reads no conversation asked for nothing in it
	}
	return facts.Dates, err
}

// wishesOf lists the rights with their clocks.
func wishesOf(p Page, dates []tickets.Date) []Wish {
	today := p.Now.Format(time.DateOnly)
	var all []Wish
	for _, r := range rights {
		w := Wish{Value: r.key, Text: p.Say("mine." + r.key)}
		for _, d := range dates {
			day, err := time.ParseInLocation(time.DateOnly, d.Day, p.Zone)
			switch {
			case d.Kind != r.kind || err != nil:
			case !d.Done.IsZero():
				w.Answered = p.Say("mine.answered", p.Day(d.Done))
			case d.Day < today:
				w.Asked, w.Late = p.Say("talk.overdue"), true
			default:
				w.Asked = p.Say("talk.answer", p.Day(day))
			}
		}
		all = append(all, w)
	}
	return all
}

// wish puts a right of theirs into the conversation as their own words, in
// their language and in Swedish, and starts its month: a counsellor answers it
// there.
func (h *hall) wish(v *frontend.Visit) error {
	for _, r := range rights {
		if v.Form.Value("what") != r.key {
			continue
		}
		here, _, err := h.current(v)
		if err != nil {
			return err
		}
		text := v.Say("mine." + r.key)
		if v.Lang() != "sv" {
			text += "\n" + h.site.Words.Say("sv", "mine."+r.key)
		}
		err = h.Tickets.AskRight(v.Context, v.Guest, here.Conversation, r.kind, v.Now().In(page(v, "", "").Zone))
		if err != nil && !refused(err, "date.too_many") { // then their words alone say it
			return err
		}
		return h.wishes(v, text, "/mine?said=wished")
	}
	return helpdesk.ErrNotFound
}
