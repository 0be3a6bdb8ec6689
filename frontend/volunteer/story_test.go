package volunteer_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// Five answers, one a screen and without scripts, hand somebody on: told on a
// Thursday evening, due on Friday; the yes is recorded and the counsellors' queue
// shows it; what is said between them is read on both sides.
func TestFiveAnswersHandSomebodyOnAndBothSidesTalk(t *testing.T) {
	each(t, func(w *world) {
		north := w.branch("North")
		lo := w.browser().enters("lo", w.lead(north, "lo"))
		id := lo.hands("prs")
		at := "/b/t/" + id
		lo.follows().is(200).sees("Sent. A counsellor answers by the next working day.", "answer by Friday 6", "received").seesNot("Kanarieline")
		lo.get("/b").is(200).sees(at, "answer by Friday 6")

		s := w.session()
		waits, err := w.branches.Queue(w.Context(), s)
		w.ok(err)
		if len(waits) != 1 || waits[0].Language != "prs" || waits[0].Late {
			w.Fatalf("the queue holds %d", len(waits))
		}
		asked, err := w.door.Of(w.Context(), s, waits[0].Ticket)
		w.ok(err)
		if len(asked) != 1 || !asked[0].Valid || asked[0].Purpose.Code != "branch_support" {
			w.Fatalf("%d consents: %+v", len(asked), asked)
		}
		thread, err := helpdesk.ParseID(id)
		w.ok(err)
		w.ok(w.branches.SayToBranch(w.Context(), s, thread, string(helpdesk.NewID()), "We call her at noon Kanarieword"))
		lo.get("/b").sees("new")
		lo.get(at).is(200).sees("Kanarieword", "Ada, counsellor", "answered")
		lo.press(at+"/say", "text", " ").is(422).sees("Write something.")
		lo.get(at).press(at+"/say", "text", "She has <no> phone", "beside", "yes").follows().sees("She has &lt;no&gt; phone", "written for the person beside them")
		w.asCounsellor().get("/w/t/"+string(waits[0].Ticket)+"/branch").is(200).sees("She has &lt;no&gt; phone", "Kanarieword", "Kanarieline")
	})
}

// asCounsellor is ada's browser.
func (w *world) asCounsellor() *browser {
	w.Helper()
	b := w.browser()
	b.get("/w/sign-in?lang=en").is(200).press("/w/sign-in", "login", "ada", "words", w.words).is(303)
	return b
}

func TestWithoutTheirYesNothingIsOpenedAboutAnybody(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	lo := w.browser().enters("lo", w.lead(w.branch("North"), "lo"))
	lo.get("/b/hand-on").press("/b/hand-on/next", "knows", "no").is(200).sees("Without their yes we open nothing", "/b/ask", "/b/danger")
	waits, err := w.branches.Queue(t.Context(), w.session())
	w.ok(err)
	if len(waits) != 0 {
		t.Fatalf("%d wait", len(waits))
	}
	lo.get("/b/danger").is(200).sees("tel:112").press("/b/danger", "language", "prs", "need", "child", "line", "He says he will not live tomorrow").is(303)
	lo.follows().is(200).sees("The counsellors see it first")
}

