package tickets

import (
	"context"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/vault"
)

// The statements whose plans are checked.
const (
	QueueStatement = selectQueue + queueOrder
	OwnerStatement = selectQueue + queueOwner + queueOrder
)

// LanguageTag and ParseCursor read what comes from outside.
var LanguageTag = languageTag

func ParseCursor(c Cursor) (int64, string, error) { return c.parse() }

// The places wraps are bound to, for thieves.
func ReaderPlace(conversation helpdesk.ID, epoch int64, kind string, reader helpdesk.ID, version int) vault.Context {
	return (&readerRow{conversation: conversation, epoch: epoch, kind: kind, reader: reader, version: version}).wrapped()
}

var ErasingPlace = keptAt

// Between opens a ticket's keys, lets something happen, and reads the messages
// with the keys in hand.
func Between(ctx context.Context, d *Desk, s *staff.Session, ticket helpdesk.ID, happens func()) ([]Opened, error) {
	var x Settle
	f, err := d.open(ctx, d.db, s, ticket, &x)
	if err != nil {
		return nil, err
	}
	happens()
	return d.messages(ctx, d.db, s, f.held, f.talks, 0, &x)
}

// The statements of a talk, whose plans are checked.
const (
	HeardStatement  = selectHeard
	SpokenStatement = selectSpoken
	MineStatement   = selectMine + mineLiving + mineOrder
)
