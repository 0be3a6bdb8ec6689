package main

import (
	"context"
	"fmt"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/store"
)

// target hands the door what the directory knows of an organisation.
func (h *house) target(ctx context.Context, id helpdesk.ID) (consent.Target, error) {
	t, err := h.places.Target(ctx, id)
	return consent.Target{ID: t.ID, Name: t.Name, Kind: string(t.Kind), Country: t.Country, Vetted: t.Vetted,
		Shares: t.SharesWithAuthorities, Takes: string(t.Takes)}, err
}

// endings are the vettings whose owner is warned.
func (h *house) endings(ctx context.Context) ([]consent.Ending, error) {
	all, err := h.places.Expiring(ctx, directory.WarnDays)
	if err != nil {
		return nil, err
	}
	var out []consent.Ending
	for _, e := range all {
		until, err := time.Parse(time.DateOnly, e.Until)
		if err != nil {
			return nil, fmt.Errorf("read until when %s is vetted: %w", e.Organisation, err)
		}
		out = append(out, consent.Ending{Organisation: e.Organisation, Owner: e.Owner, Until: until})
	}
	return out, nil
}

// lettingGo is the postroom as the desk rings it. When the desk lets go of
// somebody's tickets, the door does, too, in the same transaction: the desk may
// not know that there is one.
type lettingGo struct {
	*post.Postroom
	door *consent.Door
	side *branches.Desk
}

// Stop closes what anybody outside could read while an erasure waits.
func (l lettingGo) Stop(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	if err := l.Postroom.Stop(ctx, tx, tickets); err != nil {
		return err
	}
	return l.door.Stop(ctx, tx, tickets)
}

// Forget destroys what the branches' room and the door keep sealed of them.
func (l lettingGo) Forget(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	if err := l.Postroom.Forget(ctx, tx, tickets); err != nil {
		return err
	}
	if err := l.side.Forget(ctx, tx, tickets); err != nil {
		return err
	}
	return l.door.Forget(ctx, tx, tickets)
}
