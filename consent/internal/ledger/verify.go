package ledger

import (
	"bytes"
	"context"
	"fmt"

	"returnsupport/helpdesk"
)

// Fault says what is wrong with the first bad row.
type Fault string

// What Verify finds.
const (
	Changed  Fault = "changed"   // an event or its body is not what was written
	Removed  Fault = "removed"   // an event is missing
	Swapped  Fault = "swapped"   // a true event stands in another's place
	Appended Fault = "appended"  // a row this program did not write
	Cut      Fault = "cut"       // the chain ends before its signed or known end
	Resigned Fault = "re-signed" // the chain fits together, and is not the one that was known, or not signed by us
)

// Finding names the first bad row.
type Finding struct {
	Fault Fault
	Seq   int64
	Event helpdesk.ID // "" when only the place is known
}

// Report is what Verify saw.
type Report struct {
	Head   Anchor // as the database says
	Right  int64  // events found right
	Erased int64  // of them those whose body was erased
	Bad    *Finding
}

// Verify recomputes the chain from its beginning and checks every MAC and
// signature, in constant memory. It stops at the first bad row; an error means
// that it could not look. Anchors known from outside the database (the log, a
// mail, a receipt) show what the database alone can't: that it was cut or
// written anew as a whole by who holds the secrets, too.
func (b *Book) Verify(ctx context.Context, known ...Anchor) (Report, error) {
	v := verifier{b: b, ctx: ctx, known: map[int64][]byte{}}
	for _, k := range known {
		if other, twice := v.known[k.Seq]; twice && !bytes.Equal(other, k.Hash) {
			v.report.Bad = &Finding{Fault: Resigned, Seq: k.Seq}
			return v.report, nil
		}
		v.known[k.Seq] = k.Hash
	}
	head, ours, err := b.readHead(ctx, b.DB)
	if err != nil {
		return v.report, err
	}
	v.report.Head, v.ours, v.last = head, ours, Anchor{Hash: genesis()}
	if err := v.walk(head.Seq); err != nil || v.report.Bad != nil {
		return v.report, err
	}
	return v.report, v.end(head)
}

type verifier struct {
	b      *Book
	ctx    context.Context
	known  map[int64][]byte
	last   Anchor
	ours   bool // the head is signed by us
	report Report
}

// walk compares the events up to the head, in the book's order, as the readers
// bring them.
func (v *verifier) walk(until int64) error {
	ctx, stop := context.WithCancel(v.ctx)
	from := v.b.readers(ctx, until)
	defer func() {
		stop()
		for _, pages := range from {
			for range pages { // until its reader has let go of the database
			}
		}
	}()
	for n := 0; v.last.Seq < until; n++ {
		p, open := <-from[n%len(from)]
		switch {
		case p.err != nil:
			return p.err
		case !open && v.ctx.Err() != nil:
			return v.ctx.Err()
		case len(p.rows) == 0:
			return v.missing()
		}
		for i := range p.rows {
			g := &p.rows[i]
			if bad := v.check(g); bad != "" {
				var err error
				v.report.Bad, err = v.settle(bad, g)
				return err
			}
			v.last.Seq = g.seq
			v.last.Hash = append(v.last.Hash[:0], g.hash[:]...)
			v.report.Right++
			if g.erased {
				v.report.Erased++
			}
		}
	}
	return v.ctx.Err()
}

// missing tells a hole that is longer than a page from an end cut off.
func (v *verifier) missing() error {
	more, err := v.exists(v.last.Seq)
	v.report.Bad = &Finding{Fault: Cut, Seq: v.last.Seq + 1}
	if more {
		v.report.Bad.Fault = Removed
	}
	return err
}

// check tells what is wrong with the event after the last one, "" when nothing
// is.
func (v *verifier) check(g *glance) Fault {
	switch {
	case g.seq != v.last.Seq+1:
		return Removed
	case g.foreign:
		if !v.ours && g.seq == v.report.Head.Seq {
			return Appended // and the head moved to it
		}
		return Changed
	case g.odd, string(g.previous[:]) != string(v.last.Hash):
		return Swapped
	case g.unlinked:
		return Swapped // or its hash alone was changed: settle tells
	case g.unsigned:
		if v.ours {
			return Changed
		}
		return Resigned
	}
	if hash, ok := v.known[g.seq]; ok && !bytes.Equal(hash, g.hash[:]) {
		return Resigned
	}
	if g.changed {
		return Changed
	}
	return ""
}

// settle tells a true event in a false place from one whose own chain columns
// were changed: then its neighbours still say what stood there.
func (v *verifier) settle(bad Fault, g *glance) (*Finding, error) {
	s, err := v.at(g)
	if err != nil {
		return nil, err
	}
	f := Finding{Fault: bad, Seq: s.Seq, Event: s.ID}
	if bad == Removed {
		f = Finding{Fault: Removed, Seq: v.last.Seq + 1}
	}
	if bad != Swapped {
		return &f, nil
	}
	was := s.Hash
	s.previous = v.last.Hash
	is, _ := s.link(nil)
	var next []byte
	err = v.b.DB.QueryRow(v.ctx, selectNext, s.Seq+1).Scan(&next)
	if isNotFound(err) {
		next, err = v.report.Head.Hash, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the consent ledger after %d: %w", s.Seq, err)
	}
	if bytes.Equal(is[:], next) || bytes.Equal(is[:], was) {
		f.Fault = Changed
	}
	return &f, nil
}

// at is the whole event of a glance; a true one that stands wrong was not kept.
func (v *verifier) at(g *glance) (*Step, error) {
	if g.step != nil {
		return g.step, nil
	}
	steps, err := v.b.steps(v.ctx, v.b.DB, selectPlace, g.seq)
	if err != nil {
		return nil, err
	}
	if len(steps) == 0 { // taken away meanwhile
		return &Step{Seq: g.seq}, nil
	}
	return &steps[0], nil
}

// end compares the chain's end with what is known of it.
func (v *verifier) end(head Anchor) error {
	for seq := range v.known {
		if seq > v.last.Seq && (v.report.Bad == nil || v.report.Bad.Seq > v.last.Seq) {
			v.report.Bad = &Finding{Fault: Cut, Seq: v.last.Seq + 1}
		}
	}
	if v.report.Bad != nil {
		return nil
	}
	if !v.ours || !bytes.Equal(head.Hash, v.last.Hash) {
		v.report.Bad = &Finding{Fault: Resigned, Seq: head.Seq}
	}
	// The book may have grown since we looked: only what is past its own end of
	// this moment was put there by somebody else.
	now, err := v.b.Head(v.ctx)
	if err != nil || v.report.Bad != nil {
		return err
	}
	more, err := v.exists(now.Seq)
	if err != nil {
		return err
	}
	if more {
		// A commit between the two looks moves head and row together.
		again, err := v.b.Head(v.ctx)
		if err != nil {
			return err
		}
		if again.Seq == now.Seq {
			v.report.Bad = &Finding{Fault: Appended, Seq: now.Seq + 1}
		}
	}
	return nil
}

// exists tells whether there is an event past a place.
func (v *verifier) exists(after int64) (bool, error) {
	var last Anchor
	err := v.b.DB.QueryRow(v.ctx, selectLast).Scan(&last.Seq, &last.Hash)
	if isNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find the consent ledger's end: %w", err)
	}
	return last.Seq > after, nil
}
