package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// engineConn is what a connection of either engine's own driver can do.
type engineConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter // answers driver.ErrBadConn or nothing
	driver.Validator
}

// connector makes an engine's connections and has every error they return
// reduced by fault, so that database/sql, which keeps and quotes errors, never
// holds one that tells a value. What an engine must do otherwise than its
// driver does stands below this, in sqlite_conn.go and postgres_conn.go.
type connector struct {
	connect func(context.Context) (engineConn, error)
	fault   func(error) error // keeps driver.ErrBadConn where the engine means it
}

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.connect(ctx)
	if err != nil {
		return nil, c.fault(err)
	}
	return &conn{engineConn: inner, fault: c.fault}, nil
}

// Driver and Open are there because database/sql wants them; it opens a
// connector's connections by Connect alone.
func (c *connector) Driver() driver.Driver { return c }

func (c *connector) Open(string) (driver.Conn, error) {
	return nil, errors.New("store: connections come from the connector")
}

// conn has no NamedValueChecker: database/sql turns arguments into the few
// types of driver.Value, the same on both engines.
type conn struct {
	engineConn
	fault func(error) error
	open  bool // rows are being read
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if c.open {
		return nil, errRowsOpen
	}
	result, err := c.engineConn.ExecContext(ctx, query, args)
	if err != nil {
		return nil, c.fault(err)
	}
	return result, nil
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.open {
		return nil, errRowsOpen
	}
	inner, err := c.engineConn.QueryContext(ctx, query, args)
	if err != nil {
		return nil, c.fault(err)
	}
	c.open = true
	return &rows{inner: inner, conn: c}, nil
}

func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	inner, err := c.engineConn.BeginTx(ctx, opts)
	if err != nil {
		return nil, c.fault(err)
	}
	return &transaction{inner: inner, fault: c.fault}, nil
}

func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

func (c *conn) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New("store: statements are kept by the connection itself")
}

func (c *conn) Ping(ctx context.Context) error { return c.fault(c.engineConn.Ping(ctx)) }
func (c *conn) Close() error                   { return c.fault(c.engineConn.Close()) }

type transaction struct {
	inner driver.Tx
	fault func(error) error
}

func (t *transaction) Commit() error   { return t.fault(t.inner.Commit()) }
func (t *transaction) Rollback() error { return t.fault(t.inner.Rollback()) }

type rows struct {
	inner driver.Rows
	conn  *conn
}

func (r *rows) Columns() []string { return r.inner.Columns() }

func (r *rows) Next(dest []driver.Value) error {
	err := r.inner.Next(dest)
	if err == io.EOF {
		return io.EOF
	}
	return r.conn.fault(err)
}

func (r *rows) Close() error {
	r.conn.open = false
	return r.conn.fault(r.inner.Close())
}
