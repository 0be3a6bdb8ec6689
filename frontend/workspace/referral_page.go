package workspace

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// theirReferral is the referral in the address, of the ticket in the address.
func (d *desk) theirReferral(v *frontend.Visit) (tickets.Ticket, consent.Referred, error) {
	t, err := d.theirTicket(v)
	if err != nil {
		return t, consent.Referred{}, err
	}
	id, err := v.ID("referral")
	if err != nil {
		return t, consent.Referred{}, err
	}
	r, err := d.Consent.Referral(v.Context, v.Session, id)
	if isGone(err) {
		// What does not open here can be stopped all the same.
		r, err = d.closedReferral(v, t.ID, id)
	}
	if err == nil && r.Ticket != t.ID {
		err = helpdesk.ErrNotFound
	}
	return t, r, err
}

func (d *desk) closedReferral(v *frontend.Visit, ticket, id helpdesk.ID) (consent.Referred, error) {
	all, err := d.Consent.Referrals(v.Context, v.Session, ticket)
	if err != nil {
		return consent.Referred{}, err
	}
	i := slices.IndexFunc(all, func(r consent.Referred) bool { return r.ID == id })
	if i < 0 {
		return consent.Referred{}, helpdesk.ErrNotFound
	}
	return all[i], nil
}

func (d *desk) referralPage(v *frontend.Visit) error { return d.showReferral(v, http.StatusOK, nil) }

var doneReferral = []string{"saved", "submitted", "sent", "recalled", "back", "cancelled", "said", "updated", "reduced", "given", "card", "closed"}

// showReferral shows one; after a refusal with what was typed.
func (d *desk) showReferral(v *frontend.Visit, status int, refused error) error {
	t, r, err := d.theirReferral(v)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("referral.this"), "")
	if err != nil {
		return err
	}
	frame.Bell += "?t=" + string(t.ID)
	if done := v.Query("done"); slices.Contains(doneReferral, done) {
		frame.Said = &frontend.Notice{Kind: "ok", Text: v.Say("referral.done." + done)}
	}
	w, here := frame.Words, referralPath(t.ID, r.ID)
	page := ReferralPage{Desk: frame, ID: r.ID, Base: ticketPath(t.ID), Up: referralsPath(t.ID), Number: number(t.Number), Here: here, Live: here, Version: r.Version,
		Chips: referralChips(w, r), Items: []ConsentItem{}}
	page.Title = v.Say("referral.to", firstOf(r.To.Name, v.Say("referral.this")))
	var no helpdesk.Refusal
	if errors.As(refused, &no) {
		page.Problem = &frontend.Notice{Kind: "warn", Text: refusedReferral(w, no), More: v.Say("person.again")}
	}
	member := v.Session.Member(t.Team)
	out := r.State == consent.ReferralSent || r.State == consent.ReferralOverdue || r.State == consent.ReferralAccepted || r.State == consent.ReferralDone
	waits := r.State == consent.ReferralAwaiting || r.State == consent.ReferralReady
	page.Cancel = member && (waits || r.State == consent.ReferralDraft) && r.Open
	page.Recall = out || !r.Until.IsZero() || waits && !r.Open
	page.Back = page.Recall && r.Exception == ""
	page.Preview = r.Open && r.Mode != consent.Signpost
	if !r.Open {
		return v.ShowAs(status, page)
	}
	page.Card = r.Mode == consent.Signpost && r.State == consent.ReferralClosed
	page.Except = member && r.Mode != consent.Signpost && (r.State == consent.ReferralDraft || r.State == consent.ReferralAwaiting) && r.Exception == ""
	page.Notices = referralNotices(w, r)
	page.Facts = referralFacts(w, r, d.names(v, r.Owner))
	for _, it := range r.Items {
		page.Items = append(page.Items, consentItems(w, consent.Allowed{Terms: consent.Terms{Items: []consent.Item{it}}})...)
	}
	if err := d.gates(v, &page, t, r); err != nil {
		return err
	}
	if member {
		if err := d.referralActs(v, &page, t, r); err != nil {
			return err
		}
	}
	d.happened(v, &page, r, out && member)
	return v.ShowAs(status, page)
}

func refusedReferral(w frontend.Words, no helpdesk.Refusal) string {
	if no.Key == "refer.consent" && len(no.Args) == 1 {
		if why, ok := no.Args[0].(string); ok && why != "" {
			return w.Say(no.Key) + " " + w.Say("consent.why."+why)
		}
	}
	return refusalText(w, no.Key, no.Args)
}

