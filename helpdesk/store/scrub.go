package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"
)

var tableName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Scrub makes sure, after an erasure, that the erased bytes are gone from the
// named tables' files: without it SQLite keeps them in its log, PostgreSQL in
// dead rows. On PostgreSQL it locks each table while it is rewritten, and what
// archives and backups of the server's log hold stays the operator's duty.
func (db *DB) Scrub(ctx context.Context, tables ...string) error {
	if db.engine == SQLite {
		if err := scrubSQLite(ctx, db.write); err != nil {
			return fmt.Errorf("scrub: %w", err)
		}
		return nil
	}
	if err := db.snapshotsGone(ctx); err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	for _, table := range tables {
		// A table's name can't be an argument; this shape needs no quoting.
		if !tableName.MatchString(table) {
			return fmt.Errorf("scrub: %q is no table's name", table)
		}
		if _, err := db.write.ExecContext(ctx, "VACUUM FULL "+table); err != nil {
			return fmt.Errorf("scrub table %s: %w", table, fact(err))
		}
	}
	return nil
}

// snapshotWait is how long Scrub waits for what began before it: a dump may take
// longer, and then there is another night.
const snapshotWait = 20 * time.Second

var errOldSnapshot = errors.New("a transaction older than the erasure is still running somewhere on the server")

// stillSees counts what keeps VACUUM FULL from dropping rows deleted before the
// transaction $1: a transaction that runs anywhere on the server, because every
// new snapshot, that of VACUUM FULL itself, begins with the oldest of them;
// another connection here that holds a snapshot of before; a standby or a
// replication slot that asks for such rows. A snapshot that another role holds
// here without writing is seen with pg_read_all_stats alone.
const stillSees = `SELECT (CASE WHEN pg_snapshot_xmin(pg_current_snapshot()) < $1::text::xid8 THEN 1 ELSE 0 END)
	+ (SELECT COUNT(*) FROM pg_stat_activity WHERE (datname = current_database() OR datname IS NULL)
		AND pid <> pg_backend_pid() AND age(backend_xmin) > age($1::text::xid8::xid))
	+ (SELECT COUNT(*) FROM pg_replication_slots WHERE age(xmin) > age($1::text::xid8::xid))`

// snapshotsGone waits until nobody sees the database as it was before now: for
// such a one VACUUM FULL keeps what was deleted. Transactions only get younger,
// so once that is so it stays so.
func (db *DB) snapshotsGone(ctx context.Context) error {
	var mark string
	if err := db.write.QueryRowContext(ctx, `SELECT pg_current_xact_id()::text`).Scan(&mark); err != nil {
		return fact(err)
	}
	for end := time.Now().Add(snapshotWait); ; {
		var older int
		err := db.write.QueryRowContext(ctx, stillSees, mark).Scan(&older)
		switch {
		case err != nil:
			return fact(err)
		case older == 0:
			return nil
		case time.Now().After(end):
			return errOldSnapshot
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
