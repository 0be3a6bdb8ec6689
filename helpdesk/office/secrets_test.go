package office_test

import (
	"testing"

	"returnsupport/helpdesk/office"
)

// Whoever may change a mailbox sees none of its secrets, and could have each
// brought to a server of their own.
func TestNoSecretOfAMailboxGoesToWhomItWasNotGivenFor(t *testing.T) {
	each(t, func(w *world) {
		const again = "mailbox.password_again"
		m := w.mailbox()
		m.IMAP, m.SMTP, m.Password, m.SMTPPassword = "imaps://u@mail.example", "smtps://u@mail.example", "in", "out"
		id := w.add(m)
		stands := func() office.Mailbox {
			w.t.Helper()
			m, err := w.office.Mailbox(w.ctx, id)
			w.must(err)
			return m
		}
		changed := func(change func(m *office.Mailbox)) error {
			m := stands()
			m.Password, m.SMTPPassword, m.OAuth.ClientSecret = "", "", "" // as the page sends them
			change(&m)
			return w.office.ChangeMailbox(w.ctx, "ada", m)
		}
		w.must(changed(func(m *office.Mailbox) { m.IMAP = "imaps://u@MAIL.example/" }))
		for _, address := range []string{"imaps://u@evil.example", "imaps://u@mail.example:1993", "imaps://v@mail.example", "imap+insecure://u@mail.example"} {
			w.refused(changed(func(m *office.Mailbox) { m.IMAP = address }), again)
		}
		w.refused(changed(func(m *office.Mailbox) { m.SMTP = "smtps://u@evil.example" }), again)
		w.refused(changed(func(m *office.Mailbox) { m.SMTP, m.Password = "smtps://u@evil.example", "typed" }), again)
		w.must(changed(func(m *office.Mailbox) { m.SMTP, m.SMTPPassword = "smtps://u@other.example", "typed" }))
		w.must(changed(func(m *office.Mailbox) { m.IMAP, m.Password = "imaps://u@other.example", "typed, too" }))
		if m := stands(); m.Password != "typed, too" || m.SMTPPassword != "typed" {
			t.Error("what was typed is not kept")
		}

		// One password for both servers.
		m.Address, m.SMTPPassword = "both@mail.example", ""
		id = w.add(m)
		w.refused(changed(func(m *office.Mailbox) { m.SMTP = "smtps://u@evil.example" }), again)
		w.must(changed(func(m *office.Mailbox) { m.SMTP, m.Password = "smtps://u@other.example", "typed" }))

		// Going back to a version is going to its server.
		w.must(changed(func(m *office.Mailbox) {
			m.IMAP, m.SMTP, m.Password = "imaps://u@own.example", "smtps://u@own.example", "typed"
		}))
		w.refused(w.office.RestoreMailbox(w.ctx, "ada", id, 1, stands().Version), again)
	})
}

func TestWhatAnIssuerGrantedGoesToNoOtherServer(t *testing.T) {
	each(t, func(w *world) {
		for what, change := range map[string]func(m *office.Mailbox){
			"imap": func(m *office.Mailbox) { m.IMAP = "imaps://u@evil.example" },
			"smtp": func(m *office.Mailbox) { m.SMTP = "smtps://u@evil.example" },
		} {
			id := w.tokenBox()
			w.must(w.office.Connect(w.ctx, "ada", office.Grant{Mailbox: id, Access: "a0", Refresh: "r0"}))
			m, err := w.office.Mailbox(w.ctx, id)
			w.must(err)
			m.Password, m.SMTPPassword, m.OAuth.ClientSecret = "", "", ""
			change(&m)
			w.must(w.office.ChangeMailbox(w.ctx, "ada", m))
			if g, _ := w.office.Grant(w.ctx, id); g.Connected() {
				t.Errorf("%s: what was granted goes along", what)
			}
			if m, err = w.office.Mailbox(w.ctx, id); err != nil || m.Password != "" || m.SMTPPassword != "" {
				t.Errorf("%s: a password goes along, %v", what, err)
			}
			m.OAuth.Tenant, m.OAuth.ClientSecret = "evil.example", ""
			w.refused(w.office.ChangeMailbox(w.ctx, "ada", m), "mailbox.secret_again")
			w.must(w.office.RemoveMailbox(w.ctx, "ada", id))
		}
	})
}
