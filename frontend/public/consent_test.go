package public_test

import (
	"context"
	"html"
	"net/url"
	"strings"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

func (h *house) target(_ context.Context, id helpdesk.ID) (consent.Target, error) {
	if t, ok := h.targets[id]; ok {
		return t, nil
	}
	return consent.Target{}, helpdesk.ErrNotFound
}

func (h *house) organisation(name string) helpdesk.ID {
	id := helpdesk.NewID()
	if h.targets == nil {
		h.targets = map[helpdesk.ID]consent.Target{}
	}
	h.targets[id] = consent.Target{ID: id, Name: name, Kind: "partner", Country: "SE", Vetted: true, Takes: "package"}
	return id
}

func (h *house) ticketOf(t *testing.T, b *browser) helpdesk.ID {
	t.Helper()
	threads, err := h.tickets.Mine(t.Context(), h.guestOf(t, b))
	ok(t, err)
	return threads[0].Ticket
}

// asks puts a question about three things, one of them sensitive, to somebody.
func (h *house) asks(t *testing.T, s *staff.Session, b *browser, to helpdesk.ID) helpdesk.ID {
	t.Helper()
	d := consent.Draft{Ticket: h.ticketOf(t, b), Purpose: consent.Share, Language: "en", Recipients: []consent.Recipient{{ID: to}}, Use: "help you find a bed",
		Items: []consent.Item{{Key: "phone", Label: "Your phone number"}, {Key: "health", Label: "Your <illness>", Special: true},
			{Key: "arrival", Label: "When you come", Updating: true}},
		Restrictions: []string{"Do not call before noon"}, Retention: 30}
	var id helpdesk.ID
	ok(t, h.db.Write(t.Context(), "test", func(tx *store.Tx) error {
		var err error
		id, err = h.door.Ask(t.Context(), tx, s, d)
		return err
	}))
	return id
}

// sends is press with fields that have many values.
func (b *browser) posts(action string, more url.Values) *browser {
	b.t.Helper()
	for _, form := range forms.FindAllStringSubmatch(b.page, -1) {
		if form[1] == action {
			for _, f := range hidden.FindAllStringSubmatch(form[2], -1) {
				more.Add(f[1], f[2])
			}
			return b.post(action, more)
		}
	}
	b.t.Fatalf("%s has no form to %s:\n%s", b.at, action, b.main())
	return b
}

func (h *house) stands(t *testing.T, b *browser, id helpdesk.ID, want consent.State, valid bool) {
	t.Helper()
	a, err := h.door.One(t.Context(), h.guestOf(t, b), id)
	ok(t, err)
	if a.State != want || a.Valid != valid {
		t.Errorf("the consent is %s, valid %v; want %s, %v", a.State, a.Valid, want, valid)
	}
}

func TestAYesToTwoOfThreeThingsIsGivenSeenAndStoppedWithoutScripts(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("I need a bed")
	b.get("/en/mine").sees("We have not asked you for anything.")
	b.get("/en/talk").sees(`<div id="asks" role="status" hidden>`)
	id := h.asks(t, maria, b, h.organisation("Shelter"))
	b.get("/en/talk").sees("We ask you something.", `href="/en/mine"`, `<div id="asks" role="status">`).seesNot("Shelter")
	b.get("/en/talk/log").sees("We ask you something.", `target="_top"`).seesNot("Shelter")
	b.get("/en/mine").sees("Shelter", "We have asked you", "Read the question")

	at := "/en/mine/ask/" + string(id)
	from := b.did
	b.get(at).sees("May we give this to", "Shelter", "Your phone number", "Your &lt;illness&gt;", "sensitive", "we may send it again", "help you find a bed",
		"Where: Sweden", "Days they keep it: 30", "Do not call before noon", "They can read it until", "You can stop it at any time with your code.",
		"We cannot promise that they help.", "You can say no. We help you just as before.", "Are you alone now?").seesNot(" checked")
	b.posts(at, url.Values{"item": {"phone", "arrival"}, "alone": {"yes"}, "do": {"yes"}}).isAt("/en/mine")
	giving := b.did - from
	b.sees("<bdi>Your phone number</bdi>: You said yes", "<bdi>Your &lt;illness&gt;</bdi>: You said no", "<bdi>When you come</bdi>: You said yes", "They can read it until")
	h.stands(t, b, id, consent.Given, true)
	b.get("/en/talk").sees(`<div id="asks" role="status" hidden>`)

	paper := "/en/mine/paper/" + string(id)
	b.get(paper).sees("Shelter", "You said yes", "You can stop it at any time with your code.", "They can read it until")
	if b.get(paper+"/html").sees("Shelter", "You said yes").seesNot("<script", `href="/x"`); !strings.Contains(b.head.Get("Content-Disposition"), "paper.html") {
		t.Errorf("the paper is not saved: %v", b.head)
	}
	if b.get(paper+"/json").sees("dpv:ConsentReceipt", `"signature"`); !strings.Contains(b.head.Get("Content-Disposition"), "paper.json") {
		t.Errorf("the receipt is not saved: %v", b.head)
	}
	if b.get(paper + "/pdf"); b.code != 404 {
		t.Errorf("a paper of no kind: %d", b.code)
	}

	from = b.did
	b.get("/en/mine").press("/en/mine/stop", "id", string(id)).isAt("/en/mine").sees("It is stopped.", "You stopped it")
	if stopping := b.did - from; stopping > giving {
		t.Errorf("stopping takes %d steps, giving %d", stopping, giving)
	}
	h.stands(t, b, id, consent.Withdrawn, false)
}

func TestNoAndLaterChangeNothingAndAYesToNothingIsToldSo(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("I need a bed")
	id := h.asks(t, maria, b, h.organisation("Shelter"))
	at := "/en/mine/ask/" + string(id)
	b.get(at).posts(at, url.Values{"do": {"yes"}, "alone": {"yes"}}).sees("Mark at least one thing, or press No.")
	if b.code != 422 {
		t.Errorf("a yes to nothing: %d", b.code)
	}
	h.stands(t, b, id, consent.Requested, false)
	b.get(at).posts(at, url.Values{"do": {"later"}}).isAt("/en/mine").sees("That is fine.", "You said: later")
	h.stands(t, b, id, consent.Deferred, false)
	b.get(at).posts(at, url.Values{"do": {"no"}, "item": {"phone"}}).isAt("/en/mine").sees("That is fine. We send nothing.", "You said no")
	h.stands(t, b, id, consent.Refused, false)
	b.get("/en/talk").press("/en/talk/say", "text", "I am still here").isAt("/en/talk")
	b.get("/en/talk/log").sees("I am still here")
}

func TestWhoIsNotAloneIsToldThatTheSensitiveWaits(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("I need a bed")
	id := h.asks(t, maria, b, h.organisation("Shelter"))
	at := "/en/mine/ask/" + string(id)
	b.get(at).posts(at, url.Values{"do": {"yes"}, "item": {"health"}}).isAt("/en/mine").sees("Somebody is with you. So we do not give what is sensitive.")
	b.get("/ar/mine").sees(`dir="rtl"`, "ما سمحت به", "Shelter")
}

func TestWhatAnotherAllowedIsNotThere(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b, other := h.browser(t), h.browser(t)
	b.begins("I need a bed")
	other.begins("another matter")
	shelter := h.organisation("Shelter")
	id := h.asks(t, maria, b, shelter)
	own := h.asks(t, maria, other, shelter)
	at := "/en/mine/ask/" + string(id)
	b.get(at).posts(at, url.Values{"item": {"phone"}, "alone": {"yes"}, "do": {"yes"}})
	for _, path := range []string{at, "/en/mine/paper/" + string(id), "/en/mine/paper/" + string(id) + "/json", "/en/mine/ask/nothing"} {
		if other.get(path).seesNot("Shelter"); other.code != 404 {
			t.Errorf("%s: %d", path, other.code)
		}
	}
	if other.get("/en/mine").press("/en/mine/stop", "id", string(id)); other.code != 404 {
		t.Errorf("stopping another's: %d", other.code)
	}
	b.post("/en/mine/stop", url.Values{"id": {string(id)}}) // without a proof
	h.stands(t, b, id, consent.Given, true)
	h.stands(t, other, own, consent.Requested, false)
	if stranger := h.browser(t); stranger.get("/en/mine").seesNot("Shelter").at != "/en/code" {
		t.Errorf("who has no session is led to %s", stranger.at)
	}
}

func TestAPageThatListensHearsOfAQuestion(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("I need a bed")
	if b.get("/en/talk/news?after=0"); strings.Contains(b.page, `"asks"`) {
		t.Errorf("nothing is asked: %s", b.page)
	}
	h.asks(t, maria, b, h.organisation("Shelter"))
	b.get("/en/talk/news?after=0").sees(`"asks":true`)
}

func TestWhatAPersonMayAskOfUsStandsInTheirConversation(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("I need a bed")
	b.press("/en/code/offer", "do", "make")
	code := b.code20()
	b.get("/en/mine").sees(`href="/en/talk/hide"`, `href="/en/talk/erase"`).seesNot("at the latest").press("/en/mine/wish", "what", "notes")
	// Wednesday 4 March: a month is 4 April.
	b.isAt("/en/mine").sees("We have got it. A counsellor answers here.", "An answer will come here, at the latest: 4 Apr").seesNot(`value="notes"`)
	b.get("/en/talk/log").sees("I want to read your own notes about me", "Jag vill läsa era egna anteckningar om mig")
	if b.post("/en/mine/wish", url.Values{"what": {"money"}}); b.code < 400 {
		t.Errorf("a wish nobody knows: %d", b.code)
	}
	h.pass(32 * 24 * time.Hour)
	h.attend(t)
	b.get("/en/code").press("/en/code", "code", code)
	b.get("/en/mine").sees("We are late with the answer.").press("/en/mine/wish", "what", "correct").sees("at the latest: 5 May")
}

func TestThePersonSeesWhatLeftAndWhoOpenedItAndTakesItBack(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("I need a bed")
	shelter := h.organisation("Shelter")
	token, err := h.staff.InvitePartner(t.Context(), h.staff.Console(), shelter, "lo", "lo", "lo@partner.example", "en")
	ok(t, err)
	account, err := h.staff.AcceptPartner(t.Context(), token, "en", "Desk")
	ok(t, err)
	id, err := h.door.Refer(t.Context(), maria, h.ticketOf(t, b), consent.Referring{Mode: consent.Package, Target: shelter, Priority: consent.PriorityUrgent,
		Need: "a bed", Reason: "they have beds", Likely: true, Agreed: true,
		Parts: []consent.Part{{Kind: consent.PartText, Label: "When you come", Text: "on Monday at nine"}}})
	ok(t, err)
	asked, err := h.door.Submit(t.Context(), maria, id, 1, consent.Asking{Language: "en", Use: "a bed", Retention: 30})
	ok(t, err)
	may, share := "/en/mine/ask/"+string(asked.Permission), "/en/mine/ask/"+string(asked.Consent)
	b.get(may).sees("We tell them nothing about you.").posts(may, url.Values{"do": {"yes"}, "alone": {"yes"}}).isAt("/en/mine")
	b.get(share).sees("Show me", "on Monday at nine", "they have beds")
	item := html.UnescapeString(strings.Split(strings.SplitAfter(b.page, `name="item" value="`)[1], `"`)[0])
	b.posts(share, url.Values{"do": {"yes"}, "item": {item}, "alone": {"yes"}}).isAt("/en/mine").seesNot("We gave it:")
	r, err := h.door.Referral(t.Context(), maria, id)
	ok(t, err)
	_, err = h.door.Send(t.Context(), maria, id, r.Version, consent.Way{})
	ok(t, err)
	b.get("/en/mine").sees("We gave it:", "Nobody has opened it.")

	h.pass(31 * time.Second)
	code, err := staff.FactorCode(account.Secret, h.now())
	ok(t, err)
	cookie, err := h.staff.SignInPartner(t.Context(), "lo", account.Words, code)
	ok(t, err)
	who, err := h.staff.Outsider(t.Context(), cookie, false)
	ok(t, err)
	o := h.door.Partner(who)
	got, err := h.door.Released(t.Context(), o, id)
	ok(t, err)
	if !got.Confirmed {
		ok(t, h.door.Agree(t.Context(), o, id))
		_, err = h.door.Released(t.Context(), o, id)
		ok(t, err)
	}
	ok(t, h.door.Accept(t.Context(), o, id))
	b.get("/en/mine").sees("Opened:", "They have said yes to help.")
	b.press("/en/mine/back", "id", string(id)).isAt("/en/mine").sees("It is stopped.")
	if got, err = h.door.Released(t.Context(), o, id); err != nil || !got.Ended {
		t.Errorf("it is still there: %v", err)
	}
	h.stands(t, b, asked.Consent, consent.Withdrawn, false)
}
