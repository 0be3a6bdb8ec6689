package webhooks

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

const (
	pace    = time.Second
	callers = 4 // addresses rung at once: one that is slow keeps no other waiting
	tidyDue = time.Hour
)

// Run shares what moved and rings until ctx ends. Several processes may.
func (r *Room) Run(ctx context.Context) error {
	places := make(chan struct{}, callers)
	tick := time.NewTicker(pace)
	defer tick.Stop()
	var tidied time.Time
	var gone away
	for {
		select {
		case <-ctx.Done():
			for range callers { // the bells in hand end first
				places <- struct{}{}
			}
			return nil
		case <-tick.C:
		}
		_, err := r.Share(ctx)
		if gone.say(ctx, r.log, err); err != nil {
			continue // nothing is rung while the database is away
		}
		if now := r.now(); now.Sub(tidied) >= tidyDue {
			tidied = now
			gone.complain(ctx, r.log, r.tidy(ctx))
		}
		for range callers {
			select {
			case places <- struct{}{}:
				go func() {
					defer func() { <-places }()
					for more := true; more && ctx.Err() == nil; {
						var err error
						more, err = r.Ring(ctx)
						gone.complain(ctx, r.log, err)
					}
				}()
			default:
			}
		}
	}
}

// away says once that the database is, and once that it is back.
type away struct {
	mu  sync.Mutex
	now bool
}

// say takes what came of the look that every turn begins with.
func (a *away) say(ctx context.Context, log *slog.Logger, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case ctx.Err() != nil || a.now == (err != nil):
	case err != nil:
		a.now = true
		log.ErrorContext(ctx, "webhooks wait for the database", "err", err)
	default:
		a.now = false
		log.InfoContext(ctx, "webhooks have the database again")
	}
}

// complain is of what failed beside it.
func (a *away) complain(ctx context.Context, log *slog.Logger, err error) {
	switch {
	case err == nil || ctx.Err() != nil:
	case errors.Is(err, helpdesk.ErrUnavailable):
		a.say(ctx, log, err)
	default:
		log.ErrorContext(ctx, "webhooks not rung; tried again", "err", err)
	}
}

// tidy forgets bells that are over.
func (r *Room) tidy(ctx context.Context) error {
	return r.db.Write(ctx, "forget old bells", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, deleteOld, waiting, r.now().Add(-keptFor).UnixMicro())
		return err
	})
}
