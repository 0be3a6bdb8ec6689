package tickets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// lendMost is how long somebody may read at one time of asking.
const lendMost = 90 * 24 * time.Hour

// AddReader lets a colleague of another team or an interpreter read the ticket
// and write in it, until an instant at most 90 days away; asked again, it moves
// that instant. They read what the person and we said, also before, and no
// notes; they decide nothing about the ticket.
//
// ErrDenied for who has it lent themselves, ErrNotFound for a user without
// keys, Refusals "reader.until", and "conflict.reader" for who works for
// somebody in conflict with the person.
func (d *Desk) AddReader(ctx context.Context, s *staff.Session, ticket, user helpdesk.ID, until time.Time) error {
	if now := d.now(); !until.After(now) || until.After(now.Add(lendMost)) {
		return helpdesk.Refuse("reader.until")
	}
	to := seat{kind: userReader, reader: user, expires: until.UnixMicro()}
	return d.db.Write(ctx, "ticket.lend", func(tx *store.Tx) error {
		file, err := d.lockCase(ctx, tx, s, ticket)
		if err != nil {
			return err
		}
		if !file.member {
			return fmt.Errorf("lend ticket %s: %w", ticket, helpdesk.ErrDenied)
		}
		if err := d.neutral(ctx, tx, file.ticket, user, "conflict.reader"); err != nil {
			return err
		}
		for _, c := range file.talks {
			if c.kind != personConversation {
				continue
			}
			if h, ok := file.held[spot{c.id, c.epoch}]; !ok || !h.proven || !d.secrets.Vouched(c.mac, c.origin()) {
				d.alarm(ctx, "conversation", c.id)
				return unproven()
			}
			if err := d.settleAll(ctx, tx, s, file, c); err != nil {
				return err
			}
			if err := d.endSeat(ctx, tx, c, userReader, user); err != nil {
				return err
			}
			if err := d.readerOfAll(ctx, tx, s, file, c, to); err != nil {
				return err
			}
		}
		if err := d.lentToo(ctx, tx, ticket, user); err != nil {
			return err
		}
		return d.lent(ctx, tx, s, file, SystemLent, "ticket.lend", user)
	})
}

// readerOfAll wraps every key of a conversation that the session opened to one
// reader.
func (d *Desk) readerOfAll(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, c *talk, to seat) error {
	var epochs []int64
	for at, h := range file.held {
		if at.conversation == c.id && h.proven {
			epochs = append(epochs, at.epoch)
		}
	}
	slices.Sort(epochs)
	rows := make([]*readerRow, 0, len(epochs))
	for _, epoch := range epochs {
		row, err := d.readerFor(ctx, tx, colleague{s}, c, epoch, to, file.held[spot{c.id, epoch}].key)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return d.insertReaders(ctx, tx, rows)
}

// RemoveReader ends what AddReader began, for any member of the ticket's teams
// and for the reader themselves: their wraps are deleted and all that comes
// from now on has another key. ErrNotFound when they are no such reader.
func (d *Desk) RemoveReader(ctx context.Context, s *staff.Session, ticket, user helpdesk.ID) error {
	gone := seat{kind: userReader, reader: user}
	return d.db.Write(ctx, "ticket.end_reader", func(tx *store.Tx) error {
		file, err := d.lockCase(ctx, tx, s, ticket)
		if err != nil {
			return err
		}
		if !file.member && user != s.User.ID {
			return fmt.Errorf("end a reader of ticket %s: %w", ticket, helpdesk.ErrDenied)
		}
		found := false
		for _, c := range file.talks {
			if !slices.ContainsFunc(file.rows, func(r *readerRow) bool {
				return r.conversation == c.id && r.kind == userReader && r.reader == user
			}) {
				continue
			}
			found = true
			if err := d.dropReader(ctx, tx, c, gone); err != nil {
				return err
			}
			if err := d.stepEpoch(ctx, tx, s, file, c, d.presentSeats(ctx, file.rows, c, gone)); err != nil {
				return err
			}
		}
		if !found {
			return fmt.Errorf("end a reader of ticket %s: %w", ticket, helpdesk.ErrNotFound)
		}
		if err := d.unasked(ctx, tx, ticket, user); err != nil {
			return err
		}
		return d.lent(ctx, tx, s, file, SystemEnded, "ticket.end_reader", user)
	})
}

// dropReader ends one reader of a conversation, whose next epoch is to begin
// without them. A backup that is put back does not know of it.
func (d *Desk) dropReader(ctx context.Context, tx *store.Tx, c *talk, gone seat) error {
	d.afterSeat(ctx, tx, c, gone)
	return d.dropSeat(ctx, tx, c, gone)
}

// dropSeat deletes all wraps of one reader in a conversation.
func (d *Desk) dropSeat(ctx context.Context, tx *store.Tx, c *talk, gone seat) error {
	if err := d.endSeat(ctx, tx, c, gone.kind, gone.reader); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, deleteSingles, gone.kind, gone.reader, d.nameAt(c, gone.kind, gone.reader), c.id); err != nil {
		return fmt.Errorf("end a reader of %s: %w", c.id, err)
	}
	return nil
}

