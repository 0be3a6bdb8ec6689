package branches

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// debriefWords is how many characters a request may have.
const debriefWords = 500

// How far a request has come.
const (
	debriefAsked = "asked"
	debriefTaken = "taken"
	debriefEnded = "ended"
)

type debriefRow struct {
	id       helpdesk.ID
	org, who []byte
	team     helpdesk.ID
	state    string
	taker    helpdesk.ID
	at       int64
	sealed   []byte // nil once it has ended
	mac      []byte
}

type debriefBody struct {
	Org   helpdesk.ID `json:"org"`
	By    helpdesk.ID `json:"by"`
	When  string      `json:"when"`
	Words string      `json:"words,omitempty"`
}

func (b *debriefRow) dest() []any {
	return []any{&b.id, &b.org, &b.who, &b.team, &b.state, &b.taker, &b.at, &b.sealed, &b.mac}
}

func (b *debriefRow) origin() vault.Context {
	return vault.At("branches.debrief.origin", b.id, b.team, b.state, b.taker, b.at)
}

func (b *debriefRow) bodyAt() vault.Context { return vault.At("branches.debrief", b.id) }

func (d *Desk) vouchDebrief(b *debriefRow) {
	b.mac = d.Secrets.Vouch(b.origin(), b.org, b.who, b.sealed)
}

func (d *Desk) debriefs(ctx context.Context, r store.Reader, query string, args ...any) ([]*debriefRow, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read who asks to talk: %w", err)
	}
	defer rows.Close()
	var out []*debriefRow
	for rows.Next() {
		var b debriefRow
		if err := rows.Scan(b.dest()...); err != nil {
			return nil, fmt.Errorf("read who asks to talk: %w", err)
		}
		if !d.Secrets.Vouched(b.mac, b.origin(), b.org, b.who, b.sealed) {
			d.Journal.Alarm(ctx, "branches_debrief", b.id)
			continue
		}
		out = append(out, &b)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read who asks to talk: %w", err)
	}
	return out, nil
}

// HowAreYou asks for somebody to talk with after a hard time; when is one of
// tickets.DebriefNow, DebriefDay, DebriefWeek. Refusals "debrief.when",
// "debrief.words", "debrief.already".
func (d *Desk) HowAreYou(ctx context.Context, o *staff.Outsider, when, words string) error {
	if err := works(o); err != nil {
		return err
	}
	words = strings.TrimSpace(words)
	if !slices.Contains([]string{tickets.DebriefNow, tickets.DebriefDay, tickets.DebriefWeek}, when) {
		return helpdesk.Refuse("debrief.when")
	}
	if utf8.RuneCountInString(words) > debriefWords {
		return helpdesk.Refuse("debrief.words", debriefWords)
	}
	team, err := d.team(ctx)
	if err != nil {
		return err
	}
	plain, err := json.Marshal(debriefBody{o.Org, o.User.ID, when, words})
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, "ask to talk", func(tx *store.Tx) error {
		open, err := d.debriefs(ctx, tx, selectDebriefOf, d.whoMark(o.User.ID))
		if err != nil {
			return err
		}
		if len(open) > 0 {
			return helpdesk.Refuse("debrief.already")
		}
		key := vault.NewKey()
		b := debriefRow{id: helpdesk.NewID(), org: d.orgMark(o.Org), who: d.whoMark(o.User.ID), team: team, state: debriefAsked, at: d.Now().UnixMicro()}
		b.sealed = key.Seal(b.bodyAt(), plain)
		d.vouchDebrief(&b)
		if _, err := tx.Exec(ctx, insertDebrief, b.id, b.org, b.who, b.team, b.state, b.taker, b.at, b.sealed, b.mac); err != nil {
			return fmt.Errorf("ask to talk: %w", err)
		}
		d.ring(tx, TopicBranch, o.Org)
		return d.giveTeam(ctx, tx, b.id, team, key)
	})
}

