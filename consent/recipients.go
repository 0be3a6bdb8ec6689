package consent

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// tellErased tells the recipients of what left some tickets that its person has it
// erased (GDPR, Article 19), in the transaction in which they ask for it: whoever
// has an account of the organisation, by one mail without content. On their pages
// it stands as taken back until it is gone. Who it went to lies sealed, and nobody
// is here who could open it; but accounts are few, and their index says which.
// Whoever was only sent a link has no address here any more.
func (d *Door) tellErased(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	var left [][]byte
	err := d.eachReferral(ctx, tx, tickets, func(r *referrals.Referral) error {
		switch r.State {
		case referrals.Draft, referrals.Awaiting, referrals.Ready, referrals.Cancelled:
		default:
			left = append(left, r.Target)
		}
		return nil
	})
	if err != nil || len(left) == 0 {
		return err
	}
	users, err := d.Staff.PartnerUsers(ctx)
	if err != nil {
		return fmt.Errorf("look for whom to tell of an erasure: %w", err)
	}
	for _, u := range users {
		index := d.book.TargetIndex(u.Org)
		if u.User.State != staff.Active || !slices.ContainsFunc(left, func(t []byte) bool { return bytes.Equal(t, index) }) {
			continue
		}
		if err := d.Post.ErasedHere(ctx, tx, u.User.Address, u.User.Locale); err != nil {
			return fmt.Errorf("tell of an erasure: %w", err)
		}
	}
	return nil
}
