package volunteer_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/frontend/pagetest"
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
		lo.Follows().Is(200).Sees("Sent. A counsellor answers by the next working day.", "answer by Friday 6", "received").SeesNot("Kanarieline")
		lo.Get("/b").Is(200).Sees(at, "answer by Friday 6")

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
		lo.Get("/b").Sees("new")
		lo.Get(at).Is(200).Sees("Kanarieword", "Ada, counsellor", "answered")
		lo.Press(at+"/say", "text", " ").Is(422).Sees("Write something.")
		lo.Get(at).Press(at+"/say", "text", "She has <no> phone", "beside", "yes").Follows().Sees("She has &lt;no&gt; phone", "written for the person beside them")
		w.asCounsellor().Get("/w/t/"+string(waits[0].Ticket)+"/branch").Is(200).Sees("She has &lt;no&gt; phone", "Kanarieword", "Kanarieline")
	})
}

// asCounsellor is ada's browser.
func (w *world) asCounsellor() *browser {
	w.Helper()
	b := w.browser()
	b.Get("/w/sign-in?lang=en").Is(200).Press("/w/sign-in", "login", "ada", "words", w.words).Is(303)
	return b
}

func TestWithoutTheirYesNothingIsOpenedAboutAnybody(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	lo := w.browser().enters("lo", w.lead(w.branch("North"), "lo"))
	lo.Get("/b/hand-on").Press("/b/hand-on/next", "knows", "no").Is(200).Sees("Without their yes we open nothing", "/b/ask", "/b/danger")
	waits, err := w.branches.Queue(t.Context(), w.session())
	w.ok(err)
	if len(waits) != 0 {
		t.Fatalf("%d wait", len(waits))
	}
	lo.Get("/b/danger").Is(200).Sees("tel:112").Press("/b/danger", "language", "prs", "need", "child", "line", "He says he will not live tomorrow").Is(303)
	lo.Follows().Is(200).Sees("The counsellors see it first")
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
			b.Get("/b").Is(200)
			key, public := attribute(b, "keyid"), attribute(b, "key")
			raw, err := base64.RawURLEncoding.DecodeString(public)
			w.ok(err)
			said, err := json.Marshal(map[string]any{"client": string(helpdesk.NewID()), "knows": true, "urgent": true, "language": "ti", "reach": "branch", "need": "talk", "noticed": w.clock.Now()})
			w.ok(err)
			sealed, err := vault.PhoneSeal(raw, "rs1 hand on\x00"+key, said)
			w.ok(err)
			return key, base64.RawURLEncoding.EncodeToString(sealed)
		}
		send := func(b *browser, key, blob string) *pagetest.Browser {
			return b.Post("/b/kept", "Accept", "application/json", "key", key, "blob", blob, "proof", b.Get("/b").Proof("/b/kept"))
		}
		key, blob := seal(one)
		send(one, key, blob).Is(200).Sees(`"said":"Sent"`, "/b/t/")
		first := one.Page
		if send(one, key, blob).Is(200); one.Page != first {
			w.Errorf("twice is another: %s, %s", first, one.Page)
		}
		if send(two, key, blob).Is(200); two.Page != first {
			w.Errorf("from another device it is another: %s, %s", first, two.Page)
		}
		waits, err := w.branches.Queue(w.Context(), w.session())
		w.ok(err)
		if len(waits) != 1 {
			w.Fatalf("it became %d", len(waits))
		}
		for _, bad := range []string{"", "AAAA", blob[:len(blob)-4] + "AAAA"} {
			send(one, key, bad).Is(422).Sees(`"refused"`)
		}
		eva := w.browser().enters("eva", w.lead(w.branch("South"), "eva"))
		send(eva, key, blob).Is(422).Sees(`"refused"`)

		key, blob = seal(one)
		w.clock.Pass(73 * time.Hour)
		send(w.browser().enters("lo", e), key, blob).Is(422).Sees("It waited too long")
	})
}

