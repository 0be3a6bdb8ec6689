package tickets

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// Shared tells whether the ticket's writer is marked as a shared or a helper's
// address; false where there is no writer.
func (d *Desk) Shared(ctx context.Context, s *staff.Session, ticket helpdesk.ID) (bool, error) {
	var unused Settle
	f, err := d.open(ctx, d.db, s, ticket, &unused)
	if err != nil || f.ticket.writer == "" {
		return false, err
	}
	w, err := d.people.ByID(ctx, d.db, f.ticket.writer)
	if err != nil {
		return false, fmt.Errorf("writer of ticket %s: %w", ticket, err)
	}
	return w.Shared, nil
}
