package tickets

import (
	"context"
	"fmt"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// noted remembers which openings stand in the journal already, so that a talk
// does not ask it for every word. It holds ids alone and opens nothing.
type noted struct {
	mu   sync.Mutex
	seen map[opening]struct{}
}

type opening struct {
	session, conversation helpdesk.ID
	minute                int64
}

// notedMost bounds the memory; forgetting costs one look into the journal.
const notedMost = 10_000

func (n *noted) opened(ctx context.Context, d *Desk, s *staff.Session, conversation helpdesk.ID) error {
	// Finer than the journal's own quarters, so that none is left out.
	o := opening{s.ID, conversation, d.now().Truncate(time.Minute).Unix()}
	n.mu.Lock()
	_, known := n.seen[o]
	n.mu.Unlock()
	if known {
		return nil
	}
	if err := d.journal.Opened(ctx, s.ID, s.User.ID, conversation); err != nil {
		return fmt.Errorf("open conversation %s: %w", conversation, err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.seen) >= notedMost || n.seen == nil {
		n.seen = map[opening]struct{}{}
	}
	n.seen[o] = struct{}{}
	return nil
}