// attribute is one of the whole form's.
func attribute(b *browser, name string) string {
	b.Helper()
	found := regexp.MustCompile(`<form id="hand"[^>]* data-` + name + `="([^"]*)"`).FindStringSubmatch(b.Page)
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
	lo.Get("/b").Is(200)
	proof := lo.Proof("/b/kept")
	all, err := w.staff.Volunteers(t.Context(), north)
	w.ok(err)
	w.ok(w.staff.EndVolunteer(t.Context(), w.session(), all[0].User.ID))
	lo.Post("/b/kept", "Accept", "application/json", "key", "x", "blob", "y", "proof", proof).Is(401)
	lo.Get("/b").Leads("/b/sign-in?ended=1")
	w.clock.Pass(time.Minute)
	code, err := staff.FactorCode(e.Secret, w.clock.Now())
	w.ok(err)
	lo.Get("/b/sign-in?ended=1").Is(200).Press("/b/sign-in", "login", "lo", "words", e.Words, "code", code).Is(422)
}

// What is another branch's is not there: no page, no deed, no news, no bell, and
// the same answer as for what never was.
func TestWhatIsAnotherBranchsIsNotThere(t *testing.T) {
	each(t, func(w *world) {
		lo := w.browser().enters("lo", w.lead(w.branch("North"), "lo"))
		eva := w.browser().enters("eva", w.lead(w.branch("South"), "eva"))
		theirs, own := lo.hands("prs"), eva.hands("ti")
		eva.Get("/b").Is(200).Sees(own).SeesNot(theirs)
		lo.Get("/b/ask").Press("/b/ask", "text", "somebody i meet cannot sleep").Is(303)
		at, _, _ := strings.Cut(lo.Head.Get("Location"), "?")
		for _, path := range []string{"/b/t/" + theirs, at, "/b/t/" + string(helpdesk.NewID()), "/b/talk/" + theirs} {
			eva.Get(path).Is(404).Sees("There is nothing here for you.")
			eva.Get(path+"/news?state=x", "X-Quiet", "1").Is(404)
			eva.Get(path+"/bell", "X-Quiet", "1").Is(404)
		}
		eva.Get("/b/t/" + own)
		form := eva.Page
		for _, deed := range []string{"say", "authority"} {
			eva.Page = strings.ReplaceAll(form, own, theirs)
			eva.Press("/b/t/"+theirs+"/"+deed, "text", "x", "words", "x").Is(404)
		}
	})
}

func TestWhatTellsWhoSomebodyIsIsPointedOutAndNeverBlocked(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	lo := w.browser().enters("lo", w.lead(w.branch("North"), "lo"))
	const text = "I met Farid Ahmadi, 070-123 45 67, on 12 March in Malmö. What do I say?"
	lo.Get("/b/ask").Is(200).Press("/b/ask", "text", text).Is(422)
	lo.Sees("<mark", "070-123 45 67</mark>", "Could somebody be recognised?", "a number", "What do I say?")
	lo.Press("/b/ask", "text", text, "sure", "yes").Follows().Is(200).Sees("Farid Ahmadi", "A counsellor answers here.")
	lo.Get("/b/ask").Press("/b/ask", "text", "somebody i meet has lost all hope. may i say that i am afraid, too?").Follows().Is(200).Sees("lost all hope")
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
	lo.Get("/b/ask").Is(200)
	typed := lo.Page
	w.clock.Pass(6 * time.Minute)
	lo.Get("/b").Leads("/b/sign-in?ended=1").Follows().Is(200).Sees("Your six words open it").SeesNot(`name="code"`)
	lo.Page = typed
	lo.Press("/b/ask", "text", "what i wrote <b>long</b>").Is(401).Sees("Your words are not lost", "what i wrote &lt;b&gt;long&lt;/b&gt;").SeesNot(`name="code"`)
	lo.Press("/b/sign-in", "words", "one two three four five six").Is(422).Sees("Those are not your six words", "what i wrote")
	lo.Press("/b/sign-in", "words", e.Words).Is(200).Sees("You are back", "what i wrote &lt;b&gt;long&lt;/b&gt;")
	lo.Press("/b/ask").Follows().Is(200).Sees("what i wrote &lt;b&gt;long&lt;/b&gt;")

	w.clock.Pass(6 * time.Minute)
	lo.Post("/b/again", "words", "one two three four five six").Is(422).Sees("Those are not your six words")
	lo.Post("/b/again", "words", e.Words).Is(200).Sees(`"who":"`)
	lo.Get("/b").Is(200)
	w.clock.Pass(4 * time.Minute)
	lo.Get("/b/here").Is(204) // somebody types
	w.clock.Pass(4 * time.Minute)
	lo.Get("/b").Is(200)
	w.clock.Pass(time.Hour)
	lo.Post("/b/again", "words", e.Words).Is(422).Sees(`"ended":true`)
}

