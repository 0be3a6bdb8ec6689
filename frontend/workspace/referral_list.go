package workspace

import (
	"slices"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

func referralsPath(ticket helpdesk.ID) string { return ticketPath(ticket) + "/referrals" }

func referralPath(ticket, id helpdesk.ID) string { return referralsPath(ticket) + "/" + string(id) }

// referrals lists those of a ticket, the newest first.
func (d *desk) referrals(v *frontend.Visit) error {
	t, err := d.theirTicket(v)
	if err != nil {
		return err
	}
	all, err := d.Consent.Referrals(v.Context, v.Session, t.ID)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("referral.title"), "")
	if err != nil {
		return err
	}
	frame.Bell += "?t=" + string(t.ID)
	page := Referrals{Desk: frame, Base: ticketPath(t.ID), Number: number(t.Number), Live: referralsPath(t.ID), MayRefer: v.Session.Member(t.Team)}
	names := d.names(v, owners(all)...)
	slices.Reverse(all)
	for _, r := range all {
		row := referralRow(frame.Words, r, names)
		row.Ticket = ""
		page.Rows = append(page.Rows, row)
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "send", Title: v.Say("referral.empty.title"), Text: v.Say("referral.empty.text")}
	}
	return v.Show(page)
}

func owners(all []consent.Referred) []helpdesk.ID {
	var out []helpdesk.ID
	for _, r := range all {
		out = append(out, r.Owner)
	}
	return out
}

func referralRow(w frontend.Words, r consent.Referred, names map[helpdesk.ID]string) ReferralRow {
	row := ReferralRow{Words: w, ID: r.ID, Href: referralPath(r.Ticket, r.ID), To: firstOf(r.To.Name, w.Say("consent.desk.closed")), Need: r.Need,
		TicketHref: ticketPath(r.Ticket), Chips: referralChips(w, r), Owner: names[r.Owner],
		When: w.Say("referral.since", w.Near(r.Since)), Exact: w.Exact(r.Since)}
	for _, word := range r.Words {
		if word.Kind == "return" {
			row.Reason = word.Text
		}
	}
	return row
}

// underway lists what one, or a team of one's, has begun: what came back first,
// then what is late.
func (d *desk) underway(v *frontend.Visit) error {
	all, err := d.Consent.Underway(v.Context, v.Session)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("referral.underway"), "referrals")
	if err != nil {
		return err
	}
	frame.Bell += "?referrals=1"
	page := Underway{Desk: frame}
	names := d.names(v, owners(all)...)
	numbers := map[helpdesk.ID]string{}
	shown := map[helpdesk.ID]bool{}
	for _, r := range all {
		shown[r.ID] = true
		if numbers[r.Ticket] == "" {
			t, err := d.Tickets.Facts(v.Context, v.Session, r.Ticket)
			if err != nil {
				return err
			}
			numbers[r.Ticket] = number(t.Number)
		}
		row := referralRow(frame.Words, r, names)
		row.Ticket = numbers[r.Ticket]
		switch {
		case r.State == consent.ReferralReturned:
			page.Returned = append(page.Returned, row)
		case r.Late(frame.Now):
			page.Late = append(page.Late, row)
		default:
			page.Rest = append(page.Rest, row)
		}
	}
	if err := d.othersLate(v, &page, shown); err != nil {
		return err
	}
	if len(all)+len(page.Lates) == 0 {
		page.Empty = &frontend.Empty{Icon: "send", Title: v.Say("referral.underway.none"), Text: v.Say("referral.underway.none.text")}
	}
	waits, err := d.Consent.Unreviewed(v.Context, v.Session)
	if err != nil {
		return err
	}
	page.Exceptions = v.Say("exception.waits", len(waits))
	page.Requests = v.Say("requests.title")
	if v.Session.Coordinator() {
		page.Notices = v.Say("notices.title")
	}
	return v.Show(page)
}

// othersLate adds, for a coordinator, what is late and not theirs to open.
func (d *desk) othersLate(v *frontend.Visit, page *Underway, shown map[helpdesk.ID]bool) error {
	late, err := d.Consent.LateReferrals(v.Context, v.Session)
	if err != nil {
		return err
	}
	var who []helpdesk.ID
	for _, l := range late {
		who = append(who, l.Owner)
	}
	names, w := d.names(v, who...), page.Words
	for _, l := range late {
		if shown[l.ID] {
			continue
		}
		page.Lates = append(page.Lates, LateRow{Href: referralPath(l.Ticket, l.ID), Text: w.Say("referral.state." + string(l.State)), Owner: names[l.Owner],
			Chip: frontend.Chip{Kind: "danger", Icon: "clock", Text: w.Say("referral.late", w.Near(l.Due)), Title: w.Exact(l.Due)}})
	}
	return nil
}
