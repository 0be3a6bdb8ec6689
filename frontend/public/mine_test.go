package public_test

import (
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// given is something that left for somebody with an account, with both yeses.
type given struct {
	id, permission, consent helpdesk.ID
	to                      *consent.Outside
}

func (h *house) gives(t *testing.T, s *staff.Session, b *browser, to string) given {
	t.Helper()
	target := h.organisation(to)
	token, err := h.staff.InvitePartner(t.Context(), h.staff.Console(), target, "lo", "lo", "lo@partner.example", "en")
	ok(t, err)
	account, err := h.staff.AcceptPartner(t.Context(), token, "en", "Desk")
	ok(t, err)
	id, err := h.door.Refer(t.Context(), s, h.ticketOf(t, b), consent.Referring{Mode: consent.Package, Target: target, Priority: consent.PriorityUrgent,
		Need: "a bed", Reason: "they have beds", Likely: true, Agreed: true,
		Parts: []consent.Part{{Kind: consent.PartText, Label: "When you come", Text: "on Monday at nine", Updating: true}}})
	ok(t, err)
	asked, err := h.door.Submit(t.Context(), s, id, 1, consent.Asking{Language: "en", Use: "a bed", Retention: 30})
	ok(t, err)
	b.yes(asked.Permission)
	b.yes(asked.Consent)
	r, err := h.door.Referral(t.Context(), s, id)
	ok(t, err)
	_, err = h.door.Send(t.Context(), s, id, r.Version, consent.Way{})
	ok(t, err)
	h.pass(31 * time.Second)
	code, err := staff.FactorCode(account.Secret, h.now())
	ok(t, err)
	cookie, err := h.staff.SignInPartner(t.Context(), "lo", account.Words, code)
	ok(t, err)
	who, err := h.staff.Outsider(t.Context(), cookie, false)
	ok(t, err)
	return given{id, asked.Permission, asked.Consent, h.door.Partner(who)}
}

var ticks = regexp.MustCompile(`name="item" value="([^"]*)"`)

// yes says yes to everything a question holds, alone.
func (b *browser) yes(id helpdesk.ID) {
	b.t.Helper()
	at := "/en/mine/ask/" + string(id)
	fields := url.Values{"do": {"yes"}, "alone": {"yes"}}
	for _, m := range ticks.FindAllStringSubmatch(b.get(at).page, -1) {
		fields.Add("item", html.UnescapeString(m[1]))
	}
	b.posts(at, fields).isAt("/en/mine")
}

func TestWhatLeftIsReadWrittenAboutAndSaidHowItWent(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b, other := h.browser(t), h.browser(t)
	b.begins("I need a bed")
	b.press("/en/code/offer", "do", "make")
	code := b.code20()
	other.begins("another matter")
	g := h.gives(t, maria, b, "Shelter")
	at := "/en/mine/gone/" + string(g.id)
	b.get("/en/mine").sees(`href="`+at+`"`, "Nobody has opened it.")
	b.get(at).sees("What we have given: <bdi>Shelter</bdi>", "on Monday at nine", "they have beds", "Shelter\u2069, you and we can read this.").seesNot("How did it go?")

	b.press(at, "text", "  ").sees("You have not written anything yet.")
	b.get(at).press(at, "text", "my code is "+code).sees("Your message holds your code.")
	b.get(at).press(at, "text", "I come a day later").isAt(at).sees("It is sent.", "I come a day later")
	ok(t, h.door.Agree(t.Context(), g.to, g.id))
	read, err := h.door.Released(t.Context(), g.to, g.id)
	ok(t, err)
	if len(read.Words) != 1 || read.Words[0].Text != "I come a day later" || read.Words[0].Side != "person" {
		t.Errorf("whoever has it reads %d words", len(read.Words))
	}
	ok(t, h.door.Accept(t.Context(), g.to, g.id))
	ok(t, h.door.AskBack(t.Context(), g.to, g.id, "Which day?"))
	ok(t, h.door.UpdateItem(t.Context(), maria, g.id, read.Handed.Items[0].Key, "on Tuesday at nine"))
	b.get(at).sees("Opened: Wednesday", "They have said yes to help.", "Which day?", "on Tuesday at nine", "on Monday at nine")

	if b.press(at, "outcome", "helped").isAt(at).seesNot("You say"); b.code != 200 {
		t.Errorf("how it went, before they said so: %d", b.code)
	}
	ok(t, h.door.Report(t.Context(), g.to, g.id, "could_not", "no bed was free"))
	b.get(at).sees("They say: They could not help", "How did it go?", "no bed was free").press(at, "outcome", "helped").
		isAt(at).sees("Thank you.", "They say: They could not help", "You say: It helped").seesNot("How did it go?")
	r, err := h.door.Referral(t.Context(), maria, g.id)
	ok(t, err)
	if r.State != consent.ReferralClosed || r.Outcome != "could_not" || r.Told != "helped" {
		t.Errorf("%s, reported %s, told %s", r.State, r.Outcome, r.Told)
	}

	for _, path := range []string{at, "/en/mine/gone/nothing"} {
		if other.get(path).seesNot("Monday"); other.code != 404 {
			t.Errorf("%s for another: %d", path, other.code)
		}
	}
	b.get("/en/mine").press("/en/mine/back", "id", string(g.id)).isAt("/en/mine").sees("It is stopped.")
	b.get(at).seesNot(`name="text"`)
}

func TestAYesThatEndsSoonIsSaidAgain(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("I need a bed")
	b.press("/en/code/offer", "do", "make")
	code := b.code20()
	id := h.asks(t, maria, b, h.organisation("Shelter"))
	at := "/en/mine/ask/" + string(id)
	b.get(at).posts(at, url.Values{"do": {"yes"}, "alone": {"yes"}, "item": {"phone", "health"}}).isAt("/en/mine").seesNot("Say yes again")
	before, err := h.door.One(t.Context(), h.guestOf(t, b), id)
	ok(t, err)
	h.pass(80 * 24 * time.Hour)
	b.get("/en/code").press("/en/code", "code", code)
	b.get("/en/mine").sees("Say yes again")
	b.get(at).sees(`value="phone" checked`, `value="renew"`).seesNot(`value="arrival" checked`, `value="later"`)
	b.posts(at, url.Values{"do": {"renew"}, "alone": {"yes"}}).isAt("/en/mine").sees("You said yes again").seesNot("Say yes again")
	h.stands(t, b, id, consent.Renewed, true)
	after, err := h.door.One(t.Context(), h.guestOf(t, b), id)
	ok(t, err)
	if !after.Until.After(before.Until.Add(79*24*time.Hour)) || !after.Said.Alone || len(after.Said.Items) != 2 {
		t.Errorf("renewed until %v, before %v: %+v", after.Until, before.Until, after.Said.Items)
	}
	b.press("/en/mine/stop", "id", string(id)).sees("It is stopped.")
	h.stands(t, b, id, consent.Withdrawn, false)
}

// asksAChild puts a question about a child under 13.
func (h *house) asksAChild(t *testing.T, s *staff.Session, b *browser, to helpdesk.ID) helpdesk.ID {
	t.Helper()
	var id helpdesk.ID
	ok(t, h.db.Write(t.Context(), "test", func(tx *store.Tx) error {
		var err error
		id, err = h.door.Ask(t.Context(), tx, s, consent.Draft{Ticket: h.ticketOf(t, b), Purpose: consent.Share, Language: "en", Age: consent.Under13, Role: consent.Guardian,
			Recipients: []consent.Recipient{{ID: to}}, Use: "find a school", Items: []consent.Item{{Key: "age", Label: "How old you are"}, {Key: "school", Label: "Your school"}}})
		return err
	}))
	return id
}

func TestForAChildUnderThirteenAnAdultIsHeardToo(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b, other := h.browser(t), h.browser(t)
	b.begins("I am ten")
	other.begins("another matter")
	id := h.asksAChild(t, maria, b, h.organisation("School"))
	at, adult := "/en/mine/ask/"+string(id), "/en/mine/adult/"+string(id)
	b.get(at).sees("Somebody who may speak for you", `href="`+adult+`"`)
	b.get(adult).sees("For an adult who may speak for the child", "The child has not answered yet.", "How old you are", "School", "find a school", "Signature").seesNot(`name="item"`, `value="yes"`)
	b.get(at).posts(at, url.Values{"do": {"yes"}, "alone": {"yes"}, "item": {"age"}}).isAt("/en/mine").sees("For an adult who may speak for the child", "Somebody who may speak for you")
	h.stands(t, b, id, consent.Requested, false)

	// The adult's words are words in the conversation, and no yes.
	b.get(adult).sees("The child said yes.").press(adult, "name", "Amina", "phone", " ", "role", "parent").isAt(adult)
	b.press(adult, "name", "Amina", "phone", "070 123", "role", "appointed", "when", "after six").isAt("/en/talk").sees("We have got it.")
	b.get("/en/talk/log").sees("An adult wants to speak for the child. Please call.", "En vuxen vill tala för barnet.", "Amina (Utsedd att tala", "070 123", "after six")
	h.stands(t, b, id, consent.Requested, false)
	for _, path := range []string{adult, "/en/mine/adult/nothing"} {
		if other.get(path).seesNot("School"); other.code != 404 {
			t.Errorf("%s for another: %d", path, other.code)
		}
	}
	if other.post(adult, url.Values{"name": {"x"}, "phone": {"1"}}); other.code < 400 {
		t.Errorf("another's adult: %d", other.code)
	}

	_, err := h.door.Record(t.Context(), maria, id, consent.Spoke{State: consent.Given, Items: []string{"age"}, Method: consent.Phone, Role: consent.Guardian,
		Language: "en", Alone: true, Witness: "Maria", Guardian: "Amina"})
	ok(t, err)
	h.stands(t, b, id, consent.Given, true)
	b.get(adult).sees("An adult has said this with us.").seesNot(`name="phone"`)
	b.get("/en/mine").sees("<bdi>How old you are</bdi>: You said yes").seesNot("Somebody who may speak for you").press("/en/mine/stop", "id", string(id)).sees("It is stopped.")
	h.stands(t, b, id, consent.Withdrawn, false)
	b.get(adult).sees("The child said no.")

	// Who is older speaks for themselves.
	own := h.asks(t, maria, b, h.organisation("Shelter"))
	b.get("/en/mine/adult/" + string(own)).isAt("/en/mine/ask/" + string(own))
}

func TestEverythingOfTheirsIsSavedAsAFile(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b, other := h.browser(t), h.browser(t)
	b.begins("I need a <bed>")
	other.begins("nobody else reads this")
	g := h.gives(t, maria, b, "Shelter")
	ok(t, h.door.Agree(t.Context(), g.to, g.id))
	_, err := h.door.Released(t.Context(), g.to, g.id)
	ok(t, err)
	_, err = h.tickets.Note(t.Context(), maria, h.ticketOf(t, b), "a note of ours", "1")
	ok(t, err)
	b.get("/en/mine").press("/en/mine/wish", "what", "notes")
	b.get("/en/mine").sees("A copy of everything", "The file stays on this phone or computer.", `href="/en/mine/copy/html" download`, `href="/en/mine/copy/json" download`)
	if b.get("/en/mine/copy/html"); !strings.Contains(b.head.Get("Content-Disposition"), "copy.html") || b.head.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("not saved: %v", b.head)
	}
	b.sees("I need a &lt;bed&gt;", "on Monday at nine", "Shelter", "May we give this to", "I want to read your own notes about me", "at the latest: 4 Apr").
		seesNot("a note of ours", "nobody else", "<script", "<form", `href="/x"`)
	b.get("/en/mine/copy/json").seesNot("a note of ours", "nobody else")
	var file struct {
		Conversations [][]struct{ From, Text string }
		Consents      []map[string]any
		Given         []struct {
			To      string
			Opened  []struct{ What string }
			Package struct{ Items []struct{ Text string } }
		}
		Asked []struct{ What, Due string }
	}
	ok(t, json.Unmarshal([]byte(b.page), &file))
	if len(file.Conversations) != 1 || file.Conversations[0][0].Text != "I need a <bed>" || file.Conversations[0][0].From != "you" || len(file.Consents) != 2 ||
		len(file.Given) != 1 || file.Given[0].To != "Shelter" || file.Given[0].Package.Items[0].Text != "on Monday at nine" || len(file.Given[0].Opened) == 0 ||
		len(file.Asked) != 1 || file.Asked[0].What != "right_notes" || file.Asked[0].Due != "2026-04-04" {
		t.Errorf("the file holds %s", b.page)
	}
	if b.get("/en/mine/copy/pdf"); b.code != 404 {
		t.Errorf("a file of no kind: %d", b.code)
	}
}

