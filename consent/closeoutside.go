package consent

import (
	"context"
	"fmt"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

const selectBranchConsents = `SELECT DISTINCT consent FROM consent_branch WHERE wrap IS NOT NULL ORDER BY consent`

// CloseOutside cuts off everything that was handed over and ends what branches
// read, for a database that was put back without its aftermath log: nobody knows
// what was withdrawn since, so nothing stays open. It is handed over anew once
// its person has been asked. It tells how many there were.
func (d *Door) CloseOutside(ctx context.Context) (int, error) {
	open, err := d.book.Handed(ctx, d.DB)
	if err != nil {
		return 0, err
	}
	for _, id := range open {
		err := d.DB.Write(ctx, "close a referral after a restore", func(tx *store.Tx) error {
			return d.cut(ctx, tx, id, referrals.Revoke, "")
		})
		if err != nil {
			return 0, err
		}
	}
	branches, err := store.IDs(ctx, d.DB, selectBranchConsents)
	if err != nil {
		return 0, fmt.Errorf("list what branches read: %w", err)
	}
	for _, id := range branches {
		if err := d.revokeAlone(ctx, id); err != nil {
			return 0, err
		}
	}
	return len(open) + len(branches), nil
}

// revokeAlone ends a consent for the house itself.
func (d *Door) revokeAlone(ctx context.Context, id helpdesk.ID) error {
	return d.DB.Write(ctx, "revoke a consent after a restore", func(tx *store.Tx) error {
		if err := d.ledger.Lock(ctx, tx); err != nil {
			return err
		}
		m, err := d.matter(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := d.write(ctx, tx, m, grants.End(m.events, grants.Revoked, grants.OutcomeClosed, d.Now()), time.Time{}, nil); err != nil {
			return err
		}
		return d.note(ctx, tx, "", VerbRevoked, m.subject.Ticket)
	})
}
