package staff

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Remove takes a user out of a team, which gets a new key at once. A
// coordinator may, and everybody for themselves. ErrNotFound when they are not
// in it, ErrProof for a coordinator who has not proven who they are of late.
func (d *Desk) Remove(ctx context.Context, by *Session, user, team helpdesk.ID) error {
	if !by.Coordinator() && (by == nil || by.User.ID != user) {
		return fmt.Errorf("remove %s: %w", user, helpdesk.ErrDenied)
	}
	if by.User.ID != user {
		if err := by.Proof(); err != nil {
			return err
		}
	}
	return d.stepping(ctx, "remove from a team", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, deleteCandidate, string(team), string(user))
		if err != nil {
			return fmt.Errorf("remove %s: %w", user, err)
		}
		in, err := d.isIn(ctx, tx, user, team)
		if err != nil {
			return err
		}
		switch {
		case in:
			if err := d.rotate(ctx, tx, team, user); err != nil {
				return err
			}
			if err := d.rememberLeaving(ctx, tx, user, team); err != nil {
				return err
			}
		case n == 0:
			return fmt.Errorf("remove %s from team %s: %w", user, team, helpdesk.ErrNotFound)
		}
		return d.note(ctx, tx, by, VerbRemoved, user)
	})
}

// rememberLeaving notes in the user's own row, under our mark, that they were in
// a team. A forged row can't bear our mark and stops nobody from being taken
// out; the alarm is raised, and nothing admits who it names.
func (d *Desk) rememberLeaving(ctx context.Context, tx *store.Tx, user, team helpdesk.ID) error {
	u, err := d.user(ctx, tx, user)
	if errors.Is(err, errForged) {
		return nil
	}
	if err != nil {
		return err
	}
	u.leaves(team)
	if err := d.saveUser(ctx, tx, u); err != nil {
		return err
	}
	d.afterRemoval(ctx, tx, u, team)
	return nil
}

// stepping runs a transaction that steps team versions, again when another one
// stepped first.
func (d *Desk) stepping(ctx context.Context, what string, f func(tx *store.Tx) error) error {
	for try := 0; ; try++ {
		err := d.db.Write(ctx, what, f)
		if !errors.Is(err, helpdesk.ErrConflict) || try == 20 {
			return err
		}
	}
}

func (d *Desk) isIn(ctx context.Context, r store.Reader, user, team helpdesk.ID) (bool, error) {
	teams, err := store.IDs(ctx, r, selectTeamsOf, string(user))
	if err != nil {
		return false, fmt.Errorf("read the teams of %s: %w", user, err)
	}
	for _, t := range teams {
		if t == team {
			return true, nil
		}
	}
	return false, nil
}

// Disable shows somebody the door: no session, no sign-in, new keys for all
// their teams. The last coordinator stays. ErrProof as Remove.
func (d *Desk) Disable(ctx context.Context, by *Session, user helpdesk.ID) error {
	if !by.Coordinator() {
		return fmt.Errorf("disable %s: %w", user, helpdesk.ErrDenied)
	}
	if err := by.Proof(); err != nil {
		return err
	}
	return d.stepping(ctx, "disable a user", func(tx *store.Tx) error {
		teams, err := d.leaveAll(ctx, tx, user, false)
		if err != nil {
			return err
		}
		u, err := d.user(ctx, tx, user)
		if err != nil {
			return err
		}
		if u.kind == string(Coordinator) {
			if err := d.notLast(ctx, tx, user); err != nil {
				return err
			}
		}
		u.state = string(Disabled)
		u.leaves(teams...)
		u.dropKeys()
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
		d.afterLeaving(ctx, tx, u)
		return d.note(ctx, tx, by, VerbDisabled, user)
	})
}

// notLast holds all others who ask until the transaction ends: two who leave
// at once would each count the other.
func (d *Desk) notLast(ctx context.Context, tx *store.Tx, user helpdesk.ID) error {
	if _, err := tx.Exec(ctx, holdCoordinators); err != nil {
		return fmt.Errorf("hold the coordinators: %w", err)
	}
	var others int
	if err := tx.QueryRow(ctx, countCoordinators, string(user)).Scan(&others); err != nil {
		return fmt.Errorf("count the coordinators: %w", err)
	}
	if others == 0 {
		return helpdesk.Refuse("staff.last_coordinator")
	}
	return nil
}

// Reissue is for who lost their words, and for words somebody else may have
// seen: keys, sessions and memberships end, a new token is returned, and after
// the next first sign-in their teams are asked to admit them again. The last
// coordinator may be reissued from the console alone. ErrProof as Remove.
func (d *Desk) Reissue(ctx context.Context, by *Session, user helpdesk.ID) (token string, err error) {
	if !by.Coordinator() {
		return "", fmt.Errorf("reissue %s: %w", user, helpdesk.ErrDenied)
	}
	if err := by.Proof(); err != nil {
		return "", err
	}
	err = d.stepping(ctx, "reissue a user", func(tx *store.Tx) error {
		teams, err := d.leaveAll(ctx, tx, user, true)
		if err != nil {
			return err
		}
		u, err := d.user(ctx, tx, user)
		if err != nil {
			return err
		}
		if u.kind == string(Coordinator) && !by.console {
			if err := d.notLast(ctx, tx, user); err != nil {
				return err
			}
		}
		if u.kind == string(ProgramKind) {
			return helpdesk.Refuse("staff.kind") // it has no words to lose
		}
		u.state = string(Invited)
		u.leaves(teams...)
		u.generation++ // what was sealed to the old key opens no more
		u.dropKeys()
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
		d.afterLeaving(ctx, tx, u)
		if token, err = d.addInvitation(ctx, tx, u); err != nil {
			return err
		}
		return d.changed(ctx, tx, by.User.ID, u, VerbReissued)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// leaveAll ends sessions, invitation and memberships and returns the teams they
// were in; again keeps the user a candidate of the same ones.
func (d *Desk) leaveAll(ctx context.Context, tx *store.Tx, user helpdesk.ID, again bool) ([]helpdesk.ID, error) {
	teams, err := store.IDs(ctx, tx, selectTeamsOf, string(user))
	if err != nil {
		return nil, fmt.Errorf("read the teams of %s: %w", user, err)
	}
	for _, team := range teams {
		if err := d.rotate(ctx, tx, team, user); err != nil {
			return nil, err
		}
		if again {
			if err := d.addCandidate(ctx, tx, team, user, true); err != nil {
				return nil, err
			}
		}
	}
	if again {
		if err := d.unvoice(ctx, tx, user); err != nil {
			return nil, err
		}
	} else {
		if _, err := tx.Exec(ctx, deleteCandidacies, string(user)); err != nil {
			return nil, fmt.Errorf("withdraw %s: %w", user, err)
		}
	}
	if err := d.leavePartner(ctx, tx, user); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, deleteInvitation, string(user)); err != nil {
		return nil, fmt.Errorf("withdraw the invitation of %s: %w", user, err)
	}
	return teams, d.endSessions(ctx, tx, user)
}
