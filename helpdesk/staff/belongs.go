package staff

import (
	"context"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// IsMember tells whether a user is a vouched member of a team at its current
// version, so that work can be handed to them.
func (d *Desk) IsMember(ctx context.Context, r store.Reader, team, user helpdesk.ID) (bool, error) {
	t, err := d.team(ctx, r, team)
	if err != nil {
		return false, err
	}
	members, err := d.members(ctx, r, team, t.version)
	if err != nil {
		return false, err
	}
	for _, u := range members {
		if u.id == user && State(u.state) == Active {
			return true, nil
		}
	}
	return false, nil
}
