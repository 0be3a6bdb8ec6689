package chat

import (
	"context"
	"errors"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// Sit gives somebody who came back a place in the queue, in a conversation
// they have. Sitting there already is no error. Refusals: "chat.closed",
// "chat.crowded", "ticket.erasing".
func (r *Room) Sit(ctx context.Context, g *people.Guest, conversation helpdesk.ID) error {
	thread, err := r.thread(ctx, g, conversation)
	if err != nil {
		return err
	}
	if thread.Erasing {
		return helpdesk.Refuse("ticket.erasing") // nobody of ours could read a word
	}
	ticket, facts, err := r.tickets.FactsAsPerson(ctx, g, conversation)
	if err != nil {
		return err
	}
	door, err := r.Door(ctx, facts.Whose())
	if err != nil {
		return err
	}
	if door.State != hours.Open {
		return helpdesk.Refuse("chat.closed")
	}
	// The conversation is sealed to its team: others can't take it.
	if here, err := r.anyHere(ctx, ticket.Team); err != nil || !here {
		return errors.Join(err, refuseIf(!here, "chat.closed"))
	}
	if crowded, err := r.Crowded(ctx, facts); err != nil || crowded {
		return errors.Join(err, refuseIf(crowded, "chat.crowded"))
	}
	return r.db.Write(ctx, "sit down", func(tx *store.Tx) error {
		return r.seat(ctx, tx, g, sitting{conversation, ticket.ID, ticket.Team, ticket.Language, facts.Priority(), thread.Last, thread.Last})
	})
}

func refuseIf(yes bool, key string) error {
	if yes {
		return helpdesk.Refuse(key)
	}
	return nil
}

// Leave ends the sitting from the person's side; the conversation stays. Who
// left by the exit did so because somebody came: the desk sees that it must
// not write first by another way.
func (r *Room) Leave(ctx context.Context, g *people.Guest, conversation helpdesk.ID, quickly bool) error {
	if err := r.mine(ctx, g, conversation); err != nil {
		return err
	}
	by := "person"
	if quickly {
		by = "left"
	}
	return r.db.Write(ctx, "leave a table", func(tx *store.Tx) error {
		if err := r.tickets.Lock(ctx, tx, conversation); err != nil {
			return err
		}
		if quickly {
			err := r.tickets.SetFactsAsPerson(ctx, tx, g, conversation, func(f *tickets.Facts) { f.LeftQuickly = true })
			if err != nil {
				return err
			}
		}
		t, err := r.living(ctx, tx, conversation)
		if errors.Is(err, helpdesk.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return r.leave(ctx, tx, t, by)
	})
}

// leave is finish by the person, who has left also where somebody sat down
// with them at this moment.
func (r *Room) leave(ctx context.Context, tx *store.Tx, t *tableRow, by string) error {
	left := *t
	left.state = anyState
	return r.finish(ctx, tx, &left, Ended, by)
}

// anyState lets finish end a sitting that waits as one that talks.
const anyState State = ""

// finish ends a sitting that still stands as it was seen, writes so into the
// conversation and lets the person's session count idle time again. A sitting
// that another ended first is left as it is.
func (r *Room) finish(ctx context.Context, tx *store.Tx, t *tableRow, end State, by string) error {
	n, err := tx.Exec(ctx, endTable, t.id, string(end), by, string(t.state))
	if err != nil || n == 0 {
		return err
	}
	if err := tx.Later(ctx, dismissGuests, t.id); err != nil {
		return err
	}
	key := SystemEnded
	if end == Missed {
		key = SystemMissed
	}
	if err := r.note(ctx, tx, t.conversation, key, by); err != nil {
		return err
	}
	r.ring(tx, t.conversation)
	return r.people.Hold(ctx, tx, t.person, false)
}

// note writes a fact into the conversation, for both sides to read. Nobody
// needs to be signed in for it.
func (r *Room) note(ctx context.Context, tx *store.Tx, conversation helpdesk.ID, key string, args ...string) error {
	c, err := r.tickets.Blind(ctx, tx, conversation)
	if errors.Is(err, tickets.ErrNobody) {
		return nil // erased meanwhile: there is nobody left to tell
	}
	if err != nil {
		return err
	}
	_, err = c.Append(ctx, tx, tickets.Message{
		Kind: tickets.KindSystem, Direction: tickets.Out, Content: tickets.Content{Key: key, Args: args},
	})
	return err
}
