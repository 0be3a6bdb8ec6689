package bus

// Counted is how many buckets this process holds.
func (l *Limiter) Counted() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.local.all)
}
