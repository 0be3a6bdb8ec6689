package store

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgresConnect makes connections of pgx's database/sql driver, which keep
// their prepared statements themselves. Those of a reader can't write.
//
// Against a driver of our own over pgx's core, in 110 runs by turns, a one-row
// transaction took as long and a page of 20 rows 6 % longer: pgx's copies a
// value before database/sql does, about 2 µs a row of 2 kB. Not worth 200
// lines.
func postgresConnect(config *pgx.ConnConfig, reader bool) func(context.Context) (engineConn, error) {
	inner := stdlib.GetConnector(*config)
	return func(ctx context.Context) (engineConn, error) {
		c, err := inner.Connect(ctx)
		if err != nil {
			return nil, err
		}
		return &postgresConn{Conn: c.(*stdlib.Conn), reader: reader}, nil
	}
}

type postgresConn struct {
	*stdlib.Conn
	reader  bool
	pending pending
}

// IsValid lets database/sql drop a connection that an error or an ended
// context has closed.
func (c *postgresConn) IsValid() bool { return !c.Conn.Conn().IsClosed() }

// harmless is the error of a statement that changed nothing. When its
// connection died meanwhile, as all do when the server restarts, database/sql
// may try again on another.
func (c *postgresConn) harmless(ctx context.Context, err error) error {
	if !c.IsValid() && ctx.Err() == nil {
		return driver.ErrBadConn
	}
	return err
}

// BeginTx lets BEGIN wait for the first statement and go out with it: most
// transactions are short, and each round trip is a good part of them. It goes
// past the driver's own, which would have the caller's context cut COMMIT short
// and leave open what became of it. The isolation is named, because a server's
// default may be another.
func (c *postgresConn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	if !c.IsValid() {
		return nil, driver.ErrBadConn
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.pending.forget()
	c.pending.add("begin isolation level read committed", nil)
	c.pending.begins = true
	return postgresTx{c}, nil
}

type postgresTx struct{ conn *postgresConn }

// Commit takes along the statements that wait. COMMIT stands last: when one of
// them fails, the server passes over it. Only after BEGIN was answered: a
// connection that turns out to be dead must leave no doubt whether something
// was committed.
func (t postgresTx) Commit() error {
	c := t.conn
	return end(func(ctx context.Context) error {
		if c.pending.begins {
			if c.pending.batch.Len() == 1 {
				c.pending.forget() // nothing was done
				return nil
			}
			if err := c.flush(ctx); err != nil {
				c.undo(ctx)
				return err
			}
		}
		c.pending.add("commit", nil)
		tag, err := c.send(ctx).last()
		if err != nil {
			c.undo(ctx)
			return err
		}
		if tag.String() == "ROLLBACK" {
			return pgx.ErrTxCommitRollback
		}
		return nil
	})
}

func (t postgresTx) Rollback() error {
	begun := !t.conn.pending.begins
	t.conn.pending.forget()
	if !begun {
		return nil
	}
	return end(t.conn.undo)
}

// undo rolls back. Where that fails the connection ends, and the transaction
// with it.
func (c *postgresConn) undo(ctx context.Context) error {
	if !c.IsValid() {
		return driver.ErrBadConn
	}
	_, err := c.Conn.Conn().Exec(ctx, "rollback")
	if err != nil {
		c.Conn.Conn().Close(ctx)
	}
	return err
}

func end(how func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return how(ctx)
}
