package chat

import (
	"context"
	"fmt"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Forget deletes what this room keeps of tickets, in the transaction that erases
// them.
func (r *Room) Forget(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	if len(tickets) == 0 {
		return nil
	}
	args := make([]any, len(tickets))
	for i, id := range tickets {
		args[i] = id
	}
	for _, query := range []string{eraseDue, eraseGuests, eraseTables, eraseCall} {
		query = strings.Replace(query, "= $1", "IN ("+store.Places(len(tickets), 1)+")", 1)
		if err := tx.Later(ctx, query, args...); err != nil {
			return fmt.Errorf("forget the talks of tickets: %w", err)
		}
	}
	return nil
}

// DropFigures deletes how long talks waited and took that were over before an
// instant, at most so many, and tells how many. Nothing that was said is in
// them.
func (r *Room) DropFigures(ctx context.Context, tx *store.Tx, before time.Time, most int) (int64, error) {
	n, err := tx.Exec(ctx, dropTables, before.UnixMicro(), most)
	if err != nil {
		return 0, fmt.Errorf("drop old figures of talks: %w", err)
	}
	return n, nil
}

// OldFigures counts what DropFigures would delete.
func (r *Room) OldFigures(ctx context.Context, before time.Time) (int64, error) {
	var n int64
	if err := r.db.QueryRow(ctx, countTables, before.UnixMicro()).Scan(&n); err != nil {
		return 0, fmt.Errorf("count old figures of talks: %w", err)
	}
	return n, nil
}
