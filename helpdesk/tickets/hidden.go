package tickets

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// hidden is what stands in plain about every other ticket and lies in the
// sealed head of one whose team is restricted. Of such a ticket the row itself
// says team and state; a number drawn at random; and where it is closed, the
// half of the year. Its days lie apart (calendar.go).
//
// The head is written by sessions. What is appended while none of the team's is
// there moves state and serial alone: whoever opens the ticket next counts the
// messages in that came since (replay), and that is stored after the response.
type hidden struct {
	Owner    helpdesk.ID `json:"owner,omitempty"`
	Writer   helpdesk.ID `json:"writer,omitempty"`
	Number   int64       `json:"number,omitempty"` // had before it came to a restricted team
	Priority int         `json:"priority,omitempty"`
	Channel  string      `json:"channel"`
	Language string      `json:"language,omitempty"`
	Opened   int64       `json:"opened,omitempty"`
	Waiting  int64       `json:"waiting,omitempty"`
	Last     int64       `json:"last,omitempty"`
	State    State       `json:"state"`
	Serial   int64       `json:"serial"` // up to which messages are counted in
}

// restricted tells whether the ticket's facts are hidden: the row as it is
// stored has no channel, an opened one remembers its stored form.
func (t *row) restricted() bool { return t.sealed || t.channel == "" }

// revealed: the facts of a restricted ticket are in hand.
func (t *row) revealed() bool { return t.sealed }

// marked begins every mark. No id does.
const marked = "~"

// mark stands for a value in rows of a restricted team. Each team has index
// keys of its own: the same value in another team looks like another one.
func (d *Desk) mark(kind string, team helpdesk.ID, parts ...helpdesk.ID) helpdesk.ID {
	value := make([]string, len(parts))
	for i, p := range parts {
		value[i] = string(p)
	}
	sum := d.secrets.Index("tickets."+kind+" "+string(team), strings.Join(value, " "))
	return helpdesk.ID(marked + base64.RawURLEncoding.EncodeToString(sum[:16]))
}

func isMark(id helpdesk.ID) bool { return strings.HasPrefix(string(id), marked) }

// ownerMark says who owns a ticket to whoever can guess it and has the index
// secret; each ticket has its own, also of the same owner and of nobody.
func (d *Desk) ownerMark(t *row, owner helpdesk.ID) helpdesk.ID {
	return d.mark("owner", t.team, t.id, owner)
}

// ownerOf is who owns a ticket as its row tells, with no key but the server's:
// nobody, or one of the team.
func (d *Desk) ownerOf(ctx context.Context, t *row) (helpdesk.ID, error) {
	if !isMark(t.owner) {
		return t.owner, nil
	}
	if t.owner == d.ownerMark(t, "") {
		return "", nil
	}
	members, err := d.staff.Members(ctx, t.team)
	if err != nil {
		return "", fmt.Errorf("who owns ticket %s: %w", t.id, err)
	}
	for _, m := range members {
		if t.owner == d.ownerMark(t, m.ID) {
			return m.ID, nil
		}
	}
	return "", nil // somebody who left: nobody
}

// writersOf are a writer's id and what it is called in the session's restricted
// teams.
func (d *Desk) aliases(writer helpdesk.ID, teams []helpdesk.ID) []any {
	out := []any{writer}
	for _, team := range teams {
		out = append(out, d.mark("writer", team, writer))
	}
	return out
}

// closedTeams are the restricted ones of a session.
func closedTeams(s *staff.Session) []helpdesk.ID {
	var out []helpdesk.ID
	for _, t := range s.Teams() {
		if t.Restricted {
			out = append(out, t.ID)
		}
	}
	return out
}

