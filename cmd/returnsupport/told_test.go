package main

import (
	"log/slog"
	"testing"
	"time"

	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// In the house as it is wired, who changes how they sign in is mailed; a house that
// has no mailbox yet goes on without.
func TestWhoChangesHowTheySignInIsMailed(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var later time.Duration
		now := func() time.Time { return time.Now().Add(later) }
		h, err := build(ctx, settings{data: t.TempDir(), database: address, listen: "127.0.0.1:0"}, vault.NewSecrets(), vault.Cost{MiB: 1, Passes: 1}, now, slog.New(slog.DiscardHandler))
		must(err)
		t.Cleanup(func() { h.Close() })
		made, err := h.staff.Init(ctx, staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada", Address: "ada@desk.example", Locale: "en", Teams: []staff.NewTeam{{Name: "team"}}})
		must(err)
		mails := func() (n int) {
			must(h.db.QueryRow(ctx, `SELECT COUNT(*) FROM post_outbox`).Scan(&n))
			return n
		}
		cookie, err := h.staff.SignIn(ctx, "ada", made.Words)
		must(err)
		s, err := h.staff.Session(ctx, cookie, false)
		must(err)
		if n := mails(); n != 0 {
			t.Fatalf("%d mails without a mailbox", n)
		}
		_, err = h.office.AddMailbox(ctx, made.User, office.Mailbox{Address: "desk@desk.example", Team: made.Teams[0].ID, IMAP: "imaps://desk@127.0.0.1:1", SMTP: "smtps://desk@127.0.0.1:1", Password: "x", After: office.AfterDelete})
		must(err)
		later = time.Minute // the postroom looks for mailboxes every few seconds
		_, err = h.staff.NewWords(ctx, s)
		must(err)
		if n := mails(); n != 1 {
			t.Errorf("new words, and %d mails", n)
		}
	})
}
