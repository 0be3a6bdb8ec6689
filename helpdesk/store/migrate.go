package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"returnsupport/helpdesk"
)

//go:embed migrations
var shipped embed.FS

// step is one migration.
type step struct {
	name string // "0501_tickets_first", without .sql
	text string
	sum  string // SHA-256 of the text as shipped
}

// migrateLock is PostgreSQL's advisory lock for starters; any constant that no
// other program in the same database uses.
const migrateLock = 0x52535570

const (
	createSteps = `CREATE TABLE IF NOT EXISTS store_migrations (
		name TEXT PRIMARY KEY,
		sum  TEXT NOT NULL,
		ran  BIGINT NOT NULL)`
	selectSteps = `SELECT name, sum FROM store_migrations ORDER BY name`
	selectStep  = `SELECT sum FROM store_migrations WHERE name = $1`
	insertStep  = `INSERT INTO store_migrations (name, sum, ran) VALUES ($1, $2, $3)`
)

var stepName = regexp.MustCompile(`^[0-9]{4}_[a-z]+(_[a-z0-9]+)+\.sql$`)

// migrate brings the database to this program's form. Each step and its record
// are one transaction, so a process killed in between leaves whole steps.
func (db *DB) migrate(ctx context.Context, files fs.FS) error {
	steps, err := readSteps(files)
	if err != nil {
		return err
	}
	if db.engine == Postgres {
		free, err := db.lockMigrations(ctx)
		if err != nil {
			return err
		}
		defer free()
	}
	// On SQLite each step's own BEGIN IMMEDIATE keeps other starters out.
	err = db.Write(ctx, "make the list of migrations", func(tx *Tx) error {
		_, err := tx.Exec(ctx, createSteps)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := db.checkSteps(ctx, steps); err != nil {
		return err
	}
	for _, s := range steps {
		if err := db.run(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return db.sampleNothing(ctx)
}

// migrated is ErrOlder where migrate would change something.
func (db *DB) migrated(ctx context.Context, files fs.FS) error {
	steps, err := readSteps(files)
	if err != nil {
		return err
	}
	there, err := tables(ctx, db, db.engine)
	if err != nil {
		return err
	}
	if len(there) == 0 {
		return ErrOlder
	}
	ran, err := db.checkSteps(ctx, steps)
	if err != nil {
		return err
	}
	if ran < len(steps) {
		return ErrOlder
	}
	return nil
}

// lockMigrations waits until no other process migrates. The lock belongs to
// the connection and ends with it, also when the process is killed.
func (db *DB) lockMigrations(ctx context.Context) (free func(), err error) {
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return nil, fact(err)
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrateLock); err != nil {
		conn.Close()
		return nil, fmt.Errorf("wait for other starters: %w", fact(err))
	}
	return func() {
		conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrateLock)
		conn.Close()
	}, nil
}

func readSteps(files fs.FS) ([]step, error) {
	names, err := fs.Glob(files, "*.sql") // in order of name
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	steps := make([]step, 0, len(names))
	for i, name := range names {
		if !stepName.MatchString(name) {
			return nil, fmt.Errorf("migration %s: want NNNN_room_what.sql", name)
		}
		if i > 0 && name[:4] == names[i-1][:4] {
			return nil, fmt.Errorf("migrations %s and %s have one number", names[i-1], name)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", name, err)
		}
		sum := sha256.Sum256(text)
		steps = append(steps, step{
			name: strings.TrimSuffix(name, ".sql"), text: string(text), sum: hex.EncodeToString(sum[:]),
		})
	}
	return steps, nil
}

// checkSteps compares the past with what is shipped, and counts what ran.
func (db *DB) checkSteps(ctx context.Context, steps []step) (ran int, err error) {
	sums := map[string]string{}
	for _, s := range steps {
		sums[s.name] = s.sum
	}
	rows, err := db.Query(ctx, selectSteps)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, sum string
		if err := rows.Scan(&name, &sum); err != nil {
			return 0, fact(err)
		}
		switch known, ok := sums[name]; {
		case !ok:
			return 0, fmt.Errorf("%w: it holds migration %s", ErrNewer, name)
		case known != sum:
			return 0, fmt.Errorf("%w: %s", ErrChanged, name)
		}
		ran++
	}
	return ran, fact(rows.Err())
}

func (db *DB) run(ctx context.Context, s step) error {
	return db.Write(ctx, "migrate", func(tx *Tx) error {
		var sum string
		// Asked again inside the transaction: another starter may have been
		// faster since checkSteps.
		switch err := tx.QueryRow(ctx, selectStep, s.name).Scan(&sum); {
		case err == nil && sum == s.sum:
			return nil
		case err == nil:
			return ErrChanged
		case !errors.Is(err, helpdesk.ErrNotFound):
			return err
		}
		if _, err := tx.Exec(ctx, dialect(s.text, db.engine)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, insertStep, s.name, s.sum, time.Now().UnixMicro())
		return err
	})
}

var (
	bytea       = regexp.MustCompile(`\bBYTEA\b`)
	forPostgres = regexp.MustCompile(`(?m)^-- postgres:(.*)$`)
	forSQLite   = regexp.MustCompile(`(?m)^-- sqlite:(.*)$`)
)

// dialect turns a migration's one text into the engine's.
func dialect(text, engine string) string {
	if engine == Postgres {
		return forPostgres.ReplaceAllString(text, "$1")
	}
	// The other engine's lines are comments as they stand.
	return bytea.ReplaceAllString(forSQLite.ReplaceAllString(text, "$1"), "BLOB")
}

var _ Reader = (*DB)(nil)
var _ Reader = (*Tx)(nil)
