package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// Limits of the short answers a counsellor may offer.
const (
	offersMost = 6
	offerMost  = 60 // characters
)

// Tell says something to the person: live at a table, or later as an answer
// that stands in the conversation when they come back. It returns the
// message's number. Refusals as for Say, "chat.offers" (more than six, or one
// longer than sixty characters), "chat.elsewhere" (a colleague has the table), and
// those of tickets.Beside.Check for a translation.
func (r *Room) Tell(ctx context.Context, s *staff.Session, ticket helpdesk.ID, w Words) (int64, error) {
	if err := sayable(w); err != nil {
		return 0, err
	}
	conversation, person, err := r.tickets.PersonConversation(ctx, s, ticket)
	if err != nil {
		return 0, err
	}
	var number int64
	err = r.db.Write(ctx, "tell a person", func(tx *store.Tx) error {
		t, err := r.living(ctx, tx, conversation)
		if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
			return err
		}
		if err == nil && t.taken != s.User.ID {
			if err := r.atTable(ctx, tx, s, t); err != nil {
				return err
			}
		}
		number, err = r.tell1(ctx, tx, s, conversation, w)
		if err != nil || number == 0 {
			return err
		}
		return r.isDue(ctx, tx, conversation, person)
	})
	if err != nil {
		return 0, fmt.Errorf("tell in ticket %s: %w", ticket, err)
	}
	return number, nil
}

// tell1 appends; a message that was there before changes nothing else.
func (r *Room) tell1(ctx context.Context, tx *store.Tx, s *staff.Session, conversation helpdesk.ID, w Words) (int64, error) {
	c, err := r.tickets.With(ctx, tx, s, conversation)
	if err != nil {
		return 0, err
	}
	n, err := c.Append(ctx, tx, tickets.Message{
		Kind: tickets.KindChat, Direction: tickets.Out, Author: s.User.ID, ClientID: w.ClientID, Files: w.Files,
		Content: tickets.Content{Text: w.Text, Offers: w.Offers}, Beside: besides(s, w.Beside),
	})
	if err != nil || c.Twice {
		return n, err
	}
	r.word(tx, conversation, n)
	return n, tx.Later(ctx, saidByDesk, conversation, n, r.now().UnixMicro(), pause.Microseconds())
}

// besides marks what goes out with a message by who wrote it: an interpreter
// who was brought in, or one of us.
func besides(s *staff.Session, all []tickets.Beside) []tickets.Beside {
	out := slices.Clone(all)
	for i := range out {
		if s.User.Kind == staff.Interpreter {
			out[i].By = tickets.ByInterpreter
		}
	}
	return out
}

// atTable: who was brought in may speak at a colleague's table.
func (r *Room) atTable(ctx context.Context, tx *store.Tx, s *staff.Session, t *tableRow) error {
	if t.state == Waiting {
		return nil // an answer to somebody who still waits is welcome
	}
	var role string
	err := tx.QueryRow(ctx, selectGuest, t.id, s.User.ID, r.now().UnixMicro()).Scan(&role)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return helpdesk.Refuse("chat.elsewhere")
	}
	return err
}

// isDue notes that a message waits, for who is not looking now and asked to be
// told so.
func (r *Room) isDue(ctx context.Context, tx *store.Tx, conversation, person helpdesk.ID) error {
	if person == "" {
		return nil
	}
	return tx.Later(ctx, insertDue, conversation, person, r.now().UnixMicro())
}

func sayable(w Words) error {
	switch {
	case strings.TrimSpace(w.Text) == "" && len(w.Files) == 0:
		return helpdesk.Refuse("chat.empty")
	case utf8.RuneCountInString(w.Text) > longest:
		return helpdesk.Refuse("chat.long", longest)
	case len(w.Beside) > 1:
		return helpdesk.Refuse("beside.full")
	case len(w.Offers) > offersMost:
		return helpdesk.Refuse("chat.offers")
	}
	for _, o := range w.Offers {
		if strings.TrimSpace(o) == "" || utf8.RuneCountInString(o) > offerMost {
			return helpdesk.Refuse("chat.offers")
		}
	}
	for _, b := range w.Beside {
		if err := b.Check(); err != nil {
			return err
		}
		if utf8.RuneCountInString(b.Text) > longest {
			return helpdesk.Refuse("chat.long", longest)
		}
	}
	return nil
}

// ReadTo notes how far the counsellor has read at their table.
func (r *Room) ReadTo(ctx context.Context, s *staff.Session, table helpdesk.ID, number int64) error {
	t, err := r.own(ctx, s, table)
	if err != nil {
		return err
	}
	return r.touch(ctx, t.conversation, deskRead, t.id, min(number, t.last))
}

// DeskTyping notes that the counsellor is writing.
func (r *Room) DeskTyping(ctx context.Context, s *staff.Session, table helpdesk.ID) error {
	t, err := r.own(ctx, s, table)
	if err != nil {
		return err
	}
	return r.touch(ctx, t.conversation, deskTypes, t.id, r.now().Add(typing).UnixMicro())
}

// own is a table the session has; helpdesk.ErrNotFound otherwise.
func (r *Room) own(ctx context.Context, s *staff.Session, table helpdesk.ID) (*tableRow, error) {
	t, err := r.byID(ctx, r.db, table)
	if err != nil {
		return nil, err
	}
	if t.taken != s.User.ID || t.state != Talking {
		return nil, fmt.Errorf("table %s: %w", table, helpdesk.ErrNotFound)
	}
	return t, nil
}

// Bring lets a colleague or an interpreter read along, and speak, until an
// instant; the person is told.
func (r *Room) Bring(ctx context.Context, s *staff.Session, table, user helpdesk.ID, role string, until time.Time) error {
	t, err := r.own(ctx, s, table)
	if err != nil {
		return err
	}
	if role != "colleague" && role != "interpreter" {
		return helpdesk.Refuse("chat.role")
	}
	if err := r.tickets.AddReader(ctx, s, t.ticket, user, until); err != nil {
		return err
	}
	return r.db.Write(ctx, "bring somebody to a table", func(tx *store.Tx) error {
		if err := r.tickets.Lock(ctx, tx, t.conversation); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, upsertGuest, t.id, user, role, until.UnixMicro()); err != nil {
			return err
		}
		r.ring(tx, t.conversation)
		return r.note(ctx, tx, t.conversation, SystemBrought, r.staff.Alias(ctx, user), role)
	})
}