func referralNotices(w frontend.Words, r consent.Referred) []frontend.Notice {
	var out []frontend.Notice
	switch {
	case r.To.Authority:
		out = append(out, frontend.Notice{Kind: "warn", Text: w.Say("consent.warn.authority"), More: w.Say("referral.alone")})
	case r.To.Origin:
		out = append(out, frontend.Notice{Kind: "warn", Text: w.Say("consent.warn.origin"), More: w.Say("referral.alone")})
	}
	for _, word := range r.Words {
		if word.Kind == "return" {
			out = append(out, frontend.Notice{Kind: "warn", Text: w.Say("referral.returned"), More: word.Text})
		}
	}
	if r.State == consent.ReferralLapsed {
		out = append(out, frontend.Notice{Kind: "warn", Text: w.Say("referral.lapsed")})
	}
	return out
}

func referralFacts(w frontend.Words, r consent.Referred, names map[helpdesk.ID]string) []Fact {
	until, follow, told := "", "", ""
	if !r.Until.IsZero() {
		until = w.Exact(r.Until)
	}
	if !r.Follow.IsZero() {
		follow = w.Day(r.Follow)
	}
	if r.Told != "" {
		told = w.Say("referral.outcome." + r.Told)
	}
	outcome := ""
	if r.Outcome != "" {
		outcome = w.Say("referral.outcome." + r.Outcome)
	}
	out := facts(w, "referral.fact.need", r.Need, "referral.fact.service", r.Service, "referral.fact.reason", r.Reason, "referral.fact.owner", names[r.Owner],
		"referral.fact.until", until, "referral.fact.follow", follow, "referral.fact.outcome", outcome, "referral.fact.told", told)
	for _, s := range r.Restrictions {
		out = append(out, Fact{w.Say("referral.fact.limit"), s})
	}
	return out
}

// gates are what has to be true, each with why it stops.
func (d *desk) gates(v *frontend.Visit, page *ReferralPage, t tickets.Ticket, r consent.Referred) error {
	if r.State != consent.ReferralDraft && r.State != consent.ReferralAwaiting && r.State != consent.ReferralReady {
		return nil
	}
	w := page.Words
	add := func(key string, holds bool, why string) *Gate {
		g := Gate{Text: w.Say("referral.gate." + key), Chip: frontend.Chip{Kind: "ok", Icon: "check", Text: w.Say("referral.gate.yes")}}
		if !holds {
			g.Chip, g.Why = frontend.Chip{Kind: "warn", Icon: "circle-alert", Text: w.Say("referral.gate.no")}, why
		}
		page.Gates = append(page.Gates, g)
		return &page.Gates[len(page.Gates)-1]
	}
	target, err := d.Directory.Target(v.Context, r.To.ID)
	if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
		return err
	}
	add("reliable", err == nil && target.Vetted || r.Mode == consent.Signpost, w.Say("refer.reliable"))
	add("likely", r.Likely, w.Say("refer.likely"))
	add("promised", !r.Promised, w.Say("refer.promised"))
	add("agreed", r.Agreed, w.Say("refer.agreed"))
	if r.Mode == consent.Signpost {
		return nil
	}
	if r.Exception != "" {
		g := add("exception", r.State == consent.ReferralReady, w.Say("refer.exception"))
		g.Href, g.HrefText = page.Base+"/exceptions", w.Say("exception.title")
		return nil
	}
	all, err := d.Consent.Of(v.Context, v.Session, t.ID)
	if err != nil {
		return err
	}
	for _, one := range []struct {
		key string
		id  helpdesk.ID
	}{{"permission", r.Permission}, {"consent", r.Consent}} {
		i := slices.IndexFunc(all, func(a consent.Allowed) bool { return a.ID == one.id && one.id != "" })
		if i < 0 {
			add(one.key, false, w.Say("referral.gate.unasked"))
			continue
		}
		a := all[i]
		why := consentChip(w, a).Text
		holds := a.Valid
		if one.key == "consent" && a.Valid && r.Missing != "" {
			holds, why = r.Missing != "refer.consent", w.Say(r.Missing)
		}
		g := add(one.key, holds, why)
		g.Href, g.HrefText = consentPath(t.ID, a.ID), w.Say("consent.desk.open")
		if one.key == "consent" && a.Valid && len(a.Said.Items) > 0 && len(a.Said.Items) < len(r.Items) && r.State == consent.ReferralAwaiting {
			page.Reduce = v.Session.Member(t.Team)
		}
	}
	return nil
}

