package office_test

import (
	"errors"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
)

// Two who change a mailbox at once do not overwrite each other, and what one of
// them changed can be taken back without the passwords being known.
func TestAMailboxHasVersionsAndIsTakenBack(t *testing.T) {
	each(t, func(w *world) {
		id := w.add(w.mailbox())
		mine, err := w.office.Mailbox(w.ctx, id)
		w.must(err)
		theirs := mine
		mine.Name, mine.Password = "Mine", "new"
		w.must(w.office.ChangeMailbox(w.ctx, "actor", mine))
		theirs.Signature = "Theirs"
		if err := w.office.ChangeMailbox(w.ctx, "other", theirs); !errors.Is(err, helpdesk.ErrConflict) {
			t.Fatalf("the second overwrote the first: %v", err)
		}
		history, err := w.office.MailboxHistory(w.ctx, id)
		w.must(err)
		if len(history) != 2 || history[0].Mailbox.Name != "Mine" || history[1].Mailbox.Name != "Canaryname" || history[0].Actor != "actor" {
			t.Fatalf("%d versions", len(history))
		}
		for _, c := range history {
			if c.Mailbox.Password != "" || c.Mailbox.SMTPPassword != "" {
				t.Errorf("version %d keeps a password", c.Version)
			}
		}
		if err := w.office.RestoreMailbox(w.ctx, "actor", id, 1, 1); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("taken back over a newer one: %v", err)
		}
		if err := w.office.RestoreMailbox(w.ctx, "actor", id, 7, 2); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a version that never was: %v", err)
		}
		w.must(w.office.RestoreMailbox(w.ctx, "actor", id, 1, 2))
		now, err := w.office.Mailbox(w.ctx, id)
		w.must(err)
		if now.Name != "Canaryname" || now.Password != "new" || now.Version != 3 {
			t.Errorf("version %d, %q", now.Version, now.Name)
		}
		// One of the time before versions were kept has them from its first change on.
		w.exec(`DELETE FROM office_mailbox_version`)
		now.State = office.Paused
		w.must(w.office.ChangeMailbox(w.ctx, "actor", now))
		if history, err = w.office.MailboxHistory(w.ctx, id); err != nil || len(history) != 2 || !history[1].At.IsZero() {
			t.Errorf("%d versions, %v", len(history), err)
		}
		w.must(w.office.RemoveMailbox(w.ctx, "actor", id))
		if n := w.count(`SELECT COUNT(*) FROM office_mailbox_version`); n != 0 {
			t.Errorf("%d versions of a mailbox that is gone", n)
		}
	})
}