// TestWhatWasToldWithoutAYesIsReadWhereTheyAreToldOfIt: on their page and in
// their copy, from the moment they know.
func TestWhatWasToldWithoutAYesIsReadWhereTheyAreToldOfIt(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b, other := h.browser(t), h.browser(t)
	b.begins("I need help")
	other.begins("another matter")
	id, err := h.door.Except(t.Context(), maria, consent.Excepting{Ticket: h.ticketOf(t, b), Kind: "child", Must: true, Law: "SoL 19:1", Why: "what we fear", WhyNot: "danger"})
	ok(t, err)
	ok(t, h.door.Disclose(t.Context(), maria, id, "Social services, Kim", "phone", "that you <are> ill", time.Time{}))
	b.get("/en/mine").seesNot("Social services", "without your yes")
	b.get("/en/mine/copy/json").seesNot("Social services")
	ok(t, h.door.Inform(t.Context(), maria, id))
	b.get("/en/mine").sees("What we have given", "Social services, Kim", "that you &lt;are&gt; ill", "We gave this without your yes. Ask us why.").seesNot("what we fear", "SoL", "/mine/gone/")
	b.get("/en/mine/copy/html").sees("Social services, Kim", "that you &lt;are&gt; ill").seesNot("what we fear")
	b.get("/en/mine/copy/json").sees(`"channel": "phone"`, "Social services, Kim").seesNot("what we fear")
	other.get("/en/mine").seesNot("Social services")
}

