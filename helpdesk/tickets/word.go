package tickets

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
)

// Word appends what the person says in a talk: what AsPerson and Append do one
// after the other, asked at once, because a talk does it for every word. It
// returns the message's number; twice as for Conversation.Twice. Errors as
// theirs.
func (d *Desk) Word(ctx context.Context, tx *store.Tx, g *people.Guest, conversation helpdesk.ID, m Message) (number int64, twice bool, err error) {
	m.Kind, m.Direction = KindChat, In
	d.complete(&m)
	var w counted
	var door talk
	var reader readerRow
	// In the order of the locks. A count by somebody whose door does not open is
	// given up with the transaction.
	err = tx.Ahead(ctx, w.talk.lockedDest(), countConversation, conversation)
	if err == nil {
		err = tx.Ahead(ctx, append(door.dest(), reader.dest()...), selectPersonDoor, conversation, g.Person, g.ID)
	}
	if err == nil {
		err = tx.QueryRow(ctx, countWord, conversation, m.At.UnixMicro(), d.clientIndex(&m)).Scan(w.ticket.dest()...)
	}
	if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
		return 0, false, fmt.Errorf("count a word into conversation %s: %w", conversation, err)
	}
	if door.id == "" {
		return 0, false, fmt.Errorf("conversation %s: %w", conversation, helpdesk.ErrNotFound)
	}
	c, err := d.through(ctx, tx, guest{g}, &door, []*readerRow{&reader})
	if err != nil {
		return 0, false, err
	}
	c.counted = &w
	number, err = c.Append(ctx, tx, m)
	return number, c.Twice, err
}

const selectWordOf = `SELECT COUNT(*) FROM tickets_message m JOIN tickets_reader r ON r.conversation = m.conversation
	WHERE r.kind = 'person' AND r.reader = $1 AND m.client_index = $2`

// Said tells whether something with this ClientID stands in a conversation that
// a person reads: whoever lost the answer to it need not say it again.
func (d *Desk) Said(ctx context.Context, person helpdesk.ID, clientID string) (bool, error) {
	var n int
	err := d.db.QueryRow(ctx, selectWordOf, person, d.secrets.Index("tickets.client", clientID)).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for what %s said: %w", person, err)
	}
	return n > 0, nil
}

// counted is what Word has counted before Append. The ticket is none where the
// word would move more than its counters.
type counted struct {
	talk   talk
	ticket row
}
