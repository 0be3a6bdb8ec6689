package post

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge"
)

func deferred(code int) mailbridge.Outcome {
	return mailbridge.Outcome{State: mailbridge.Deferred, Code: code}
}

func (h *house) outbox() []Outgoing {
	h.t.Helper()
	out, err := h.post.Outbox(h.ctx, h.session())
	h.must(err)
	return out
}

func TestOnlyWhoWaitsIsTriedAgainAndTheWaitGrows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		tries := map[string]int{}
		h.server.answer = func(to string) mailbridge.Outcome {
			tries[to]++
			if to == "slow@x.example" && tries[to] < 5 {
				return deferred(451)
			}
			return mailbridge.Outcome{State: mailbridge.Accepted, Code: 250}
		}
		h.reply(1, "hello", "anna@x.example", "slow@x.example")
		h.clock.Pass(10 * time.Second)
		var waits []time.Duration
		for range 10 {
			at := h.clock.Now()
			h.deliverAll()
			list := h.outbox()
			if len(list) == 0 {
				break
			}
			o := list[0]
			if o.State != Waiting || o.Deliveries[0].State != Accepted || o.Deliveries[1].State != Waiting || o.Deliveries[1].Code != "451" {
				t.Fatalf("on its way: %+v", o)
			}
			waits = append(waits, o.Next.Sub(at).Round(time.Second))
			h.clock.Pass(o.Next.Sub(h.clock.Now()) - time.Second)
			h.deliverAll()
			h.clock.Pass(time.Second)
		}
		if got := fmt.Sprint(waits); got != "[1m0s 2m0s 4m0s 8m0s]" {
			t.Errorf("waits %s", got)
		}
		if tries["anna@x.example"] != 1 || tries["slow@x.example"] != 5 {
			t.Errorf("tries %v", tries)
		}
		first := h.server.taken[0].raw
		for _, l := range h.server.taken {
			if !bytes.Equal(first, l.raw) {
				t.Error("the bytes changed between tries")
			}
		}
		if n := h.count(`SELECT COUNT(*) FROM post_outbox WHERE state = 'gone' AND length(mail) < 400 AND due = 0`); n != 1 {
			t.Error("a delivered letter's bytes are still in the outbox")
		}
	})
}

func TestBackoffEndsAtFourHours(t *testing.T) {
	if backoff(1) != time.Minute || backoff(8) != 128*time.Minute || backoff(9) != longest || backoff(1000) != longest {
		t.Errorf("%v %v %v %v", backoff(1), backoff(8), backoff(9), backoff(1000))
	}
}

func TestTheAuthorHearsOfWhatCouldNotBeDelivered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		h.server.answer = func(to string) mailbridge.Outcome {
			if to == "gone@x.example" {
				return mailbridge.Outcome{State: mailbridge.Refused, Code: 550, Enhanced: "5.1.1"}
			}
			return mailbridge.Outcome{State: mailbridge.Accepted, Code: 250}
		}
		bells, done := h.bus.Subscribe(TopicOutbox)
		defer done()
		sent, _, _ := h.reply(1, "hello", "anna@x.example", "gone@x.example")
		if got := h.page(1).Ticket.State; got != tickets.StateWaiting {
			t.Fatalf("after answering the ticket is %s", got)
		}
		h.clock.Pass(10 * time.Second)
		for len(bells) > 0 {
			<-bells
		}
		h.deliverAll()
		list := h.outbox()
		if len(list) != 1 || list[0].State != Failed || list[0].Deliveries[1].State != Refused || list[0].Deliveries[1].Code != "5.1.1" {
			t.Fatalf("outbox %+v", list)
		}
		sheet := h.page(1)
		last := sheet.Messages[len(sheet.Messages)-1]
		if last.Kind != tickets.KindSystem || last.Content.Key != SystemUndelivered || strings.Join(last.Content.Args, "|") != "gone@x.example|5.1.1" {
			t.Errorf("the conversation says %s %v", last.Content.Key, last.Content.Args)
		}
		if sheet.Ticket.State != tickets.StateOpen {
			t.Errorf("the ticket is %s, as if the person had been answered", sheet.Ticket.State)
		}
		select {
		case e := <-bells:
			if e.Subject != h.session().User.ID {
				t.Errorf("the bell rings for %s", e.Subject)
			}
		case <-time.After(5 * time.Second):
			t.Error("no bell rang for the author")
		}
		fate, err := h.post.Deliveries(h.ctx, sheet.Messages)
		h.must(err)
		if fate[sent.Message].State != Failed {
			t.Errorf("the page says %v", fate[sent.Message].State)
		}
		h.must(h.post.Noted(h.ctx, h.session(), sent.Outbox))
		if list := h.outbox(); len(list) != 0 {
			t.Errorf("still listed after ticking off: %v", list)
		}
	})
}

