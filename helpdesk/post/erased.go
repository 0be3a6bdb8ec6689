package post

import (
	"context"

	"returnsupport/helpdesk/store"
)

// ErasedHere tells somebody of another organisation that something they were
// handed is erased because its person asks for it, and to erase what they kept of
// it: neither what, nor about whom.
func (p *Postroom) ErasedHere(ctx context.Context, tx *store.Tx, address, lang string) error {
	if lang != "sv" {
		lang = "en"
	}
	return p.neutral(ctx, tx, address, lang, "post.erased", p.now())
}
