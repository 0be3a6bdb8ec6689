package chat

import (
	"context"
	"time"

	"returnsupport/helpdesk/office"
)

// limitsKept is how long the house's limits are used again: every look at a
// table needs them.
const limitsKept = 5 * time.Second

type keptLimits struct {
	office.Chat
	at time.Time
}

func (r *Room) limits(ctx context.Context) (office.Chat, error) {
	now, kept := r.now(), r.kept.Load()
	if kept != nil && now.Sub(kept.at) < limitsKept && !now.Before(kept.at) {
		return kept.Chat, nil
	}
	limits, err := r.office.Chat(ctx)
	if err == nil {
		r.kept.Store(&keptLimits{limits, now})
	}
	return limits, err
}
