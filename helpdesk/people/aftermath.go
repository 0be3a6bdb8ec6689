package people

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

// afterCode begins the lines that say: the code a person had before their row's
// version opens nothing again. Person and version follow.
const afterCode = "code"

func (p *Registry) afterCode(ctx context.Context, tx *store.Tx, k *keyRow) {
	p.aftermath.Ended(ctx, tx, fmt.Sprintf("%s %s %d", afterCode, k.person, k.version))
}

// EndedCodes gathers the lines that Replay does again.
type EndedCodes struct{ seen, all map[helpdesk.ID]int64 }

// EndedCodes begins with what the database knows of every person.
func (p *Registry) EndedCodes(ctx context.Context) (*EndedCodes, error) {
	seen, err := store.Versions(ctx, p.db, selectVersions)
	if err != nil {
		return nil, fmt.Errorf("read the versions of keys: %w", err)
	}
	return &EndedCodes{seen, map[helpdesk.ID]int64{}}, nil
}

// Line takes one of the book's lines. Another room's, one that was cut short and
// one of what the database has seen are passed over.
func (a *EndedCodes) Line(words []string) {
	if len(words) != 3 || words[0] != afterCode {
		return
	}
	person := helpdesk.ID(words[1])
	version, err := strconv.ParseInt(words[2], 10, 64)
	if seen, here := a.seen[person]; err == nil && here && version > seen {
		a.all[person] = max(a.all[person], version)
	}
}

// Replay ends again, in a database that was put back, the codes that were
// replaced since: whoever had seen the old one does not come in with it. The
// person does not either; a counsellor gives them another. It tells how many
// there were. A row that is not ours opens nothing already.
func (p *Registry) Replay(ctx context.Context, a *EndedCodes) (int, error) {
	n := 0
	for _, id := range slices.Sorted(maps.Keys(a.all)) {
		ended := false
		err := p.db.Write(ctx, "end a code again after a restore", func(tx *store.Tx) (err error) {
			ended, err = p.endCodeAgain(ctx, tx, id, a.all[id])
			return err
		})
		switch {
		case errors.Is(err, errForged), errors.Is(err, helpdesk.ErrNotFound):
		case err != nil:
			return n, fmt.Errorf("end the code of %s again: %w", id, err)
		case ended:
			n++
		}
	}
	return n, nil
}

func (p *Registry) endCodeAgain(ctx context.Context, tx *store.Tx, person helpdesk.ID, version int64) (bool, error) {
	k, err := p.key(ctx, tx, person)
	if err != nil || k.version >= version {
		return false, err
	}
	// Its version goes on where the lost row's ended, so that the line is of the
	// past from now on.
	if _, err := tx.Exec(ctx, raiseKey, version-1, string(person), k.version); err != nil {
		return false, err
	}
	k.version = version - 1
	k.state, k.until = NoCode, 0
	k.lookup, k.locked, k.shown, k.used = nil, nil, nil, nil
	if err := p.saveKey(ctx, tx, k); err != nil {
		return false, err
	}
	return true, p.endAll(ctx, tx, person)
}

const (
	selectVersions = `SELECT person, version FROM people_key`
	raiseKey       = `UPDATE people_key SET version = $1 WHERE person = $2 AND version = $3`
)