// TestWhoErasesEverythingTakesBackWhatLeft: from the press on, days before it is
// destroyed, and also when they think better of it.
func TestWhoErasesEverythingTakesBackWhatLeft(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("I need a bed")
	g := h.gives(t, maria, b, "Shelter")
	ok(t, h.door.Agree(t.Context(), g.to, g.id))
	if r, err := h.door.Released(t.Context(), g.to, g.id); err != nil || len(r.Handed.Items) == 0 {
		t.Fatalf("nothing was handed over: %v", err)
	}
	b.get("/en/talk/erase").press("/en/talk/erase")
	if r, err := h.door.Released(t.Context(), g.to, g.id); err != nil || !r.Ended || len(r.Handed.Items) > 0 {
		t.Errorf("still released: %v", err)
	}
}

// A question to somebody who wrote by mail is answered behind the link of an
// answer, without a code.
func TestAQuestionIsAnsweredBehindAMailLink(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	fragment, _ := h.answerByLink(t, maria)
	b := h.browser(t)
	b.post("/en/l", url.Values{"key": {fragment}}).isAt("/en/talk")
	id := h.asks(t, maria, b, h.organisation("Shelter"))
	b.get("/en/talk").sees("We ask you something.")
	at := "/en/mine/ask/" + string(id)
	b.get(at).sees("Your phone number").posts(at, url.Values{"do": {"yes"}, "alone": {"yes"}, "item": {"phone"}}).isAt("/en/mine").sees("You said yes")
	h.stands(t, b, id, consent.Given, true)
	// It is written down that they came by the link, until they come by a code.
	said := func(want consent.Method) {
		t.Helper()
		if a, err := h.door.One(t.Context(), h.guestOf(t, b), id); err != nil || a.Said.Method != want {
			t.Errorf("answered by %q, want %q, %v", a.Said.Method, want, err)
		}
	}
	said(consent.MailLink)
	b.press("/en/mine/stop", "id", string(id)).sees("It is stopped.")
	h.stands(t, b, id, consent.Withdrawn, false)
	b.get("/en/code/offer").press("/en/code/offer", "do", "make")
	code := b.code20()
	b.get("/en/code").press("/en/code", "code", code)
	b.get(at).posts(at, url.Values{"do": {"yes"}, "alone": {"yes"}, "item": {"phone"}}).isAt("/en/mine")
	said(consent.Web)
	b.press("/en/mine/wish", "what", "notes").isAt("/en/mine").sees("We have got it.")
}

