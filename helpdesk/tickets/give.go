package tickets

import (
	"context"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// To is whom a ticket is handed to.
type To struct {
	User helpdesk.ID // a member of the team the ticket then belongs to; "" for nobody in particular
	Team helpdesk.ID // "" to leave it where it is
	Stay bool        // the team that gives it away goes on reading it
}

// Give hands a ticket to a colleague or to another team. Another team means a
// new key for what comes from now on, and wraps for that team of all older
// keys; the team that gives it away is no reader any more unless it stays. It is
// no referral, and the person is told (CONSENT.md): a line in their conversation,
// in their language, that names no team. No mail of its own leaves for it
// (SEALING.md); who writes by mail alone reads it once a link leads them in.
// What the giver was writing goes along (PassedDrafts).
//
// Refusals: "give.stranger" when the user is no member of the team,
// "conflict.owner" when they work for somebody in conflict with the person.
func (d *Desk) Give(ctx context.Context, s *staff.Session, ticket helpdesk.ID, version int64, to To) error {
	_, err := d.give(ctx, s, ticket, version, to, false)
	return err
}

// give hands a ticket over, with what the giver was writing in it, and returns
// its version then; back takes a hand-over back, and the drafts that went along.
func (d *Desk) give(ctx context.Context, s *staff.Session, ticket helpdesk.ID, version int64, to To, back bool) (after int64, err error) {
	err = d.db.Write(ctx, "ticket.give", func(tx *store.Tx) error {
		file, err := d.lockOwn(ctx, tx, s, "give", ticket, version)
		if err != nil {
			return err
		}
		t := file.ticket
		before := *t
		if to.Team == "" {
			to.Team = t.team
		}
		if err := d.mustBelong(ctx, to); err != nil {
			return err
		}
		if err := d.neutral(ctx, tx, t, to.User, "conflict.owner"); err != nil {
			return err
		}
		t.owner = to.User
		t.version++
		if to.Team != before.team {
			t.team = to.Team
			if err := d.moveTeam(ctx, tx, s, file, before.team, to); err != nil {
				return err
			}
		}
		if err := d.save(ctx, tx, before, t); err != nil {
			return err
		}
		if err := d.recordOf(ctx, tx, s.User.ID, "ticket.give", t); err != nil {
			return err
		}
		if back {
			err = d.takeBack(ctx, tx, s, ticket)
		} else {
			err = d.handDrafts(ctx, tx, s, ticket, before.team, to)
		}
		if err != nil {
			return err
		}
		after = t.version
		d.ring(tx, t, before.team)
		return nil
	})
	return after, err
}

// lockOwn is lockCase for what a member of the ticket's teams decides, who saw
// it at a version.
func (d *Desk) lockOwn(ctx context.Context, tx *store.Tx, s *staff.Session, what string, ticket helpdesk.ID, version int64) (*caseFile, error) {
	file, err := d.lockCase(ctx, tx, s, ticket)
	switch {
	case err != nil:
		return nil, err
	case !file.member:
		return nil, fmt.Errorf("%s ticket %s: %w", what, ticket, helpdesk.ErrDenied)
	case file.ticket.version != version:
		return nil, fmt.Errorf("%s ticket %s: %w", what, ticket, helpdesk.ErrConflict)
	case file.ticket.state == StateJoined:
		return nil, helpdesk.Refuse("ticket.joined")
	}
	return file, nil
}

func (d *Desk) mustBelong(ctx context.Context, to To) error {
	if to.User == "" {
		return nil
	}
	members, err := d.staff.Members(ctx, to.Team)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.ID == to.User && m.State == staff.Active {
			return nil
		}
	}
	return helpdesk.Refuse("give.stranger")
}

