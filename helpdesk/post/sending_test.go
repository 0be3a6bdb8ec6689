package post

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge"
	"returnsupport/mailbridge/mailtest"
)

// through lets the mailbox "a" send through a server of mailtest, with the real
// sender.
func (h *house) through(address string) {
	h.t.Helper()
	m, err := h.office.Mailbox(h.ctx, h.boxes["a"])
	h.must(err)
	m.SMTP = "smtp://" + address
	h.must(h.office.ChangeMailbox(h.ctx, "", m))
	h.post.deliverer = mailbridge.Sender{Timeout: time.Second, Final: time.Second}
}

// TestEveryAnswerAtEveryStep holds the table of what is tried again and what is
// over at once: a server's refusal of a letter or a person is for good, everything
// else waits, and whoever wrote hears of what is over.
func TestEveryAnswerAtEveryStep(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.must(h.office.Set(h.ctx, "", office.UndoSeconds, "0"))
	h.receive("a", write("from:anna id:m1", nil))
	var step mailtest.Step
	var said string
	server := &mailtest.SMTPScript{Answer: func(s mailtest.Step, _ string) string {
		if s == step {
			return said
		}
		return ""
	}}
	h.through(server.Test(t))
	for _, code := range []int{421, 432, 450, 451, 452, 454, 455, 500, 501, 502, 503, 504, 521, 530, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556} {
		for _, step = range []mailtest.Step{mailtest.AtGreeting, mailtest.AtEHLO, mailtest.AtMail, mailtest.AtRcpt, mailtest.AtData, mailtest.AtDot, mailtest.AtQuit} {
			said = fmt.Sprintf("%d said at %s", code, step)
			filed := len(server.Filed())
			sent, _, _ := h.reply(1, "hello", "anna@x.example")
			h.deliverAll()
			fate := h.fateOf(sent)
			want := Waiting
			switch speaksOfUs := code == 530 || code == 534 || code == 535 || code == 538; {
			case step == mailtest.AtQuit:
				want = Accepted // it has the letter, whatever it says now
			case step == mailtest.AtGreeting, step == mailtest.AtEHLO && code != 500 && code != 502, code < 500, speaksOfUs:
			case step == mailtest.AtEHLO:
				want = Accepted // then HELO will do (RFC 5321 section 3.2)
			case step == mailtest.AtRcpt && code == 552: // too many recipients (RFC 5321 section 4.5.3.1.10)
			default:
				want = Refused
			}
			if fate.State != want {
				t.Errorf("%d at %s: %s, want %s", code, step, fate.State, want)
			}
			if got := len(server.Filed()) - filed; (got == 1) != (want == Accepted) {
				t.Errorf("%d at %s: filed %d times, and we say %s", code, step, got, fate.State)
			}
			if want == Refused {
				if m := h.page(1).Messages; m[len(m)-1].Content.Key != SystemUndelivered {
					t.Errorf("%d at %s: the author does not hear of it", code, step)
				}
			}
			h.must(h.db.Write(h.ctx, "next", func(tx *store.Tx) error {
				_, err := tx.Exec(h.ctx, `UPDATE post_outbox SET due = 0, state = 'gone' WHERE id = $1`, sent.Outbox)
				return err
			}))
		}
	}
}

// fateOf is what became of a letter's only recipient.
func (h *house) fateOf(sent Sent) Delivery {
	h.t.Helper()
	var d Delivery
	h.must(h.db.QueryRow(h.ctx, `SELECT state, code FROM post_delivery WHERE outbox = $1`, sent.Outbox).Scan(&d.State, &d.Code))
	return d
}

