package post

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge"
	"returnsupport/mailbridge/letter"
	"returnsupport/mailbridge/mailtest"
)

// The whole way, over real servers: a letter becomes a ticket, its answer
// arrives at the person, and the person's reply finds the ticket.
func TestALetterIsAnsweredAndTheReplyComesBack(t *testing.T) {
	w := mailtest.Test(t, mailtest.Options{})
	for _, a := range []string{"desk@desk.example", "anna@x.example"} {
		if err := w.AddUser(a, "p"); err != nil {
			t.Fatal(err)
		}
	}
	h := newHouse(t, storetest.SQLite(t))
	h.clock = nil
	h.post.now = time.Now
	h.post.deliverer = mailbridge.Sender{}
	h.must(h.office.Set(h.ctx, h.session().User.ID, office.UndoSeconds, "0"))
	m := office.Mailbox{
		Team: h.teams[0].ID, Address: "desk@desk.example", Password: "p", After: office.AfterDelete,
		IMAP: "imap://" + url.PathEscape("desk@desk.example") + "@" + w.IMAPAddr(), SMTP: "smtp://" + url.PathEscape("desk@desk.example") + "@" + w.SMTPAddr(),
	}
	id, err := h.office.AddMailbox(h.ctx, "", m)
	h.must(err)
	srv, folder, err := mailbridge.ParseIMAP(m.IMAP)
	h.must(err)
	srv.Password = "p"
	ctx, cancel := context.WithCancel(h.ctx)
	done := make(chan error, 2)
	collector := mailbridge.NewCollector([]mailbridge.Mailbox{{ID: string(id), IMAP: srv, Folder: folder, After: mailbridge.Delete}}, h.post, h.post.log)
	go func() { done <- collector.Run(ctx) }()
	go func() { done <- h.post.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
		<-done
	})

	send := func(words string, named map[string]string) {
		t.Helper()
		h.must(w.Send("anna@x.example", []string{"desk@desk.example"}, []byte(write(words, named))))
	}
	send("from:anna to:desk@desk.example id:m1 subject:Help", nil)
	ticket := h.await(func() (helpdesk.ID, bool) {
		var id helpdesk.ID
		err := h.db.QueryRow(h.ctx, `SELECT id FROM tickets_ticket`).Scan(&id)
		return id, err == nil
	})
	sheet, err := h.tickets.Page(h.ctx, h.session(), ticket)
	h.must(err)
	_, err = h.post.Reply(h.ctx, h.session(), Answer{Ticket: ticket, To: []string{sheet.Head.Address}, Text: "Dear Anna", Seen: sheet.Ticket.Last})
	h.must(err)
	var got *letter.Letter
	h.await(func() (helpdesk.ID, bool) {
		mails := w.Mails("anna@x.example", "INBOX")
		if len(mails) == 0 {
			return "", false
		}
		l, err := letter.Parse(h.ctx, mails[0], letter.DefaultLimits())
		h.must(err)
		got = l
		return "", true
	})
	if !strings.Contains(got.Readable(), "Dear Anna") || got.InReplyTo[0] != "m1@x.example" || got.Subject != "Re: Help" {
		t.Fatalf("what arrived: %q in answer to %v", got.Subject, got.InReplyTo)
	}
	send("from:anna to:desk@desk.example id:m2 irt:R subject:Re:_Help", map[string]string{"R": got.MessageID})
	h.await(func() (helpdesk.ID, bool) {
		return "", h.count(`SELECT COUNT(*) FROM tickets_message`) == 3
	})
	if n := h.count(`SELECT COUNT(*) FROM tickets_ticket`); n != 1 {
		t.Errorf("%d tickets", n)
	}
	sheet, err = h.tickets.Page(h.ctx, h.session(), ticket)
	h.must(err)
	if got := fmt.Sprint(sheet.Messages[0].Kind, sheet.Messages[1].Kind, sheet.Messages[2].Kind); got != "letteranswerletter" {
		t.Errorf("the ticket holds %s", got)
	}
	h.await(func() (helpdesk.ID, bool) { return "", len(w.Mails("desk@desk.example", "INBOX")) == 0 })
}

// await asks until the answer is yes.
func (h *house) await(ask func() (helpdesk.ID, bool)) helpdesk.ID {
	h.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if id, ok := ask(); ok {
			return id
		}
	}
	h.t.Fatal("it did not happen in ten seconds")
	return ""
}
