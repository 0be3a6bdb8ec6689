package store

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
)

// OpenWith opens with migrations of the test's own.
func OpenWith(ctx context.Context, address string, steps fs.FS) (*DB, error) {
	return open(ctx, address, slog.New(slog.DiscardHandler), steps, (*DB).whole, (*DB).migrate)
}

// Shrink lets a SQLite database grow by so many pages more and no further.
func (db *DB) Shrink(ctx context.Context, pages int) error {
	var count int
	if err := db.write.QueryRowContext(ctx, "PRAGMA page_count").Scan(&count); err != nil {
		return err
	}
	_, err := db.write.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count=%d", count+pages))
	return err
}

var (
	Dialect       = dialect
	PostgresFault = postgresFault
	Fact          = fact
)

// CrowdMost is how many may be at a pool at once.
const CrowdMost = crowdMost

// Nearby lets tests ask which hosts need no word about protection.
var Nearby = nearby

// Waiting is how many wait for SQLite's writer.
func Waiting(db *DB) int { return int(db.group.waiting.Load()) }

// Commits is how many commits SQLite's writers have shared.
func Commits(db *DB) int64 { return db.group.commits.Load() }

// Fold is one round of folding the log.
func Fold(db *DB) { db.folder.round(context.Background()) }
