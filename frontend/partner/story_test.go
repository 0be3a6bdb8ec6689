package partner_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"returnsupport/consent"
	"returnsupport/frontend/pagetest"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store/storetest"
)

func TestAFirstSignInTakesSixWordsAndASecondFactor(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	token, err := w.staff.InvitePartner(t.Context(), w.staff.Console(), w.organisation("Shelter"), "lo", "Lo Ek", "lo@partner.example", "sv")
	w.ok(err)
	b := w.browser()
	at := "/p/invitation/" + token
	b.Get(at).Is(200).Press(at+"?lang=en").Is(200).Sees(`class="wordlist"`, `class="square qr"`, "<path", "Type this key into the app")
	if b.Head.Get("Clear-Site-Data") != "" || strings.Contains(b.Cookie(), "a.") {
		t.Error("an enrolment signs in")
	}
	six := between(b.Page, `<ol class="wordlist" translate="no">`, "</ol>")
	words := strings.Fields(strings.NewReplacer("<li>", " ", "</li>", " ").Replace(six))
	secret := strings.NewReplacer("<span>", "", "</span>", "", "<wbr>", "", " ", "").Replace(between(b.Page, `<p class="lettercode" translate="no" dir="ltr">`, "</p>"))
	if len(words) != 6 || len(secret) != 32 {
		t.Fatalf("%d words, a key of %d", len(words), len(secret))
	}
	b.Post(at).Is(422).Sees("The invitation is no longer valid")

	code, err := staff.FactorCode(secret, w.clock.Now())
	w.ok(err)
	sign := func(words, code string) *pagetest.Browser {
		return b.Get("/p/sign-in").Press("/p/sign-in", "login", "lo", "words", words, "code", code)
	}
	all := strings.Join(words, " ")
	sign(all, "000000").Is(422).Sees("do not fit together", "Nothing is locked")
	sign("one two three four five six", code).Is(422).Sees("do not fit together")
	sign(all, "").Is(422)
	if b.SeesNot(all); strings.Contains(b.Cookie(), "a.") {
		t.Fatal("signed in without a second factor")
	}
	sign(all, strings.Map(func(r rune) rune { return r - '0' + '٠' }, code[:3])+" "+code[3:]).Leads("/p")
	b.Get("/p").Is(200).Sees("Nothing was handed over to you yet", "Lo Ek")
	b.Get("/p/sign-in").Press("/p/sign-in", "login", "lo", "words", all, "code", code).Is(422) // once each
}

func between(s, from, to string) string {
	_, after, _ := strings.Cut(s, from)
	inside, _, _ := strings.Cut(after, to)
	return inside
}

// Who knows a login, and no words, keeps its owner out for no longer than a few
// seconds, however often they try.
func TestGuessingAtAnothersAccountLocksNobodyOut(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	e := w.account(w.organisation("Shelter"), "lo")
	stranger := w.browser()
	for range 8 {
		stranger.Post("/p/sign-in", "login", "lo", "words", "one two three four five six", "code", "123456").Is(422)
	}
	began := time.Now()
	w.browser().enters("lo", e).Get("/p").Is(200)
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("the owner waits %v", took)
	}
}

