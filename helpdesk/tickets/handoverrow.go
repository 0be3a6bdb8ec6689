package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

const passedColumns = `id, ticket, kind, giver, taker_kind, taker, version, body, own, until, mac, about`

const (
	insertPassed = `INSERT INTO tickets_passed (` + passedColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	selectPassed = `SELECT ` + passedColumns + ` FROM tickets_passed WHERE ticket IN ($1, $2) ORDER BY id`
	lockPassed   = `UPDATE tickets_passed SET id = id WHERE id = $1 AND ticket IN ($2, $3) RETURNING ` + passedColumns
	emptyPassed  = `UPDATE tickets_passed SET body = $1, until = $2, mac = $3 WHERE id = $4`
	deletePassed = `DELETE FROM tickets_passed WHERE id = $1`
	// What was taken is remembered until its giver can't take the hand-over back
	// any more. The empty body is the first argument.
	lapsePassed = `DELETE FROM tickets_passed WHERE body = $1 AND until <= $2`
	erasePassed = `DELETE FROM tickets_passed WHERE ticket = $1`
)

// passedRow is a draft on its way from one colleague to another.
type passedRow struct {
	id, ticket helpdesk.ID
	kind       Kind
	giver      helpdesk.ID
	takerKind  string
	taker      helpdesk.ID
	version    int
	body, own  []byte
	until      int64
	mac, about []byte
}

func (r *passedRow) dest() []any {
	return []any{&r.id, &r.ticket, &r.kind, &r.giver, &r.takerKind, &r.taker, &r.version, &r.body, &r.own, &r.until, &r.mac, &r.about}
}

// place is what the draft is bound to, on either side.
func (r *passedRow) place(side string) vault.Context {
	return vault.At("tickets.passed."+side, r.id, r.ticket, string(r.kind), r.giver, r.takerKind, r.taker)
}

func (r *passedRow) at() vault.Context { return vault.At("tickets.passed", r.id) }

func (r *passedRow) origin() vault.Context {
	return vault.At("tickets.passed.origin", r.id, r.ticket, string(r.kind), r.giver, r.takerKind, r.taker, r.version, r.until)
}

func (d *Desk) vouchPassed(r *passedRow) { r.mac = d.secrets.Vouch(r.origin(), r.body, r.own) }

// lockPassed reads a draft on its way and keeps others from it.
func (d *Desk) lockPassed(ctx context.Context, tx *store.Tx, ticket, passed helpdesk.ID) (*passedRow, error) {
	var r passedRow
	mark, id := d.calls(ticket)
	if err := tx.QueryRow(ctx, lockPassed, passed, mark, id).Scan(r.dest()...); err != nil {
		return nil, fmt.Errorf("draft %s: %w", passed, err)
	}
	r.ticket = ticket // our MAC says whether it is
	if !d.secrets.Vouched(r.mac, r.origin(), r.body, r.own) {
		d.alarm(ctx, "passed", r.id)
		return nil, fmt.Errorf("draft %s: %w", passed, helpdesk.ErrNotFound)
	}
	return &r, nil
}

func (d *Desk) passedRows(ctx context.Context, r store.Reader, ticket helpdesk.ID) ([]*passedRow, error) {
	mark, id := d.calls(ticket)
	rows, err := r.Query(ctx, selectPassed, mark, id)
	if err != nil {
		return nil, fmt.Errorf("drafts handed over in %s: %w", ticket, err)
	}
	defer rows.Close()
	var out []*passedRow
	for rows.Next() {
		var row passedRow
		if err := rows.Scan(row.dest()...); err != nil {
			return nil, fmt.Errorf("drafts handed over in %s: %w", ticket, err)
		}
		row.ticket = ticket
		// Words somebody else put there are nobody's draft.
		if !d.secrets.Vouched(row.mac, row.origin(), row.body, row.own) {
			d.alarm(ctx, "passed", row.id)
			continue
		}
		out = append(out, &row)
	}
	return out, finish(rows, "drafts handed over")
}

// openPassed opens a draft for whom it went to or who wrote it; ErrDenied for
// others, and where it was sealed to a key its taker has no more.
func (d *Desk) openPassed(ctx context.Context, s *staff.Session, r *passedRow) (Draft, error) {
	var plain []byte
	var err error
	if r.giver == s.User.ID {
		plain, err = s.Own().Open(r.place("giver"), r.own)
	} else {
		pair, none := (colleague{s}).pair(r.takerKind, r.taker, r.version)
		if none != nil {
			return Draft{}, fmt.Errorf("draft %s: %w", r.id, helpdesk.ErrDenied)
		}
		plain, err = pair.Open(r.place("taker"), r.body)
	}
	if err != nil {
		d.alarm(ctx, "passed", r.id)
		return Draft{}, fmt.Errorf("open draft %s: %w", r.id, helpdesk.ErrDenied)
	}
	var out Draft
	if json.Unmarshal(plain, &out) != nil {
		return Draft{}, errors.New("decode a draft: not what was sealed")
	}
	out.Kind = r.kind
	return out, nil
}
