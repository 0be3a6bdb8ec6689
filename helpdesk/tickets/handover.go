package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Passed is a draft that went along when its ticket was handed over. Nobody but
// whom it went to and who wrote it can open it.
type Passed struct {
	ID    helpdesk.ID
	Giver helpdesk.ID
	Taker helpdesk.ID // a user, or a team where TeamWide
	// TeamWide: it went to a team, and whoever of it takes it over first has it.
	TeamWide bool
	Draft    Draft
}

// LogValue keeps content out of logs.
func (Passed) LogValue() slog.Value { return sealedValue }

// handDrafts sends what the session's user was writing in a ticket along with
// it: to the colleague it is handed to, else to the team where that is another
// one. Left with the same team and nobody in it, they stay where they are.
func (d *Desk) handDrafts(ctx context.Context, tx *store.Tx, s *staff.Session, ticket helpdesk.ID, from helpdesk.ID, to To) error {
	kind, taker := userReader, to.User
	if taker == "" {
		kind, taker = teamReader, to.Team
	}
	if s.Own() == nil || taker == s.User.ID || kind == teamReader && to.Team == from {
		return nil
	}
	drafts, err := d.draftsIn(ctx, tx, s, ticket)
	if err != nil {
		return err
	}
	for _, draft := range drafts {
		if strings.TrimSpace(draft.Text) == "" {
			continue
		}
		key, err := d.publicKey(ctx, tx, kind, taker)
		if err != nil {
			return fmt.Errorf("hand a draft to %s %s: %w", kind, taker, err)
		}
		r := &passedRow{
			id: helpdesk.NewID(), ticket: ticket, kind: draft.Kind, giver: s.User.ID, takerKind: kind, taker: taker, version: key.ID.Version,
		}
		plain, err := json.Marshal(draft)
		if err != nil {
			return fmt.Errorf("encode a draft: %w", err)
		}
		plain = floor(plain, contentFloor)
		if r.body, err = key.Seal(r.place("taker"), plain); err != nil {
			return fmt.Errorf("hand a draft to %s %s: %w", kind, taker, err)
		}
		r.own = s.Own().Seal(r.place("giver"), plain)
		d.vouchPassed(r)
		if r.about, err = d.sealAbout(r.at(), about{Ticket: ticket}); err != nil {
			return err
		}
		mark, _ := d.calls(ticket)
		if _, err := tx.Exec(ctx, insertPassed, r.id, mark, string(r.kind), r.giver, r.takerKind, r.taker, r.version,
			r.body, r.own, r.until, r.mac, r.about); err != nil {
			return fmt.Errorf("hand a draft over: %w", err)
		}
		if err := d.dropDraft(ctx, tx, s, ticket, draft.Kind); err != nil {
			return fmt.Errorf("hand a draft over: %w", err)
		}
	}
	return nil
}

// PassedDrafts are the drafts handed over in a ticket: those that went to the
// session's user or one of their teams, and their own that nobody took yet.
// ErrNotFound for who does not read the ticket.
func (d *Desk) PassedDrafts(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Passed, error) {
	if err := d.mayDraft(ctx, s, ticket); err != nil {
		return nil, err
	}
	rows, err := d.passedRows(ctx, d.db, ticket)
	if err != nil {
		return nil, err
	}
	var out []Passed
	for _, r := range rows {
		if len(r.body) == 0 {
			continue // taken
		}
		draft, err := d.openPassed(ctx, s, r)
		if errors.Is(err, helpdesk.ErrDenied) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Passed{ID: r.id, Giver: r.giver, Taker: r.taker, TeamWide: r.takerKind == teamReader, Draft: draft})
	}
	return out, nil
}

// TakeDraft makes a draft that was passed over the session's user's own; what
// they had written themselves stays above it. ErrNotFound when it is not theirs
// to take, or somebody was faster.
func (d *Desk) TakeDraft(ctx context.Context, s *staff.Session, ticket, passed helpdesk.ID) error {
	return d.settlePassed(ctx, s, ticket, passed, "ticket.draft_taken", true)
}