func TestTheRestrictionsAreConfirmedFirstAndTheWholeIsRead(t *testing.T) {
	each(t, func(w *world) {
		shelter := w.organisation("Shelter")
		e := w.account(shelter, "lo")
		id, _, code := w.sent(shelter)
		if code != "" {
			w.Fatal("who has accounts gets no code")
		}
		at := "/p/r/" + string(id)
		b := w.browser().enters("lo", e)
		b.Get("/p").Is(200).Sees(at, "not read yet", "urgent").SeesNot(whole...).SeesNot("Kanarierule")
		b.Get(at).Is(200).Sees(rule, "Samtalsstöd").SeesNot(whole...)
		b.Get(at + "/file/1").Is(404)
		proof := between(b.Get(at).Page, `name="proof" value="`, `"`)
		b.Post(at+"/accept", "proof", proof).Is(403) // the proof of another form
		b.Post(at + "/agree").Is(403)
		b.Get(at).SeesNot(whole...)
		b.reads(id).Sees("sensitive", "may change", "Persian", "Translation")
		b.Get("/p").SeesNot("not read yet")

		b.Get(at).Press(at+"/ask", "text", " ").Is(422).Sees("Write something.", rule)
		b.Get(at).Press(at+"/ask", "text", "Do they eat <meat>?").Leads(at + "?said=asked")
		b.Get(at).Sees("Do they eat &lt;meat&gt;?")
		w.ok(w.door.SayReferral(w.Context(), w.session, id, "Everything but pork"))
		w.ok(w.door.SayAsPerson(w.Context(), w.guest, id, "I like rice"))
		w.ok(w.door.UpdateItem(w.Context(), w.session, id, updating(w, id), "on Tuesday Kanarietues"))
		b.Get(at).Sees("Everything but pork", "I like rice", "on Tuesday Kanarietues", "Newer:")

		b.Press(at + "/accept").Leads(at + "?said=accepted")
		b.Get(at + "?said=accepted").Sees("You took it on.")
		b.Press(at+"/report", "text", "They came on <b>Monday</b>").Is(422).Sees("Choose what came of it.", "They came on &lt;b&gt;Monday")
		b.Press(at+"/report", "outcome", "helped", "text", "They came").Leads(at + "?said=reported")
		b.Get(at).Is(200).Sees("reported", "They came")
		r, err := w.door.Referral(w.Context(), w.session, id)
		w.ok(err)
		if r.State != consent.ReferralDone || r.Outcome != "helped" {
			w.Errorf("it is %s, %s", r.State, r.Outcome)
		}
	})
}

func updating(w *world, id helpdesk.ID) string {
	w.Helper()
	r, err := w.door.Referral(w.Context(), w.session, id)
	w.ok(err)
	for _, i := range r.Items {
		if i.Updating {
			return i.Key
		}
	}
	w.Fatal("nothing is updating")
	return ""
}

func TestWhatIsReturnedCanNotBeReadAnyMore(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	shelter := w.organisation("Shelter")
	e := w.account(shelter, "lo")
	id, _, _ := w.sent(shelter)
	at := "/p/r/" + string(id)
	b := w.browser().enters("lo", e).reads(id)
	b.Press(at+"/return", "text", "").Is(422).Sees("Write why you return it.")
	b.Get(at).Press(at+"/return", "text", "We are full").Leads(at)
	b.Get(at).Is(410).Sees("You returned this", "Stop using what you noted").SeesNot(whole...).SeesNot("We are full", "<textarea")
	b.Get("/p").Is(200).Sees("returned")
	r, err := w.door.Referral(t.Context(), w.session, id)
	w.ok(err)
	if r.State != consent.ReferralReturned || len(r.Words) != 1 || r.Words[0].Text != "We are full" {
		t.Errorf("%s, %v", r.State, r.State)
	}
}

func TestWhatIsTakenBackIsEmptyAtTheNextRequest(t *testing.T) {
	each(t, func(w *world) {
		shelter, house := w.organisation("Shelter"), w.organisation("House")
		e := w.account(shelter, "lo")
		one, _, _ := w.sent(shelter)
		two, fragment, code := w.sent(house)
		lo, visitor := w.browser().enters("lo", e), w.browser()
		visitor.Get("/p/l").Press("/p/l?lang=en", "key", fragment, "digits", code).Leads("/p")
		const stop = "Stop using what you noted, saved or printed of it."
		at := "/p/r/" + string(one)
		before := lo.reads(one).Page
		w.ok(w.door.TakeBack(w.Context(), w.guest, one))
		lo.Get(at).Is(410).Sees("This was taken back", stop).SeesNot(whole...).SeesNot(rule, "<textarea", "Shelter")
		lo.Get(at + "/file/1").Is(404).SeesNot("Kanariepaper")
		for act, fields := range map[string][]string{"accept": nil, "return": {"text", "x"}, "ask": {"text", "x"}} {
			lo.Page = before // a page that is still open
			lo.Press(at+"/"+act, fields...).Is(410).Sees("This was taken back").SeesNot(whole...)
		}
		lo.Get(at+"/news?state=sent", "X-Quiet", "1").Is(200)
		lo.Get("/p").Is(200).Sees("taken back").SeesNot(whole...)

		// Behind a link the visit itself is gone, and the link opens nothing more.
		at = "/p/r/" + string(two)
		before = visitor.reads(two).Page
		w.ok(w.door.TakeBack(w.Context(), w.guest, two))
		visitor.Get(at, "X-Quiet", "1").Is(401).SeesNot(whole...)
		visitor.Get(at).Leads("/p/sign-in?ended=1")
		visitor.Get("/p/sign-in?ended=1").Is(200).Sees("This page is closed", stop).SeesNot(whole...)
		visitor.Get(at + "/file/1").Leads("/p/sign-in?ended=1")
		visitor.Page = before
		visitor.Press(at+"/ask", "text", "x").Leads("/p/sign-in?ended=writing")
		visitor.Get("/p/sign-in?ended=writing").Is(200).Sees("Nothing was sent.", stop)
		visitor.Get("/p/l").Press("/p/l?lang=en", "key", fragment, "digits", code).Is(422).SeesNot(whole...)
	})
}

