package people

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Drop deletes everything this room keeps of persons and writers of whom nothing
// is left in any ticket: their time is over. The caller's transaction erased the
// last of it. Unlike Forget it asks nobody.
func (p *Registry) Drop(ctx context.Context, tx *store.Tx, persons, writers []helpdesk.ID) error {
	for _, id := range persons {
		if err := p.endAll(ctx, tx, id); err != nil {
			return err
		}
		for _, query := range []string{deleteNotice, deleteLate, deleteLateFiles, deleteVoice, deleteMerges, dropKey, deletePerson} {
			if err := tx.Later(ctx, query, string(id)); err != nil {
				return fmt.Errorf("drop person %s: %w", id, err)
			}
		}
		if err := tx.Later(ctx, deleteConflicts, p.conflictMark(id)); err != nil {
			return fmt.Errorf("drop person %s: %w", id, err)
		}
	}
	for _, id := range writers {
		if err := tx.Later(ctx, dropWriter, string(id)); err != nil {
			return fmt.Errorf("drop writer %s: %w", id, err)
		}
	}
	return nil
}

const (
	dropKey    = `DELETE FROM people_key WHERE person = $1`
	dropWriter = `DELETE FROM people_writer WHERE id = $1`
)
