package workspace

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/tickets"
)

// branchCard is the way from a ticket that a branch handed on to what it sees.
func (d *desk) branchCard(v *frontend.Visit, s *showing, side *Side) error {
	t := s.sheet.Ticket
	if d.Branches == nil || t.Channel != "branch" {
		return nil
	}
	seen, err := d.Branches.OnTicket(v.Context, v.Session, t.ID)
	if err != nil || len(seen) == 0 {
		return err
	}
	card := &BranchCard{Words: s.Words, Href: ticketPath(t.ID) + "/branch"}
	for _, one := range seen {
		card.Chips = append(card.Chips, d.branchChips(v, s.Words, one)...)
	}
	side.Branch = card
	return nil
}

func (d *desk) branchChips(v *frontend.Visit, w frontend.Words, is branches.Seen) []frontend.Chip {
	reads := frontend.Chip{Icon: "lock", Text: w.Say("branch.reads.no")}
	if is.Reads {
		reads = frontend.Chip{Kind: "accent", Icon: "eye", Text: w.Say("branch.reads", w.Day(is.Until))}
	}
	due := frontend.Chip{Kind: "ok", Icon: "check", Text: w.Say("volunteer.answered", w.Near(is.First)), Title: w.Exact(is.First)}
	if is.First.IsZero() {
		due = frontend.Chip{Icon: "clock", Text: w.Say("volunteer.due", w.DayName(is.Due)), Title: w.Exact(is.Due)}
		if w.Now.After(is.Due) {
			due.Kind, due.Icon = "danger", "circle-alert"
		}
	}
	chips := []frontend.Chip{reads, due}
	if is.HandOn.Urgent {
		chips = append(chips, frontend.Chip{Kind: "warn", Icon: "flag", Text: w.Say("volunteer.urgent")})
	}
	return chips
}

func (d *desk) branchPage(v *frontend.Visit) error { return d.showBranch(v, http.StatusOK, nil) }

// showBranch shows exactly what each branch sees of a ticket, and nothing it does
// not.
func (d *desk) showBranch(v *frontend.Visit, status int, problem *frontend.Notice) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	facts, err := d.Tickets.Facts(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	all, err := d.Branches.OnTicket(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	page := BranchPage{Base: ticketPath(id), Number: number(facts.Number), Problem: problem}
	if page.Desk, err = d.frame(v, v.Say("branch.page"), ""); err != nil {
		return err
	}
	consents, err := d.authorityYes(v, id)
	if err != nil {
		return err
	}
	for _, is := range all {
		one, err := d.branchSeen(v, page.Words, page.Base, is)
		if err != nil {
			return err
		}
		one.Consents = consents
		page.Seen = append(page.Seen, one)
	}
	if len(page.Seen) == 0 {
		page.Empty = &frontend.Empty{Icon: "users", Title: v.Say("branch.page.none"), Text: v.Say("branch.page.none.text")}
	}
	links, err := d.Branches.Links(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	for _, l := range links {
		page.Links = append(page.Links, BranchLink{ID: l.Ticket, Href: ticketPath(l.Ticket), Number: number(l.Number), When: page.Near(l.At)})
	}
	page.Other = frontend.Field{Name: "number", Label: v.Say("branch.link.label"), Help: v.Say("branch.link.help"), Complete: "off"}
	return v.ShowAs(status, page)
}

func (d *desk) branchSeen(v *frontend.Visit, w frontend.Words, base string, is branches.Seen) (BranchSeen, error) {
	out := BranchSeen{Words: w, ID: is.ID, Base: base, By: firstOf(d.names(v, is.By)[is.By], w.Say("volunteer.colleague")), Chips: d.branchChips(v, w, is),
		Line: is.HandOn.Line, Said: d.branchSaid(v, w, is.Words), Reads: is.Reads, Client: string(helpdesk.NewID()),
		Text:      frontend.Field{Name: "text-" + string(is.ID), Rows: 4, Label: w.Say("branch.say"), Help: w.Say("branch.say.help"), Spellcheck: true},
		TaskWords: frontend.Field{Name: "words-" + string(is.ID), Rows: 2, Label: w.Say("branch.ask.words"), Optional: true, Spellcheck: true}}
	var err error
	if out.Name, err = d.organisationName(v, is.Org); err != nil {
		return out, err
	}
	h := is.HandOn
	reach := w.Say("volunteer.hand.reach." + string(h.Reach))
	switch {
	case is.Ending != "":
		reach += " ··" + is.Ending
	case h.Where != "":
		reach += " " + h.Where
	}
	if h.From != h.To {
		reach += ", " + w.Say("branch.hours", h.From, h.To)
	}
	out.Facts = []BranchFact{{w.Say("branch.fact.told"), w.Exact(is.Told)}, {w.Say("branch.fact.need"), w.Say("branch.need." + string(h.Need))},
		{w.Say("branch.fact.language"), languageName(w, h.Language)}, {w.Say("branch.fact.reach"), reach}}
	if is.Took > 0 {
		out.Facts = append(out.Facts, BranchFact{w.Say("branch.fact.took"), w.Span(is.Took)})
	}
	if is.Status == branches.Ended {
		out.Facts = append(out.Facts, BranchFact{w.Say("branch.fact.ended"), w.Say("branch.ending." + endingKey(is.Ended))})
	}
	for _, t := range is.Tasks {
		out.Tasks = append(out.Tasks, BranchTask{ID: t.ID, What: w.Say("branch.task." + string(t.Kind)), Day: strings.TrimSpace(t.Day + " " + t.At), Text: t.Words,
			Chip: frontend.Chip{Text: w.Say("branch.taskstate." + string(t.State))}, Authority: t.Kind == branches.Authority && t.State == branches.TaskOpen})
	}
	for _, k := range branches.TaskKinds {
		out.Kinds = append(out.Kinds, frontend.Option{Value: string(k), Text: w.Say("branch.task." + string(k))})
	}
	for _, e := range branches.Endings {
		out.Endings = append(out.Endings, frontend.Option{Value: string(e), Text: w.Say("branch.ending." + endingKey(e))})
	}
	return out, nil
}

// endingKey names how it ended; no key may be empty.
func endingKey(e branches.Ending) string {
	if e == branches.EndUnsaid {
		return "unsaid"
	}
	return string(e)
}

// authorityYes are the person's yeses to one contact with an authority.
func (d *desk) authorityYes(v *frontend.Visit, ticket helpdesk.ID) ([]frontend.Option, error) {
	all, err := d.Consent.Of(v.Context, v.Session, ticket)
	if err != nil {
		return nil, err
	}
	var out []frontend.Option
	for _, c := range all {
		if c.Valid && c.Purpose.Code == consent.Authority {
			out = append(out, frontend.Option{Value: string(c.ID), Text: c.Terms.Use})
		}
	}
	return out, nil
}

// branchDo is one of what can be done about a branch on a ticket.
func (d *desk) branchDo(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	err = d.branchDeed(v, id)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.showBranch(v, http.StatusUnprocessableEntity, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)})
	}
	if err != nil {
		return err
	}
	return v.Go(told(ticketPath(id)+"/branch", "saved"))
}

