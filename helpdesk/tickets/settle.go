package tickets

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// settleMost bounds one request's wraps, so that its write stays short.
const settleMost = 200

// Settle is what a request found blind and could open: wraps made anew under
// keys its session holds. It carries sealed bytes only, so it may outlive the
// response.
type Settle struct {
	readers []*readerRow
	letters []settledLetter
	sifts   []*siftRow
	heads   []settledHead
	shut    bool // a message did not open
}

// settledHead is a head into which was counted what came while nobody was
// there. One that was changed since it was read stays as it is.
type settledHead struct {
	conversation helpdesk.ID
	epoch, was   int64 // the present one, and the head's as it was read
	body, before []byte
}

const settleHead = `UPDATE tickets_conversation SET head = $1, head_epoch = $2 WHERE id = $3 AND epoch = $2 AND head_epoch = $4 AND head = $5`

type settledLetter struct {
	message helpdesk.ID
	keywrap []byte
}

// Empty tells that there is nothing to do.
func (x Settle) Empty() bool { return len(x.readers)+len(x.letters)+len(x.sifts)+len(x.heads) == 0 }

// LogValue keeps wraps out of logs.
func (Settle) LogValue() slog.Value { return sealedValue }

// Settle stores up to 200 of the wraps a request remembered, in a short write
// of its own, after the response. Two sessions that settle the same are
// harmless: each statement asks again that the wrap is still blind, and either
// form opens. What is left over is found blind again by the next reader.
func (d *Desk) Settle(ctx context.Context, s *staff.Session, x Settle) error {
	return d.settleFor(ctx, s.ID, x)
}

// SettleHeard is Settle for a person's session.
func (d *Desk) SettleHeard(ctx context.Context, g *people.Guest, x Settle) error {
	return d.settleFor(ctx, g.ID, x)
}

func (d *Desk) settleFor(ctx context.Context, session helpdesk.ID, x Settle) error {
	if x.Empty() {
		return nil
	}
	err := d.db.Write(ctx, "settle wraps", func(tx *store.Tx) error {
		if _, err := d.settle(ctx, tx, x, settleMost); err != nil {
			return err
		}
		for _, h := range x.heads {
			if err := tx.Later(ctx, settleHead, h.body, h.epoch, h.conversation, h.was, h.before); err != nil {
				return err
			}
		}
		return d.storeSifts(ctx, tx, x.sifts)
	})
	if err != nil {
		return fmt.Errorf("settle for session %s: %w", session, err)
	}
	return nil
}

// settle stores at most most wraps and tells how many it tried.
func (d *Desk) settle(ctx context.Context, tx *store.Tx, x Settle, most int) (int, error) {
	done := 0
	for _, r := range x.readers {
		if done == most {
			return done, nil
		}
		done++
		_, err := tx.Exec(ctx, settleReader, r.wrap, r.mac, r.conversation, r.epoch, r.kind, cmp.Or(r.called, r.reader), r.version)
		if err != nil {
			return done, fmt.Errorf("settle reader of %s: %w", r.conversation, err)
		}
	}
	for _, l := range x.letters {
		if done == most {
			return done, nil
		}
		done++
		n, err := tx.Exec(ctx, settleMessage, l.keywrap, l.message)
		if err != nil {
			return done, fmt.Errorf("settle message %s: %w", l.message, err)
		}
		if n == 0 {
			continue // another session was faster
		}
		if _, err := tx.Exec(ctx, deleteLetterKeys, l.message); err != nil {
			return done, fmt.Errorf("settle message %s: %w", l.message, err)
		}
	}
	return done, nil
}
