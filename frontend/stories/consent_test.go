package stories

import (
	"errors"
	"strings"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// Somebody says yes, in Dari and on a phone, to two of three things; whoever
// gets them confirms and takes it on; the person sees that, and at night takes
// it back with the code alone, on a phone without scripts. What is open outside
// is empty then.
func TestTwoOfThreeThingsInDariAreAllowedReadAndTakenBackAtNight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.session()
	shelter := w.shelter("Harbarget")
	say := w.site.WordsFor("prs").Say
	p := counted{visitor: visit(t, w, phone)}
	cookie, ticket := w.wrote("prs")
	code, err := w.people.NewCode(t.Context(), w.guest(cookie))
	w.ok(err)
	p.carries(cookie)
	p.open("/prs/talk")
	id, asked := w.refers(s, ticket, shelter, "prs", consent.Adult, things())
	p.until("the question is told on the open page", `!document.querySelector("#asks").hidden`)
	if text := p.eval("document.body.innerText"); strings.Contains(text, "Harbarget") || strings.Contains(text, "مریضی") {
		t.Error("the conversation says what is asked")
	}

	// Whether we may ask them at all is a question of its own.
	p.click("#asks a")
	p.isAt("/prs/mine")
	p.shot("consent-1-mine")
	p.does(`a[href="/prs/mine/ask/` + string(asked.Permission) + `"]`)
	p.isAt("/prs/mine/ask/" + string(asked.Permission))
	p.shot("consent-2-permission")
	p.does(`main input[name=alone][value=yes]`)
	p.does(`main button[name=do][value=yes]`)
	p.isAt("/prs/mine")

	p.steps = 0
	p.does(`a[href="/prs/mine/ask/` + string(asked.Consent) + `"]`)
	p.isAt("/prs/mine/ask/" + string(asked.Consent))
	if ticked := p.eval(`document.querySelectorAll("main :checked").length`); ticked != "0" {
		t.Errorf("%s things are ticked before anybody did", ticked)
	}
	p.accessible("a question in Dari")
	p.narrow("a question in Dari")
	p.shot("consent-3-question")
	p.eval(`document.querySelectorAll("main input[name=item]").forEach((e, i) => e.id = "item" + i)`)
	p.does("#item0")
	p.does("#item2")
	p.does(`main input[name=alone][value=yes]`)
	p.does(`main button[name=do][value=yes]`)
	p.isAt("/prs/mine")
	p.sees(say("consent.state.given"))
	giving := p.steps
	p.shot("consent-4-given")

	w.reduces(s, id)
	handed, err := w.sends(s, id)
	w.ok(err)
	lo := visit(t, w, desk)
	lo.enters(handed)
	lo.sees("Do not call before noon")
	lo.reads("070 123 45 67")
	lo.sees("دوشنبه")
	if text := lo.eval("document.body.innerText"); strings.Contains(text, "ناروغی") || strings.Contains(text, "مریضی") {
		t.Error("they read what was not allowed")
	}
	lo.click(`form[action$="/accept"] button`)
	lo.until("it is taken on", `!document.querySelector('form[action$="/accept"]')`)

	p.open("/prs/mine")
	p.until("they see that it was opened and taken on", `document.body.innerText.includes(`+quoted(say("mine.took"))+`) && document.body.innerText.includes(`+quoted(say("mine.opened", ""))+`)`)
	p.shot("consent-5-opened")
	p.accessible("what left, in Dari")
	p.narrow("what left, in Dari")
	p.click(`a[href="/prs/mine/gone/` + string(id) + `"]`)
	p.isAt("/prs/mine/gone/" + string(id))
	p.sees("دوشنبه")
	p.typeInto("#text", "یک روز بعد آنجا هستم")
	p.click("main form button.main")
	p.sees(say("mine.told"))
	lo.open("/p/r/" + string(id))
	lo.sees("یک روز بعد آنجا هستم")

	w.pass(untilNight(w.now()))
	lo.enters(handed) // they look again, late
	lo.reads("070 123 45 67")
	night := counted{visitor: visit(t, w, phone)}
	night.plain()
	night.returns("prs", code)
	night.open("/prs/mine")
	night.shot("consent-6-night")
	night.does(`form[action="/prs/mine/back"] button`)
	night.sees(say("consent.stopped"))
	night.shot("consent-7-stopped")
	if night.steps > giving {
		t.Errorf("to take it back takes %d steps, to give it %d", night.steps, giving)
	}
	t.Logf("steps: %d to give, %d to take back", giving, night.steps)
	g := w.guest(night.session())
	for _, one := range []helpdesk.ID{asked.Permission, asked.Consent} {
		a, err := w.door.One(t.Context(), g, one)
		w.ok(err)
		if a.Valid {
			t.Error("a yes holds after it was taken back")
		}
	}
	lo.until("empty", `!document.documentElement.outerHTML.includes("دوشنبه") && !document.documentElement.outerHTML.includes("070 123")`)
	lo.shot("consent-8-empty")
}

