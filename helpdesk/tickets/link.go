package tickets

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

const (
	// LinkTime is how long a mail link opens its answer.
	LinkTime = 7 * 24 * time.Hour
	// linkKnown is how long after that we still know which answer it was, for
	// who asks for a new one.
	linkKnown = 90 * 24 * time.Hour
)

// Link is the secret of a mail link: what stands in its address, what is typed
// where there are no scripts, or both. Digits cost their Argon2 when the Link
// is made, which is therefore done before the transaction that uses it.
type Link struct {
	key      *vault.LinkKey
	code     *vault.CodeKey
	fragment string
	digits   string
}

// LogValue keeps the secret out of logs.
func (*Link) LogValue() slog.Value { return sealedValue }

// Format keeps it out of fmt, too.
func (*Link) Format(f fmt.State, _ rune) { fmt.Fprint(f, "link [sealed]") }

// Fragment is what stands behind # in the address: 22 characters.
func (l *Link) Fragment() string { return l.fragment }

// Digits are twenty, for people.Groups; "" for a link that was opened.
func (l *Link) Digits() string { return l.digits }

// NewLink draws a link. Refusal "code.busy" when too many wait for theirs.
func (d *Desk) NewLink(ctx context.Context) (*Link, error) {
	key, digits := vault.NewLinkKey(), people.NewDigits()
	code, err := d.stretch(ctx, digits)
	if err != nil {
		return nil, err
	}
	return &Link{key: &key, code: &code, fragment: key.Fragment(), digits: digits}, nil
}

// TypedLink reads what a browser posted: a link's fragment or its digits, in
// any script. Refusals: "link.gone" for what no link of ours looks like,
// "code.typo" for digits whose check digit is wrong, "code.busy".
func (d *Desk) TypedLink(ctx context.Context, typed string) (*Link, error) {
	typed = strings.TrimSpace(typed)
	if key, err := vault.ParseLinkKey(typed); err == nil {
		return &Link{key: &key, fragment: typed}, nil
	}
	digits, ok := people.Digits(typed)
	if !ok {
		if strings.ContainsFunc(typed, func(r rune) bool { return r >= 'A' }) {
			return nil, helpdesk.Refuse("link.gone")
		}
		return nil, helpdesk.Refuse("code.typo")
	}
	code, err := d.stretch(ctx, digits)
	if err != nil {
		return nil, err
	}
	return &Link{code: &code}, nil
}

func (d *Desk) stretch(ctx context.Context, digits string) (key vault.CodeKey, err error) {
	leave, err := d.links.Enter(ctx, "")
	if err != nil {
		return vault.CodeKey{}, err
	}
	defer leave()
	return d.secrets.CodeKey("tickets.link", digits, d.cost), nil
}

// linkRow is one of the two rows of a link.
type linkRow struct {
	place         []byte
	link, message helpdesk.ID
	conversation  helpdesk.ID
	expires       int64
	wrap, mac     []byte
	about         []byte
}

func (l *linkRow) bound() vault.Context { return vault.At("tickets.link", l.link, l.message) }

// origin leaves the wrap out, which opens at its place alone and is taken away
// with the first use.
func (l *linkRow) origin() vault.Context {
	return vault.At("tickets.link.origin", l.place, l.link, l.message, l.conversation, l.expires)
}

func (l *linkRow) at() vault.Context { return vault.At("tickets.link.about", l.place) }

// linkMarks are what links call an answer and its conversation.
func (d *Desk) linkMarks(message, conversation helpdesk.ID) (answer, talk helpdesk.ID) {
	return d.aside("link.message", message), d.aside("link.talk", conversation)
}

// tell fills in which answer it leads to.
func (l *linkRow) tell(d *Desk) error {
	of := about{Message: l.message, Talk: l.conversation}
	err := d.openAbout(l.at(), l.about, &of)
	l.message, l.conversation = of.Message, of.Talk
	return err
}

// MakeLink makes one answer open to whoever has the link, once, until the
// instant it returns. The answer was appended with OwnKey: just now through c,
// or earlier and c is a door of somebody who reads it. An older link to the
// same answer ends. Refusal "link.plain" for a message without its own key.
func (d *Desk) MakeLink(ctx context.Context, tx *store.Tx, c *Conversation, message helpdesk.ID, l *Link) (time.Time, error) {
	if l.key == nil || l.code == nil {
		return time.Time{}, fmt.Errorf("link to message %s: %w", message, vault.ErrMalformed)
	}
	key, err := c.ownKey(ctx, tx, message)
	if err != nil {
		return time.Time{}, err
	}
	answer, talk := d.linkMarks(message, c.ID)
	if _, err := tx.Exec(ctx, replaceLinks, answer, message); err != nil {
		return time.Time{}, fmt.Errorf("link to message %s: %w", message, err)
	}
	expires := d.now().Add(LinkTime)
	row := linkRow{link: helpdesk.NewID(), message: message, conversation: c.ID, expires: expires.UnixMicro()}
	var args []any
	for _, way := range [][2][]byte{
		{l.key.RowID(), l.key.Wrap(row.bound(), key)},
		{l.code.Lookup(), l.code.Wrap(row.bound(), key)},
	} {
		row.place = way[0]
		if row.about, err = d.sealAbout(row.at(), about{Message: message, Talk: c.ID}); err != nil {
			return time.Time{}, err
		}
		args = append(args, row.place, row.link, answer, talk, row.expires, way[1], false, d.secrets.Vouch(row.origin()), row.about)
	}
	if _, err := tx.Exec(ctx, insertLink+store.Tuples(2, 9, 1), args...); err != nil {
		return time.Time{}, fmt.Errorf("link to message %s: %w", message, err)
	}
	return expires, nil
}

