package tickets

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Opening is a ticket that does not exist yet.
type Opening struct {
	Team     helpdesk.ID
	Owner    helpdesk.ID // "" unless somebody writes first
	Channel  string      // mail when empty
	Language string      // a tag such as sv or pt-BR; anything else is dropped
	Writer   helpdesk.ID
	Person   helpdesk.ID
	Priority int       // 0 to MaxPriority
	DueDay   time.Time // zero when none
	Title    string
	Name     string // the writer's, for the head
	Address  string // the writer's, for the head
	Claim    helpdesk.ID
	Facts    Facts
	// Readers read it besides the team: pairs of persons or users, in hand.
	Readers []*vault.Pair
}

// LogValue keeps content out of logs.
func (Opening) LogValue() slog.Value { return sealedValue }

// fresh is a ticket and its conversation before the first message.
type fresh struct {
	ticket  row
	talk    talk
	readers []*readerRow

	// Of a restricted team: the head is sealed when the first message is there.
	head *Head
	key  vault.Key
}

// Open makes a ticket with its conversation, whose key is in hand: the first
// message costs one blind wrap to the team and no more. Nothing is written before
// the first Append, so that no ticket is ever empty.
func (d *Desk) Open(ctx context.Context, tx *store.Tx, n Opening) (*Conversation, error) {
	if n.Priority < 0 || n.Priority > MaxPriority {
		return nil, fmt.Errorf("open a ticket: priority %d is not one", n.Priority)
	}
	if n.Channel == "" {
		n.Channel = "mail"
	}
	ticket, conversation := helpdesk.NewID(), helpdesk.NewID()
	key := vault.NewKey()
	restricted, err := d.isRestricted(ctx, n.Team)
	if err != nil {
		return nil, fmt.Errorf("open a ticket: %w", err)
	}
	first := firstEpoch(restricted)
	c := &talk{id: conversation, ticket: ticket, kind: personConversation, epoch: first, last: 1, headEpoch: first}
	readers := make([]*readerRow, 0, 1+len(n.Readers))
	for _, to := range append([]seat{{kind: teamReader, reader: n.Team}}, seatsOf(n.Readers)...) {
		r, err := d.readerFor(ctx, tx, nil, c, first, to, key)
		if err != nil {
			return nil, fmt.Errorf("open a ticket: %w", err)
		}
		readers = append(readers, r)
	}
	if !n.DueDay.IsZero() {
		n.Facts.setHand(toDay(micros(n.DueDay)))
	}
	if err := n.Facts.checkDates(); err != nil {
		return nil, fmt.Errorf("open a ticket: %w", err)
	}
	open := Head{Title: n.Title, Name: n.Name, Address: n.Address, Claim: n.Claim, Facts: n.Facts}
	head, err := open.encode()
	if err != nil {
		return nil, err
	}
	c.head = key.Seal(headAt(conversation, first), head)
	f := &fresh{
		ticket: row{
			id: ticket, conversation: conversation, team: n.Team, owner: n.Owner, state: StateOpen,
			priority: n.Priority, dueDay: n.Facts.dueDay(), channel: n.Channel, language: languageTag(n.Language),
			writer: n.Writer, person: n.Person, sealed: restricted,
		},
		talk: *c, readers: readers, head: &open, key: key,
	}
	return &Conversation{ID: conversation, Ticket: ticket, desk: d, fresh: f, key: &key, epoch: first}, nil
}

func seatsOf(pairs []*vault.Pair) []seat {
	out := make([]seat, len(pairs))
	for i, p := range pairs {
		out[i] = seat{kind: string(p.ID().Kind), reader: p.ID().Owner, pair: p}
	}
	return out
}

// write stores the new ticket with its first message counted in.
func (f *fresh) write(ctx context.Context, tx *store.Tx, d *Desk) error {
	t := &f.ticket
	if t.sealed {
		// An order number would tell between which others it came.
		t.number = randomNumber()
		f.head.Hidden = t.hide()
		head, err := f.head.encode()
		if err != nil {
			return err
		}
		f.talk.head = f.key.Seal(headAt(f.talk.id, f.talk.epoch), head)
	} else if err := tx.QueryRow(ctx, nextNumber).Scan(&t.number); err != nil {
		return fmt.Errorf("number a ticket: %w", err)
	}
	t.rank = t.place()
	out := d.stored(t)
	out.mac = d.secrets.Vouch(out.origin())
	t.mac = out.mac
	if err := tx.Later(ctx, insertTicket, out.values()...); err != nil {
		return fmt.Errorf("insert ticket %s: %w", t.id, err)
	}
	if t.sealed {
		t.plain = &out
		if err := d.keepBeside(ctx, tx, t, t); err != nil {
			return fmt.Errorf("insert ticket %s: %w", t.id, err)
		}
	}
	// The ticket's id was drawn a moment ago: no other conversation has it.
	if err := tx.Later(ctx, insertConversation, d.vouchTalk(&f.talk)...); err != nil {
		return fmt.Errorf("insert conversation %s: %w", f.talk.id, err)
	}
	if err := d.insertReaders(ctx, tx, f.readers); err != nil {
		return err
	}
	return d.countNew(ctx, tx, t, 1)
}

func (d *Desk) insertTalk(ctx context.Context, tx *store.Tx, c *talk) error {
	n, err := tx.Exec(ctx, insertConversation, d.vouchTalk(c)...)
	if err != nil {
		return fmt.Errorf("insert conversation %s: %w", c.id, err)
	}
	if n == 0 {
		return fmt.Errorf("insert conversation %s: %w", c.id, helpdesk.ErrConflict)
	}
	return nil
}

// vouchTalk puts our MAC on a conversation and returns its columns.
func (d *Desk) vouchTalk(c *talk) []any {
	c.mac = d.secrets.Vouch(c.origin())
	return []any{c.id, c.ticket, c.kind, c.epoch, c.last, c.head, c.mac}
}

// languageTag lets through what looks like a language tag (RFC 5646) of
// language, script and region. It stands in plain and comes from a letter's
// header, so it must not carry words.
func languageTag(s string) string {
	if len(s) > 11 {
		return ""
	}
	for _, part := range strings.Split(s, "-") {
		if len(part) < 2 || len(part) > 4 {
			return ""
		}
		for _, r := range part {
			if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
				return ""
			}
		}
	}
	return strings.ToLower(s)
}
