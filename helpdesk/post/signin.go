package post

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/letter"
)

var _ staff.Teller = (*Postroom)(nil)

// SignIn tells somebody with an account, at the address it was made for and in the
// language they work in, that how they sign in was changed, or tried. What it was
// stands behind the sign-in: the mail names no deed, no place and no hour.
//
// ErrDenied as for Remind.
func (p *Postroom) SignIn(ctx context.Context, tx *store.Tx, to staff.User, what staff.Told) error {
	theirs, err := p.staff.AccountAddress(ctx, tx, letter.Address{Addr: to.Address}.Key())
	if err == nil && !theirs {
		err = helpdesk.ErrDenied
	}
	if err != nil {
		return fmt.Errorf("tell %s of their sign-in: %w", to.ID, err)
	}
	lang := to.Locale
	if lang != "sv" {
		lang = "en"
	}
	return p.neutral(ctx, tx, to.Address, lang, "post.signin."+string(what), p.now())
}
