package tasks

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Grave deeds open everything, or can: all coordinators are told of each, by a
// mail that says no more than that, and on their page. The journal is where they
// stand, in the transaction of the deed itself; so one by a command, or by a
// process that was killed right after, is told by whoever runs next.

// grave are their verbs.
var grave = []string{staff.VerbAllOpened, staff.VerbRecovered, staff.VerbSheets, staff.VerbSecretsBack, staff.VerbCoordinator}

const (
	graveTime = 30 * 24 * time.Hour // told, and shown, for as long
	rotateDue = 365 * 24 * time.Hour
)

// Grave is one of them.
type Grave struct {
	At     time.Time
	Verb   string
	Actor  helpdesk.ID // "" at the server's console
	Object helpdesk.ID
}

// Graves lists those of the last thirty days, newest first. For coordinators.
func (r *Room) Graves(ctx context.Context) ([]Grave, error) {
	lines, _, err := r.journal.Read(ctx, journal.Query{Verbs: grave, From: r.now().Add(-graveTime)}, 100)
	if err != nil {
		return nil, fmt.Errorf("look what all are told of: %w", err)
	}
	out := make([]Grave, len(lines))
	for i, e := range lines {
		out[i] = Grave{e.At, e.Verb, e.Actor, e.Object}
	}
	return out, nil
}

// SecretsOld tells whether the server's secrets were last drawn more than a year
// ago, as far as the journal goes.
func (r *Room) SecretsOld(ctx context.Context) (bool, error) {
	lines, _, err := r.journal.Read(ctx, journal.Query{Verbs: []string{staff.VerbSecrets, staff.VerbInitialised}, From: r.now().Add(-rotateDue)}, 1)
	if err != nil {
		return false, fmt.Errorf("look how old the secrets are: %w", err)
	}
	return len(lines) == 0, nil
}

// TellGrave tells all coordinators what they were not told of yet, and once a
// month that the secrets are old. Several processes may look.
func (r *Room) TellGrave(ctx context.Context) error {
	deeds, err := r.Graves(ctx)
	if err != nil {
		return err
	}
	old, err := r.SecretsOld(ctx)
	if err != nil {
		return err
	}
	untold := map[string]bool{}
	for _, g := range deeds {
		untold[fmt.Sprintf("%d %s %s %s", g.At.UnixMicro(), g.Verb, g.Actor, g.Object)] = true
	}
	if old {
		untold["secrets "+r.now().UTC().Format("2006-01")] = true
	}
	if len(untold) == 0 {
		return nil
	}
	if err := r.dropTold(ctx, untold); err != nil {
		return err
	}
	if len(untold) == 0 {
		return nil
	}
	return r.tellAll(ctx, slices.Sorted(maps.Keys(untold)))
}

// dropTold leaves what somebody has to be told of.
func (r *Room) dropTold(ctx context.Context, deeds map[string]bool) error {
	rows, err := r.db.Query(ctx, selectGrave)
	if err != nil {
		return fmt.Errorf("read what all were told of: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var deed string
		if err := rows.Scan(&deed); err != nil {
			return fmt.Errorf("read what all were told of: %w", err)
		}
		delete(deeds, deed)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read what all were told of: %w", err)
	}
	return nil
}

// tellAll lays one mail to each coordinator into the outbox, if and only if it is
// noted of what they were told.
func (r *Room) tellAll(ctx context.Context, deeds []string) error {
	all, err := r.staff.Users(ctx)
	if err != nil {
		return fmt.Errorf("list the coordinators: %w", err)
	}
	now := r.now()
	err = r.db.Write(ctx, "tell all coordinators", func(tx *store.Tx) error {
		mine := false
		for _, deed := range deeds {
			n, err := tx.Exec(ctx, claimGrave, deed, now.UnixMicro())
			if err != nil {
				return err
			}
			mine = mine || n == 1
		}
		if !mine {
			return nil // another process told them
		}
		for _, u := range all {
			if u.State != staff.Active || u.Kind != staff.Coordinator {
				continue
			}
			if err := r.remind.Remind(ctx, tx, u, NoticeGrave); err != nil {
				return err
			}
		}
		return tx.Later(ctx, forgetGrave, now.Add(-2*graveTime).UnixMicro())
	})
	if err != nil {
		return fmt.Errorf("tell all coordinators: %w", err)
	}
	return nil
}

const (
	selectGrave = `SELECT deed FROM tasks_grave`
	claimGrave  = `INSERT INTO tasks_grave (deed, at) VALUES ($1, $2) ON CONFLICT (deed) DO NOTHING`
	forgetGrave = `DELETE FROM tasks_grave WHERE at < $1`
)
