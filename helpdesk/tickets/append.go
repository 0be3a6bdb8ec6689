package tickets

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Message is what is appended.
type Message struct {
	ID        helpdesk.ID // drawn when empty
	Kind      Kind
	Direction Direction
	At        time.Time   // now when zero
	Author    helpdesk.ID // the colleague who wrote it; "" for letters and the program
	Content   Content
	// Folded is the text a search reads; when empty it is made from subject
	// and text.
	Folded string
	// Original is the letter as it came; nil when there is none. It and the
	// files' Data are read, not kept.
	Original []byte
	Files    []Upload
	// OwnKey seals the message under a key of its own, which MakeLink can hand
	// to somebody who is no reader.
	OwnKey bool
	// Beside are translations that go out with it, made by Author.
	Beside []Beside
	// ClientID makes doing it twice invisible: the second Append with the same
	// one in the same conversation returns the first number. Drawn when empty.
	ClientID string
}

// LogValue keeps content out of logs.
func (Message) LogValue() slog.Value { return sealedValue }

// Upload is a file to attach.
type Upload struct {
	Name, Type, CID string
	Inline          bool
	Tells           bool // see File
	Data            []byte
}

// LogValue keeps content out of logs.
func (Upload) LogValue() slog.Value { return sealedValue }

// messageRow is a message as it is stored.
type messageRow struct {
	id            helpdesk.ID
	conversation  helpdesk.ID
	number        int64
	serial        int64
	epoch         int64
	kind          Kind
	direction     Direction
	at            int64
	author        helpdesk.ID
	form          string
	keywrap       []byte
	content       []byte
	state         string
	beforeState   State
	beforeWaiting int64
	mac           []byte
}

func (m *messageRow) dest() []any {
	return []any{&m.id, &m.conversation, &m.number, &m.serial, &m.epoch, &m.kind, &m.direction, &m.at, &m.author,
		&m.form, &m.keywrap, &m.content, &m.state, &m.beforeState, &m.beforeWaiting, &m.mac}
}

// at binds a part of the message to its place: conversation, epoch, number,
// id, and what the reader is told about it.
func (m *messageRow) bound(part string) vault.Context {
	return vault.At(part, m.conversation, m.epoch, m.number, m.id, string(m.kind), string(m.direction), m.author)
}

// origin is what our MAC on the row speaks for, besides the content. The plain
// time is not in it, because closing cuts it to the day; the exact one is
// sealed.
func (m *messageRow) origin() vault.Context {
	return vault.At("tickets.message.origin", m.conversation, m.epoch, m.number, m.id, string(m.kind),
		string(m.direction), m.author, m.state)
}

// Append seals a message and counts it into ticket, queues and figures. It
// returns the message's number, dense in its conversation from 1. Doorbells
// ring after commit, but for a word of a talk that moves no queue: chat rings
// for those.
//
// Refusal "ticket.unproven" and ErrNobody as for With and Blind.
func (c *Conversation) Append(ctx context.Context, tx *store.Tx, m Message) (int64, error) {
	d := c.desk
	c.Twice = false
	d.complete(&m)
	row := messageRow{
		id: m.ID, conversation: c.ID, number: 1, kind: m.Kind, direction: m.Direction,
		at: m.At.UnixMicro(), author: m.Author, state: messageKept,
	}
	client := d.clientIndex(&m)
	if c.fresh == nil {
		if err := c.step(ctx, tx, &row); err != nil {
			return 0, err
		}
	}
	row.epoch = c.epoch
	ticket, first, err := c.place(ctx, tx, &row, client)
	if err != nil {
		return 0, err
	}
	if c.Twice = first > 0; c.Twice {
		if _, err := tx.Exec(ctx, uncountConversation, c.ID); err != nil {
			return 0, fmt.Errorf("append to conversation %s: %w", c.ID, err)
		}
		return first, nil
	}
	switch {
	case ticket.restricted():
		row.at, row.beforeWaiting = 0, 0 // the exact time lies in the content
		row.author, c.quiet = "", true   // and so does who wrote it
		if row.kind == KindSystem && row.direction == Inside {
			row.kind = KindNote // that something was decided, and what
		}
		// All answers alike, whether a link leads to one or not.
		m.OwnKey = m.OwnKey || m.Kind == KindAnswer && m.Direction == Out
	case ticket.state == StateClosed:
		row.at = toDay(row.at) // a note on a closed ticket
	}
	if err := c.seal(ctx, tx, &row, &m, client); err != nil {
		return 0, fmt.Errorf("append to conversation %s: %w", c.ID, err)
	}
	// Of a talk the book holds that it was opened, a line a quarter of an hour;
	// who said what stands in the messages, under our MAC.
	if m.Author != "" && m.Kind != KindChat {
		if err := d.recordOf(ctx, tx, m.Author, "ticket."+string(m.Kind), ticket); err != nil {
			return 0, err
		}
	}
	c.Last = row.serial
	c.ring(tx, ticket, &row, len(m.Beside) > 0)
	return row.number, nil
}

