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
// cookie. Where a second factor is asked for, the session can do nothing but
// give it: see Halfway. An unknown login, a wrong one and somebody who has left are one
// Refusal, staff.wrong, at one price. staff.busy: too many are signing in at
// this moment. staff.stopped: a team's key is not the one this user
// remembers; the operator has an alarm.
func (d *Desk) SignIn(ctx context.Context, login, words string) (cookie string, err error) {
	return d.SignInAt(ctx, "", login, words)
}

// SignInAt is SignIn in a browser that keeps a Mark.
func (d *Desk) SignInAt(ctx context.Context, mark, login, words string) (cookie string, err error) {
	cookie, _, err = d.enter(ctx, mark, login, words, byWords, VerbNewBrowser)
	return cookie, err
}

// lock is where a user's seed lies under a secret.
type lock struct {
	locked, salt []byte
	cost         vault.Cost
	place        vault.Context
}

func byWords(u *userRow) lock { return lock{u.locked, u.salt, u.cost, wordsPlace(u.id)} }

// enter signs in with one of the user's secrets. In a browser that is new to us
// they are told of it, and it is noted as fresh; "" where they are told anyway.
func (d *Desk) enter(ctx context.Context, mark, login, secret string, by func(*userRow) lock, fresh string) (cookie string, s *Session, err error) {
	index := d.loginIndex(login)
	at, gate := d.line(index, mark)
	if err := d.delays.wait(ctx, at); err != nil {
		return "", nil, err
	}
	u, err := d.byLogin(ctx, index, ours)
	if err != nil {
		return "", nil, err
	}
	own, err := d.unlock(ctx, gate, at, u, secret, by)
	if errors.Is(err, vault.ErrNotOpened) {
		d.wrong(ctx, at, u)
		return "", nil, helpdesk.Refuse("staff.wrong")
	}
	if err != nil {
		return "", nil, err
	}
	failed := d.delays.success(at)
	stage, err := d.stage(ctx, u)
	if err != nil {
		return "", nil, err
	}
	return d.begin(ctx, u, own, stage, func(tx *store.Tx, now *userRow) error {
		switch {
		case failed >= toldAfter:
			return d.noteAndTell(ctx, tx, now.id, now, VerbTried, ToldTried)
		case gate != d.known && fresh != "":
			return d.noteAndTell(ctx, tx, now.id, now, fresh, ToldNew)
		}
		return nil
	})
}

// begin opens a session for whose keys are in hand, together with what also does
// to their row.
func (d *Desk) begin(ctx context.Context, u *userRow, own *vault.Pair, stage string, also func(*store.Tx, *userRow) error) (cookie string, s *Session, err error) {
	key, row := d.newSession(u, stage)
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
	err = d.stepping(ctx, "sign in", func(tx *store.Tx) error {
		// Asked again inside: they may have been shown the door meanwhile.
		now, err := d.user(ctx, tx, u.id)
		if err != nil {
			return err
		}
		if !now.hasKeys() || now.generation != u.generation {
			return helpdesk.Refuse("staff.wrong")
		}
		if also != nil {
			if err := also(tx, now); err != nil {
				return err
			}
		}
		if err := d.saveSession(ctx, tx, key, row, own); err != nil {
			return err
		}
		if row.halfway() {
			return nil
		}
		return d.note(ctx, tx, s, VerbSignedIn, u.id)
	})
	if err != nil {
		return "", nil, err
	}
	return key.Cookie(), s, nil
}

// wrong counts words that opened nothing, and logs whose those should have been:
// the line before the words bounds how many that are. An id that is nobody's was
// drawn for the occasion.
func (d *Desk) wrong(ctx context.Context, at string, u *userRow) {
	n := d.delays.failure(at)
	d.log.WarnContext(ctx, "words were wrong", "user", u.id, "known", u.public != nil, "times", n)
}

// byLogin finds who may sign in by this login at a door: nobody has a key to
// two. It returns an empty row for nobody: the caller goes on and pays the same
// price.
func (d *Desk) byLogin(ctx context.Context, index []byte, at door) (*userRow, error) {
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
		if fresh && u.hasKeys() && doorOf(u.kind) == at {
			return &u, nil
		}
	}
	return &userRow{id: helpdesk.NewID(), salt: index[:16], cost: d.cost}, nil
}

// unlock tries the words, in a bounded line, under a name.
func (d *Desk) unlock(ctx context.Context, gate *Gate, name string, u *userRow, secret string, by func(*userRow) lock) (*vault.Pair, error) {
	leave, err := gate.Enter(ctx, name)
	if err != nil {
		return nil, err
	}
	defer leave()
	l := by(u)
	return d.secrets.UnlockWithWords(u.key(), l.locked, secret, l.salt, l.cost, l.place)
}

func (d *Desk) newSession(u *userRow, stage string) (vault.SessionKey, *sessionRow) {
	now := d.now()
	return vault.NewSessionKey(), &sessionRow{
		id: helpdesk.NewID(), user: u.id, factor: stage,
		created: now.UnixMicro(), touched: now.UnixMicro(), expires: now.Add(sessionTime).UnixMicro(), proved: now.UnixMicro(),
	}
}

func (d *Desk) saveSession(ctx context.Context, tx *store.Tx, key vault.SessionKey, row *sessionRow, own *vault.Pair) error {
	row.seed = key.Seal(row.place(), own)
	_, err := tx.Exec(ctx, insertSession, key.RowID(), string(row.id), string(row.user), row.seed, row.created, row.touched, row.expires, row.factor, row.proved)
	if err != nil {
		return fmt.Errorf("keep session %s: %w", row.id, err)
	}
	return nil
}
