package store

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// postgresConnector makes connections of pgx, which keep their prepared
// statements themselves, and reports faults. It stands on pgx's core and not
// on its database/sql layer, so that no error passes unreduced.
type postgresConnector struct {
	config *pgx.ConnConfig
	reader bool // its connections can't write
}

func (c *postgresConnector) Driver() driver.Driver { return postgresDriver{} }

func (c *postgresConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, c.config)
	if err != nil {
		if err = postgresFault(err); err == driver.ErrBadConn {
			err = &fault{facts: []error{ErrUnavailable}, code: "connect"}
		}
		return nil, err
	}
	return &postgresConn{conn: conn, reader: c.reader, used: time.Now()}, nil
}

type postgresDriver struct{}

func (postgresDriver) Open(string) (driver.Conn, error) {
	return nil, errors.New("store: connections come from the connector")
}

type postgresConn struct {
	conn   *pgx.Conn
	reader bool
	used   time.Time
	open   bool // rows are being read
}

// alive lets database/sql drop a connection that an error or an ended context
// has closed.
func (c *postgresConn) alive() error {
	if c.conn.IsClosed() {
		return driver.ErrBadConn
	}
	return nil
}

// ready refuses a statement that pgx would answer with a broken connection.
func (c *postgresConn) ready() error {
	if c.open {
		return errRowsOpen
	}
	return c.alive()
}

func (c *postgresConn) IsValid() bool { return c.alive() == nil }

// ResetSession runs before a pooled connection is used again. One that lay
// idle may have died with its server; a ping costs less than a lost request.
func (c *postgresConn) ResetSession(ctx context.Context) error {
	if c.alive() != nil || c.conn.PgConn().TxStatus() != 'I' {
		return driver.ErrBadConn
	}
	now := time.Now()
	if now.Sub(c.used) > time.Second && c.conn.PgConn().Ping(ctx) != nil {
		return driver.ErrBadConn
	}
	c.used = now
	return nil
}

func (c *postgresConn) Ping(ctx context.Context) error {
	if err := c.alive(); err != nil {
		return err
	}
	return postgresFault(c.conn.Ping(ctx))
}

func (c *postgresConn) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return postgresFault(c.conn.Close(ctx))
}

func (c *postgresConn) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New("store: statements are kept by the connection itself")
}

func (c *postgresConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.ready(); err != nil {
		return nil, err
	}
	tag, err := c.conn.Exec(ctx, query, values(args)...)
	if err != nil {
		return nil, postgresFault(err)
	}
	return driver.RowsAffected(tag.RowsAffected()), nil
}

func (c *postgresConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.ready(); err != nil {
		return nil, err
	}
	rows, err := c.conn.Query(ctx, query, values(args)...)
	if err != nil {
		return nil, c.asked(ctx, err)
	}
	// The columns are known once the first row is asked for.
	r := &postgresRows{rows: rows, conn: c, first: true, more: rows.Next()}
	if err := rows.Err(); err != nil {
		rows.Close()
		return nil, c.asked(ctx, err)
	}
	c.open = true
	return r, nil
}

// asked reduces the error of a question that has not answered yet. When its
// connection died meanwhile, as all do when the server restarts, database/sql
// may ask again on another: a reader changes nothing, a BEGIN neither.
func (c *postgresConn) asked(ctx context.Context, err error) error {
	if c.reader && c.conn.IsClosed() && ctx.Err() == nil {
		return driver.ErrBadConn
	}
	return postgresFault(err)
}

func values(args []driver.NamedValue) []any {
	list := make([]any, len(args))
	for i, a := range args {
		list[i] = a.Value
	}
	return list
}

func (c *postgresConn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

func (c *postgresConn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	if err := c.alive(); err != nil {
		return nil, err
	}
	// Named here, because a server's default may be another.
	if _, err := c.conn.Exec(ctx, "BEGIN ISOLATION LEVEL READ COMMITTED"); err != nil {
		if c.conn.IsClosed() && ctx.Err() == nil {
			return nil, driver.ErrBadConn // see asked
		}
		return nil, postgresFault(err)
	}
	return &postgresTx{c.conn}, nil
}

type postgresTx struct{ conn *pgx.Conn }

// Commit reports a transaction that a failed statement had already ended:
// PostgreSQL answers COMMIT with ROLLBACK then, and with no error.
func (t *postgresTx) Commit() error {
	tag, err := t.end("COMMIT")
	if err != nil {
		return err
	}
	if tag.String() == "ROLLBACK" {
		return &fault{code: "25P02", where: "a statement before had failed"}
	}
	return nil
}

func (t *postgresTx) Rollback() error {
	_, err := t.end("ROLLBACK")
	return err
}

func (t *postgresTx) end(word string) (pgconn.CommandTag, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tag, err := t.conn.Exec(ctx, word)
	if err = postgresFault(err); err == driver.ErrBadConn {
		err = &fault{facts: []error{ErrUnavailable}, code: "connection"}
	}
	return tag, err
}

type postgresRows struct {
	rows        pgx.Rows
	conn        *postgresConn
	first, more bool
}

func (r *postgresRows) Columns() []string {
	fields := r.rows.FieldDescriptions()
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

func (r *postgresRows) Close() error {
	r.conn.open = false
	r.rows.Close()
	return postgresFault(r.rows.Err())
}

func (r *postgresRows) Next(dest []driver.Value) error {
	if r.first {
		r.first = false
	} else {
		r.more = r.rows.Next()
	}
	if !r.more {
		if err := r.rows.Err(); err != nil {
			return postgresFault(err)
		}
		return io.EOF
	}
	fields := r.rows.FieldDescriptions()
	for i, raw := range r.rows.RawValues() {
		var err error
		if dest[i], err = r.value(&fields[i], raw); err != nil {
			return &fault{code: "decode", where: fields[i].Name}
		}
	}
	return nil
}

// value decodes the types of our tables by hand and leaves the rest (a sum's
// NUMERIC, say) to pgx. A []byte points into pgx's buffer, which is good until
// the next row: database/sql copies it.
func (r *postgresRows) value(f *pgconn.FieldDescription, raw []byte) (driver.Value, error) {
	if raw == nil {
		return nil, nil // NULL is driver.Value's nil
	}
	if f.Format == pgtype.BinaryFormatCode {
		switch {
		case f.DataTypeOID == pgtype.Int8OID && len(raw) == 8:
			return int64(binary.BigEndian.Uint64(raw)), nil
		case f.DataTypeOID == pgtype.ByteaOID:
			return raw, nil
		case f.DataTypeOID == pgtype.BoolOID && len(raw) == 1:
			return raw[0] == 1, nil
		}
	}
	if f.DataTypeOID == pgtype.TextOID {
		return string(raw), nil
	}
	types := r.conn.conn.TypeMap()
	t, ok := types.TypeForOID(f.DataTypeOID)
	if !ok {
		return string(raw), nil
	}
	return t.Codec.DecodeDatabaseSQLValue(types, f.DataTypeOID, f.Format, raw)
}