func TestAfterTwoDaysALetterIsGivenUp(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:anna id:m1", nil))
	h.server.err = &mailbridge.Trouble{Code: mailbridge.Unreachable}
	h.reply(1, "hello", "anna@x.example")
	start := h.clock.Now()
	h.clock.Pass(10 * time.Second)
	tries := 0
	var code string
	for range 1000 {
		h.deliverAll()
		o := h.outbox()[0]
		if tries = o.Attempts; o.State == Failed {
			code = o.Deliveries[0].Code
			break
		}
		if c := o.Deliveries[0].Code; c != "unreachable" {
			t.Fatalf("code %q", c)
		}
		h.clock.Pass(o.Next.Sub(h.clock.Now()))
	}
	if took := h.clock.Now().Sub(start); took != giveUp || code != CodeExpired || tries < 500 || tries > 600 {
		t.Errorf("given up after %v and %d tries with code %q", took, tries, code)
	}
	if m := h.page(1).Messages; m[len(m)-1].Content.Key != SystemUndelivered {
		t.Error("the author does not hear of it")
	}
}

func TestAWorkerThatDiesLosesNothingAndTheSameBytesGoAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		sent, _, _ := h.reply(1, "hello", "anna@x.example")
		h.clock.Pass(10 * time.Second)

		// Dies before handing it over.
		_, err := h.post.claim(h.ctx, sent.Outbox)
		h.must(err)
		h.deliverAll()
		if len(h.server.taken) != 0 {
			t.Fatal("two workers had it at once")
		}
		if err := h.post.Undo(h.ctx, h.session(), sent.Outbox); refusal(err) != "post.gone" {
			t.Errorf("undone while a worker had it: %v", err)
		}
		h.clock.Pass(leaseFor)

		// Dies after handing it over and before writing so.
		j, err := h.post.claim(h.ctx, sent.Outbox)
		h.must(err)
		waiting, err := h.post.waiting(h.ctx, j.id)
		h.must(err)
		late, err := h.post.tryDelivery(h.ctx, j, waiting)
		h.must(err)
		h.clock.Pass(leaseFor)
		h.deliverAll()
		if len(h.server.taken) != 2 || !bytes.Equal(h.server.taken[0].raw, h.server.taken[1].raw) {
			t.Fatalf("%d letters left", len(h.server.taken))
		}
		if n := h.count(`SELECT again FROM post_outbox`); n != 2 {
			t.Errorf("%d times a worker was given up, counted %d", 2, n)
		}
		// It was only slow: what it says now comes too late.
		if err := h.post.record(h.ctx, j, late); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("a worker without lease wrote: %v", err)
		}
		h.clock.Pass(time.Hour)
		h.deliverAll()
		if len(h.server.taken) != 2 {
			t.Errorf("%d letters left in the end", len(h.server.taken))
		}
	})
}

func TestEightWorkersDeliverTwoHundredAnswersOnceEach(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		const letters = 200
		s := h.session()
		for i := range letters {
			_, err := h.post.Reply(h.ctx, s, Answer{Ticket: h.ticket(1), To: []string{fmt.Sprintf("p%d@x.example", i)}, Text: "hello", Anyway: true})
			h.must(err)
		}
		h.clock.Pass(time.Minute)
		var wg sync.WaitGroup
		for range 8 {
			worker := h.replica()
			wg.Go(func() {
				for {
					worked, err := worker.sendNext(h.ctx)
					if err != nil {
						t.Error(err)
						return
					}
					if !worked {
						return
					}
				}
			})
		}
		wg.Wait()
		got := map[string]int{}
		for _, l := range h.server.taken {
			got[l.to[0]]++
		}
		for to, n := range got {
			if n != 1 {
				t.Errorf("%s got %d letters", to, n)
			}
		}
		if len(got) != letters || h.count(`SELECT COUNT(*) FROM post_outbox WHERE state = 'gone'`) != letters {
			t.Errorf("%d of %d were delivered", len(got), letters)
		}
	})
}

