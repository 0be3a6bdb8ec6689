package bus

import (
	"sync"
	"time"

	"returnsupport/helpdesk"
)

const (
	echoLate  = 3500 * time.Millisecond // our own pulse did not come back
	peerLate  = 3500 * time.Millisecond // another's did not come
	peerGone  = time.Minute             // a silent one is forgotten: it was killed
	peersMost = 256                     // anybody may write names on the channel
)

// link is what we know of the way to the others. It is well when our own
// pulse, published on one connection, comes back on the other.
type link struct {
	mu      sync.Mutex
	up      bool
	since   time.Time
	trouble Trouble
	sending Trouble                   // of the last failed publish since the last echo
	trying  bool                      // a connection is being made or stands
	echo    time.Time                 // of the last own pulse, or of the try's begin
	peers   map[helpdesk.ID]time.Time // when each was last heard
	hang    func()                    // ends the connection at hand
}

func (l *link) well() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.up
}

// begin notes a new try; hang ends it.
func (l *link) begin(hang func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trying, l.echo, l.hang = true, time.Now(), hang
}

// echoed notes that our pulse came back, and reports whether the link has just
// become well.
func (l *link) echoed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.echo, l.sending = now, NoTrouble
	if l.up {
		return false
	}
	l.up, l.since, l.trouble = true, now, NoTrouble
	for id := range l.peers { // they may have called while we could not hear
		l.peers[id] = now
	}
	return true
}

// ended notes that the connection is gone, and reports whether that is news.
func (l *link) ended(why Trouble) (news bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sending != NoTrouble && (why == Closed || why == NoTrouble) {
		why = l.sending // we hung up ourselves; this is the reason behind it
	}
	news = l.up || l.trouble != why
	if l.up {
		l.up, l.since = false, time.Now()
	}
	l.trying, l.trouble, l.hang = false, why, nil
	return news
}

func (l *link) sendingFailed(why Trouble) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sending = why
}

// overdue hangs up when our pulse has not come back in time: a connection can
// be dead for minutes before the system notices.
func (l *link) overdue() {
	l.mu.Lock()
	hang := l.hang
	late := l.trying && time.Since(l.echo) > echoLate
	if late && l.sending == NoTrouble {
		l.sending = TimedOut
	}
	l.mu.Unlock()
	if late && hang != nil {
		hang()
	}
}

func (l *link) hangUp() {
	l.mu.Lock()
	hang := l.hang
	l.mu.Unlock()
	if hang != nil {
		hang()
	}
}

// calledBy notes that another process is there, or with gone that it ended.
func (l *link) calledBy(id helpdesk.ID, gone bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, known := l.peers[id]
	switch {
	case gone:
		delete(l.peers, id)
	case known || len(l.peers) < peersMost:
		l.peers[id] = time.Now()
	}
}

// asking reports whether events may be getting lost right now: we hear
// nothing, or somebody fell silent who may still write. One that was killed
// looks the same for peerGone.
func (l *link) asking() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.up {
		return true
	}
	_, silent := l.count()
	return silent > 0
}

func (l *link) count() (near, silent int) {
	for id, last := range l.peers {
		switch since := time.Since(last); {
		case since > peerGone:
			delete(l.peers, id)
		case since > peerLate:
			silent++
		default:
			near++
		}
	}
	return near, silent
}

func (l *link) describe(h *Health) {
	l.mu.Lock()
	defer l.mu.Unlock()
	near, silent := l.count()
	h.Well, h.Since, h.Trouble = l.up, l.since, l.trouble
	h.Replicas, h.Silent = near+1, silent
	if !l.up {
		h.Replicas, h.Silent = 1, 0 // who is there we can't know
	}
}
