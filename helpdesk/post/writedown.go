package post

import (
	"context"
	"errors"
	"time"

	"returnsupport/helpdesk/store"
)

const (
	writeAgain = 250 * time.Millisecond
	// aftermath is how long a process that missed its database leaves letters to
	// those who had them when it went: they may have sent them.
	aftermath = 10 * time.Second
)

// writeDown writes down what an attempt made of a letter. One that left is held
// in mind until that is written, however long a disk is full or the database
// away: else it would leave again.
func (p *Postroom) writeDown(ctx context.Context, j *job, a attempt) error {
	for tries := 0; ; tries++ {
		err := p.record(ctx, j, a)
		if !a.went || !away(err) {
			return err
		}
		if tries == 0 {
			p.log.ErrorContext(ctx, "a letter left and it can't be written down yet", "letter", string(j.id), "err", err)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(writeAgain):
		}
	}
}

// away reports whether the database is gone or has no room.
func away(err error) bool {
	return errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrFull)
}

// stale is until when a lease must have ended for its letter to be taken over;
// 0 for none while this process recovers from a database that was away.
func (p *Postroom) stale() int64 {
	now := p.now()
	if since := now.Sub(time.UnixMicro(p.shaken.Load())); since >= 0 && since < aftermath {
		return 0
	}
	return now.UnixMicro()
}
