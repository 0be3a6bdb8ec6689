package post

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge/letter"
)

// outgoing is what must be known of a letter of ours to speak of it in its
// conversation.
type outgoing struct {
	id, message, conversation, ticket, team, mailbox, author helpdesk.ID
	mac                                                      []byte
}

func (o *outgoing) dest() []any {
	return []any{&o.id, &o.message, &o.conversation, &o.ticket, &o.team, &o.mailbox, &o.author, &o.mac}
}

// origin is what our MAC on the row speaks for: moved to another conversation,
// mailbox or id, it counts for nothing.
func (o *outgoing) origin(idIndex []byte) vault.Context {
	return vault.At("post.outbox.origin", o.id, o.message, o.conversation, o.ticket, o.team, o.mailbox, o.author, idIndex)
}

// sentAs finds our letter by its Message-ID; ErrNotFound when it is none of
// ours.
func (p *Postroom) sentAs(ctx context.Context, r store.Reader, id string) (outgoing, error) {
	var o outgoing
	index := p.idIndex(id)
	var sealed []byte
	if err := r.QueryRow(ctx, selectSentAs, index).Scan(append(o.dest(), &sealed)...); err != nil {
		return o, fmt.Errorf("look for a letter of ours: %w", err)
	}
	if !p.secrets.Vouched(o.mac, o.origin(index)) {
		p.journal.Alarm(ctx, "outbox_forged", o.id)
		return o, fmt.Errorf("look for a letter of ours: %w", helpdesk.ErrNotFound)
	}
	return p.revealed(o, sealed)
}

// returned reads a bounce: it marks each recipient that was not reached, for good,
// for now or not yet, and tells the author in the conversation. A bounce that does not name a letter of ours,
// whose id nobody can guess, is only kept.
func (p *Postroom) returned(ctx context.Context, tx *store.Tx, l *letter.Letter) error {
	o, err := p.spokenOf(ctx, tx, l)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	told := map[string][]string{} // addresses by the key of the fact
	codes := map[string]string{}
	mark := func(r letter.Recipient, only bool) (int64, error) {
		key, code := SystemReturned, statusCode(r.Status)
		state := Refused
		switch {
		case r.Permanent():
			if r.Soft() {
				key = SystemReturnedSoft
			}
		case r.Action == "delayed" || r.Action == "" && r.Soft():
			key, state = SystemDelayed, Delayed
		default:
			return 0, nil
		}
		n, err := p.came(ctx, tx, o.id, state, r.Addr, code, only)
		if n > 0 {
			told[key], codes[key] = append(told[key], r.Addr), code
		}
		return n, err
	}
	recipients := recipientsOf(l)
	found := int64(0)
	for _, r := range recipients {
		n, err := mark(r, false)
		if err != nil {
			return err
		}
		found += n
	}
	// A forwarded address is reported under its last name, and some servers name
	// nobody: where the letter went to one recipient only, it can be no other.
	for i := 0; i < len(recipients) && found == 0; i++ {
		if found, err = mark(recipients[i], true); err != nil {
			return err
		}
	}
	for _, key := range []string{SystemReturned, SystemReturnedSoft, SystemDelayed} {
		if len(told[key]) == 0 {
			continue
		}
		if err := p.tell(ctx, tx, o, key, codes[key], told[key]); err != nil {
			return err
		}
	}
	return nil
}

// spokenOf finds which of our letters a bounce is about: by its report, or by
// the thread of those who write none.
func (p *Postroom) spokenOf(ctx context.Context, tx *store.Tx, l *letter.Letter) (outgoing, error) {
	var ids []string
	if l.Delivery != nil && l.Delivery.Original != "" {
		ids = append(ids, l.Delivery.Original)
	}
	ids = append(ids, l.InReplyTo...)
	if n := len(l.References); n > 0 {
		ids = append(ids, l.References[n-1])
	}
	for _, id := range ids[:min(len(ids), 5)] {
		o, err := p.sentAs(ctx, tx, id)
		if !errors.Is(err, helpdesk.ErrNotFound) {
			return o, err
		}
	}
	return outgoing{}, helpdesk.ErrNotFound
}

func recipientsOf(l *letter.Letter) []letter.Recipient {
	if l.Delivery == nil {
		return nil
	}
	return l.Delivery.Recipients
}

// came marks one recipient of a letter as not reached, or not yet; with only, the
// only one there is, whatever its address. It returns how many were marked.
func (p *Postroom) came(ctx context.Context, tx *store.Tx, outbox helpdesk.ID, state State, addr, code string, only bool) (n int64, err error) {
	now := dayOf(p.now()).UnixMicro()
	index := p.addressIndex(letter.Address{Addr: addr}.Key())
	switch {
	case state == Delayed && only:
		n, err = tx.Exec(ctx, delayOnlyDelivery, code, now, outbox)
	case state == Delayed:
		n, err = tx.Exec(ctx, delayDelivery, code, now, outbox, index)
	case only:
		n, err = tx.Exec(ctx, refuseOnlyDelivery, code, now, outbox)
	default:
		n, err = tx.Exec(ctx, refuseDelivery, code, now, outbox, index)
	}
	if err == nil && n > 0 && state == Refused {
		_, err = tx.Exec(ctx, failOutbox, outbox)
	}
	if err != nil {
		return 0, fmt.Errorf("mark letter %s: %w", outbox, err)
	}
	return n, nil
}

// statusCode keeps an enhanced status code (RFC 3463) and nothing else of what
// a server said; without one it is 5.0.0, "other".
func statusCode(s string) string {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return "5.0.0"
	}
	for i, n := range parts {
		if n == "" || len(n) > 3 || strings.Trim(n, "0123456789") != "" || i == 0 && len(n) != 1 {
			return "5.0.0"
		}
	}
	return s
}
