package staff

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// fits tells whether a pair is the one whose public half the row names.
func fits(p *vault.Pair, team helpdesk.ID, k *keyRow) bool {
	named := vault.InsideKey{ID: teamKeyID(team, k.version), Public: k.public}
	return bytes.Equal(p.Fingerprint(), named.Fingerprint())
}

// mend wraps each older version this member still holds under its successor,
// and then drops every member's copy of the older one: from then on it opens
// through the newer.
func (d *Desk) mend(ctx context.Context, s *Session, held []opened) error {
	for _, o := range held {
		if o.member.version >= o.team.version || !s.Member(o.team.id) {
			continue
		}
		next := o.member.version + 1
		upper, err := s.TeamPair(o.team.id, next)
		if errors.Is(err, helpdesk.ErrNotFound) {
			continue // a gap above that somebody else has to close first
		}
		if err != nil {
			return err
		}
		err = d.db.Write(ctx, "wrap an older team key", func(tx *store.Tx) error {
			return d.wrapPrevious(ctx, tx, upper, o.pair)
		})
		if err != nil {
			return fmt.Errorf("mend the keys of team %s: %w", o.team.id, err)
		}
	}
	return nil
}

func (d *Desk) wrapPrevious(ctx context.Context, tx *store.Tx, upper, lower *vault.Pair) error {
	team, version := upper.ID().Owner, upper.ID().Version
	place := previousPlace(team, version)
	var there []byte
	if err := tx.QueryRow(ctx, selectPrevious, string(team), version).Scan(&there); err != nil {
		return err
	}
	if there != nil {
		// Another member was faster, or somebody wrote rubbish there to make
		// us throw our copy away: only what opens counts.
		if _, err := upper.UnwrapPair(place, lower.ID(), there); err != nil {
			d.alarm(ctx, "team_key_forged", team)
			there = nil
		}
	}
	if there == nil {
		if _, err := tx.Exec(ctx, updatePrevious, upper.WrapPair(place, lower), string(team), version); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, deleteVersion, string(team), version-1)
	return err
}
