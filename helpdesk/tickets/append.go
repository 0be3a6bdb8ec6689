package tickets

import (
	"context"
	"errors"
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
// ring after commit.
//
// Refusal "ticket.unproven" and ErrNobody as for With and Blind.
func (c *Conversation) Append(ctx context.Context, tx *store.Tx, m Message) (int64, error) {
	d := c.desk
	c.Twice = false
	if m.ID == "" {
		m.ID = helpdesk.NewID()
	}
	if m.At.IsZero() {
		m.At = d.now()
	}
	if m.ClientID == "" {
		m.ClientID = string(m.ID)
	}
	row := messageRow{
		id: m.ID, conversation: c.ID, number: 1, kind: m.Kind, direction: m.Direction,
		at: m.At.UnixMicro(), author: m.Author, state: messageKept,
	}
	client := d.secrets.Index("tickets.client", m.ClientID)
	if c.fresh == nil {
		first, err := c.step(ctx, tx, &row, client)
		if err != nil || c.Twice {
			return first, err
		}
	}
	row.epoch = c.epoch
	ticket, err := c.place(ctx, tx, &row)
	if err != nil {
		return 0, err
	}
	if ticket.state == StateClosed {
		row.at = toDay(row.at) // a note on a closed ticket
	}
	if err := c.seal(ctx, tx, &row, &m, client); err != nil {
		return 0, fmt.Errorf("append to conversation %s: %w", c.ID, err)
	}
	if m.Author != "" {
		if err := d.record(ctx, tx, m.Author, "ticket."+string(m.Kind), ticket.id); err != nil {
			return 0, err
		}
	}
	c.Last = row.serial
	d.ring(tx, ticket)
	return row.number, nil
}

// step takes the next number, unless the message is there already, and makes
// sure that the keys in hand are those of the present epoch.
func (c *Conversation) step(ctx context.Context, tx *store.Tx, row *messageRow, client []byte) (int64, error) {
	d := c.desk
	t, err := d.count(ctx, tx, c.ID)
	if err != nil {
		return 0, err
	}
	// Asked only now that the row is ours: whoever appended the same at the
	// same moment has committed.
	var first int64
	switch err := tx.QueryRow(ctx, selectTwice, c.ID, client).Scan(&first); {
	case err == nil:
		c.Twice = true
		if _, err := tx.Exec(ctx, uncountConversation, c.ID); err != nil {
			return 0, fmt.Errorf("append to conversation %s: %w", c.ID, err)
		}
		return first, nil
	case !errors.Is(err, helpdesk.ErrNotFound):
		return 0, fmt.Errorf("append to conversation %s: %w", c.ID, err)
	}
	row.number = t.last
	if t.epoch == c.epoch {
		return 0, nil
	}
	// Handed over since the door was opened.
	if c.key == nil {
		return 0, c.findReaders(ctx, tx, t)
	}
	if c.session == nil {
		return 0, fmt.Errorf("append to conversation %s: %w", c.ID, helpdesk.ErrConflict)
	}
	key, err := d.sealingKey(ctx, tx, c.session, t)
	if err != nil {
		return 0, err
	}
	c.key, c.epoch = &key, t.epoch
	return 0, nil
}

// place counts the message into its ticket, new or old.
func (c *Conversation) place(ctx context.Context, tx *store.Tx, m *messageRow) (*row, error) {
	d := c.desk
	if f := c.fresh; f != nil {
		t := &f.ticket
		t.openedAt, t.lastAt, t.version, t.serial = m.at, m.at, 1, 1
		t.take(m)
		m.serial = t.serial
		if err := f.write(ctx, tx, d); err != nil {
			return nil, err
		}
		c.Number, c.fresh = t.number, nil
		return t, nil
	}
	if t := c.locked; t != nil {
		t.serial++
		t.take(m)
		m.serial = t.serial
		return t, nil
	}
	t, err := d.lockRoot(ctx, tx, c.Ticket)
	if err != nil {
		return nil, err
	}
	before := *t
	t.serial++
	t.take(m)
	m.serial = t.serial
	c.Number = t.number
	return t, d.save(ctx, tx, before, t)
}

// take changes a ticket by what comes in or goes out.
func (t *row) take(m *messageRow) {
	switch m.direction {
	case In:
		t.version++ // whoever closes it must have seen the letter
		if t.state == StateClosed || t.waitingSince == 0 || m.at < t.waitingSince {
			t.waitingSince = m.at
		}
		t.state = StateOpen
		t.lastAt = max(t.lastAt, m.at)
	case Out:
		m.beforeState, m.beforeWaiting = t.state, t.waitingSince
		t.version++
		t.state, t.waitingSince = StateWaiting, 0
		t.lastAt = max(t.lastAt, m.at)
	}
}

// seal writes the message and its parts.
func (c *Conversation) seal(ctx context.Context, tx *store.Tx, row *messageRow, m *Message, client []byte) error {
	d := c.desk
	key, form := vault.Key{}, formOwn
	if c.key != nil {
		key = *c.key
	} else {
		key, form = vault.NewKey(), formBlind
	}
	row.form, row.keywrap = form, []byte{}

	in := inner{Content: m.Content, OriginalSize: -1}
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
	if err := tx.Later(ctx, insertMessage, row.id, row.conversation, row.number, row.serial, row.epoch,
		string(row.kind), string(row.direction), row.at, row.author, row.form, row.keywrap, row.content, size,
		client, row.state, string(row.beforeState), row.beforeWaiting, row.mac); err != nil {
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
	if form == formBlind {
		return c.wrapLetter(ctx, tx, row, key)
	}
	return nil
}