// What waited on a phone is sealed as its script seals it. Sent twice, and from
// two devices, it is one; later than 72 hours, for somebody else, or after the
// account has ended, it is refused in words.
func TestWhatWaitedOnAPhoneIsTakenOnceOrRefusedInWords(t *testing.T) {
	each(t, func(w *world) {
		north := w.branch("North")
		e := w.lead(north, "lo")
		one, two := w.browser().enters("lo", e), w.browser().enters("lo", e)
		seal := func(b *browser) (key, blob string) {
			b.get("/b").is(200)
			key, public := attribute(b, "keyid"), attribute(b, "key")
			raw, err := base64.RawURLEncoding.DecodeString(public)
			w.ok(err)
			said, err := json.Marshal(map[string]any{"client": string(helpdesk.NewID()), "knows": true, "urgent": true, "language": "ti", "reach": "branch", "need": "talk", "noticed": w.clock.Now()})
			w.ok(err)
			sealed, err := vault.PhoneSeal(raw, "rs1 hand on\x00"+key, said)
			w.ok(err)
			return key, base64.RawURLEncoding.EncodeToString(sealed)
		}
		send := func(b *browser, key, blob string) *browser {
			return b.post("/b/kept", "Accept", "application/json", "key", key, "blob", blob, "proof", b.get("/b").proof("/b/kept"))
		}
		key, blob := seal(one)
		send(one, key, blob).is(200).sees(`"said":"Sent"`, "/b/t/")
		first := one.page
		if send(one, key, blob).is(200); one.page != first {
			w.Errorf("twice is another: %s, %s", first, one.page)
		}
		if send(two, key, blob).is(200); two.page != first {
			w.Errorf("from another device it is another: %s, %s", first, two.page)
		}
		waits, err := w.branches.Queue(w.Context(), w.session())
		w.ok(err)
		if len(waits) != 1 {
			w.Fatalf("it became %d", len(waits))
		}
		for _, bad := range []string{"", "AAAA", blob[:len(blob)-4] + "AAAA"} {
			send(one, key, bad).is(422).sees(`"refused"`)
		}
		eva := w.browser().enters("eva", w.lead(w.branch("South"), "eva"))
		send(eva, key, blob).is(422).sees(`"refused"`)

		key, blob = seal(one)
		w.clock.Pass(73 * time.Hour)
		send(w.browser().enters("lo", e), key, blob).is(422).sees("It waited too long")
	})
}

// attribute is one of the whole form's.
func attribute(b *browser, name string) string {
	b.Helper()
	found := regexp.MustCompile(`<form id="hand"[^>]* data-` + name + `="([^"]*)"`).FindStringSubmatch(b.page)
	if found == nil {
		b.Fatalf("the form holds no %s", name)
	}
	return found[1]
}

func TestAfterTheAccountEndedNothingIsTakenAndNobodyComesIn(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	north := w.branch("North")
	e := w.lead(north, "lo")
	lo := w.browser().enters("lo", e)
	lo.get("/b").is(200)
	proof := lo.proof("/b/kept")
	all, err := w.staff.Volunteers(t.Context(), north)
	w.ok(err)
	w.ok(w.staff.EndVolunteer(t.Context(), w.session(), all[0].User.ID))
	lo.post("/b/kept", "Accept", "application/json", "key", "x", "blob", "y", "proof", proof).is(401)
	lo.get("/b").leads("/b/sign-in?ended=1")
	w.clock.Pass(time.Minute)
	code, err := staff.FactorCode(e.Secret, w.clock.Now())
	w.ok(err)
	lo.get("/b/sign-in?ended=1").is(200).press("/b/sign-in", "login", "lo", "words", e.Words, "code", code).is(422)
}

// What is another branch's is not there: no page, no deed, no news, no bell, and
// the same answer as for what never was.
func TestWhatIsAnotherBranchsIsNotThere(t *testing.T) {
	each(t, func(w *world) {
		lo := w.browser().enters("lo", w.lead(w.branch("North"), "lo"))
		eva := w.browser().enters("eva", w.lead(w.branch("South"), "eva"))
		theirs, own := lo.hands("prs"), eva.hands("ti")
		eva.get("/b").is(200).sees(own).seesNot(theirs)
		lo.get("/b/ask").press("/b/ask", "text", "somebody i meet cannot sleep").is(303)
		at, _, _ := strings.Cut(lo.head.Get("Location"), "?")
		for _, path := range []string{"/b/t/" + theirs, at, "/b/t/" + string(helpdesk.NewID()), "/b/talk/" + theirs} {
			eva.get(path).is(404).sees("There is nothing here for you.")
			eva.get(path+"/news?state=x", "X-Quiet", "1").is(404)
			eva.get(path+"/bell", "X-Quiet", "1").is(404)
		}
		eva.get("/b/t/" + own)
		form := eva.page
		for _, deed := range []string{"say", "authority"} {
			eva.page = strings.ReplaceAll(form, own, theirs)
			eva.press("/b/t/"+theirs+"/"+deed, "text", "x", "words", "x").is(404)
		}
	})
}