// untilNight is how long it is until four past midnight UTC.
func untilNight(now time.Time) time.Duration {
	night := time.Date(now.Year(), now.Month(), now.Day()+1, 2, 0, 0, 0, time.UTC)
	return night.Sub(now)
}

// A child of ten says what it wants; an adult asks to be called; one of us hears
// the adult; only then does it count, and the child ends it with one press.
func TestAChildUnderThirteenAndWhoSpeaksForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.session()
	school := w.shelter("Skolan")
	p := visit(t, w, phone)
	cookie, ticket := w.wrote("en")
	p.carries(cookie)
	id, asked := w.refers(s, ticket, school, "en", consent.Under13, things()[:1])
	for _, question := range []helpdesk.ID{asked.Permission, asked.Consent} {
		p.open("/en/mine/ask/" + string(question))
		p.sees("Somebody who may speak for you")
		p.accessible("a question to a child")
		if question == asked.Consent {
			p.click("main input[name=item]")
		}
		p.click(`main input[name=alone][value=yes]`)
		p.click(`main button[name=do][value=yes]`)
		p.isAt("/en/mine")
	}
	p.shot("child-1-said")
	if _, err := w.sends(s, id); refusal(err) == "" && !errors.Is(err, helpdesk.ErrConflict) {
		t.Fatalf("a child's word alone sends it: %v", err)
	}

	p.click(`a[href="/en/mine/adult/` + string(asked.Consent) + `"]`)
	p.isAt("/en/mine/adult/" + string(asked.Consent))
	p.sees("The child said yes.")
	p.accessible("for an adult")
	p.narrow("for an adult")
	p.shot("child-2-adult")
	p.typeInto("#name", "Amina")
	p.typeInto("#phone", "070 123")
	p.click("main form button.main")
	p.isAt("/en/talk")
	p.until("it stands in the conversation", `(`+personsLog+`).includes("Amina")`)

	for _, question := range []helpdesk.ID{asked.Permission, asked.Consent} {
		a, err := w.door.One(t.Context(), w.guest(cookie), question)
		w.ok(err)
		if a.Valid {
			t.Error("it counts before anybody heard the adult")
		}
		var items []string
		for _, it := range a.Terms.Items {
			items = append(items, it.Key)
		}
		_, err = w.door.Record(t.Context(), s, question, consent.Spoke{State: consent.Given, Items: items, Method: consent.Phone, Role: consent.Guardian,
			Language: "en", Alone: true, Witness: "Ada Lind", Guardian: "Amina"})
		w.ok(err)
	}
	handed, err := w.sends(s, id)
	w.ok(err)
	lo := visit(t, w, desk)
	lo.enters(handed)
	lo.reads("070 123 45 67")

	p.open("/en/mine")
	p.sees("We gave it:")
	p.shot("child-3-given")
	p.click(`form[action="/en/mine/back"] button`)
	p.sees("It is stopped.")
	lo.until("empty", `!document.body.innerText.includes("070 123 45 67")`)
}

