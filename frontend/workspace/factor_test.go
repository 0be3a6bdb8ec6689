package workspace_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
)

// newcomer is a browser without a session.
func (w *world) newcomer(login, words string) *colleague {
	w.Helper()
	jar, err := cookiejar.New(nil)
	w.ok(err)
	return &colleague{world: w, login: login, words: words, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// seedOf is what a page shows to be typed into an authenticator.
func (w *world) seedOf(html string) string {
	w.Helper()
	found := regexp.MustCompile(`name="secret" value="([A-Z2-7]{32})"`).FindStringSubmatch(html)
	if found == nil {
		w.Fatalf("no seed on\n%s", words(html))
	}
	return found[1]
}

func (w *world) codeOf(seed string) string {
	w.Helper()
	code, err := staff.FactorCode(seed, w.clock.now())
	w.ok(err)
	return code
}

// sparesOf are the codes of the page that shows them once.
func sparesOf(html string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`<li>([a-z]{4}-[a-z]{4}-[a-z]{4})</li>`).FindAllStringSubmatch(html, -1) {
		out = append(out, m[1])
	}
	return out
}

// enrols signs in with words, makes the second factor and returns its seed and
// spare codes.
func (c *colleague) enrols() (seed string, spares []string) {
	c.Helper()
	c.press(http.StatusSeeOther, "", "/w/sign-in", "login", c.login, "words", c.words)
	page := c.get(http.StatusOK, "/w/factor")
	seed = c.seedOf(page)
	c.has(page, "<svg class=\"square qr\"", "Make your second factor")
	spares = sparesOf(c.press(http.StatusOK, page, "/w/factor/new", "secret", seed, "uri", "otpauth://totp/x", "code", c.codeOf(seed)))
	if len(spares) != staff.SpareCodes {
		c.Fatalf("%d spare codes on the page", len(spares))
	}
	return seed, spares
}

func TestTheDoorAsksForWordsAndThenForTheSecondFactor(t *testing.T) {
	w := newWorld(t)
	w.ok(w.office.Set(w.Context(), w.ada, office.SecondFactor, "yes"))
	ada := w.newcomer("ada", w.words)
	seed, spares := ada.enrols()
	ada.get(http.StatusOK, "/w/queue")

	w.clock.pass(time.Minute)
	again := w.newcomer("ada", w.words)
	again.press(http.StatusSeeOther, "", "/w/sign-in", "login", "ada", "words", w.words)
	for _, path := range []string{"/w/queue", "/w/settings", "/w/team", "/w/settings/factor", "/w/code", "/w/waiting", "/w/lent"} {
		again.get(http.StatusSeeOther, path) // to the page that asks
	}
	again.force(http.StatusSeeOther, "/w/code", "/w/code")
	page := again.get(http.StatusOK, "/w/factor?to=/w/settings")
	if strings.Contains(page, "secret") {
		t.Error("who has a second factor is shown another")
	}
	page = again.press(http.StatusUnprocessableEntity, page, "/w/factor", "code", "000 000", "to", "/w/settings")
	w.has(page, "does not fit", `value="/w/settings"`)
	again.press(http.StatusSeeOther, page, "/w/factor", "code", w.codeOf(seed))
	w.has(again.get(http.StatusOK, "/w/settings"), "Spare codes you have not used: 8 of 8.",
		"Lately about your sign-in", "A new code in a telephone", "A wrong code", "Signed in by a browser new to us")

	again.press(http.StatusSeeOther, again.get(http.StatusOK, "/w/settings"), "/w/sign-out")
	u, err := url.Parse(w.url)
	w.ok(err)
	if !slices.ContainsFunc(again.client.Jar.Cookies(u), func(c *http.Cookie) bool { return c.Name == "known" && len(c.Value) > 40 }) {
		t.Error("the browser is not known at the next sign-in")
	}
	for _, c := range again.client.Jar.Cookies(u) {
		if len(c.Name)+len(c.Value) > 4096 {
			t.Errorf("browsers may drop the cookie %s", c.Name)
		}
	}
	w.has(again.get(http.StatusOK, "/w/sign-in"), `name="words" type="password"`)

	lost := w.newcomer("ada", w.words)
	lost.press(http.StatusSeeOther, "", "/w/sign-in", "login", "ada", "words", w.words)
	lost.press(http.StatusSeeOther, lost.get(http.StatusOK, "/w/factor"), "/w/factor", "code", spares[0])
	w.has(lost.get(http.StatusOK, "/w/settings"), "Spare codes you have not used: 7 of 8.", "A spare code was used")
	for _, secret := range append(spares, seed) {
		if strings.Contains(w.log.String(), secret) {
			t.Error("a secret is in the log")
		}
	}
}

func TestAFirstVisitLeadsOverTheSecondFactor(t *testing.T) {
	w := newWorld(t)
	w.ok(w.office.Set(w.Context(), w.ada, office.SecondFactor, "yes"))
	token, err := w.staff.Invite(w.Context(), w.staff.Console(), "bo", "Bo Ek", "bo@help.example", staff.Counsellor, w.team)
	w.ok(err)
	bo := w.newcomer("bo", "")
	page := bo.press(http.StatusOK, "", "/w/invitation/"+token)
	six := regexp.MustCompile(`name="words" value="([^"]*)"`).FindStringSubmatch(page)[1]
	all := strings.Fields(six)
	fields := []string{"words", six}
	for _, n := range regexp.MustCompile(`name="word(\d)"`).FindAllStringSubmatch(page, -1) {
		fields = append(fields, "word"+n[1], all[n[1][0]-'1'])
	}
	bo.press(http.StatusSeeOther, page, "/w/invitation/words", fields...)
	bo.get(http.StatusSeeOther, "/w/code")
	page = bo.get(http.StatusOK, "/w/factor?to=/w/code")
	page = bo.press(http.StatusUnprocessableEntity, page, "/w/factor/new", "secret", w.seedOf(page), "uri", "otpauth://totp/x", "code", "123456", "to", "/w/code")
	w.has(page, "Läs av rutan igen")
	seed := w.seedOf(page)
	page = bo.press(http.StatusOK, page, "/w/factor/new", "secret", seed, "uri", "otpauth://totp/x", "code", w.codeOf(seed), "to", "/w/code")
	w.has(page, `href="/w/code"`)
	bo.get(http.StatusOK, "/w/code")
	bo.get(http.StatusSeeOther, "/w/queue") // nobody has admitted them yet
}

func TestWhatMattersIsAskedForAgainWithTheProofAndNothingIsTypedTwice(t *testing.T) {
	w := newWorld(t)
	w.ok(w.office.Set(w.Context(), w.ada, office.SecondFactor, "no"))
	bo := w.hire("Bo Ek", w.team)
	ada := w.newcomer("ada", w.words)
	ada.press(http.StatusSeeOther, "", "/w/sign-in", "login", "ada", "words", w.words)
	people := ada.get(http.StatusOK, "/w/office/people")
	w.clock.pass(6 * time.Minute)

	page := ada.press(http.StatusForbidden, people, "/w/office/people/close", "user", string(bo.id))
	w.has(page, "Is it still you?", `name="user" value="`+string(bo.id)+`"`, `type="password"`)
	bo.get(http.StatusOK, "/w/queue") // nothing has happened yet
	page = ada.press(http.StatusForbidden, page, "/w/office/people/close", "user", string(bo.id), "prove", "six wrong words that nobody has")
	w.has(page, "Those are not your six words")
	w.lacks(page, "six wrong words")
	bo.get(http.StatusOK, "/w/queue")
	ada.press(http.StatusSeeOther, page, "/w/office/people/close", "user", string(bo.id), "prove", w.words)
	bo.get(http.StatusSeeOther, "/w/queue") // shown the door

	w.clock.pass(6 * time.Minute)
	page = ada.get(http.StatusForbidden, "/w/settings/factor")
	w.has(page, `action="`+frontend.ProvePath+`"`)
	ada.press(http.StatusSeeOther, page, frontend.ProvePath, "to", "/w/settings/factor", "prove", w.words)
	page = ada.get(http.StatusOK, "/w/settings/factor")
	seed := w.seedOf(page)
	ada.press(http.StatusOK, page, "/w/factor/new", "secret", seed, "uri", "otpauth://totp/x", "code", w.codeOf(seed))
	w.clock.pass(6 * time.Minute)
	page = ada.press(http.StatusForbidden, ada.get(http.StatusOK, "/w/settings"), "/w/settings/spares")
	w.has(page, "Code from your telephone")
	page = ada.press(http.StatusOK, page, "/w/settings/spares", "prove", w.codeOf(seed))
	if len(sparesOf(page)) != staff.SpareCodes {
		t.Error("no new spare codes after the proof")
	}
}

func TestAllOtherSessionsAreEndedFromTheSettings(t *testing.T) {
	w := newWorld(t)
	here, there := w.browser(w.ada, "ada", w.words), w.browser(w.ada, "ada", w.words)
	page := here.get(http.StatusOK, "/w/settings")
	w.has(page, "End all the others")
	w.lacks(page, "127.0.0.1", "Go-http-client") // no address, no browser
	here.press(http.StatusSeeOther, page, "/w/settings/sessions")
	there.get(http.StatusSeeOther, "/w/settings")
	w.lacks(here.get(http.StatusOK, "/w/settings"), "End all the others")
}

// Somebody behind an office's address tries as fast as they can.
func TestWhoFloodsTheDoorKeepsNobodyOutWhoCameInBefore(t *testing.T) {
	w := newWorld(t)
	w.ok(w.office.Set(w.Context(), w.ada, office.SecondFactor, "yes"))
	ada := w.newcomer("ada", w.words)
	_, spares := ada.enrols()
	ada.press(http.StatusSeeOther, ada.get(http.StatusOK, "/w/settings"), "/w/sign-out")
	flood := w.newcomer("nobody", "")
	for range 119 { // sixty of an office come in at once, in browsers that are new
		flood.press(http.StatusUnprocessableEntity, "", "/w/invitation/none")
	}
	flood.press(http.StatusTooManyRequests, "", "/w/invitation/none")
	w.newcomer("ada", w.words).press(http.StatusTooManyRequests, "", "/w/sign-in", "login", "ada", "words", w.words)
	ada.press(http.StatusSeeOther, "", "/w/sign-in", "login", "ada", "words", w.words)
	flood.press(http.StatusTooManyRequests, "", "/w/invitation/none") // still
	ada.press(http.StatusSeeOther, ada.get(http.StatusOK, "/w/factor"), "/w/factor", "code", spares[0])
}