// TestEachRecipientsOwnAnswerReachesTheAuthor sends one letter to six, over a real
// connection.
func TestEachRecipientsOwnAnswerReachesTheAuthor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		grey := 0
		server := &mailtest.SMTPScript{Answer: func(s mailtest.Step, line string) string {
			switch {
			case s != mailtest.AtRcpt:
			case strings.Contains(line, "gone@"):
				return "550 5.1.1 nobody of that name, says Eve"
			case strings.Contains(line, "full@"):
				return "552 5.2.2 full"
			case strings.Contains(line, "kept@"):
				return "554 5.7.1 not you"
			case strings.Contains(line, "grey@"):
				if grey++; grey < 3 {
					return "451 4.7.1 come again"
				}
			case strings.Contains(line, "moved@"):
				return "251 will forward"
			}
			return ""
		}}
		h.through(server.Test(t))
		h.reply(1, "hello", "anna@x.example", "gone@x.example", "full@x.example", "kept@x.example", "grey@x.example", "moved@x.example")
		h.clock.Pass(time.Minute)
		h.deliverAll()
		chips := func() string {
			var out []string
			for _, d := range h.outbox()[0].Deliveries {
				out = append(out, strings.TrimSpace(string(d.State)+" "+d.Code))
			}
			return strings.Join(out, ", ")
		}
		if got := chips(); got != "accepted, refused 5.1.1, waiting 5.2.2, refused 5.7.1, waiting 4.7.1, accepted" {
			t.Errorf("after the first attempt: %s", got)
		}
		for range 4 {
			h.clock.Pass(10 * time.Minute)
			h.deliverAll()
		}
		if got := chips(); got != "accepted, refused 5.1.1, waiting 5.2.2, refused 5.7.1, accepted, accepted" {
			t.Errorf("in the end: %s", got)
		}
		var told []string
		for _, m := range h.page(1).Messages {
			if m.Kind == tickets.KindSystem && m.Content.Key == SystemUndelivered {
				told = append(told, strings.Join(m.Content.Args, " "))
			}
		}
		if got := strings.Join(told, ", "); got != "gone@x.example 5.1.1, kept@x.example 5.7.1" {
			t.Errorf("the author hears %s", got)
		}
		times := map[string]int{}
		id := ""
		for _, f := range server.Filed() {
			for _, to := range f.To {
				times[to]++
			}
			_, rest, _ := strings.Cut(string(f.Raw), "Message-Id: ")
			if found, _, _ := strings.Cut(rest, "\r\n"); id == "" {
				id = found
			} else if found != id {
				t.Error("the Message-ID changed between attempts")
			}
		}
		if len(times) != 3 || times["anna@x.example"] != 1 || times["grey@x.example"] != 1 || times["moved@x.example"] != 1 {
			t.Errorf("filed for %v", times)
		}
	})
}

// TestADropAfterTheLastByteIsCountedAndTriedWithTheSameBytes: nobody can know
// whether the server has it, so it goes again, recognisably the same.
func TestADropAfterTheLastByteIsCountedAndTriedWithTheSameBytes(t *testing.T) {
	for _, how := range []string{mailtest.HangUp, mailtest.Hang, "421 4.3.0 going down", "gibberish"} {
		t.Run(how, func(t *testing.T) {
			h := newHouse(t, storetest.SQLite(t))
			h.receive("a", write("from:anna id:m1", nil))
			dots := 0
			server := &mailtest.SMTPScript{Answer: func(s mailtest.Step, _ string) string {
				if s == mailtest.AtDot {
					if dots++; dots <= 2 {
						return how
					}
				}
				return ""
			}}
			h.through(server.Test(t))
			sent, id, _ := h.reply(1, "hello", "anna@x.example")
			for range 5 {
				h.clock.Pass(5 * time.Minute)
				h.deliverAll()
			}
			if d := h.fateOf(sent); d.State != Accepted || dots != 3 {
				t.Errorf("%s after %d attempts", d.State, dots)
			}
			filed := server.Filed()
			for _, f := range filed {
				if string(f.Raw) != string(filed[0].Raw) || !strings.Contains(string(f.Raw), id) {
					t.Error("the bytes changed between attempts")
				}
			}
			if n := h.count(`SELECT attempts FROM post_outbox`); n != 3 {
				t.Errorf("%d attempts are counted", n)
			}
		})
	}
}

