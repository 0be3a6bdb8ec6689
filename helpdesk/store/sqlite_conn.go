package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"time"

	"modernc.org/sqlite"
)

// sqliteStatements is how many prepared statements a connection keeps. The
// program has a few hundred constants in all; parsing one costs more than
// running it.
const sqliteStatements = 256

// sqliteConnector makes connections of modernc's driver that remember their
// statements and report faults.
type sqliteConnector struct {
	dsn    string
	driver sqlite.Driver
}

func (c *sqliteConnector) Driver() driver.Driver { return &c.driver }

func (c *sqliteConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, sqliteFault(err)
	}
	return &sqliteConn{inner: conn.(sqliteInner), kept: map[string]driver.Stmt{}}, nil
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
	inner sqliteInner
	kept  map[string]driver.Stmt
	open  bool // rows are being read
}

func (c *sqliteConn) statement(ctx context.Context, query string) (driver.Stmt, error) {
	if c.open {
		return nil, errRowsOpen
	}
	if s, ok := c.kept[query]; ok {
		return s, nil
	}
	s, err := c.inner.PrepareContext(ctx, query)
	if err != nil {
		return nil, sqliteFault(err)
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
		if c.open {
			return nil, errRowsOpen
		}
		result, err := c.inner.ExecContext(ctx, query, nil)
		return result, sqliteFault(err)
	}
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := s.(driver.StmtExecContext).ExecContext(ctx, args)
	return result, sqliteFault(err)
}

func (c *sqliteConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, sqliteFault(err)
	}
	c.open = true
	return &sqliteRows{inner: rows, conn: c}, nil
}

func (c *sqliteConn) Ping(ctx context.Context) error {
	_, err := c.ExecContext(ctx, "SELECT 1", nil)
	return err
}

func (c *sqliteConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	for deadline := time.Now().Add(writerPatience); ; {
		tx, err := c.inner.BeginTx(ctx, opts)
		if err == nil {
			return sqliteTx{tx}, nil
		}
		err = sqliteFault(err)
		switch {
		case ctx.Err() != nil:
			return nil, fact(ctx.Err())
		case !errors.Is(err, errBusy), time.Now().After(deadline):
			return nil, err
		}
	}
}

func (c *sqliteConn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

func (c *sqliteConn) Prepare(query string) (driver.Stmt, error) {
	return nil, errors.New("store: statements are kept by the connection itself")
}

func (c *sqliteConn) ResetSession(ctx context.Context) error { return c.inner.ResetSession(ctx) }
func (c *sqliteConn) IsValid() bool                          { return c.inner.IsValid() }

func (c *sqliteConn) Close() error {
	for _, s := range c.kept {
		s.Close()
	}
	c.kept = nil
	return sqliteFault(c.inner.Close())
}

type sqliteTx struct{ inner driver.Tx }

func (t sqliteTx) Commit() error   { return sqliteFault(t.inner.Commit()) }
func (t sqliteTx) Rollback() error { return sqliteFault(t.inner.Rollback()) }

type sqliteRows struct {
	inner driver.Rows
	conn  *sqliteConn
}

func (r *sqliteRows) Columns() []string { return r.inner.Columns() }

func (r *sqliteRows) Next(dest []driver.Value) error {
	err := r.inner.Next(dest)
	if err == io.EOF {
		return io.EOF
	}
	return sqliteFault(err)
}

// Close resets the statement, which ends the connection's view of the past:
// until then no checkpoint can pass it.
func (r *sqliteRows) Close() error {
	r.conn.open = false
	return sqliteFault(r.inner.Close())
}
