package branches

import (
	"context"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// threadFor opens a thread for a counsellor: rights are checked on its own
// ticket, never on an id from the address bar.
func (d *Desk) threadFor(ctx context.Context, s *staff.Session, thread helpdesk.ID) (*row, vault.Key, error) {
	h, err := d.handon(ctx, d.DB, selectHandOn, thread)
	if err == nil {
		_, err = d.Tickets.Facts(ctx, s, h.ticket)
	}
	if err != nil {
		return nil, vault.Key{}, fmt.Errorf("thread %s: %w", thread, err)
	}
	key, err := d.teamKey(ctx, d.DB, s, thread)
	return h, key, err
}

// asTeam lets a counsellor act in a thread. reads: only while the branch reads it.
func (d *Desk) asTeam(ctx context.Context, s *staff.Session, thread helpdesk.ID, what string, reads bool, do func(*store.Tx, *row, vault.Key) error) error {
	h, key, err := d.threadFor(ctx, s, thread)
	if err != nil {
		return err
	}
	if t, err := d.Tickets.Facts(ctx, s, h.ticket); err != nil || !s.Member(t.Team) {
		return fmt.Errorf("thread %s: %w", thread, helpdesk.ErrDenied)
	}
	return d.DB.Write(ctx, what, func(tx *store.Tx) error {
		h, err := d.handon(ctx, tx, selectHandOn, thread)
		if err != nil {
			return err
		}
		if reads {
			stands, _, err := d.Door.BranchStands(ctx, tx, thread)
			if err != nil {
				return err
			}
			if !stands {
				return helpdesk.Refuse("branches.over")
			}
		}
		return do(tx, h, key)
	})
}

// OnTicket is what stands on a ticket about branches: exactly what each sees.
// None for a ticket nobody handed on. ErrNotFound as for the ticket. What its team
// can't read yet, the first who can gives it.
func (d *Desk) OnTicket(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Seen, error) {
	t, err := d.Tickets.Facts(ctx, s, ticket)
	if err != nil {
		return nil, fmt.Errorf("branches of ticket %s: %w", ticket, err)
	}
	rows, err := d.handons(ctx, d.DB, selectByTicket, ticket)
	if err != nil {
		return nil, err
	}
	out := []Seen{}
	for _, h := range rows {
		key, err := d.teamKey(ctx, d.DB, s, h.id)
		if isNotFound(err) {
			continue // handed to this team by nobody who read it
		}
		if err != nil {
			return nil, err
		}
		if err := d.observe(ctx, h); err != nil {
			return nil, err
		}
		seen, err := d.seen(ctx, h, key)
		if err != nil {
			return nil, err
		}
		if s.Member(t.Team) && !seen.Reads && h.kind == HandedOn {
			err := d.DB.Write(ctx, "let a branch read again", func(tx *store.Tx) error {
				return d.Door.BranchAgain(ctx, tx, h.id, seen.Org, key)
			})
			if err != nil && !isNotFound(err) { // nobody of the branch is left
				return nil, err
			}
			if seen.Reads, seen.Until, err = d.Door.BranchStands(ctx, d.DB, h.id); err != nil {
				return nil, err
			}
		}
		out = append(out, seen)
	}
	return out, nil
}

func (d *Desk) seen(ctx context.Context, h *row, key vault.Key) (Seen, error) {
	body, err := h.open(key)
	if err != nil {
		return Seen{}, err
	}
	out := Seen{ID: h.id, Org: body.Org, By: body.By, Kind: h.kind, HandOn: body.HandOn, Ending: body.Ending, Told: time.UnixMicro(h.told),
		Due: instant(h.due), First: instant(h.first), Ended: h.ended}
	if h.first > 0 {
		out.Took = time.Duration(h.first-h.noticed) * time.Microsecond
	}
	if out.Status, _, err = d.status(ctx, h); err != nil {
		return Seen{}, err
	}
	if out.Reads, out.Until, err = d.Door.BranchStands(ctx, d.DB, h.id); err != nil {
		return Seen{}, err
	}
	if out.Words, err = d.words(ctx, d.DB, h.id, key); err != nil {
		return Seen{}, err
	}
	out.Tasks, err = d.tasksOf(ctx, d.DB, h.id, key)
	return out, err
}

// SayToBranch writes to the branch of a thread. Refusals "branches.over",
// "branches.empty", "branches.long".
func (d *Desk) SayToBranch(ctx context.Context, s *staff.Session, thread helpdesk.ID, client, text string) error {
	text, err := speakable(text)
	if err != nil {
		return err
	}
	return d.asTeam(ctx, s, thread, "write to a branch", true, func(tx *store.Tx, h *row, key vault.Key) error {
		if err := d.say(ctx, tx, thread, key, true, client, wordBody{Author: s.User.ID, Text: text}); err != nil {
			return err
		}
		if h.first == 0 {
			now := d.Now().UnixMicro()
			if err := d.change(ctx, tx, thread, func(h *row) error { h.first = now; return nil }); err != nil {
				return err
			}
		}
		return d.note(ctx, tx, s.User.ID, VerbSaid, h.ticket)
	})
}

// EndFor tells the branch how it ended, as far as the person allowed.
func (d *Desk) EndFor(ctx context.Context, s *staff.Session, thread helpdesk.ID, how Ending) error {
	if !slices.Contains(Endings, how) {
		return helpdesk.Refuse("branches.task")
	}
	return d.asTeam(ctx, s, thread, "say how it ended", false, func(tx *store.Tx, h *row, _ vault.Key) error {
		if err := d.change(ctx, tx, thread, func(h *row) error { h.ended = how; return nil }); err != nil {
			return err
		}
		d.ring(tx, TopicThread, thread)
		return d.note(ctx, tx, s.User.ID, VerbEnded, h.ticket)
	})
}

// Waits is a hand-on in the counsellors' queue.
type Waits struct {
	Ticket, Thread helpdesk.ID
	Number         int64
	Kind           ReceiptKind
	Language       string
	Told, Due      time.Time
	Late           bool
	Answered       bool // and the branch said nothing since
}

// Queue lists the hand-ons that have not ended and that the session may open, the
// first due first.
func (d *Desk) Queue(ctx context.Context, s *staff.Session) ([]Waits, error) {
	rows, err := d.handons(ctx, d.DB, selectOpen)
	if err != nil {
		return nil, err
	}
	out := []Waits{}
	for _, h := range rows {
		t, err := d.Tickets.Facts(ctx, s, h.ticket)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		status, _, err := d.status(ctx, h)
		if err != nil {
			return nil, err
		}
		w := Waits{Ticket: h.ticket, Thread: h.id, Number: t.Number, Kind: h.kind, Language: t.Language, Told: time.UnixMicro(h.told), Due: instant(h.due),
			Answered: status == Answered || status == Ended}
		w.Late = h.first == 0 && d.Now().After(w.Due)
		out = append(out, w)
	}
	return out, nil
}

// Follows gives a ticket's threads to the team it was handed to. Call it after a
// hand-over, as consent's Follow, by whoever handed it over; it writes only what
// is missing.
func (d *Desk) Follows(ctx context.Context, s *staff.Session, ticket, team helpdesk.ID) error {
	rows, err := d.handons(ctx, d.DB, selectByTicket, ticket)
	if err != nil {
		return err
	}
	for _, h := range rows {
		key, err := d.teamKey(ctx, d.DB, s, h.id)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		err = d.DB.Write(ctx, "give a thread to a team", func(tx *store.Tx) error { return d.giveTeam(ctx, tx, h.id, team, key) })
		if err != nil {
			return err
		}
	}
	return nil
}
