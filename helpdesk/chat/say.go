package chat

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// Words is one message to be said.
type Words struct {
	ClientID string // the same one twice is said once
	Text     string
	Files    []tickets.Upload
	Offers   []string // short answers to choose from; the desk's only
	// Beside are translations that reach the person together with the text; the
	// desk's only.
	Beside []tickets.Beside
}

// LogValue keeps words out of logs.
func (Words) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Say appends what the person said and returns its number in the conversation;
// the same ClientID again returns the first number. Somebody who does not read
// the conversation gets helpdesk.ErrNotFound. Refusals as for Start.
func (r *Room) Say(ctx context.Context, g *people.Guest, conversation helpdesk.ID, w Words) (int64, error) {
	if err := speakable(w.Text, w.Files); err != nil {
		return 0, err
	}
	ctx = store.Brief(ctx)
	var number int64
	err := r.db.Write(ctx, "say in a conversation", func(tx *store.Tx) error {
		n, twice, err := r.tickets.Word(ctx, tx, g, conversation, said(w.Text, w.ClientID, w.Files))
		if number = n; err != nil || twice {
			return err
		}
		r.word(tx, conversation, number)
		return tx.Later(ctx, saidByGuest, conversation, number, r.now().UnixMicro(), pause.Microseconds())
	})
	if err != nil {
		return 0, fmt.Errorf("say in conversation %s: %w", conversation, err)
	}
	return number, nil
}

// word rings for those at the table who have not heard this number yet.
func (r *Room) word(tx *store.Tx, conversation helpdesk.ID, number int64) {
	tx.After(func() { r.bus.Publish(bus.Event{Topic: TopicTable, Subject: conversation, Number: number}) })
}

// rang rings for those at the table; who watches the list needs no bell for
// every word.
func (r *Room) rang(tx *store.Tx, conversation helpdesk.ID) {
	tx.After(func() { r.tell(conversation) })
}

// GuestTyping notes that the person is writing. Pages send it only where the
// house has switched typing marks on.
func (r *Room) GuestTyping(ctx context.Context, g *people.Guest, conversation helpdesk.ID) error {
	if err := r.mine(ctx, g, conversation); err != nil {
		return err
	}
	return r.touch(ctx, conversation, guestTypes, conversation, r.now().Add(typing).UnixMicro())
}

// touch runs one small statement about a table and rings for it.
func (r *Room) touch(ctx context.Context, conversation helpdesk.ID, query string, args ...any) error {
	return r.db.Write(ctx, "mark at a table", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, query, args...)
		if err == nil && n > 0 {
			r.rang(tx, conversation)
		}
		return err
	})
}

// mine: the conversation is one of the guest's own.
func (r *Room) mine(ctx context.Context, g *people.Guest, conversation helpdesk.ID) error {
	_, err := r.thread(ctx, g, conversation)
	return err
}

// thread is a conversation of the guest's own.
func (r *Room) thread(ctx context.Context, g *people.Guest, conversation helpdesk.ID) (tickets.Thread, error) {
	threads, err := r.tickets.Mine(ctx, g)
	if err != nil {
		return tickets.Thread{}, err
	}
	for _, t := range threads {
		if t.Conversation == conversation {
			return t, nil
		}
	}
	return tickets.Thread{}, fmt.Errorf("conversation %s: %w", conversation, helpdesk.ErrNotFound)
}

const often = 10 * time.Second // how often a page that only looks is written down
