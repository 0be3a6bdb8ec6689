package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// When somebody would like to talk.
const (
	DebriefNow  = "now"
	DebriefDay  = "today"
	DebriefWeek = "week"
)

const (
	debriefAsked = "asked"
	debriefTaken = "taken"
	debriefWords = 500 // characters
	debriefFloor = 888 // how soon is not to be read off the length

	verbDebrief      = "debrief.asked"
	verbDebriefTaken = "debrief.taken"
	verbDebriefOver  = "debrief.over"
)

// Debrief is a colleague who asks to talk after a hard talk, or was promised
// one. It tells nothing of a ticket.
type Debrief struct {
	ID    helpdesk.ID
	Asker helpdesk.ID
	Taker helpdesk.ID // who will talk with them, "" while nobody said so
	At    time.Time
	When  string // DebriefNow and so on, "" where it does not open
	Words string
	To    []helpdesk.ID // whom it was said to
}

// LogValue keeps it out of logs.
func (Debrief) LogValue() slog.Value { return sealedValue }

// AskDebrief asks a colleague, or where none is named all coordinators, to
// listen. It is sealed to each of them, and the journal says that it was asked.
//
// Refusals: "debrief.when"; "debrief.words" for more than 500 characters;
// "debrief.nobody" where nobody but oneself is left to ask; "debrief.already"
// while an earlier one is open.
func (d *Desk) AskDebrief(ctx context.Context, s *staff.Session, to helpdesk.ID, when, words string) error {
	switch {
	case s.Own() == nil:
		return fmt.Errorf("ask for a debrief at the console: %w", helpdesk.ErrDenied)
	case when != DebriefNow && when != DebriefDay && when != DebriefWeek:
		return helpdesk.Refuse("debrief.when")
	case utf8.RuneCountInString(words) > debriefWords:
		return helpdesk.Refuse("debrief.words", debriefWords)
	}
	listeners, err := d.listeners(ctx, s, to)
	if err != nil {
		return err
	}
	plain, err := json.Marshal(hardTalk{when, words, listeners})
	if err != nil {
		return fmt.Errorf("encode a debrief: %w", err)
	}
	plain = floor(plain, debriefFloor)
	r := debriefRow{id: helpdesk.NewID(), asker: s.User.ID, state: debriefAsked, at: d.now().UnixMicro()}
	return d.db.Write(ctx, verbDebrief, func(tx *store.Tx) error {
		// The index on the asker lets one in at a time.
		n, err := tx.Exec(ctx, insertDebrief, r.id, r.asker, "", r.state, r.at, d.secrets.Vouch(r.origin()))
		if err != nil {
			return fmt.Errorf("ask for a debrief: %w", err)
		}
		if n == 0 {
			return helpdesk.Refuse("debrief.already")
		}
		for _, who := range append(slices.Clone(listeners), s.User.ID) {
			key, err := d.staff.UserKey(ctx, tx, who)
			if err != nil {
				return fmt.Errorf("ask %s for a debrief: %w", who, err)
			}
			body, err := key.Seal(debriefAt(r.id, who), plain)
			if err != nil {
				return fmt.Errorf("ask %s for a debrief: %w", who, err)
			}
			if _, err := tx.Exec(ctx, insertListener, r.id, who, body, who == s.User.ID, d.secrets.Vouch(debriefAt(r.id, who), body)); err != nil {
				return fmt.Errorf("ask for a debrief: %w", err)
			}
			d.callFor(tx, who)
		}
		return d.record(ctx, tx, s.User.ID, verbDebrief, r.id)
	})
}

// listeners are whom a debrief is asked of.
func (d *Desk) listeners(ctx context.Context, s *staff.Session, to helpdesk.ID) ([]helpdesk.ID, error) {
	users, err := d.staff.Users(ctx)
	if err != nil {
		return nil, err
	}
	var out []helpdesk.ID
	for _, u := range users {
		if u.State != staff.Active || u.Kind == staff.Interpreter || u.ID == s.User.ID {
			continue
		}
		if u.ID == to || to == "" && u.Kind == staff.Coordinator {
			out = append(out, u.ID)
		}
	}
	if len(out) == 0 {
		return nil, helpdesk.Refuse("debrief.nobody")
	}
	slices.Sort(out)
	return out, nil
}

// Debriefs lists what the session's user asked for, was asked for, or promised,
// oldest first.
func (d *Desk) Debriefs(ctx context.Context, s *staff.Session) ([]Debrief, error) {
	rows, err := d.db.Query(ctx, selectDebriefs, s.User.ID)
	if err != nil {
		return nil, fmt.Errorf("read debriefs: %w", err)
	}
	defer rows.Close()
	var out []Debrief
	for rows.Next() {
		var r debriefRow
		var body, mac []byte
		if err := rows.Scan(append(r.dest(), &body, &mac)...); err != nil {
			return nil, fmt.Errorf("read debriefs: %w", err)
		}
		if !d.secrets.Vouched(r.mac, r.origin()) || !d.secrets.Vouched(mac, debriefAt(r.id, s.User.ID), body) {
			d.alarm(ctx, "debrief", r.id)
			continue
		}
		b := Debrief{ID: r.id, Asker: r.asker, Taker: r.taker, At: instant(r.at)}
		// After six new words an older one does not open; that it was asked stands.
		var in hardTalk
		if plain, err := s.Own().Open(debriefAt(r.id, s.User.ID), body); err == nil && json.Unmarshal(plain, &in) == nil {
			b.When, b.Words, b.To = in.When, in.Words, in.To
		}
		out = append(out, b)
	}
	return out, finish(rows, "read debriefs")
}

