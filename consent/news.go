package consent

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
)

// newsDays is for how long it is worth a mail that a recipient said something.
const newsDays = 7

// news tells persons, where they agreed to it and in the hours they called safe,
// that a message waits: a recipient gave their referral back, asked, or reported.
// Nothing of it stands in the mail. Who was told and has not been here since is
// not told again, and nobody of what left by an exception they do not know of.
func (d *Door) news(ctx context.Context) error {
	all, err := d.book.NewsSince(ctx, d.DB, d.Now().AddDate(0, 0, -newsDays))
	if err != nil || len(all) == 0 {
		return err
	}
	plan, err := d.Office.Hours(ctx)
	if err != nil {
		return err
	}
	hour := d.Now().In(plan.Zone("")).Hour()
	var failed []error
	for _, n := range all {
		notice, ok, err := d.People.Notice(ctx, n.Person)
		mail := ok && notice.Kind == people.ByMail && notice.Sent.IsZero()
		if err == nil && mail && n.Exception != "" {
			mail, err = d.knows(ctx, d.DB, n.Exception, n.Person)
		}
		if err == nil && mail && !notice.Safe(hour) {
			continue // it waits for a safe hour
		}
		if err == nil {
			err = d.DB.Write(ctx, "tell that a message waits", func(tx *store.Tx) error {
				first, err := d.book.Tell(ctx, tx, n.Referral, n.At, n.Person)
				if err != nil || !first || !mail {
					return err
				}
				err = d.People.NoticeSent(ctx, tx, n.Person, d.Now())
				if errors.Is(err, helpdesk.ErrConflict) {
					return nil // of something else, just now
				}
				if err != nil {
					return err
				}
				return d.Post.Waiting(ctx, tx, notice.Address, notice.Language, d.Now())
			})
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("tell the person of referral %s: %w", n.Referral, err))
		}
	}
	return errors.Join(failed...)
}
