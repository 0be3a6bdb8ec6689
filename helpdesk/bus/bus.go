// Package bus rings the doorbell, within one process or through Redis between
// several: "something changed here, look in the store".
//
// Never: content. An event names a topic, an id and a number, because it
// crosses a network to a server that must learn nothing.
//
// Events may be lost, doubled or late. Truth is in the store, and who listens
// asks it for everything after the last number they saw: on each event, and
// when the bus says that it may have missed some. While Redis is away it says
// so to everybody every two seconds, so that a loss is never more than a delay.
package bus

import (
	"time"

	"returnsupport/helpdesk"
)

// Topic says what kind of thing changed: a constant of the room that
// publishes it, of at most 32 lower-case letters and hyphens.
type Topic string

// Event is one ring.
type Event struct {
	Topic   Topic
	Subject helpdesk.ID // what changed; "" for a topic that has no single subject
	Number  int64       // the newest number of the subject, 0 where it has none or none is known
	// Missed is not a change but a doubt: something may have been lost, so ask
	// the store. Subject is then what the listener listens to; "" for who
	// listens to a whole topic, where it means every subject.
	Missed bool
}

// Ring is what somebody listens to: one subject, or with Subject "" every
// event of the topic.
type Ring struct {
	Topic   Topic
	Subject helpdesk.ID
}

// Bus carries events from whoever wrote to whoever looks.
type Bus interface {
	// Publish never waits and never fails. An event that is not made of names
	// is dropped.
	Publish(Event)
	// Subscribe returns the events of whole topics from now on, for a worker:
	// it costs a goroutine. The function ends the subscription and closes the
	// channel; it may be called twice.
	Subscribe(topics ...Topic) (<-chan Event, func())
	// Listen is for the many: a Listener costs a few hundred bytes and no
	// goroutine. wake, if not nil, is called on the publisher's goroutine when
	// something waits, and then not again before Next has said that nothing
	// does; it must not block, may use the bus, and may be called before Listen
	// has returned or once more just after Close. With nil, use Ready and read
	// with Next until it says that nothing waits.
	Listen(wake func(), rings ...Ring) *Listener
	// Health is for the status page and the figures.
	Health() Health
	// Close ends the bus; what is still to leave gets a moment. Listeners hear
	// nothing more.
	Close() error
}

// Health tells operators how the bus is. It holds no address.
type Health struct {
	Shared    bool      // other processes are rung too, through Redis
	Well      bool      // our own events come back to us; always so within one process
	Since     time.Time // of Well or not Well
	Trouble   Trouble   // why not
	Replicas  int       // processes heard in the last seconds, this one among them
	Silent    int       // processes that fell silent without a goodbye; the store is asked meanwhile
	Listeners int

	// Counted since the start.
	Published uint64 // here
	Heard     uint64 // from other processes
	Ignored   uint64 // what others wrote on our channel that is no event
	Doubts    uint64 // times a listener was told to ask the store
}

// Asking reports that the store is asked every two seconds because events may
// be lost.
func (h Health) Asking() bool { return !h.Well || h.Silent > 0 }

// nameable is the law at run time: no field may smuggle a sentence.
func (e Event) nameable() bool {
	if e.Topic == "" || len(e.Topic) > 32 {
		return false
	}
	for _, r := range e.Topic {
		if (r < 'a' || r > 'z') && r != '-' {
			return false
		}
	}
	if e.Subject == "" {
		return true
	}
	_, err := helpdesk.ParseID(string(e.Subject))
	return err == nil
}
