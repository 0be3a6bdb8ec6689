package tickets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
)

// What somebody may ask of us by law is answered within a month (GDPR, Article
// 12(3)); each stands among the dates until a colleague says that it is done.
const (
	DateNotes    DateKind = "right_notes"    // to read what we noted about them
	DateCorrect  DateKind = "right_correct"  // that something is corrected
	DateRestrict DateKind = "right_restrict" // that something is no longer used
)

var rightKinds = []DateKind{DateNotes, DateCorrect, DateRestrict}

// Right tells whether it is something the person asked of us by law.
func (k DateKind) Right() bool { return slices.Contains(rightKinds, k) }

// RightDay is the last day of the month that begins on a day: the same date of
// the next month, or its last day where it has no such date (Regulation (EEC,
// Euratom) 1182/71, Article 3(2)(c)).
func RightDay(asked time.Time) time.Time {
	y, m, d := asked.Date()
	last := time.Date(y, m+2, 0, 0, 0, 0, 0, time.UTC)
	return time.Date(y, m+1, min(d, last.Day()), 0, 0, 0, 0, time.UTC)
}

// AskRight writes down that the person of a conversation asked for one of their
// rights on a day: it is due within a month of it. Asked again while it is open,
// the first day counts. Who joined the conversation later does not read its
// head: then the day alone stands, in plain. Asked in a ticket that is shown in
// another it is due in both. ErrNotFound as for AsPerson.
func (d *Desk) AskRight(ctx context.Context, g *people.Guest, conversation helpdesk.ID, kind DateKind, asked time.Time) error {
	if !kind.Right() {
		return fmt.Errorf("ask for %s: %w", kind, helpdesk.ErrDenied)
	}
	return d.db.Write(ctx, "ask for a right", func(tx *store.Tx) error {
		_, c, held, err := d.lockAsPerson(ctx, tx, g, conversation)
		if err != nil {
			return err
		}
		t, _, err := d.lockRoot(ctx, tx, c.ticket)
		if err != nil {
			return err
		}
		asks := Date{ID: helpdesk.NewID(), Kind: kind, Day: RightDay(asked).Format(time.DateOnly), Received: asked.Format(time.DateOnly)}
		if _, ok := held[spot{c.id, c.headEpoch}]; !ok {
			return d.raise(ctx, tx, t, sooner(asks))
		}
		own := t
		if t.id != c.ticket {
			if own, err = d.lock(ctx, tx, c.ticket); err != nil {
				return err
			}
		}
		var before, after Facts
		err = d.sealHead(ctx, tx, c, held, func(h *Head) {
			h.Facts.adopt(own.dueDay)
			before = h.Facts
			if first, open := h.Facts.earliest(kind); open {
				asks = first
			} else {
				h.Facts.Dates = append(slices.Clone(h.Facts.Dates), asks)
			}
			after = h.Facts
		})
		if err != nil {
			return err
		}
		if err := after.checkDates(); err != nil {
			return err
		}
		if err := d.raise(ctx, tx, own, func(t *row) { t.follow(before, after) }); err != nil || t.id == own.id {
			return err
		}
		// It is shown in another, whose dates are not theirs to read: there, too,
		// the day alone stands.
		return d.raise(ctx, tx, t, sooner(asks))
	})
}

// sooner lets the day of a date stand in plain, where none before it does.
func sooner(d Date) func(*row) {
	return func(t *row) {
		if day := (Facts{Dates: []Date{d}}).dueDay(); t.dueDay == 0 || day < t.dueDay {
			t.dueDay = day
		}
	}
}
