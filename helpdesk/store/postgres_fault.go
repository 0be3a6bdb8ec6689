package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// postgresFault reduces pgx's error to a fact. The server's Detail, Hint and
// Where hold values of rows; its Message does for some classes. Codes:
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func postgresFault(err error) error {
	var lost lostAtBegin
	if errors.As(err, &lost) {
		return &fault{facts: []error{ErrUnavailable, errRepeat}, code: "begin"}
	}
	var raw *pgconn.PgError
	if !errors.As(err, &raw) {
		return postgresAway(err)
	}
	f := &fault{code: raw.Code}
	switch {
	case raw.Code == "23505":
		f.facts, f.where = conflict, raw.ConstraintName
	case raw.Code == "40001", raw.Code == "40P01":
		f.facts = []error{ErrUnavailable, errRepeat}
	case raw.Code == "53100":
		f.facts = []error{ErrFull}
	case class(raw) == "08", class(raw) == "53", class(raw) == "58", raw.Code == "57014",
		raw.Code == "57P01", raw.Code == "57P02", raw.Code == "57P03", raw.Code == "57P05",
		raw.Code == "55P03", raw.Code == "25P03":
		f.facts = []error{ErrUnavailable}
	case raw.Code == "25006":
		f.where = "a Reader may not write"
	case raw.Code == "25P02":
		f.where = earlierFailed
	case class(raw) == "23":
		f.where = raw.TableName + " " + raw.ConstraintName + raw.ColumnName
	case class(raw) == "42", class(raw) == "28", class(raw) == "3D":
		f.where = raw.Message // words of the statement or of the address
	}
	return f
}

const earlierFailed = "a statement before had failed"

func class(err *pgconn.PgError) string {
	if len(err.Code) < 2 {
		return ""
	}
	return err.Code[:2]
}

// postgresAway handles what is no answer of the server: the connection ended
// or could not be made, the caller's context did, or pgx refused the call.
func postgresAway(err error) error {
	var network net.Error
	var connecting *pgconn.ConnectError
	var batch pgx.ErrPreprocessingBatch
	if errors.As(err, &batch) {
		err = batch.Unwrap() // of one statement of several
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fact(err)
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return &fault{code: "25P02", where: earlierFailed}
	case errors.As(err, &connecting):
		return &fault{facts: []error{ErrUnavailable}, code: "connect"}
	case err == driver.ErrBadConn, pgconn.SafeToRetry(err):
		return driver.ErrBadConn // nothing was sent: database/sql takes another connection
	case errors.As(err, &network),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return &fault{facts: []error{ErrUnavailable}, code: "connection"}
	}
	f := &fault{code: "use"}
	// pgx quotes the value it can't encode after the colon.
	if what, _, _ := strings.Cut(err.Error(), ": "); strings.HasPrefix(what, "failed to encode args[") || strings.HasPrefix(what, "expected ") {
		f.where = what
	}
	return f
}
