package workspace

import (
	"slices"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

func consentsPath(ticket helpdesk.ID) string { return ticketPath(ticket) + "/consents" }

func consentPath(ticket, id helpdesk.ID) string { return consentsPath(ticket) + "/" + string(id) }

// theirTicket is the ticket in the address, with its consents and referrals given
// to who should read them by now.
func (d *desk) theirTicket(v *frontend.Visit) (tickets.Ticket, error) {
	id, err := v.ID("id")
	if err != nil {
		return tickets.Ticket{}, err
	}
	t, err := d.Tickets.Facts(v.Context, v.Session, id)
	if err != nil {
		return t, err
	}
	return t, d.followed(v, id)
}

// followed gives a ticket's consents and referrals to who reads it now: after it
// was handed over, after a new code, and when somebody looks.
func (d *desk) followed(v *frontend.Visit, id helpdesk.ID) error {
	if d.Consent == nil {
		return nil
	}
	if err := d.Consent.Follow(v.Context, v.Session, id); err != nil {
		return err
	}
	return d.Consent.FollowReferrals(v.Context, v.Session, id)
}

// followQuietly does so after a deed that has been done already: what could not be
// given is given when somebody looks.
func (d *desk) followQuietly(v *frontend.Visit, id helpdesk.ID) {
	if err := d.followed(v, id); err != nil && !isGone(err) {
		d.Log.WarnContext(v.Context, "consents do not follow yet", "ticket", id, "err", err)
	}
}

// handOverAll gives what stands under tickets to the team they are about to go to.
// What can't be given stops none of them: it stays with whoever holds it.
func (d *desk) handOverAll(v *frontend.Visit, picks []tickets.Pick, team helpdesk.ID) {
	for _, p := range picks {
		d.threadsGoAlong(v, p.ID, team)
	}
	if d.Consent == nil {
		return
	}
	for _, p := range picks {
		if err := d.Consent.HandOver(v.Context, v.Session, p.ID, team); err != nil && !isGone(err) {
			d.Log.WarnContext(v.Context, "consents do not go along", "ticket", p.ID, "err", err)
		}
	}
}

// threadsGoAlong gives what was said with a branch to the team a ticket is about
// to go to; what can't be given does not stop it.
func (d *desk) threadsGoAlong(v *frontend.Visit, id, team helpdesk.ID) {
	if d.Branches == nil {
		return
	}
	if err := d.Branches.Follows(v.Context, v.Session, id, team); err != nil && !isGone(err) {
		d.Log.WarnContext(v.Context, "branches' threads do not go along", "ticket", id, "err", err)
	}
}

// agreed answers the card beside a ticket.
func (d *desk) agreed(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	page := AgreedNews{Page: v.Page("")}
	page.Card = ConsentCard{Words: page.Words, Base: ticketPath(id), Loaded: true}
	all, err := d.Consent.Of(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	given, asked := 0, 0
	for _, a := range all {
		switch {
		case a.Valid:
			given++
		case a.State == consent.Requested || a.State == consent.Deferred || a.State == consent.Given || a.State == consent.Renewed:
			asked++
		}
	}
	if given > 0 {
		page.Card.Consents = append(page.Card.Consents, frontend.Chip{Kind: "ok", Icon: "circle-check", Text: v.Say("consent.desk.card.given", given)})
	}
	if asked > 0 {
		page.Card.Consents = append(page.Card.Consents, frontend.Chip{Kind: "accent", Icon: "hourglass", Text: v.Say("consent.desk.card.asked", asked)})
	}
	referred, err := d.Consent.Referrals(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	for _, r := range referred {
		if r.State.Live() || r.State == consent.ReferralReturned {
			page.Card.Referrals = append(page.Card.Referrals, referralChip(page.Words, r))
		}
	}
	return v.Show(page)
}

// consents lists what a ticket's person was asked, the newest first.
func (d *desk) consents(v *frontend.Visit) error {
	t, err := d.theirTicket(v)
	if err != nil {
		return err
	}
	all, err := d.Consent.Of(v.Context, v.Session, t.ID)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("consent.desk.title"), "")
	if err != nil {
		return err
	}
	frame.Bell += "?t=" + string(t.ID)
	if done := consentDone(v); done != nil {
		frame.Said = done
	}
	page := Consents{Desk: frame, Base: ticketPath(t.ID), Number: number(t.Number), Live: consentsPath(t.ID), MayAsk: v.Session.Member(t.Team)}
	slices.Reverse(all)
	for _, a := range all {
		page.Rows = append(page.Rows, ConsentRow{
			Words: frame.Words, ID: a.ID, Base: page.Base, Href: consentPath(t.ID, a.ID), Title: purposeTitle(frame.Words, a),
			Chips: consentChips(frame.Words, a), When: v.Say("consent.desk.asked", frame.Near(a.Asked)), Exact: frame.Exact(a.Asked),
			Items: consentItems(frame.Words, a), Stop: a.CanStop(),
		})
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "hand", Title: v.Say("consent.desk.empty.title"), Text: v.Say("consent.desk.empty.text")}
	}
	return v.Show(page)
}

// doneConsent are what a form of these pages says it has done.
var doneConsent = []string{"asked", "recorded", "again", "renewed", "stopped", "revoked", "invalidated"}

func consentDone(v *frontend.Visit) *frontend.Notice {
	key := v.Query("done")
	if !slices.Contains(doneConsent, key) {
		return nil
	}
	n := &frontend.Notice{Kind: "ok", Text: v.Say("consent.desk.done." + key)}
	if key == "again" {
		n.Kind = "warn"
	}
	return n
}
