package frontend

import (
	"sync"
	"time"
)

const (
	// freely is what each body may take without asking: a text always passes.
	freely = 64 << 10
	// mostHeld bounds what bodies beyond that hold in memory, all together. Who
	// posts a first message needs no session, so without this anybody could
	// fill it.
	mostHeld = 256 << 20
)

// fullFor is when somebody whose files found no room should try again.
const fullFor = 20 * time.Second

// held is what the bodies of all requests under way hold in memory.
type held struct {
	mu   sync.Mutex
	left int64
}

func (h *held) take(n int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n > h.left {
		return false
	}
	h.left -= n
	return true
}

func (h *held) give(n int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.left += n
}

// hold takes room for n more bytes of the body; it is given back when the
// request is over.
func (v *Visit) hold(n int) bool {
	before := max(v.read-freely, 0)
	v.read += int64(n)
	more := max(v.read-freely, 0) - before
	if more > 0 && !v.site.held.take(more) {
		return false
	}
	v.holds += more
	return true
}

func (v *Visit) letGo() {
	if v.holds > 0 {
		v.site.held.give(v.holds)
		v.holds = 0
	}
}