// complete draws what the caller left open.
func (d *Desk) complete(m *Message) {
	if m.ID == "" {
		m.ID = helpdesk.NewID()
	}
	if m.At.IsZero() {
		m.At = d.now()
	}
	if m.ClientID == "" {
		m.ClientID = string(m.ID)
	}
}

func (d *Desk) clientIndex(m *Message) []byte { return d.secrets.Index("tickets.client", m.ClientID) }

// ring tells who has the ticket open, and who looks at the queues. Of a word
// in a talk that moved nothing there chat tells those at the table, and nobody
// is to be told twice; but who has the ticket open that this one was joined into
// listens to no table of it, and what a table brings of a word is the word alone,
// without what was translated.
func (c *Conversation) ring(tx *store.Tx, t *row, m *messageRow, translated bool) {
	switch {
	case m.kind != KindChat || m.beforeState != t.state:
		c.desk.ring(tx, t)
	case t.id != c.Ticket, translated:
		c.desk.ringTicket(tx, t)
	}
}

// step takes the next number and makes sure that the keys in hand are those of
// the present epoch, and that the epoch is nobody's who left.
func (c *Conversation) step(ctx context.Context, tx *store.Tx, row *messageRow) error {
	d := c.desk
	t, err := c.next(ctx, tx)
	if err != nil {
		return err
	}
	row.number = t.last
	if t.epoch != c.epoch {
		if err := c.reopen(ctx, tx, t); err != nil {
			return err
		}
	}
	began, err := d.abreast(ctx, tx, t)
	if err != nil || began == nil {
		return err
	}
	if c.key == nil {
		return c.findReaders(ctx, tx, t)
	}
	h := began[spot{t.id, t.epoch}]
	c.key, c.epoch = &h.key, t.epoch
	return nil
}

// reopen is for a conversation that was handed over since the door was opened.
func (c *Conversation) reopen(ctx context.Context, tx *store.Tx, t *talk) error {
	d := c.desk
	if c.key == nil {
		return c.findReaders(ctx, tx, t)
	}
	if c.who == nil {
		return fmt.Errorf("append to conversation %s: %w", c.ID, helpdesk.ErrConflict)
	}
	t, rows, err := d.door(ctx, tx, c.ID, selectDoor, c.ID)
	if err != nil {
		return err
	}
	key, _, err := d.sealingKey(ctx, c.who, t, rows)
	if err != nil {
		return err
	}
	c.key, c.epoch = &key, t.epoch
	return nil
}

func (c *Conversation) next(ctx context.Context, tx *store.Tx) (*talk, error) {
	if c.counted != nil {
		return &c.counted.talk, c.desk.proved(ctx, &c.counted.talk)
	}
	return c.desk.count(ctx, tx, c.ID)
}

