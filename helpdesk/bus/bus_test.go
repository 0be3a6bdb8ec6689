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

// receive waits for an event. A doubt is skipped: the bus may voice one
// whenever it likes, and who asks the store loses nothing.
func receive(t *testing.T, events <-chan bus.Event) bus.Event {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		select {
		case e, ok := <-events:
			if !ok {
				t.Fatal("the channel was closed")
			}
			if !e.Missed {
				return e
			}
		case <-limit:
			t.Fatal("nothing came")
		}
	}
}

func silent(t *testing.T, events <-chan bus.Event) {
	t.Helper()
	limit := time.After(50 * time.Millisecond)
	for {
		select {
		case e, ok := <-events:
			if !ok || !e.Missed {
				t.Fatalf("came %+v (open: %v), want silence", e, ok)
			}
		case <-limit:
			return
		}
	}
}

// each runs the test within one process, through Redis to the own process, and
// through Redis to another.
func each(t *testing.T, test func(t *testing.T, from, to bus.Bus)) {
	t.Run("in process", func(t *testing.T) {
		b := bus.InProcess()
		test(t, b, b)
	})
	t.Run("redis, own process", func(t *testing.T) {
		b := shared(t, 1)[0]
		test(t, b, b)
	})
	t.Run("redis, two processes", func(t *testing.T) {
		all := shared(t, 2)
		test(t, all[0], all[1])
	})
}

func TestASubscriberHearsItsTopicsAndNoOther(t *testing.T) {
	each(t, func(t *testing.T, from, to bus.Bus) {
		tickets, leave := to.Subscribe(ticket)
		defer leave()
		both, leaveBoth := to.Subscribe(ticket, team)
		defer leaveBoth()
		id := helpdesk.NewID()
		from.Publish(bus.Event{Topic: team, Subject: id, Number: 1})
		from.Publish(bus.Event{Topic: ticket, Subject: id, Number: 2})
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
	})
}

func TestASlowSubscriberNeverHoldsUpAPublisherAndHearsTheNewestNumber(t *testing.T) {
	each(t, func(t *testing.T, from, to bus.Bus) {
		events, leave := to.Subscribe(ticket)
		defer leave()
		one, other := helpdesk.NewID(), helpdesk.NewID()
		for n := int64(1); n <= 100_000; n++ {
			from.Publish(bus.Event{Topic: ticket, Subject: one, Number: n})
		}
		from.Publish(bus.Event{Topic: ticket, Subject: one, Number: 7}) // late: must not hide 100000
		from.Publish(bus.Event{Topic: ticket, Subject: other, Number: 1})
		heard := map[helpdesk.ID]int64{}
		for heard[other] == 0 || heard[one] != 100_000 {
			e := receive(t, events)
			heard[e.Subject] = max(heard[e.Subject], e.Number)
		}
	})
}

func TestWhatWaitsForAListenerIsOneEventASubject(t *testing.T) {
	b := bus.InProcess()
	one, other := helpdesk.NewID(), helpdesk.NewID()
	l := b.Listen(nil, bus.Ring{Topic: ticket})
	defer l.Close()
	for n := int64(1); n <= 1000; n++ {
		b.Publish(bus.Event{Topic: ticket, Subject: one, Number: n})
		b.Publish(bus.Event{Topic: ticket, Subject: other, Number: -n})
	}
	want := []bus.Event{{Topic: ticket, Subject: one, Number: 1000}, {Topic: ticket, Subject: other, Number: -1}}
	for _, w := range want {
		if e, ok := l.Next(); !ok || e != w {
			t.Errorf("got %+v, want %+v", e, w)
		}
	}
	if e, ok := l.Next(); ok {
		t.Errorf("more: %+v", e)
	}
}

func TestARingWithoutANumberIsNotHiddenBehindOne(t *testing.T) {
	b := bus.InProcess()
	id := helpdesk.NewID()
	for _, order := range [][]int64{{7, 0}, {0, 7}, {3, 0, 9}} {
		l := b.Listen(nil, bus.Ring{Topic: ticket, Subject: id})
		for _, n := range order {
			b.Publish(bus.Event{Topic: ticket, Subject: id, Number: n})
		}
		if e, ok := l.Next(); !ok || e.Number != 0 {
			t.Errorf("%v: heard %+v", order, e)
		}
		l.Close()
	}
}

