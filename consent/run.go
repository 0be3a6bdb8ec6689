package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// How often the book's head leaves the database.
const (
	logEvery  = time.Hour
	mailEvery = time.Hour // looks; sent once a day, by whichever process is first
)

// Run writes the book's head into the log every hour and has it mailed to the
// coordinators once a day, until ctx ends: kept outside the database it shows
// later that nothing before it was changed. And it watches the clock.
func (d *Door) Run(ctx context.Context) error {
	anchor, watch := time.NewTicker(min(logEvery, mailEvery)), time.NewTicker(watchEvery)
	defer anchor.Stop()
	defer watch.Stop()
	d.anchor(ctx)
	for {
		if err := d.Watch(ctx); err != nil && ctx.Err() == nil {
			d.Log.ErrorContext(ctx, "the watch over referrals stands still", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-anchor.C:
			d.anchor(ctx)
		case <-watch.C:
		}
	}
}

func (d *Door) anchor(ctx context.Context) {
	if err := d.Anchor(ctx); err != nil && ctx.Err() == nil {
		d.Log.ErrorContext(ctx, "the consent ledger's head was not carried out", "err", err)
	}
}

// Anchor carries the head out once: into the log, and to the coordinators where
// it has not been mailed today.
func (d *Door) Anchor(ctx context.Context) error {
	head, err := d.ledger.Head(ctx)
	if err != nil {
		return err
	}
	if head.Seq == 0 {
		return nil
	}
	d.Log.InfoContext(ctx, "consent ledger head", "head", headText(head))
	users, err := d.Staff.Users(ctx)
	if err != nil {
		return fmt.Errorf("look for coordinators: %w", err)
	}
	return d.DB.Write(ctx, "mail the consent ledger's head", func(tx *store.Tx) error {
		ours, err := d.ledger.MailOn(ctx, tx, d.Now().UTC().Format(time.DateOnly))
		if err != nil || !ours {
			return err
		}
		for _, u := range users {
			if u.Kind != staff.Coordinator || u.State != staff.Active || u.Address == "" {
				continue
			}
			// Somebody whose address changed meanwhile keeps nobody else from theirs.
			if err := d.Post.Anchor(ctx, tx, u, headText(head)); err != nil && !errors.Is(err, helpdesk.ErrDenied) {
				return err
			}
		}
		return nil
	})
}
