package retention

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// The kinds of a word about a ticket.
const (
	held  = "held"
	asked = "asked"
)

// HoldReasons are why something is kept longer: a closed list, because a free
// text about a ticket is about a person.
var HoldReasons = []string{"court", "complaint", "claim", "wish", "audit"}

const (
	// holdMost is how far a day may lie to which something is postponed. Then
	// somebody looks again.
	holdMost = 24 // months
	// Undo is how long an erasure on request can be taken back.
	Undo = 72 * time.Hour
	// beforeUTC is how long before those of UTC the days of this house can begin:
	// it is on Stockholm's time.
	beforeUTC = 2 * time.Hour
)

// Word is what somebody decided about one ticket.
type Word struct {
	Ticket helpdesk.ID
	Number int64       // 0 of a restricted team's
	Team   helpdesk.ID // "" where the ticket is gone
	// Day: held until then, or asked to be erased until then at the latest.
	Day    time.Time
	By     helpdesk.ID
	At     time.Time
	Reason string    // of HoldReasons, where it is held
	Asked  time.Time // on which day its person asked, where it is to be erased
	Goes   time.Time // when it is erased, where it was asked for
}

// said is what lies in a word's body.
type said struct {
	By     helpdesk.ID `json:"by"`
	At     int64       `json:"at"`
	Reason string      `json:"reason,omitempty"`
	Asked  int64       `json:"asked,omitempty"`
}

func wordAt(ticket helpdesk.ID, kind string, day int64) vault.Context {
	return vault.At("retention.word", ticket, kind, day)
}

// write keeps a word about a ticket that is there, instead of an earlier one.
// No step of a run is between: it locks the same row.
func (r *Room) write(ctx context.Context, tx *store.Tx, ticket helpdesk.ID, kind string, day time.Time, s said, verb string) error {
	if _, err := tx.Exec(ctx, lockLease); err != nil {
		return err
	}
	there, err := r.Tickets.Known(ctx, tx, []helpdesk.ID{ticket})
	if err != nil {
		return err
	}
	if _, ok := there[ticket]; !ok {
		return fmt.Errorf("%s ticket %s: %w", kind, ticket, helpdesk.ErrNotFound)
	}
	plain, err := json.Marshal(s)
	if err != nil {
		return err
	}
	us := day.UnixMicro()
	if err := tx.Later(ctx, upsertWord, ticket, kind, us, r.Secrets.SealOffice(wordAt(ticket, kind, us), plain)); err != nil {
		return err
	}
	return r.Tickets.Record(ctx, tx, s.By, verb, ticket)
}

// drop takes a word back. ErrNotFound when there is none.
func (r *Room) drop(ctx context.Context, s *staff.Session, ticket helpdesk.ID, kind, verb string) error {
	if !s.Coordinator() {
		return fmt.Errorf("%s: %w", verb, helpdesk.ErrDenied)
	}
	return r.DB.Write(ctx, "take back a word about a ticket", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, lockLease); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, deleteWord, ticket, kind)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%s ticket %s: %w", verb, ticket, helpdesk.ErrNotFound)
		}
		return r.Tickets.Record(ctx, tx, s.User.ID, verb, ticket)
	})
}

// Hold postpones a ticket: until a day nothing of it is erased by its age, for
// one of HoldReasons. Said again the later word holds. Its person may have it
// erased all the same. Coordinators alone; refusals "retention.until" and
// "retention.reason".
func (r *Room) Hold(ctx context.Context, s *staff.Session, ticket helpdesk.ID, until time.Time, reason string) error {
	until = until.UTC().Truncate(24 * time.Hour)
	switch {
	case !s.Coordinator():
		return fmt.Errorf("postpone a ticket: %w", helpdesk.ErrDenied)
	case !until.After(r.today()) || until.After(r.today().AddDate(0, holdMost, 0)):
		return helpdesk.Refuse("retention.until", holdMost)
	case !slices.Contains(HoldReasons, reason):
		return helpdesk.Refuse("retention.reason")
	}
	return r.DB.Write(ctx, "postpone a ticket", func(tx *store.Tx) error {
		return r.write(ctx, tx, ticket, held, until, said{By: s.User.ID, At: r.Now().UnixMicro(), Reason: reason}, VerbHeld)
	})
}

// Release takes it back.
func (r *Room) Release(ctx context.Context, s *staff.Session, ticket helpdesk.ID) error {
	return r.drop(ctx, s, ticket, held, VerbReleased)
}

