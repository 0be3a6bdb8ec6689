package stories

import (
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"returnsupport/consent"
	"returnsupport/frontend/partner"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// reads confirms what there is to confirm, and sees what was handed over.
func (v *visitor) reads(words string) {
	v.t.Helper()
	const agree = `form[action$="/agree"]`
	if v.eval(`document.querySelector('`+agree+`') !== null`) == "true" {
		v.click(agree + " button")
	}
	v.sees(words)
}

// session is the cookie a person's browser holds.
func (v *visitor) session() string {
	v.t.Helper()
	found, err := chromedp.Call(v.ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{v.base + "/"}})
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range found.Cookies {
		if c.Name == "talk" {
			return c.Value
		}
	}
	v.t.Fatal("the browser holds no session")
	return ""
}

// things are three that could be handed over, one of them sensitive.
func things() []consent.Part {
	return []consent.Part{
		{Kind: consent.PartText, Label: "شماره تیلفون", Text: "070 123 45 67"},
		{Kind: consent.PartText, Label: "مریضی", Text: "ناروغی قلب", Special: true},
		{Kind: consent.PartText, Label: "وقت رسیدن", Text: "دوشنبه ساعت ۹"},
	}
}

// refers lays a package before the person of a ticket.
func (w *world) refers(s *staff.Session, ticket, to helpdesk.ID, lang string, age consent.Age, parts []consent.Part) (helpdesk.ID, consent.Submitted) {
	w.t.Helper()
	id, err := w.door.Refer(w.t.Context(), s, ticket, consent.Referring{Mode: consent.Package, Target: to, Priority: consent.PriorityUrgent, Need: "a bed",
		Reason: "they have beds", Restrictions: []string{"Do not call before noon"}, Likely: true, Agreed: true, Again: true, Parts: parts})
	w.ok(err)
	role := consent.Self
	if age == consent.Under13 {
		role = consent.Guardian
	}
	asked, err := w.door.Submit(w.t.Context(), s, id, 1, consent.Asking{Language: lang, Use: "بستر", Retention: 30, Age: age, Role: role})
	w.ok(err)
	return id, asked
}

// sends hands it over as it was allowed, behind a link and a code.
func (w *world) sends(s *staff.Session, id helpdesk.ID) (p parcel, err error) {
	w.t.Helper()
	r, err := w.door.Referral(w.t.Context(), s, id)
	w.ok(err)
	p.id = id
	out, err := w.door.Send(w.t.Context(), s, id, r.Version, consent.Way{Address: "desk@shelter.example", Language: "en", Link: func(f string) string {
		p.fragment = f
		return partner.Link(w.url, "en", f)
	}})
	p.code = out.Code
	return p, err
}

// enters opens a link with its code.
func (v *visitor) enters(p parcel) {
	v.t.Helper()
	v.open("/en/who") // else a page of theirs that is open still may lead to its end just now
	v.open(strings.TrimPrefix(partner.Link(v.w.url, "en", p.fragment), v.w.url))
	v.until("the secret has left the address", `location.hash === "" && document.querySelector("#typed").hidden`)
	v.typeInto("#digits", p.code)
	v.click("main button.main")
	v.arrives("what was handed over", `location.pathname === "/p/r/`+string(p.id)+`"`)
}

func (w *world) reduces(s *staff.Session, id helpdesk.ID) {
	w.t.Helper()
	r, err := w.door.Referral(w.t.Context(), s, id)
	w.ok(err)
	w.ok(w.door.Reduce(w.t.Context(), s, id, r.Version))
}

// wrote is somebody who wrote to us, without a browser: the cookie of their
// session, and the ticket.
func (w *world) wrote(lang string) (cookie string, ticket helpdesk.ID) {
	w.t.Helper()
	begun, err := w.room.Start(w.t.Context(), chat.First{Lang: lang, ClientID: string(helpdesk.NewID()), Text: "Hello.", Facts: tickets.Facts{Spoken: lang}})
	w.ok(err)
	return begun.Cookie, begun.Ticket
}

func (w *world) guest(cookie string) *people.Guest {
	w.t.Helper()
	g, err := w.people.Guest(w.t.Context(), cookie, false)
	w.ok(err)
	return g
}

// allows says yes to everything a question holds.
func (w *world) allows(cookie string, id helpdesk.ID) {
	w.t.Helper()
	g := w.guest(cookie)
	a, err := w.door.One(w.t.Context(), g, id)
	w.ok(err)
	var items []string
	for _, it := range a.Terms.Items {
		items = append(items, it.Key)
	}
	w.ok(w.door.Answer(w.t.Context(), g, id, consent.Reply{State: consent.Given, Items: items, Method: consent.Web, Language: "en", Alone: true}))
}

// counted is a hand whose presses are counted.
type counted struct {
	*visitor
	steps int
}

func (c *counted) does(selector string) {
	c.t.Helper()
	c.click(selector)
	c.steps++
}
