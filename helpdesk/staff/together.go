package staff

import (
	"context"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// VerbAllOpened: everything was opened to be taken out of the house. Object is the
// other of the two coordinators, "" where it was two recovery sheets. All
// coordinators are told of it.
const VerbAllOpened = "staff.all_opened"

// MayExport tells whether a session may take out what it opens. Nobody takes out
// everything alone: who is a member of every team needs another coordinator
// (Together), or two people with a sheet each (WithSheets). So does a coordinator,
// of whatever teams: they could leave the smallest one first, or make one without
// themselves. Refusal "staff.second_person"; ErrProof as Remove.
func (d *Desk) MayExport(ctx context.Context, s *Session) error {
	if s.whole {
		return nil
	}
	if err := s.Proof(); err != nil {
		return err
	}
	all, err := d.Teams(ctx)
	if err != nil {
		return err
	}
	if s.Coordinator() || !slices.ContainsFunc(all, func(t Team) bool { return !s.Member(t.ID) }) {
		return helpdesk.Refuse("staff.second_person")
	}
	return nil
}

// Together lets two coordinators take out everything: what one of them opens, and
// what the other does. Both stand in the journal before it returns. ErrDenied
// where one is none, Refusal "staff.second_person" where they are the same, and
// "staff.second_new" where one has been a coordinator for less than a week,
// ErrProof as Remove.
func (d *Desk) Together(ctx context.Context, a, b *Session) error {
	for _, s := range []*Session{a, b} {
		if !s.Coordinator() || s.own == nil {
			return fmt.Errorf("open everything: %w", helpdesk.ErrDenied)
		}
		if err := s.Proof(); err != nil {
			return err
		}
	}
	if a.User.ID == b.User.ID {
		return helpdesk.Refuse("staff.second_person")
	}
	for _, s := range []*Session{a, b} {
		if err := d.knownLong(ctx, s); err != nil {
			return err
		}
	}
	err := d.db.Write(ctx, "open everything", func(tx *store.Tx) error {
		for _, pair := range [][2]*Session{{a, b}, {b, a}} {
			entry := journal.Entry{At: d.now(), Actor: pair[0].User.ID, Verb: VerbAllOpened, Object: pair[1].User.ID}
			if err := d.journal.Write(ctx, tx, entry); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	a.whole, b.whole = true, true
	return nil
}

// knownFor is how long somebody has been a coordinator before they are the second
// of two: a coordinator could invite one who is themselves. All hear of such an
// invitation at once.
const knownFor = 7 * 24 * time.Hour

func (d *Desk) knownLong(ctx context.Context, s *Session) error {
	entries, err := d.journal.About(ctx, newsLooked, s.User.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(entries, func(e journal.Entry) bool {
		return e.Verb == VerbAccepted && d.now().Sub(e.At) < knownFor
	}) {
		return helpdesk.Refuse("staff.second_new")
	}
	return nil
}

// WithSheets lets one who is signed in take out everything they open, because two
// people stand beside them with a recovery sheet each. It stands in the journal
// before it returns. Into a team they are not in, Recover lets them first; sheets
// that were used are replaced afterwards (RenewSheets). Refusals as
// vault.OpenWithSheets, ErrProof as Remove.
func (d *Desk) WithSheets(ctx context.Context, s *Session, sheetA, sheetB string) error {
	if err := s.Proof(); err != nil {
		return err
	}
	_, row, err := d.recovery(ctx, d.db)
	if err != nil {
		return err
	}
	if _, err := vault.OpenWithSheets(sheetA, sheetB, row.wraps, recoveryID(row.version)); err != nil {
		return err // a Refusal, or that the sheets are of another key
	}
	err = d.db.Write(ctx, "open everything with recovery sheets", func(tx *store.Tx) error {
		return d.note(ctx, tx, s, VerbAllOpened, "")
	})
	s.whole = err == nil
	return err
}

// NoteSecretsBack writes that the server's secrets came back with two sheets.
func (d *Desk) NoteSecretsBack(ctx context.Context) error {
	return d.db.Write(ctx, "note that the secrets are back", func(tx *store.Tx) error {
		return d.note(ctx, tx, d.Console(), VerbSecretsBack, "")
	})
}
