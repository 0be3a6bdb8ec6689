package webhooks

import (
	"context"
	"errors"
	"time"

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
		if now := r.now(); now.Sub(tidied) >= tidyDue {
			tidied = now
			err = errors.Join(err, r.tidy(ctx))
		}
		r.complain(ctx, err)
		for range callers {
			select {
			case places <- struct{}{}:
				go func() {
					defer func() { <-places }()
					for more := true; more && ctx.Err() == nil; {
						var err error
						more, err = r.Ring(ctx)
						r.complain(ctx, err)
					}
				}()
			default:
			}
		}
	}
}

func (r *Room) complain(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		r.log.ErrorContext(ctx, "webhooks not rung; tried again", "err", err)
	}
}

// tidy forgets bells that are over.
func (r *Room) tidy(ctx context.Context) error {
	return r.db.Write(ctx, "forget old bells", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, deleteOld, waiting, r.now().Add(-keptFor).UnixMicro())
		return err
	})
}
