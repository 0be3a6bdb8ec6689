package office_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

type world struct {
	t       *testing.T
	ctx     context.Context
	db      *store.DB
	secrets *vault.Secrets
	log     *housetest.Log
	book    *journal.Book
	office  *office.Office
	team    helpdesk.ID
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := &world{t: t, ctx: context.Background(), db: db, secrets: vault.NewSecrets(), log: &housetest.Log{}, team: helpdesk.NewID()}
		w.restart()
		test(w)
	})
}

func (w *world) restart() {
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	now := func() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }
	w.book = journal.New(w.db, w.secrets, now, log)
	w.office = office.New(office.House{DB: w.db, Secrets: w.secrets, Journal: w.book, Now: now, Log: log})
	w.office.HoldNothing()
}

func (w *world) must(err error)                { w.t.Helper(); housetest.Must(w.t, err) }
func (w *world) refused(err error, key string) { w.t.Helper(); housetest.Refused(w.t, err, key) }

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.must(w.db.Write(w.ctx, "tamper", func(tx *store.Tx) error {
		_, err := tx.Exec(w.ctx, query, args...)
		return err
	}))
}

func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	var n int
	w.must(w.db.QueryRow(w.ctx, query, args...).Scan(&n))
	return n
}

func (w *world) alarmed(code string) {
	w.t.Helper()
	w.must(w.book.Chain(w.ctx))
	if !strings.Contains(w.log.String(), "code="+code) || w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb = $1`, "alarm."+code) == 0 {
		w.t.Errorf("no alarm %s", code)
	}
}

func (w *world) mailbox() office.Mailbox {
	return office.Mailbox{
		Team: w.team, Address: "canarybox@canary.example", Name: "Canaryname",
		IMAP: "imaps://canaryuser@imap.canary.example/", SMTP: "smtps://canaryuser@smtp.canary.example",
		Password: "canarypassword", After: office.AfterDelete, Since: time.Unix(1700000000, 0).UTC(),
		Signature: "canarysignature", PlusTokens: true,
	}
}

func (w *world) add(m office.Mailbox) helpdesk.ID {
	w.t.Helper()
	id, err := w.office.AddMailbox(w.ctx, "actor", m)
	w.must(err)
	return id
}

func TestAMailboxIsKeptChangedAndRemoved(t *testing.T) {
	each(t, func(w *world) {
		want := w.mailbox()
		id := w.add(want)
		got, err := w.office.Mailbox(w.ctx, id)
		w.must(err)
		want.ID, want.State, want.Version = id, office.Collecting, 1
		if !got.Since.Equal(want.Since) {
			t.Errorf("since %v", got.Since)
		}
		got.Since = want.Since
		if got != want {
			t.Error("it came back different")
		}
		twice := w.mailbox()
		twice.Address = "CanaryBox@canary.example"
		if _, err := w.office.AddMailbox(w.ctx, "actor", twice); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("one address twice: %v", err)
		}
		got.Password, got.Name, got.State = "", "Other", office.Paused
		w.must(w.office.ChangeMailbox(w.ctx, "actor", got))
		all, err := w.office.Mailboxes(w.ctx)
		w.must(err)
		if len(all) != 1 || all[0].Password != "canarypassword" || all[0].Name != "Other" || all[0].State != office.Paused {
			t.Errorf("%d mailboxes after the change", len(all))
		}
		w.must(w.office.RemoveMailbox(w.ctx, "actor", id))
		if err := w.office.RemoveMailbox(w.ctx, "actor", id); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("removed twice: %v", err)
		}
		if n := w.count(`SELECT COUNT(*) FROM journal_entry WHERE object = $1`, string(id)); n != 3 {
			t.Errorf("%d lines in the journal", n)
		}
		w.add(w.mailbox())
	})
}

func TestAMailboxThatCouldNotWorkIsRefused(t *testing.T) {
	each(t, func(w *world) {
		for key, change := range map[string]func(m *office.Mailbox){
			"mailbox.address":            func(m *office.Mailbox) { m.Address = "no address" },
			"mailbox.team":               func(m *office.Mailbox) { m.Team = "" },
			"mailbox.imap":               func(m *office.Mailbox) { m.IMAP = "https://imap.canary.example" },
			"mailbox.smtp":               func(m *office.Mailbox) { m.SMTP = "smtps://user:canarypassword@smtp.canary.example" },
			"mailbox.state":              func(m *office.Mailbox) { m.State = "asleep" },
			"mailbox.after":              func(m *office.Mailbox) { m.After = "" },
			"mailbox.after_folder":       func(m *office.Mailbox) { m.After = office.AfterMove },
			"mailbox.leave_not_accepted": func(m *office.Mailbox) { m.After = office.AfterLeave },
		} {
			m := w.mailbox()
			change(&m)
			_, err := w.office.AddMailbox(w.ctx, "actor", m)
			w.refused(err, key)
		}
		for _, scheme := range []string{"imap://", "imap+insecure://"} {
			m := w.mailbox()
			m.Address, m.IMAP = fmt.Sprintf("a%d@canary.example", len(scheme)), scheme+"user@127.0.0.1:143"
			w.add(m)
		}
	})
}

func TestMailStaysOnTheServerOnlyWhenSomebodyAcceptedThat(t *testing.T) {
	each(t, func(w *world) {
		for i, after := range []string{office.AfterLeave, office.AfterSeen} {
			m := w.mailbox()
			m.Address, m.After = fmt.Sprintf("a%d@canary.example", i), after
			w.must(w.office.Set(w.ctx, "actor", office.LeaveAccepted, "no"))
			_, err := w.office.AddMailbox(w.ctx, "actor", m)
			w.refused(err, "mailbox.leave_not_accepted")
			w.must(w.office.Set(w.ctx, "actor", office.LeaveAccepted, "yes"))
			w.add(m)
		}
	})
}

func TestSettingsHaveDefaultsVersionsAndAHistory(t *testing.T) {
	each(t, func(w *world) {
		for lang, want := range map[string]string{"sv": "Samtalsstöd", "en": "Talk and support", "ti": "Talk and support"} {
			got, err := w.office.PublicName(w.ctx, lang)
			w.must(err)
			if got != want {
				t.Errorf("%s: %q", lang, got)
			}
		}
		undo, err := w.office.Number(w.ctx, office.UndoSeconds)
		w.must(err)
		if undo != 10 {
			t.Errorf("undo seconds %d", undo)
		}
		for _, v := range []string{"20", "20", "30"} {
			w.must(w.office.Set(w.ctx, "actor", office.UndoSeconds, v))
		}
		if undo, err = w.office.Number(w.ctx, office.UndoSeconds); err != nil || undo != 30 {
			t.Errorf("undo seconds %d, %v", undo, err)
		}
		history, err := w.office.History(w.ctx, office.UndoSeconds)
		w.must(err)
		if len(history) != 2 || history[0].Value != "30" || history[0].Version != 2 || history[0].Actor != "actor" || history[1].Value != "20" {
			t.Errorf("history %+v", history)
		}
		if n := w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb = $1 AND object = 'undo_seconds'`, office.VerbSetting); n != 2 {
			t.Errorf("%d lines in the journal", n)
		}
		all, err := w.office.Settings(w.ctx)
		w.must(err)
		for _, v := range all {
			if v.Explained != "setting."+v.Name {
				t.Errorf("%s lacks its explanation", v.Name)
			}
		}
		if len(all) < 8 {
			t.Errorf("%d settings", len(all))
		}
	})
}