func TestCardsAreShownOnceAndListedByTheirEndingsOnly(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	lo := w.browser().enters("lo", w.lead(w.branch("North"), "lo"))
	lo.Get("/b/cards").Is(200).Press("/b/cards/print", "n", "3", "lang", "ti").Is(200).Sees(`lang="ti"`, "ትግርኛ")
	codes := regexp.MustCompile(`<bdi dir="ltr" translate="no">([0-9 ]+)</bdi>`).FindAllStringSubmatch(lo.Page, -1)
	if len(codes) != 3 {
		t.Fatalf("%d codes on the paper:\n%s", len(codes), lo.Main())
	}
	paper := lo.Main()[strings.Index(lo.Main(), `class="papers"`):]
	for _, bad := range []string{"eturn", "tervänd"} {
		if strings.Contains(paper, bad) {
			t.Errorf("the paper says %q", bad)
		}
	}
	for _, page := range []string{"/b", "/b/cards", "/b/hand-on"} {
		lo.Get(page).Is(200)
		for _, c := range codes {
			digits := strings.ReplaceAll(c[1], " ", "")
			if lo.Sees(digits[16:]); strings.Contains(strings.ReplaceAll(lo.Page, " ", ""), digits[:16]) {
				t.Errorf("%s shows a whole code", page)
			}
		}
	}
	// Given by its ending, in another script's digits.
	ending := strings.ReplaceAll(codes[0][1], " ", "")[16:]
	arabic := strings.Map(func(r rune) rune { return r - '0' + '٠' }, ending)
	const next = "/b/hand-on/next"
	lo.Get("/b/hand-on").Press(next, "knows", "yes").Press(next, "urgent", "yes").Press(next, "language", "ar").Press(next, "reach", "card").Is(200)
	lo.Press(next, "card", arabic).Is(200).Press(next, "need", "other", "send", "yes").Follows().Is(200).Sees("··" + ending)
	lo.Get("/b/cards").Sees("given")
}

