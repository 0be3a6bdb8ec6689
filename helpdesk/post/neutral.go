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
// mailbox can't send it; that is no error.
func (p *Postroom) Waiting(ctx context.Context, tx *store.Tx, address, lang string, notBefore time.Time) error {
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

// neutral builds a letter of two fixed sentences. It has no ticket, no author
// and no thread: an answer to it is a letter like any other.
func (p *Postroom) neutral(ctx context.Context, tx *store.Tx, address, lang, key string, notBefore time.Time) error {
	boxes, err := p.boxes(ctx)
	if err != nil {
		return err
	}
	if len(boxes.all) == 0 {
		p.log.WarnContext(ctx, "a notice has no mailbox to leave from")
		return nil
	}
	box := boxes.all[0]
	id := box.newMessageID()
	// The mailbox's address is seen by whoever opens that inbox; its name is
	// left out, because it may say what we are.
	raw, err := letter.Build(letter.Outgoing{
		From: letter.Address{Addr: box.address}, To: []letter.Address{{Addr: address}},
		Subject: p.words.Say(lang, key+".subject"), Text: p.words.Say(lang, key+".body") + "\n",
		MessageID: id, Date: p.now().Truncate(time.Second), Language: lang,
	})
	if err != nil {
		return fmt.Errorf("build a notice: %w", err)
	}
	return p.layNotice(ctx, tx, outgoing{team: box.team, mailbox: box.id}, box.address, address, id, raw, notBefore)
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
	if err := tx.Later(ctx, insertDelivery, o.id, 0, to, now); err != nil {
		return fmt.Errorf("lay a notice into the outbox: %w", err)
	}
	p.ring(tx, o.author)
	return nil
}
