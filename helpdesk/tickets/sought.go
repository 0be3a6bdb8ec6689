package tickets

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// blindMost is how many blind wraps one search opens: each costs 200 µs where a
// settled one costs 1. The next search opens the next ones.
const blindMost = settleMost

// search is one look into what is sealed of a session's queues.
type search struct {
	desk  *Desk
	s     *staff.Session
	plan  *plan
	wants sieving
	blind atomic.Int64 // wraps opened so far

	mu      sync.Mutex
	found   []stand
	skipped int
	settle  Settle
	counts  map[helpdesk.ID]Counts // of restricted teams

	// Of restricted teams, too, for an overview; today is 0 for who wants none.
	today, due, late int64
}

func (d *Desk) search(s *staff.Session, p *plan) *search {
	return &search{desk: d, s: s, plan: p, wants: p.sealed.ready(), counts: map[helpdesk.ID]Counts{}}
}

// withDays has the search count what is due.
func (x *search) withDays() *search {
	x.today = dayOf(x.desk.now())
	return x
}

// seek opens what all tickets of a plan tell filters, and keeps where those
// stand that hold. What does not hold is forgotten at once.
//
// Most of it lies in sifts, one after the other, under one key; what has none
// is opened like any head, and gets one when the request settles.
func (x *search) seek(ctx context.Context, teams []helpdesk.ID) error {
	// One search at a time has the machine: two would each take twice as long,
	// and four would leave no connection for anybody's page.
	select {
	case x.desk.seeking <- struct{}{}:
		defer func() { <-x.desk.seeking }()
	case <-ctx.Done():
		return fmt.Errorf("search the queues: %w", ctx.Err())
	}
	for _, team := range teams {
		if err := x.team(ctx, team); err != nil {
			return err
		}
	}
	return nil
}

// scanFrom is from how many tickets on a team's sifts are read as a whole;
// fewer are looked up one by one.
var scanFrom = 1_000

// asking are the tickets of one team that are asked, and which of them told.
type asking struct {
	stands []stand
	at     map[helpdesk.ID]int // in stands
	told   []bool              // each written by one core alone
}

func (x *search) team(ctx context.Context, team helpdesk.ID) error {
	stands, err := x.stands(ctx, team)
	if err != nil {
		return err
	}
	todo := &asking{stands: stands, at: make(map[helpdesk.ID]int, len(stands)), told: make([]bool, len(stands))}
	for i, at := range stands {
		todo.at[at.id] = i
	}
	if len(stands) >= scanFrom {
		if err := x.sifts(ctx, team, todo); err != nil {
			return err
		}
	}
	return x.heads(ctx, team, todo)
}