func TestWhatTellsWhoSomebodyIsIsPointedOutAndNeverBlocked(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	lo := w.browser().enters("lo", w.lead(w.branch("North"), "lo"))
	const text = "I met Farid Ahmadi, 070-123 45 67, on 12 March in Malmö. What do I say?"
	lo.get("/b/ask").is(200).press("/b/ask", "text", text).is(422)
	lo.sees("<mark", "070-123 45 67</mark>", "Could somebody be recognised?", "a number", "What do I say?")
	lo.press("/b/ask", "text", text, "sure", "yes").follows().is(200).sees("Farid Ahmadi", "A counsellor answers here.")
	lo.get("/b/ask").press("/b/ask", "text", "somebody i meet has lost all hope. may i say that i am afraid, too?").follows().is(200).sees("lost all hope")
	talks, err := w.branches.Consultations(t.Context(), w.session(), false)
	w.ok(err)
	if len(talks) != 2 {
		t.Fatalf("%d wait", len(talks))
	}
}

// After five minutes without a deed the words are asked again, and what was being
// sent is carried through: by a script in place, else through the sign-in.
func TestALockedPageAsksForWordsAndLosesNothing(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	e := w.lead(w.branch("North"), "lo")
	lo := w.browser().enters("lo", e)
	lo.get("/b/ask").is(200)
	typed := lo.page
	w.clock.Pass(6 * time.Minute)
	lo.get("/b").leads("/b/sign-in?ended=1").follows().is(200).sees("Your six words open it").seesNot(`name="code"`)
	lo.page = typed
	lo.press("/b/ask", "text", "what i wrote <b>long</b>").is(401).sees("Your words are not lost", "what i wrote &lt;b&gt;long&lt;/b&gt;").seesNot(`name="code"`)
	lo.press("/b/sign-in", "words", "one two three four five six").is(422).sees("Those are not your six words", "what i wrote")
	lo.press("/b/sign-in", "words", e.Words).is(200).sees("You are back", "what i wrote &lt;b&gt;long&lt;/b&gt;")
	lo.press("/b/ask").follows().is(200).sees("what i wrote &lt;b&gt;long&lt;/b&gt;")

	w.clock.Pass(6 * time.Minute)
	lo.post("/b/again", "words", "one two three four five six").is(422).sees("Those are not your six words")
	lo.post("/b/again", "words", e.Words).is(200).sees(`"who":"`)
	lo.get("/b").is(200)
	w.clock.Pass(4 * time.Minute)
	lo.get("/b/here").is(204) // somebody types
	w.clock.Pass(4 * time.Minute)
	lo.get("/b").is(200)
	w.clock.Pass(time.Hour)
	lo.post("/b/again", "words", e.Words).is(422).sees(`"ended":true`)
}

func TestCardsAreShownOnceAndListedByTheirEndingsOnly(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	lo := w.browser().enters("lo", w.lead(w.branch("North"), "lo"))
	lo.get("/b/cards").is(200).press("/b/cards/print", "n", "3", "lang", "ti").is(200).sees(`lang="ti"`, "ትግርኛ")
	codes := regexp.MustCompile(`<bdi dir="ltr" translate="no">([0-9 ]+)</bdi>`).FindAllStringSubmatch(lo.page, -1)
	if len(codes) != 3 {
		t.Fatalf("%d codes on the paper:\n%s", len(codes), lo.main())
	}
	paper := lo.main()[strings.Index(lo.main(), `class="papers"`):]
	for _, bad := range []string{"eturn", "tervänd"} {
		if strings.Contains(paper, bad) {
			t.Errorf("the paper says %q", bad)
		}
	}
	for _, page := range []string{"/b", "/b/cards", "/b/hand-on"} {
		lo.get(page).is(200)
		for _, c := range codes {
			digits := strings.ReplaceAll(c[1], " ", "")
			if lo.sees(digits[16:]); strings.Contains(strings.ReplaceAll(lo.page, " ", ""), digits[:16]) {
				t.Errorf("%s shows a whole code", page)
			}
		}
	}
	// Given by its ending, in another script's digits.
	ending := strings.ReplaceAll(codes[0][1], " ", "")[16:]
	arabic := strings.Map(func(r rune) rune { return r - '0' + '٠' }, ending)
	const next = "/b/hand-on/next"
	lo.get("/b/hand-on").press(next, "knows", "yes").press(next, "urgent", "yes").press(next, "language", "ar").press(next, "reach", "card").is(200)
	lo.press(next, "card", arabic).is(200).press(next, "need", "other", "send", "yes").follows().is(200).sees("··" + ending)
	lo.get("/b/cards").sees("given")
}

