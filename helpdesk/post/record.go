package post

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// backoff is how long to wait after so many attempts.
func backoff(attempts int) time.Duration {
	d := firstTry
	for range attempts - 1 {
		if d *= 2; d >= longest {
			return longest
		}
	}
	return d
}

// record writes down what an attempt made of the letter. Where somebody will
// not get it, the conversation says so and the ticket waits for us again. What
// keeps the conversation from saying it, a row that somebody took away or
// changed, is an alarm and no reason to send the letter once more.
func (p *Postroom) record(ctx context.Context, j *job, a attempt) error {
	now, fates := p.now(), a.fates
	end := j.made.Add(giveUp)
	var refused []fate
	next := int64(0)
	for i := range fates {
		f := &fates[i]
		if f.state == Waiting && !now.Before(end) {
			f.state = Refused
			f.code = CodeExpired
		}
		switch f.state {
		case Waiting:
			at := now.Add(a.pauseAfter(j.attempts))
			if at.After(end) {
				at = end
			}
			next = at.UnixMicro()
		case Refused:
			refused = append(refused, *f)
		}
	}
	err := p.settle(ctx, j, a, next, refused)
	switch {
	case err == nil, len(refused) == 0, errors.Is(err, errLeaseLost), errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrFull), ctx.Err() != nil:
		return err
	}
	if err := p.settle(ctx, j, a, next, nil); err != nil {
		return err
	}
	p.untold(ctx, j.outgoing)
	return nil
}

// errLeaseLost: somebody thought us gone and has the letter now; what they find
// counts.
var errLeaseLost = fmt.Errorf("the lease ran out: %w", helpdesk.ErrConflict)

// settle gives the letter back with its fates, and tells of those refused.
func (p *Postroom) settle(ctx context.Context, j *job, a attempt, next int64, refused []fate) error {
	now := p.now()
	return p.db.Write(ctx, "record a delivery", func(tx *store.Tx) error {
		for _, f := range a.fates {
			if _, err := tx.Exec(ctx, markDelivery, string(f.state), f.code, dayOf(now).UnixMicro(), j.id, f.position); err != nil {
				return fmt.Errorf("record letter %s: %w", j.id, err)
			}
		}
		n, err := p.close(ctx, tx, j, next)
		if err != nil {
			return fmt.Errorf("record letter %s: %w", j.id, err)
		}
		if n == 0 {
			return fmt.Errorf("record letter %s: %w", j.id, errLeaseLost)
		}
		if err := p.noteServer(ctx, tx, j.mailbox, a, next); err != nil {
			return err
		}
		byCode := map[string][]string{}
		var codes []string
		for _, f := range refused {
			if byCode[f.code] == nil {
				codes = append(codes, f.code)
			}
			byCode[f.code] = append(byCode[f.code], f.address)
		}
		if !j.proven {
			codes = nil // nobody knows whose conversation that is
		}
		for _, code := range codes {
			if err := p.tell(ctx, tx, j.outgoing, SystemUndelivered, code, byCode[code]); err != nil {
				return err
			}
		}
		p.ring(tx, j.author)
		return nil
	})
}

// close gives the letter back until next, or for good with 0; then its bytes
// are erased. It tells whether the lease still held.
func (p *Postroom) close(ctx context.Context, tx *store.Tx, j *job, next int64) (int64, error) {
	if next > 0 {
		return tx.Exec(ctx, deferOutbox, next, j.id, j.lease)
	}
	var refused int
	if err := tx.QueryRow(ctx, countRefused, j.id).Scan(&refused); err != nil {
		return 0, err
	}
	state := Gone
	if refused > 0 {
		state = Failed
	}
	n, err := tx.Exec(ctx, finishOutbox, string(state), []byte{}, j.id, j.lease)
	if err != nil || n == 0 {
		return n, err
	}
	return n, p.putAway(ctx, tx, j.id)
}

// untold raises the alarm for a letter whose conversation can't be told of it.
func (p *Postroom) untold(ctx context.Context, o outgoing) {
	p.journal.Alarm(ctx, "outbox_untold", o.id)
}

// tell writes into the conversation that a letter of ours did not arrive. It
// goes in the direction of a letter, because the ticket waits for us again; what
// is only late does not. A notice has no conversation.
// Where there is nobody to tell, or nothing to tell it in, the outbox still
// shows the letter.
func (p *Postroom) tell(ctx context.Context, tx *store.Tx, o outgoing, key, code string, addresses []string) error {
	if o.conversation == "" {
		return nil
	}
	direction := tickets.In
	if key == SystemDelayed {
		direction = tickets.Inside
	}
	talk, err := p.tickets.Blind(ctx, tx, o.conversation)
	if err == nil {
		_, err = talk.Append(ctx, tx, tickets.Message{
			Kind: tickets.KindSystem, Direction: direction,
			Content: tickets.Content{Key: key, Args: []string{strings.Join(addresses, ", "), code}},
		})
	}
	var no helpdesk.Refusal
	switch {
	case errors.Is(err, tickets.ErrNobody), errors.As(err, &no):
		return nil
	case errors.Is(err, helpdesk.ErrNotFound):
		p.untold(ctx, o) // nobody but a writer to the database takes conversation or ticket away
		return nil
	case err != nil:
		return fmt.Errorf("tell of letter %s: %w", o.id, err)
	}
	p.ring(tx, o.author)
	return nil
}
