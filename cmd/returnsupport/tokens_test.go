package main

import (
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge"
	"returnsupport/mailbridge/mailtest"
	"returnsupport/mailbridge/mailtest/dovecot"
)

// clerks is a house with two coordinators and a team.
type clerks struct {
	*house
	t       *testing.T
	ada, bo helpdesk.ID
	team    helpdesk.ID
}

func newClerks(t *testing.T) *clerks {
	t.Helper()
	dir := t.TempDir()
	h, err := build(t.Context(), settings{data: dir, database: "sqlite:" + filepath.Join(dir, "r.db"), listen: "127.0.0.1:0"}, vault.NewSecrets(),
		vault.Cost{MiB: 1, Passes: 1}, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	w := &clerks{house: h, t: t, ada: helpdesk.NewID(), bo: helpdesk.NewID()}
	_, err = h.staff.Init(t.Context(), staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada", Address: "ada@desk.example", Locale: "en", Teams: []staff.NewTeam{{Name: "return"}}})
	w.must(err)
	teams, err := h.staff.Teams(t.Context())
	w.must(err)
	w.team = teams[0].ID
	w.bridge, err = h.newCollector(t.Context())
	w.must(err)
	return w
}

func (w *clerks) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// tokenBox adds a mailbox of an issuer and a server that take tokens alone.
func tokenBox(w *clerks, i *mailtest.Issuer, server string) helpdesk.ID {
	w.t.Helper()
	id, err := w.office.AddMailbox(w.t.Context(), w.ada, office.Mailbox{
		Team: w.team, Address: "tokens@return.test", IMAP: "imap+insecure://" + url.PathEscape(i.User) + "@" + server, SMTP: "smtp+insecure://127.0.0.1:9", After: office.AfterDelete,
		OAuth: office.OAuth{Kind: office.OAuthOther, ClientID: mailtest.TokenClient, ClientSecret: mailtest.TokenClientSecret, AuthorizeURL: i.AuthorizeURL(), TokenURL: i.TokenURL(), Scopes: "mail"},
	})
	w.must(err)
	return id
}

// signIn walks through the issuer's page as a browser does.
func signIn(w *clerks, box helpdesk.ID) (state, code string) {
	w.t.Helper()
	const back = "https://desk.example/w/office/connected"
	address, err := connection{w.house}.Begin(w.t.Context(), w.ada, box, back)
	w.must(err)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(address)
	w.must(err)
	resp.Body.Close()
	to, err := resp.Location()
	w.must(err)
	if !strings.HasPrefix(to.String(), back) {
		w.t.Fatalf("sent to %s", to)
	}
	return to.Query().Get("state"), to.Query().Get("code")
}

// TestAMailboxOfAnIssuerIsConnectedAndCollected: a fake issuer and a Dovecot
// that takes its tokens, from the page to the first letter, through a renewal, a
// revocation and a new sign-in.
func TestAMailboxOfAnIssuerIsConnectedAndCollected(t *testing.T) {
	dovecot.Require(t)
	w := newClerks(t)
	account := dovecot.Fresh(t)
	i := mailtest.TestIssuer(t, account.User)
	id := tokenBox(w, i, account.Addr)
	ctx := t.Context()
	tokens := boxTokens{w.house, id}
	if _, err := tokens.Token(ctx, ""); mailbridge.CodeOf(err) != mailbridge.TokenRefused {
		t.Fatalf("nobody has signed in: %v", err)
	}
	state, code := signIn(w, id)
	const back = "https://desk.example/w/office/connected"
	if got, err := (connection{w.house}).Finish(ctx, w.ada, state, code, back); err != nil || got != id {
		t.Fatalf("%s, %v", got, err)
	}
	if i.Renewals() != 0 {
		t.Error("the first token needs no renewal")
	}
	first, err := tokens.Token(ctx, "")
	w.must(err)
	if again, err := tokens.Token(ctx, ""); err != nil || again != first {
		t.Errorf("a token that is good is used again: %v", err)
	}

	// Twelve connections whose token was refused at once: one renewal, for the
	// issuer takes a refresh token that comes twice for a stolen one.
	got := make(chan mailbridge.Secret, 12)
	for range cap(got) {
		go func() {
			token, err := tokens.Token(ctx, first)
			if err != nil {
				t.Error(err)
			}
			got <- token
		}()
	}
	next := <-got
	for range cap(got) - 1 {
		if other := <-got; other != next {
			t.Error("two tokens at once")
		}
	}
	if i.Renewals() != 1 || next == first {
		t.Errorf("%d renewals", i.Renewals())
	}

	// The collector signs in with it.
	account.Deliver(t, []byte("From: somebody@elsewhere.test\r\nTo: tokens@return.test\r\nSubject: Hello\r\nMessage-ID: <t1@elsewhere.test>\r\nDate: Wed, 04 Mar 2026 10:00:00 +0100\r\n\r\nHello\r\n"))
	boxes, err := w.mailboxes(ctx)
	w.must(err)
	w.bridge.Set(boxes)
	go w.bridge.Run(ctx)
	for end := time.Now().Add(30 * time.Second); len(account.Letters(t, "INBOX")) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not collected: %v", w.bridge.Status())
		}
	}

	// Taken back at the issuer: said so until somebody signs in anew.
	i.Revoke()
	if _, err := tokens.Token(ctx, next); mailbridge.CodeOf(err) != mailbridge.TokenRefused {
		t.Errorf("revoked: %v", err)
	}
	state, code = signIn(w, id)
	if _, err := (connection{w.house}).Finish(ctx, w.bo, state, code, back); err == nil {
		t.Error("somebody else ends a sign-in")
	}
	if _, err := (connection{w.house}).Finish(ctx, w.ada, state, code, back); err != nil {
		t.Error(err)
	}
	if _, err := tokens.Token(ctx, next); err != nil {
		t.Errorf("signed in anew: %v", err)
	}
}
