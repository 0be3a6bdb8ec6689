package store

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgresConns bounds each of the two pools of one process.
const postgresConns = 8

func openPostgres(ctx context.Context, address string) (*DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		// pgx quotes the address, with the password blotted out as far as it
		// could find it.
		return nil, errors.New("the postgres:// address can't be read")
	}
	if !nearby(config.Host) && !strings.Contains(address, "sslmode=") {
		return nil, ErrUnprotected
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	config.RuntimeParams["application_name"] = "returnsupport"
	// A process that hangs in mid-transaction must not hold its locks for ever.
	config.RuntimeParams["idle_in_transaction_session_timeout"] = "60000"
	write := postgresPool(config, false)
	looking := config.Copy()
	looking.RuntimeParams["default_transaction_read_only"] = "on"
	db := &DB{engine: Postgres, read: postgresPool(looking, true), write: write}
	if err := write.PingContext(ctx); err != nil {
		db.Close()
		return nil, fact(err)
	}
	return db, nil
}

// ErrUnprotected: pgx would try TLS without checking who answers, and go on
// without it. Sealed content would survive that; passwords and wraps that can
// be counted and swapped should not travel so.
var ErrUnprotected = errors.New("say how the connection to PostgreSQL is protected: add sslmode=verify-full to its address, or sslmode=disable within a network you trust")

// nearby is this machine: a socket's folder or a loopback address.
func nearby(host string) bool {
	ip := net.ParseIP(host)
	return strings.HasPrefix(host, "/") || host == "localhost" || ip != nil && ip.IsLoopback()
}

func postgresPool(config *pgx.ConnConfig, reader bool) *sql.DB {
	pool := sql.OpenDB(&connector{connect: postgresConnect(config, reader), fault: postgresFault})
	pool.SetMaxOpenConns(postgresConns)
	pool.SetMaxIdleConns(postgresConns)
	pool.SetConnMaxIdleTime(time.Minute)
	return pool
}
