package branches

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Mine lists the hand-ons of the volunteer's branch, the latest first; what the
// branch may read no more stands there as Over.
func (d *Desk) Mine(ctx context.Context, o *staff.Outsider) ([]Followed, error) {
	if err := works(o); err != nil {
		return nil, err
	}
	rows, err := d.handons(ctx, d.DB, selectByOrg, d.orgMark(o.Org))
	if err != nil {
		return nil, err
	}
	out := []Followed{}
	for _, h := range rows {
		if h.kind != HandedOn {
			continue // without their yes nothing is told of them
		}
		f, _, err := d.followed(ctx, o, h)
		switch {
		case refused(err, "branches.over"):
			out = append(out, Followed{ID: h.id, Told: time.UnixMicro(h.told), Over: true})
		case isNotFound(err):
		case err != nil:
			return nil, err
		default:
			out = append(out, f)
		}
	}
	return out, nil
}

// followed opens a hand-on for a volunteer, as far as the door lets them.
func (d *Desk) followed(ctx context.Context, o *staff.Outsider, h *row) (Followed, vault.Key, error) {
	// First: a ticket that was closed long ago ends what the branch reads.
	if err := d.observe(ctx, h); err != nil {
		return Followed{}, vault.Key{}, err
	}
	key, err := d.Door.BranchReads(ctx, d.DB, o, h.id)
	if err != nil {
		return Followed{}, vault.Key{}, err
	}
	body, err := h.open(key)
	if err != nil {
		return Followed{}, vault.Key{}, err
	}
	f := Followed{ID: h.id, Ending: body.Ending, Need: body.HandOn.Need, Urgent: body.HandOn.Urgent, Told: time.UnixMicro(h.told),
		Due: instant(h.due), First: instant(h.first), Ended: h.ended, Mine: body.By == o.User.ID}
	if f.Status, f.New, err = d.status(ctx, h); err != nil {
		return Followed{}, vault.Key{}, err
	}
	if _, f.Until, err = d.Door.BranchStands(ctx, d.DB, h.id); err != nil {
		return Followed{}, vault.Key{}, err
	}
	tasks, err := d.tasksOf(ctx, d.DB, h.id, key)
	if err != nil {
		return Followed{}, vault.Key{}, err
	}
	f.Tasks = openTasks(tasks)
	return f, key, nil
}

// status is how a hand-on stands in one word, and whether the last word is ours.
func (d *Desk) status(ctx context.Context, h *row) (Status, bool, error) {
	var ours, theirs int64
	if err := d.DB.QueryRow(ctx, selectTurns, h.id).Scan(&ours, &theirs); err != nil {
		return "", false, fmt.Errorf("look whose turn it is in %s: %w", h.id, err)
	}
	switch {
	case h.closed > 0 || h.ended != EndUnsaid:
		return Ended, ours > theirs, nil
	case h.first == 0:
		return Received, false, nil
	case theirs > max(ours, h.first):
		return Waiting, false, nil
	}
	return Answered, ours > theirs, nil
}

// own reads a hand-on of a volunteer's branch; ErrNotFound for every other, as if
// there were none.
func (d *Desk) own(ctx context.Context, r store.Reader, o *staff.Outsider, thread helpdesk.ID) (*row, error) {
	if err := works(o); err != nil {
		return nil, err
	}
	h, err := d.handon(ctx, r, selectHandOn, thread)
	if err == nil && (h.kind != HandedOn || string(h.org) != string(d.orgMark(o.Org))) {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("thread %s: %w", thread, err)
	}
	return h, nil
}

// Follow opens one of them and writes so into the journal. ErrNotFound for
// another branch's, and for what is no hand-on; Refusal "branches.over".
func (d *Desk) Follow(ctx context.Context, o *staff.Outsider, thread helpdesk.ID) (Thread, error) {
	h, err := d.own(ctx, d.DB, o, thread)
	if err != nil {
		return Thread{}, err
	}
	f, key, err := d.followed(ctx, o, h)
	if err != nil {
		return Thread{}, err
	}
	t := Thread{Followed: f}
	if t.Words, err = d.words(ctx, d.DB, thread, key); err != nil {
		return Thread{}, err
	}
	if t.All, err = d.tasksOf(ctx, d.DB, thread, key); err != nil {
		return Thread{}, err
	}
	// Under a name of the thread that only the index secret yields: beside its own
	// the account would tell which branch a ticket is with.
	return t, d.Journal.Opened(ctx, o.ID, o.User.ID, d.idOf("opened", string(thread)))
}

// Say says something in a thread. wroteFor: the volunteer typed for the person
// beside them, and who typed is kept. Refusals "branches.over", "branches.empty",
// "branches.long".
func (d *Desk) Say(ctx context.Context, o *staff.Outsider, thread helpdesk.ID, client, text string, wroteFor bool) error {
	text, err := speakable(text)
	if err != nil {
		return err
	}
	return d.inThread(ctx, o, thread, "say something to the counsellors", func(tx *store.Tx, h *row, key vault.Key) error {
		if err := d.say(ctx, tx, thread, key, false, client, wordBody{Author: o.User.ID, WroteFor: wroteFor, Text: text}); err != nil {
			return err
		}
		return d.noteTheirs(ctx, tx, VerbSaid, h.ticket)
	})
}

// inThread lets a volunteer act in a thread their branch reads at this instant.
func (d *Desk) inThread(ctx context.Context, o *staff.Outsider, thread helpdesk.ID, what string, do func(*store.Tx, *row, vault.Key) error) error {
	return d.DB.Write(ctx, what, func(tx *store.Tx) error {
		h, err := d.own(ctx, tx, o, thread)
		if err != nil {
			return err
		}
		key, err := d.Door.BranchReads(ctx, tx, o, thread)
		if err != nil {
			return err
		}
		return do(tx, h, key)
	})
}