// TakeDebrief says that the session's user will talk with the asker; for the
// others it is gone. ErrNotFound for whom it was not asked of, ErrConflict when
// somebody was faster.
func (d *Desk) TakeDebrief(ctx context.Context, s *staff.Session, id helpdesk.ID) error {
	return d.db.Write(ctx, verbDebriefTaken, func(tx *store.Tx) error {
		r, users, err := d.lockDebrief(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case r.asker == s.User.ID || !slices.Contains(users, s.User.ID):
			return fmt.Errorf("take debrief %s: %w", id, helpdesk.ErrNotFound)
		case r.state != debriefAsked:
			return fmt.Errorf("take debrief %s: %w", id, helpdesk.ErrConflict)
		}
		r.state, r.taker = debriefTaken, s.User.ID
		if _, err := tx.Exec(ctx, takeDebrief, r.state, r.taker, d.secrets.Vouch(r.origin()), id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, thinListeners, id, r.asker, r.taker); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, untellListener, false, id, r.asker); err != nil {
			return err // they hear that somebody will
		}
		d.callFor(tx, users...)
		return d.record(ctx, tx, s.User.ID, verbDebriefTaken, id)
	})
}

// EndDebrief says that it was held or is not wanted any more: by the asker at
// any time, by who promised it. Nothing of it stays but the journal's lines.
func (d *Desk) EndDebrief(ctx context.Context, s *staff.Session, id helpdesk.ID) error {
	return d.db.Write(ctx, verbDebriefOver, func(tx *store.Tx) error {
		r, users, err := d.lockDebrief(ctx, tx, id)
		if err != nil {
			return err
		}
		if s.User.ID != r.asker && s.User.ID != r.taker {
			return fmt.Errorf("end debrief %s: %w", id, helpdesk.ErrNotFound)
		}
		for _, query := range []string{deleteListeners, deleteDebrief} {
			if _, err := tx.Exec(ctx, query, id); err != nil {
				return err
			}
		}
		d.callFor(tx, users...)
		return d.record(ctx, tx, s.User.ID, verbDebriefOver, id)
	})
}

// lockDebrief reads a debrief and whom it concerns, and keeps others from it.
func (d *Desk) lockDebrief(ctx context.Context, tx *store.Tx, id helpdesk.ID) (*debriefRow, []helpdesk.ID, error) {
	var r debriefRow
	if err := tx.QueryRow(ctx, lockDebrief, id).Scan(r.dest()...); err != nil {
		return nil, nil, fmt.Errorf("debrief %s: %w", id, err)
	}
	if !d.secrets.Vouched(r.mac, r.origin()) {
		d.alarm(ctx, "debrief", id)
		return nil, nil, fmt.Errorf("debrief %s: %w", id, helpdesk.ErrNotFound)
	}
	users, err := idsOf(ctx, tx, selectListeners, id)
	return &r, users, err
}

// hardTalk is what a listener is told.
type hardTalk struct {
	When  string        `json:"when"`
	Words string        `json:"words,omitempty"`
	To    []helpdesk.ID `json:"to,omitempty"`
}

type debriefRow struct {
	id, asker, taker helpdesk.ID
	state            string
	at               int64
	mac              []byte
}

func (r *debriefRow) dest() []any { return []any{&r.id, &r.asker, &r.taker, &r.state, &r.at, &r.mac} }

func (r *debriefRow) origin() vault.Context {
	return vault.At("tickets.debrief.origin", r.id, r.asker, r.taker, r.state, r.at)
}

func debriefAt(id, who helpdesk.ID) vault.Context { return vault.At("tickets.debrief", id, who) }

const (
	insertDebrief = `INSERT INTO tickets_debrief (id, asker, taker, state, at, mac) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (asker) DO NOTHING`
	insertListener = `INSERT INTO tickets_listener (debrief, who, body, told, mac) VALUES ($1, $2, $3, $4, $5)`
	selectDebriefs = `SELECT d.id, d.asker, d.taker, d.state, d.at, d.mac, l.body, l.mac FROM tickets_debrief d
		JOIN tickets_listener l ON l.debrief = d.id WHERE l.who = $1 ORDER BY d.at, d.id`
	lockDebrief     = `UPDATE tickets_debrief SET state = state WHERE id = $1 RETURNING id, asker, taker, state, at, mac`
	selectListeners = `SELECT who FROM tickets_listener WHERE debrief = $1 ORDER BY who`
	takeDebrief     = `UPDATE tickets_debrief SET state = $1, taker = $2, mac = $3 WHERE id = $4`
	thinListeners   = `DELETE FROM tickets_listener WHERE debrief = $1 AND who NOT IN ($2, $3)`
	untellListener  = `UPDATE tickets_listener SET told = $1 WHERE debrief = $2 AND who = $3`
	deleteListeners = `DELETE FROM tickets_listener WHERE debrief = $1`
	deleteDebrief   = `DELETE FROM tickets_debrief WHERE id = $1`
)