// An open page hears of it, by the bell and by the long poll, with nothing in
// what it hears; and what it fetches then is empty.
func TestAnOpenPageHearsWithinASecondThatItWasTakenBack(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	shelter := w.organisation("Shelter")
	e := w.account(shelter, "lo")
	id, _, _ := w.sent(shelter)
	at := "/p/r/" + string(id)
	lo := w.browser().enters("lo", e).reads(id)
	ws, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.url, "http")+at+"/bell", http.Header{"Cookie": {lo.Cookie()}, "Origin": {w.url}})
	if err != nil {
		t.Fatalf("%v %v", err, res)
	}
	defer ws.Close()
	waits := *lo
	polled := make(chan time.Time, 1)
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), "GET", w.url+at+"/news?state=sent&wait=1", nil)
		if err == nil {
			var res *http.Response
			if res, err = waits.Client.Do(r); err == nil {
				res.Body.Close()
				if res.StatusCode == 200 {
					polled <- time.Now()
					return
				}
			}
		}
		t.Errorf("the poll: %v", err)
		close(polled)
	}()
	time.Sleep(300 * time.Millisecond) // both listen
	w.ok(w.door.TakeBack(t.Context(), w.guest, id))
	taken := time.Now()
	ws.SetReadDeadline(time.Now().Add(5 * time.Second))
	_, heard, err := ws.ReadMessage()
	w.ok(err)
	if string(heard) != `{"changed":true}` {
		t.Errorf("the bell says %s", heard)
	}
	lo.Get(at, "X-Quiet", "1").Is(410).SeesNot(whole...)
	if took := time.Since(taken); took > time.Second {
		t.Errorf("cleared after %v", took)
	}
	if at := <-polled; at.Sub(taken) > time.Second {
		t.Errorf("the poll answered after %v", at.Sub(taken))
	}
	// Who is signed out hears nothing more.
	other, _, _ := w.sent(w.organisation("Other"))
	_, _, err = websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.url, "http")+"/p/r/"+string(other)+"/bell", http.Header{"Cookie": {lo.Cookie()}, "Origin": {w.url}})
	if err == nil {
		t.Error("the bell of what is another's opens")
	}
	lo.Get("/p").Press("/p/leave")
	ws.SetReadDeadline(time.Now().Add(5 * time.Second))
	for err = nil; err == nil; { // a second ring of what was taken back may stand before the end
		_, heard, err = ws.ReadMessage()
	}
	if !websocket.IsCloseError(err, 4401) {
		t.Errorf("the line after leaving: %s, %v", heard, err)
	}
}

func TestWhatIsAnothersIsNotThere(t *testing.T) {
	each(t, func(w *world) {
		shelter, house := w.organisation("Shelter"), w.organisation("House")
		lo, bo := w.account(shelter, "lo"), w.account(house, "bo")
		theirs, _, _ := w.sent(shelter)
		own, _, _ := w.sent(house)
		link, fragment, code := w.sent(w.organisation("Third"))
		_ = lo
		b, visitor := w.browser().enters("bo", bo), w.browser()
		visitor.Get("/p/l").Press("/p/l?lang=en", "key", fragment, "digits", code).Leads("/p")
		b.Get("/p").Sees(string(own)).SeesNot(string(theirs), string(link))
		b.reads(own)
		read := b.Page
		for who, ids := range map[*browser][]helpdesk.ID{b: {theirs, link, w.ticket, letter, helpdesk.NewID()}, visitor: {theirs, own, w.ticket}} {
			for _, id := range ids {
				at := "/p/r/" + string(id)
				who.Get(at).Is(404).Sees("There is nothing here for you.").SeesNot(whole...)
				who.Get(at + "/file/1").Is(404)
				who.Get(at+"/news?state=x", "X-Quiet", "1").Is(404)
			}
		}
		// A proof is for a route, not for an id: the room says no.
		for act, fields := range map[string][]string{"accept": nil, "return": {"text", "x"}, "ask": {"text", "x"}} {
			form := between(read, `action="/p/r/`+string(own)+"/"+act+`"`, "</form>")
			b.Post("/p/r/"+string(theirs)+"/"+act, append(fields, "proof", between(form, `name="proof" value="`, `"`))...).Is(404)
		}
		r, err := w.door.Referral(w.Context(), w.session, theirs)
		w.ok(err)
		if r.State != consent.ReferralSent || len(r.Words) > 0 || len(r.Openings) > 0 {
			w.Errorf("it was touched: %s %v", r.State, r.Openings)
		}
	})
}

