package main

import (
	"context"
	"slices"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/tickets"
)

// scrubbedTables lose bytes as a matter of course, by settling, hand-over,
// sign-out, delivery, withdrawal, expiry: keys and wraps, and what is sealed under
// a key that lives on. A test holds every table with bytes against this list.
func scrubbedTables() []string {
	return slices.Concat(
		slices.DeleteFunc(tickets.ErasedTables(), func(table string) bool { return slices.Contains(unscrubbed, table) }),
		consent.ErasedTables(),
		branches.ErasedTables(),
		[]string{
			"tickets_debrief", "tickets_filter", "tickets_listener", "tickets_undo",
			"staff_candidate", "staff_invitation", "staff_member", "staff_partner", "staff_partnerkey", "staff_partnermember", "staff_partneruser",
			"staff_recovery", "staff_session", "staff_spent", "staff_team", "staff_teamkey", "staff_user",
			"people_conflict", "people_former", "people_guest", "people_key", "people_late", "people_late_file", "people_merge", "people_notice", "people_voice", "people_writer",
			"post_aside", "post_asidechunk", "post_automatic", "post_block", "post_delivery", "post_junk", "post_outbox", "post_thread",
			"office_closure", "office_grant", "office_mailbox", "office_setting",
			"staff_program", "webhooks_bell", "webhooks_hook",
			"registers_entry", "chat_start", "journal_detail", "tasks_reminder", "retention_word", "post_gone",
		})
}

// unscrubbed are large and hold what is sealed under keys of their own, whose
// wraps are scrubbed: rewriting them every night would keep pages waiting. An
// erasure scrubs them at once.
var unscrubbed = []string{"tickets_file", "tickets_original", "tickets_folded"}

// nightly coarsens the times of closed tickets' letters, lets go of what had its
// time and removes the bytes of deleted wraps from the database's files: an
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
		if err := sweepRehearsals(h.set.data, h.now()); err != nil {
			h.log.Error("an old rehearsal's copy is still there; tried again tomorrow", "error", err)
		}
		large, err := h.letGo(ctx)
		if err != nil && ctx.Err() == nil {
			h.log.Error("not everything went that had its time; tried again tomorrow", "error", err)
		}
		if err := h.db.Scrub(ctx, slices.Concat(large, scrubbedTables())...); err != nil && ctx.Err() == nil {
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
