package branches

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// row is a hand-on as it is stored; its id is the thread's.
type row struct {
	id               helpdesk.ID
	client, org, who []byte
	kind             ReceiptKind
	ticket, team     helpdesk.ID // team: whom it came to first

	noticed, told, due int64
	first, closed      int64
	ended              Ending
	body, mac          []byte
}

// handed is what lies sealed in a row.
type handed struct {
	HandOn HandOn      `json:"handon"`
	Org    helpdesk.ID `json:"org"`
	By     helpdesk.ID `json:"by"`
	Ending string      `json:"ending,omitempty"` // of the card
}

func (h *row) dest() []any {
	return []any{&h.id, &h.client, &h.org, &h.who, &h.kind, &h.ticket, &h.team, &h.noticed, &h.told, &h.due, &h.first, &h.closed, &h.ended, &h.body, &h.mac}
}

func (h *row) origin() vault.Context {
	return vault.At("branches.handon", h.id, string(h.kind), h.ticket, h.team, h.noticed, h.told, h.due, h.first, h.closed, string(h.ended))
}

func (h *row) bodyAt() vault.Context { return vault.At("branches.handon.body", h.id, h.ticket) }

func (d *Desk) vouch(h *row) { h.mac = d.Secrets.Vouch(h.origin(), h.client, h.org, h.who, h.body) }

func (d *Desk) vouched(ctx context.Context, h *row) bool {
	if d.Secrets.Vouched(h.mac, h.origin(), h.client, h.org, h.who, h.body) {
		return true
	}
	d.Journal.Alarm(ctx, "branches_handon", h.id)
	return false
}

func (h *row) open(key vault.Key) (handed, error) {
	var out handed
	plain, err := key.Open(h.bodyAt(), h.body)
	if err != nil || json.Unmarshal(plain, &out) != nil {
		return handed{}, fmt.Errorf("hand-on %s: %w", h.id, helpdesk.ErrNotFound)
	}
	return out, nil
}

// handon reads one; ErrNotFound when there is none of ours.
func (d *Desk) handon(ctx context.Context, r store.Reader, query string, arg any) (*row, error) {
	all, err := d.handons(ctx, r, query, arg)
	if err == nil && len(all) == 0 {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("hand-on: %w", err)
	}
	return all[0], nil
}

func (d *Desk) handons(ctx context.Context, r store.Reader, query string, args ...any) ([]*row, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read hand-ons: %w", err)
	}
	defer rows.Close()
	var out []*row
	for rows.Next() {
		var h row
		if err := rows.Scan(h.dest()...); err != nil {
			return nil, fmt.Errorf("read hand-ons: %w", err)
		}
		if d.vouched(ctx, &h) {
			out = append(out, &h)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read hand-ons: %w", err)
	}
	return out, nil
}

// change writes what moves in a row, which it locks and reads anew.
func (d *Desk) change(ctx context.Context, tx *store.Tx, id helpdesk.ID, f func(*row) error) error {
	if _, err := tx.Exec(ctx, lockHandOn, id); err != nil {
		return fmt.Errorf("hold hand-on %s: %w", id, err)
	}
	h, err := d.handon(ctx, tx, selectHandOn, id)
	if err != nil {
		return err
	}
	if err := f(h); err != nil {
		return err
	}
	d.vouch(h)
	if _, err := tx.Exec(ctx, updateHandOn, h.first, h.closed, string(h.ended), h.mac, id); err != nil {
		return fmt.Errorf("change hand-on %s: %w", id, err)
	}
	return nil
}

// observe lets a row follow its ticket: our first answer, and that it was closed
// or opened again, from when the branch reads for thirty days more.
func (d *Desk) observe(ctx context.Context, h *row) error {
	st, err := d.Tickets.Standing(ctx, d.DB, h.ticket)
	if isNotFound(err) {
		return nil // it is being erased
	}
	if err != nil {
		return err
	}
	first := h.first
	if first == 0 {
		if first, err = d.firstAnswer(ctx, h, st.First); err != nil {
			return err
		}
	}
	if first == h.first && st.Closed == (h.closed > 0) {
		return nil
	}
	var closed time.Time
	if st.Closed {
		if closed, err = d.closedAt(ctx, h.ticket); err != nil {
			return err
		}
	}
	return d.DB.Write(ctx, "follow a ticket", func(tx *store.Tx) error {
		return d.change(ctx, tx, h.id, func(now *row) error {
			if now.first == 0 {
				now.first = first
			}
			now.closed = 0
			if st.Closed {
				now.closed = max(closed.UnixMicro(), now.told)
			}
			*h = *now
			return d.Door.BranchOver(ctx, tx, h.id, closed)
		})
	})
}

// firstAnswer is when we first answered the person, or the branch for them.
func (d *Desk) firstAnswer(ctx context.Context, h *row, toPerson time.Time) (int64, error) {
	var first int64
	if err := d.DB.QueryRow(ctx, selectFirstOurs, h.id, true).Scan(&first); err != nil {
		return 0, fmt.Errorf("first answer in %s: %w", h.id, err)
	}
	if !toPerson.IsZero() {
		if at := max(toPerson.UnixMicro(), h.told); first == 0 || at < first {
			first = at
		}
	}
	return first, nil
}

// closedAt is when a ticket was closed, by the journal; now where it does not say.
func (d *Desk) closedAt(ctx context.Context, ticket helpdesk.ID) (time.Time, error) {
	entries, err := d.Journal.About(ctx, 200, ticket)
	if err != nil {
		return time.Time{}, err
	}
	for i := len(entries) - 1; i >= 0; i-- {
		if entries[i].Verb == "ticket.close" {
			return entries[i].At, nil
		}
	}
	return d.Now(), nil
}

// noteTheirs writes what a branch did about a ticket, and not who of it: the
// accounts of a branch stand beside its name, so that a thief of the journal would
// read from one which branch a ticket is with. Who it was lies sealed in the thread.
func (d *Desk) noteTheirs(ctx context.Context, tx *store.Tx, verb string, ticket helpdesk.ID) error {
	return d.note(ctx, tx, "", verb, ticket)
}

func (d *Desk) note(ctx context.Context, tx *store.Tx, actor helpdesk.ID, verb string, object helpdesk.ID) error {
	return d.Journal.Write(ctx, tx, journal.Entry{At: d.Now(), Actor: actor, Verb: verb, Object: object})
}