// LeaveDraft says that a draft that was passed over is not wanted. Its giver
// can fetch it back for as long as the hand-over can be undone.
func (d *Desk) LeaveDraft(ctx context.Context, s *staff.Session, ticket, passed helpdesk.ID) error {
	return d.settlePassed(ctx, s, ticket, passed, "ticket.draft_left", false)
}

// FetchDraft brings a draft back to who wrote it: also where another took it
// over, while the hand-over can be undone. The other's copy is theirs.
func (d *Desk) FetchDraft(ctx context.Context, s *staff.Session, ticket, passed helpdesk.ID) error {
	if err := d.mayDraft(ctx, s, ticket); err != nil {
		return err
	}
	return d.db.Write(ctx, "fetch a draft back", func(tx *store.Tx) error {
		r, err := d.lockPassed(ctx, tx, ticket, passed)
		if err != nil {
			return err
		}
		if r.giver != s.User.ID || len(r.own) == 0 {
			return fmt.Errorf("fetch draft %s: %w", passed, helpdesk.ErrNotFound)
		}
		return d.bringBack(ctx, tx, s, r)
	})
}

func (d *Desk) settlePassed(ctx context.Context, s *staff.Session, ticket, passed helpdesk.ID, verb string, take bool) error {
	if err := d.mayDraft(ctx, s, ticket); err != nil {
		return err
	}
	return d.db.Write(ctx, verb, func(tx *store.Tx) error {
		r, err := d.lockPassed(ctx, tx, ticket, passed)
		if err != nil {
			return err
		}
		mine := r.takerKind == userReader && r.taker == s.User.ID || r.takerKind == teamReader && s.Member(r.taker)
		if !mine || len(r.body) == 0 {
			return fmt.Errorf("draft %s: %w", passed, helpdesk.ErrNotFound)
		}
		if take {
			draft, err := d.openPassed(ctx, s, r)
			if err != nil {
				return err
			}
			if err := d.addDraft(ctx, tx, s, ticket, draft); err != nil {
				return err
			}
		}
		r.body, r.until = []byte{}, d.now().Add(UndoTime).UnixMicro()
		d.vouchPassed(r)
		if _, err := tx.Exec(ctx, emptyPassed, r.body, r.until, r.mac, r.id); err != nil {
			return err
		}
		return d.record(ctx, tx, s.User.ID, verb, ticket)
	})
}

// takeBack returns to the session's user the drafts that went along with a
// ticket they now take back.
func (d *Desk) takeBack(ctx context.Context, tx *store.Tx, s *staff.Session, ticket helpdesk.ID) error {
	rows, err := d.passedRows(ctx, tx, ticket)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.giver != s.User.ID || len(r.own) == 0 {
			continue
		}
		if r, err = d.lockPassed(ctx, tx, ticket, r.id); err != nil {
			if errors.Is(err, helpdesk.ErrNotFound) {
				continue // fetched in another tab
			}
			return err
		}
		if err := d.bringBack(ctx, tx, s, r); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) bringBack(ctx context.Context, tx *store.Tx, s *staff.Session, r *passedRow) error {
	draft, err := d.openPassed(ctx, s, r)
	if err != nil {
		return err
	}
	if err := d.addDraft(ctx, tx, s, r.ticket, draft); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, deletePassed, r.id)
	return err
}

// addDraft puts a draft below what its new owner has written already.
func (d *Desk) addDraft(ctx context.Context, tx *store.Tx, s *staff.Session, ticket helpdesk.ID, add Draft) error {
	all, err := d.draftsIn(ctx, tx, s, ticket)
	if err != nil {
		return err
	}
	for _, own := range all {
		if own.Kind == add.Kind && strings.TrimSpace(own.Text) != "" && own.Text != add.Text {
			own.Text = strings.TrimRight(own.Text, "\n") + "\n\n" + add.Text
			own.Beside = append(own.Beside, add.Beside...)
			add = own
		}
	}
	_, err = d.putDraft(ctx, tx, s, ticket, add)
	return err
}