// stands reads which tickets the plain conditions let pass, out of the index
// alone, each state on a core of its own.
func (x *search) stands(ctx context.Context, team helpdesk.ID) ([]stand, error) {
	g, ctx := errgroup.WithContext(ctx)
	all := make([][]stand, len(x.plan.states))
	for n, state := range x.plan.states {
		g.Go(func() error {
			query, args := x.plan.stands(team, state)
			rows, err := x.desk.db.Query(ctx, query, args...)
			if err != nil {
				return fmt.Errorf("search the queues: %w", err)
			}
			defer rows.Close()
			for rows.Next() {
				var at stand
				if err := rows.Scan(&at.due, &at.rank, &at.id); err != nil {
					return fmt.Errorf("search the queues: %w", err)
				}
				if !x.plan.byDue {
					at.due = 0
				}
				all[n] = append(all[n], at)
			}
			return finish(rows, "search the queues")
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(all...), nil
}

// ranges cut ids, which are random, into about equal parts, one for each core.
func ranges() []helpdesk.ID {
	if runtime.GOMAXPROCS(0) >= 4 {
		return []helpdesk.ID{"", "c", "k", "s", "~"}
	}
	return []helpdesk.ID{"", "k", "~"}
}

// sifts goes through a team's sifts, each core through a part of them. Of what
// they do not tell the head does, or that it does not open.
func (x *search) sifts(ctx context.Context, team helpdesk.ID, todo *asking) error {
	cuts := ranges()
	g, ctx := errgroup.WithContext(ctx)
	for n := range cuts[1:] {
		g.Go(func() error { return x.part(ctx, team, cuts[n], cuts[n+1], todo) })
	}
	return g.Wait()
}

// part asks the sifts of a range.
func (x *search) part(ctx context.Context, team, from, until helpdesk.ID, todo *asking) error {
	rows, err := x.desk.db.Query(ctx, selectSifts, team, from, until)
	if err != nil {
		return fmt.Errorf("search the queues: %w", err)
	}
	defer rows.Close()
	pairs := x.pairs(team)
	var found []stand
	var v sieve
	var ticket, body sql.RawBytes
	var version int
	for rows.Next() {
		if err := rows.Scan(&ticket, &version, &body); err != nil {
			return fmt.Errorf("search the queues: %w", err)
		}
		i, wanted := todo.at[helpdesk.ID(ticket)]
		if !wanted {
			continue
		}
		at := todo.stands[i]
		if !x.unsift(pairs(version), at.id, team, version, body, &v) {
			continue
		}
		holds, sure := x.wants.holds(&v)
		if holds {
			found = append(found, at)
		}
		todo.told[i] = sure
	}
	x.mu.Lock()
	x.found = append(x.found, found...)
	x.mu.Unlock()
	return finish(rows, "search the queues")
}

// pairs hands out the team's pairs, asking the session once for each version;
// nil for one that waits for a member who holds it.
func (x *search) pairs(team helpdesk.ID) func(version int) *vault.Pair {
	known := map[int]*vault.Pair{}
	return func(version int) *vault.Pair {
		pair, ok := known[version]
		if !ok {
			pair, _ = colleague{x.s}.pair(teamReader, team, version)
			known[version] = pair
		}
		return pair
	}
}

// heads opens what no sift told, a few hundred at a time.
func (x *search) heads(ctx context.Context, team helpdesk.ID, todo *asking) error {
	var rest []stand
	for i, at := range todo.stands {
		if !todo.told[i] {
			rest = append(rest, at)
		}
	}
	// In the order of the queue: what is left over is the least urgent.
	slices.SortFunc(rest, stand.compare)
	ids := make([]helpdesk.ID, len(rest))
	for i, at := range rest {
		ids[i] = at.id
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, min(runtime.GOMAXPROCS(0), 4)))
	for part := range slices.Chunk(ids, 200) {
		g.Go(func() error { return x.some(ctx, team, part, todo) })
	}
	return g.Wait()
}

// soughtRow is what a search reads of a head.
type soughtRow struct {
	ticket       helpdesk.ID
	conversation helpdesk.ID
	epoch        int64 // the head's
	head         []byte
	reader       readerRow
	sift         siftRow
}

func (x *search) some(ctx context.Context, team helpdesk.ID, ids []helpdesk.ID, todo *asking) error {
	rows, err := x.desk.db.Query(ctx, selectSought+store.Places(len(ids), 2)+")", append([]any{team}, anys(ids)...)...)
	if err != nil {
		return fmt.Errorf("search the queues: %w", err)
	}
	defer rows.Close()
	pairs, n := x.pairs(team), 0
	for rows.Next() {
		var q soughtRow
		r, s := &q.reader, &q.sift
		if err := rows.Scan(&q.ticket, &q.conversation, &q.epoch, &q.head, &r.kind, &r.version, &r.form, &r.wrap, &r.mac, &r.expires,
			&s.team, &s.version, &s.stamp, &s.body); err != nil {
			return fmt.Errorf("search the queues: %w", err)
		}
		r.conversation, r.epoch, r.reader = q.conversation, q.epoch, team
		s.ticket = q.ticket
		n++
		x.look(ctx, team, &q, todo.stands[todo.at[q.ticket]], pairs)
	}
	if n < len(ids) { // without a conversation: somebody's tampering
		x.mu.Lock()
		x.skipped += len(ids) - n
		x.mu.Unlock()
	}
	return finish(rows, "search the queues")
}

// look asks one ticket and keeps its place when it holds.
func (x *search) look(ctx context.Context, team helpdesk.ID, q *soughtRow, at stand, pairs func(int) *vault.Pair) {
	v := &sieve{}
	if q.sift.team == team && x.unsift(pairs(q.sift.version), q.ticket, team, q.sift.version, q.sift.body, v) {
		if holds, sure := x.wants.holds(v); sure {
			x.keep(at, holds)
			return
		}
	}
	key, settled, ok := x.key(ctx, q, pairs)
	var h Head
	if ok {
		plain, err := key.Open(headAt(q.conversation, q.epoch), q.head)
		if ok = err == nil; ok {
			h, err = decodeHead(plain)
			ok = err == nil
		}
	}
	if !ok {
		x.mu.Lock()
		x.skipped++
		x.mu.Unlock()
		return
	}
	v = sieveOf(&h)
	holds, _ := x.wants.holds(v)
	x.keep(at, holds)
	x.leave(settled, x.desk.sift(x.s, team, q.ticket, q.sift.stamp, v))
}

func (x *search) keep(at stand, holds bool) {
	if holds {
		x.mu.Lock()
		x.found = append(x.found, at)
		x.mu.Unlock()
	}
}

// leave remembers what the next search finds settled and sifted.
func (x *search) leave(settled *readerRow, sift *siftRow) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if settled != nil && len(x.settle.readers) < settleMost {
		x.settle.readers = append(x.settle.readers, settled)
	}
	if sift != nil && len(x.settle.sifts) < siftsMost {
		x.settle.sifts = append(x.settle.sifts, sift)
	}
}

// key opens the key a head lies under. A blind wrap is settled, so our MAC must
// stand on it; of settled ones that is asked when they are shown.
func (x *search) key(ctx context.Context, q *soughtRow, pairs func(int) *vault.Pair) (vault.Key, *readerRow, bool) {
	r := &q.reader
	if r.kind == "" || r.expires != 0 && r.expires <= x.desk.now().UnixMicro() {
		return vault.Key{}, nil, false
	}
	if r.form == formBlind {
		if x.blind.Add(1) > blindMost {
			return vault.Key{}, nil, false
		}
		h, settled, err := x.desk.openReader(ctx, colleague{x.s}, r)
		return h.key, settled, err == nil && h.proven
	}
	pair := pairs(r.version)
	if pair == nil {
		return vault.Key{}, nil, false
	}
	key, err := pair.Unwrap(r.wrapped(), r.wrap)
	return key, nil, err == nil
}

// unsift opens one sift into v; false when it does not open.
func (x *search) unsift(pair *vault.Pair, ticket, team helpdesk.ID, version int, body []byte, v *sieve) bool {
	// What was sealed with the public half alone came from nobody who reads.
	if pair == nil || len(body) == 0 || vault.Blind(body) {
		return false
	}
	plain, err := pair.Open(siftAt(ticket, team, version), body)
	return err == nil && v.decode(plain) == nil
}
