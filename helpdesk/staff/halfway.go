package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// How far a session has come; it is bound into its seal.
const (
	wordsAlone    = "words"                // whole, where no second factor is asked for
	withFactor    = "words, factor"        // whole
	factorMissing = "words, not factor"    // can give it, and nothing else
	factorUnmade  = "words, no factor yet" // can make it, and nothing else
)

// provenFor is how long somebody is believed to be who they were when they last
// proved it, for what should not be found done at a desk left open.
const provenFor = 5 * time.Minute

var (
	// ErrFactor: the words were right, and the second factor is missing. It is a
	// helpdesk.ErrDenied besides.
	ErrFactor = fmt.Errorf("second factor missing: %w", helpdesk.ErrDenied)
	// ErrProof: this needs a proof of who they are within the last five minutes
	// (Prove). It is a helpdesk.ErrDenied besides.
	ErrProof = fmt.Errorf("not proven of late: %w", helpdesk.ErrDenied)
)

func (s *sessionRow) halfway() bool { return s.factor == factorMissing || s.factor == factorUnmade }

func (s *sessionRow) recently(now time.Time) bool {
	return now.Before(time.UnixMicro(s.proved).Add(provenFor))
}

// stage is how far the right words bring a user.
func (d *Desk) stage(ctx context.Context, u *userRow) (string, error) {
	if u.factor != nil {
		return factorMissing, nil
	}
	asked, err := d.office.AsksFactor(ctx)
	if err != nil {
		return "", fmt.Errorf("look whether %s needs a second factor: %w", u.id, err)
	}
	if asked {
		return factorUnmade, nil
	}
	return wordsAlone, nil
}

// Halfway is somebody whose words were right. They can give their second factor,
// or make one, and nothing else: no room takes this for a session.
type Halfway struct {
	User User
	Made bool // they have a second factor, and it is asked for
	Ways Ways // by which they can give it
}

// Halfway finds whose cookie it is; ErrDenied for a session that is whole, too.
func (d *Desk) Halfway(ctx context.Context, cookie string) (Halfway, error) {
	in, err := d.enterSession(ctx, cookie, true, ours)
	if err != nil {
		return Halfway{}, err
	}
	if !in.row.halfway() {
		return Halfway{}, fmt.Errorf("session %s is whole: %w", in.row.id, helpdesk.ErrDenied)
	}
	h := Halfway{Made: in.row.factor == factorMissing}
	if h.User, err = d.shown(in.user); err != nil {
		return Halfway{}, err
	}
	h.Ways, err = d.ways(ctx, in)
	return h, err
}

// Ways are those by which somebody can give their second factor, besides spare
// codes.
type Ways struct {
	Codes    bool // of an authenticator
	Passkeys bool
	SSO      string // the organisation's name for its own sign-in; "" when it is none of theirs
}

// Ways of whose cookie it is; none for who has no second factor.
func (d *Desk) Ways(ctx context.Context, cookie string) (Ways, error) {
	in, err := d.enterSession(ctx, cookie, true, ours)
	if err != nil {
		return Ways{}, err
	}
	return d.ways(ctx, in)
}

func (d *Desk) ways(ctx context.Context, in *entered) (Ways, error) {
	if in.user.factor == nil {
		return Ways{}, nil
	}
	f, err := d.openFactor(ctx, in.user, in.own)
	if err != nil {
		return Ways{}, err
	}
	w := Ways{Codes: f.Secret != "", Passkeys: len(f.Passkeys) > 0}
	if d.sso.knows(f.SSO) {
		w.SSO = d.sso.Name
	}
	return w, nil
}

// GiveFactor makes a session whole by a code of the authenticator, a spare code
// or what a passkey answered to AskPasskey, and returns its new cookie. Refusals
// staff.factor_wrong and staff.factor_wait, after five wrong codes within a quarter
// of an hour; those of a passkey are staff.asked, staff.passkey_wrong and
// staff.passkey_copied.
func (d *Desk) GiveFactor(ctx context.Context, cookie, code string) (fresh string, err error) {
	in, err := d.enterSession(ctx, cookie, false, ours)
	if err != nil {
		return "", err
	}
	if in.row.factor != factorMissing {
		return "", fmt.Errorf("give a second factor to session %s: %w", in.row.id, helpdesk.ErrDenied)
	}
	if err := d.proveFactor(ctx, in, code); err != nil {
		return "", err
	}
	return d.whole(ctx, in, d.now(), nil)
}

