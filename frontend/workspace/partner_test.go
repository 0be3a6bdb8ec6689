package workspace_test

import (
	"regexp"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/staff"
)

func TestACoordinatorInvitesSomebodyOfAPartnerRenewsAndClosesTheirAccount(t *testing.T) {
	w := newWorld(t)
	org := w.vetted("Shelter <North>", directory.Partner, "SE", directory.TakesPackage)
	ada := w.browser(w.ada, "ada", w.words)
	at := "/w/partners/" + string(org)
	w.has(ada.get(200, "/w/partners"), "Nobody outside has an account")
	w.has(ada.get(200, "/w/directory/"+string(org)), `href="`+at+`"`)
	w.has(ada.get(200, "/w/office/people"), `href="/w/partners"`)

	html := ada.post(422, at, at, "name", "Lo Ek", "login", "ada", "address", "lo@shelter.example", "lang", "sv")
	w.has(html, `value="Lo Ek"`, `value="lo@shelter.example"`, "taken")
	html = ada.post(200, at, at, "name", "Lo Ek", "login", "lo", "address", "lo@shelter.example", "lang", "sv")
	link := regexp.MustCompile(`value="(` + regexp.QuoteMeta(w.url) + `/p/invitation/[^"?]+)\?lang=sv"`).FindStringSubmatch(html)
	if link == nil {
		t.Fatalf("no link in\n%s", words(html))
	}
	w.has(html, "Give the link and the user name lo")
	w.lacks(ada.get(200, at), "/p/invitation/") // once
	w.has(ada.get(200, "/w/partners"), "Shelter &lt;North&gt;", "1 account")
	token := link[1][strings.LastIndex(link[1], "/")+1:]
	e, err := w.staff.AcceptPartner(t.Context(), token, "sv", "x")
	w.ok(err)
	html = ada.get(200, at)
	w.has(html, "Lo Ek", "active")
	user := regexp.MustCompile(`name="user" value="([^"]+)"`).FindStringSubmatch(html)[1]

	// Only a coordinator, and only for whose account it is.
	eva := w.hire("Eva", w.team)
	eva.get(403, "/w/partners")
	eva.get(403, at)
	eva.force(403, "/w/partners/:org", at, "name", "x", "login", "x", "address", "x@x.example")
	eva.force(403, "/w/partners/:org/close", at+"/close", "user", user)
	w.lacks(eva.get(200, "/w/office/people"), `href="/w/partners"`)
	ada.get(404, "/w/partners/"+string(helpdesk.NewID()))
	ada.force(404, "/w/partners/:org/close", at+"/close", "user", string(eva.id))
	ada.force(404, "/w/partners/:org/renew", "/w/partners/"+string(helpdesk.NewID())+"/renew", "user", user)

	code, err := staff.FactorCode(e.Secret, w.clock.now())
	w.ok(err)
	cookie, err := w.staff.SignInPartner(t.Context(), "lo", e.Words, code)
	w.ok(err)
	html = ada.post(200, at, at+"/renew", "user", user)
	w.has(html, w.url+"/p/invitation/")
	if _, err := w.staff.Outsider(t.Context(), cookie, false); err == nil {
		t.Error("the session outlives the renewal")
	}
	ada.post(303, at, at+"/close", "user", user)
	w.has(ada.get(200, at), "disabled")
	w.has(ada.get(200, "/w/partners"), "0 accounts")
}
