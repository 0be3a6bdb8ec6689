// Package bus rings the doorbell: "something changed here, look in the store".
//
// Never: content. An event names a topic, an id and a number, because one day
// it crosses a network to a server that must learn nothing.
//
// Events may be lost, doubled or late. Truth is in the store, and who listens
// asks it for everything after the last number they saw: on each event, on
// reconnecting, and every few seconds anyway.
package bus

import "returnsupport/helpdesk"

// Topic says what kind of thing changed: a constant of the room that
// publishes it, of lower-case letters and hyphens.
type Topic string

// Event is one ring.
type Event struct {
	Topic   Topic
	Subject helpdesk.ID // what changed; "" for a topic that has no single subject
	Number  int64       // the newest number of the subject, 0 where it has none
}

// Bus carries events from whoever wrote to whoever looks.
type Bus interface {
	// Publish never waits. An event that is not made of names is dropped.
	Publish(Event)
	// Subscribe returns the events of the topics from now on. For who reads
	// slowly, events of one topic and subject become one, with the highest
	// number; past a bound the oldest are lost. The function ends the
	// subscription and closes the channel; it may be called twice.
	Subscribe(topics ...Topic) (<-chan Event, func())
}

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
