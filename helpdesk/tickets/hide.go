package tickets

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
)

// Hide takes messages out of the person's own view, by number, or all there are
// when none is named. We go on seeing them. ErrNotFound as for AsPerson.
func (d *Desk) Hide(ctx context.Context, g *people.Guest, conversation helpdesk.ID, numbers ...int64) error {
	return d.db.Write(ctx, "hide from a person", func(tx *store.Tx) error {
		if _, _, err := d.door(ctx, tx, conversation, selectPersonDoor, conversation, g.Person, g.ID); err != nil {
			return err
		}
		if len(numbers) == 0 {
			if _, err := tx.Exec(ctx, insertAllHidden, g.Person, conversation); err != nil {
				return fmt.Errorf("hide conversation %s: %w", conversation, err)
			}
		}
		for _, n := range numbers {
			if err := tx.Later(ctx, insertHidden, g.Person, conversation, n); err != nil {
				return fmt.Errorf("hide a message of %s: %w", conversation, err)
			}
		}
		return nil
	})
}

// Show undoes Hide for a whole conversation.
func (d *Desk) Show(ctx context.Context, g *people.Guest, conversation helpdesk.ID) error {
	return d.db.Write(ctx, "show to a person", func(tx *store.Tx) error {
		if _, _, err := d.door(ctx, tx, conversation, selectPersonDoor, conversation, g.Person, g.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, deleteHidden, g.Person, conversation)
		return err
	})
}