// lockCase locks a ticket with all its conversations, conversations first and
// in order, as Append does. What appeared while it waited for the locks is
// ErrConflict.
func (d *Desk) lockCase(ctx context.Context, tx *store.Tx, s *staff.Session, ticket helpdesk.ID) (*caseFile, error) {
	var unused Settle
	seen, err := d.open(ctx, tx, s, ticket, &unused)
	if err != nil {
		return nil, err
	}
	ids := make([]helpdesk.ID, 0, len(seen.talks))
	for _, c := range seen.talks {
		ids = append(ids, c.id)
	}
	slices.Sort(ids)
	began := keys{}
	for _, id := range ids {
		c, err := d.lockTalk(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		key, err := d.abreast(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		began.add(key)
	}
	t, err := d.lock(ctx, tx, ticket)
	if err != nil {
		return nil, err
	}
	file, err := d.openRow(ctx, tx, s, t, &unused)
	if err != nil {
		return nil, err
	}
	file.held.add(began)
	if len(file.talks) != len(seen.talks) {
		return nil, fmt.Errorf("lock ticket %s: %w", ticket, helpdesk.ErrConflict)
	}
	return file, nil
}

// moveTeam gives every conversation of a locked case a new epoch with the new
// readers and lets the new team read the older ones.
func (d *Desk) moveTeam(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, from helpdesk.ID, to To) error {
	for _, c := range file.talks {
		if err := d.moveTalk(ctx, tx, s, file, c, from, to); err != nil {
			return err
		}
	}
	for _, j := range file.joined {
		j, err := d.lock(ctx, tx, j.id)
		if err != nil {
			return err
		}
		if err := d.revealIn(ctx, tx, s, file, j, &Settle{}); err != nil {
			return err
		}
		before := *j
		j.team = to.Team
		if err := d.save(ctx, tx, before, j); err != nil {
			return err
		}
	}
	for _, c := range file.talks {
		if c.kind != personConversation {
			continue
		}
		if err := d.fact(ctx, tx, s, file, c, Message{Direction: Out, Content: Content{Key: SystemTeam}}); err != nil {
			return err
		}
	}
	return d.system(ctx, tx, s, file, file.own(), SystemGiven, string(from), string(to.Team))
}

func (d *Desk) moveTalk(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, c *talk, from helpdesk.ID, to To) error {
	if err := d.settleAll(ctx, tx, s, file, c); err != nil {
		return err
	}
	// The new team reads what was said before it came.
	if err := d.readerOfOld(ctx, tx, s, file, c, from, seat{kind: teamReader, reader: to.Team}); err != nil {
		return err
	}
	readers := []seat{{kind: teamReader, reader: to.Team}}
	for _, r := range file.rows {
		if r.conversation != c.id || r.epoch != c.epoch || !d.counts(ctx, r) {
			continue
		}
		// Whoever else reads it stays, and so does the giver who asked to.
		team := r.kind == teamReader
		if !team || r.reader != to.Team && (r.reader != from || to.Stay) {
			readers = append(readers, r.seat())
		}
	}
	if !to.Stay {
		if err := d.endSeat(ctx, tx, c, teamReader, from); err != nil {
			return err
		}
	}
	return d.stepEpoch(ctx, tx, s, file, c, readers)
}

// readerOfOld wraps to a new reader the keys of all older epochs and the
// present one that the session opened as the team from reads them.
func (d *Desk) readerOfOld(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, c *talk, from helpdesk.ID, to seat) error {
	var rows []*readerRow
	for _, r := range file.rows {
		if r.conversation != c.id || r.reader != from || r.kind != teamReader {
			continue
		}
		old, ok := file.held[spot{c.id, r.epoch}]
		if !ok || !old.proven {
			d.alarm(ctx, "reader", c.id)
			return unproven()
		}
		if file.reads(c.id, r.epoch, to) {
			continue // it had the ticket before, or stayed a reader
		}
		row, err := d.readerFor(ctx, tx, colleague{s}, c, r.epoch, to, old.key)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return d.insertReaders(ctx, tx, rows)
}

// reads: the reader has a wrap of that epoch.
func (f *caseFile) reads(conversation helpdesk.ID, epoch int64, to seat) bool {
	for _, r := range f.rows {
		if r.conversation == conversation && r.epoch == epoch && r.reader == to.reader && r.kind == to.kind {
			return true
		}
	}
	return false
}

// settleAll settles every letter of a conversation that still lies blind: its
// letter keys are wrapped to the old team alone. One that does not open or is
// not proven stays as it is and stays unreadable to the new team, with the
// alarm openMessage raises.
func (d *Desk) settleAll(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, c *talk) error {
	rows, err := d.messageRows(ctx, tx, selectBlind, c.id)
	if err != nil {
		return err
	}
	blind, err := d.letterKeys(ctx, tx, blindOnes(rows))
	if err != nil {
		return err
	}
	var x Settle
	for _, m := range rows {
		if _, err := d.openMessage(ctx, colleague{s}, file.held, c, m, blind[m.id], &x); err != nil {
			d.alarm(ctx, "message", m.id)
		}
	}
	_, err = d.settle(ctx, tx, x, len(x.letters))
	return err
}

// system appends a fact for us to a conversation whose ticket is locked already.
// It leaves state and order as they are.
func (d *Desk) system(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, c *talk, key string, args ...string) error {
	return d.fact(ctx, tx, s, file, c, Message{Direction: Inside, Author: s.User.ID, Content: Content{Key: key, Args: args}})
}

func (d *Desk) fact(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, c *talk, m Message) error {
	h, ok := file.held[spot{c.id, c.epoch}]
	if !ok || !h.proven {
		return unproven()
	}
	open := &Conversation{ID: c.id, Ticket: c.ticket, desk: d, who: colleague{s}, key: &h.key, epoch: c.epoch, locked: file.ticket}
	m.Kind = KindSystem
	_, err := open.Append(ctx, tx, m)
	return err
}
