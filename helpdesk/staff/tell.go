package staff

import (
	"context"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
)

// Told is what somebody hears about their own sign-in.
type Told string

// What they are told: no word of what it was, nor of where, leaves the house.
const (
	ToldChanged Told = "changed" // words, second factor, passkeys, spare codes, recovery code, the organisation's sign-in
	ToldNew     Told = "new"     // their words were right in a browser that is new to us
	ToldTried   Told = "tried"   // several tries were wrong, or two of one passkey are about
)

// Teller tells somebody with an account, at the address it was made for. What it
// lays down leaves with the transaction.
type Teller interface {
	SignIn(ctx context.Context, tx *store.Tx, to User, what Told) error
}

// tell tells whoever a row is of. A program has nobody to tell.
func (d *Desk) tell(ctx context.Context, tx *store.Tx, u *userRow, what Told) error {
	if d.teller == nil || u.kind == string(ProgramKind) {
		return nil
	}
	shown, err := d.shown(u)
	if err != nil {
		return err
	}
	return d.teller.SignIn(ctx, tx, shown, what)
}

// changed notes what somebody did about how a user signs in, and tells the user.
func (d *Desk) changed(ctx context.Context, tx *store.Tx, by helpdesk.ID, u *userRow, verb string) error {
	return d.noteAndTell(ctx, tx, by, u, verb, ToldChanged)
}

func (d *Desk) noteAndTell(ctx context.Context, tx *store.Tx, by helpdesk.ID, u *userRow, verb string, what Told) error {
	if err := d.journal.Write(ctx, tx, journal.Entry{At: d.now(), Actor: by, Verb: verb, Object: u.id}); err != nil {
		return err
	}
	return d.tell(ctx, tx, u, what)
}

// aboutSignIn are the deeds that stand in the list of SignInNews.
var aboutSignIn = []string{
	VerbAccepted, VerbReissued, VerbWords, VerbCode, VerbFactor, VerbSpares, VerbSpare, VerbPasskey, VerbPasskeyGone,
	VerbCopied, VerbLinked, VerbUnlinked, VerbNewBrowser, VerbTried, VerbWrongCode,
}

// News is one thing that was done about somebody's sign-in, or tried.
type News struct {
	At   time.Time
	Verb string
}

// Of a user's entries in the book so many are looked at, for so many to be shown.
const (
	newsLooked = 200
	newsShown  = 8
)

// SignInNews is what was lately done about the sign-in of a session's user, or
// tried, newest first: what they were told by mail, in words.
func (d *Desk) SignInNews(ctx context.Context, s *Session) ([]News, error) {
	entries, err := d.journal.About(ctx, newsLooked, s.User.ID)
	if err != nil {
		return nil, err
	}
	var all []News
	for _, e := range slices.Backward(entries) {
		if slices.Contains(aboutSignIn, e.Verb) && len(all) < newsShown {
			all = append(all, News{e.At, e.Verb})
		}
	}
	return all, nil
}
