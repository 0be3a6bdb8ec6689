package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// News is what a page asks for: everything after a number, and how the person
// sits.
type News struct {
	Said   []tickets.Said
	Beside int64 // of tickets.Hearing: translations were added or taken away when it is another
	Seat   Seat
	Settle tickets.Settle // for Settle, after the response
}

// LogValue keeps words out of logs.
func (News) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Seat is how the person sits.
type Seat struct {
	State  State
	Place  int           // in the queue, from 1; 0 when not waiting
	Wait   time.Duration // what it took others lately; 0: not known
	Since  time.Time
	Alias  string // the counsellor's first name; "" while nobody is there
	Typing bool   // the counsellor writes
	// Seen: the newest message is the person's, and the counsellor has seen it;
	// where the house has switched reading marks on.
	Seen    bool
	EndedBy string
}

// heardMost is how many messages one look brings; the next look asks for more.
const heardMost = 200

// Hear returns what was said after a number and how the person sits. It notes
// that they are here.
func (r *Room) Hear(ctx context.Context, g *people.Guest, conversation helpdesk.ID, after int64) (News, error) {
	ctx = store.Brief(ctx)
	heard, err := r.tickets.Listen(ctx, g, conversation, after, heardMost)
	if err != nil {
		return News{}, fmt.Errorf("hear conversation %s: %w", conversation, err)
	}
	last := after
	if n := len(heard.Messages); n > 0 {
		last = heard.Messages[n-1].Number
	}
	seat, err := r.sits(ctx, conversation, last)
	if err != nil {
		return News{}, err
	}
	return News{Said: heard.Messages, Beside: heard.Beside, Seat: seat, Settle: heard.Settle}, nil
}

// Seat tells how the person sits, without any message.
func (r *Room) Seat(ctx context.Context, g *people.Guest, conversation helpdesk.ID) (Seat, error) {
	if err := r.mine(ctx, g, conversation); err != nil {
		return Seat{}, err
	}
	return r.sits(ctx, conversation, looksOnly)
}

// sits reads the newest table of a conversation whose reader has been checked.
func (r *Room) sits(ctx context.Context, conversation helpdesk.ID, heard int64) (Seat, error) {
	t, err := r.latest(ctx, r.db, conversation)
	none := errors.Is(err, helpdesk.ErrNotFound)
	if err != nil && !none {
		return Seat{}, err
	}
	if heard != looksOnly && (none || t.state == Missed || t.state == Ended) {
		if err := r.hasRead(ctx, conversation); err != nil {
			return Seat{}, err
		}
	}
	if none {
		return Seat{}, nil
	}
	if heard != looksOnly && (t.state == Waiting || t.state == Talking) && r.now().Sub(time.UnixMicro(t.guestAt)) > often {
		if err := r.guestSeen(ctx, t); err != nil {
			return Seat{}, err
		}
	}
	if err := r.heardTo(ctx, t, heard); err != nil {
		return Seat{}, err
	}
	s := Seat{State: t.state, Since: instant(t.since), EndedBy: t.endedBy}
	switch t.state {
	case Waiting:
		return s, r.place(ctx, t, &s)
	case Talking:
		s.Alias = r.staff.Alias(ctx, t.taken)
		limits, err := r.limits(ctx)
		if err != nil {
			return Seat{}, err
		}
		s.Seen = limits.Read && t.last == t.guestLast && t.readTo >= t.last
		s.Typing = r.now().Before(time.UnixMicro(t.deskTyping))
		if t.asked == anybody && r.now().Sub(time.UnixMicro(t.deskAt)) > here {
			s.State = Away
		}
	}
	return s, nil
}

// Marks: the house shows persons what the counsellor has seen, so a word of
// theirs changes how they sit.
func (r *Room) Marks(ctx context.Context) (bool, error) {
	limits, err := r.limits(ctx)
	return limits.Read, err
}

// hasRead: who reads an answer where no talk goes on need not be told of it.
func (r *Room) hasRead(ctx context.Context, conversation helpdesk.ID) error {
	var since int64
	err := r.db.QueryRow(ctx, selectDueOf, conversation).Scan(&since)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look what %s waits for: %w", conversation, err)
	}
	return r.forget(ctx, due{conversation: conversation})
}

// looksOnly is a look at the seat that hears nothing.
const looksOnly = -1

// heardTo notes how far the person's page has shown the talk, where the house
// wants to know.
func (r *Room) heardTo(ctx context.Context, t *tableRow, number int64) error {
	number = min(number, t.last)
	if number <= t.heardTo || t.state != Talking || t.last == t.guestLast {
		return nil
	}
	limits, err := r.limits(ctx)
	if err != nil || !limits.Read {
		return err
	}
	return r.touch(ctx, t.conversation, guestHeard, t.id, number)
}

func (r *Room) guestSeen(ctx context.Context, t *tableRow) error {
	wasAway := r.now().Sub(time.UnixMicro(t.guestAt)) > here
	return r.db.Write(ctx, "see a person", func(tx *store.Tx) error {
		if wasAway {
			r.rang(tx, t.conversation)
		}
		// In the order of Tell: the table, and then what is due.
		if err := tx.Later(ctx, guestSeen, t.id, r.now().UnixMicro()); err != nil {
			return err
		}
		return tx.Later(ctx, deleteDue, t.conversation)
	})
}

// place counts who stands before them and says honestly what it took others.
func (r *Room) place(ctx context.Context, t *tableRow, s *Seat) error {
	var before int
	err := r.db.QueryRow(ctx, countBefore, t.team, rank(t.priority, time.UnixMicro(t.since)), t.id).Scan(&before)
	if err != nil {
		return fmt.Errorf("count the queue: %w", err)
	}
	s.Place = before + 1
	s.Wait, err = r.usualWait(ctx)
	return err
}

// usualWait is the middle one of the last waits of today, or of six hours; 0
// when fewer than three people waited: then we do not know, and say so.
func (r *Room) usualWait(ctx context.Context) (time.Duration, error) {
	since := r.now().Add(-6 * time.Hour)
	if day := r.now().UTC().Truncate(24 * time.Hour); day.Before(since) {
		since = day // all of today's, because a talk that is over keeps only its day
	}
	rows, err := r.db.Query(ctx, selectWaited, since.UnixMicro())
	if err != nil {
		return 0, fmt.Errorf("read waits: %w", err)
	}
	defer rows.Close()
	var all []int64
	for rows.Next() {
		var us int64
		if err := rows.Scan(&us); err != nil {
			return 0, fmt.Errorf("read waits: %w", err)
		}
		all = append(all, us)
	}
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("read waits: %w", err)
	}
	if len(all) < 3 {
		return 0, nil
	}
	slices.Sort(all)
	return time.Duration(all[len(all)/2]) * time.Microsecond, nil
}

// tell rings for one table.
func (r *Room) tell(conversation helpdesk.ID) {
	r.bus.Publish(bus.Event{Topic: TopicTable, Subject: conversation})
}