// Ask writes down that a ticket's person asked, on a day, to have it erased, and
// whoever can't ask by their own code: by letter, by telephone. Nobody outside
// reads on from now; for Undo it can be taken back; then the next run erases it,
// a month after the day of asking at the latest (GDPR, Article 12(3)), whatever
// it stands at. Said again, the first day and the first hour count. A coordinator,
// who proves again who they are (staff.ErrProof). Refusal "retention.asked" for a
// day to come or long past.
func (r *Room) Ask(ctx context.Context, s *staff.Session, ticket helpdesk.ID, day time.Time) error {
	if !s.Coordinator() {
		return fmt.Errorf("erase a ticket: %w", helpdesk.ErrDenied)
	}
	day = day.UTC().Truncate(24 * time.Hour)
	if day.Add(-beforeUTC).After(r.Now()) || day.Before(r.today().AddDate(-1, 0, 0)) {
		return helpdesk.Refuse("retention.asked")
	}
	if err := s.Proof(); err != nil {
		return err
	}
	return r.DB.Write(ctx, "erase a ticket", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, lockLease); err != nil {
			return err
		}
		at := r.Now()
		_, asks, err := r.words(ctx, tx)
		if err != nil {
			return err
		}
		for _, a := range asks {
			if a.Ticket == ticket {
				day, at = earlier(a.Asked, day), earlier(a.At, at)
			}
		}
		err = r.write(ctx, tx, ticket, asked, tickets.RightDay(day), said{By: s.User.ID, At: at.UnixMicro(), Asked: day.UnixMicro()}, VerbAsked)
		if err != nil {
			return err
		}
		all, err := r.Tickets.Joined(ctx, tx, ticket)
		if err != nil {
			return err
		}
		return r.Others.Stop(ctx, tx, all)
	})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Unask takes it back. What was closed outside stays closed.
func (r *Room) Unask(ctx context.Context, s *staff.Session, ticket helpdesk.ID) error {
	return r.drop(ctx, s, ticket, asked, VerbUnasked)
}

// words reads all that was said, the nearest days first.
func (r *Room) words(ctx context.Context, q store.Reader) (holds, asks []Word, err error) {
	rows, err := q.Query(ctx, selectWords)
	if err != nil {
		return nil, nil, fmt.Errorf("read what was said about tickets: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var w Word
		var kind string
		var day int64
		var body []byte
		if err := rows.Scan(&w.Ticket, &kind, &day, &body); err != nil {
			return nil, nil, fmt.Errorf("read what was said about tickets: %w", err)
		}
		w.Day = time.UnixMicro(day).UTC()
		var s said
		plain, err := r.Secrets.OpenOffice(wordAt(w.Ticket, kind, day), body)
		if err != nil || json.Unmarshal(plain, &s) != nil {
			// Somebody else wrote it: it has nothing erased, and keeps what it keeps.
			r.Journal.Alarm(ctx, "retention.word", w.Ticket)
			if kind == asked {
				continue
			}
		}
		w.By, w.At, w.Reason = s.By, time.UnixMicro(s.At).UTC(), s.Reason
		if kind == held {
			holds = append(holds, w)
			continue
		}
		w.Asked, w.Goes = time.UnixMicro(s.Asked).UTC(), w.At.Add(Undo)
		if w.Goes.After(w.Day) {
			w.Goes = w.Day
		}
		asks = append(asks, w)
	}
	return holds, asks, rows.Err()
}

// Words are what is postponed and what is to be erased on request, the nearest
// days first. Coordinators alone.
func (r *Room) Words(ctx context.Context, s *staff.Session) (holds, asks []Word, err error) {
	if !s.Coordinator() {
		return nil, nil, fmt.Errorf("what is postponed: %w", helpdesk.ErrDenied)
	}
	if holds, asks, err = r.words(ctx, r.DB); err != nil {
		return nil, nil, err
	}
	var ids []helpdesk.ID
	for _, w := range slices.Concat(holds, asks) {
		ids = append(ids, w.Ticket)
	}
	known, err := r.Tickets.Known(ctx, r.DB, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, list := range [][]Word{holds, asks} {
		for i := range list {
			o := known[list[i].Ticket]
			list[i].Number, list[i].Team = o.Number, o.Team
		}
	}
	return holds, asks, nil
}

// Find finds a ticket by its number or id, as a coordinator wrote it down.
// Refusal "retention.which" for what is no ticket's.
func (r *Room) Find(ctx context.Context, s *staff.Session, said string) (helpdesk.ID, error) {
	if !s.Coordinator() {
		return "", fmt.Errorf("find a ticket: %w", helpdesk.ErrDenied)
	}
	id, err := helpdesk.ParseID(said)
	if err != nil {
		number, err := strconv.ParseInt(strings.TrimLeft(said, "R-# "), 10, 64)
		if err != nil {
			return "", helpdesk.Refuse("retention.which")
		}
		if id, err = r.Tickets.Numbered(ctx, r.DB, number); errors.Is(err, helpdesk.ErrNotFound) {
			return "", helpdesk.Refuse("retention.which")
		} else if err != nil {
			return "", err
		}
	}
	known, err := r.Tickets.Known(ctx, r.DB, []helpdesk.ID{id})
	if err == nil && len(known) == 0 {
		err = helpdesk.Refuse("retention.which")
	}
	return id, err
}