// isRestricted asks the staff room, once for each team: it never changes.
func (d *Desk) isRestricted(ctx context.Context, team helpdesk.ID) (bool, error) {
	d.closed.mu.Lock()
	known, ok := d.closed.teams[team]
	d.closed.mu.Unlock()
	if ok {
		return known, nil
	}
	all, err := d.staff.Teams(ctx)
	if err != nil {
		return false, fmt.Errorf("is team %s restricted: %w", team, err)
	}
	d.closed.mu.Lock()
	defer d.closed.mu.Unlock()
	d.closed.teams = map[helpdesk.ID]bool{}
	for _, t := range all {
		d.closed.teams[t.ID] = t.Restricted
	}
	known, ok = d.closed.teams[team]
	if !ok {
		return false, fmt.Errorf("team %s: %w", team, helpdesk.ErrNotFound)
	}
	return known, nil
}

// restrictedTeams are all of them.
func (d *Desk) restrictedTeams(ctx context.Context) ([]helpdesk.ID, error) {
	all, err := d.staff.Teams(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the teams: %w", err)
	}
	var out []helpdesk.ID
	for _, t := range all {
		if t.Restricted {
			out = append(out, t.ID)
		}
	}
	return out, nil
}

// stored is the ticket as it stands in its row.
func (d *Desk) stored(t *row) row {
	out := *t
	out.plain, out.file, out.sealed = nil, nil, false
	if !t.restricted() {
		return out
	}
	if !isMark(out.owner) {
		out.owner = d.ownerMark(t, out.owner)
		if !t.revealed() {
			out.serial++ // decided without the key: what lies sealed no longer says it
		}
	}
	if out.writer != "" && !isMark(out.writer) {
		out.writer = d.mark("writer", t.team, out.writer)
	}
	switch {
	case t.state == StateOpen || t.state == StateWaiting:
		out.rank = 0
	case t.state == StateClosed && t.revealed():
		out.rank = 1<<62 - halfYear(t.lastAt)
	}
	if t.plain != nil {
		out.number = t.plain.number
	}
	out.priority, out.dueDay, out.channel, out.language = 0, 0, "", ""
	out.openedAt, out.waitingSince, out.lastAt = 0, 0, 0
	return out
}

