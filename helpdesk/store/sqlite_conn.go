package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"

	"modernc.org/sqlite"
)

// sqliteStatements is how many prepared statements a connection keeps. The
// program has a few hundred constants in all; parsing one costs more than
// running it.
const sqliteStatements = 256

// sqliteConnect makes connections of modernc's driver that remember their
// statements.
func sqliteConnect(dsn string, whole bool) func(context.Context) (engineConn, error) {
	inner := &sqlite.Driver{}
	return func(context.Context) (engineConn, error) {
		c, err := inner.Open(dsn)
		if err != nil {
			return nil, err
		}
		return &sqliteConn{sqliteInner: c.(sqliteInner), kept: map[string]driver.Stmt{}, whole: whole}, nil
	}
}

// sqliteInner is what modernc's connection can do.
type sqliteInner interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.SessionResetter
	driver.Validator
}

type sqliteConn struct {
	sqliteInner
	kept  map[string]driver.Stmt
	whole bool
}

func (c *sqliteConn) statement(ctx context.Context, query string) (driver.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s, ok := c.kept[query]; ok {
		return s, nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(c.kept) >= sqliteStatements {
		for old, s := range c.kept { // any one: Go's order is random enough
			delete(c.kept, old)
			s.Close()
			break
		}
	}
	c.kept[query] = s
	return s, nil
}

func (c *sqliteConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 { // a script of a migration, or so rare that keeping it is no use
		return c.sqliteInner.ExecContext(ctx, query, nil)
	}
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.(driver.StmtExecContext).ExecContext(c.watched(ctx), args)
}

// watched is the context a statement runs under. modernc's driver gives each
// one that can end a goroutine of its own, which is a fifth of a look-up. And
// a writing statement that is broken off takes the whole transaction with it,
// which others share.
func (c *sqliteConn) watched(ctx context.Context) context.Context {
	if c.whole || ctx.Value(brief{}) != nil {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// QueryContext returns rows whose Close resets the statement, which ends the
// connection's view of the past: until then no checkpoint can pass it.
func (c *sqliteConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.(driver.StmtQueryContext).QueryContext(c.watched(ctx), args)
}

func (c *sqliteConn) Ping(ctx context.Context) error {
	_, err := c.ExecContext(ctx, "SELECT 1", nil)
	return err
}

func (c *sqliteConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	for deadline := time.Now().Add(writerPatience); ; {
		tx, err := c.sqliteInner.BeginTx(ctx, opts)
		switch {
		case err == nil:
			return tx, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !errors.Is(sqliteFault(err), errBusy), time.Now().After(deadline):
			return nil, err
		}
	}
}

func (c *sqliteConn) Close() error {
	for _, s := range c.kept {
		s.Close()
	}
	c.kept = nil
	return c.sqliteInner.Close()
}
