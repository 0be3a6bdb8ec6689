package post

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tasks"
	"returnsupport/mailbridge/letter"
)

var _ tasks.Alarmist = (*Postroom)(nil)

// Alarm tells a coordinator that mail stands still, or goes again: which mailbox,
// since when and what to do, and nothing of anybody's. It leaves through a mailbox
// that can send; where none can, it answers false and lays nothing down, for a
// mail about a server that is broken must not wait for that server.
func (p *Postroom) Alarm(ctx context.Context, tx *store.Tx, to staff.User, a tasks.Alarm) (bool, error) {
	ours, err := p.staff.StaffAddress(ctx, tx, letter.Address{Addr: to.Address}.Key())
	if err != nil {
		return false, fmt.Errorf("alarm %s: %w", to.ID, err)
	}
	if !ours {
		return false, fmt.Errorf("alarm %s: %w", to.ID, helpdesk.ErrDenied)
	}
	box, found, err := p.sender(ctx, tx, a)
	if err != nil || !found {
		return false, err
	}
	lang := to.Locale
	if lang != "sv" {
		lang = "en"
	}
	key := "post.alarm." + string(a.Way)
	args := []any{a.Address, a.Since.Format("2006-01-02 15:04"), p.words.Say(lang, "post.alarm.do."+a.Do())}
	if a.Again {
		key += ".again"
		args[2] = p.now().In(a.Since.Location()).Format("2006-01-02 15:04")
	}
	return true, p.neutralFrom(ctx, tx, box, to.Address, lang, key, p.now(), args...)
}

// sender is a mailbox that can send, as far as its last letters tell, and not the
// one the alarm is about.
func (p *Postroom) sender(ctx context.Context, tx *store.Tx, a tasks.Alarm) (box *mailbox, found bool, err error) {
	boxes, err := p.boxes(ctx)
	if err != nil {
		return nil, false, err
	}
	for _, b := range boxes.all {
		if a.Way == tasks.Out && !a.Again && b.id == a.Mailbox {
			continue
		}
		var fails int
		if err := tx.QueryRow(ctx, countSending, b.id).Scan(&fails); err != nil {
			return nil, false, fmt.Errorf("look who can send: %w", err)
		}
		if fails == 0 {
			return b, true, nil
		}
	}
	return nil, false, nil
}

// neutralFrom is neutral, from a mailbox of the caller's choice.
func (p *Postroom) neutralFrom(ctx context.Context, tx *store.Tx, box *mailbox, address, lang, key string, notBefore time.Time, args ...any) error {
	id := box.newMessageID()
	// The mailbox's address is seen by whoever opens that inbox; its name is
	// left out, because it may say what we are.
	raw, err := letter.Build(letter.Outgoing{
		From: letter.Address{Addr: box.address}, To: []letter.Address{{Addr: address}},
		Subject: p.words.Say(lang, key+".subject"), Text: p.words.Say(lang, key+".body", args...) + "\n",
		MessageID: id, Date: p.now().Truncate(time.Second), Language: lang, AutoSubmitted: true,
	})
	if err != nil {
		return fmt.Errorf("build a notice: %w", err)
	}
	return p.layNotice(ctx, tx, outgoing{team: box.team, mailbox: box.id}, box.address, address, id, raw, notBefore)
}
