package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"

	"returnsupport/helpdesk"
)

// Kind says what is wrong with the first bad row.
type Kind string

// What Verify finds.
const (
	Changed  Kind = "changed"  // an entry, a link or its details are not what was written
	Removed  Kind = "removed"  // an entry or a link is missing
	Swapped  Kind = "swapped"  // a true entry stands where another was linked
	Appended Kind = "appended" // a row that this program did not write
	Cut      Kind = "cut"      // the chain ends before its signed or known head
)

// Finding names the first bad row.
type Finding struct {
	Kind   Kind
	Number int64       // its place in the chain, 0 when it has none
	Entry  helpdesk.ID // "" when only the place is known
}

// Report is what Verify saw.
type Report struct {
	Head    Head  // as signed
	Linked  int64 // entries found right
	Waiting int64 // entries not linked yet
	Erased  int64 // entries whose details were erased
	Dropped int64 // entries before the first that is left: their time was over
	Bad     *Finding
}

// Verify recomputes the chain from its beginning and checks every MAC and
// signature, in constant memory. It stops at the first bad row, which the
// report names; an error means that it could not look. Heads known from
// outside the database (the log, an earlier report) show what the database
// alone can't: that the chain was put back as a whole.
func (b *Book) Verify(ctx context.Context, known ...Head) (Report, error) {
	var r Report
	head, err := b.head(ctx, b.db)
	switch {
	case err == errForged:
		r.Bad = &Finding{Kind: Changed}
		return r, nil
	case err != nil:
		return r, err
	}
	r.Head = head
	at, err := b.anchor(ctx, b.db)
	switch {
	case err == errForged:
		r.Bad = &Finding{Kind: Changed}
		return r, nil
	case err != nil:
		return r, err
	}
	r.Dropped = at.Number
	for _, k := range known {
		if k.Number == at.Number && at.Number > 0 && !bytes.Equal(k.Link, at.Link) {
			r.Bad = &Finding{Kind: Changed, Number: at.Number}
		}
	}
	for r.Bad == nil {
		n, err := b.verifyLinks(ctx, &r, &at, known)
		if err != nil {
			return r, err
		}
		if n == 0 {
			break
		}
	}
	if r.Bad == nil && at.Number < r.Head.Number {
		r.Bad = &Finding{Kind: Cut, Number: at.Number + 1}
	}
	for _, k := range known {
		if r.Bad == nil && k.Number > at.Number {
			r.Bad = &Finding{Kind: Cut, Number: at.Number + 1}
		}
	}
	if r.Bad != nil && r.Bad.Kind == Removed {
		// Pages may have been dropped while we read.
		if now, err := b.anchor(ctx, b.db); err == nil && now.Number > r.Dropped {
			return b.Verify(ctx, known...)
		}
	}
	if r.Bad != nil {
		return r, nil
	}
	return r, b.verifyUnlinked(ctx, &r)
}

// verifyLinks checks the next thousand links after at and tells how many there
// were.
func (b *Book) verifyLinks(ctx context.Context, r *Report, at *Head, known []Head) (int, error) {
	rows, err := b.db.Query(ctx, selectLinks, at.Number, batch)
	if err != nil {
		return 0, fmt.Errorf("read the journal after %d: %w", at.Number, err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
		var l linked
		if err := rows.Scan(l.dest()...); err != nil {
			return n, fmt.Errorf("read the journal after %d: %w", at.Number, err)
		}
		if l.number > r.Head.Number {
			// The chainer may have gone on since we looked.
			if r.Head, err = b.head(ctx, b.db); err != nil {
				return n, err
			}
		}
		next, kind := b.check(&l, *at, r.Head, known)
		if kind != "" {
			r.Bad = &Finding{Kind: kind, Number: l.number, Entry: l.entry}
			if kind == Removed && l.number != at.Number+1 {
				r.Bad = &Finding{Kind: Removed, Number: at.Number + 1}
			}
			return n, nil
		}
		*at = next
		r.Linked++
		if l.erased() {
			r.Erased++
		}
	}
	if err := rows.Err(); err != nil {
		return n, fmt.Errorf("read the journal after %d: %w", at.Number, err)
	}
	return n, nil
}

// check tells what is wrong with one link after at, "" when nothing is.
func (b *Book) check(l *linked, at, head Head, known []Head) (Head, Kind) {
	e, ok := l.maybe.row()
	switch {
	case l.number > head.Number:
		return at, Appended
	case l.number != at.Number+1, !ok:
		return at, Removed
	case !b.secrets.Vouched(e.mac, e.origin(), e.details, e.once):
		return at, Changed
	}
	next := at.next(&e)
	if !bytes.Equal(next.Link, l.link) {
		return at, Swapped
	}
	if l.sealed != nil {
		if sum := sha256.Sum256(l.sealed); !bytes.Equal(sum[:], e.details) {
			return at, Changed
		}
	}
	if l.number%signEvery == 0 && !b.secrets.VerifyLedger(next.signed(), l.signature) {
		return at, Changed
	}
	if l.number == head.Number && !bytes.Equal(next.Link, head.Link) {
		return at, Changed
	}
	for _, k := range known {
		if k.Number == l.number && !bytes.Equal(k.Link, next.Link) {
			return at, Changed
		}
	}
	return next, ""
}

// verifyUnlinked looks at the entries outside the chain: they must be ours and
// wait for the chainer.
func (b *Book) verifyUnlinked(ctx context.Context, r *Report) error {
	after := helpdesk.ID("")
	for {
		n, err := b.unlinkedPage(ctx, r, &after)
		if err != nil || n < batch || r.Bad != nil {
			return err
		}
	}
}

func (b *Book) unlinkedPage(ctx context.Context, r *Report, after *helpdesk.ID) (int, error) {
	rows, err := b.db.Query(ctx, selectUnlinked, string(*after), batch)
	if err != nil {
		return 0, fmt.Errorf("read entries outside the chain: %w", err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
		var m maybe
		var mark sql.NullString
		if err := rows.Scan(append(m.dest(), &mark)...); err != nil {
			return n, fmt.Errorf("read entries outside the chain: %w", err)
		}
		e, _ := m.row()
		*after = e.id
		switch {
		case !b.secrets.Vouched(e.mac, e.origin(), e.details, e.once):
			r.Bad = &Finding{Kind: Appended, Entry: e.id}
			return n, nil
		case !mark.Valid:
			r.Bad = &Finding{Kind: Removed, Entry: e.id}
			return n, nil
		}
		r.Waiting++
	}
	if err := rows.Err(); err != nil {
		return n, fmt.Errorf("read entries outside the chain: %w", err)
	}
	return n, nil
}
