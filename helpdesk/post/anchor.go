package post

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/letter"
)

// Anchor mails somebody who works here how far a signed book goes: a number and
// a hash, to be kept where whoever holds the database does not. ErrDenied as for
// Remind.
func (p *Postroom) Anchor(ctx context.Context, tx *store.Tx, to staff.User, head string) error {
	ours, err := p.staff.StaffAddress(ctx, tx, letter.Address{Addr: to.Address}.Key())
	if err == nil && !ours {
		err = helpdesk.ErrDenied
	}
	if err != nil {
		return fmt.Errorf("mail a head to %s: %w", to.ID, err)
	}
	lang := to.Locale
	if lang != "sv" {
		lang = "en"
	}
	return p.neutral(ctx, tx, to.Address, lang, "post.head", p.now(), head)
}
