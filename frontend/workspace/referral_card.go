package workspace

import (
	"slices"
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/tickets"
)

// The contact card of a signpost: public words of an organisation, in the
// person's language as far as we have any. Nothing of the person is in it, and
// nothing leaves.

// cardOf finds the service that was meant, or the first.
func (d *desk) cardOf(v *frontend.Visit, r consent.Referred) (directory.Card, error) {
	o, err := d.Directory.Organisation(v.Context, directory.ForCounsellors, r.To.ID)
	if err != nil {
		return directory.Card{}, err
	}
	i := max(0, slices.IndexFunc(o.Services, func(s directory.Service) bool { return s.Name == r.Service }))
	if len(o.Services) == 0 {
		return directory.Card{Name: o.Name, By: o.Name, What: o.Description, Email: o.Email, URL: o.Website, Phones: o.Phones, Shares: o.Vetting.SharesWithAuthorities, Country: o.Vetting.Country}, nil
	}
	return d.Directory.Card(v.Context, directory.ForCounsellors, o.Services[i].ID, "")
}

// cardLines are what stands on it.
func cardLines(w frontend.Words, c directory.Card) (lines []string, facts []Fact) {
	for _, s := range []string{c.What, c.For, c.Cost, strings.Join(c.Bring, ", "), c.HowToApply} {
		if s != "" {
			lines = append(lines, s)
		}
	}
	for _, p := range append(slices.Clone(c.Phones), c.Place.Phones...) {
		facts = append(facts, Fact{w.Say("card.phone"), phoneText(p)})
	}
	for _, s := range []string{c.Email, c.URL} {
		if s != "" {
			facts = append(facts, Fact{w.Say("card.web"), s})
		}
	}
	if where := strings.Join(c.Place.Address, ", "); where != "" {
		facts = append(facts, Fact{"", where})
	}
	for _, h := range c.Place.Hours {
		facts = append(facts, Fact{"", hoursOf(h)})
	}
	return lines, facts
}

// contactCard shows it in the person's language, to be printed or read aloud.
func (d *desk) contactCard(v *frontend.Visit) error {
	t, r, card, lang, err := d.theirCard(v)
	if err != nil {
		return err
	}
	ours := v.Page("")
	page := ContactCard{Page: d.inTheirs(ours, lang), Up: referralPath(t.ID, r.ID), UpText: v.Say("consent.desk.turned.back"), UpLang: v.Lang(), Name: card.Name, By: card.By}
	page.Title = card.Name
	page.Lines, page.Facts = cardLines(page.Words, card)
	if card.Shares != directory.SharesNo {
		page.Warning = page.Say("consent.warn.shares", isolated(card.By))
	}
	if v.Session.Member(t.Team) {
		page.Action, page.ActionText = referralPath(t.ID, r.ID)+"/card", v.Say("referral.card.answer")
	}
	return v.Show(page)
}

// theirCard is the card of the referral in the address, and the language its
// person reads.
func (d *desk) theirCard(v *frontend.Visit) (t tickets.Ticket, r consent.Referred, card directory.Card, lang string, err error) {
	if t, r, err = d.theirReferral(v); err == nil && !r.Open {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return t, r, card, "", err
	}
	heads, err := d.Tickets.Heads(v.Context, v.Session, []helpdesk.ID{t.ID})
	if err != nil {
		return t, r, card, "", err
	}
	card, err = d.cardOf(v, r)
	return t, r, card, firstOf(heads[t.ID].Facts.Spoken, t.Language), err
}

// answerCard puts it into the answer, behind what is written there already.
func (d *desk) answerCard(v *frontend.Visit) error {
	t, _, card, lang, err := d.theirCard(v)
	if err != nil {
		return err
	}
	w := d.inTheirs(v.Page(""), lang).Words
	lines, facts := cardLines(w, card)
	text := []string{join(" · ", card.Name, card.By)}
	text = append(text, lines...)
	for _, f := range facts {
		text = append(text, join(" ", f.Label, f.Text))
	}
	if card.Shares != directory.SharesNo {
		text = append(text, w.Say("consent.warn.shares", card.By))
	}
	sheet, err := d.ticketSheet(v, t.ID)
	if err != nil {
		return err
	}
	return d.intoAnswer(v, sheet, strings.Join(text, "\n"))
}
