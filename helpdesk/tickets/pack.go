package tickets

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// What a look through a restricted team's sifts found is kept for the next one,
// packed and sealed under the team's own key as the sifts are: it opens for a
// member alone, in one go instead of one by one. Nothing of it lies open in
// memory between requests. It holds while nothing changed in the team's
// tickets, for a minute at most.

// packKept bounds a pack's age.
const packKept = time.Minute

type packed struct {
	version int   // of the team's key
	turn    int64 // what it was made at
	at      time.Time
	sealed  []byte
}

type packs struct {
	mu  sync.Mutex
	all map[helpdesk.ID]packed // by team
}

func (p *packs) of(team helpdesk.ID) packed {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all[team]
}

func (p *packs) keep(team helpdesk.ID, one packed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[helpdesk.ID]packed{}
	}
	p.all[team] = one
}

func packAt(team helpdesk.ID, version int, turn int64) vault.Context {
	return vault.At("tickets.pack", team, version, turn)
}

const (
	selectTurn = `SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM tickets_turn WHERE team = $1`
	countTurn  = `INSERT INTO tickets_turn (team, part, n) VALUES ($1, $2, 1) ON CONFLICT (team, part) DO UPDATE SET n = tickets_turn.n + 1`
)

// turn is asked before the tickets are read: a change in between makes what is
// kept void.
func (d *Desk) turn(ctx context.Context, team helpdesk.ID) (n int64, err error) {
	if err := d.db.QueryRow(ctx, selectTurn, team).Scan(&n); err != nil {
		return 0, fmt.Errorf("look through team %s: %w", team, err)
	}
	return n, nil
}

// turnOver says that something changed in a ticket.
func (d *Desk) turnOver(ctx context.Context, tx *store.Tx, before, t *row) error {
	if before.restricted() && before.team != t.team {
		if err := tx.Later(ctx, countTurn, before.team, t.part()); err != nil {
			return err
		}
	}
	if !t.restricted() {
		return nil
	}
	return tx.Later(ctx, countTurn, t.team, t.part())
}

// packing is a pack in the making.
type packing struct {
	team  helpdesk.ID
	turn  int64
	bytes []byte
	void  bool // it would not hold all of them
}

func (p *packing) add(t *row, v *sieve) {
	fields, ok := v.fields()
	if p.void = p.void || !ok; p.void {
		return
	}
	for _, field := range [][]byte{[]byte(t.id), []byte(t.state), fields} {
		p.bytes = append(binary.AppendUvarint(p.bytes, uint64(len(field))), field...)
	}
}

// keepPack keeps what was packed, if it is all there is.
func (x *search) keepPack(p *packing) {
	pair, ok := colleague{x.s}.present(teamReader, p.team)
	if !ok || p.void {
		return
	}
	version := pair.ID().Version
	x.desk.packs.keep(p.team, packed{version, p.turn, x.desk.now(), pair.Seal(packAt(p.team, version, p.turn), p.bytes)})
}

// unpack asks what was kept of a team; false when there is nothing that holds.
func (x *search) unpack(team helpdesk.ID, turn int64) (rest []unsifted, ok bool) {
	kept := x.desk.packs.of(team)
	if kept.sealed == nil || kept.turn != turn || x.desk.now().Sub(kept.at).Abs() > packKept {
		return nil, false
	}
	pair := x.pairs(team)(kept.version)
	if pair == nil {
		return nil, false
	}
	b, err := pair.Open(packAt(team, kept.version, turn), kept.sealed)
	if err != nil {
		return nil, false
	}
	next := func() []byte { // of what this process packed itself
		n, width := binary.Uvarint(b)
		out := b[width : width+int(n)]
		b = b[width+int(n):]
		return out
	}
	for len(b) > 0 {
		t := row{team: team, id: helpdesk.ID(next()), state: State(next())}
		var v sieve
		if v.decode(next()) != nil {
			return nil, false
		}
		t.sifted(&v)
		if holds, sure := x.wants.holds(&v); sure {
			x.consider(&t, holds)
		} else {
			rest = append(rest, unsifted{ticket: t.id, stamp: unstamped})
		}
	}
	return rest, true
}

// unstamped is no stamp: a head opened for it leaves no sift.
const unstamped = -1