// TestWhatIsAllowedFitsAPhoneThatPaysByTheByte: no page of it is heavier before
// its text than any other of a person's, with everything that can stand on it.
func TestWhatIsAllowedFitsAPhoneThatPaysByTheByte(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("hello")
	g := h.gives(t, maria, b, "Shelter")
	ok(t, h.door.Agree(t.Context(), g.to, g.id))
	_, err := h.door.Released(t.Context(), g.to, g.id)
	ok(t, err)
	ok(t, h.door.Accept(t.Context(), g.to, g.id))
	ok(t, h.door.Report(t.Context(), g.to, g.id, "helped", "a bed was free"))
	asked := h.asks(t, maria, b, h.organisation("Kitchen"))
	child := h.asksAChild(t, maria, b, h.organisation("School"))
	b.get("/en/mine").press("/en/mine/wish", "what", "notes")
	heaviest := 0
	for _, l := range h.site.WordsFor("en").Choices() {
		for _, path := range []string{"/mine", "/mine/ask/" + string(asked), "/mine/adult/" + string(child), "/mine/gone/" + string(g.id), "/mine/paper/" + string(g.consent)} {
			b.get("/" + l.Tag + path)
			if b.code != 200 {
				t.Errorf("/%s%s: %d", l.Tag, path, b.code)
			}
			b.sees(`<html lang="`+l.Tag+`"`, `href="/x"`).seesNot("{0}", "{1}", "{2}", "style=", "onclick=")
			page := b.page
			before := zipped(t, []byte(page))
			for _, m := range styles.FindAllStringSubmatch(page, -1) {
				before += zipped(t, []byte(b.get(m[1]).page))
			}
			all := before
			for _, more := range []*regexp.Regexp{scripts, icons} {
				for _, m := range more.FindAllStringSubmatch(page, -1) {
					all += zipped(t, []byte(b.get(m[1]).page))
				}
			}
			if heaviest = max(heaviest, before); before > 14_000 || all > 30_000 {
				t.Errorf("/%s%s: %d bytes before the text, %d in all", l.Tag, path, before, all)
			}
		}
	}
	t.Logf("the heaviest: %d bytes before the text", heaviest)
}
