package tickets

import (
	"context"
	"database/sql"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// readerRow is one reader's wrap of one epoch's key.
type readerRow struct {
	conversation helpdesk.ID
	epoch        int64
	kind         string
	reader       helpdesk.ID
	version      int
	form         string
	wrap, mac    []byte
	expires      int64

	// Of a user: what the row calls them, and the ticket it was made for
	// (loan.go). A row from before names them and has its end itself.
	called, ticket helpdesk.ID
}

func (r *readerRow) dest() []any {
	return []any{&r.conversation, &r.epoch, &r.kind, &r.reader, &r.version, &r.form, &r.wrap, &r.mac, &r.expires}
}

func (r *readerRow) values() []any {
	name, expires := r.reader, r.expires
	if r.called != "" {
		name, expires = r.called, 0
	}
	return []any{r.conversation, r.epoch, r.kind, name, r.version, r.form, r.wrap, r.mac, expires}
}

// wrapped is what the wrap is bound to: it opens in no other row.
func (r *readerRow) wrapped() vault.Context {
	return vault.At("tickets.reader", r.conversation, r.epoch, r.kind, r.reader, r.version)
}

// origin is what our MAC on the row speaks for, besides the wrap itself.
func (r *readerRow) origin() vault.Context {
	return vault.At("tickets.reader.origin", r.conversation, r.epoch, r.kind, r.reader, r.version, r.form, r.expires)
}

func (d *Desk) vouchedReader(r *readerRow) bool {
	return d.secrets.Vouched(r.mac, r.origin(), r.wrap)
}

// counts tells whether the reader may be sealed to: of a kind we know, vouched
// for, not expired.
func (d *Desk) counts(ctx context.Context, r *readerRow) bool {
	known := r.kind == teamReader || r.kind == personReader || r.kind == userReader
	if !known || !d.vouchedReader(r) {
		d.alarm(ctx, "reader", r.conversation)
		return false
	}
	return r.expires == 0 || r.expires > d.now().UnixMicro()
}

// seat is a reader to be given a wrap.
type seat struct {
	kind    string
	reader  helpdesk.ID
	expires int64
	key     *vault.InsideKey // where the caller has a newer one in hand than the database
	pair    *vault.Pair      // where the caller has the reader's own in hand
}

func (r *readerRow) seat() seat { return seat{kind: r.kind, reader: r.reader, expires: r.expires} }

// readerFor wraps a key to a reader: settled where their pair is in hand,
// blind otherwise. h is nil where nobody is here.
func (d *Desk) readerFor(ctx context.Context, r store.Reader, h holder, c *talk, epoch int64, to seat, key vault.Key) (*readerRow, error) {
	row := &readerRow{conversation: c.id, epoch: epoch, kind: to.kind, reader: to.reader, expires: to.expires, ticket: c.ticket}
	if to.kind == userReader {
		row.called = d.nameAt(c, to.kind, to.reader)
	}
	if to.pair == nil && to.key == nil && h != nil {
		if pair, ok := h.present(to.kind, to.reader); ok {
			to.pair = pair
		}
	}
	if to.pair != nil {
		row.version, row.form = to.pair.ID().Version, formSettled
		row.wrap = to.pair.Wrap(row.wrapped(), key)
		row.mac = d.secrets.Vouch(row.origin(), row.wrap)
		return row, nil
	}
	if to.key == nil {
		public, err := d.publicKey(ctx, r, to.kind, to.reader)
		if err != nil {
			return nil, fmt.Errorf("key of %s %s: %w", to.kind, to.reader, err)
		}
		to.key = &public
	}
	var err error
	row.version, row.form = to.key.ID.Version, formBlind
	if row.wrap, err = to.key.Wrap(row.wrapped(), key); err != nil {
		return nil, fmt.Errorf("wrap to %s %s: %w", to.kind, to.reader, err)
	}
	row.mac = d.secrets.Vouch(row.origin(), row.wrap)
	return row, nil
}

func (d *Desk) insertReaders(ctx context.Context, tx *store.Tx, rows []*readerRow) error {
	if len(rows) == 0 {
		return nil
	}
	const width = 9
	args := make([]any, 0, width*len(rows))
	lent := map[helpdesk.ID]bool{}
	for _, r := range rows {
		args = append(args, r.values()...)
		if r.called == "" || lent[r.called] {
			continue
		}
		lent[r.called] = true
		if err := d.keepLoan(ctx, tx, r); err != nil {
			return err
		}
	}
	if err := tx.Later(ctx, insertReaders+store.Tuples(len(rows), width, 1), args...); err != nil {
		return fmt.Errorf("add readers: %w", err)
	}
	return nil
}

// readers returns all reader rows of the conversations, of every epoch.
func (d *Desk) readers(ctx context.Context, r store.Reader, conversations ...helpdesk.ID) ([]*readerRow, error) {
	if len(conversations) == 0 {
		return nil, nil
	}
	rows, err := r.Query(ctx, selectReaders+store.Places(len(conversations), 1)+") ORDER BY conversation, epoch, reader", anys(conversations)...)
	if err != nil {
		return nil, fmt.Errorf("read the readers: %w", err)
	}
	defer rows.Close()
	var out []*readerRow
	for rows.Next() {
		var row readerRow
		if err := rows.Scan(row.dest()...); err != nil {
			return nil, fmt.Errorf("read the readers: %w", err)
		}
		out = append(out, &row)
	}
	if err := finish(rows, "read the readers"); err != nil {
		return nil, err
	}
	return d.named(ctx, r, out)
}

func finish(rows *sql.Rows, what string) error {
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func anys(ids []helpdesk.ID) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}