// TestASilentServerKeepsNoOtherMailboxWaiting: a hundred letters wait for a server
// that says nothing, and one for another.
func TestASilentServerKeepsNoOtherMailboxWaiting(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.clock.Set(time.Now())
	h.post.now = time.Now
	h.must(h.office.Set(h.ctx, "", office.UndoSeconds, "0"))
	h.receive("a", write("from:anna id:m1", nil))
	h.receive("b", write("from:bo to:b id:m2", nil))
	silent := &mailtest.SMTPScript{Answer: func(mailtest.Step, string) string { return mailtest.Hang }}
	h.through(silent.Test(t))
	good := &mailtest.SMTPScript{}
	m, err := h.office.Mailbox(h.ctx, h.boxes["b"])
	h.must(err)
	m.SMTP = "smtp://" + good.Test(t)
	h.must(h.office.ChangeMailbox(h.ctx, "", m))
	h.post.deliverer = mailbridge.Sender{Timeout: 2 * time.Second, Final: 2 * time.Second}
	for range 100 {
		_, err := h.post.Reply(h.ctx, h.session(), Answer{Ticket: h.ticket(1), To: []string{"anna@x.example"}, Text: "hello", Anyway: true})
		h.must(err)
	}
	running, stop := h.working()
	defer stop()
	for silent.Asked(mailtest.AtGreeting) < perMailbox && running() {
		time.Sleep(5 * time.Millisecond)
	}
	began := time.Now()
	_, err = h.post.Reply(h.ctx, h.session(), Answer{Ticket: h.ticket(2), To: []string{"bo@x.example"}, Text: "hello", Anyway: true})
	h.must(err)
	for len(good.Filed()) == 0 && running() {
		time.Sleep(5 * time.Millisecond)
	}
	t.Logf("sent %v after it was written, while %d letters waited for a silent server", time.Since(began).Round(time.Millisecond), 100)
	if d := time.Since(began); d > time.Second {
		t.Errorf("it took %v", d)
	}
	if n := silent.Asked(mailtest.AtGreeting); n > perMailbox {
		t.Errorf("%d workers sat at the silent server", n)
	}
}

// TestWhatASilentServerKeptWaitingGoesAtOnceWhenItWorks: one connection finds out,
// not one for each letter.
func TestWhatASilentServerKeptWaitingGoesAtOnceWhenItWorks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.must(h.office.Set(h.ctx, "", office.UndoSeconds, "0"))
		h.receive("a", write("from:anna id:m1", nil))
		h.server.err = &mailbridge.Trouble{Code: mailbridge.TimedOut}
		for range 20 {
			h.reply(1, "hello", "anna@x.example")
		}
		began := h.clock.Now()
		h.deliverAll()
		if n := h.count(`SELECT CAST(SUM(attempts) AS BIGINT) FROM post_outbox`); n > perMailbox {
			t.Errorf("%d connections to find out that nobody answers", n)
		}
		for range 30 {
			h.clock.Pass(time.Minute)
			h.deliverAll()
		}
		unsent, err := h.post.Unsent(h.ctx)
		h.must(err)
		if len(unsent) != 1 || unsent[0].Mailbox != h.boxes["a"] || !unsent[0].Since.Equal(began.Truncate(time.Microsecond)) || unsent[0].Code != string(mailbridge.TimedOut) {
			t.Errorf("known of it: %+v, want since %v", unsent, began)
		}
		h.server.err = nil
		h.clock.Pass(downPause)
		h.deliverAll()
		if len(h.server.taken) != 20 {
			t.Errorf("%d of 20 went at once", len(h.server.taken))
		}
		if unsent, err := h.post.Unsent(h.ctx); err != nil || len(unsent) != 0 {
			t.Errorf("still thought to fail: %+v, %v", unsent, err)
		}
	})
}

// working lets the outbox work; running tells that there is still time.
func (h *house) working() (running func() bool, stop func()) {
	ctx, cancel := context.WithCancel(h.ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); h.post.Run(ctx) }()
	limit := time.Now().Add(20 * time.Second)
	return func() bool {
		if time.Now().After(limit) {
			h.t.Error("too long")
			return false
		}
		return true
	}, func() { cancel(); <-ended }
}
