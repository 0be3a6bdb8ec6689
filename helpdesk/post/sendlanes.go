package post

import (
	"sync"

	"returnsupport/helpdesk"
)

// perMailbox is how many workers may have letters of one mailbox at once: a
// server that takes a minute to say nothing keeps these busy and no others.
const perMailbox = 2

// lanes count them, and know which letters this process has in hand: when its
// clock jumps, all their leases are over at once.
type lanes struct {
	mu   sync.Mutex
	busy map[helpdesk.ID]int
	hand map[helpdesk.ID]bool
}

func (l *lanes) enter(d dueLetter) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy == nil {
		l.busy, l.hand = map[helpdesk.ID]int{}, map[helpdesk.ID]bool{}
	}
	if l.busy[d.mailbox] >= perMailbox || l.hand[d.id] {
		return false
	}
	l.busy[d.mailbox]++
	l.hand[d.id] = true
	return true
}

func (l *lanes) leave(d dueLetter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.hand, d.id)
	if l.busy[d.mailbox]--; l.busy[d.mailbox] == 0 {
		delete(l.busy, d.mailbox)
	}
}

// full lists the mailboxes nobody may enter, as arguments of a query. There is
// always one, if only an id that nothing has.
func (l *lanes) full() []any {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []any{""}
	for box, n := range l.busy {
		if n >= perMailbox {
			out = append(out, string(box))
		}
	}
	return out
}
