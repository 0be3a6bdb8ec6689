package referrals

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

const selectHanded = `SELECT referral FROM referrals_wrap ORDER BY referral`

// Handed lists the referrals that somebody outside could open now.
func (b *Book) Handed(ctx context.Context, r store.Reader) ([]helpdesk.ID, error) {
	ids, err := store.IDs(ctx, r, selectHanded)
	if err != nil {
		return nil, fmt.Errorf("list what is handed over: %w", err)
	}
	return ids, nil
}
