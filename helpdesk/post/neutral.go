package post

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/letter"
)

// Waiting lays a letter into the outbox that says only that a message waits: no
// name, no place, no link. It goes to an address somebody left for that, in
// their language, not before the hour they called safe. A house without a
// mailbox can't send it, and an address gets few automatic mails a day; neither
// is an error.
func (p *Postroom) Waiting(ctx context.Context, tx *store.Tx, address, lang string, notBefore time.Time) error {
	ok, err := p.mayTell(ctx, tx, letter.Address{Addr: address}.Key(), 0)
	if err != nil || !ok {
		return err
	}
	return p.neutral(ctx, tx, address, lang, "letter.notice", notBefore)
}

// OnCall tells staff at their work addresses that somebody needs them now, and
// nothing else: who that is stands behind the sign-in.
func (p *Postroom) OnCall(ctx context.Context, tx *store.Tx, addresses []string) error {
	for _, a := range addresses {
		if err := p.neutral(ctx, tx, a, "sv", "post.oncall", p.now()); err != nil {
			return err
		}
	}
	return nil
}

// neutral builds a letter of two fixed sentences; args are no words of anybody.
// It has no ticket, no author and no thread: an answer to it is a letter like
// any other.
func (p *Postroom) neutral(ctx context.Context, tx *store.Tx, address, lang, key string, notBefore time.Time, args ...any) error {
	boxes, err := p.boxes(ctx)
	if err != nil {
		return err
	}
	if len(boxes.all) == 0 {
		p.log.WarnContext(ctx, "a notice has no mailbox to leave from")
		return nil
	}
	return p.neutralFrom(ctx, tx, boxes.all[0], address, lang, key, notBefore, args...)
}

// layNotice lays a mail of fixed sentences into the outbox.
func (p *Postroom) layNotice(ctx context.Context, tx *store.Tx, o outgoing, from, address, id string, raw []byte, notBefore time.Time) error {
	o.id, o.message = helpdesk.NewID(), helpdesk.NewID()
	index := p.idIndex(id)
	now := p.now().UnixMicro()
	mail := p.secrets.SealOffice(mailAt(o.id), packed(from, []string{address}, raw))
	client := p.secrets.Index("post.client", string(o.id))
	if err := tx.Later(ctx, insertOutbox, o.id, o.message, o.conversation, o.ticket, o.team, o.mailbox, o.author,
		index, mail, now, max(notBefore.UnixMicro(), now), client, 0, p.secrets.Vouch(o.origin(index))); err != nil {
		return fmt.Errorf("lay a notice into the outbox: %w", err)
	}
	to := p.addressIndex(letter.Address{Addr: address}.Key())
	if err := tx.Later(ctx, insertDelivery, o.id, 0, to, dayOf(p.now()).UnixMicro()); err != nil {
		return fmt.Errorf("lay a notice into the outbox: %w", err)
	}
	p.ring(tx, o.author)
	return nil
}