// ownKey is the key of a message that has one of its own.
func (c *Conversation) ownKey(ctx context.Context, tx *store.Tx, message helpdesk.ID) (vault.Key, error) {
	if c.ownRow != nil && c.ownRow.id == message {
		return *c.own, nil
	}
	d := c.desk
	var m messageRow
	if err := tx.QueryRow(ctx, selectMessage, message).Scan(m.dest()...); err != nil {
		return vault.Key{}, fmt.Errorf("read message %s: %w", message, err)
	}
	if m.conversation != c.ID || c.who == nil {
		return vault.Key{}, fmt.Errorf("message %s: %w", message, helpdesk.ErrNotFound)
	}
	if m.form != formSettled || m.direction != Out || m.state != messageKept || !d.secrets.Vouched(m.mac, m.origin(), m.content) {
		return vault.Key{}, helpdesk.Refuse("link.plain")
	}
	rows, err := d.readers(ctx, tx, c.ID)
	if err != nil {
		return vault.Key{}, err
	}
	var unused Settle
	held, err := d.openKeys(ctx, c.who, rows, &unused)
	if err != nil {
		return vault.Key{}, err
	}
	h, ok := held[spot{m.conversation, m.epoch}]
	if !ok || !h.proven {
		return vault.Key{}, fmt.Errorf("message %s: %w", message, helpdesk.ErrNotFound)
	}
	return h.key.Unwrap(m.settledAt(), m.keywrap)
}

// find reads the row a link leads to; Refusal "link.gone" when there is none.
func (d *Desk) find(ctx context.Context, r store.Reader, l *Link) (*linkRow, error) {
	var places [][]byte
	if l.key != nil {
		places = append(places, l.key.RowID())
	} else {
		places = l.code.Lookups()
	}
	for _, place := range places {
		var row linkRow
		err := r.QueryRow(ctx, selectLink, place).Scan(&row.place, &row.link, &row.message, &row.conversation, &row.expires, &row.wrap, &row.mac, &row.about)
		if errors.Is(err, helpdesk.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("find a link: %w", err)
		}
		if row.tell(d) != nil || !d.secrets.Vouched(row.mac, row.origin()) || !bytes.Equal(row.place, place) {
			d.alarm(ctx, "link", row.message)
			continue
		}
		return &row, nil
	}
	return nil, helpdesk.Refuse("link.gone")
}

// UseLink opens an answer with a link, for good, to the person whose pair it
// is, and makes them a reader of what comes from now on in the conversation it
// returns. Where another person reads that, they get the answer alone, "" is
// returned, and they wait until a member says yes. The link ends with it; of two
// who use one at the same moment one wins. Refusal "link.gone" when it was used,
// has expired or never was.
func (d *Desk) UseLink(ctx context.Context, tx *store.Tx, l *Link, pair *vault.Pair) (helpdesk.ID, Said, error) {
	row, err := d.find(ctx, tx, l)
	if err != nil {
		return "", Said{}, err
	}
	n, err := tx.Exec(ctx, takeLink, []byte{}, row.link, d.now().UnixMicro())
	if err != nil {
		return "", Said{}, fmt.Errorf("use a link to %s: %w", row.message, err)
	}
	if n == 0 || len(row.wrap) == 0 {
		return "", Said{}, helpdesk.Refuse("link.gone")
	}
	var key vault.Key
	if l.key != nil {
		key, err = l.key.Unwrap(row.bound(), row.wrap)
	} else {
		key, err = l.code.Unwrap(row.bound(), row.wrap)
	}
	if err != nil {
		d.alarm(ctx, "link", row.message)
		return "", Said{}, helpdesk.Refuse("link.gone")
	}
	c, err := d.lockTalk(ctx, tx, row.conversation)
	if err != nil {
		return "", Said{}, err
	}
	var m messageRow
	if err := tx.QueryRow(ctx, selectMessage, row.message).Scan(m.dest()...); err != nil {
		return "", Said{}, fmt.Errorf("read message %s: %w", row.message, err)
	}
	if m.state != messageKept || m.conversation != c.id {
		return "", Said{}, helpdesk.Refuse("link.gone") // taken back before it left
	}
	if err := d.giveSingle(ctx, tx, &m, seat{kind: personReader, reader: pair.ID().Owner, pair: pair}, key); err != nil {
		return "", Said{}, err
	}
	waits, err := d.taken(ctx, tx, c, pair.ID().Owner)
	if err != nil {
		return "", Said{}, err
	}
	joined := c.id
	if waits {
		joined, err = "", d.knock(ctx, tx, c, pair.ID().Owner)
	} else {
		err = d.AddPair(ctx, tx, c.id, pair)
	}
	if err != nil {
		// Never a word of why: who holds the link must not learn of a conflict.
		if no := (helpdesk.Refusal{}); errors.As(err, &no) && no.Key == "conflict.reader" {
			return "", Said{}, helpdesk.Refuse("link.gone")
		}
		return "", Said{}, err
	}
	out, err := d.openSingle(ctx, c, &m, key)
	return joined, out, err
}

