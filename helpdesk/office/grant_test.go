package office_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
)

func (w *world) tokenBox() helpdesk.ID {
	w.t.Helper()
	m := w.mailbox()
	m.OAuth = office.OAuth{Kind: office.OAuthMicrosoft, Tenant: "house.example", ClientID: "canaryclient", ClientSecret: "canarysecret"}
	return w.add(m)
}

func TestAMailboxIsConnectedByWhoBeganItOnce(t *testing.T) {
	each(t, func(w *world) {
		id := w.tokenBox()
		if g, err := w.office.Grant(w.ctx, id); err != nil || g.Connected() {
			t.Fatalf("connected before anybody signed in, or %v", err)
		}
		state, err := w.office.AskGrant(w.ctx, "ada", id, "verifier")
		w.must(err)
		for what, ask := range map[string]struct{ by, state string }{
			"somebody else comes back": {"bo", state}, "the state is guessed": {"ada", string(id) + ".AAAAAAAAAAAAAAAAAAAAAAAAAA"},
			"the state is another mailbox's": {"ada", string(helpdesk.NewID()) + state[strings.Index(state, "."):]}, "there is none": {"ada", ""},
		} {
			if _, err := w.office.Asked(w.ctx, helpdesk.ID(ask.by), ask.state); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		g, err := w.office.Asked(w.ctx, "ada", state)
		w.must(err)
		if g.Verifier != "verifier" || g.Mailbox != id {
			t.Errorf("%q of %s", g.Verifier, g.Mailbox)
		}
		if _, err := w.office.Asked(w.ctx, "ada", state); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a state counts twice: %v", err)
		}
		g.Access, g.Refresh, g.Expires = "canaryaccess", "canaryrefresh", time.Now()
		w.must(w.office.Connect(w.ctx, "ada", g))
		if g, err := w.office.Grant(w.ctx, id); err != nil || g.Access != "canaryaccess" || g.Refresh != "canaryrefresh" || g.State != "" {
			t.Errorf("granted %v, %v", g, err)
		}
		if n := w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb = $1 AND object = $2`, office.VerbMailboxConnected, string(id)); n != 1 {
			t.Errorf("%d entries in the journal", n)
		}
	})
}

func TestAGrantIsRenewedByOneOfMany(t *testing.T) {
	each(t, func(w *world) {
		id := w.tokenBox()
		w.must(w.office.Connect(w.ctx, "ada", office.Grant{Mailbox: id, Access: "a0", Refresh: "r0"}))
		g, err := w.office.Grant(w.ctx, id)
		w.must(err)
		var claims atomic.Int64
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				mine, err := w.office.BeginRenewal(w.ctx, g)
				if errors.Is(err, office.ErrRenewing) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				claims.Add(1)
				mine.Access = "a1"
				if err := w.office.EndRenewal(w.ctx, mine); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := claims.Load(); n != 1 {
			t.Errorf("renewed %d times", n)
		}
		if g, err := w.office.Grant(w.ctx, id); err != nil || g.Access != "a1" || g.Refresh != "r0" {
			t.Errorf("%v, %v", g, err)
		}
	})
}

// A coordinator signs in anew while a process renews: whichever ends last, no
// token that counts is lost, and none that was replaced comes back.
func TestWhoConnectsWhileSomebodyRenewsLosesNoToken(t *testing.T) {
	each(t, func(w *world) {
		begin := func() (helpdesk.ID, office.Grant) {
			id := w.tokenBox()
			w.must(w.office.Connect(w.ctx, "ada", office.Grant{Mailbox: id, Access: "a0", Refresh: "r0"}))
			g, err := w.office.Grant(w.ctx, id)
			w.must(err)
			mine, err := w.office.BeginRenewal(w.ctx, g)
			w.must(err)
			mine.Access, mine.Refresh = "a1", "r1"
			return id, mine
		}
		is := func(what string, id helpdesk.ID, access, refresh string) {
			t.Helper()
			if g, err := w.office.Grant(w.ctx, id); err != nil || g.Access != access || g.Refresh != refresh {
				t.Errorf("%s: %s %s, %v", what, g.Access, g.Refresh, err)
			}
		}

		id, mine := begin()
		state, err := w.office.AskGrant(w.ctx, "ada", id, "verifier")
		w.must(err)
		g, err := w.office.Grant(w.ctx, id)
		w.must(err)
		if _, err := w.office.BeginRenewal(w.ctx, g); !errors.Is(err, office.ErrRenewing) {
			t.Errorf("renewed by two at once: %v", err)
		}
		w.must(w.office.EndRenewal(w.ctx, mine))
		is("renewed while somebody was away to sign in", id, "a1", "r1")
		asked, err := w.office.Asked(w.ctx, "ada", state)
		w.must(err)
		if g, err = w.office.Grant(w.ctx, id); err == nil {
			mine, err = w.office.BeginRenewal(w.ctx, g)
		}
		w.must(err)
		mine.Access, mine.Refresh = "a2", "r2"
		w.must(w.office.EndRenewal(w.ctx, mine))
		asked.Access, asked.Refresh = "new", "newer"
		w.must(w.office.Connect(w.ctx, "ada", asked))
		is("renewed between coming back and connecting", id, "new", "newer")
		if err := w.office.Connect(w.ctx, "ada", asked); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("connected twice by one sign-in: %v", err)
		}

		w.must(w.office.RemoveMailbox(w.ctx, "ada", id))
		id, mine = begin()
		state, err = w.office.AskGrant(w.ctx, "ada", id, "verifier")
		w.must(err)
		asked, err = w.office.Asked(w.ctx, "ada", state)
		w.must(err)
		asked.Access, asked.Refresh = "new", "newer"
		w.must(w.office.Connect(w.ctx, "ada", asked))
		w.must(w.office.EndRenewal(w.ctx, mine))
		is("a renewal that ends after it", id, "new", "newer")
		if g, err = w.office.Grant(w.ctx, id); err == nil {
			_, err = w.office.BeginRenewal(w.ctx, g)
		}
		w.must(err)
	})
}

func TestAnotherIssuerOrNoMailboxForgetsWhatWasGranted(t *testing.T) {
	each(t, func(w *world) {
		id := w.tokenBox()
		w.must(w.office.Connect(w.ctx, "ada", office.Grant{Mailbox: id, Access: "a0", Refresh: "r0"}))
		m, err := w.office.Mailbox(w.ctx, id)
		w.must(err)
		m.Name, m.OAuth.ClientSecret = "Another name", ""
		w.must(w.office.ChangeMailbox(w.ctx, "ada", m))
		if m, err = w.office.Mailbox(w.ctx, id); err != nil || m.OAuth.ClientSecret != "canarysecret" {
			t.Errorf("an empty client secret keeps the one it has: %v", err)
		}
		if g, _ := w.office.Grant(w.ctx, id); !g.Connected() {
			t.Error("another name ends the connection")
		}
		m.OAuth.Tenant = "other.example"
		w.must(w.office.ChangeMailbox(w.ctx, "ada", m))
		if g, _ := w.office.Grant(w.ctx, id); g.Connected() {
			t.Error("what one issuer granted is kept for another")
		}
		w.must(w.office.Connect(w.ctx, "ada", office.Grant{Mailbox: id, Access: "a0", Refresh: "r0"}))
		w.must(w.office.RemoveMailbox(w.ctx, "ada", id))
		if n := w.count(`SELECT COUNT(*) FROM office_grant WHERE busy >= $1`, 0); n != 0 {
			t.Error("a grant outlives its mailbox")
		}
	})
}

func TestWhatCouldNeverSignInByTokensIsRefused(t *testing.T) {
	each(t, func(w *world) {
		for key, a := range map[string]office.OAuth{
			"mailbox.oauth":         {Kind: "facebook", ClientID: "c"},
			"mailbox.oauth_tenant":  {Kind: office.OAuthMicrosoft, Tenant: "a/../b", ClientID: "c"},
			"mailbox.oauth_client":  {Kind: office.OAuthGoogle},
			"mailbox.oauth_address": {Kind: office.OAuthOther, ClientID: "c", AuthorizeURL: "https://a.example/", TokenURL: "http://a.example/"},
		} {
			m := w.mailbox()
			m.OAuth = a
			_, err := w.office.AddMailbox(w.ctx, "ada", m)
			w.refused(err, key)
		}
	})
}

func TestNothingGrantedStandsReadableInTheDatabaseOrTheHistory(t *testing.T) {
	each(t, func(w *world) {
		id := w.tokenBox()
		w.must(w.office.Connect(w.ctx, "ada", office.Grant{Mailbox: id, Access: "canaryaccess", Refresh: "canaryrefresh"}))
		history, err := w.office.MailboxHistory(w.ctx, id)
		w.must(err)
		for _, c := range history {
			if c.Mailbox.OAuth.ClientSecret != "" || strings.Contains(c.Text, "canarysecret") {
				t.Error("the history holds the client's secret")
			}
		}
		g, err := w.office.Grant(w.ctx, id)
		w.must(err)
		m, err := w.office.Mailbox(w.ctx, id)
		w.must(err)
		for _, shown := range []string{g.String(), g.LogValue().String(), m.OAuth.String(), m.String()} {
			if strings.Contains(shown, "canary") {
				t.Errorf("shown: %s", shown)
			}
		}
	})
}
