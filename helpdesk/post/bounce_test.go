package post

import (
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// freeBounce is what a server writes in its own words about a letter of ours.
func freeBounce(words, about string) string {
	return "Return-Path: <>\r\nFrom: Mail Delivery System <mailer-daemon@mx.x.example>\r\nTo: <a@desk.example>\r\nSubject: Undelivered mail\r\n" +
		"Message-ID: <b" + strings.ReplaceAll(words[:4], " ", "") + "@mx.x.example>\r\n\r\n" + words +
		"\r\n\r\n------ This is a copy of the message, including all the headers. ------\r\n\r\nMessage-ID: <" + about + ">\r\n"
}

// facts are the keys and arguments of the system messages in a ticket.
func (h *house) facts(number int) (out []string) {
	h.t.Helper()
	for _, m := range h.page(number).Messages {
		if m.Kind == tickets.KindSystem {
			out = append(out, m.Content.Key+" "+strings.Join(m.Content.Args, "|"))
		}
	}
	return out
}

func TestABounceTellsPerRecipientWhetherTheAddressIsLostLateOrFull(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		_, id, _ := h.reply(1, "hello", "anna@x.example", "bo@x.example", "cy@x.example")
		h.clock.Pass(time.Minute)
		h.deliverAll()
		if h.page(1).Ticket.State != tickets.StateWaiting {
			t.Fatal("the story needs an answered ticket")
		}
		h.receive("a", freeBounce("late: it has been delayed; no action is required:\r\n  <cy@x.example>\r\n  4.4.1 timed out", id))
		if h.page(1).Ticket.State != tickets.StateWaiting {
			t.Error("a late letter made the ticket wait for us")
		}
		h.receive("a", freeBounce("both\r\n  <anna@x.example>\r\n  550 5.1.1 unknown\r\n  <bo@x.example>\r\n  552 5.2.2 quota exceeded", id))
		want := "post.delayed cy@x.example|4.4.1, post.returned anna@x.example|5.1.1, post.returned_soft bo@x.example|5.2.2"
		if got := strings.Join(h.facts(1), ", "); got != want {
			t.Errorf("told %s, want %s", got, want)
		}
		list := h.outbox()
		if len(list) != 1 || list[0].Deliveries[0].State != Refused || list[0].Deliveries[1].State != Refused || list[0].Deliveries[2].State != Delayed {
			t.Fatalf("outbox %+v", list)
		}
		h.receive("a", freeBounce("last\r\n  <cy@x.example>: gave up, 5.4.7", id))
		if list := h.outbox(); list[0].Deliveries[2].State != Refused || h.page(1).Ticket.State != tickets.StateOpen {
			t.Errorf("after giving up: %+v", list[0].Deliveries)
		}
		if n := h.count(`SELECT COUNT(*) FROM tickets_ticket`); n != 1 {
			t.Errorf("%d tickets", n)
		}
	})
}

func TestABounceThatNamesNobodyIsAboutTheOnlyRecipient(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:anna id:m1", nil))
	_, id, _ := h.reply(1, "hello", "anna@x.example")
	h.clock.Pass(time.Minute)
	h.deliverAll()
	h.receive("a", freeBounce("Your mail could not be delivered. 550", id))
	if got := strings.Join(h.facts(1), ", "); !strings.HasPrefix(got, "post.returned ") {
		t.Errorf("told %q", got)
	}
	if list := h.outbox(); len(list) != 1 || list[0].Deliveries[0].State != Refused {
		t.Errorf("outbox %+v", list)
	}
}

func TestWhatALetterCarriesIsKeptWithIt(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", "From: <anna@x.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/ms-tnef\r\n\r\nx\r\n--b--\r\n")
	if got := h.page(1).Messages[0].Content; len(got.Carries) != 1 || got.Carries[0] != "tnef" || got.Files[0].Name != "winmail.dat" {
		t.Errorf("%v %v", got.Carries, got.Files)
	}
}
