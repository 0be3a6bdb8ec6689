package store

import (
	"context"
	"database/sql"
	"errors"
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

func postgresPool(config *pgx.ConnConfig, reader bool) *sql.DB {
	pool := sql.OpenDB(&connector{connect: postgresConnect(config, reader), fault: postgresFault})
	pool.SetMaxOpenConns(postgresConns)
	pool.SetMaxIdleConns(postgresConns)
	pool.SetConnMaxIdleTime(time.Minute)
	return pool
}