// Somebody is beside them: they say so, and what is sensitive stays.
func TestWhoIsNotAloneGivesNothingSensitive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.session()
	shelter := w.shelter("Harbarget")
	p := visit(t, w, phone)
	cookie, ticket := w.wrote("en")
	p.carries(cookie)
	id, asked := w.refers(s, ticket, shelter, "en", consent.Adult, things()[:2])
	w.allows(cookie, asked.Permission)
	p.open("/en/mine/ask/" + string(asked.Consent))
	p.eval(`document.querySelectorAll("main input[name=item]").forEach((e, i) => e.id = "item" + i)`)
	p.click("#item0")
	p.click("#item1")
	p.click(`main input[name=alone][value=no]`)
	p.click(`main button[name=do][value=yes]`)
	p.isAt("/en/mine")
	p.sees("Somebody is with you. So we do not give what is sensitive.")
	p.accessible("somebody is beside them")
	p.shot("beside")
	if _, err := w.sends(s, id); refusal(err) == "" && !errors.Is(err, helpdesk.ErrConflict) {
		t.Fatalf("what is sensitive leaves while somebody is beside them: %v", err)
	}
	w.reduces(s, id)
	handed, err := w.sends(s, id)
	w.ok(err)
	lo := visit(t, w, desk)
	lo.enters(handed)
	lo.reads("070 123 45 67")
	if strings.Contains(lo.eval("document.documentElement.outerHTML"), "ناروغی") {
		t.Error("they read what is sensitive")
	}
}

// What leaves without a yes is decided by one of us at a desk and looked at by
// another on a telephone, each on their own page; nothing leaves before both did,
// and its person is told.
func TestWhatLeavesWithoutAYesIsSeenByTwoAndToldToThePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.session()
	w.hire("per", "Per Holm")
	social := w.shelter("Socialtjansten")
	p := visit(t, w, phone)
	cookie, ticket := w.wrote("en")
	p.carries(cookie)
	id, err := w.door.Refer(t.Context(), s, ticket, consent.Referring{Mode: consent.Package, Target: social, Priority: consent.PriorityEmergency, Need: "a child in danger",
		Reason: "they look after children", Likely: true, Agreed: true, Parts: things()[:1]})
	w.ok(err)
	here := "/w/t/" + string(ticket) + "/exceptions"

	ada := visit(t, w, desk)
	ada.signIn()
	ada.open("/w/t/" + string(ticket) + "/referrals/" + string(id))
	ada.click(`a[href="` + here + `?referral=` + string(id) + `"]`)
	ada.arrives("the form", `location.pathname === "`+here+`"`)
	ada.sees("Rådgör utan namn först.")
	if ticked := ada.eval(`document.querySelectorAll("main :checked:not(option)").length`); ticked != "0" {
		t.Errorf("%s answers are given before anybody gave them", ticked)
	}
	ada.looksAtDesk("exception-decide")
	for _, choice := range []string{"anonymous][value=yes", "kind][value=crime", "must][value=should", "informed][value=no"} {
		ada.click("main form input[name=" + choice + "]")
	}
	ada.typeInto("#law", "OSL 10:24")
	ada.typeInto("#why", "Ett grovt brott planeras")
	ada.click(`form[action="` + here + `"] button.main`)
	ada.sees("Berätta för personen, eller skriv varför inte.") // and nothing typed is lost
	ada.typeInto("#whynot", "Den som hotar kan läsa med")
	ada.click(`form[action="` + here + `"] button.main`)
	ada.sees("väntar på en andra person")
	if ada.eval(`document.querySelector('form[action$="/review"]') === null`) != "true" {
		t.Error("who decided is asked to look a second time")
	}
	ada.looksAtDesk("exception-waits")
	if _, err := w.sends(s, id); err == nil {
		t.Fatal("one of us alone sends it")
	}

	per := visit(t, w, phone)
	per.signInAs("per", w.others["per"])
	per.open("/w/referrals")
	per.click(`a[href="/w/exceptions"]`)
	per.arrives("the list", `location.pathname === "/w/exceptions"`)
	per.sees("Ett grovt brott planeras")
	per.looksAtDesk("exception-list")
	per.click(`main h2 a[href^="` + here + `"]`)
	per.arrives("the exception", `location.pathname === "`+here+`"`)
	per.sees("Den som hotar kan läsa med")
	per.looksAtDesk("exception-second")
	per.click(`form[action="` + here + `/review"] button[value=no]`)
	per.sees("Write why.") // a no has its reason
	per.typeInto(`form[action="`+here+`/review"] textarea`, "I agree: a life is at stake")
	per.click(`form[action="` + here + `/review"] button[value=yes]`)
	per.sees("seen by a second person")
	per.looksAtDesk("exception-seen")

	handed, err := w.sends(s, id)
	w.ok(err)
	lo := visit(t, w, desk)
	lo.enters(handed)
	lo.reads("070 123 45 67")
	p.open("/en/mine")
	p.sees("We have not asked you for anything.") // nobody has told them yet, and it was said why
	ada.open(here)
	ada.sees("I agree: a life is at stake")
	ada.click(`form[action="` + here + `/informed"] button`)
	ada.sees("personen läser på sin sida vad som sades")
	p.open("/en/mine")
	p.sees("We gave this without your yes. Ask us why.")
	p.sees("Opened:")
	if p.eval(`document.querySelector('form[action="/en/mine/back"]') === null`) != "true" {
		t.Error("they are offered to stop what they can't")
	}
	p.accessible("what left without a yes")
	p.shot("exception")
}

