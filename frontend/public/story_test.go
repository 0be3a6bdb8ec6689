package public_test

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
)

var groups = regexp.MustCompile(`<span>(\d{4})</span>`)

// code reads the code a page shows.
func (b *browser) code20() string {
	b.t.Helper()
	var all []string
	for _, m := range groups.FindAllStringSubmatch(b.page, -1) {
		all = append(all, m[1])
	}
	if len(all) != 5 {
		b.t.Fatalf("%s shows no code:\n%s", b.at, b.page)
	}
	return strings.Join(all, " ")
}

func TestSomebodyTalksWithoutScriptsFromTheFirstPageToTheLast(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.get("/en/").sees("Did you get a no to asylum?", "Open until: 16:00", "We are not the Migration Agency")
	b.begins("My appeal was refused. What now?")
	b.press("/en/code/offer", "do", "make").isAt("/en/code/mine")
	code := b.code20()
	b.press("/en/code/kept").isAt("/en/notice")
	b.get("/en/talk").sees("You are in the queue", "You are next.").seesNot("sign in")
	b.get("/en/talk/log").sees("My appeal was refused")
	if !strings.Contains(b.head.Get("Refresh")+b.page, "/en/talk/log?turn=1#end") || b.head.Get("X-Frame-Options") == "DENY" {
		t.Errorf("the frame does not refresh itself: %v", b.head)
	}

	waiting, err := h.chat.Waiting(t.Context(), maria)
	ok(t, err)
	if len(waiting) != 1 {
		t.Fatalf("%d wait", len(waiting))
	}
	ok(t, h.chat.Take(t.Context(), maria, waiting[0].ID))
	_, err = h.chat.Tell(t.Context(), maria, waiting[0].Ticket, chat.Words{ClientID: "t1", Text: "Hello. <b>I</b> read.", Offers: []string{"Yes", "Later"}})
	ok(t, err)
	b.get("/en/talk").sees("Maria is here.").seesNot("Holm")
	b.get("/en/talk/log").sees("Maria", "&lt;b&gt;I&lt;/b&gt; read.", ">Later</button>").seesNot("Holm", "ada@")
	b.press("/en/talk/say", "text", "Later").isAt("/en/talk")
	b.get("/en/talk/log").sees("Later").seesNot(`value="Later"`)

	b.get("/en/talk").press("/en/talk/say", "text", "My code is "+code)
	if b.code != 422 {
		t.Errorf("a code was sent: %d", b.code)
	}
	b.sees("Your message holds your code")

	b.get("/en/talk/end").press("/en/talk/end").isAt("/en/talk/ended").sees("It was good that you talked to us.")
	if b.code20() != code {
		t.Error("another code at the end")
	}
	b.press("/en/talk/leave").isAt("/en/")
	b.get("/en/talk").isAt("/en/code")

	// In another browser, with Arabic digits and no spaces.
	arabic := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '٠'
		}
		return -1
	}, code)
	other := h.browser(t)
	other.get("/sv/code").press("/sv/code", "code", arabic).isAt("/sv/code/used").sees("har inte använts förut")
	other.get("/sv/talk/log").sees("My appeal was refused", "Maria")
}

func TestClosedTheSamePageTakesAMessageAndSaysWhen(t *testing.T) {
	h := build(t)
	h.open(t)
	h.pass(9 * time.Hour) // 20:30: closed for everyone
	b := h.browser(t)
	b.get("/en/").sees("Closed now. Opens: tomorrow at 10:00", "at the latest: tomorrow at 16:00")
	b.get("/en/start").press("/en/start", "shared", "yes").press("/en/start", "tongue", "en").press("/en/start", "detained", "no").
		press("/en/start", "about", "").sees("No one can chat now", "The chat opens: tomorrow at 10:00", "tomorrow at 16:00", "If we are late", "Must you travel within three days?")
	b.press("/en/begin", "text", "I have a question", "live", "").isAt("/en/code/offer")
	b.press("/en/code/offer", "do", "none").isAt("/en/code/none")
	b.get("/en/talk").sees("An answer will come here, at the latest: tomorrow at 16:00")
	h.pass(21 * time.Hour)
	// The session is gone by then; nothing is shown to whoever comes.
	b.get("/en/talk").isAt("/en/code/ended").seesNot("question")
	b = h.browser(t)
	b.get("/en/talk").isAt("/en/code").seesNot("question")
}

