package tickets

// place is the ticket's position in every queue, smallest first: what is lost
// if missed comes first (priority), then who waits longest for us, then, among
// those who do not wait, the answer that has stood longest. Closed tickets are
// a list to look things up in: newest first.
//
// One number in one column keeps queues a single index range on both engines.
// Instants in microseconds stay below 2^52 until the year 2112.
func (t *row) place() int64 {
	if t.state == StateClosed {
		return 1<<62 - t.lastAt
	}
	base := int64(MaxPriority-t.priority) << 60
	if t.state == StateOpen && t.waitingSince > 0 {
		return base + t.waitingSince
	}
	return base + 1<<59 + t.lastAt
}