// openSingle opens one message with its own key in hand.
func (d *Desk) openSingle(ctx context.Context, c *talk, m *messageRow, key vault.Key) (Said, error) {
	if !d.secrets.Vouched(m.mac, m.origin(), m.content) {
		d.alarm(ctx, "message", m.id)
		return Said{}, unproven()
	}
	plain, err := key.Open(m.bound("tickets.content"), m.content)
	if err != nil {
		d.alarm(ctx, "message", m.id)
		return Said{}, fmt.Errorf("open message %s: %w", m.id, err)
	}
	in, err := decodeInner(plain)
	if err != nil {
		return Said{}, err
	}
	return said(Opened{
		ID: m.id, Ticket: c.ticket, Conversation: c.id, Number: m.number, Kind: m.kind, Direction: m.direction,
		At: in.At, Author: cmp.Or(m.author, in.Author), Content: in.Content, Proven: true,
	}), nil
}

// AskLink notes that somebody with a used or expired link wants a new one; the
// next member who signs in can make it. Nothing is noted for a link that still
// opens. Refusal "link.gone" when we don't know it any more, or never did.
func (d *Desk) AskLink(ctx context.Context, tx *store.Tx, l *Link) error {
	row, err := d.find(ctx, tx, l)
	if err != nil {
		return err
	}
	if len(row.wrap) > 0 && row.expires > d.now().UnixMicro() {
		return nil
	}
	if _, err := tx.Exec(ctx, askLink, true, row.link); err != nil {
		return fmt.Errorf("ask for a link to %s: %w", row.message, err)
	}
	c, err := d.talk(ctx, tx, row.conversation)
	if err != nil {
		return err
	}
	t, err := d.lock(ctx, tx, c.ticket)
	if err != nil {
		return err
	}
	d.ring(tx, t)
	return nil
}

// Asked is an answer to which somebody wants a new link.
type Asked struct {
	Message, Conversation, Ticket helpdesk.ID
}

// AskedLinks lists at most 50 that a member of the session's teams can make.
func (d *Desk) AskedLinks(ctx context.Context, s *staff.Session) ([]Asked, error) {
	asked, err := d.asked(ctx)
	if err != nil {
		return nil, err
	}
	var out []Asked
	for part := range slices.Chunk(asked, 200) {
		ids := make([]helpdesk.ID, len(part))
		for i, l := range part {
			ids[i] = l.conversation
		}
		rows, err := d.db.Query(ctx, selectMembers+store.Places(len(ids), 2)+`)`, append([]any{s.User.ID}, anys(ids)...)...)
		if err != nil {
			return nil, fmt.Errorf("list links asked for: %w", err)
		}
		reads := map[helpdesk.ID]helpdesk.ID{}
		for rows.Next() {
			var conversation, ticket helpdesk.ID
			if err := rows.Scan(&conversation, &ticket); err != nil {
				rows.Close()
				return nil, fmt.Errorf("list links asked for: %w", err)
			}
			reads[conversation] = ticket
		}
		rows.Close()
		if err := finish(rows, "list links asked for"); err != nil {
			return nil, err
		}
		for _, l := range part {
			if ticket, ok := reads[l.conversation]; ok && len(out) < 50 {
				out = append(out, Asked{l.message, l.conversation, ticket})
			}
		}
	}
	return out, nil
}

// asked reads the answers to which somebody wants a new link, each once.
func (d *Desk) asked(ctx context.Context) ([]linkRow, error) {
	rows, err := d.db.Query(ctx, selectAsked)
	if err != nil {
		return nil, fmt.Errorf("list links asked for: %w", err)
	}
	defer rows.Close()
	var out []linkRow
	seen := map[helpdesk.ID]bool{}
	for rows.Next() {
		var l linkRow
		if err := rows.Scan(&l.place, &l.message, &l.conversation, &l.about); err != nil {
			return nil, fmt.Errorf("list links asked for: %w", err)
		}
		if l.tell(d) != nil {
			d.alarm(ctx, "link", l.message)
			continue
		}
		if !seen[l.message] {
			seen[l.message] = true
			out = append(out, l)
		}
	}
	return out, finish(rows, "list links asked for")
}
