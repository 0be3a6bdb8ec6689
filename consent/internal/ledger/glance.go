package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"runtime"

	"returnsupport/helpdesk"
)

// page is how many events are read at a time, mostReaders how many pages at
// once: memory stays the same however long the book is.
const (
	page        = 1000
	mostReaders = 4
)

// glance is what there is to say of one event without its neighbours. That is
// nearly all the work, and is done by every core at once; what is left to do in
// the book's order is to compare.
type glance struct {
	seq            int64
	previous, hash [sha256.Size]byte
	foreign        bool // our MAC does not stand on it
	unlinked       bool // its hash is not over what stands in it
	unsigned       bool // a place that bears a signature bears none of ours
	changed        bool // its body is not what was written
	erased         bool
	odd            bool  // a hash of another length: none of ours
	step           *Step // of one with which something is wrong
}

// pageRead are some events in the book's order.
type pageRead struct {
	rows []glance
	err  error
}

// readers look at the book's pages up to a place, each at every so many: what
// the n-th page holds comes from the channel n modulo their number. They end
// with the context.
func (b *Book) readers(ctx context.Context, until int64) []chan pageRead {
	many := min(runtime.GOMAXPROCS(0), mostReaders)
	all := make([]chan pageRead, many)
	for i := range all {
		all[i] = make(chan pageRead, 1)
		go func() {
			defer close(all[i])
			g := reader{Book: b}
			for after := int64(i) * page; after < until; after += int64(many) * page {
				p := g.read(ctx, after, min(until, after+page))
				select {
				case all[i] <- p:
				case <-ctx.Done():
					return
				}
				// Whatever a head claims, the book ends with its first empty page.
				if p.err != nil || len(p.rows) == 0 {
					return
				}
			}
		}()
	}
	return all
}

// reader is one of them, with the room it writes over and over.
type reader struct {
	*Book
	// One page is looked at, one waits, one is filled.
	pages [3][]glance
	turn  int
	room  []byte
}

func (g *reader) read(ctx context.Context, after, until int64) pageRead {
	failed := func(err error) pageRead {
		return pageRead{err: fmt.Errorf("read the consent ledger after %d: %w", after, err)}
	}
	rows, err := g.DB.Query(ctx, selectPage, after, until)
	if err != nil {
		return failed(err)
	}
	defer rows.Close()
	g.turn = (g.turn + 1) % len(g.pages)
	out := g.pages[g.turn][:0]
	var w wide
	for rows.Next() {
		if err := rows.Scan(w.dest()...); err != nil {
			return failed(err)
		}
		out = append(out, g.glance(&w))
	}
	if err := rows.Err(); err != nil {
		return failed(err)
	}
	g.pages[g.turn] = out
	return pageRead{rows: out}
}

// wide is a row as the driver holds it: nothing of it is copied.
type wide struct {
	seq, version, at, until                           int64
	id, kind, subject, state, outcome, purpose, age   string
	bodyHash, previous, hash, mac, signature, written sql.RawBytes
	all                                               []any
}

func (w *wide) dest() []any {
	if w.all == nil {
		w.all = []any{&w.seq, &w.id, &w.kind, &w.subject, &w.state, &w.outcome, &w.purpose, &w.version, &w.age, &w.at, &w.until,
			&w.bodyHash, &w.previous, &w.hash, &w.mac, &w.signature, &w.written}
	}
	return w.all
}

// step is the row as a Step that lives as long as the row does.
func (w *wide) step() Step {
	return Step{Event: Event{ID: helpdesk.ID(w.id), Kind: Kind(w.kind), Subject: helpdesk.ID(w.subject), State: w.state, Outcome: w.outcome,
		Purpose: w.purpose, Version: int(w.version), Age: w.age, At: instant(w.at), Until: instant(w.until)},
		Seq: w.seq, Hash: w.hash, HasBody: len(w.bodyHash) > 0, BodyHash: w.bodyHash, previous: w.previous, mac: w.mac, signature: w.signature}
}

func (g *reader) glance(w *wide) glance {
	s := w.step()
	out := glance{seq: s.Seq, odd: len(w.previous) != sha256.Size || len(w.hash) != sha256.Size}
	copy(out.previous[:], w.previous)
	copy(out.hash[:], w.hash)
	out.foreign = !g.Secrets.Vouched(s.mac, s.origin())
	var sum [sha256.Size]byte
	sum, g.room = s.link(g.room)
	out.unlinked = string(sum[:]) != string(w.hash)
	out.unsigned = s.Seq%signEvery == 0 && !g.Secrets.VerifyLedger(Anchor{s.Seq, s.Hash}.signed(), s.signature)
	if s.HasBody {
		if w.written == nil {
			out.erased = true
		} else {
			sum := sha256.Sum256(w.written)
			out.changed = string(sum[:]) != string(s.BodyHash)
		}
	}
	if out.foreign || out.unlinked || out.unsigned || out.changed || out.odd {
		s.Hash, s.previous = append([]byte(nil), s.Hash...), append([]byte(nil), s.previous...)
		s.BodyHash = append([]byte{}, s.BodyHash...)
		s.mac, s.signature = nil, nil
		out.step = &s
	}
	return out
}