// lent says so in the ticket and in the journal, and rings.
func (d *Desk) lent(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, key, verb string, user helpdesk.ID) error {
	before := *file.ticket
	file.ticket.version++
	if err := d.system(ctx, tx, s, file, file.own(), key, string(user)); err != nil {
		return err
	}
	if err := d.save(ctx, tx, before, file.ticket); err != nil {
		return err
	}
	// Once for what was done to whom, once for the ticket's own story.
	for _, object := range []helpdesk.ID{user, file.ticket.id} {
		if err := d.record(ctx, tx, s.User.ID, verb, object); err != nil {
			return err
		}
	}
	d.ring(tx, file.ticket)
	return nil
}

// Lent lists the tickets that were lent to the session's user, newest first.
func (d *Desk) Lent(ctx context.Context, s *staff.Session) (Page, error) {
	lines, err := d.lentLines(ctx, s)
	if err != nil {
		return Page{}, err
	}
	var page Page
	for _, q := range lines[:min(len(lines), PageMost)] {
		page.Rows = append(page.Rows, d.openLine(ctx, s, q, &page.Settle))
	}
	return page, nil
}

// lentLines reads the tickets that were lent to the session's user and still
// are, newest first.
func (d *Desk) lentLines(ctx context.Context, s *staff.Session) ([]*queued, error) {
	now := d.now().UnixMicro()
	lines, err := d.lines(ctx, nil, selectLent, s.User.ID, now)
	if err != nil {
		return nil, err
	}
	ids, err := d.lentTo(ctx, d.db, s.User.ID)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(ids, 200) {
		args := anys(part)
		for _, id := range part {
			args = append(args, d.seatMark(id, personConversation, s.User.ID))
		}
		query := selectMyRows + store.Places(len(part), 1) + myRowsUser + store.Places(len(part), 1+len(part)) + `))`
		if lines, err = d.lines(ctx, lines, query, args...); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(lines, func(a, b *queued) int { return cmp.Compare(b.ticket.number, a.ticket.number) })
	return lines, nil
}

// Lapse deletes the wraps of readers whose time is over, with a new key for
// what comes, the questions they were asked, the wraps of links that nobody used
// in time, and what drafts that were handed over left. It needs nobody signed in;
// whoever keeps the house calls it every few minutes.
func (d *Desk) Lapse(ctx context.Context) error {
	now := d.now()
	due, err := idsOf(ctx, d.db, selectLapsed, now.UnixMicro())
	if err != nil {
		return err
	}
	ended, err := d.loans(ctx, d.db, selectEnded, now.UnixMicro())
	if err != nil {
		return err
	}
	for _, l := range ended {
		due = append(due, l.Talk)
	}
	slices.Sort(due)
	for _, id := range slices.Compact(due) {
		err := d.db.Write(ctx, "end lapsed readers", func(tx *store.Tx) error { return d.lapse(ctx, tx, id, now) })
		if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
			return fmt.Errorf("end lapsed readers of %s: %w", id, err)
		}
	}
	return d.db.Write(ctx, "end lapsed links", func(tx *store.Tx) error {
		for _, l := range ended { // what is left of one whose conversation has gone
			if _, err := tx.Exec(ctx, deleteLoan, l.mark); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, lapseLinks, []byte{}, now.UnixMicro()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, deleteLinks, now.Add(-linkKnown).UnixMicro()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, lapsePassed, []byte{}, now.UnixMicro()); err != nil {
			return err
		}
		return d.lapseConsults(ctx, tx)
	})
}

func (d *Desk) lapse(ctx context.Context, tx *store.Tx, conversation helpdesk.ID, now time.Time) error {
	c, err := d.lockTalk(ctx, tx, conversation)
	if err != nil {
		return err
	}
	rows, err := d.readers(ctx, tx, conversation)
	if err != nil {
		return err
	}
	gone := false
	for _, r := range rows {
		if r.kind != userReader || r.expires == 0 || r.expires > now.UnixMicro() {
			continue
		}
		gone = true
		if err := d.endSeat(ctx, tx, c, r.kind, r.reader); err != nil {
			return err
		}
	}
	if !gone {
		return nil
	}
	_, err = d.nextEpoch(ctx, tx, nil, c, d.presentSeats(ctx, rows, c, seat{}))
	return err
}
