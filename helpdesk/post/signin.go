package post

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/letter"
)

var _ staff.Teller = (*Postroom)(nil)

// SignIn tells somebody with an account, at the address it was made for and in the
// language they work in, that how they sign in was changed, or tried. What it was
// stands behind the sign-in: the mail names no deed, no place and no hour.
//
// Who can't be told, because no letter can be built to their address, signs in and
// changes things all the same: the log says so. To an address that is nobody's with
// an account nothing goes, however a caller came by it. A house that has no mailbox
// yet, as on its first day, tells nobody, and that is nothing to warn of.
func (p *Postroom) SignIn(ctx context.Context, tx *store.Tx, to staff.User, what staff.Told) error {
	boxes, err := p.boxes(ctx)
	if err != nil || len(boxes.all) == 0 {
		return err
	}
	theirs, err := p.staff.AccountAddress(ctx, tx, to.Address)
	if err != nil {
		return fmt.Errorf("tell %s of their sign-in: %w", to.ID, err)
	}
	lang := to.Locale
	if lang != "sv" {
		lang = "en"
	}
	var unfit *letter.Unfit
	if theirs {
		err = p.neutral(ctx, tx, to.Address, lang, "post.signin."+string(what), p.now())
	}
	if !theirs || errors.As(err, &unfit) {
		p.log.WarnContext(ctx, "somebody can't be told of their sign-in: their address takes no mail", "user", to.ID)
		return nil
	}
	return err
}
