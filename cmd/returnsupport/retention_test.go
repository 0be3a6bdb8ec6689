package main

import (
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/backup"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// What had its time goes again when an older backup is put back: tickets by the
// aftermath log, and all that goes by age by the rules, before anybody is let in.
func TestRestoreDoesNotResurrectWhatHadItsTime(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx, log, secrets := t.Context(), slog.New(slog.DiscardHandler), vault.NewSecrets()
		var days atomic.Int64
		now := func() time.Time { return time.Now().AddDate(0, 0, int(days.Load())) }
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		data := t.TempDir()
		h, err := build(ctx, settings{data: data, database: address, listen: "127.0.0.1:0"}, secrets, vault.Cost{MiB: 1, Passes: 1}, now, log)
		must(err)
		made, err := h.staff.Init(ctx, staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada", Address: "ada@desk.example", Locale: "en", Teams: []staff.NewTeam{{Name: "team"}}})
		must(err)
		must(h.office.Set(ctx, made.User, office.Retention, "tickets | 12\nmessages | keep\nattachments | keep\noriginals | 1\njournal | keep\nfigures | keep\nserver | keep"))
		signIn := func() *staff.Session {
			cookie, err := h.staff.SignIn(ctx, "ada", made.Words)
			must(err)
			s, err := h.staff.Session(ctx, cookie, false)
			must(err)
			return s
		}
		comes := func() (id helpdesk.ID) {
			must(h.db.Write(ctx, "test", func(tx *store.Tx) error {
				var g *people.Guest
				var err error
				if _, g, err = h.people.Begin(ctx, tx, false); err != nil {
					return err
				}
				by, err := h.people.Writer(ctx, tx, string(g.Person)+"@home.example")
				if err != nil {
					return err
				}
				c, err := h.tickets.Open(ctx, tx, tickets.Opening{Team: made.Teams[0].ID, Channel: "mail", Title: "t", Person: g.Person, Writer: by.ID, Readers: []*vault.Pair{g.Pair()}})
				if err != nil {
					return err
				}
				id = c.Ticket
				_, err = c.Append(ctx, tx, tickets.Message{Kind: tickets.KindLetter, Direction: tickets.In, Content: tickets.Content{Text: "x"}, Original: []byte("as it came")})
				return err
			}))
			s := signIn()
			facts, err := h.tickets.Facts(ctx, s, id)
			must(err)
			must(h.tickets.CloseTicket(ctx, s, id, facts.Version))
			return id
		}
		originals := func() (n int) {
			must(h.db.QueryRow(ctx, `SELECT COUNT(*) FROM tickets_original`).Scan(&n))
			return n
		}
		persons := func() (n [3]int) {
			for i, table := range []string{"people_person", "people_key", "people_writer"} {
				must(h.db.QueryRow(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n[i]))
			}
			return n
		}
		old := comes()
		days.Store(350)
		young := comes()
		folder := t.TempDir()
		_, files, err := backup.Write(ctx, h.db, secrets, backupPlan(), folder, now())
		must(err)

		days.Store(400)
		if large, err := h.letGo(ctx); err != nil || len(large) == 0 {
			t.Fatalf("the night scrubs %v, %v", large, err)
		}
		if _, err := h.tickets.Facts(ctx, signIn(), old); !errors.Is(err, helpdesk.ErrNotFound) || originals() != 0 {
			t.Fatalf("the night took nothing: %v, %d originals", err, originals())
		}
		left := persons()
		must(h.Close())

		back := "sqlite:" + filepath.Join(t.TempDir(), "back.db")
		_, err = backup.Restore(ctx, back, secrets, files[0], files[1], log, nil)
		must(err)
		h, err = build(ctx, settings{data: data, database: back, listen: "127.0.0.1:0"}, secrets, vault.Cost{MiB: 1, Passes: 1}, now, log)
		must(err)
		defer h.Close()
		if originals() != 2 || persons() == left {
			t.Fatal("the backup is no older than what went: the test would prove nothing")
		}
		must(h.afterRestore(ctx, io.Discard, true))
		if now := persons(); now != left {
			t.Errorf("persons, keys and writers: %d, and %d before the restore", now, left)
		}
		s := signIn()
		if _, err := h.tickets.Facts(ctx, s, old); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a ticket whose time was over is back: %v", err)
		}
		if _, err := h.tickets.Facts(ctx, s, young); err != nil || originals() != 0 {
			t.Errorf("of the young one: %v, %d originals", err, originals())
		}
	})
}