// place counts the message into its ticket, new or old. first is the number of
// the same message where it was appended before; then nothing is counted.
func (c *Conversation) place(ctx context.Context, tx *store.Tx, m *messageRow, client []byte) (t *row, first int64, err error) {
	d := c.desk
	if f := c.fresh; f != nil {
		t := &f.ticket
		t.openedAt, t.lastAt, t.version, t.serial = m.at, m.at, 1, 1
		if t.sealed { // counted from anywhere, the counts say nothing
			t.version, t.serial = 1+randomBelow(1<<32), 1+randomBelow(1<<32)
		}
		t.take(m)
		m.serial = t.serial
		m.beforeState = "" // nothing stood before
		if err := f.write(ctx, tx, d); err != nil {
			return nil, 0, err
		}
		c.Number, c.fresh = t.number, nil
		return t, 0, nil
	}
	if t := c.locked; t != nil {
		t.serial++
		t.take(m)
		m.serial = t.serial
		return t, 0, nil
	}
	if w := c.counted; w != nil && w.ticket.id != "" {
		t = &w.ticket
		m.serial, m.beforeState, c.Number = t.serial, t.state, t.number
		return t, 0, nil
	}
	if t, first, err = d.lockRoot(ctx, tx, c.Ticket, c.ID, client); err != nil || first > 0 {
		return nil, first, err
	}
	if t.state == StateErasing {
		return nil, 0, helpdesk.Refuse("ticket.erasing")
	}
	before := *t
	t.serial++
	t.take(m)
	m.serial = t.serial
	c.Number = t.number
	return t, 0, d.saveLocked(ctx, tx, before, t)
}

// before is what stands in the row: only an answer can be undone.
func (m *messageRow) before() State {
	if m.direction != Out {
		return ""
	}
	return m.beforeState
}

// take changes a ticket by what comes in or goes out.
func (t *row) take(m *messageRow) {
	m.beforeState = t.state
	switch m.direction {
	case In:
		t.version++ // whoever closes it must have seen the letter
		if t.state == StateClosed || t.waitingSince == 0 || m.at < t.waitingSince {
			t.waitingSince = m.at
		}
		t.state = StateOpen
		t.lastAt = max(t.lastAt, m.at)
	case Out:
		m.beforeWaiting = t.waitingSince
		t.version++
		if m.kind == KindSystem {
			return // both sides hear of it; whose turn it is stays
		}
		t.state, t.waitingSince = StateWaiting, 0
		t.lastAt = max(t.lastAt, m.at)
	}
}

// seal writes the message and its parts.
func (c *Conversation) seal(ctx context.Context, tx *store.Tx, row *messageRow, m *Message, client []byte) error {
	d := c.desk
	key, form := vault.Key{}, formOwn
	row.keywrap = []byte{}
	switch {
	case c.key == nil:
		key, form = vault.NewKey(), formBlind
	case m.OwnKey:
		key, form = vault.NewKey(), formSettled
		row.keywrap = c.key.Wrap(row.settledAt(), key)
	default:
		key = *c.key
	}
	row.form = form
	if m.OwnKey {
		c.own, c.ownRow = &key, row
	}

	in := inner{Content: m.Content, OriginalSize: -1}
	before := row.before()
	if c.quiet {
		in.Author, in.Before, before = m.Author, before, ""
	}
	if row.kind != m.Kind {
		in.Kind = m.Kind
	}
	in.At = m.At.UTC()
	in.Files = nil
	if err := c.storeParts(ctx, tx, row, m, &in); err != nil {
		return err
	}
	plain, err := in.encode()
	if err != nil {
		return err
	}
	row.content = key.Seal(row.bound("tickets.content"), plain)
	row.mac = d.secrets.Vouch(row.origin(), row.content)
	size := int64(len(row.content)) // padded, so it tells no more than the column beside it
	if c.quiet {
		size = 0
	}
	if err := tx.Later(ctx, insertMessage, row.id, row.conversation, row.number, row.serial, row.epoch,
		string(row.kind), string(row.direction), row.at, row.author, row.form, row.keywrap, row.content, size,
		client, row.state, string(before), row.beforeWaiting, row.mac); err != nil {
		return fmt.Errorf("insert message %s: %w", row.id, err)
	}
	folded := m.Folded
	if folded == "" {
		folded = Fold(m.Content.Subject + "\n" + m.Content.Text)
	}
	body := key.Seal(row.bound("tickets.folded"), []byte(folded))
	if err := tx.Later(ctx, insertFolded, row.id, body); err != nil {
		return fmt.Errorf("insert folded text of %s: %w", row.id, err)
	}
	if err := c.layBeside(ctx, tx, m, row, key); err != nil {
		return err
	}
	if form == formBlind {
		return c.wrapLetter(ctx, tx, row, key)
	}
	return nil
}