func TestASettingTakesOnlyWhatFits(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range [][2]string{
			{office.PublicName, ""}, {office.PublicName, "two\nlines"}, {office.PublicName, strings.Repeat("x", 81)},
			{office.UndoSeconds, "-1"}, {office.UndoSeconds, "ten"}, {office.UndoSeconds, "010"}, {office.PollSeconds, "1"},
			{office.MaxLetterMiB, "5000"}, {office.LeaveAccepted, "perhaps"}, {office.Signature, "a\x00b"},
		} {
			w.refused(w.office.Set(w.ctx, "actor", c[0], c[1]), "setting.invalid")
		}
		w.refused(w.office.Set(w.ctx, "actor", office.RecoveryFingerprint, strings.Repeat("ab", 32)), "setting.fixed")
		if err := w.office.Set(w.ctx, "actor", "unknown", "x"); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("an unknown setting: %v", err)
		}
		if _, err := w.office.Setting(w.ctx, "unknown"); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("an unknown setting: %v", err)
		}
	})
}

func TestTwoWhoChangeASettingAtOnceBothStandInItsHistoryOrOneIsTold(t *testing.T) {
	each(t, func(w *world) {
		var all sync.WaitGroup
		var mu sync.Mutex
		done := 0
		for i := range 10 {
			all.Go(func() {
				err := w.office.Set(w.ctx, "actor", office.UndoSeconds, fmt.Sprint(20+i))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					done++
				case !errors.Is(err, helpdesk.ErrConflict):
					t.Error(err)
				}
			})
		}
		all.Wait()
		history, err := w.office.History(w.ctx, office.UndoSeconds)
		w.must(err)
		if len(history) != done || done == 0 {
			t.Errorf("%d versions after %d changes", len(history), done)
		}
	})
}
