package store

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"
)

// laterBytes is how much may wait in memory before it goes out unasked.
const laterBytes = 1 << 20

// pending are the statements of Tx.Later that have not been sent.
type pending struct {
	batch *pgx.Batch
	size  int
}

func (p *pending) add(query string, named []driver.NamedValue) {
	if p.batch == nil {
		p.batch = &pgx.Batch{}
	}
	args := make([]any, len(named))
	for i, a := range named {
		args[i] = a.Value
		switch v := a.Value.(type) {
		case []byte:
			p.size += len(v)
		case string:
			p.size += len(v)
		}
	}
	p.batch.Queue(query, args...)
}

func (p *pending) forget() { *p = pending{} }

// send has them all answered in one round trip. After the first that fails the
// server passes over the rest.
func (p *pending) send(ctx context.Context, to *pgx.Conn) error {
	if p.batch == nil {
		return nil
	}
	batch := p.batch
	p.forget()
	return to.SendBatch(ctx, batch).Close()
}

// ExecContext lets a statement of Tx.Later wait; any other goes out behind
// those that do.
func (c *postgresConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if ctx.Value(later{}) == nil {
		if err := c.pending.send(ctx, c.Conn.Conn()); err != nil {
			return nil, err
		}
		return c.Conn.ExecContext(ctx, query, args)
	}
	c.pending.add(query, args)
	if c.pending.size < laterBytes {
		return driver.RowsAffected(0), nil
	}
	return driver.RowsAffected(0), c.pending.send(ctx, c.Conn.Conn())
}
