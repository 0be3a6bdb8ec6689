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

// These begin the lines that say: the code a person had before their row's
// version opens nothing again, and nothing is told to the address they had
// before its number. Person and version, or number, follow.
const (
	afterCode   = "code"
	afterNotice = "notice"
)

func (p *Registry) afterCode(ctx context.Context, tx *store.Tx, k *keyRow) {
	p.aftermath.Ended(ctx, tx, fmt.Sprintf("%s %s %d", afterCode, k.person, k.version))
}

func (p *Registry) afterNotice(ctx context.Context, tx *store.Tx, k *keyRow) {
	p.aftermath.Ended(ctx, tx, fmt.Sprintf("%s %s %d", afterNotice, k.person, k.notice))
}

// Ended gathers the lines that Replay does again.
type Ended struct{ codes, notices since }

// since is what a database has seen of every person, and what lines say was
// after it.
type since struct{ seen, all map[helpdesk.ID]int64 }

// Ended begins with what the database knows of every person.
func (p *Registry) Ended(ctx context.Context) (*Ended, error) {
	codes, err := store.Versions(ctx, p.db, selectVersions)
	if err != nil {
		return nil, fmt.Errorf("read the versions of keys: %w", err)
	}
	notices, err := store.Versions(ctx, p.db, selectNotices)
	if err != nil {
		return nil, fmt.Errorf("read the numbers of notice addresses: %w", err)
	}
	return &Ended{since{codes, map[helpdesk.ID]int64{}}, since{notices, map[helpdesk.ID]int64{}}}, nil
}

// Line takes one of the book's lines. Another room's, one that was cut short and
// one of what the database has seen are passed over.
func (a *Ended) Line(words []string) {
	if len(words) != 3 {
		return
	}
	var of since
	switch words[0] {
	case afterCode:
		of = a.codes
	case afterNotice:
		of = a.notices
	}
	person := helpdesk.ID(words[1])
	version, err := strconv.ParseInt(words[2], 10, 64)
	if seen, here := of.seen[person]; err == nil && here && version > seen {
		of.all[person] = max(of.all[person], version)
	}
}

// Replay ends again, in a database that was put back, the codes that were
// replaced since: whoever had seen the old one does not come in with it. The
// person does not either; a counsellor gives them another. And it forgets the
// addresses that were taken away or replaced since: somebody else may read them
// by now. It tells how many there were of each. A row that is not ours opens
// nothing already.
func (p *Registry) Replay(ctx context.Context, a *Ended) (codes, notices int, err error) {
	if codes, err = p.again(ctx, a.codes.all, "end a code again after a restore", p.endCodeAgain); err != nil {
		return codes, 0, err
	}
	notices, err = p.again(ctx, a.notices.all, "drop a notice address again after a restore", p.dropNoticeAgain)
	return codes, notices, err
}

// again does one thing for everybody of whom a line speaks, and counts them.
func (p *Registry) again(ctx context.Context, all map[helpdesk.ID]int64, what string, do func(context.Context, *store.Tx, helpdesk.ID, int64) (bool, error)) (int, error) {
	n := 0
	for _, id := range slices.Sorted(maps.Keys(all)) {
		done := false
		err := p.db.Write(ctx, what, func(tx *store.Tx) (err error) {
			done, err = do(ctx, tx, id, all[id])
			return err
		})
		switch {
		case errors.Is(err, errForged), errors.Is(err, helpdesk.ErrNotFound):
		case err != nil:
			return n, fmt.Errorf("%s (%s): %w", what, id, err)
		case done:
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

// dropNoticeAgain has the number go on where the lost row's ended, so that the
// line is of the past from now on.
func (p *Registry) dropNoticeAgain(ctx context.Context, tx *store.Tx, person helpdesk.ID, number int64) (bool, error) {
	dropped, err := tx.Exec(ctx, deleteNotice, string(person))
	if err != nil {
		return false, err
	}
	return dropped > 0, p.change(ctx, tx, person, func(k *keyRow) (bool, error) {
		k.notice = max(k.notice, number)
		return true, nil
	})
}

const (
	selectNotices  = `SELECT person, notice FROM people_key`
	selectVersions = `SELECT person, version FROM people_key`
	raiseKey       = `UPDATE people_key SET version = $1 WHERE person = $2 AND version = $3`
)