// HowAmI is the volunteer's own open request, without its words; false for none.
func (d *Desk) HowAmI(ctx context.Context, o *staff.Outsider) (Debrief, bool, error) {
	if err := works(o); err != nil {
		return Debrief{}, false, err
	}
	open, err := d.debriefs(ctx, d.DB, selectDebriefOf, d.whoMark(o.User.ID))
	if err != nil || len(open) == 0 {
		return Debrief{}, false, err
	}
	b := open[0]
	return Debrief{ID: b.id, Org: o.Org, By: o.User.ID, At: time.UnixMicro(b.at), Taker: b.taker}, true, nil
}

// Debriefs lists the volunteers who ask to talk, for the counsellors' team.
func (d *Desk) Debriefs(ctx context.Context, s *staff.Session) ([]Debrief, error) {
	rows, err := d.debriefs(ctx, d.DB, selectDebriefs)
	if err != nil {
		return nil, err
	}
	out := []Debrief{}
	for _, b := range rows {
		key, err := d.teamKey(ctx, d.DB, s, b.id)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var body debriefBody
		plain, err := key.Open(b.bodyAt(), b.sealed)
		if err != nil || json.Unmarshal(plain, &body) != nil {
			d.Journal.Alarm(ctx, "branches_debrief", b.id)
			continue
		}
		out = append(out, Debrief{ID: b.id, Org: body.Org, By: body.By, When: body.When, Words: body.Words, At: time.UnixMicro(b.at), Taker: b.taker})
	}
	return out, nil
}

// TakeDebrief promises to talk with them. ErrConflict when somebody was faster.
func (d *Desk) TakeDebrief(ctx context.Context, s *staff.Session, id helpdesk.ID) error {
	return d.turnDebrief(ctx, s, id, func(b *debriefRow) error {
		if b.state != debriefAsked {
			return helpdesk.ErrConflict
		}
		b.state, b.taker = debriefTaken, s.User.ID
		return nil
	})
}

// EndDebrief says that it was held. Nothing of it stays but that it was.
func (d *Desk) EndDebrief(ctx context.Context, s *staff.Session, id helpdesk.ID) error {
	return d.turnDebrief(ctx, s, id, func(b *debriefRow) error {
		b.state, b.sealed = debriefEnded, nil
		return nil
	})
}

func (d *Desk) turnDebrief(ctx context.Context, s *staff.Session, id helpdesk.ID, turn func(*debriefRow) error) error {
	if _, err := d.teamKey(ctx, d.DB, s, id); err != nil {
		return err
	}
	return d.DB.Write(ctx, "answer who asks to talk", func(tx *store.Tx) error {
		return d.saveDebrief(ctx, tx, selectDebrief, id, turn)
	})
}

func (d *Desk) saveDebrief(ctx context.Context, tx *store.Tx, query string, arg any, turn func(*debriefRow) error) error {
	rows, err := d.debriefs(ctx, tx, query, arg)
	if err == nil && len(rows) == 0 {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("answer who asks to talk: %w", err)
	}
	b := rows[0]
	was := b.state
	if err := turn(b); err != nil {
		return fmt.Errorf("answer who asks to talk: %w", err)
	}
	d.vouchDebrief(b)
	n, err := tx.Exec(ctx, updateDebrief, b.state, b.taker, b.sealed, b.mac, b.id, was)
	if err == nil && n == 0 {
		err = helpdesk.ErrConflict
	}
	if err != nil {
		return fmt.Errorf("answer who asks to talk: %w", err)
	}
	if b.state == debriefEnded {
		_, err = tx.Exec(ctx, deleteKeys, b.id)
	}
	return err
}

// DropDebrief takes the volunteer's own request back; none is no error.
func (d *Desk) DropDebrief(ctx context.Context, o *staff.Outsider) error {
	if err := works(o); err != nil {
		return err
	}
	err := d.DB.Write(ctx, "want no talk", func(tx *store.Tx) error {
		return d.saveDebrief(ctx, tx, selectDebriefOf, d.whoMark(o.User.ID), func(b *debriefRow) error {
			b.state, b.sealed = debriefEnded, nil
			return nil
		})
	})
	if isNotFound(err) {
		return nil
	}
	return err
}
