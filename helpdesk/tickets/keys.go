package tickets

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/vault"
)

// spot is one epoch of one conversation.
type spot struct {
	conversation helpdesk.ID
	epoch        int64
}

// held is an opened conversation key. proven is false when the row it came
// from lacks our MAC: then it opens what was sealed with it, but nothing new
// is sealed with it and no wrap is settled by it.
type held struct {
	key    vault.Key
	proven bool
	// Opened as a user: who, and what they are called there (loan.go).
	reader, called helpdesk.ID
}

// ring of keys one request holds; it dies with the request.
type keys map[spot]held

// openReader opens one reader's wrap with the keys of h. ErrDenied when it does
// not hold them. The second result is the settled row to store, nil when there
// is nothing to settle.
func (d *Desk) openReader(ctx context.Context, h holder, r *readerRow) (held, *readerRow, error) {
	if r.expires != 0 && r.expires <= d.now().UnixMicro() {
		return held{}, nil, helpdesk.ErrDenied
	}
	pair, err := h.pair(r.kind, r.reader, r.version)
	if errors.Is(err, helpdesk.ErrNotFound) {
		// A version that waits for a member who still holds it: not theirs yet.
		err = helpdesk.ErrDenied
	}
	if err != nil {
		return held{}, nil, err
	}
	key, err := pair.Unwrap(r.wrapped(), r.wrap)
	if err != nil {
		return held{}, nil, fmt.Errorf("open conversation %s: %w", r.conversation, err)
	}
	if !d.vouchedReader(r) {
		d.alarm(ctx, "reader", r.conversation)
		return held{key: key, reader: r.reader, called: r.called}, nil, nil
	}
	var settled *readerRow
	if r.form == formBlind {
		again := *r
		again.form = formSettled
		again.wrap = pair.Wrap(again.wrapped(), key)
		again.mac = d.secrets.Vouch(again.origin(), again.wrap)
		settled = &again
	}
	return held{key: key, proven: true, reader: r.reader, called: r.called}, settled, nil
}

// openKeys opens whatever h may open of the conversations: the keys
// of every epoch for which they are among the readers. A wrap that does not open
// is an alarm and is skipped, so that one broken row hides nothing else.
func (d *Desk) openKeys(ctx context.Context, h holder, readers []*readerRow, settle *Settle) (keys, error) {
	out := keys{}
	for _, r := range readers {
		at := spot{r.conversation, r.epoch}
		if have, ok := out[at]; ok && have.proven {
			continue
		}
		opened, settled, err := d.openReader(ctx, h, r)
		switch {
		case errors.Is(err, helpdesk.ErrDenied):
			continue
		case err != nil && ctx.Err() != nil:
			return nil, err
		case err != nil:
			d.alarm(ctx, "reader", r.conversation)
			continue
		}
		out[at] = opened
		if settled != nil {
			settle.readers = append(settle.readers, settled)
		}
	}
	return out, nil
}