func TestTheBranchsCoordinatorInvitesLetsInRenewsAndEnds(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	north := w.branch("North")
	lo := w.browser().enters("lo", w.lead(north, "lo"))
	lo.get("/b/members").is(200).press("/b/members/invite", "name", "Bo Dahl", "login", "bo", "address", "bo@branch.example", "months", "3", "lang", "en").is(200)
	link := regexp.MustCompile(`value="` + regexp.QuoteMeta(w.url) + `(/b/invitation/[^"]+)"`).FindStringSubmatch(lo.page)
	if link == nil {
		t.Fatalf("no link:\n%s", lo.main())
	}
	bo := w.browser()
	at := strings.ReplaceAll(link[1], "&amp;", "&")
	bo.get(at).is(200).press(strings.ReplaceAll(link[1], "&amp;", "&")).is(200).sees(`class="wordlist"`, "<path")
	six := between(bo.page, `<ol class="wordlist" translate="no">`, "</ol>")
	e := staff.Enrolment{Words: strings.Join(strings.Fields(strings.NewReplacer("<li>", " ", "</li>", " ").Replace(six)), " "),
		Secret: strings.NewReplacer("<span>", "", "</span>", "", "<wbr>", "", " ", "").Replace(between(bo.page, `<p class="lettercode" translate="no" dir="ltr">`, "</p>"))}
	bo.enters("bo", e).get("/b").is(200).sees("Somebody of your branch has to let you in")
	bo.get("/b/hand-on").is(404)
	id := lo.hands("prs")
	lo.get("/b/members").sees("waits to be let in", "Bo Dahl")
	user := between(between(lo.page, `action="/b/members/admit"`, "</form>"), `name="user" value="`, `"`)
	lo.press("/b/members/admit", "user", user).leads("/b/members?said=admitted")
	bo.get("/b/t/" + id).is(200) // everybody of the branch reads what it handed on
	bo.get("/b/members").is(200).seesNot("/b/members/invite")
	bo.post("/b/members/end", "user", user).is(403)
	lo.get("/b/members").is(200)
	lo.press("/b/members/renew", "user", user, "months", "12").leads("/b/members?said=renewed")
	lo.get("/b/members").press("/b/members/end", "user", user).leads("/b/members?said=over")
	bo.get("/b").leads("/b/sign-in?ended=1")
	bo.get("/b/t/" + id).leads("/b/sign-in?ended=1")
	// A volunteer of another branch is nobody here.
	eva := w.browser().enters("eva", w.lead(w.branch("South"), "eva"))
	eva.get("/b/members").is(200)
	eva.press("/b/members/invite", "name", "x", "login", "lo", "address", "x@branch.example", "months", "3", "lang", "en").is(422)
	lo.get("/b/members").is(200)
	lo.post("/b/members/end", "user", userOf(w, "eva"), "proof", between(between(lo.page, `action="/b/members/renew"`, "</form>"), `name="proof" value="`, `"`)).is(403)
}

func userOf(w *world, login string) string {
	w.Helper()
	all, err := w.staff.Volunteers(w.Context(), "")
	w.ok(err)
	for _, v := range all {
		if v.User.Login == login {
			return string(v.User.ID)
		}
	}
	w.Fatal(fmt.Sprint("no ", login))
	return ""
}

func between(s, from, to string) string {
	_, after, _ := strings.Cut(s, from)
	inside, _, _ := strings.Cut(after, to)
	return inside
}
