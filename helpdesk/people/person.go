package people

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// NewPerson makes a person. It has no key pair and no name: both come later,
// and only where the person wants to come back.
func (p *Registry) NewPerson(ctx context.Context, tx *store.Tx) (helpdesk.ID, error) {
	id := helpdesk.NewID()
	if _, err := tx.Exec(ctx, insertPerson, string(id)); err != nil {
		return "", fmt.Errorf("make person %s: %w", id, err)
	}
	return id, nil
}

// Person tells whether the person is known; ErrNotFound when not.
func (p *Registry) Person(ctx context.Context, r store.Reader, id helpdesk.ID) error {
	var found helpdesk.ID
	if err := r.QueryRow(ctx, selectPerson, string(id)).Scan(&found); err != nil {
		return fmt.Errorf("look up person %s: %w", id, err)
	}
	return nil
}
