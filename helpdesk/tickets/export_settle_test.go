package tickets

import (
	"context"
	"database/sql"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// BeforeItsWraps reads a ticket's messages and lets something happen between
// them and their blind wraps.
func BeforeItsWraps(ctx context.Context, d *Desk, s *staff.Session, ticket helpdesk.ID, happens func()) ([]Opened, error) {
	var x Settle
	f, err := d.open(ctx, d.db, s, ticket, &x)
	if err != nil {
		return nil, err
	}
	return d.messages(ctx, between{d.db, happens}, s, f.held, f.talks, 0, &x)
}

type between struct {
	*store.DB
	happens func()
}

func (b between) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if strings.HasPrefix(query, selectLetterKeys) {
		b.happens()
	}
	return b.DB.Query(ctx, query, args...)
}