// halfYear is where the half of a year begins: so much of its age a closed
// ticket's place in the archive tells.
func halfYear(us int64) int64 {
	at := instant(us)
	return time.Date(at.Year(), (at.Month()-1)/6*6+1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
}

// hide is what goes into the head.
func (t *row) hide() *hidden {
	h := &hidden{
		Owner: t.owner, Writer: t.writer, Priority: t.priority, Channel: t.channel, Language: t.language,
		Opened: t.openedAt, Waiting: t.waitingSince, Last: t.lastAt, State: t.state, Serial: t.serial,
	}
	if t.plain != nil && t.plain.number != t.number {
		h.Number = t.number
	}
	return h
}

// reveal fills a restricted ticket's row with what its head holds.
func (d *Desk) reveal(ctx context.Context, t *row, head *Head) error {
	h := head.Hidden
	if h == nil || t.channel != "" {
		return nil
	}
	plain := *t
	t.plain, t.sealed = &plain, true
	t.owner = h.Owner
	if plain.owner != d.ownerMark(t, h.Owner) {
		// Taken off them while nobody of the team was there.
		var err error
		if t.owner, err = d.ownerOf(ctx, &plain); err != nil {
			return err
		}
	}
	if h.Number > 0 {
		t.number = h.Number
	}
	if plain.writer == d.mark("writer", t.team, h.Writer) {
		t.writer = h.Writer
	}
	t.channel, t.language = h.Channel, h.Language
	t.openedAt, t.waitingSince, t.lastAt = h.Opened, h.Waiting, h.Last
	t.priority, t.dueDay = max(h.Priority, head.Facts.Priority()), head.Facts.dueDay()
	t.rank = t.place()
	return nil
}

// stale: messages came since the head was written.
func (t *row) stale(h *hidden) bool { return h.Serial != t.serial || h.State != t.state }

// revealIn reveals a ticket of an open case and counts in what came since. What
// does not open stays as it stands in plain.
func (d *Desk) revealIn(ctx context.Context, r store.Reader, s *staff.Session, f *caseFile, t *row, settle *Settle) error {
	t.file = f
	if t.channel != "" {
		return nil
	}
	c := f.talkOf(t)
	if c == nil {
		return nil
	}
	under, ok := f.held[spot{c.id, c.headEpoch}]
	if !ok {
		return nil
	}
	head, err := openHead(c, under)
	if err != nil || head.Hidden == nil {
		d.alarm(ctx, "conversation", c.id)
		return nil
	}
	if err := d.reveal(ctx, t, &head); err != nil {
		return err
	}
	if !t.stale(head.Hidden) {
		return nil
	}
	if err := d.replay(ctx, r, s, f, t, head.Hidden, settle); err != nil {
		return err
	}
	t.rank = t.place()
	head.Hidden = t.hide()
	plain, err := head.encode()
	// Under the present key: what came since is nothing to whom the head's own was
	// taken from.
	if h := f.held[spot{c.id, c.epoch}]; err == nil && h.proven && under.proven && d.secrets.Vouched(c.mac, c.origin()) {
		settle.heads = append(settle.heads, settledHead{c.id, c.epoch, c.headEpoch, h.key.Seal(headAt(c.id, c.epoch), plain), c.head})
	}
	return err
}

// talkOf is the person's conversation of a ticket of the case.
func (f *caseFile) talkOf(t *row) *talk {
	i := slices.IndexFunc(f.talks, func(c *talk) bool { return c.id == t.conversation && c.ticket == t.id })
	if i < 0 {
		return nil
	}
	return f.talks[i]
}

// replay counts in the letters and answers that came since the head was
// written, as take would have.
func (d *Desk) replay(ctx context.Context, r store.Reader, s *staff.Session, f *caseFile, t *row, h *hidden, settle *Settle) error {
	talks := f.talks
	if t != f.ticket {
		talks = []*talk{f.talkOf(t)}
	}
	state, since, last := h.State, h.Waiting, h.Last
	for _, after := range []int64{h.Serial, 0} {
		came, err := d.came(ctx, r, s, f.held, talks, after, settle)
		if err != nil {
			return err
		}
		for _, m := range came {
			at := m.At.UnixMicro()
			last = max(last, at)
			switch m.Direction {
			case In:
				if state == StateClosed || since == 0 || at < since {
					since = at
				}
				state = StateOpen
			case Out:
				state, since = StateWaiting, 0
			}
		}
		// One withdrawn meanwhile has the person wait since before it.
		if t.state != StateOpen || since > 0 {
			break
		}
		state, since = StateWaiting, 0
	}
	t.lastAt = last
	switch t.state {
	case StateWaiting:
		t.waitingSince = 0
	case StateClosed:
		t.lastAt, t.waitingSince = toDay(last), toDay(since)
	default:
		t.waitingSince = since
	}
	return nil
}

// came are the kept letters, answers and words after a serial, oldest first.
func (d *Desk) came(ctx context.Context, r store.Reader, s *staff.Session, held keys, talks []*talk, after int64, settle *Settle) ([]Opened, error) {
	byID := map[helpdesk.ID]*talk{}
	args := []any{after}
	for _, c := range talks {
		byID[c.id] = c
		args = append(args, c.id)
	}
	rows, err := d.messageRows(ctx, r, selectCame+store.Places(len(talks), 2)+") ORDER BY serial, number", args...)
	if err != nil {
		return nil, err
	}
	blind, err := d.blindKeys(ctx, r, rows)
	if err != nil {
		return nil, err
	}
	var out []Opened
	for _, m := range rows {
		o, err := d.openMessage(ctx, colleague{s}, held, byID[m.conversation], m, blind[m.id], settle)
		if err == nil && !o.Broken {
			out = append(out, o)
		}
	}
	return out, nil
}

// unordered is from where on order numbers tell no order: ten digits.
const unordered = 1_000_000_000

// firstEpoch is where the keys of a conversation are counted from: anywhere in a
// restricted team's, so that the count says nothing.
func firstEpoch(restricted bool) int64 {
	if !restricted {
		return 1
	}
	return 1 + randomBelow(1<<32)
}

func randomNumber() int64 { return unordered + randomBelow(9*unordered) }

// randomBelow draws a number from 0 on.
func randomBelow(n int64) int64 {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return int64(binary.BigEndian.Uint64(b[:]) % uint64(n))
}

const selectCame = `SELECT ` + messageColumns + ` FROM tickets_message WHERE serial > $1 AND state = 'kept'
	AND direction IN ('in', 'out') AND kind <> 'system' AND conversation IN (`

// sealHidden writes what is hidden of an opened ticket into its head.
func (d *Desk) sealHidden(ctx context.Context, tx *store.Tx, t *row) error {
	if t.file == nil {
		return fmt.Errorf("hide what is known of ticket %s: its case is not open", t.id)
	}
	c := t.file.talkOf(t)
	if c == nil {
		return fmt.Errorf("hide what is known of ticket %s: %w", t.id, helpdesk.ErrNotFound)
	}
	return d.sealHead(ctx, tx, c, t.file.held, func(h *Head) { h.Hidden = t.hide() })
}

// moveVeil makes a ticket that changes its team what the new team asks for: all
// of it sealed, or in plain again.
func (d *Desk) moveVeil(ctx context.Context, tx *store.Tx, before, t *row) error {
	into, err := d.isRestricted(ctx, t.team)
	if err != nil {
		return err
	}
	switch from := before.restricted(); {
	case from && !t.revealed():
		return unproven() // what it says, nobody here knows
	case into && !from:
		plain := *t
		plain.number = randomNumber()
		t.plain, t.sealed = &plain, true
		t.serial += 1 + randomBelow(1<<32)
		t.version += 1 + randomBelow(1<<32)
		return d.hideMessages(ctx, tx, t)
	case from && !into:
		number := t.number
		if number == t.plain.number { // it has none that tells an order
			if err := tx.QueryRow(ctx, nextNumber).Scan(&number); err != nil {
				return fmt.Errorf("number a ticket: %w", err)
			}
		}
		t.number, t.plain, t.sealed = number, nil, false
		c := t.file.talkOf(t)
		if c == nil {
			return fmt.Errorf("show what is known of ticket %s: %w", t.id, helpdesk.ErrNotFound)
		}
		return d.sealHead(ctx, tx, c, t.file.held, func(h *Head) { h.Hidden = nil })
	}
	return nil
}

// hideMessages takes times and sizes off a ticket's messages; the exact times lie
// in their contents. Who of us wrote one stays: it is bound into what is sealed.
func (d *Desk) hideMessages(ctx context.Context, tx *store.Tx, t *row) error {
	for _, query := range []string{hideTimes, forgetLooking} {
		if _, err := tx.Exec(ctx, query, t.id); err != nil {
			return fmt.Errorf("hide the times of ticket %s: %w", t.id, err)
		}
	}
	return nil
}

const hideTimes = `UPDATE tickets_message SET at = 0, before_waiting = 0, size = 0,
	before_state = CASE WHEN kind = 'system' THEN '' ELSE before_state END WHERE conversation IN
	(SELECT id FROM tickets_conversation WHERE ticket = $1)`

// object is what a ticket is called in rows that say who does what with it, and
// when. Of a restricted team's they do not name it.
func (d *Desk) object(t *row) helpdesk.ID {
	if !t.restricted() {
		return t.id
	}
	return d.mark("object", t.team, t.id)
}

// talkObject is object for a conversation of the ticket.
func (d *Desk) talkObject(t *row, conversation helpdesk.ID) helpdesk.ID {
	if !t.restricted() {
		return conversation
	}
	return d.mark("object", t.team, conversation)
}