func TestTheBranchsCoordinatorInvitesLetsInRenewsAndEnds(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	north := w.branch("North")
	lo := w.browser().enters("lo", w.lead(north, "lo"))
	lo.Get("/b/members").Is(200).Press("/b/members/invite", "name", "Bo Dahl", "login", "bo", "address", "bo@branch.example", "months", "3", "lang", "en").Is(200)
	link := regexp.MustCompile(`value="` + regexp.QuoteMeta(w.url) + `(/b/invitation/[^"]+)"`).FindStringSubmatch(lo.Page)
	if link == nil {
		t.Fatalf("no link:\n%s", lo.Main())
	}
	bo := w.browser()
	at := strings.ReplaceAll(link[1], "&amp;", "&")
	bo.Get(at).Is(200).Press(strings.ReplaceAll(link[1], "&amp;", "&")).Is(200).Sees(`class="wordlist"`, "<path")
	six := between(bo.Page, `<ol class="wordlist" translate="no">`, "</ol>")
	e := staff.Enrolment{Words: strings.Join(strings.Fields(strings.NewReplacer("<li>", " ", "</li>", " ").Replace(six)), " "),
		Secret: strings.NewReplacer("<span>", "", "</span>", "", "<wbr>", "", " ", "").Replace(between(bo.Page, `<p class="lettercode" translate="no" dir="ltr">`, "</p>"))}
	bo.enters("bo", e).Get("/b").Is(200).Sees("Somebody of your branch has to let you in")
	bo.Get("/b/hand-on").Is(404)
	id := lo.hands("prs")
	lo.Get("/b/members").Sees("waits to be let in", "Bo Dahl")
	user := between(between(lo.Page, `action="/b/members/admit"`, "</form>"), `name="user" value="`, `"`)
	lo.Press("/b/members/admit", "user", user).Leads("/b/members?said=admitted")
	bo.Get("/b/t/" + id).Is(200) // everybody of the branch reads what it handed on
	bo.Get("/b/members").Is(200).SeesNot("/b/members/invite")
	bo.Post("/b/members/end", "user", user).Is(403)
	lo.Get("/b/members").Is(200)
	lo.Press("/b/members/renew", "user", user, "months", "12").Leads("/b/members?said=renewed")
	lo.Get("/b/members").Press("/b/members/end", "user", user).Leads("/b/members?said=over")
	bo.Get("/b").Leads("/b/sign-in?ended=1")
	bo.Get("/b/t/" + id).Leads("/b/sign-in?ended=1")
	// A volunteer of another branch is nobody here.
	eva := w.browser().enters("eva", w.lead(w.branch("South"), "eva"))
	eva.Get("/b/members").Is(200)
	eva.Press("/b/members/invite", "name", "x", "login", "lo", "address", "x@branch.example", "months", "3", "lang", "en").Is(422)
	lo.Get("/b/members").Is(200)
	lo.Post("/b/members/end", "user", userOf(w, "eva"), "proof", between(between(lo.Page, `action="/b/members/renew"`, "</form>"), `name="proof" value="`, `"`)).Is(403)
}

// A lead whose screen stayed open is asked again who they are, before an account is
// made, renewed or ended: what was typed comes along, and digits of any script do.
func TestALeadIsAskedAgainWhoTheyAreBeforeAccountsChange(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	e := w.lead(w.branch("North"), "lo")
	lo := w.browser().enters("lo", e)
	later := func() {
		for range 2 { // never idle for long enough to be locked
			w.clock.Pass(3 * time.Minute)
			lo.Get("/b").Is(200)
		}
	}
	typed := []string{"name", "Bo Dahl", "login", "bo", "address", "bo@branch.example", "months", "3", "lang", "en"}
	const invite, asked = "/b/members/invite", "Is it still you?"
	later()
	lo.Get("/b/members").Is(200).Press(invite, typed...).Is(403).Sees(asked, "Bo Dahl", "Six digits, in any script").SeesNot("/b/invitation/", "spare")
	lo.Press(invite, "prove", "000000").Is(403).Sees(asked, "The code does not fit.", "Bo Dahl").SeesNot("/b/invitation/")
	code, err := staff.FactorCode(e.Secret, w.clock.Now())
	w.ok(err)
	arabic := strings.Map(func(r rune) rune { return r - '0' + '٠' }, code)
	lo.Press(invite, "prove", arabic).Is(200).Sees("/b/invitation/")
	user := userOf(w, "bo")

	later()
	lo.Get("/b/members").Is(200).Press("/b/members/end", "user", user).Is(403).Sees(asked)
	lo.Get("/b/members").Is(200).Press("/b/members/renew", "user", user, "months", "12").Is(403).Sees(asked)
	for range 5 {
		lo.Press("/b/members/renew", "prove", "000000").Is(403).Sees("The code does not fit.")
	}
	lo.Press("/b/members/renew", "prove", "000000").Leads("/b/sign-in?ended=writing")
	lo.Get("/b").Leads("/b/sign-in?ended=1")

	// Who may not is not asked.
	eva := w.browser().enters("eva", w.lead(w.branch("South"), "eva"))
	lo = eva
	later()
	eva.Get("/b/members").Is(200).Press("/b/members/renew", "user", user, "months", "12").Is(404).SeesNot(asked)
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