// referralActs are the forms of a colleague of the team.
func (d *desk) referralActs(v *frontend.Visit, page *ReferralPage, t tickets.Ticket, r consent.Referred) error {
	var err error
	if r.State == consent.ReferralDraft {
		if page.Draft, err = d.draftForm(v, page.Words, t, r); err != nil {
			return err
		}
	}
	if (r.State == consent.ReferralAwaiting || r.State == consent.ReferralReady) && r.Missing == "" {
		page.Send = &SendForm{Words: page.Words, Here: page.Here, Version: r.Version, Exception: r.Exception != "",
			Address: referField(v, "address", "email", 0, true, v.Form.Value("address"))}
		for _, l := range []string{"sv", "en"} {
			page.Send.Languages = append(page.Send.Languages, frontend.Option{Value: l, Text: languageName(page.Words, l), Chosen: l == firstOf(v.Form.Value("language"), v.Lang())})
		}
	}
	if !r.State.Live() {
		return nil
	}
	members, err := d.Staff.Members(v.Context, t.Team)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.State == staff.Active && m.ID != r.Owner {
			page.Owners = append(page.Owners, frontend.Option{Value: string(m.ID), Text: m.Name})
		}
	}
	byText(page.Owners)
	return nil
}

// happened is what was said and done since it was sent.
func (d *desk) happened(v *frontend.Visit, page *ReferralPage, r consent.Referred, talks bool) {
	w := page.Words
	var who []helpdesk.ID
	for _, word := range r.Words {
		who = append(who, word.Author)
	}
	for _, o := range r.Openings {
		who = append(who, o.Who)
	}
	for _, x := range r.Disclosed {
		who = append(who, x.By)
	}
	names := d.names(v, who...)
	for _, word := range r.Words {
		by := w.Say("referral.side." + word.Side)
		if name := names[word.Author]; word.Side == "house" && name != "" {
			by = name
		} else if word.Side == "partner" {
			by = join(" · ", r.To.Name, names[word.Author])
		}
		page.Talk = append(page.Talk, TalkWord{Who: by, Kind: w.Say("referral.word." + word.Kind), Text: word.Text, At: w.Near(word.At), Exact: w.Exact(word.At), Machine: w.Machine(word.At)})
	}
	if talks {
		say := referField(v, "text", "", 3, false, v.Form.Value("text"))
		page.Word = &say
		for i, it := range r.Items {
			if it.Updating {
				page.Updates = append(page.Updates, updateForm(v, page, r, it, i))
			}
		}
	}
	for _, o := range r.Openings {
		by := join(" · ", firstOf(r.To.Name, w.Say("referral.side.partner")), names[o.Who])
		page.Openings = append(page.Openings, StepRow{w.Say("referral.opened."+o.Act, isolated(by)), w.Near(o.At), w.Exact(o.At), w.Machine(o.At)})
	}
	for _, x := range r.Disclosed {
		page.Left = append(page.Left, leftRow(w, x, names[x.By]))
	}
}

func leftRow(w frontend.Words, x consent.Disclosure, by string) LeftRow {
	return LeftRow{Text: w.Say("referral.left", isolated(x.Recipient.Name), w.Say("referral.channel."+firstOf(x.Channel, "account"))),
		More: join(" · ", strings.Join(x.Items, ", "), x.Note, by), At: w.Near(x.At), Exact: w.Exact(x.At), Machine: w.Machine(x.At)}
}

func updateForm(v *frontend.Visit, page *ReferralPage, r consent.Referred, it consent.Item, i int) UpdateForm {
	w := page.Words
	u := UpdateForm{Words: w, Here: page.Here, Key: it.Key, Label: it.Label,
		Text: frontend.Field{Name: "newer-" + strconv.Itoa(i), Label: v.Say("referral.field.newer"), Rows: 2, Spellcheck: true}}
	for _, x := range r.Updates {
		if x.Key == it.Key {
			u.Last = append(u.Last, StepRow{x.Text, w.Near(x.At), w.Exact(x.At), w.Machine(x.At)})
		}
	}
	return u
}
