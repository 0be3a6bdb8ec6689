package main

import (
	"context"
	"time"
)

// wrapTables hold wraps, sessions and waiting mail, which are deleted or
// replaced as a matter of course: settling, hand-over, sign-out, delivery.
var wrapTables = []string{
	"tickets_reader", "tickets_letterkey", "tickets_message", "tickets_draft", "tickets_link", "tickets_stranger", "tickets_erasing",
	"staff_member", "staff_session", "people_key", "people_guest", "people_late", "people_late_file", "people_notice", "post_outbox",
}

// nightly coarsens the times of closed tickets' letters and removes the bytes of
// deleted wraps from the database's files: an
// engine keeps them until it needs the room, and a thief of the disk would find
// them. At three in the night, because PostgreSQL locks a table meanwhile.
func (h *house) nightly(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(untilThree(h.now())):
		}
		if err := h.post.Coarsen(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("times of closed tickets not coarsened; tried again tomorrow", "error", err)
		}
		if err := h.db.Scrub(ctx, wrapTables...); err != nil && ctx.Err() == nil {
			h.log.Error("deleted wraps not scrubbed; tried again tomorrow", "error", err)
		}
	}
}

// untilThree is the time to the next three o'clock of the clock's own zone;
// where a change of clocks leaves that hour out, to the hour it became.
func untilThree(now time.Time) time.Duration {
	three := time.Date(now.Year(), now.Month(), now.Day(), 3, 0, 0, 0, now.Location())
	if !three.After(now) {
		three = time.Date(now.Year(), now.Month(), now.Day()+1, 3, 0, 0, 0, now.Location())
	}
	return three.Sub(now)
}
