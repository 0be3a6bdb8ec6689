package staff

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Aftermath is the book outside the database that says what must stay ended when
// a backup is put back. Ends writes before the transaction is committed: what is
// then not committed ends all the same at the next start, which is what was
// wanted. Ended writes once it is, for what must not happen by a line alone.
type Aftermath interface {
	Ends(ctx context.Context, tx *store.Tx, lines ...string)
	Ended(ctx context.Context, tx *store.Tx, lines ...string)
}

// NoAftermath keeps no book.
type NoAftermath struct{}

// Ends writes nothing.
func (NoAftermath) Ends(context.Context, *store.Tx, ...string) {}

// Ended writes nothing.
func (NoAftermath) Ended(context.Context, *store.Tx, ...string) {}

// What the lines say of users; a user's version is the last word of each. That of
// the recovery key is the only word of its own.
const (
	afterLeft    = "left"    // and the user: what their row held opens nothing again
	afterRemoved = "removed" // and the user, and the team
	afterSheets  = "sheets"
)

func leftLine(u *userRow) string { return fmt.Sprintf("%s %s %d", afterLeft, u.id, u.version) }

// afterLeaving: the user of a saved row left, or is to begin anew.
func (d *Desk) afterLeaving(ctx context.Context, tx *store.Tx, u *userRow) {
	d.aftermath.Ends(ctx, tx, leftLine(u))
}

// afterSecret: words or a code of a saved row were replaced, and who had seen the
// ones before must not come in with them.
func (d *Desk) afterSecret(ctx context.Context, tx *store.Tx, u *userRow) {
	d.aftermath.Ended(ctx, tx, leftLine(u))
}

func (d *Desk) afterRemoval(ctx context.Context, tx *store.Tx, u *userRow, team helpdesk.ID) {
	d.aftermath.Ends(ctx, tx, fmt.Sprintf("%s %s %s %d", afterRemoved, u.id, team, u.version))
}

// departure is what a row must have seen to stand.
type departure struct {
	version int64 // the highest of the lines it has not seen
	left    bool
	teams   []helpdesk.ID
}

// Departures gathers the lines that Replay does again.
type Departures struct {
	seen   map[helpdesk.ID]int64
	all    map[helpdesk.ID]*departure
	sheets int // of how many recovery keys the lines know
}

// Departures begins with what the database knows of every user.
func (d *Desk) Departures(ctx context.Context) (*Departures, error) {
	seen, err := store.Versions(ctx, d.db, selectVersions)
	if err != nil {
		return nil, fmt.Errorf("read the versions of users: %w", err)
	}
	return &Departures{seen: seen, all: map[helpdesk.ID]*departure{}}, nil
}

// Line takes one of the book's lines. Another room's, one that was cut short and
// one of what the database has seen are passed over.
func (a *Departures) Line(words []string) {
	if len(words) == 2 && words[0] == afterSheets {
		if version, err := strconv.Atoi(words[1]); err == nil {
			a.sheets = max(a.sheets, version)
		}
		return
	}
	left := len(words) == 3 && words[0] == afterLeft
	if !left && (len(words) != 4 || words[0] != afterRemoved) {
		return
	}
	user := helpdesk.ID(words[1])
	version, err := strconv.ParseInt(words[len(words)-1], 10, 64)
	seen, here := a.seen[user]
	if err != nil || !here || version <= seen {
		return
	}
	one := a.all[user]
	if one == nil {
		one = &departure{}
		a.all[user] = one
	}
	one.version, one.left = max(one.version, version), one.left || left
	if !left {
		one.teams = append(one.teams, helpdesk.ID(words[2]))
	}
}

// Replay ends again, in a database that was put back, what the lines say was
// ended since: who left or whose words were replaced has no keys and no sign-in
// until somebody invites them again, and a team that somebody was taken out of
// has a new key. It returns whom it shut out. A row that is not ours counts for
// nothing already.
func (d *Desk) Replay(ctx context.Context, a *Departures) ([]User, error) {
	var out []User
	for _, id := range slices.Sorted(maps.Keys(a.all)) {
		var ended *userRow
		err := d.stepping(ctx, "end again after a restore", func(tx *store.Tx) (err error) {
			ended, err = d.departAgain(ctx, tx, id, a.all[id])
			return err
		})
		if errors.Is(err, errForged) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("end %s again: %w", id, err)
		}
		if ended == nil {
			continue
		}
		shown, err := d.shown(ended)
		if err != nil {
			return nil, err
		}
		out = append(out, shown)
	}
	return out, nil
}

// SheetsAreOld tells whether the recovery sheets were made anew since: those that
// were replaced open the database that was put back, and the new ones do not.
func (d *Desk) SheetsAreOld(ctx context.Context, a *Departures) (bool, error) {
	if a.sheets == 0 {
		return false, nil // never, and a house that was not set up has none
	}
	_, row, err := d.recovery(ctx, d.db)
	if errors.Is(err, errForged) {
		return false, nil // told by an alarm, and no reason not to start
	}
	return err == nil && row.version < a.sheets, err
}

// departAgain returns the row of who was shut out, nil where a team alone was
// left or another process was faster.
func (d *Desk) departAgain(ctx context.Context, tx *store.Tx, id helpdesk.ID, a *departure) (*userRow, error) {
	u, err := d.user(ctx, tx, id)
	if err != nil || u.version >= a.version {
		return nil, err
	}
	verb := VerbRemoved
	if a.left {
		verb = VerbDisabled
		teams, err := d.leaveAll(ctx, tx, id, false)
		if err != nil {
			return nil, err
		}
		u.state = string(Disabled)
		u.leaves(teams...)
		u.dropKeys()
	}
	for _, team := range a.teams {
		in, err := d.isIn(ctx, tx, id, team)
		if err != nil {
			return nil, err
		}
		if in {
			err = d.rotate(ctx, tx, team, id)
		}
		if err != nil {
			return nil, err
		}
		u.leaves(team)
	}
	// Its version goes on where the lost rows' ended, so that the lines are of the
	// past from now on.
	if _, err := tx.Exec(ctx, raiseUser, a.version-1, string(id), u.version); err != nil {
		return nil, fmt.Errorf("end %s again: %w", id, err)
	}
	u.version = a.version - 1
	if err := d.saveUser(ctx, tx, u); err != nil {
		return nil, err
	}
	if err := d.note(ctx, tx, d.Console(), verb, id); err != nil || !a.left {
		return nil, err
	}
	return u, nil
}

const (
	selectVersions = `SELECT id, version FROM staff_user`
	raiseUser      = `UPDATE staff_user SET version = $1 WHERE id = $2 AND version = $3`
)
