package partner_test

import (
	"strings"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend/partner"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func each(t *testing.T, story func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { story(newWorld(t, db)) })
}

func TestAProgramThatLooksAtLinksOpensNothingAndLearnsNothing(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	shelter := w.organisation("Shelter")
	id, fragment, code := w.sent(shelter)
	address := partner.Link(w.url, "en", fragment)
	path, secret, _ := strings.Cut(strings.TrimPrefix(address, w.url), "#")
	if secret != fragment || strings.Contains(path, fragment) {
		t.Fatalf("the secret does not stand behind #: %s", address)
	}
	scanner := w.browser()
	var seen []string
	for range 12 { // more often than a link takes tries
		scanner.get(path).is(200).seesNot(append([]string{string(id), "Shelter", "Kanarie"}, whole...)...)
		seen = append(seen, scanner.page)
	}
	for _, page := range seen {
		if page != seen[0] {
			t.Error("the page of a link is not always the same")
		}
	}
	if c := scanner.cookie(); c != "post=~en~" {
		t.Errorf("the look left a cookie: %s", c)
	}
	scanner.get("/p/r/" + string(id)).leads("/p/sign-in?ended=")
	r, err := w.door.Referral(t.Context(), w.session, id)
	w.ok(err)
	if len(r.Openings) > 0 {
		t.Errorf("a look counts as an opening: %v", r.Openings)
	}

	// Nor does it use an invitation up.
	token, err := w.staff.InvitePartner(t.Context(), w.staff.Console(), w.organisation("Other"), "lo", "Lo Ek", "lo@partner.example", "en")
	w.ok(err)
	for range 3 {
		scanner.get("/p/invitation/"+token).is(200).seesNot("Lo Ek", "lo@partner.example", "Other")
	}
	scanner.press("/p/invitation/" + token + "?lang=en").is(200).sees(`class="wordlist"`)

	b := w.browser()
	b.get(path).press("/p/l?lang=en", "key", fragment, "digits", code).leads("/p")
	b.get("/p").leads("/p/r/" + string(id))
	b.reads(id)
}

func TestDigitsOfAnyScriptInGroupsOpenALink(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	id, fragment, code := w.sent(w.organisation("Shelter"))
	for _, zero := range []rune{'0', '٠', '۰', '०', '０'} {
		typed := strings.Map(func(r rune) rune { return r - '0' + zero }, code)
		b := w.browser()
		group := []rune(typed)
		b.get("/p/l").press("/p/l?lang=en", "key", " "+fragment+"\n", "digits", string(group[:4])+" "+string(group[4:8])+"-"+string(group[8:])).leads("/p")
		b.get("/p/r/" + string(id)).is(200).sees(rule)
		w.clock.Pass(time.Second)
	}
}

func TestGuessedDigitsAreBoundedAndWrittenDown(t *testing.T) {
	each(t, func(w *world) {
		id, fragment, code := w.sent(w.organisation("Shelter"))
		wrong := []byte(code)
		wrong[11] = '0' + (wrong[11]-'0'+1)%10
		b := w.browser()
		for range 10 {
			b.get("/p/l").press("/p/l?lang=en", "key", fragment, "digits", string(wrong)).is(422).sees("The link and the digits do not open anything.")
		}
		b.post("/p/l?lang=en", "key", fragment, "digits", code).is(422).sees("The link and the digits do not open anything.")
		r, err := w.door.Referral(w.Context(), w.session, id)
		w.ok(err)
		guesses := 0
		for _, o := range r.Openings {
			if o.Act == "wrong_code" {
				guesses++
			}
		}
		if guesses != 10 {
			w.Errorf("%d guesses stand in the referral: %v", guesses, r.Openings)
		}
		entries, err := w.book.About(w.Context(), 100, r.Ticket)
		w.ok(err)
		guesses = 0
		for _, e := range entries {
			if e.Verb == consent.VerbGuessed {
				guesses++
			}
		}
		if guesses != 10 {
			w.Errorf("%d guesses stand in the journal: %v", guesses, entries)
		}
		b.seesNot(whole...)
	})
}

// One address may try twenty links and codes, then one in three seconds: also
// at links that do not exist.
func TestOneAddressMayNotTryWithoutEnd(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	b := w.browser()
	for range 20 {
		b.post("/p/l", "key", strings.Repeat("A", 22), "digits", "123456789012").is(422)
	}
	b.post("/p/l", "key", strings.Repeat("A", 22), "digits", "123456789012").is(429).sees("Too many tries from your network.")
	w.clock.Pass(time.Minute)
	b.post("/p/l", "key", strings.Repeat("A", 22), "digits", "123456789012").is(422)
}

func TestSomebodyBehindALinkReadsAnswersAndLeaves(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	id, fragment, code := w.sent(w.organisation("Shelter"))
	at := "/p/r/" + string(id)
	b := w.browser()
	b.get("/p/l").press("/p/l?lang=en", "key", fragment, "digits", code).leads("/p")
	b.get(at + "/file/1").is(404)
	b.reads(id).seesNot(`href="/p/colleagues"`)
	b.get(at + "/file/1").is(200)
	if b.page != "the Kanariepaper" || !strings.Contains(b.head.Get("Content-Disposition"), "attachment") || !strings.Contains(b.head.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the file: %q, %v", b.page, b.head)
	}
	for _, n := range []string{"0", "2", "3", "-1", "x"} {
		b.get(at + "/file/" + n).is(404)
	}
	b.get("/p/colleagues").is(404)
	b.get(at).press(at + "/accept").leads(at + "?said=accepted")
	b.get(at).sees("accepted").press("/p/leave").leads("/p/sign-in?out=1")
	if b.head.Get("Clear-Site-Data") == "" {
		t.Error("the browser keeps the pages")
	}
	b.get(at).leads("/p/sign-in?ended=")
	b.get("/p/sign-in?out=1").is(200).sees("You have left.")
}

func TestSomebodyBehindALinkReturnsItAndIsOut(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	id, fragment, code := w.sent(w.organisation("Shelter"))
	at := "/p/r/" + string(id)
	b := w.browser()
	b.get("/p/l").press("/p/l?lang=en", "key", fragment, "digits", code).leads("/p")
	b.reads(id).press(at+"/return", "text", "We are full").is(200).sees("You returned this", "Stop using what you noted").seesNot(whole...)
	b.get(at).leads("/p/sign-in?ended=")
	r, err := w.door.Referral(t.Context(), w.session, id)
	w.ok(err)
	if r.State != consent.ReferralReturned || len(r.Words) != 1 || r.Words[0].Text != "We are full" {
		t.Errorf("it is %s", r.State)
	}
}

func TestAVisitEndsByItself(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	id, fragment, code := w.sent(w.organisation("Shelter"))
	b := w.browser()
	b.get("/p/l").press("/p/l?lang=en", "key", fragment, "digits", code).leads("/p")
	b.reads(id)
	w.clock.Pass(20 * time.Minute)
	b.get("/p/r/"+string(id)+"/news?state=sent", "X-Quiet", "1").is(204) // the page's own asking keeps nobody in
	w.clock.Pass(11 * time.Minute)
	b.get("/p/r/"+string(id), "X-Quiet", "1").is(401).seesNot(whole...)
	b.get("/p/r/" + string(id)).leads("/p/sign-in?ended=1")
	b.post("/p/r/"+string(id)+"/ask", "text", "where?").leads("/p/sign-in?ended=writing")
}
