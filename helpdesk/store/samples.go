package store

import (
	"context"
	"fmt"
	"strings"
)

// sampled are the columns of which PostgreSQL's planner keeps samples, with the
// values themselves (pg_statistic): nothing is chosen by what stands in sealed
// bytes, and a sample of an erased wrap would outlive every scrub. The target is
// -1 or, from version 17 on, null where nobody set one.
const sampled = `SELECT format('ALTER TABLE %I ALTER COLUMN %I SET STATISTICS 0', c.relname, a.attname)
	FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
	WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
	AND a.atttypid = 'bytea'::regtype AND COALESCE(a.attstattarget, -1) <> 0 ORDER BY 1`

// sampleNothing has the planner keep no samples of bytes. It is asked after the
// migrations, whose lock keeps other starters out, and finds nothing to do but
// where one of them made a column.
func (db *DB) sampleNothing(ctx context.Context) error {
	if db.engine != Postgres {
		return nil
	}
	rows, err := db.write.QueryContext(ctx, sampled)
	if err != nil {
		return fmt.Errorf("look what the planner samples: %w", fact(err))
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return fmt.Errorf("look what the planner samples: %w", fact(err))
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil || len(all) == 0 {
		return fact(err)
	}
	// The server quoted the names itself.
	if _, err := db.write.ExecContext(ctx, strings.Join(all, ";")); err != nil {
		return fmt.Errorf("sample no bytes: %w", fact(err))
	}
	return nil
}
