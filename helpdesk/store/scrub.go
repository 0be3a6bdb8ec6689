package store

import (
	"context"
	"fmt"
	"regexp"
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
