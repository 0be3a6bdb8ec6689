package office_test

import (
	"bytes"
	"fmt"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store/storetest"
)

// TestDatabaseWriter: a mailbox turned to another team, exchanged or put back
// feeds nobody, and the others go on.
func TestDatabaseWriter(t *testing.T) {
	for _, c := range []struct {
		name, alarm string
		change      func(w *world, id, other helpdesk.ID)
	}{
		{"the team is changed", "mailbox_forged", func(w *world, id, _ helpdesk.ID) {
			w.exec(`UPDATE office_mailbox SET team = $1 WHERE id = $2`, string(helpdesk.NewID()), string(id))
		}},
		{"the credentials are another mailbox's", "mailbox_forged", func(w *world, id, other helpdesk.ID) {
			w.exec(`UPDATE office_mailbox SET sealed = (SELECT sealed FROM office_mailbox WHERE id = $1) WHERE id = $2`, string(other), string(id))
		}},
		{"the whole row is another mailbox's", "mailbox_forged", func(w *world, id, other helpdesk.ID) {
			w.exec(`UPDATE office_mailbox SET sealed = (SELECT sealed FROM office_mailbox WHERE id = $1), mac = (SELECT mac FROM office_mailbox WHERE id = $1),
				team = (SELECT team FROM office_mailbox WHERE id = $1) WHERE id = $2`, string(other), string(id))
		}},
		{"the version is raised", "mailbox_forged", func(w *world, id, _ helpdesk.ID) {
			w.exec(`UPDATE office_mailbox SET version = version + 1 WHERE id = $1`, string(id))
		}},
		{"an old row is put back", "mailbox_back", func(w *world, id, _ helpdesk.ID) {
			w.exec(`DELETE FROM office_mailbox WHERE id = $1`, string(id))
			w.exec(`INSERT INTO office_mailbox SELECT * FROM kept_mailbox WHERE id = $1`, string(id))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(w *world) {
				id := w.add(w.mailbox())
				m := w.mailbox()
				m.Address, m.Team = "other@canary.example", helpdesk.NewID()
				other := w.add(m)
				w.exec(`CREATE TABLE kept_mailbox AS SELECT * FROM office_mailbox`)
				changed := w.mailbox()
				changed.ID, changed.Team = id, helpdesk.NewID()
				w.must(w.office.ChangeMailbox(w.ctx, "actor", changed))
				if all, err := w.office.Mailboxes(w.ctx); err != nil || len(all) != 2 {
					w.t.Fatalf("%d mailboxes, %v", len(all), err)
				}
				c.change(w, id, other)
				all, err := w.office.Mailboxes(w.ctx)
				w.must(err)
				if len(all) != 1 || all[0].ID != other {
					t.Errorf("%d mailboxes are believed", len(all))
				}
				if _, err := w.office.Mailbox(w.ctx, id); err == nil {
					t.Error("the forged one is believed")
				}
				if err := w.office.ChangeMailbox(w.ctx, "actor", changed); err == nil {
					t.Error("the forged one could be changed and so vouched for")
				}
				w.alarmed(c.alarm)
			})
		})
	}
}

func TestASettingThatWasTamperedWithIsNoDefault(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.office.Set(w.ctx, "actor", office.LeaveAccepted, "yes"))
		w.must(w.office.Set(w.ctx, "actor", office.LeaveAccepted, "no"))
		w.must(w.office.Set(w.ctx, "actor", office.PublicName, "Other"))
		if v, err := w.office.Setting(w.ctx, office.LeaveAccepted); err != nil || v != "no" {
			t.Fatalf("%q, %v", v, err)
		}
		w.exec(`CREATE TABLE kept AS SELECT * FROM office_setting`)
		for i, attack := range []string{
			`UPDATE office_setting SET sealed = (SELECT sealed FROM kept WHERE name = 'leave_accepted' AND version = 1) WHERE name = 'leave_accepted' AND version = 2`,
			`UPDATE office_setting SET sealed = (SELECT sealed FROM kept WHERE name = 'public_name') WHERE name = 'leave_accepted' AND version = 2`,
			`INSERT INTO office_setting SELECT name, 3, at, actor, sealed FROM kept WHERE name = 'leave_accepted' AND version = 1`,
			`DELETE FROM office_setting WHERE name = 'leave_accepted' AND version = 2`,
		} {
			w.exec(attack)
			if v, err := w.office.Setting(w.ctx, office.LeaveAccepted); err == nil {
				t.Errorf("attack %d: it says %q", i, v)
			}
			w.exec(`DELETE FROM office_setting`)
			w.exec(`INSERT INTO office_setting SELECT * FROM kept`)
		}
		w.alarmed("setting_forged")
		w.alarmed("setting_back")
	})
}

// TestThief: no credential, name or text of ours lies in the database or log.
func TestThief(t *testing.T) {
	each(t, func(w *world) {
		id := w.add(w.mailbox())
		m := w.mailbox()
		m.ID, m.SMTPPassword = id, "canarysmtp"
		w.must(w.office.ChangeMailbox(w.ctx, "actor", m))
		w.must(w.office.Set(w.ctx, "actor", office.PublicName, "canarypublic"))
		w.must(w.book.Chain(w.ctx))
		fmt.Fprintf(w.log, "%v %+v %#v %v", m, m, m, []office.Mailbox{m})
		m.IMAP = "imaps://canaryuser:canaryurl@imap.canary.example"
		_, err := w.office.AddMailbox(w.ctx, "actor", m)
		fmt.Fprint(w.log, err)

		dump := storetest.Dump(t, w.db)
		if !bytes.Contains(dump, []byte(id)) {
			t.Fatal("the dump does not show what is plain")
		}
		dump = bytes.ToLower(append(dump, w.log.String()...))
		for _, what := range []string{"box", "name", ".example", "user", "password", "signature", "smtp", "public", "url"} {
			if bytes.Contains(dump, []byte("canary"+what)) {
				t.Errorf("found canary%s", what)
			}
		}
	})
}