func TestALateAnswerSaysSoFirst(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("hello")
	b.press("/en/code/offer", "do", "make")
	code := b.code20()
	h.pass(26 * time.Hour)
	ok(t, h.chat.Round(t.Context())) // nobody came in time
	b = h.browser(t)
	b.get("/en/code").press("/en/code", "code", code)
	b.get("/en/talk").sees("We are late with the answer.")
}

func TestDetainedHaveLongerHours(t *testing.T) {
	h := build(t)
	h.open(t)
	h.pass(8 * time.Hour) // 19:30
	h.attend(t)
	b := h.browser(t)
	b.get("/en/").sees("Locked in a detention centre? Open for you now, until: 21:00")
	b.get("/en/start").press("/en/start", "shared", "no").press("/en/start", "tongue", "ar").press("/en/start", "interpreter", "woman", "foreign", "1").
		press("/en/start", "detained", "yes").press("/en/start", "about", "adult").sees("Then a counsellor comes")
	b.press("/en/begin", "text", "I am in Märsta", "live", "1")
	b.get("/en/talk").sees("You are in the queue")
}

func TestAChildHearsWhatWeReportBeforeTelling(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.get("/en/child").sees("we must tell the social services", "with my parents")
	b.press("/en/start", "alone", "parents").press("/en/start", "shared", "no").press("/en/start", "tongue", "en").
		press("/en/start", "detained", "").sees("You choose what you tell")
	b.press("/en/begin", "text", "I am 16", "live", "1").isAt("/en/code/offer")
	waiting, err := h.chat.Waiting(t.Context(), maria)
	ok(t, err)
	if len(waiting) != 1 || !waiting[0].Head.Facts.Child || waiting[0].Head.Facts.Alone != "parents" || waiting[0].Priority != 2 {
		t.Errorf("%+v", waiting)
	}
	// Also when it is said in the questions.
	b = h.browser(t)
	b.get("/en/start").press("/en/start", "shared", "no").press("/en/start", "tongue", "en").press("/en/start", "detained", "no").
		press("/en/start", "about", "child").sees("we must tell the social services")
}

func TestWhoMustTravelReachesTheOneOnCallAtAnyHour(t *testing.T) {
	h := build(t)
	h.open(t)
	ok(t, h.office.Set(t.Context(), h.ada, office.OnCall, "jour@example.org"))
	h.pass(15 * time.Hour) // 02:30
	b := h.browser(t)
	b.get("/en/urgent").sees("We cannot stop a journey")
	b.press("/en/urgent", "when", "tomorrow", "detained", "yes", "text", "They come at six", "phone", "070 123").isAt("/en/code/offer")
	h.mu.Lock()
	defer h.mu.Unlock()
	if strings.Join(h.rang, ",") != "jour@example.org" {
		t.Errorf("rang %v", h.rang)
	}
}

func TestAFirstMessageSentTwiceIsOneConversation(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.get("/en/start").press("/en/start", "shared", "no").press("/en/start", "tongue", "en").press("/en/start", "detained", "").press("/en/start", "about", "")
	page := b.page
	b.press("/en/begin", "text", "once", "live", "1").isAt("/en/code/offer")
	b.page = page
	b.press("/en/begin", "text", "once", "live", "1").sees("It was sent once")
	waiting, err := h.chat.Waiting(t.Context(), maria)
	ok(t, err)
	if len(waiting) != 1 {
		t.Errorf("%d conversations", len(waiting))
	}
}

func TestWordsPostedAfterTheSessionEndedAreKeptForItsAuthor(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("hello")
	b.press("/en/code/offer", "do", "make")
	code := b.code20()
	b.get("/en/talk/end").press("/en/talk/end")
	b.get("/en/talk")
	h.pass(11 * time.Minute)
	b.press("/en/talk/say", "text", "Please do not lose this").isAt("/en/code/ended").sees("What you wrote last is kept").seesNot("lose this")
	b.get("/en/talk/log").sees("You were away").seesNot("hello")
	b.get("/en/code").press("/en/code", "code", code)
	b.get("/en/talk").sees("Please do not lose this", "It was never sent")
	b.press("/en/talk/late", "do", "send").isAt("/en/talk").seesNot("It was never sent")
	b.get("/en/talk/log").sees("Please do not lose this")
}

