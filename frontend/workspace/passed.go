package workspace

import (
	"errors"
	"net/url"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// give hands the ticket to a colleague, or back to nobody, within its team.
// What was being written goes along, and both can be taken back for a while.
func (d *desk) give(v *frontend.Visit) error {
	id, version, err := subject(v)
	if err != nil {
		return err
	}
	t, err := d.Tickets.Facts(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	to := tickets.To{Team: t.Team}
	if user := v.Form.Value("to"); user != "" {
		if to.User, err = helpdesk.ParseID(user); err != nil {
			return err
		}
	}
	done, err := d.Tickets.Bulk(v.Context, v.Session, []tickets.Pick{{ID: id, Version: version}}, tickets.Act{Do: tickets.ActGive, To: to})
	if err != nil {
		return err
	}
	if err := done[0].Err; err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "given"))
}

// moveTo hands the ticket to another team; who reads there, too, can take it
// back.
func (d *desk) moveTo(v *frontend.Visit, id helpdesk.ID, version int64, team helpdesk.ID) error {
	done, err := d.Tickets.Bulk(v.Context, v.Session, []tickets.Pick{{ID: id, Version: version}}, tickets.Act{Do: tickets.ActGive, To: tickets.To{Team: team}})
	if err != nil {
		return err
	}
	if err := done[0].Err; err != nil {
		return err
	}
	did := "give"
	if !v.Session.Member(team) {
		did = "away"
	}
	return v.Go(withValues("/w/queue", url.Values{"undo": {did}, "n": {"1"}}))
}

// ungive takes it back.
func (d *desk) ungive(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := d.Tickets.UndoGive(v.Context, v.Session, id); errors.Is(err, helpdesk.ErrNotFound) {
		return helpdesk.ErrConflict // something else was done since
	} else if err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "ungiven"))
}

// ungiveToast offers it.
func ungiveToast(v *frontend.Visit, w frontend.Words, ticket helpdesk.ID) *frontend.Toast {
	if v.Query("said") != "given" {
		return nil
	}
	return &frontend.Toast{
		Words: w, Text: v.Say("said.given"), Undo: v.Say("said.undo"), Seconds: undoSeconds, Back: v.Path(),
		Action: ticketPath(ticket) + "/ungive", Route: "/w/t/:id/ungive",
	}
}

// passed are the drafts that came along with the ticket, and one's own that
// nobody took yet.
func (d *desk) passed(v *frontend.Visit, s *showing) ([]PassedCard, error) {
	all, err := d.Tickets.PassedDrafts(v.Context, v.Session, s.sheet.Ticket.ID)
	if err != nil {
		return nil, err
	}
	var ids []helpdesk.ID
	for _, p := range all {
		ids = append(ids, p.Giver, p.Taker)
	}
	names := d.names(v, ids...)
	var out []PassedCard
	for _, p := range all {
		card := PassedCard{
			Words: s.Words, ID: p.ID, Base: ticketPath(s.sheet.Ticket.ID), Text: strings.Trim(p.Draft.Text, "\n"),
			Saved: s.Say("passed.saved", s.Near(p.Draft.Saved)), Mine: p.Giver != v.Session.User.ID,
		}
		if card.Mine {
			card.Title = s.Say("passed."+string(p.Draft.Kind), "\u2068"+firstOf(names[p.Giver], s.Say("message.inside"))+"\u2069")
		} else {
			card.Title = s.Say("passed.away", "\u2068"+firstOf(names[p.Taker], s.teams[p.Taker], s.Say("message.inside"))+"\u2069")
		}
		out = append(out, card)
	}
	return out, nil
}

// settlePassed takes a draft over, drops it, or fetches one's own back.
func (d *desk) settlePassed(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	which, err := helpdesk.ParseID(v.Form.Value("draft"))
	if err != nil {
		return err
	}
	do, said := d.Tickets.TakeDraft, "draft.taken"
	switch v.Form.Value("do") {
	case "leave":
		do, said = d.Tickets.LeaveDraft, "draft.left"
	case "fetch":
		do, said = d.Tickets.FetchDraft, "draft.fetched"
	}
	if err := do(v.Context, v.Session, id, which); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), said) + "#answer")
}
