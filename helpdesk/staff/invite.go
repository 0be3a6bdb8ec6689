package staff

import (
	"context"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

type invitationRow struct {
	index      []byte
	user       helpdesk.ID
	generation int
	expires    int64
	mac        []byte
}

func (i *invitationRow) origin() vault.Context {
	return vault.At("staff.invitation.origin", i.index, i.user, i.generation, i.expires)
}

// Invite makes a user without keys and returns the token of their first
// sign-in, valid once and for seven days. The teams are those whose members
// will be asked to admit them; an interpreter has none (Refusal
// staff.interpreter_team). Only a coordinator may, who proves again who they are
// (ErrProof): whoever sits at an open desk must not come in from home tomorrow.
func (d *Desk) Invite(ctx context.Context, by *Session, login, name, address string, kind Kind, teams ...helpdesk.ID) (token string, err error) {
	if !by.Coordinator() {
		return "", fmt.Errorf("invite: %w", helpdesk.ErrDenied)
	}
	if err := by.Proof(); err != nil {
		return "", err
	}
	if outside(string(kind)) {
		return "", helpdesk.Refuse("staff.kind") // theirs are InvitePartner and InviteVolunteer
	}
	u, err := d.newUser(login, name, address, kind, by.User.Locale)
	if err != nil {
		return "", err
	}
	if kind == Interpreter && len(teams) > 0 {
		return "", helpdesk.Refuse("staff.interpreter_team")
	}
	err = d.db.Write(ctx, "invite", func(tx *store.Tx) error {
		free, err := d.addUser(ctx, tx, u)
		if err != nil {
			return err
		}
		if !free {
			return helpdesk.Refuse("staff.login_taken")
		}
		slices.Sort(teams)
		for _, team := range slices.Compact(teams) {
			if _, err := d.team(ctx, tx, team); err != nil {
				return err
			}
			if err := d.addCandidate(ctx, tx, team, u.id, false); err != nil {
				return err
			}
		}
		if token, err = d.addInvitation(ctx, tx, u); err != nil {
			return err
		}
		verb := VerbInvited
		if kind == Coordinator {
			verb = VerbCoordinator
		}
		return d.note(ctx, tx, by, verb, u.id)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

func (d *Desk) addInvitation(ctx context.Context, tx *store.Tx, u *userRow) (token string, err error) {
	if _, err := tx.Exec(ctx, deleteInvitation, string(u.id)); err != nil {
		return "", fmt.Errorf("invite %s: %w", u.id, err)
	}
	token = vault.NewSessionKey().Cookie() // 32 random bytes in a form fit for a link
	i := invitationRow{
		index: d.secrets.Index("staff.invitation", token), user: u.id, generation: u.generation,
		expires: d.now().Add(invitationTime).UnixMicro(),
	}
	i.mac = d.secrets.Vouch(i.origin())
	if _, err := tx.Exec(ctx, insertInvitation, i.index, string(i.user), i.generation, i.expires, i.mac); err != nil {
		return "", fmt.Errorf("invite %s: %w", u.id, err)
	}
	return token, nil
}

// Accept is the first sign-in: it makes the user's keys and returns their six
// words, shown once and kept nowhere, and the cookie of a session. Until a
// member of a team admits them they wait. A token that is unknown, used or
// expired is the Refusal staff.invitation.
func (d *Desk) Accept(ctx context.Context, token, locale string) (words, cookie string, err error) {
	i, u, err := d.invited(ctx, token)
	if err != nil {
		return "", "", err
	}
	if outside(u.kind) {
		return "", "", helpdesk.Refuse("staff.invitation") // theirs are AcceptPartner and AcceptVolunteer
	}
	u.locale = known(locale)
	words, own, err := d.giveKeys(ctx, u)
	if err != nil {
		return "", "", err
	}
	stage, err := d.stage(ctx, u)
	if err != nil {
		return "", "", err
	}
	key, row := d.newSession(u, stage)
	version := u.version
	err = d.db.Write(ctx, "accept an invitation", func(tx *store.Tx) error {
		u.version = version
		n, err := tx.Exec(ctx, takeInvitation, i.index, d.now().UnixMicro())
		if err != nil {
			return fmt.Errorf("accept the invitation of %s: %w", u.id, err)
		}
		if n == 0 {
			return helpdesk.Refuse("staff.invitation")
		}
		var teams int
		if err := tx.QueryRow(ctx, countCandidacies, string(u.id)).Scan(&teams); err != nil {
			return fmt.Errorf("count the teams of %s: %w", u.id, err)
		}
		u.state = string(Waiting)
		if teams == 0 {
			u.state = string(Active) // nobody to wait for
		}
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
		if err := d.firstProfile(ctx, tx, u, own); err != nil {
			return err
		}
		if err := d.saveSession(ctx, tx, key, row, own); err != nil {
			return err
		}
		d.ring(tx, u.id)
		if stage != wordsAlone { // told when their second factor is made
			return d.note(ctx, tx, &Session{User: User{ID: u.id}}, VerbAccepted, u.id)
		}
		return d.changed(ctx, tx, u.id, u, VerbAccepted)
	})
	if err != nil {
		return "", "", err
	}
	return words, key.Cookie(), nil
}
