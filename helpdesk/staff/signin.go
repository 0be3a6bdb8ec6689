package staff

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// SignIn opens a session with a login and its six words and returns the
// cookie. An unknown login, a wrong one and somebody who has left are one
// Refusal, staff.wrong, at one price. staff.busy: too many are signing in at
// this moment. staff.stopped: a team's key is not the one this user
// remembers; the operator has an alarm.
func (d *Desk) SignIn(ctx context.Context, login, words string) (cookie string, err error) {
	cookie, _, err = d.enter(ctx, login, words, byWords)
	return cookie, err
}

// lock is where a user's seed lies under a secret.
type lock struct {
	locked, salt []byte
	cost         vault.Cost
	place        vault.Context
}

func byWords(u *userRow) lock { return lock{u.locked, u.salt, u.cost, wordsPlace(u.id)} }

// enter signs in with one of the user's secrets.
func (d *Desk) enter(ctx context.Context, login, secret string, by func(*userRow) lock) (cookie string, s *Session, err error) {
	index := d.loginIndex(login)
	at := string(index)
	if err := d.delays.wait(ctx, at); err != nil {
		return "", nil, err
	}
	u, err := d.byLogin(ctx, index)
	if err != nil {
		return "", nil, err
	}
	own, err := d.unlock(ctx, at, u, secret, by)
	if errors.Is(err, vault.ErrNotOpened) {
		d.delays.failure(at)
		return "", nil, helpdesk.Refuse("staff.wrong")
	}
	if err != nil {
		return "", nil, err
	}
	d.delays.success(at)
	key, row := d.newSession(u)
	s, err = d.session(ctx, row, u, own)
	if err != nil {
		return "", nil, fmt.Errorf("sign in %s: %w", u.id, err)
	}
	if err := d.checkPins(ctx, s); err != nil {
		if errors.Is(err, errPins) {
			return "", nil, helpdesk.Refuse("staff.stopped")
		}
		return "", nil, fmt.Errorf("sign in %s: %w", u.id, err)
	}
	err = d.db.Write(ctx, "sign in", func(tx *store.Tx) error {
		// Asked again inside: they may have been shown the door meanwhile.
		now, err := d.user(ctx, tx, u.id)
		if err != nil {
			return err
		}
		if !now.hasKeys() || now.generation != u.generation {
			return helpdesk.Refuse("staff.wrong")
		}
		if err := d.saveSession(ctx, tx, key, row, own); err != nil {
			return err
		}
		return d.note(ctx, tx, s, VerbSignedIn, u.id)
	})
	if err != nil {
		return "", nil, err
	}
	return key.Cookie(), s, nil
}

// byLogin finds who may sign in by this login. It returns an empty row for
// nobody: the caller goes on and pays the same price.
func (d *Desk) byLogin(ctx context.Context, index []byte) (*userRow, error) {
	var u userRow
	err := d.db.QueryRow(ctx, selectUserByLogin, index).Scan(u.dest()...)
	if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
		return nil, fmt.Errorf("look up a login: %w", err)
	}
	if err == nil && d.vouchedUser(ctx, &u) {
		fresh, err := d.fresh(ctx, &u)
		if err != nil {
			return nil, err
		}
		if fresh && u.hasKeys() {
			return &u, nil
		}
	}
	return &userRow{id: helpdesk.NewID(), salt: index[:16], cost: d.cost}, nil
}

// unlock tries the words, in the bounded line.
func (d *Desk) unlock(ctx context.Context, login string, u *userRow, secret string, by func(*userRow) lock) (*vault.Pair, error) {
	leave, err := d.gate.Enter(ctx, login)
	if err != nil {
		return nil, err
	}
	defer leave()
	l := by(u)
	return d.secrets.UnlockWithWords(u.key(), l.locked, secret, l.salt, l.cost, l.place)
}

func (d *Desk) newSession(u *userRow) (vault.SessionKey, *sessionRow) {
	now := d.now()
	return vault.NewSessionKey(), &sessionRow{
		id: helpdesk.NewID(), user: u.id,
		created: now.UnixMicro(), touched: now.UnixMicro(), expires: now.Add(sessionTime).UnixMicro(),
	}
}

func (d *Desk) saveSession(ctx context.Context, tx *store.Tx, key vault.SessionKey, row *sessionRow, own *vault.Pair) error {
	row.seed = key.Seal(row.place(), own)
	_, err := tx.Exec(ctx, insertSession, key.RowID(), string(row.id), string(row.user), row.seed, row.created, row.touched, row.expires)
	if err != nil {
		return fmt.Errorf("keep session %s: %w", row.id, err)
	}
	return nil
}