func (d *desk) branchDeed(v *frontend.Visit, ticket helpdesk.ID) error {
	f := v.Form
	switch f.Value("do") {
	case "link":
		other, err := d.numbered(v, f.Value("number"))
		if err != nil {
			return err
		}
		return d.Branches.Link(v.Context, v.Session, ticket, other)
	case "unlink":
		other, err := helpdesk.ParseID(f.Value("other"))
		if err != nil {
			return err
		}
		return d.Branches.Unlink(v.Context, v.Session, ticket, other)
	}
	thread, err := d.threadOf(v, ticket)
	if err != nil {
		return err
	}
	key := string(thread)
	switch f.Value("do") {
	case "say":
		return d.Branches.SayToBranch(v.Context, v.Session, thread, f.Value("client"), f.Value("text-"+key))
	case "ask":
		return d.Branches.Ask(v.Context, v.Session, thread, f.Value("client"), branches.Task{Kind: branches.TaskKind(f.Value("kind")), Day: f.Value("day"), At: f.Value("at"), Words: f.Value("words-" + key)})
	case "authority":
		task, err := helpdesk.ParseID(f.Value("task"))
		if err != nil {
			return err
		}
		yes, err := helpdesk.ParseID(f.Value("consent"))
		if err != nil {
			return helpdesk.Refuse("branches.consent")
		}
		return d.Branches.TakenOver(v.Context, v.Session, thread, task, yes, f.Value("what"))
	case "end":
		return d.Branches.EndFor(v.Context, v.Session, thread, branches.Ending(f.Value("how")))
	}
	return helpdesk.ErrNotFound
}

// threadOf is a thread of this very ticket: rights are checked on the ticket of
// the address, never on an id of a form.
func (d *desk) threadOf(v *frontend.Visit, ticket helpdesk.ID) (helpdesk.ID, error) {
	id, err := helpdesk.ParseID(v.Form.Value("thread"))
	if err != nil {
		return "", err
	}
	all, err := d.Branches.OnTicket(v.Context, v.Session, ticket)
	if err != nil {
		return "", err
	}
	for _, is := range all {
		if is.ID == id {
			return id, nil
		}
	}
	return "", helpdesk.ErrNotFound
}

// numbered is a ticket by the number people name it with.
func (d *desk) numbered(v *frontend.Visit, typed string) (helpdesk.ID, error) {
	n, err := strconv.ParseInt(strings.TrimLeft(strings.TrimSpace(frontend.Latin(typed)), "#R-"), 10, 64)
	if err != nil {
		return "", helpdesk.Refuse("branches.no_handon")
	}
	found, err := d.Tickets.Queue(v.Context, v.Session, tickets.Filter{Queue: tickets.QueueTeam, Channel: "branch"}, "", tickets.PageMost)
	if err != nil {
		return "", err
	}
	for _, r := range found.Rows {
		if r.Ticket.Number == n {
			return r.Ticket.ID, nil
		}
	}
	return "", helpdesk.Refuse("branches.no_handon")
}
