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
		scanner.Get(path).Is(200).SeesNot(append([]string{string(id), "Shelter", "Kanarie"}, whole...)...)
		seen = append(seen, scanner.Page)
	}
	for _, page := range seen {
		if page != seen[0] {
			t.Error("the page of a link is not always the same")
		}
	}
	if c := scanner.Cookie(); c != "post=~en~" {
		t.Errorf("the look left a cookie: %s", c)
	}
	scanner.Get("/p/r/" + string(id)).Leads("/p/sign-in?ended=")
	r, err := w.door.Referral(t.Context(), w.session, id)
	w.ok(err)
	if len(r.Openings) > 0 {
		t.Errorf("a look counts as an opening: %v", r.Openings)
	}

	// Nor does it use an invitation up.
	token, err := w.staff.InvitePartner(t.Context(), w.staff.Console(), w.organisation("Other"), "lo", "Lo Ek", "lo@partner.example", "en")
	w.ok(err)
	for range 3 {
		scanner.Get("/p/invitation/"+token).Is(200).SeesNot("Lo Ek", "lo@partner.example", "Other")
	}
	scanner.Press("/p/invitation/" + token + "?lang=en").Is(200).Sees(`class="wordlist"`)

	b := w.browser()
	b.Get(path).Press("/p/l?lang=en", "key", fragment, "digits", code).Leads("/p")
	b.Get("/p").Leads("/p/r/" + string(id))
	b.reads(id)
}

func TestDigitsOfAnyScriptInGroupsOpenALink(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	id, fragment, code := w.sent(w.organisation("Shelter"))
	for _, zero := range []rune{'0', '٠', '۰', '०', '０'} {
		typed := strings.Map(func(r rune) rune { return r - '0' + zero }, code)
		b := w.browser()
		group := []rune(typed)
		b.Get("/p/l").Press("/p/l?lang=en", "key", " "+fragment+"\n", "digits", string(group[:4])+" "+string(group[4:8])+"-"+string(group[8:])).Leads("/p")
		b.Get("/p/r/" + string(id)).Is(200).Sees(rule)
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
			b.Get("/p/l").Press("/p/l?lang=en", "key", fragment, "digits", string(wrong)).Is(422).Sees("The link and the digits do not open anything.")
		}
		b.Post("/p/l?lang=en", "key", fragment, "digits", code).Is(422).Sees("The link and the digits do not open anything.")
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
		b.SeesNot(whole...)
	})
}

// One address may try twenty links and codes, then one in three seconds: also
// at links that do not exist.
func TestOneAddressMayNotTryWithoutEnd(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	b := w.browser()
	for range 120 {
		b.Post("/p/l", "key", strings.Repeat("A", 22), "digits", "123456789012").Is(422)
	}
	b.Post("/p/l", "key", strings.Repeat("A", 22), "digits", "123456789012").Is(429).Sees("Too many tries from your network.")
	w.clock.Pass(time.Minute)
	b.Post("/p/l", "key", strings.Repeat("A", 22), "digits", "123456789012").Is(422)
}

func TestSomebodyBehindALinkReadsAnswersAndLeaves(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	id, fragment, code := w.sent(w.organisation("Shelter"))
	at := "/p/r/" + string(id)
	b := w.browser()
	b.Get("/p/l").Press("/p/l?lang=en", "key", fragment, "digits", code).Leads("/p")
	b.Get(at + "/file/1").Is(404)
	b.reads(id).SeesNot(`href="/p/colleagues"`)
	b.Get(at + "/file/1").Is(200)
	if b.Page != "the Kanariepaper" || !strings.Contains(b.Head.Get("Content-Disposition"), "attachment") || !strings.Contains(b.Head.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the file: %q, %v", b.Page, b.Head)
	}
	for _, n := range []string{"0", "2", "3", "-1", "x"} {
		b.Get(at + "/file/" + n).Is(404)
	}
	b.Get("/p/colleagues").Is(404)
	b.Get(at).Press(at + "/accept").Leads(at + "?said=accepted")
	b.Get(at).Sees("accepted").Press("/p/leave").Leads("/p/sign-in?out=1")
	if b.Head.Get("Clear-Site-Data") == "" {
		t.Error("the browser keeps the pages")
	}
	b.Get(at).Leads("/p/sign-in?ended=")
	b.Get("/p/sign-in?out=1").Is(200).Sees("You have left.")
}

func TestSomebodyBehindALinkReturnsItAndIsOut(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	id, fragment, code := w.sent(w.organisation("Shelter"))
	at := "/p/r/" + string(id)
	b := w.browser()
	b.Get("/p/l").Press("/p/l?lang=en", "key", fragment, "digits", code).Leads("/p")
	b.reads(id).Press(at+"/return", "text", "We are full").Is(200).Sees("You returned this", "Stop using what you noted").SeesNot(whole...)
	b.Get(at).Leads("/p/sign-in?ended=")
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
	b.Get("/p/l").Press("/p/l?lang=en", "key", fragment, "digits", code).Leads("/p")
	b.reads(id)
	w.clock.Pass(20 * time.Minute)
	b.Get("/p/r/"+string(id)+"/news?state=sent", "X-Quiet", "1").Is(204) // the page's own asking keeps nobody in
	w.clock.Pass(11 * time.Minute)
	b.Get("/p/r/"+string(id), "X-Quiet", "1").Is(401).SeesNot(whole...)
	b.Get("/p/r/" + string(id)).Leads("/p/sign-in?ended=1")
	b.Post("/p/r/"+string(id)+"/ask", "text", "where?").Leads("/p/sign-in?ended=writing")
}
