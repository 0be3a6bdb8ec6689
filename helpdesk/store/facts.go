package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"returnsupport/helpdesk"
)

// What the store reports besides helpdesk.ErrNotFound (no row) and
// helpdesk.ErrConflict (a unique index said no).
var (
	// ErrUnavailable: the database is gone, too slow or overrun. Later it may
	// work.
	ErrUnavailable = fmt.Errorf("database %w", helpdesk.ErrUnavailable)
	// ErrFull: no room on the database's disk.
	ErrFull = fmt.Errorf("database disk full: %w", helpdesk.ErrUnavailable)
	// ErrNewer: the database was written by a newer program.
	ErrNewer = errors.New("database is newer than this program")
	// ErrOlder: migrations that this program ships did not run yet.
	ErrOlder = errors.New("database is older than this program, or empty")
	// ErrChanged: a migration that has run differs from the one shipped.
	ErrChanged = errors.New("a past migration was changed")
)

// errRepeat marks a transaction that was broken off and may be run again.
var errRepeat = errors.New("broken off by the database")

// errRowsOpen: a connection answers one query at a time. PostgreSQL can't do
// otherwise; SQLite could, and is kept from it.
var errRowsOpen = &fault{code: "use", where: "rows of an earlier query are still open in this transaction"}

var conflict = []error{helpdesk.ErrConflict}

// fault is a driver's error reduced to what may be told: a fact, the engine's
// code and names from the schema.
type fault struct {
	facts []error // what errors.Is finds
	code  string  // SQLSTATE or SQLite's extended result code
	where string  // table, column or constraint; text of SQL, never of a row
}

func (f *fault) Error() string {
	var b strings.Builder
	if len(f.facts) == 0 {
		b.WriteString("statement refused by the database")
	}
	for i, err := range f.facts {
		if i > 0 {
			b.WriteString(": ")
		}
		b.WriteString(err.Error())
	}
	if f.code != "" {
		b.WriteString(" (" + f.code)
		if f.where != "" {
			b.WriteString(", " + f.where)
		}
		b.WriteString(")")
	}
	return b.String()
}

func (f *fault) Unwrap() []error { return f.facts }

// fact reduces what database/sql hands back. The connections under it (conn.go)
// have turned their own errors into faults already.
func fact(err error) error {
	var known *fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.DeadlineExceeded):
		return &fault{facts: []error{ErrUnavailable, context.DeadlineExceeded}}
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, sql.ErrTxDone):
		return &fault{facts: []error{ErrUnavailable}}
	case errors.Is(err, sql.ErrNoRows):
		return helpdesk.ErrNotFound
	case strings.HasPrefix(err.Error(), "sql: Scan error on column"):
		return &fault{code: "scan", where: scanFault(err.Error())}
	case strings.HasPrefix(err.Error(), "sql: "):
		// A wrong number or type of arguments: tells counts and Go types.
		return &fault{code: "use", where: strings.TrimPrefix(err.Error(), "sql: ")}
	default:
		return &fault{code: "unknown"}
	}
}

// scanFault keeps column and Go types of database/sql's sentence; of some it
// drops the end, which quotes the value.
func scanFault(sentence string) string {
	column, why, _ := strings.Cut(strings.TrimPrefix(sentence, "sql: Scan error on "), `": `)
	column += `"`
	if strings.HasPrefix(why, "converting NULL to ") || strings.HasPrefix(why, "unsupported Scan, ") {
		return column + ": " + why
	}
	return column
}
