package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// laterBytes is how much may wait in memory before it goes out unasked.
const laterBytes = 1 << 20

// pending are the statements that have not been sent: BEGIN, and those of
// Tx.Later and Tx.Ahead.
type pending struct {
	batch  *pgx.Batch
	to     [][]any // where the answers of Ahead go; at the statement's place
	size   int
	begins bool // BEGIN is among them
}

func (p *pending) add(query string, args []any, to ...any) {
	if p.batch == nil {
		p.batch = &pgx.Batch{}
	}
	for _, a := range args {
		switch v := a.(type) {
		case []byte:
			p.size += len(v)
		case string:
			p.size += len(v)
		}
	}
	p.batch.Queue(query, args...)
	p.to = append(p.to, to)
}

func (p *pending) forget() { *p = pending{} }

// answers are those of a batch that went out in one round trip. After the first
// statement that fails the server passes over the rest.
type answers struct {
	pgx.BatchResults
	ctx    context.Context // of the caller
	of     *postgresConn
	to     [][]any
	left   int
	begins bool
}

// send sends what waits.
func (c *postgresConn) send(ctx context.Context) *answers {
	p := c.pending
	c.pending.forget()
	return &answers{c.Conn.Conn().SendBatch(ctx, p.batch), ctx, c, p.to, p.batch.Len(), p.begins}
}

// skip reads the answers up to the last n.
func (a *answers) skip(n int) error {
	for ; a.left > n; a.left-- {
		if err := a.next(a.to[len(a.to)-a.left]); err != nil {
			return a.end(err)
		}
	}
	return nil
}

// next reads one answer, to where it goes.
func (a *answers) next(to []any) error {
	if to == nil {
		_, err := a.Exec()
		return err
	}
	err := a.QueryRow().Scan(to...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

// last reads the last answer.
func (a *answers) last() (pgconn.CommandTag, error) {
	if err := a.skip(1); err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := a.Exec()
	if err := a.end(err); err != nil {
		return pgconn.CommandTag{}, err
	}
	return tag, nil
}

func (a *answers) end(err error) error {
	if closed := a.Close(); err == nil {
		err = closed
	}
	if err != nil && a.begins && !a.of.IsValid() && a.ctx.Err() == nil {
		return lostAtBegin{err}
	}
	return err
}

// lostAtBegin: the connection died before anything of the transaction could be
// committed, as all do when the server restarts.
type lostAtBegin struct{ error }

func (l lostAtBegin) Unwrap() error { return l.error }

// flush has all that waits answered.
func (c *postgresConn) flush(ctx context.Context) error {
	if c.pending.batch == nil {
		return nil
	}
	_, err := c.send(ctx).last()
	return err
}

// ExecContext lets a statement of Tx.Later wait; any other goes out together
// with those that do.
func (c *postgresConn) ExecContext(ctx context.Context, query string, named []driver.NamedValue) (driver.Result, error) {
	to, waits := ctx.Value(later{}).([]any)
	if !waits && len(named) == 0 { // may be several in one text, as in migrations
		if err := c.flush(ctx); err != nil {
			return nil, err
		}
	}
	if !waits && c.pending.batch == nil {
		return c.Conn.ExecContext(ctx, query, named)
	}
	c.pending.add(query, values(named), to...)
	if waits {
		if c.pending.size < laterBytes {
			return driver.RowsAffected(0), nil
		}
		return driver.RowsAffected(0), c.flush(ctx)
	}
	tag, err := c.send(ctx).last()
	return driver.RowsAffected(tag.RowsAffected()), err
}

// QueryContext sends what waits along with the question.
func (c *postgresConn) QueryContext(ctx context.Context, query string, named []driver.NamedValue) (driver.Rows, error) {
	if c.pending.batch == nil {
		rows, err := c.Conn.QueryContext(ctx, query, named)
		if err != nil && c.reader {
			return nil, c.harmless(ctx, err)
		}
		return rows, err
	}
	c.pending.add(query, values(named))
	a := c.send(ctx)
	if err := a.skip(1); err != nil {
		return nil, err
	}
	rows, err := a.Query()
	if err != nil {
		return nil, a.end(err)
	}
	return &batchRows{rows, a}, nil
}

func values(named []driver.NamedValue) []any {
	args := make([]any, len(named))
	for i, a := range named {
		args[i] = a.Value
	}
	return args
}

// batchRows are the rows of a batch's last statement.
type batchRows struct {
	rows pgx.Rows
	of   *answers
}

func (r *batchRows) Columns() []string {
	fields := r.rows.FieldDescriptions()
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

func (r *batchRows) Next(dest []driver.Value) error {
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return io.EOF
	}
	all, err := r.rows.Values()
	if err != nil {
		return err
	}
	for i, v := range all {
		if dest[i], err = plain(v); err != nil {
			return err
		}
	}
	return nil
}

func (r *batchRows) Close() error {
	r.rows.Close()
	return r.of.end(r.rows.Err())
}

// plain is a value as database/sql wants it.
func plain(v any) (driver.Value, error) {
	switch n := v.(type) {
	case int32:
		return int64(n), nil
	case int16:
		return int64(n), nil
	case driver.Valuer: // NUMERIC, which sums are
		return n.Value()
	}
	return v, nil
}
