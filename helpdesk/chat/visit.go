package chat

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// TurnTo makes a conversation of theirs the one the person is in.
func (r *Room) TurnTo(ctx context.Context, g *people.Guest, conversation helpdesk.ID) error {
	if err := r.mine(ctx, g, conversation); err != nil {
		return err
	}
	return r.db.Write(ctx, "turn to a conversation", func(tx *store.Tx) error {
		return r.people.TurnTo(ctx, tx, g, conversation)
	})
}

// Wish changes what the person told of themselves: when it is safe to call,
// for one.
func (r *Room) Wish(ctx context.Context, g *people.Guest, conversation helpdesk.ID, change func(*tickets.Facts)) error {
	return r.db.Write(ctx, "note a wish", func(tx *store.Tx) error {
		return r.tickets.SetFactsAsPerson(ctx, tx, g, conversation, change)
	})
}

// Aliases are what the colleagues are called towards persons who said this.
func (r *Room) Aliases(ctx context.Context, said []tickets.Said) map[helpdesk.ID]string {
	var ids []helpdesk.ID
	for _, s := range said {
		if !s.Mine {
			ids = append(ids, s.Author)
		}
	}
	return r.staff.Aliases(ctx, ids...)
}

// OpenLink opens the one answer a mail link holds, and lets who opened it write
// back: as the person of g, or, where g is nil, as somebody new, whose cookie
// is returned. waits: another person reads that case, and a member has to say
// yes first; until then tickets.HandedTo has the answer. Refusals: "link.gone",
// "code.typo", "code.busy".
func (r *Room) OpenLink(ctx context.Context, g *people.Guest, typed string, shared bool) (cookie string, waits bool, err error) {
	link, err := r.tickets.TypedLink(ctx, typed)
	if err != nil {
		return "", false, err
	}
	err = r.db.Write(ctx, "open a link", func(tx *store.Tx) error {
		who := g
		if who == nil {
			var err error
			if cookie, who, err = r.people.Begin(ctx, tx, shared); err != nil {
				return err
			}
			if err = r.people.ByLink(ctx, tx, who); err != nil {
				return err
			}
		}
		conversation, _, err := r.tickets.UseLink(ctx, tx, link, who.Pair())
		if waits = conversation == ""; err != nil || waits {
			return err
		}
		return r.people.TurnTo(ctx, tx, who, conversation)
	})
	if err != nil {
		return "", false, fmt.Errorf("open a link: %w", err)
	}
	return cookie, waits, nil
}

// AskLink notes that a link that opens nothing any more is wanted anew.
func (r *Room) AskLink(ctx context.Context, typed string) error {
	link, err := r.tickets.TypedLink(ctx, typed)
	if err != nil {
		return err
	}
	return r.db.Write(ctx, "ask for a link", func(tx *store.Tx) error {
		return r.tickets.AskLink(ctx, tx, link)
	})
}

// DropNotice forgets where the person wanted to be told that a message waits.
func (r *Room) DropNotice(ctx context.Context, g *people.Guest) error {
	return r.db.Write(ctx, "drop a notice address", func(tx *store.Tx) error {
		return r.people.DropNotice(ctx, tx, g.Person)
	})
}

// Welcome lets somebody join the case of which they opened an answer by a link.
func (r *Room) Welcome(ctx context.Context, s *staff.Session, ticket, person helpdesk.ID) error {
	return r.db.Write(ctx, "welcome a stranger", func(tx *store.Tx) error {
		return r.tickets.Welcome(ctx, tx, s, ticket, person)
	})
}

// TurnAway leaves them the one answer.
func (r *Room) TurnAway(ctx context.Context, s *staff.Session, ticket, person helpdesk.ID) error {
	return r.db.Write(ctx, "turn a stranger away", func(tx *store.Tx) error {
		return r.tickets.TurnAway(ctx, tx, s, ticket, person)
	})
}
