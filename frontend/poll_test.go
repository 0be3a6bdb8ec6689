package frontend

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/people"
)

// polling answers with the number of times it asked, once something is new.
func polling(news *atomic.Bool) func(*Site) {
	return func(s *Site) {
		s.Public("GET", "/poll", Watching, func(v *Visit) error {
			asked := 0
			err := v.Wait(v.Guest.Conversation, []bus.Ring{{Topic: "ticket", Subject: v.Guest.Conversation}},
				func(context.Context, *people.Guest) (bool, error) { asked++; return news.Load(), nil })
			if err != nil {
				return err
			}
			return v.JSON(200, asked)
		})
	}
}

type polled struct {
	status int
	body   string
}

// poll asks in the background.
func (h *house) poll(c *http.Client) <-chan polled {
	out := make(chan polled, 1)
	go func() {
		res, body := h.ask(c, "GET", "/sv/poll", "", nil)
		out <- polled{res.StatusCode, body}
	}()
	return out
}

// waiting waits until n polls wait.
func (h *house) waiting(n int) {
	h.Helper()
	for range 500 {
		h.site.waits.mu.Lock()
		sum := 0
		for _, at := range h.site.waits.of {
			sum += len(at)
		}
		h.site.waits.mu.Unlock()
		if sum == n {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	h.Fatalf("%d never waited", n)
}

func TestALongPollWaitsForTheBell(t *testing.T) {
	var news atomic.Bool
	h, g := publicHouse(t, polling(&news))
	id := g.come("p")
	conversation := g.open["p"].Conversation
	first := h.poll(h.guest("p"))
	h.waiting(1)
	news.Store(true)
	h.bus.Publish(bus.Event{Topic: "ticket", Subject: conversation})
	if got := <-first; got != (polled{200, "2"}) {
		t.Error(got)
	}
	if got := <-h.poll(h.guest("p")); got != (polled{200, "1"}) {
		t.Error("with news there is nothing to wait for:", got)
	}
	news.Store(false)
	last := h.poll(h.guest("p"))
	h.waiting(1)
	g.Leave(t.Context(), "p")
	h.bus.Publish(bus.Event{Topic: people.TopicGuest, Subject: id})
	if got := <-last; got.status != 401 {
		t.Error("after the session ended:", got)
	}
	h.waiting(0)
}

func TestTheNewestTwoPollsOfAConversationWait(t *testing.T) {
	var news atomic.Bool
	h, g := publicHouse(t, polling(&news))
	g.come("p")
	oldest := h.poll(h.guest("p"))
	h.waiting(1)
	second := h.poll(h.guest("p"))
	h.waiting(2)
	third := h.poll(h.guest("p"))
	if got := <-oldest; got.status != 200 {
		t.Error(got)
	}
	h.waiting(2)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := h.site.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	// The house stops: nobody is left waiting.
	for _, one := range []<-chan polled{second, third} {
		select {
		case got := <-one:
			if got.status != 200 {
				t.Error(got)
			}
		case <-ctx.Done():
			t.Error("a poll waits on")
		}
	}
}