func TestTheOutboxSleepsUntilSomethingIsDueAndWakesAtOnce(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.clock.Set(time.Now())
	h.post.now = time.Now
	h.must(h.office.Set(h.ctx, h.session().User.ID, "undo_seconds", "0"))
	h.receive("a", write("from:anna id:m1", nil))
	ctx, cancel := context.WithCancel(h.ctx)
	ended := make(chan error)
	go func() { ended <- h.post.Run(ctx) }()
	time.Sleep(100 * time.Millisecond) // the workers have looked and rest
	sheet := h.page(1)
	start := time.Now()
	_, err := h.post.Reply(h.ctx, h.session(), Answer{Ticket: sheet.Ticket.ID, To: []string{"anna@x.example"}, Text: "x", Anyway: true})
	h.must(err)
	for {
		h.server.mu.Lock()
		n := len(h.server.taken)
		h.server.mu.Unlock()
		if n == 1 {
			break
		}
		if time.Since(start) > 5*time.Second {
			t.Fatal("nobody woke")
		}
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	select {
	case err := <-ended:
		h.must(err)
	case <-time.After(5 * time.Second):
		t.Fatal("Run does not end")
	}
}

func TestABounceMarksWhoWasNotReachedAndTellsTheAuthorOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		sent, id, _ := h.reply(1, "hello", "anna@x.example", "bo@x.example")
		h.clock.Pass(time.Minute)
		h.deliverAll()
		if len(h.outbox()) != 0 {
			t.Fatal("the story needs a delivered letter")
		}
		named := map[string]string{"R": id}
		bounce := "from:mailer-daemon return:<> report:bounce about:R failed:"
		h.receive("a", write(bounce+"bo id:b1", named))
		h.receive("a", write(bounce+"bo id:b2", named))                                            // told twice
		h.receive("a", write(bounce+"eve id:b3", named))                                           // was no recipient
		h.receive("a", write(strings.Replace(bounce, "about:R", "about:m1", 1)+"bo id:b4", named)) // is no letter of ours
		list := h.outbox()
		if len(list) != 1 || list[0].State != Failed || list[0].Deliveries[0].State != Accepted ||
			list[0].Deliveries[1].State != Refused || list[0].Deliveries[1].Code != "5.1.1" {
			t.Fatalf("outbox %+v", list)
		}
		told := 0
		for _, m := range h.page(1).Messages {
			if m.Content.Key == SystemReturned {
				told++
				if strings.Join(m.Content.Args, "|") != "bo@x.example|5.1.1" {
					t.Errorf("told %v", m.Content.Args)
				}
			}
		}
		if told != 1 || h.page(1).Ticket.State != tickets.StateOpen {
			t.Errorf("told %d times", told)
		}
		if n := h.count(`SELECT COUNT(*) FROM post_aside WHERE kind = 'bounce'`); n != 4 {
			t.Errorf("%d bounces are kept", n)
		}
		h.must(h.post.Noted(h.ctx, h.session(), sent.Outbox))
	})
}

func TestAForwardedAddressThatBouncesUnderItsLastNameIsTheOnlyRecipient(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:anna id:m1", nil))
	_, id, _ := h.reply(1, "hello", "anna@x.example")
	h.clock.Pass(time.Minute)
	h.deliverAll()
	h.receive("a", write("from:mailer-daemon return:<> report:bounce about:R failed:anna@forwarded.example id:b1", map[string]string{"R": id}))
	if list := h.outbox(); len(list) != 1 || list[0].Deliveries[0].State != Refused {
		t.Errorf("outbox %+v", list)
	}
}

func TestNoServersWordReachesARow(t *testing.T) {
	for in, want := range map[string]string{"5.1.1": "5.1.1", "5.7.26": "5.7.26", "5.1": "5.0.0", "550 anna": "5.0.0", "5.1.anna": "5.0.0", "": "5.0.0", "5555.1.1": "5.0.0"} {
		if got := statusCode(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}