// With the keys of a recipient no other door opens, and with nobody else's keys
// theirs.
func TestARecipientReachesNothingElse(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	shelter := w.organisation("Shelter")
	e := w.account(shelter, "lo")
	id, _, _ := w.sent(shelter)
	b := w.browser().enters("lo", e).reads(id)
	_, key, _ := strings.Cut(strings.Split(b.Cookie(), "~")[0], "a.")
	elsewhere := []string{"/w/queue", "/w/t/" + string(w.ticket), "/w/answers", "/w/directory", "/w/team", "/w/office", "/w/lent", "/en/talk", "/en/mine", "/w/t/" + string(w.ticket) + "/print"}
	for _, names := range []string{"desk=" + key + "~en~; talk=" + key + "; ", "desk=a." + key + "~en~; talk=a." + key + "; "} {
		for _, path := range elsewhere {
			other := w.browser().Get(path, "Cookie", names+b.Cookie())
			if other.Code == 200 || other.Code >= 500 {
				t.Errorf("%s answers %d", path, other.Code)
			}
			other.SeesNot("Kanarie")
		}
	}
	cookie, err := w.staff.SignIn(t.Context(), "ada", "")
	if err == nil {
		t.Fatalf("no words, and a session: %s", cookie)
	}
	for _, value := range []string{"a." + base64.RawURLEncoding.EncodeToString(make([]byte, 32)), "l." + key, key, "a.", "l.", ""} {
		w.browser().Get("/p/r/"+string(id), "Cookie", "post="+value+"~en~").Is(303).SeesNot(whole...)
	}
}

func TestAColleagueOfTheirOwnLetsSomebodyIn(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	shelter := w.organisation("Shelter")
	first := w.account(shelter, "lo")
	second := w.account(shelter, "bo")
	stranger := w.account(w.organisation("House"), "eva")
	id, _, _ := w.sent(shelter)
	at := "/p/r/" + string(id)
	bo := w.browser().enters("bo", second)
	bo.Get("/p").Is(200).Sees("A colleague has to let you in").SeesNot(string(id))
	bo.Get(at).Is(404)
	bo.Get("/p/colleagues").Is(404)
	bo.Get(at + "/news?state=sent").Is(404)

	lo := w.browser().enters("lo", first)
	lo.Get("/p").Sees("1 colleague waits for you to let them in").Get("/p/colleagues").Is(200).Sees(">bo<")
	user := between(lo.Page, `name="user" value="`, `"`)
	eva := w.browser().enters("eva", stranger)
	eva.Get("/p/colleagues").Is(200).Sees("Nobody waits")
	lo.Press("/p/colleagues/admit", "user", user).Leads("/p/colleagues?said=admitted")
	lo.Get("/p/colleagues?said=admitted").Sees("They can read now.")
	bo.Get("/p").Is(200).Sees(string(id))
	bo.reads(id)
}

func TestThePagesSpeakTheLanguageOfTheMailThenTheChosenOne(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	b := w.browser()
	b.Get("/p/l?lang=sv").Is(200).Sees(`<html lang="sv"`, "Öppna med tolv siffror", `action="/p/l?lang=sv"`)
	b.Get("/p/l?lang=en").Is(200).Sees(`<html lang="en"`)
	b.Get("/p/l?lang=xx").Is(200).Sees(`<html lang="en"`)
	b.Get("/p/sign-in").Press("/p/language", "lang", "sv", "back", "https://evil.example/").Leads("/p")
	b.Get("/p/sign-in").Sees(`<html lang="sv"`, "Sex siffror")
	b.Post("/p/language", "lang", "en", "back", "/p/sign-in").Leads("/p/sign-in")
	b.Get("/p/sign-in").Sees(`<html lang="en"`)
	b.Get("/p/nowhere").Is(404).Sees("There is nothing here for you.")
}