// Another team gets a conversation: whoever has it open reads that at once, in
// their language, and no team's name.
func TestWhoHasTheirPageOpenReadsThatAnotherTeamHasIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.session()
	w.ok(w.office.Set(t.Context(), w.user, office.ChatTeam, string(w.team.ID)))
	lawyers, err := w.staff.AddTeam(t.Context(), s, staff.NewTeam{Name: "Juristerna"}, w.user)
	w.ok(err)
	p := visit(t, w, phone)
	for _, lang := range []string{"sv", "ar", "ti"} {
		cookie, ticket := w.wrote(lang)
		p.carries(cookie)
		p.open("/" + lang + "/talk")
		facts, err := w.tickets.Facts(t.Context(), s, ticket)
		w.ok(err)
		w.ok(w.tickets.Give(t.Context(), s, ticket, facts.Version, tickets.To{Team: lawyers.ID}))
		p.sees(w.site.WordsFor(lang).Say("system.ticket.team"))
		if strings.Contains(p.eval("document.body.innerText"), "Juristerna") {
			t.Error("the team is named")
		}
		p.accessible("another team, " + lang)
		p.narrow("another team, " + lang)
		p.shot("another-team-" + lang)
	}
}

// looksAtDesk holds a page of ours against the eyes of everybody.
func (v *visitor) looksAtDesk(name string) {
	v.t.Helper()
	v.accessible(name)
	v.narrow(name)
	v.shot(name)
}

func refusal(err error) string {
	var no helpdesk.Refusal
	errors.As(err, &no)
	return no.Key
}

// Axe finds nothing on what persons are asked, allowed and see of it, in any
// language, and nothing sticks out of it.
func TestEveryPageOfWhatIsAllowedIsAccessibleAndFitsInEveryLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.session()
	cookie, ticket := w.wrote("prs")
	id, asked := w.refers(s, ticket, w.shelter("Harbarget"), "prs", consent.Adult, things())
	w.allows(cookie, asked.Permission)
	w.allows(cookie, asked.Consent)
	handed, err := w.sends(s, id)
	w.ok(err)
	lo := visit(t, w, desk)
	lo.enters(handed)
	lo.reads("070 123 45 67")
	lo.click(`form[action$="/accept"] button`)
	lo.until("taken on", `document.querySelector("form[action$='/report']") !== null`)
	_, open := w.refers(s, ticket, w.shelter("Koket"), "prs", consent.Adult, things())
	_, child := w.refers(s, ticket, w.shelter("Skolan"), "prs", consent.Under13, things()[:1])
	pages := []string{"/mine", "/mine/ask/" + string(open.Consent), "/mine/adult/" + string(child.Consent), "/mine/gone/" + string(id), "/mine/paper/" + string(asked.Consent)}
	for _, l := range w.site.WordsFor("en").Choices() {
		t.Run(l.Tag, func(t *testing.T) {
			t.Parallel()
			v := visit(t, w, phone)
			v.opensInPlace(l.Tag)
			v.carries(cookie)
			for _, path := range pages {
				v.meets(l.Tag, path)
			}
		})
	}
}
