package bus

// pendingMost bounds what waits for one listener: names of things that
// changed, so a thousand and some is an hour's work of a whole team.
const pendingMost = 1024

// searched is how many entries are looked through before an index pays.
const searched = 16

// queue keeps what waits in order of arrival, each subject once with its
// highest number, or none where one ring had none: what that was about is more
// than a number tells. Most hold one or two entries for a moment, so it owns no
// memory while it is empty.
type queue struct {
	waiting []Event
	index   map[Ring]uint64 // place of each, counted from the first ever; only past searched
	first   uint64          // count of waiting[0]
}

// add reports false when the queue was full: it is then empty, and whoever
// reads it must be told that something was missed.
func (q *queue) add(e Event, most int) bool {
	r := Ring{e.Topic, e.Subject}
	if at, found := q.find(r); found {
		if w := &q.waiting[at]; w.Number == 0 || e.Number == 0 {
			w.Number = 0
		} else {
			w.Number = max(w.Number, e.Number)
		}
		return true
	}
	if len(q.waiting) >= most {
		q.clear()
		return false
	}
	q.waiting = append(q.waiting, e)
	switch {
	case q.index != nil:
		q.index[r] = q.first + uint64(len(q.waiting)-1)
	case len(q.waiting) > searched:
		q.index = make(map[Ring]uint64, 2*searched)
		for i, w := range q.waiting {
			q.index[Ring{w.Topic, w.Subject}] = q.first + uint64(i)
		}
	}
	return true
}

func (q *queue) find(r Ring) (int, bool) {
	if q.index != nil {
		at, found := q.index[r]
		return int(at - q.first), found
	}
	for i, w := range q.waiting {
		if w.Topic == r.Topic && w.Subject == r.Subject {
			return i, true
		}
	}
	return 0, false
}

func (q *queue) next() (Event, bool) {
	if len(q.waiting) == 0 {
		return Event{}, false
	}
	e := q.waiting[0]
	if len(q.waiting) == 1 {
		q.clear()
		return e, true
	}
	q.waiting = q.waiting[1:]
	q.first++
	delete(q.index, Ring{e.Topic, e.Subject}) // of a nil map: nothing
	return e, true
}

func (q *queue) clear() { *q = queue{} }
