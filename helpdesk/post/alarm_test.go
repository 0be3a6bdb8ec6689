package post

import (
	"errors"
	"strings"
	"testing"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tasks"
	"returnsupport/mailbridge"
	"returnsupport/mailbridge/letter"
)

// TestAnAlarmSaysWhichSinceWhenAndWhatToDo, leaves through another mailbox than the
// broken one, and says nothing of anybody.
func TestAnAlarmSaysWhichSinceWhenAndWhatToDo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		words, err := locale.Load()
		h.must(err)
		h.post.words = words
		h.receive("a", "From: KANARIE <amina@person.example>\r\nTo: a@desk.example\r\nMessage-ID: <m@person.example>\r\nSubject: KANARIE subject\r\n\r\nKANARIE text\r\n")
		h.server.err = &mailbridge.Trouble{Code: mailbridge.TimedOut}
		h.reply(1, "KANARIE answer", "amina@person.example")
		h.clock.Pass(60e9)
		h.deliverAll()
		h.server.err = nil

		alarm := tasks.Alarm{Mailbox: h.boxes["a"], Address: "a@desk.example", Way: tasks.Out, Why: "timed_out", Since: h.clock.Now()}
		tell := func(locale string, a tasks.Alarm) (sent bool, l *letter.Letter) {
			t.Helper()
			before := len(h.server.taken)
			h.must(db.Write(h.ctx, "test", func(tx *store.Tx) error {
				var err error
				sent, err = h.post.Alarm(h.ctx, tx, staff.User{ID: "u", Address: "kim@staff.example", Locale: locale}, a)
				return err
			}))
			h.deliverAll()
			for _, out := range h.server.taken[before:] {
				if out.to[0] != "kim@staff.example" {
					continue
				}
				if !a.Again && a.Way == tasks.Out && out.from == a.Address {
					t.Error("it leaves through the server it is about")
				}
				if strings.Contains(strings.ToLower(string(out.raw)), "kanarie") || strings.Contains(string(out.raw), "amina") {
					t.Errorf("somebody is named:\n%s", out.raw)
				}
				l, err = letter.Parse(h.ctx, out.raw, letter.DefaultLimits())
				h.must(err)
			}
			return sent, l
		}
		for lang, want := range map[string][]string{
			"en": {"Mail is not sent", "a@desk.example since 2026-03-02 09:42", "Ask your mail provider", "nothing is lost"},
			"sv": {"Ingen post skickas", "a@desk.example sedan 2026-03-02 09:42", "Fråga er e-postleverantör", "inget går förlorat"},
		} {
			sent, l := tell(lang, alarm)
			if !sent || l == nil {
				t.Fatalf("%s: it was not sent", lang)
			}
			said := l.Subject + "\n" + l.Bodies[0].Text
			for _, w := range want {
				if !strings.Contains(strings.Join(strings.Fields(said), " "), w) {
					t.Errorf("%s: %q is missing in\n%s", lang, w, said)
				}
			}
		}
		for _, why := range []string{"sign_in", "cert_expired", "no_folder", "name_lookup", "receiving", "closed"} {
			for _, a := range []tasks.Alarm{{Way: tasks.In, Why: why}, {Way: tasks.In, Again: true}, {Way: tasks.Out, Again: true}} {
				a.Mailbox, a.Address, a.Since = h.boxes["b"], "b@desk.example", h.clock.Now()
				if sent, l := tell("sv", a); !sent || strings.Contains(l.Subject+l.Bodies[0].Text, "post.alarm") || strings.Contains(l.Bodies[0].Text, "{") {
					t.Errorf("%+v says %q %q", a, l.Subject, l.Bodies[0].Text)
				}
			}
		}

		// Where no mailbox can send, nothing is laid down.
		h.must(db.Write(h.ctx, "test", func(tx *store.Tx) error {
			for _, id := range h.boxes {
				if _, err := tx.Exec(h.ctx, noteSending, id, 1, "timed_out"); err != nil {
					return err
				}
			}
			return nil
		}))
		n := h.count(`SELECT COUNT(*) FROM post_outbox`)
		if sent, _ := tell("en", alarm); sent || h.count(`SELECT COUNT(*) FROM post_outbox`) != n {
			t.Error("a mail waits for the servers it is about")
		}
		err = db.Write(h.ctx, "test", func(tx *store.Tx) error {
			_, err := h.post.Alarm(h.ctx, tx, staff.User{ID: "u", Address: "amina@person.example"}, alarm)
			return err
		})
		if !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("an alarm for a person: %v", err)
		}
	})
}
