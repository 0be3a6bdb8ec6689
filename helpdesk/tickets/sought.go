package tickets

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/vault"
)

// blindMost is how many blind wraps one search opens: each costs 200 µs where a
// settled one costs 1. The next search opens the next ones.
const blindMost = settleMost

// search is one look into the sealed heads of a queue.
type search struct {
	desk   *Desk
	s      *staff.Session
	plan   *plan
	probes [][]byte
	blind  atomic.Int64 // wraps opened so far

	mu      sync.Mutex
	found   []stand
	skipped int
	settle  Settle
}

// seek opens what all tickets of a plan tell filters, and returns where those
// stand that hold. What does not hold is forgotten at once.
//
// Most of it lies in sifts, one after the other, under one key; what has none
// is opened like any head, and gets one when the request settles.
func (d *Desk) seek(ctx context.Context, s *staff.Session, p *plan, teams []helpdesk.ID) (*search, error) {
	x := &search{desk: d, s: s, plan: p, probes: p.sealed.probes()}
	// One search at a time has the machine: two would each take twice as long,
	// and four would leave no connection for anybody's page.
	select {
	case d.seeking <- struct{}{}:
		defer func() { <-d.seeking }()
	case <-ctx.Done():
		return nil, fmt.Errorf("search the queues: %w", ctx.Err())
	}
	for _, team := range teams {
		if err := x.team(ctx, team); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(x.found, stand.compare)
	return x, nil
}

// scanFrom is from how many tickets on a team's sifts are read as a whole;
// fewer are looked up one by one.
var scanFrom = 1_000

func (x *search) team(ctx context.Context, team helpdesk.ID) error {
	todo := map[helpdesk.ID]stand{}
	for _, state := range x.plan.states {
		if err := x.stands(ctx, team, state, todo); err != nil {
			return err
		}
	}
	if len(todo) >= scanFrom {
		if err := x.sifts(ctx, team, todo); err != nil {
			return err
		}
	}
	return x.heads(ctx, team, todo)
}

// stands reads which tickets the plain conditions let pass, out of the index
// alone.
func (x *search) stands(ctx context.Context, team helpdesk.ID, state State, todo map[helpdesk.ID]stand) error {
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
		todo[at.id] = at
	}
	return finish(rows, "search the queues")
}

// sifted is what one sift holds, on its way from the reader to an opener.
type sifted struct {
	at      stand
	version int
	body    []byte
}

// siftsAtOnce is how many go to an opener together.
const siftsAtOnce = 128

// sifts goes through a team's sifts: one core reads, the others open. Whatever
// was asked is taken out of todo.
func (x *search) sifts(ctx context.Context, team helpdesk.ID, todo map[helpdesk.ID]stand) error {
	rows, err := x.desk.db.Query(ctx, selectSifts, team)
	if err != nil {
		return fmt.Errorf("search the queues: %w", err)
	}
	defer rows.Close()
	batches := make(chan []sifted, 8)
	var openers sync.WaitGroup
	var undone []stand // under mu
	for range max(1, min(runtime.GOMAXPROCS(0), 4)-1) {
		openers.Go(func() {
			pairs := x.pairs(team)
			for batch := range batches {
				left := x.open(team, pairs, batch)
				x.mu.Lock()
				undone = append(undone, left...)
				x.mu.Unlock()
			}
		})
	}
	err = x.feed(rows, todo, batches)
	close(batches)
	openers.Wait()
	for _, at := range undone {
		todo[at.id] = at // the head tells, or that it does not open
	}
	return err
}

func (x *search) feed(rows *sql.Rows, todo map[helpdesk.ID]stand, batches chan<- []sifted) error {
	batch := make([]sifted, 0, siftsAtOnce)
	for rows.Next() {
		var id helpdesk.ID
		var one sifted
		if err := rows.Scan(&id, &one.version, &one.body); err != nil {
			return fmt.Errorf("search the queues: %w", err)
		}
		at, wanted := todo[id]
		if !wanted {
			continue
		}
		delete(todo, id)
		one.at = at
		if batch = append(batch, one); len(batch) == siftsAtOnce {
			batches <- batch
			batch = make([]sifted, 0, siftsAtOnce)
		}
	}
	batches <- batch
	return finish(rows, "search the queues")
}

// open asks a batch of sifts and returns those that do not open.
func (x *search) open(team helpdesk.ID, pairs func(version int) *vault.Pair, batch []sifted) (left []stand) {
	var found []stand
	for _, one := range batch {
		h, ok := x.unsift(pairs(one.version), one.at.id, team, one.version, one.body)
		switch {
		case !ok:
			left = append(left, one.at)
		case h:
			found = append(found, one.at)
		}
	}
	if len(found) > 0 {
		x.mu.Lock()
		x.found = append(x.found, found...)
		x.mu.Unlock()
	}
	return left
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
func (x *search) heads(ctx context.Context, team helpdesk.ID, todo map[helpdesk.ID]stand) error {
	ids := make([]helpdesk.ID, 0, len(todo))
	for id := range todo {
		ids = append(ids, id)
	}
	// In the order of the queue: what is left over is the least urgent.
	slices.SortFunc(ids, func(a, b helpdesk.ID) int { return todo[a].compare(todo[b]) })
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

func (x *search) some(ctx context.Context, team helpdesk.ID, ids []helpdesk.ID, todo map[helpdesk.ID]stand) error {
	rows, err := x.desk.db.Query(ctx, selectSought+list(len(ids), 2)+")", append([]any{team}, anys(ids)...)...)
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
		x.look(ctx, team, &q, todo[q.ticket], pairs)
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
	if q.sift.team == team {
		if holds, ok := x.unsift(pairs(q.sift.version), q.ticket, team, q.sift.version, q.sift.body); ok {
			if holds {
				x.mu.Lock()
				x.found = append(x.found, at)
				x.mu.Unlock()
			}
			return
		}
	}
	key, settled, ok := x.key(ctx, q, pairs)
	var h soughtHead
	if ok {
		plain, err := key.Open(headAt(q.conversation, q.epoch), q.head)
		ok = err == nil && json.Unmarshal(bytes.TrimRight(plain, " "), &h) == nil
	}
	var sift *siftRow
	if ok {
		sift = x.desk.sift(x.s, team, q.ticket, q.sift.stamp, &h)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if !ok {
		x.skipped++
		return
	}
	if x.plan.sealed.holds(&h) {
		x.found = append(x.found, at)
	}
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

// unsift opens one sift and asks it; ok is false when it does not open.
func (x *search) unsift(pair *vault.Pair, ticket, team helpdesk.ID, version int, body []byte) (holds, ok bool) {
	// What was sealed with the public half alone came from nobody who reads.
	if pair == nil || vault.Blind(body) {
		return false, false
	}
	plain, err := pair.Open(siftAt(ticket, team, version), body)
	if err != nil {
		return false, false
	}
	for _, p := range x.probes {
		if !bytes.Contains(plain, p) {
			return false, true
		}
	}
	var h soughtHead
	if json.Unmarshal(bytes.TrimRight(plain, " "), &h) != nil {
		return false, false
	}
	return x.plan.sealed.holds(&h), true
}
