package tickets

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Ticket is what stands in plain about one matter of one person.
type Ticket struct {
	ID       helpdesk.ID
	Number   int64 // order number, from 1
	Team     helpdesk.ID
	Owner    helpdesk.ID // "" when nobody took it
	State    State
	Priority int       // 0 to MaxPriority
	DueDay   time.Time // zero when none; a day, no instant
	Channel  string    // mail, chat, phone, visit, branch
	Language string
	Writer   helpdesk.ID // people.Writer
	Person   helpdesk.ID // "" until we know whom it concerns

	// Exact while the ticket is open, cut to the day (UTC) once it is closed.
	OpenedAt     time.Time
	WaitingSince time.Time // zero when the person does not wait for us
	LastAt       time.Time // last letter or answer

	Version    int64       // for compare-and-swap; moves with every decision and every letter
	Last       int64       // counts everything added; what Since and a reply measure against
	JoinedInto helpdesk.ID // "" but for joined tickets
	// Proven: our own MAC stands on the row. Otherwise somebody else wrote it.
	Proven bool
}

// row is a ticket as it is stored; instants in microseconds.
type row struct {
	id           helpdesk.ID
	number       int64
	conversation helpdesk.ID
	team, owner  helpdesk.ID
	state        State
	priority     int
	dueDay       int64
	channel      string
	language     string
	writer       helpdesk.ID
	person       helpdesk.ID
	openedAt     int64
	waitingSince int64
	lastAt       int64
	rank         int64
	serial       int64
	version      int64
	joinedInto   helpdesk.ID
	joinedState  State
	mac          []byte
}

// dest are the scan targets in the order of ticketColumns.
func (t *row) dest() []any {
	return []any{&t.id, &t.number, &t.conversation, &t.team, &t.owner, &t.state, &t.priority, &t.dueDay,
		&t.channel, &t.language, &t.writer, &t.person, &t.openedAt, &t.waitingSince, &t.lastAt,
		&t.rank, &t.serial, &t.version, &t.joinedInto, &t.joinedState, &t.mac}
}

func (t *row) values() []any {
	return []any{t.id, t.number, t.conversation, t.team, t.owner, string(t.state), t.priority, t.dueDay,
		t.channel, t.language, t.writer, t.person, t.openedAt, t.waitingSince, t.lastAt,
		t.rank, t.serial, t.version, t.joinedInto, string(t.joinedState), t.mac}
}

// origin is what our MAC on the row speaks for: all that would put a person's
// words in front of the wrong colleague or under somebody else's name.
func (t *row) origin() vault.Context {
	return vault.At("tickets.ticket", t.id, t.number, t.conversation, t.team, t.writer, t.person, t.joinedInto)
}

func (d *Desk) facts(t *row) Ticket {
	return Ticket{
		ID: t.id, Number: t.number, Team: t.team, Owner: t.owner, State: t.state,
		Priority: t.priority, DueDay: instant(t.dueDay), Channel: t.channel, Language: t.language,
		Writer: t.writer, Person: t.person, OpenedAt: instant(t.openedAt),
		WaitingSince: instant(t.waitingSince), LastAt: instant(t.lastAt),
		Version: t.version, Last: t.serial, JoinedInto: t.joinedInto,
		Proven: d.secrets.Vouched(t.mac, t.origin()),
	}
}

// lock reads a ticket and keeps others from changing it until the transaction
// ends. SQLite has no SELECT FOR UPDATE; an update that changes nothing is the
// same on both engines.
func (d *Desk) lock(ctx context.Context, tx *store.Tx, id helpdesk.ID) (*row, error) {
	var t row
	if err := tx.QueryRow(ctx, lockTicket, id).Scan(t.dest()...); err != nil {
		return nil, fmt.Errorf("lock ticket %s: %w", id, err)
	}
	return &t, nil
}

// lockRoot locks the ticket and, where it is joined into another, that one,
// which is returned. twice, where given, are a conversation and a client index;
// first is then the number of the message that has them, 0 when none has.
func (d *Desk) lockRoot(ctx context.Context, tx *store.Tx, id helpdesk.ID, twice ...any) (t *row, first int64, err error) {
	for range maxChain {
		if len(twice) > 0 {
			t = &row{}
			if err = tx.QueryRow(ctx, lockTicketTwice, append([]any{id}, twice...)...).Scan(append(t.dest(), &first)...); err != nil {
				err = fmt.Errorf("lock ticket %s: %w", id, err)
			}
			twice = nil
		} else {
			t, err = d.lock(ctx, tx, id)
		}
		if err != nil || first > 0 || t.joinedInto == "" {
			return t, first, err
		}
		if !d.secrets.Vouched(t.mac, t.origin()) {
			d.alarm(ctx, "ticket", t.id)
			return t, 0, nil // somebody else joined it: what comes in stays with it
		}
		id = t.joinedInto
	}
	return nil, 0, fmt.Errorf("ticket %s is joined in a circle", id)
}

// maxChain bounds tickets joined into tickets that are joined themselves.
const maxChain = 32

// save writes a locked ticket back and keeps the standing counts exact.
// before is the row as lock returned it.
func (d *Desk) save(ctx context.Context, tx *store.Tx, before row, t *row) error {
	n, err := tx.Exec(ctx, updateTicket, d.saving(&before, t)...)
	if err != nil {
		return fmt.Errorf("save ticket %s: %w", t.id, err)
	}
	if n != 1 {
		return fmt.Errorf("save ticket %s: %w", t.id, helpdesk.ErrConflict)
	}
	return d.recount(ctx, tx, before.cell(), t.cell(), t.part())
}

// saveLocked is save for who locked the row in this very transaction and so
// needs no answer.
func (d *Desk) saveLocked(ctx context.Context, tx *store.Tx, before row, t *row) error {
	if err := tx.Later(ctx, updateTicket, d.saving(&before, t)...); err != nil {
		return fmt.Errorf("save ticket %s: %w", t.id, err)
	}
	return d.recount(ctx, tx, before.cell(), t.cell(), t.part())
}

func (d *Desk) saving(before, t *row) []any {
	t.rank = t.place()
	// A row that was not ours stays so, whatever is changed in it.
	if d.secrets.Vouched(before.mac, before.origin()) {
		t.mac = d.secrets.Vouch(t.origin())
	}
	return []any{t.team, t.owner, string(t.state), t.priority, t.dueDay, t.language,
		t.writer, t.person, t.openedAt, t.waitingSince, t.lastAt, t.rank, t.serial, t.version,
		t.joinedInto, string(t.joinedState), t.mac, t.id, before.version}
}

func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

const microsADay = 24 * 60 * 60 * 1_000_000

// toDay cuts an instant to its day in UTC.
func toDay(us int64) int64 { return us - us%microsADay }
