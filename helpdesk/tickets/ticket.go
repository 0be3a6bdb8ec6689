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

	// Of a restricted team, once its head is open (hidden.go).
	sealed bool
	plain  *row      // as it is stored; nil for a new ticket
	file   *caseFile // the case that opened it, with the key of its head
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
	if t.plain != nil {
		return t.plain.origin()
	}
	return vault.At("tickets.ticket", t.id, t.number, t.conversation, t.team, t.writer, t.person, t.joinedInto)
}

func (d *Desk) facts(t *row) Ticket {
	owner, writer := t.owner, t.writer
	if isMark(owner) {
		owner = ""
	}
	if isMark(writer) {
		writer = ""
	}
	return Ticket{
		ID: t.id, Number: t.number, Team: t.team, Owner: owner, State: t.state,
		Priority: t.priority, DueDay: instant(t.dueDay), Channel: t.channel, Language: t.language,
		Writer: writer, Person: t.person, OpenedAt: instant(t.openedAt),
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
	args, err := d.saving(ctx, tx, &before, t)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, updateTicket, args...)
	if err != nil {
		return fmt.Errorf("save ticket %s: %w", t.id, err)
	}
	if n != 1 {
		return fmt.Errorf("save ticket %s: %w", t.id, helpdesk.ErrConflict)
	}
	if err := d.keepBeside(ctx, tx, &before, t); err != nil {
		return fmt.Errorf("save ticket %s: %w", t.id, err)
	}
	return d.recount(ctx, tx, before.cell(), t.cell(), t.part())
}

// saveLocked is save for who locked the row in this very transaction and so
// needs no answer.
func (d *Desk) saveLocked(ctx context.Context, tx *store.Tx, before row, t *row) error {
	args, err := d.saving(ctx, tx, &before, t)
	if err != nil {
		return err
	}
	if err := tx.Later(ctx, updateTicket, args...); err != nil {
		return fmt.Errorf("save ticket %s: %w", t.id, err)
	}
	if err := d.keepBeside(ctx, tx, &before, t); err != nil {
		return fmt.Errorf("save ticket %s: %w", t.id, err)
	}
	return d.recount(ctx, tx, before.cell(), t.cell(), t.part())
}

func (d *Desk) saving(ctx context.Context, tx *store.Tx, before, t *row) ([]any, error) {
	if before.team != t.team {
		if err := d.moveVeil(ctx, tx, before, t); err != nil {
			return nil, err
		}
		if err := d.recallDrafts(ctx, tx, before, t); err != nil {
			return nil, err
		}
	}
	if !t.restricted() || t.revealed() {
		t.rank = t.place()
	}
	out := d.stored(t)
	// A row that was not ours stays so, whatever is changed in it.
	if d.secrets.Vouched(before.mac, before.origin()) {
		out.mac = d.secrets.Vouch(out.origin())
	}
	t.mac, t.serial = out.mac, out.serial
	if t.restricted() && t.revealed() {
		if err := d.sealHidden(ctx, tx, t); err != nil {
			return nil, err
		}
		t.plain = &out
	}
	return []any{out.team, out.owner, string(out.state), out.priority, out.dueDay, out.language,
		out.writer, out.person, out.openedAt, out.waitingSince, out.lastAt, out.rank, out.serial, out.version,
		out.joinedInto, string(out.joinedState), out.mac, out.channel, out.number, out.id, before.version}, nil
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
