package tickets

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// selectFirstOut finds our first answer to a ticket's person.
const selectFirstOut = `SELECT COALESCE(MIN(m.at), 0) FROM tickets_conversation c JOIN tickets_message m ON m.conversation = c.id
	WHERE c.ticket = $1 AND c.kind = 'person' AND m.direction = 'out' AND m.kind <> 'system' AND m.state <> $2`

// Standing is how a ticket stands by what is plain, for a room that follows it
// without a session: whose it is and what is in it, nobody learns.
type Standing struct {
	Closed bool
	Number int64
	// First is our first answer to the person, zero while there is none, and where
	// a restricted team's rows do not say; a day once the ticket is closed.
	First time.Time
}

// Standing tells how a ticket stands, or the one it was joined into. ErrNotFound
// for one that is gone.
func (d *Desk) Standing(ctx context.Context, r store.Reader, ticket helpdesk.ID) (Standing, error) {
	var t row
	if err := r.QueryRow(ctx, selectTicket, ticket).Scan(t.dest()...); err != nil {
		return Standing{}, fmt.Errorf("read ticket %s: %w", ticket, err)
	}
	root := t
	for range 10 { // joined into one that was joined
		if root.joinedInto == "" {
			break
		}
		into := root.joinedInto
		root = row{}
		if err := r.QueryRow(ctx, selectTicket, into).Scan(root.dest()...); err != nil {
			return Standing{}, fmt.Errorf("read ticket %s: %w", into, err)
		}
	}
	s := Standing{Closed: root.state == StateClosed, Number: root.number}
	var first int64
	if err := r.QueryRow(ctx, selectFirstOut, ticket, messageWithdrawn).Scan(&first); err != nil {
		return Standing{}, fmt.Errorf("read ticket %s: %w", ticket, err)
	}
	s.First = instant(first)
	return s, nil
}
