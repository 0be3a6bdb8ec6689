package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
)

// patience is the pause between two looks whether the database is back.
const patience = 2 * time.Second

// patiently does what needs the database; while that is away it does it again,
// until ctx ends. A machine that starts everything at once may start us first,
// and nobody should have to come and start us once more.
func patiently[T any](ctx context.Context, log *slog.Logger, do func() (T, error)) (T, error) {
	for waited := false; ; waited = true {
		v, err := do()
		switch {
		case ctx.Err() != nil:
			return v, errors.Join(ctx.Err(), err)
		case !errors.Is(err, helpdesk.ErrUnavailable):
			if waited && err == nil {
				log.Info("the database is back: serving begins")
			}
			return v, err
		case !waited:
			log.Error("the database can't be used yet: waiting for it, nobody is served meanwhile", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(patience):
		}
	}
}
