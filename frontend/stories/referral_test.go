package stories

import (
	"testing"
	"time"

	"returnsupport/consent"
)

// A counsellor asks on the desk, turns the screen to the person, who presses
// themselves, and looks at every page of what was allowed and handed on: by the
// light and in the dark, on a phone and on a desk.
func TestTheScreenIsTurnedAndEveryPageOfConsentFits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.session()
	shelter := w.shelter("Härbärget vid stationen")
	_, ticket := w.wrote("prs")
	base := "/w/t/" + string(ticket)
	sent, asked := w.refers(s, ticket, shelter, "prs", consent.Adult, things())
	one := base + "/consents/" + string(asked.Consent)
	draft, err := w.door.Refer(t.Context(), s, ticket, consent.Referring{Mode: consent.Package, Target: shelter, Priority: consent.PriorityNormal, Need: "kläder för vintern", Promised: true, Parts: things()})
	w.ok(err)
	_, err = w.door.Except(t.Context(), s, consent.Excepting{Ticket: ticket, Kind: "vital", Law: "BrB 24:4", Why: "Han tänker ta sitt liv", WhyNot: "Han skulle ge sig av"})
	w.ok(err)
	_, err = w.door.Register(t.Context(), s, consent.Inquiry{Authority: "Myndigheten", What: "Var är han?", Channel: "phone", At: time.Now()})
	w.ok(err)

	v := visit(t, w, desk)
	v.signIn()
	v.open(one)
	v.click(`form[action$="/turn"] button`)
	v.isAt(one + "/turn")
	v.sees("Härbärget vid stationen")
	v.accessible("a question turned to the person")
	v.narrow("a question turned to the person")
	if at := v.eval(`document.documentElement.lang + " " + document.querySelectorAll("main :checked").length`); at != `"prs 0"` && at != "prs 0" {
		t.Errorf("the page is %s", at)
	}
	v.click(`main input[name=turn-item]`)
	v.click(`main input[name=turn-alone][value=yes]`)
	v.click(`main button[name=turn-answer][value=yes]`)
	v.isAt(one + "/thanks")
	v.click(".back a")
	v.isAt(one)

	for _, screen := range []screen{phone, desk} {
		v := visit(t, w, screen)
		v.signIn()
		v.prepares()
		for _, p := range []deskPage{
			{"consents", base + "/consents"}, {"consent", one}, {"consent-ask", base + "/consents/new"}, {"consent-share", base + "/consents/new?purpose=share"},
			{"consent-authority", base + "/consents/new?purpose=authority"}, {"referrals", base + "/referrals"}, {"referral-new", base + "/referrals/new"},
			{"referral-draft", base + "/referrals/" + string(draft)}, {"referral-asked", base + "/referrals/" + string(sent)},
			{"referral-preview", base + "/referrals/" + string(sent) + "/preview"}, {"underway", "/w/referrals"}, {"exceptions", base + "/exceptions"},
			{"exceptions-wait", "/w/exceptions"}, {"requests", "/w/requests"},
		} {
			v.looks(p, "sv", true)
		}
	}
}
