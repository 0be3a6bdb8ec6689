package bus_test

import (
	"runtime"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
)

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// An idle socket may cost 10 kB in all; what the bus takes of it must not
// count. Each listens to its conversation, its ticket for two reasons, and its session.
func TestFifteenThousandListenersCostAFewHundredBytesEachAndNoGoroutine(t *testing.T) {
	b := bus.InProcess()
	const sockets = 15_000
	type socket struct {
		conversation, ticket, session helpdesk.ID
		events                        *bus.Listener
	}
	all := make([]socket, sockets)
	for i := range all {
		all[i].conversation, all[i].ticket, all[i].session = helpdesk.NewID(), helpdesk.NewID(), helpdesk.NewID()
	}
	woken := 0
	wake := func() { woken++ }
	before, routines := heap(), runtime.NumGoroutine()
	for i := range all {
		s := &all[i]
		s.events = b.Listen(wake, bus.Ring{Topic: ticket, Subject: s.conversation}, bus.Ring{Topic: "chat", Subject: s.ticket},
			bus.Ring{Topic: "consent", Subject: s.ticket}, bus.Ring{Topic: "guest", Subject: s.session})
	}
	each := (heap() - before) / sockets
	t.Logf("%d bytes a listener", each)
	if each > 600 {
		t.Errorf("%d bytes a listener", each)
	}
	if n := runtime.NumGoroutine(); n > routines {
		t.Errorf("%d more goroutines", n-routines)
	}
	// A ring costs those who listen to it, not all.
	began := time.Now()
	const rings = 20_000
	for i := range rings {
		b.Publish(bus.Event{Topic: ticket, Subject: all[i%sockets].conversation, Number: 1})
	}
	if took := time.Since(began) / rings; took > 50*time.Microsecond {
		t.Errorf("a ring takes %v", took)
	}
	if woken != sockets {
		t.Errorf("%d were woken", woken)
	}
	for i := range all {
		if e, ok := all[i].events.Next(); !ok || e.Subject != all[i].conversation {
			t.Fatalf("listener %d heard %+v", i, e)
		}
	}
	after := heap()
	if left := int64(after-before) / sockets; left > int64(each)+64 {
		t.Errorf("an empty queue keeps memory: %d bytes a listener", left)
	}
	began = time.Now()
	for i := range all {
		all[i].events.Close()
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("leaving took %v", took)
	}
	runtime.KeepAlive(all)
}
