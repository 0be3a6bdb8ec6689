package referrals

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// toldKept is how long it is remembered that somebody was told; nothing that is
// told of comes again after so long.
const toldKept = 180 * 24 * time.Hour

// Tell tells whether somebody has still to be told of something that came at an
// instant, and notes that they are.
func (b *Book) Tell(ctx context.Context, tx *store.Tx, subject helpdesk.ID, turn time.Time, who helpdesk.ID) (bool, error) {
	n, err := tx.Exec(ctx, insertTold, subject, micros(turn), who, micros(b.Now()))
	if err != nil {
		return false, fmt.Errorf("note that %s was told: %w", who, err)
	}
	return n == 1, nil
}

// News is that a recipient gave a referral back, asked, or reported.
type News struct {
	Referral, Person, Exception helpdesk.ID
	At                          time.Time
}

// NewsSince lists what recipients said or did since an instant that its person
// was not told of, at most 500, the first first. Tell notes that they were.
func (b *Book) NewsSince(ctx context.Context, r store.Reader, since time.Time) ([]News, error) {
	return rowsOf(ctx, r, func(rows *sql.Rows) (News, error) {
		var n News
		var at int64
		err := rows.Scan(&n.Referral, &n.Person, &n.Exception, &at)
		n.At = instant(at)
		return n, err
	}, newsSince, micros(since))
}

// ForgetTold lets go of what was told long ago.
func (b *Book) ForgetTold(ctx context.Context, tx *store.Tx) error {
	if err := tx.Later(ctx, forgetTold, micros(b.Now().Add(-toldKept))); err != nil {
		return fmt.Errorf("forget what was told: %w", err)
	}
	return nil
}

// ReturnedSince lists what came back since an instant, at most 500, the latest
// first.
func (b *Book) ReturnedSince(ctx context.Context, r store.Reader, since time.Time) ([]*Referral, error) {
	return b.list(ctx, r, returnedSince, micros(since))
}
