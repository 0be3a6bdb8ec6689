package public

import (
	"slices"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Mine is what somebody was asked and allowed, to whom, until when, who opened
// what and when; and where each of it is stopped with one press.
type Mine struct {
	Page
	Reader  Reader
	Notes   []Note
	Allowed []Grant
	Gone    []Gone
	Wishes  []Wish
	Client  Hidden
	Doors   []Door
}

// Grant is one question and what they said to it.
type Grant struct {
	frontend.Words
	ID, Title, State string
	Lines            []Point
	Things           []Answered
	Waits            []string // why it does not count yet
	Stop             bool
	Answer           bool // a yes can be given, now or again
	Renews           bool // it ends soon
	Adult            bool // somebody has to speak for a child
	Receipt          bool
}

// Answered is one thing and whether they allowed it.
type Answered struct {
	Label, Said, Icon string
}

// Gone is something that left the house, and what became of it.
type Gone struct {
	frontend.Words
	ID, To string
	Lines  []Point
	Things []string
	Open   bool // there is a page of it
	Stop   bool
}

func (h *hall) mine(v *frontend.Visit) error {
	if !v.Guest.Erasing.IsZero() {
		return v.Go("/" + v.Lang() + "/talk") // it says so there, and how to undo it
	}
	all, err := h.Consent.Mine(v.Context, v.Guest)
	if err != nil {
		return err
	}
	gone, err := h.Consent.MyReferrals(v.Context, v.Guest)
	if err != nil {
		return err
	}
	p := page(v, "", "/mine")
	page := Mine{Page: p, Reader: h.reader(p, "mine"), Notes: mineNotes(p, v.Query("said")), Client: Hidden{"client", newClientID()}}
	slices.Reverse(all) // the newest first
	for _, a := range all {
		g, err := h.grant(v, p, a)
		if err != nil {
			return err
		}
		page.Allowed = append(page.Allowed, g)
	}
	for _, r := range gone {
		if r.Open && len(r.Disclosed) == 0 {
			continue // nothing has left; the question above says all of it
		}
		page.Gone = append(page.Gone, goneOf(p, r))
	}
	told, err := h.Consent.MyDisclosures(v.Context, v.Guest)
	if err != nil {
		return err
	}
	for _, d := range told {
		page.Gone = append(page.Gone, Gone{Words: p.Words, To: d.Recipient.Name, Lines: leftAt(p, d), Things: []string{d.Note}})
	}
	dates, err := h.askedFor(v)
	if err != nil {
		return err
	}
	page.Wishes = wishesOf(p, dates)
	page.Doors = []Door{{Icon: "eye", Text: p.Say("hide.title"), Href: "/" + p.Lang + "/talk/hide"},
		{Icon: "trash-2", Text: p.Say("hide.erase"), Href: "/" + p.Lang + "/talk/erase"}}
	return v.Show(&page)
}

func mineNotes(p Page, said string) []Note {
	key := map[string]string{"yes": "consent.state.given", "no": "consent.fine", "later": "consent.fine", "stopped": "consent.stopped",
		"renew": "consent.state.renewed", "wished": "mine.wished"}[said]
	if key == "" {
		return nil
	}
	return []Note{{Kind: "ok", Icon: "circle-check", Text: p.Say(key)}}
}

func (h *hall) grant(v *frontend.Visit, p Page, a consent.Allowed) (Grant, error) {
	g := Grant{Words: p.Words, ID: string(a.ID), State: p.Say("consent.state."+string(a.State)) + " · " + p.Short(a.Changed), Stop: a.CanStop(), Answer: a.CanAnswer(),
		Renews: renews(a, v.Now()), Receipt: a.Open}
	if !a.Open {
		g.Title, g.Waits = p.Say("mine.title"), []string{p.Say("consent.closed")}
		return g, nil
	}
	lines, err := h.sentences(v.Context, p, a)
	if err != nil {
		return Grant{}, err
	}
	for i, l := range lines {
		switch l.Key {
		case "consent.ask.until", "consent.ask.holds":
			if a.Valid {
				g.Lines = append(g.Lines, pointOf(l))
			}
		case "consent.ask.use":
			g.Lines = append(g.Lines, pointOf(l))
		default:
			if i == 0 {
				g.Title = l.Text
			}
		}
	}
	// What still waits for an answer is read on a page of its own, whole.
	if g.Lines = append(g.Lines, besides(p, a.Terms)...); a.State == consent.Requested || a.State == consent.Deferred {
		g.Lines = nil
	} else {
		g.Things = ticks(p, a)
	}
	if spokenFor(a) && (a.View || a.State == consent.Requested) {
		g.Waits, g.Adult = append(g.Waits, p.Say("consent.guardian")), a.Age == consent.Under13
	}
	sensitive := slices.ContainsFunc(a.Terms.Items, func(it consent.Item) bool { return it.Special && slices.Contains(a.Said.Items, it.Key) })
	if a.Valid && sensitive && !a.Said.Alone {
		g.Waits = append(g.Waits, p.Say("consent.alone.waits"))
	}
	return g, nil
}

// ticks says of each thing whether they allowed it; nothing before a yes.
func ticks(p Page, a consent.Allowed) []Answered {
	var out []Answered
	for _, it := range a.Terms.Items {
		one := Answered{Label: it.Label}
		if len(a.Said.Items) > 0 {
			if one.Said, one.Icon = p.Say("consent.state.refused"), "x"; slices.Contains(a.Said.Items, it.Key) {
				one.Said, one.Icon = p.Say("consent.state.given"), "circle-check"
			}
		}
		out = append(out, one)
	}
	return out
}

// stop ends a yes, or a question, with one press.
func (h *hall) stop(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("id"))
	if err != nil {
		return err
	}
	return orGo(v, h.Consent.Withdraw(v.Context, v.Guest, id, methodOf(v.Guest)), "/mine?said=stopped")
}

// takeBack ends what was handed over, with one press.
func (h *hall) takeBack(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("id"))
	if err != nil {
		return err
	}
	return orGo(v, h.Consent.TakeBack(v.Context, v.Guest, id), "/mine?said=stopped")
}
