package staff

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// UserKey returns the public key of somebody who works here, to seal to.
// ErrNotFound for who has none, is not active or does not work here; a row that
// our origin key does not vouch for is an error and an alarm.
func (d *Desk) UserKey(ctx context.Context, r store.Reader, user helpdesk.ID) (vault.InsideKey, error) {
	u, err := d.user(ctx, r, user)
	if err != nil {
		return vault.InsideKey{}, err
	}
	if !u.hasKeys() || u.state != string(Active) || outside(u.kind) || u.kind == string(ProgramKind) {
		return vault.InsideKey{}, fmt.Errorf("key of user %s: %w", user, helpdesk.ErrNotFound)
	}
	// An old row, put back, would have us seal to a key that was given up.
	d.mu.Lock()
	old := u.version < d.seenUser[u.id]
	d.mu.Unlock()
	if old {
		d.alarm(ctx, "user_back", u.id)
		return vault.InsideKey{}, fmt.Errorf("key of user %s: %w", user, errForged)
	}
	return u.inside(), nil
}
