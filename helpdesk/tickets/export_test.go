package tickets

import (
	"context"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Statements are what a filter asks of one team and state at an instant, whose
// plans are checked.
func Statements(s *staff.Session, f Filter, now time.Time, team helpdesk.ID, state State) (map[string][]any, error) {
	p, err := f.plan(s, now)
	if err != nil {
		return nil, err
	}
	out := map[string][]any{}
	put := func(query string, args []any) { out[query] = args }
	put(p.places([]reach{{team, state, nil}}, p.first()))
	put(p.places([]reach{{team, state, nil}, {team, StateWaiting, nil}}, p.first()))
	put(p.stands(team, state))
	put(p.count(team, state, nil))
	if !p.byDue {
		put(p.lines(team, state, p.first(), nil))
		put(p.next(team, state, p.first(), true))
		put(p.next(team, state, p.first(), false))
	}
	if p.narrow {
		put(p.places([]reach{{team, state, &stand{rank: 1 << 62, id: "~"}}}, p.first()))
	}
	return out, nil
}

// LanguageTag and ParseCursor read what comes from outside.
var LanguageTag = languageTag

func ParseCursor(c Cursor) (int64, string, error) {
	at, err := c.parse()
	return at.rank, string(at.id), err
}

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

// InsertSettled writes an open ticket without a message as it stands once its
// wrap is settled: a queue of thousands in a second.
func InsertSettled(ctx context.Context, d *Desk, tx *store.Tx, team *vault.Pair, n int, head Head, at time.Time) error {
	plain, err := head.encode()
	if err != nil {
		return err
	}
	ticket, conversation, key := helpdesk.NewID(), helpdesk.NewID(), vault.NewKey()
	reader, err := d.readerFor(ctx, tx, nil, &talk{id: conversation, ticket: ticket, kind: personConversation}, 1, seat{kind: teamReader, reader: team.ID().Owner, pair: team}, key)
	if err != nil {
		return err
	}
	us := at.UnixMicro()
	f := &fresh{
		ticket: row{id: ticket, conversation: conversation, team: team.ID().Owner, state: [...]State{StateOpen, StateWaiting}[n%2],
			channel: "mail", language: "fa", openedAt: us, waitingSince: us, lastAt: us, version: 1, serial: 1},
		talk: talk{id: conversation, ticket: ticket, kind: personConversation, epoch: 1, last: 1, headEpoch: 1,
			head: key.Seal(headAt(conversation, 1), plain)},
		readers: []*readerRow{reader},
	}
	return f.write(ctx, tx, d)
}

var SiftPlace, FilterPlace = siftAt, savedAt

// SetStep and SetScan make bounds small enough for a test; the result puts them
// back.
func SetStep(n int64) func() {
	before := stepMost
	stepMost = n
	return func() { stepMost = before }
}

func SetScan(n int) func() {
	before := scanFrom
	scanFrom = n
	return func() { scanFrom = before }
}