// whole makes a session whole that gave its second factor at an instant, together
// with what also does.
func (d *Desk) whole(ctx context.Context, in *entered, proved time.Time, also func(*store.Tx) error) (fresh string, err error) {
	err = d.db.Write(ctx, "make a session whole", func(tx *store.Tx) error {
		now, err := d.user(ctx, tx, in.row.user)
		if err != nil {
			return err
		}
		if !now.hasKeys() || now.generation != in.own.ID().Version {
			return fmt.Errorf("make session %s whole: %w", in.row.id, helpdesk.ErrDenied)
		}
		if also != nil {
			if err := also(tx); err != nil {
				return err
			}
		}
		fresh, err = d.advance(ctx, tx, in, proved)
		return err
	})
	if err != nil {
		return "", err
	}
	return fresh, nil
}

// advance makes a session whole under another cookie: whoever knew the old one
// knows nothing of it.
func (d *Desk) advance(ctx context.Context, tx *store.Tx, in *entered, proved time.Time) (cookie string, err error) {
	n, err := tx.Exec(ctx, deleteSession, string(in.row.id), string(in.row.user))
	if err != nil {
		return "", fmt.Errorf("make session %s whole: %w", in.row.id, err)
	}
	if n == 0 {
		return "", fmt.Errorf("make session %s whole: %w", in.row.id, helpdesk.ErrDenied)
	}
	row := *in.row
	row.factor, row.touched, row.proved = withFactor, d.now().UnixMicro(), proved.UnixMicro()
	key := vault.NewSessionKey()
	if err := d.saveSession(ctx, tx, key, &row, in.own); err != nil {
		return "", err
	}
	return key.Cookie(), d.note(ctx, tx, &Session{User: User{ID: row.user}}, VerbSignedIn, row.user)
}

// Proof is nil when the session's user proved who they are within the last five
// minutes, else ErrProof. The console has the server's disk and needs none.
func (s *Session) Proof() error {
	if s.console || s.desk.now().Before(s.proved.Add(provenFor)) {
		return nil
	}
	return fmt.Errorf("session %s: %w", s.ID, ErrProof)
}

// Proof is as a Session's.
func (o *Outsider) Proof() error {
	if o.desk.now().Before(o.proved.Add(provenFor)) {
		return nil
	}
	return fmt.Errorf("session %s: %w", o.ID, ErrProof)
}

// Factored tells whether the user has a second factor: that is what Prove asks
// for, and else the six words.
func (s *Session) Factored() bool { return s.factored }

// Prove hears again who somebody is: what GiveFactor takes, and the six words of
// who has no second factor. Refusals as GiveFactor and SignIn; the sixth wrong code
// ends the session (ErrDenied), and keeps its owner out nowhere.
func (d *Desk) Prove(ctx context.Context, cookie, secret string) error {
	in, err := d.enterSession(ctx, cookie, false, ours)
	if err != nil {
		return err
	}
	if in.row.halfway() {
		return fmt.Errorf("prove session %s: %w", in.row.id, ErrFactor)
	}
	if in.user.factor != nil {
		err = d.proveFactor(ctx, in, secret)
	} else {
		err = d.proveWords(ctx, in, secret)
	}
	if err != nil {
		return err
	}
	return d.db.Write(ctx, "prove a session", func(tx *store.Tx) error { return d.proven(ctx, tx, in, d.now()) })
}

// proven notes that a session's user proved who they are, at an instant.
func (d *Desk) proven(ctx context.Context, tx *store.Tx, in *entered, at time.Time) error {
	row := *in.row
	row.proved = at.UnixMicro()
	seed := in.key.Seal(row.place(), in.own)
	// Another page of theirs may have proved it meanwhile, or ended it.
	if _, err := tx.Exec(ctx, proveSession, seed, row.proved, string(row.id), string(row.user), in.row.proved); err != nil {
		return fmt.Errorf("prove session %s: %w", row.id, err)
	}
	return nil
}

// proveWords hears the six words again. Who guesses at a door is not in this
// line: it takes a session to stand in it.
func (d *Desk) proveWords(ctx context.Context, in *entered, words string) error {
	at := string(in.user.login) + string(in.row.id)
	if err := d.delays.wait(ctx, at); err != nil {
		return err
	}
	_, err := d.unlock(ctx, d.known, at, in.user, words, byWords)
	if errors.Is(err, vault.ErrNotOpened) {
		d.wrong(ctx, at, in.user)
		return helpdesk.Refuse("staff.wrong_words")
	}
	if err == nil {
		d.delays.success(at)
	}
	return err
}
