package chat

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
)

// Erase seals everything the person wrote for 72 hours and then erases it.
// From now on nobody here can open it; the person's own key alone undoes it,
// so that nobody who is forced to erase loses an appeal.
func (r *Room) Erase(ctx context.Context, g *people.Guest) error {
	threads, err := r.tickets.Mine(ctx, g)
	if err != nil {
		return err
	}
	err = r.db.Write(ctx, "erase on request", func(tx *store.Tx) error {
		if err := r.people.AskErase(ctx, tx, g); err != nil {
			return err
		}
		for _, thread := range threads {
			t, err := r.living(ctx, tx, thread.Conversation)
			if errors.Is(err, helpdesk.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if err := r.leave(ctx, tx, t, "person"); err != nil {
				return err
			}
		}
		if err := r.tickets.EraseAll(ctx, tx, g); err != nil {
			return err
		}
		ids, err := r.tickets.Erasing(ctx, tx, g.Person)
		if err != nil {
			return err
		}
		return r.bell.Stop(ctx, tx, ids)
	})
	if err != nil {
		return fmt.Errorf("erase on request: %w", err)
	}
	return nil
}

// Unerase undoes it.
func (r *Room) Unerase(ctx context.Context, g *people.Guest) error {
	return r.db.Write(ctx, "undo an erasure", func(tx *store.Tx) error {
		if err := r.people.UndoErase(ctx, tx, g); err != nil {
			return err
		}
		return r.tickets.UndoErase(ctx, tx, g)
	})
}
