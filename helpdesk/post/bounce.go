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
	if err := r.QueryRow(ctx, selectSentAs, index).Scan(o.dest()...); err != nil {
		return o, fmt.Errorf("look for a letter of ours: %w", err)
	}
	if !p.secrets.Vouched(o.mac, o.origin(index)) {
		p.journal.Alarm(ctx, "outbox_forged", o.id)
		return o, fmt.Errorf("look for a letter of ours: %w", helpdesk.ErrNotFound)
	}
	return o, nil
}

// returned reads a bounce: it marks what was not delivered and tells the
// author in the conversation. A bounce that does not name a letter of ours,
// whose id nobody can guess, is only kept.
func (p *Postroom) returned(ctx context.Context, tx *store.Tx, l *letter.Letter) error {
	o, err := p.spokenOf(ctx, tx, l)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var failed []string
	code := ""
	for _, r := range recipientsOf(l) {
		if !r.Permanent() {
			continue
		}
		code = statusCode(r.Status)
		n, err := p.refuse(ctx, tx, o.id, letter.Address{Addr: r.Addr}.Key(), code)
		if err != nil {
			return err
		}
		if n > 0 {
			failed = append(failed, r.Addr)
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return p.tell(ctx, tx, o, SystemReturned, code, failed)
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

// refuse marks one recipient of a letter as not reached. A forwarded address
// is reported under its last name; where the letter went to one recipient
// only, it can be no other.
func (p *Postroom) refuse(ctx context.Context, tx *store.Tx, outbox helpdesk.ID, key, code string) (int64, error) {
	now := p.now().UnixMicro()
	n, err := tx.Exec(ctx, refuseDelivery, code, now, outbox, p.addressIndex(key))
	if err == nil && n == 0 {
		n, err = tx.Exec(ctx, refuseOnlyDelivery, code, now, outbox)
	}
	if err == nil && n > 0 {
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
