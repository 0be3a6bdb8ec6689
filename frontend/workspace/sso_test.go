package workspace_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge/mailtest"
)

// follows goes to the issuer and comes back, as a browser does.
func (c *colleague) follows(path string) (back string) {
	c.Helper()
	answer, err := c.client.Get(c.url + path)
	c.ok(err)
	answer.Body.Close()
	there := answer.Header.Get("Location")
	if answer.StatusCode != http.StatusSeeOther || strings.HasPrefix(there, "/") {
		c.Fatalf("%s leads to %d %s", path, answer.StatusCode, there)
	}
	answer, err = c.client.Get(there)
	c.ok(err)
	answer.Body.Close()
	to, err := url.Parse(answer.Header.Get("Location"))
	c.ok(err)
	if !strings.HasPrefix(to.String(), c.url+"/w/sso/back?") {
		c.Fatalf("the issuer leads to %s", to)
	}
	return to.RequestURI()
}

func TestTheOrganisationsSignInStandsBesideTheWords(t *testing.T) {
	i := mailtest.TestIssuer(t, "ada")
	i.Identity.Subject = "Kanariesubjekt"
	w := newWorldOn(t, storetest.SQLite(t), staff.SSO{Name: "Kanarienord", Issuer: i.URL(), ClientID: mailtest.TokenClient, ClientSecret: mailtest.TokenClientSecret})
	i.Identity.Clock = w.clock.now
	w.ok(w.office.Set(w.Context(), w.ada, office.SecondFactor, "yes"))
	ada := w.newcomer("ada", w.words)
	ada.enrols()
	page := ada.get(http.StatusOK, "/w/settings")
	w.has(page, "The sign-in of Kanarienord", `href="/w/settings/sso"`, "opens with your six words alone")
	back := ada.follows("/w/settings/sso")
	ada.get(http.StatusSeeOther, back)
	page = ada.get(http.StatusOK, "/w/settings")
	w.has(page, "Unlink it")
	ada.get(http.StatusUnprocessableEntity, back) // once

	again := w.newcomer("ada", w.words)
	again.press(http.StatusSeeOther, "", "/w/sign-in", "login", "ada", "words", w.words)
	page = again.get(http.StatusOK, "/w/factor?to=/w/settings")
	w.has(page, "Show it with the sign-in of Kanarienord", `href="/w/sso?to=%2Fw%2Fsettings"`, "opens with your six words alone")
	back = again.follows("/w/sso?to=%2Fw%2Fsettings")
	again.get(http.StatusSeeOther, back)
	again.get(http.StatusOK, "/w/queue")

	w.clock.pass(6 * time.Minute)
	page = again.get(http.StatusForbidden, "/w/settings/factor")
	w.has(page, `href="/w/sso?to=%2Fw%2Fsettings%2Ffactor"`)
	back = again.follows("/w/sso?to=%2Fw%2Fsettings%2Ffactor")
	again.get(http.StatusSeeOther, back)
	again.get(http.StatusOK, "/w/settings/factor")

	// Nobody comes in by it alone, and no other browser goes on with what one began.
	stranger := w.newcomer("ada", w.words)
	stranger.get(http.StatusSeeOther, "/w/sso")
	stranger.get(http.StatusSeeOther, back)
	stranger.get(http.StatusSeeOther, "/w/queue")
	i.Identity.Subject = "somebody else"
	stranger.press(http.StatusSeeOther, "", "/w/sign-in", "login", "ada", "words", w.words)
	page = stranger.get(http.StatusUnprocessableEntity, stranger.follows("/w/sso"))
	w.has(page, "as somebody else")
	stranger.get(http.StatusSeeOther, "/w/queue")

	again.press(http.StatusSeeOther, again.get(http.StatusOK, "/w/settings"), "/w/settings/sso")
	w.has(again.get(http.StatusOK, "/w/settings"), "Link it")
	for _, canary := range []string{"Kanariesubjekt", "canary@"} {
		if strings.Contains(w.log.String(), canary) {
			t.Errorf("%s is in the log", canary)
		}
	}
}

// Without a name to bind it to no passkey is made, and the page says why.
func TestAPasskeyNeedsAnAddressWithAName(t *testing.T) {
	w := newWorld(t)
	ada := w.newcomer("ada", w.words)
	page := ada.get(http.StatusOK, "/w/sign-in")
	w.has(page, `data-passkey="/w/sign-in/passkey"`, `<script src="/static/passkey`)
	ada.get(http.StatusUnprocessableEntity, "/w/sign-in/passkey")
	page = ada.press(http.StatusUnprocessableEntity, page, "/w/sign-in/passkey", "answer", `{"id":"nonsense"}`, "output", "AAAA")
	w.has(page, "Passnyckeln stämmer inte", "Dina sex ord öppnar dörren", `name="back" value="/w/sign-in"`)

	at, err := url.Parse(w.url)
	w.ok(err)
	answer, err := ada.client.Get("http://localhost:" + at.Port() + "/w/sign-in/passkey")
	w.ok(err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || !strings.Contains(answer.Header.Get("Content-Type"), "json") {
		t.Errorf("asked by name, it answers %d %s", answer.StatusCode, answer.Header.Get("Content-Type"))
	}
}
