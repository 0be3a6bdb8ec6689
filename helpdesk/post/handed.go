package post

import (
	"context"
	"time"

	"returnsupport/helpdesk/store"
)

// Handed tells somebody of another organisation that something waits for them
// here until a day: neither what, nor about whom, nor what we are. Who has an
// account signs in; for who has none link and typed are the way in, which open
// nothing without a code that they were told by another way.
func (p *Postroom) Handed(ctx context.Context, tx *store.Tx, address, lang, link, typed string, until time.Time) error {
	if lang != "sv" {
		lang = "en"
	}
	day := until.UTC().Format(time.DateOnly)
	if link == "" {
		return p.neutral(ctx, tx, address, lang, "post.handed", p.now(), day)
	}
	return p.neutral(ctx, tx, address, lang, "post.handed_link", p.now(), link, typed, day)
}
