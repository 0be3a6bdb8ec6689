package post

import (
	"context"
	"fmt"

	"returnsupport/helpdesk/store"
)

// Coarsen cuts the times this room keeps in the plain to the day (UTC), for
// closed tickets and those joined into them: the minute at which somebody wrote
// is nobody's business once the matter is over. Letters that are still on
// their way keep theirs until the next time.
func (p *Postroom) Coarsen(ctx context.Context) error {
	return p.db.Write(ctx, "coarsen letters", func(tx *store.Tx) error {
		for _, query := range []string{coarsenThreads, coarsenDeliveries, coarsenOutbox} {
			if _, err := tx.Exec(ctx, query); err != nil {
				return fmt.Errorf("coarsen letters: %w", err)
			}
		}
		return nil
	})
}
