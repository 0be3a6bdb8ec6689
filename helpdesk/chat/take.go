package chat

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// Take sits the counsellor down at a table that waits, or that a colleague
// left or hands over. helpdesk.ErrNotFound for who is no member of its team,
// also where they were brought in for a while; helpdesk.ErrConflict when somebody was faster. In late
// hours nobody works alone: Refusal "chat.alone", but not for what is urgent, nor
// for a talk that has begun: the person is not left because a colleague was.
func (r *Room) Take(ctx context.Context, s *staff.Session, table helpdesk.ID) error {
	t, err := r.byID(ctx, r.db, table)
	if err != nil {
		return err
	}
	if !s.Member(t.team) {
		return fmt.Errorf("table %s: %w", table, helpdesk.ErrNotFound)
	}
	if err := r.notAlone(ctx, s, t); err != nil {
		return err
	}
	err = r.db.Write(ctx, "take a table", func(tx *store.Tx) error {
		if err := r.tickets.Lock(ctx, tx, t.conversation); err != nil {
			return err
		}
		// Who takes a talk is here, whatever they said before. As in Attend, that
		// stands before what changes at tables.
		if err := tx.Later(ctx, upsertPresence, s.User.ID, string(Here), r.now().Add(here).UnixMicro()); err != nil {
			return err
		}
		if err := r.claim(ctx, tx, s, t); err != nil {
			return err
		}
		r.ring(tx, t.conversation)
		if err := r.people.Hold(ctx, tx, t.person, false); err != nil {
			return err
		}
		return r.note(ctx, tx, t.conversation, SystemTaken, r.staff.Alias(ctx, s.User.ID))
	})
	if err != nil {
		return fmt.Errorf("take table %s: %w", table, err)
	}
	// The table is taken whatever becomes of this: a ticket somebody else owns
	// stays theirs, and whoever talks sees so.
	err = r.tickets.Take(ctx, s, t.ticket, 0)
	if errors.Is(err, helpdesk.ErrConflict) || errors.Is(err, helpdesk.ErrNotFound) {
		return nil
	}
	return err
}

// claim changes the row only if it still is as it was seen.
func (r *Room) claim(ctx context.Context, tx *store.Tx, s *staff.Session, t *tableRow) error {
	now := r.now().UnixMicro()
	var n int64
	var err error
	switch {
	case t.state == Waiting:
		n, err = tx.Exec(ctx, takeWaiting, s.User.ID, now, now-max(t.since, t.askedAt), t.id)
	case t.state == Talking && (t.asked == anybody || t.asked == s.User.ID):
		n, err = tx.Exec(ctx, takeOver, s.User.ID, now, t.id, t.taken, t.asked)
	}
	if err == nil && n == 0 {
		err = helpdesk.ErrConflict
	}
	return err
}

// notAlone refuses who would begin a talk while nobody else is here late: a hard
// evening should not be carried by one. A talk that has begun is another thing.
// Its counsellor lost the net or asked to be relieved, and to refuse the only
// colleague would leave the person alone in mid-talk, which is worse than what
// the rule wards off; nor does it send anybody home: nothing new begins until
// a second one is here.
func (r *Room) notAlone(ctx context.Context, s *staff.Session, t *tableRow) error {
	if t.priority == tickets.MaxPriority || t.state == Talking {
		return nil
	}
	plan, err := r.office.Hours(ctx)
	if err != nil || !plan.LateAt("", r.now()) {
		return err
	}
	present, err := r.presentIDs(ctx)
	if err != nil {
		return err
	}
	for _, id := range present {
		if id != s.User.ID {
			return nil
		}
	}
	return helpdesk.Refuse("chat.alone")
}