func TestWordsThatCannotBeKeptAreSaidToBeLost(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("hello")
	b.press("/en/code/offer", "do", "none").get("/en/talk").press("/en/talk/later")
	b.get("/en/talk")
	proof := b.proof("/en/talk/say")
	page := b.page
	h.pass(11 * time.Minute)
	b.press("/en/talk/say", "text", "nobody can read this again").isAt("/en/code/ended").sees("we could not keep what you wrote").seesNot("read this again")
	b.page = page
	r, err := http.NewRequest("POST", h.base+"/en/talk/say", strings.NewReader(url.Values{"proof": {proof}, "text": {"x"}}.Encode()))
	ok(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept", "application/json")
	if b.do(r); b.code != 401 {
		t.Errorf("a script: %d", b.code)
	}
	b.sees("/en/code/ended?kept=no_code")
}

func TestErasingIsUndoneByTheCodeAlone(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("remember me")
	b.press("/en/code/offer", "do", "make")
	code := b.code20()
	b.get("/en/talk/erase").press("/en/talk/erase").sees("gone for good", "72").seesNot("Keep my conversation")
	b.get("/en/talk").isAt("/en/code")
	b.get("/en/code").press("/en/code", "code", code).get("/en/talk").sees("Keep my conversation").seesNot("remember me")
	b.press("/en/talk/unerase").isAt("/en/talk").sees("Nothing is erased")
	b.get("/en/talk/log").sees("remember me")
}

func TestWhoComesBackByCodeLeavesNoOlderSession(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("hello")
	b.press("/en/code/offer", "do", "make")
	code, ok2, err := h.people.Code(t.Context(), h.guestOf(t, b))
	ok(t, err)
	u, err := url.Parse(h.base)
	ok(t, err)
	older := b.http.Jar.Cookies(u)[0].Value
	if _, err := h.people.Guest(t.Context(), older, true); err != nil || !ok2 {
		t.Fatal(err)
	}
	b.get("/en/code").press("/en/code", "code", code).isAt("/en/code/used")
	if _, err := h.people.Guest(t.Context(), older, true); !errors.Is(err, helpdesk.ErrDenied) {
		t.Errorf("the older session: %v", err)
	}
	b.get("/en/talk/log").sees("hello")
}

func TestHidingHereLeavesTheDeskWhatItHad(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("a secret")
	b.press("/en/code/offer", "do", "make")
	b.get("/en/talk/hide").press("/en/talk/hide").isAt("/en/talk")
	b.get("/en/talk/log").seesNot("a secret")
}

func TestSomebodyElsesConversationIsNothing(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	amina, other := h.browser(t), h.browser(t)
	amina.begins("only mine")
	threads, err := h.tickets.Mine(t.Context(), h.guestOf(t, amina))
	ok(t, err)
	other.begins("something else")
	// A second conversation of their own, so that there is a form to turn.
	fragment, _ := h.answerByLink(t, maria)
	other.post("/en/l", url.Values{"key": {fragment}}).isAt("/en/talk").sees("Your conversations")
	for _, id := range []string{string(threads[0].Conversation), "aaaaaaaaaaaaaaaaaaaaaaaaaa", "x", ""} {
		other.get("/en/talk").press("/en/talk/turn", "conversation", id)
		if other.code != 404 {
			t.Errorf("turned to %q: %d", id, other.code)
		}
	}
	other.get("/en/talk/log").sees("The court wrote").seesNot("only mine")
	other.get("/en/talk").press("/en/talk/turn").isAt("/en/talk")
	other.get("/en/talk/log").sees("something else")
	if other.get("/en/talk/file/1/0"); other.code != 404 {
		t.Errorf("a file that is not there: %d", other.code)
	}
}

func TestAFormWithoutProofOrFromElsewhereDoesNothing(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("hello")
	b.get("/en/talk")
	if b.post("/en/talk/say", url.Values{"text": {"forged"}}); b.code != 403 {
		t.Errorf("without proof: %d", b.code)
	}
	if b.post("/en/talk/erase", url.Values{"proof": {"x"}}); b.code != 403 {
		t.Errorf("with a made-up proof: %d", b.code)
	}
	b.get("/en/talk/log").sees("hello").seesNot("forged")
}

func TestANoticeIsLeftChangedAndTakenBack(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("hello")
	b.press("/en/code/offer", "do", "make").press("/en/code/kept").isAt("/en/notice").sees("A message is waiting for you. You know where to read it.")
	b.press("/en/notice", "address", "no address", "from", "8", "to", "20", "language", "ar").sees("does not look like a mail address")
	if b.code != 422 {
		t.Errorf("a wrong address: %d", b.code)
	}
	b.press("/en/notice", "address", "amina@example.org", "from", "18", "to", "20", "language", "ar").isAt("/en/talk").sees("at most one message")
	n, has, err := h.people.Notice(t.Context(), h.guestOf(t, b).Person)
	ok(t, err)
	if !has || n.Address != "amina@example.org" || n.From != 18 || n.Language != "ar" {
		t.Errorf("%v", has)
	}
	b.get("/en/notice").press("/en/notice/drop").isAt("/en/talk").sees("We have erased the address")
	if _, has, err := h.people.Notice(t.Context(), h.guestOf(t, b).Person); has || err != nil {
		t.Errorf("still there: %v %v", has, err)
	}
}

func TestWhoWantsNoCodeIsCalledWhenItIsSafe(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("hello")
	b.press("/en/code/offer", "do", "call").isAt("/en/callback").seesNot("Nothing is written yet")
	b.press("/en/callback", "phone", " ", "when", "after six", "name", "Sara", "answers", "wrong").isAt("/en/callback").
		sees("Nothing is written yet.", `value="after six"`, `value="Sara"`, `value="wrong" selected`, `aria-invalid="true"`)
	if b.code != 422 {
		t.Errorf("a call without a number: %d", b.code)
	}
	b.press("/en/callback", "phone", "070-123 45 67", "when", "after six", "name", "Sara", "answers", "wrong").isAt("/en/talk").sees("A counsellor will try to call you")
	waiting, err := h.chat.Waiting(t.Context(), maria)
	ok(t, err)
	if got := waiting[0].Head.Facts.CallBack; !strings.Contains(got, "070-123 45 67") || !strings.Contains(got, "after six") || !strings.Contains(got, "fel nummer") {
		t.Errorf("%q", got)
	}
}

func TestSomebodyWhoWaitsMayGiveThePlaceUp(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("hello")
	b.press("/en/code/offer", "do", "none").get("/en/talk").press("/en/talk/later").isAt("/en/talk").sees("The chat has ended")
	waiting, err := h.chat.Waiting(t.Context(), maria)
	ok(t, err)
	if len(waiting) != 0 {
		t.Errorf("%d wait", len(waiting))
	}
	b.press("/en/talk/sit").isAt("/en/talk").sees("You are next.")
}

func TestTheWarningThatThePageClosesCanBeAnswered(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("hello")
	b.get("/en/talk").press("/en/talk/later") // waiting in a queue is never idle
	h.pass(9 * time.Minute)
	b.get("/en/talk/log").sees("Are you still here?", "1 minute left")
	b.press("/en/talk/awake").isAt("/en/talk")
	h.pass(9 * time.Minute)
	b.get("/en/talk/log").sees("hello")
	h.pass(2 * time.Minute)
	b.get("/en/talk/log").sees("You were away").seesNot("hello")
}

func TestWhoWritesTooMuchIsAskedToWaitAndLosesNoWord(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("hello")
	b.get("/en/talk")
	proof := b.proof("/en/talk/say")
	for range 45 {
		b.post("/en/talk/say", url.Values{"proof": {proof}, "text": {"again and again"}})
		if b.code == 422 {
			break
		}
	}
	b.sees("You send many messages", "again and again</textarea>")
	h.pass(time.Minute)
	if b.press("/en/talk/say", "text", "calm now"); b.code != 200 {
		t.Errorf("after a minute: %d", b.code)
	}
}

func TestTheTalkPromisesAnAnswerAsTheStartPageDid(t *testing.T) {
	h := build(t)
	lines := "site main Europe/Stockholm\n"
	for _, line := range []string{"chat_everyone chat everyone", "chat_detained chat detained", "mail mail everyone\nanswer 40h", "inside mail detained\nanswer 2h"} {
		lines += "line " + line + "\nopen daily 00:00-24:00\n"
	}
	ok(t, h.office.Set(t.Context(), h.ada, office.Hours, lines))
	h.open(t)
	roster := ""
	for _, s := range h.crew {
		roster += "shift " + string(s.User.ID) + " mail daily 00:00-24:00\nshift " + string(s.User.ID) + " inside daily 00:00-24:00\n"
	}
	ok(t, h.office.Set(t.Context(), h.ada, office.Roster, roster))
	for detained, line := range map[string]string{"yes": "inside", "no": "mail"} {
		b := h.browser(t)
		b.get("/en/start/message").press("/en/start", "shared", "no").press("/en/start", "tongue", "en").
			press("/en/start", "interpreter", "no").press("/en/start", "detained", detained).press("/en/start", "about", "adult")
		promised := regexp.MustCompile(`at the latest: ([^<]*)`)
		first := promised.FindStringSubmatch(b.page)
		b.press("/en/begin", "text", "hello").get("/en/talk")
		then := promised.FindStringSubmatch(b.page)
		if first == nil || then == nil || first[1] != then[1] {
			t.Errorf("%s: first %q, then %q", line, first, then)
		}
	}
}
