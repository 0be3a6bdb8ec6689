package post

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tasks"
	"returnsupport/mailbridge/letter"
)

var _ tasks.Reminder = (*Postroom)(nil)

// Remind tells somebody who works here, at their work address and in the
// language they work in, that something of theirs is due. What it is stands
// behind the sign-in: the mail names no ticket, no number and no day.
//
// ErrDenied for an address that is nobody's who works here: however a caller
// came by it, no reminder goes to a person.
func (p *Postroom) Remind(ctx context.Context, tx *store.Tx, to staff.User, about tasks.Notice) error {
	ours, err := p.staff.StaffAddress(ctx, tx, letter.Address{Addr: to.Address}.Key())
	if err != nil {
		return fmt.Errorf("remind %s: %w", to.ID, err)
	}
	if !ours {
		return fmt.Errorf("remind %s: %w", to.ID, helpdesk.ErrDenied)
	}
	lang := to.Locale
	if lang != "sv" {
		lang = "en"
	}
	key := "post.remind.due"
	switch about {
	case tasks.NoticeOverdue:
		key = "post.remind.overdue"
	case tasks.NoticeWaiting:
		key = "post.remind.waiting"
	case tasks.NoticeNamed:
		key = "post.remind.named"
	case tasks.NoticeGrave:
		key = "post.remind.grave"
	}
	return p.neutral(ctx, tx, to.Address, lang, key, p.now())
}
