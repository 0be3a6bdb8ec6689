package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// UndoTime is how long an act on many tickets can be taken back.
const UndoTime = 10 * time.Minute

const (
	upsertUndo = `INSERT INTO tickets_undo (owner, body, expires) VALUES ($1, $2, $3)
		ON CONFLICT (owner) DO UPDATE SET body = excluded.body, expires = excluded.expires`
	takeUndo   = `DELETE FROM tickets_undo WHERE owner = $1 AND expires > $2 RETURNING body`
	lapseUndos = `DELETE FROM tickets_undo WHERE expires <= $1`
)

// undoing is how one ticket stood before an act. It holds exact times, which a
// closed ticket has no more, and so it lies sealed under the user's own key.
type undoing struct {
	Do      Deed        `json:"do"`
	Ticket  helpdesk.ID `json:"ticket"`
	After   int64       `json:"after"` // the version the act left
	Owner   helpdesk.ID `json:"owner,omitempty"`
	Team    helpdesk.ID `json:"team"`
	State   State       `json:"state"`
	Opened  int64       `json:"opened,omitempty"`
	Waiting int64       `json:"waiting,omitempty"`
	Last    int64       `json:"last,omitempty"`
	On      []string    `json:"on,omitempty"`  // tags it put on
	Off     []string    `json:"off,omitempty"` // and took off
}

func undoAt(user helpdesk.ID) vault.Context { return vault.At("tickets.undo", user) }

// keepUndo remembers the user's last act, instead of the one before.
func (d *Desk) keepUndo(ctx context.Context, s *staff.Session, done []undoing) error {
	if len(done) == 0 {
		return nil
	}
	plain, err := json.Marshal(done)
	if err != nil {
		return fmt.Errorf("encode what was done: %w", err)
	}
	now := d.now()
	body := s.Own().Seal(undoAt(s.User.ID), plain)
	return d.db.Write(ctx, "keep what was done", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, lapseUndos, now.UnixMicro()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, upsertUndo, s.User.ID, body, now.Add(UndoTime).UnixMicro())
		return err
	})
}

// Undo takes back the session's user's last Bulk, ticket by ticket. One that
// moved since stays as it is, with ErrConflict, and so does one that was handed
// to a team whose tickets the session does not read, with ErrNotFound.
// ErrNotFound when there is nothing to take back.
//
// The journal keeps both. What closing a ticket deleted stays deleted: where
// its person wanted to be told of messages.
func (d *Desk) Undo(ctx context.Context, s *staff.Session) ([]Result, error) {
	if s.Own() == nil {
		return nil, fmt.Errorf("undo at the console: %w", helpdesk.ErrDenied)
	}
	done, err := d.takeUndo(ctx, s, func([]undoing) bool { return true })
	if err != nil {
		return nil, err
	}
	out := make([]Result, 0, len(done))
	for _, u := range done {
		err := d.undo(ctx, s, u)
		if err != nil && !ownFault(err) {
			return out, fmt.Errorf("undo: %w", err)
		}
		out = append(out, Result{u.Ticket, err})
	}
	return out, nil
}

// UndoGive takes back that the session's user handed one ticket over, and brings
// back what they were writing in it. ErrNotFound when that is not the last thing
// they did with Bulk; ErrConflict when the ticket moved since.
func (d *Desk) UndoGive(ctx context.Context, s *staff.Session, ticket helpdesk.ID) error {
	if s.Own() == nil {
		return fmt.Errorf("undo at the console: %w", helpdesk.ErrDenied)
	}
	done, err := d.takeUndo(ctx, s, func(last []undoing) bool {
		return len(last) == 1 && last[0].Do == ActGive && last[0].Ticket == ticket
	})
	if err != nil {
		return err
	}
	return d.undo(ctx, s, done[0])
}

// errOther: what was done last is something else, and stays to be taken back.
var errOther = fmt.Errorf("something else was done last: %w", helpdesk.ErrNotFound)

// takeUndo takes what the user did last, if it is what the caller expects.
func (d *Desk) takeUndo(ctx context.Context, s *staff.Session, expected func([]undoing) bool) (done []undoing, err error) {
	err = d.db.Write(ctx, "take what was done", func(tx *store.Tx) error {
		var body []byte
		if err := tx.QueryRow(ctx, takeUndo, s.User.ID, d.now().UnixMicro()).Scan(&body); err != nil {
			return fmt.Errorf("undo: %w", err)
		}
		plain, err := s.Own().Open(undoAt(s.User.ID), body)
		if err != nil {
			d.alarm(ctx, "undo", s.User.ID)
			return fmt.Errorf("open what was done: %w", err)
		}
		if json.Unmarshal(plain, &done) != nil {
			return errors.New("decode what was done: not what was sealed")
		}
		if !expected(done) {
			return errOther
		}
		return nil
	})
	return done, err
}

func (d *Desk) undo(ctx context.Context, s *staff.Session, u undoing) error {
	switch u.Do {
	case ActTag:
		return d.Tag(ctx, s, u.Ticket, u.After, u.Off, u.On)
	case ActGive:
		_, err := d.give(ctx, s, u.Ticket, u.After, To{User: u.Owner, Team: u.Team}, true)
		return err
	case ActTake:
		return d.change(ctx, s, u.Ticket, u.After, "ticket.untake", func(_ *store.Tx, t *row, _ *caseFile) error {
			t.owner = u.Owner
			return nil
		})
	case ActClose:
		return d.change(ctx, s, u.Ticket, u.After, "ticket.reopen", func(_ *store.Tx, t *row, _ *caseFile) error {
			t.state, t.openedAt, t.waitingSince, t.lastAt = u.State, u.Opened, u.Waiting, u.Last
			return nil
		})
	}
	return fmt.Errorf("undo %s of ticket %s: %w", u.Do, u.Ticket, helpdesk.ErrNotFound)
}