func TestPastTheBoundWhoListensIsToldThatTheyMissedSomething(t *testing.T) {
	b := bus.InProcess()
	subject := helpdesk.NewID()
	l := b.Listen(nil, bus.Ring{Topic: ticket}, bus.Ring{Topic: team, Subject: subject})
	defer l.Close()
	var last helpdesk.ID
	for range 5000 {
		last = helpdesk.NewID()
		b.Publish(bus.Event{Topic: ticket, Subject: last, Number: 1})
	}
	doubts := map[bus.Ring]bool{}
	rings, heard := 0, helpdesk.ID("")
	for e, ok := l.Next(); ok; e, ok = l.Next() {
		rings++
		if e.Missed {
			doubts[bus.Ring{Topic: e.Topic, Subject: e.Subject}] = true
		}
		heard = e.Subject
	}
	if !doubts[bus.Ring{Topic: ticket}] || !doubts[bus.Ring{Topic: team, Subject: subject}] || len(doubts) != 2 {
		t.Errorf("told of missing in %v", doubts)
	}
	if heard != last {
		t.Error("the newest event is not the last one heard")
	}
	if rings > 1024+2 {
		t.Errorf("%d events were kept", rings)
	}
	if b.Health().Doubts == 0 {
		t.Error("the doubt was not counted")
	}
}

func TestOneWhoNeverReadsHoldsUpNobody(t *testing.T) {
	each(t, func(t *testing.T, from, to bus.Bus) {
		_, leave := to.Subscribe(ticket)
		defer leave()
		deaf := to.Listen(func() {}, bus.Ring{Topic: ticket})
		defer deaf.Close()
		events, leave := to.Subscribe(team)
		defer leave()
		for n := range 20_000 {
			from.Publish(bus.Event{Topic: ticket, Subject: helpdesk.NewID(), Number: int64(n)})
		}
		from.Publish(bus.Event{Topic: team, Number: 1})
		if e := receive(t, events); e.Number != 1 {
			t.Errorf("heard %+v", e)
		}
	})
}

func TestAListenerIsWokenOnceUntilNothingWaits(t *testing.T) {
	b := bus.InProcess()
	id := helpdesk.NewID()
	woken := 0
	l := b.Listen(func() { woken++ }, bus.Ring{Topic: ticket, Subject: id})
	ring := func() { b.Publish(bus.Event{Topic: ticket, Subject: id, Number: 1}) }
	ring()
	ring()
	b.Publish(bus.Event{Topic: ticket, Subject: helpdesk.NewID()}) // somebody else's
	b.Publish(bus.Event{Topic: ticket})                            // nobody's in particular
	if woken != 1 {
		t.Fatalf("woken %d times", woken)
	}
	if _, ok := l.Next(); !ok {
		t.Fatal("woken for nothing")
	}
	ring() // before Next has said "nothing"
	if woken != 1 {
		t.Fatal("woken although it had not stopped reading")
	}
	for ok := true; ok; _, ok = l.Next() {
	}
	if ring(); woken != 2 {
		t.Fatalf("woken %d times", woken)
	}
	l.Close()
	l.Close()
	if ring(); woken != 2 {
		t.Error("woken after leaving")
	}
	if _, ok := l.Next(); ok {
		t.Error("something waits for who left")
	}
	if n := b.Health().Listeners; n != 0 {
		t.Errorf("%d listeners are left", n)
	}
}

func TestAWakerMayUseTheBus(t *testing.T) {
	b := bus.InProcess()
	var l *bus.Listener
	done := make(chan struct{})
	l = b.Listen(func() {
		l.Close()
		b.Listen(nil, bus.Ring{Topic: team}).Close()
		b.Publish(bus.Event{Topic: team})
		close(done)
	}, bus.Ring{Topic: ticket})
	go b.Publish(bus.Event{Topic: ticket})
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("the bus waits for itself")
	}
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
			each(t, func(t *testing.T, from, to bus.Bus) {
				events, leave := to.Subscribe(e.Topic, ticket)
				defer leave()
				from.Publish(e)
				silent(t, events)
				if n := from.Health().Published; n != 0 {
					t.Errorf("%d published", n)
				}
			})
		})
	}
}

func TestManyMayPublishSubscribeAndLeaveAtOnce(t *testing.T) {
	each(t, func(t *testing.T, from, to bus.Bus) {
		stays, leave := to.Subscribe(ticket)
		defer leave()
		id := helpdesk.NewID()
		const publishers, each = 8, 500
		var all sync.WaitGroup
		for range publishers {
			all.Go(func() {
				for n := int64(1); n <= each; n++ {
					from.Publish(bus.Event{Topic: ticket, Subject: id, Number: n})
				}
			})
			all.Go(func() {
				for range 50 {
					events, leave := to.Subscribe(ticket, team)
					select {
					case <-events:
					case <-time.After(time.Millisecond):
					}
					leave()
				}
			})
			all.Go(func() {
				var mine []*bus.Listener
				for range 200 {
					mine = append(mine, to.Listen(func() {}, bus.Ring{Topic: ticket, Subject: id}, bus.Ring{Topic: team}))
				}
				for _, l := range mine {
					l.Close()
				}
			})
		}
		last := int64(0)
		for last != each {
			last = receive(t, stays).Number
		}
		all.Wait()
		if n := to.Health().Listeners; n != 1 {
			t.Errorf("%d listeners are left", n)
		}
	})
}
