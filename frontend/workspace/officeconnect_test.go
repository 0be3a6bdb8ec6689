package workspace_test

import (
	"context"
	"net/url"
	"testing"

	"returnsupport/frontend/workspace"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
)

// provider is an issuer whose sign-in is told what to end with.
type provider struct {
	box helpdesk.ID
	no  error
}

func (p *provider) Begin(_ context.Context, by, box helpdesk.ID, back string) (string, error) {
	p.box = box
	return "https://login.provider.example/authorize?" + url.Values{"redirect_uri": {back}, "state": {string(by)}}.Encode(), nil
}

func (p *provider) Finish(_ context.Context, by helpdesk.ID, state, code, back string) (helpdesk.ID, error) {
	if state != string(by) || code != "code" {
		return "", helpdesk.ErrNotFound
	}
	return p.box, p.no
}

var _ workspace.MailConnection = &provider{}

func TestAMailboxWithoutPasswordIsSignedInAtItsProvider(t *testing.T) {
	w := newWorld(t)
	ada, bo := w.coordinator(), w.hire("Bo Ek", w.team)
	fields := []string{"address", "help@mail.example", "team", string(w.team), "imap", "imaps://help@mail.example/", "smtp", "smtps://help@mail.example",
		"after", office.AfterDelete, "secure", "on", "oauth", "microsoft", "oauth-client", "client-1", "oauth-secret", "secret-1"}
	page := ada.get(200, "/w/office/mailboxes/new")
	w.has(ada.send(422, page, "/w/office/mailboxes", fields...), "domain or id at Microsoft", `value="client-1"`)
	ada.send(303, page, "/w/office/mailboxes", append(fields, "oauth-tenant", "house.example")...)
	boxes, err := w.office.Mailboxes(t.Context())
	w.ok(err)
	if len(boxes) != 1 || boxes[0].OAuth.ClientSecret != "secret-1" {
		t.Fatalf("%d mailboxes", len(boxes))
	}
	path := "/w/office/mailboxes/" + string(boxes[0].ID)
	page = ada.get(200, path)
	w.has(page, "Nobody has signed in for this mailbox yet")
	w.lacks(page, "secret-1")
	going := ada.press(200, page, path+"/connect")
	w.has(going, "Go on to login.provider.example", `href="https://login.provider.example/authorize?`, "%2Fw%2Foffice%2Fconnected")
	bo.force(403, "/w/office/mailboxes/:id/connect", path+"/connect")
	bo.get(403, "/w/office/connected?state="+string(w.ada)+"&code=code")
	ada.get(404, "/w/office/connected?state=guessed&code=code")
	w.provider.no = helpdesk.Refuse("mailbox.oauth_refused")
	w.has(ada.get(422, "/w/office/connected?state="+string(w.ada)+"&code=code"), "The provider did not agree", "Nothing was changed")
	w.provider.no = nil
	ada.get(303, "/w/office/connected?state="+string(w.ada)+"&code=code")
	w.ok(w.office.Connect(t.Context(), w.ada, office.Grant{Mailbox: boxes[0].ID, Access: "a", Refresh: "r"}))
	w.has(ada.get(200, path), "Signed in. This house renews it by itself.")
}
