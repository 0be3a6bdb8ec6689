package partner_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"returnsupport/consent"
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
	b.get(at).is(200).press(at+"?lang=en").is(200).sees(`class="wordlist"`, `class="square qr"`, "<path", "Type this key into the app")
	if b.head.Get("Clear-Site-Data") != "" || strings.Contains(b.cookie(), "a.") {
		t.Error("an enrolment signs in")
	}
	six := between(b.page, `<ol class="wordlist" translate="no">`, "</ol>")
	words := strings.Fields(strings.NewReplacer("<li>", " ", "</li>", " ").Replace(six))
	secret := strings.NewReplacer("<span>", "", "</span>", "", "<wbr>", "", " ", "").Replace(between(b.page, `<p class="lettercode" translate="no" dir="ltr">`, "</p>"))
	if len(words) != 6 || len(secret) != 32 {
		t.Fatalf("%d words, a key of %d", len(words), len(secret))
	}
	b.post(at).is(422).sees("The invitation is no longer valid")

	code, err := staff.FactorCode(secret, w.clock.Now())
	w.ok(err)
	sign := func(words, code string) *browser {
		return b.get("/p/sign-in").press("/p/sign-in", "login", "lo", "words", words, "code", code)
	}
	all := strings.Join(words, " ")
	sign(all, "000000").is(422).sees("do not fit together", "Nothing is locked")
	sign("one two three four five six", code).is(422).sees("do not fit together")
	sign(all, "").is(422)
	if b.seesNot(all); strings.Contains(b.cookie(), "a.") {
		t.Fatal("signed in without a second factor")
	}
	sign(all, strings.Map(func(r rune) rune { return r - '0' + '٠' }, code[:3])+" "+code[3:]).leads("/p")
	b.get("/p").is(200).sees("Nothing was handed over to you yet", "Lo Ek")
	b.get("/p/sign-in").press("/p/sign-in", "login", "lo", "words", all, "code", code).is(422) // once each
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
		stranger.post("/p/sign-in", "login", "lo", "words", "one two three four five six", "code", "123456").is(422)
	}
	began := time.Now()
	w.browser().enters("lo", e).get("/p").is(200)
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
		b.get("/p").is(200).sees(at, "not read yet", "urgent").seesNot(whole...).seesNot("Kanarierule")
		b.get(at).is(200).sees(rule, "Samtalsstöd").seesNot(whole...)
		b.get(at + "/file/1").is(404)
		proof := between(b.get(at).page, `name="proof" value="`, `"`)
		b.post(at+"/accept", "proof", proof).is(403) // the proof of another form
		b.post(at + "/agree").is(403)
		b.get(at).seesNot(whole...)
		b.reads(id).sees("sensitive", "may change", "Persian", "Translation")
		b.get("/p").seesNot("not read yet")

		b.get(at).press(at+"/ask", "text", " ").is(422).sees("Write something.", rule)
		b.get(at).press(at+"/ask", "text", "Do they eat <meat>?").leads(at + "?said=asked")
		b.get(at).sees("Do they eat &lt;meat&gt;?")
		w.ok(w.door.SayReferral(w.Context(), w.session, id, "Everything but pork"))
		w.ok(w.door.SayAsPerson(w.Context(), w.guest, id, "I like rice"))
		w.ok(w.door.UpdateItem(w.Context(), w.session, id, updating(w, id), "on Tuesday Kanarietues"))
		b.get(at).sees("Everything but pork", "I like rice", "on Tuesday Kanarietues", "Newer:")

		b.press(at + "/accept").leads(at + "?said=accepted")
		b.get(at + "?said=accepted").sees("You took it on.")
		b.press(at+"/report", "text", "They came on <b>Monday</b>").is(422).sees("Choose what came of it.", "They came on &lt;b&gt;Monday")
		b.press(at+"/report", "outcome", "helped", "text", "They came").leads(at + "?said=reported")
		b.get(at).is(200).sees("reported", "They came")
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
	b.press(at+"/return", "text", "").is(422).sees("Write why you return it.")
	b.get(at).press(at+"/return", "text", "We are full").leads(at)
	b.get(at).is(410).sees("You returned this", "Stop using what you noted").seesNot(whole...).seesNot("We are full", "<textarea")
	b.get("/p").is(200).sees("returned")
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
		visitor.get("/p/l").press("/p/l?lang=en", "key", fragment, "digits", code).leads("/p")
		const stop = "Stop using what you noted, saved or printed of it."
		at := "/p/r/" + string(one)
		before := lo.reads(one).page
		w.ok(w.door.TakeBack(w.Context(), w.guest, one))
		lo.get(at).is(410).sees("This was taken back", stop).seesNot(whole...).seesNot(rule, "<textarea", "Shelter")
		lo.get(at + "/file/1").is(404).seesNot("Kanariepaper")
		for act, fields := range map[string][]string{"accept": nil, "return": {"text", "x"}, "ask": {"text", "x"}} {
			lo.page = before // a page that is still open
			lo.press(at+"/"+act, fields...).is(410).sees("This was taken back").seesNot(whole...)
		}
		lo.get(at+"/news?state=sent", "X-Quiet", "1").is(200)
		lo.get("/p").is(200).sees("taken back").seesNot(whole...)

		// Behind a link the visit itself is gone, and the link opens nothing more.
		at = "/p/r/" + string(two)
		before = visitor.reads(two).page
		w.ok(w.door.TakeBack(w.Context(), w.guest, two))
		visitor.get(at, "X-Quiet", "1").is(401).seesNot(whole...)
		visitor.get(at).leads("/p/sign-in?ended=1")
		visitor.get("/p/sign-in?ended=1").is(200).sees("This page is closed", stop).seesNot(whole...)
		visitor.get(at + "/file/1").leads("/p/sign-in?ended=1")
		visitor.page = before
		visitor.press(at+"/ask", "text", "x").leads("/p/sign-in?ended=writing")
		visitor.get("/p/sign-in?ended=writing").is(200).sees("Nothing was sent.", stop)
		visitor.get("/p/l").press("/p/l?lang=en", "key", fragment, "digits", code).is(422).seesNot(whole...)
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
	ws, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.url, "http")+at+"/bell", http.Header{"Cookie": {lo.cookie()}, "Origin": {w.url}})
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
			if res, err = waits.client.Do(r); err == nil {
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
	lo.get(at, "X-Quiet", "1").is(410).seesNot(whole...)
	if took := time.Since(taken); took > time.Second {
		t.Errorf("cleared after %v", took)
	}
	if at := <-polled; at.Sub(taken) > time.Second {
		t.Errorf("the poll answered after %v", at.Sub(taken))
	}
	// Who is signed out hears nothing more.
	other, _, _ := w.sent(w.organisation("Other"))
	_, _, err = websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.url, "http")+"/p/r/"+string(other)+"/bell", http.Header{"Cookie": {lo.cookie()}, "Origin": {w.url}})
	if err == nil {
		t.Error("the bell of what is another's opens")
	}
	lo.get("/p").press("/p/leave")
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
		visitor.get("/p/l").press("/p/l?lang=en", "key", fragment, "digits", code).leads("/p")
		b.get("/p").sees(string(own)).seesNot(string(theirs), string(link))
		b.reads(own)
		read := b.page
		for who, ids := range map[*browser][]helpdesk.ID{b: {theirs, link, w.ticket, letter, helpdesk.NewID()}, visitor: {theirs, own, w.ticket}} {
			for _, id := range ids {
				at := "/p/r/" + string(id)
				who.get(at).is(404).sees("There is nothing here for you.").seesNot(whole...)
				who.get(at + "/file/1").is(404)
				who.get(at+"/news?state=x", "X-Quiet", "1").is(404)
			}
		}
		// A proof is for a route, not for an id: the room says no.
		for act, fields := range map[string][]string{"accept": nil, "return": {"text", "x"}, "ask": {"text", "x"}} {
			form := between(read, `action="/p/r/`+string(own)+"/"+act+`"`, "</form>")
			b.post("/p/r/"+string(theirs)+"/"+act, append(fields, "proof", between(form, `name="proof" value="`, `"`))...).is(404)
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
	_, key, _ := strings.Cut(strings.Split(b.cookie(), "~")[0], "a.")
	elsewhere := []string{"/w/queue", "/w/t/" + string(w.ticket), "/w/answers", "/w/directory", "/w/team", "/w/office", "/w/lent", "/en/talk", "/en/mine", "/w/t/" + string(w.ticket) + "/print"}
	for _, names := range []string{"desk=" + key + "~en~; talk=" + key + "; ", "desk=a." + key + "~en~; talk=a." + key + "; "} {
		for _, path := range elsewhere {
			other := w.browser().get(path, "Cookie", names+b.cookie())
			if other.code == 200 || other.code >= 500 {
				t.Errorf("%s answers %d", path, other.code)
			}
			other.seesNot("Kanarie")
		}
	}
	cookie, err := w.staff.SignIn(t.Context(), "ada", "")
	if err == nil {
		t.Fatalf("no words, and a session: %s", cookie)
	}
	for _, value := range []string{"a." + base64.RawURLEncoding.EncodeToString(make([]byte, 32)), "l." + key, key, "a.", "l.", ""} {
		w.browser().get("/p/r/"+string(id), "Cookie", "post="+value+"~en~").is(303).seesNot(whole...)
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
	bo.get("/p").is(200).sees("A colleague has to let you in").seesNot(string(id))
	bo.get(at).is(404)
	bo.get("/p/colleagues").is(404)
	bo.get(at + "/news?state=sent").is(404)

	lo := w.browser().enters("lo", first)
	lo.get("/p").sees("1 colleague waits for you to let them in").get("/p/colleagues").is(200).sees(">bo<")
	user := between(lo.page, `name="user" value="`, `"`)
	eva := w.browser().enters("eva", stranger)
	eva.get("/p/colleagues").is(200).sees("Nobody waits")
	lo.press("/p/colleagues/admit", "user", user).leads("/p/colleagues?said=admitted")
	lo.get("/p/colleagues?said=admitted").sees("They can read now.")
	bo.get("/p").is(200).sees(string(id))
	bo.reads(id)
}

func TestThePagesSpeakTheLanguageOfTheMailThenTheChosenOne(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	b := w.browser()
	b.get("/p/l?lang=sv").is(200).sees(`<html lang="sv"`, "Öppna med tolv siffror", `action="/p/l?lang=sv"`)
	b.get("/p/l?lang=en").is(200).sees(`<html lang="en"`)
	b.get("/p/l?lang=xx").is(200).sees(`<html lang="en"`)
	b.get("/p/sign-in").press("/p/language", "lang", "sv", "back", "https://evil.example/").leads("/p")
	b.get("/p/sign-in").sees(`<html lang="sv"`, "Sex siffror")
	b.post("/p/language", "lang", "en", "back", "/p/sign-in").leads("/p/sign-in")
	b.get("/p/sign-in").sees(`<html lang="en"`)
	b.get("/p/nowhere").is(404).sees("There is nothing here for you.")
}
