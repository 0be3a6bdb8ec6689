package bus_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
)

const (
	ticket bus.Topic = "ticket"
	team   bus.Topic = "team"
)

func receive(t *testing.T, events <-chan bus.Event) bus.Event {
	t.Helper()
	select {
	case e, ok := <-events:
		if !ok {
			t.Fatal("the channel was closed")
		}
		return e
	case <-time.After(5 * time.Second):
		t.Fatal("nothing came")
	}
	panic("unreachable")
}

func silent(t *testing.T, events <-chan bus.Event) {
	t.Helper()
	select {
	case e, ok := <-events:
		t.Fatalf("came %+v (open: %v), want silence", e, ok)
	case <-time.After(50 * time.Millisecond):
	}
}

func TestASubscriberHearsItsTopicsAndNoOther(t *testing.T) {
	b := bus.InProcess()
	tickets, leave := b.Subscribe(ticket)
	defer leave()
	both, leaveBoth := b.Subscribe(ticket, team)
	defer leaveBoth()
	id := helpdesk.NewID()
	b.Publish(bus.Event{Topic: team, Subject: id, Number: 1})
	b.Publish(bus.Event{Topic: ticket, Subject: id, Number: 2})
	if e := receive(t, tickets); e != (bus.Event{Topic: ticket, Subject: id, Number: 2}) {
		t.Errorf("tickets heard %+v", e)
	}
	if e := receive(t, both); e.Topic != team {
		t.Errorf("both heard %+v first", e)
	}
	if e := receive(t, both); e.Topic != ticket {
		t.Errorf("both heard %+v second", e)
	}
	silent(t, tickets)
}

func TestASlowSubscriberNeverHoldsUpAPublisherAndHearsTheNewestNumber(t *testing.T) {
	b := bus.InProcess()
	events, leave := b.Subscribe(ticket)
	defer leave()
	one, other := helpdesk.NewID(), helpdesk.NewID()
	for n := int64(1); n <= 100_000; n++ {
		b.Publish(bus.Event{Topic: ticket, Subject: one, Number: n})
	}
	b.Publish(bus.Event{Topic: ticket, Subject: one, Number: 7}) // late: must not hide 100000
	b.Publish(bus.Event{Topic: ticket, Subject: other, Number: 1})
	heard := map[helpdesk.ID]int64{}
	rings := 0
	for heard[other] == 0 {
		e := receive(t, events)
		heard[e.Subject] = max(heard[e.Subject], e.Number)
		rings++
	}
	if heard[one] != 100_000 {
		t.Errorf("the newest number heard is %d", heard[one])
	}
	if rings > 3 { // one may have been on its way when the rest came
		t.Errorf("%d rings for two things", rings)
	}
}

func TestPastTheBoundTheOldestIsLostAndTheNewestStays(t *testing.T) {
	b := bus.InProcess()
	events, leave := b.Subscribe(ticket)
	defer leave()
	const published = 5000
	for n := int64(1); n <= published; n++ {
		b.Publish(bus.Event{Topic: ticket, Subject: helpdesk.NewID(), Number: n})
	}
	rings, last := 0, int64(0)
	for last != published {
		last = receive(t, events).Number
		rings++
	}
	if rings > 1025 {
		t.Errorf("%d events were kept", rings)
	}
	silent(t, events)
}

func TestWhoLeftHearsNothingAndTheChannelIsClosed(t *testing.T) {
	b := bus.InProcess()
	events, leave := b.Subscribe(ticket)
	b.Publish(bus.Event{Topic: ticket, Number: 1}) // nobody reads it
	leave()
	leave()
	b.Publish(bus.Event{Topic: ticket, Number: 2})
	deadline := time.After(5 * time.Second)
	for {
		select {
		case e, ok := <-events:
			if !ok {
				return
			}
			if e.Number == 2 {
				t.Fatal("heard what came after leaving")
			}
		case <-deadline:
			t.Fatal("the channel stays open")
		}
	}
}

func TestAnEventThatCouldHoldASentenceIsDropped(t *testing.T) {
	for _, e := range []bus.Event{
		{Topic: "Dear counsellor, my name is", Subject: helpdesk.NewID()},
		{Topic: "", Subject: helpdesk.NewID()},
		{Topic: "abcdefghijklmnopqrstuvwxyz-abcdefg", Subject: helpdesk.NewID()},
		{Topic: ticket, Subject: "they took my brother"},
		{Topic: ticket, Subject: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	} {
		t.Run(fmt.Sprintf("%.12s", e.Topic), func(t *testing.T) {
			b := bus.InProcess()
			events, leave := b.Subscribe(e.Topic, ticket)
			defer leave()
			b.Publish(e)
			silent(t, events)
		})
	}
}

func TestManyMayPublishSubscribeAndLeaveAtOnce(t *testing.T) {
	b := bus.InProcess()
	stays, leave := b.Subscribe(ticket)
	defer leave()
	id := helpdesk.NewID()
	const publishers, each = 8, 500
	var all sync.WaitGroup
	for range publishers {
		all.Go(func() {
			for n := int64(1); n <= each; n++ {
				b.Publish(bus.Event{Topic: ticket, Subject: id, Number: n})
			}
		})
		all.Go(func() {
			for range 50 {
				events, leave := b.Subscribe(ticket, team)
				select {
				case <-events:
				case <-time.After(time.Millisecond):
				}
				leave()
			}
		})
	}
	last := int64(0)
	for last != each {
		last = receive(t, stays).Number
	}
	all.Wait()
}
