package journal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

const (
	pace      = 100 * time.Millisecond
	leaseTime = 10 * time.Second
	batch     = 1000 // links a transaction
	signEvery = 1000
)

// Head is how far the chain goes. Kept somewhere outside the database, it
// later proves that nothing before it was cut off.
type Head struct {
	Number int64  // links so far
	Link   []byte // SHA-256
}

// errForged: the head in the database was not signed by us, so nothing is
// built on it.
var errForged = errors.New("journal head without our signature")

// signed is what the Ed25519 signature covers.
func (h Head) signed() []byte {
	b := append([]byte("rs1 journal head\x00"), binary.BigEndian.AppendUint64(nil, uint64(h.Number))...)
	return append(b, h.Link...)
}

// next is the link of an entry after h.
func (h Head) next(r *row) Head {
	sum := sha256.New()
	part := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		sum.Write(n[:])
		sum.Write(b)
	}
	part([]byte("rs1 journal link"))
	part(h.Link)
	part(binary.BigEndian.AppendUint64(nil, uint64(h.Number+1)))
	part(binary.BigEndian.AppendUint64(nil, uint64(r.at)))
	for _, b := range [][]byte{[]byte(r.id), []byte(r.actor), []byte(r.verb), []byte(r.object), r.details, r.once} {
		part(b)
	}
	return Head{Number: h.Number + 1, Link: sum.Sum(nil)}
}

// Run links new entries every 100 ms until ctx ends; of several processes the
// one with the lease does. It returns nil; a database that is away is waited
// for.
func (b *Book) Run(ctx context.Context) error {
	wait := pace
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			// What happened last is linked, too.
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := b.Chain(last); err != nil {
				b.log.ErrorContext(last, "journal not linked to its end", "err", err)
			}
			return nil
		case <-timer.C:
		}
		if err := b.Chain(ctx); err != nil && ctx.Err() == nil {
			b.log.ErrorContext(ctx, "journal not linked", "err", err)
			wait = min(2*wait, 10*time.Second)
		} else {
			wait = pace
		}
		timer.Reset(wait)
	}
}

// Chain writes waiting alarms and links all that waits, unless another process
// holds the lease.
func (b *Book) Chain(ctx context.Context) error {
	if err := b.writeAlarms(ctx); err != nil {
		return err
	}
	for {
		var one int
		switch err := b.db.QueryRow(ctx, selectAnyWaiting).Scan(&one); {
		case errors.Is(err, helpdesk.ErrNotFound):
			return nil
		case err != nil:
			return fmt.Errorf("look for entries to link: %w", err)
		}
		if free, err := b.free(ctx); err != nil || !free {
			return err
		}
		more, err := b.link(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// free tells whether the lease is ours or nobody's, without writing.
func (b *Book) free(ctx context.Context) (bool, error) {
	var holder string
	var until int64
	if err := b.db.QueryRow(ctx, selectLease).Scan(&holder, &until); err != nil {
		return false, fmt.Errorf("look at the journal's lease: %w", err)
	}
	now := b.now()
	return holder == string(b.holder) || until < now.UnixMicro() || until > leaseMost(now), nil
}

// leaseMost is beyond every lease of this clock: what reaches further was taken
// by one that has gone back since, and its holder may be dead for an hour.
func leaseMost(now time.Time) int64 { return now.Add(2 * leaseTime).UnixMicro() }

// link makes one transaction's worth of links and reports whether more may
// wait.
func (b *Book) link(ctx context.Context) (more bool, err error) {
	var head Head
	var forged []helpdesk.ID
	err = b.db.Write(ctx, "link the journal", func(tx *store.Tx) error {
		more, forged = false, nil
		now := b.now()
		n, err := tx.Exec(ctx, takeLease, string(b.holder), now.Add(leaseTime).UnixMicro(), now.UnixMicro(), leaseMost(now))
		if err != nil || n == 0 {
			return err
		}
		if head, err = b.head(ctx, tx); err != nil {
			return err
		}
		b.compare(ctx, head)
		entries, gone, err := waiting(ctx, tx)
		if err != nil {
			return err
		}
		more = len(entries)+len(gone) == batch
		start := head
		for i := range entries {
			e := &entries[i]
			if !b.secrets.Vouched(e.mac, e.origin(), e.details, e.once) {
				forged = append(forged, e.id)
				gone = append(gone, e.id)
				continue
			}
			head = head.next(e)
			if _, err := tx.Exec(ctx, insertLink, head.Number, string(e.id), head.Link); err != nil {
				return fmt.Errorf("link %s: %w", e.id, err)
			}
			if head.Number%signEvery == 0 {
				if _, err := tx.Exec(ctx, insertSign, head.Number, b.secrets.SignLedger(head.signed())); err != nil {
					return fmt.Errorf("sign link %d: %w", head.Number, err)
				}
			}
			gone = append(gone, e.id)
		}
		for _, id := range gone {
			if _, err := tx.Exec(ctx, deleteWaiting, string(id)); err != nil {
				return fmt.Errorf("strike %s off the waiting: %w", id, err)
			}
		}
		return b.moveHead(ctx, tx, start, head)
	})
	if errors.Is(err, helpdesk.ErrConflict) {
		return false, nil // another process was faster: the next look tells
	}
	if errors.Is(err, errForged) {
		b.Alarm(ctx, "journal_head", "")
	}
	if err != nil {
		return false, fmt.Errorf("link the journal: %w", err)
	}
	for _, id := range forged {
		b.Alarm(ctx, "journal_entry", id)
	}
	b.mu.Lock()
	if head.Number > b.last.Number {
		b.last = head
		if head.Number%signEvery == 0 {
			// The log lies elsewhere than the database, so it is an anchor.
			b.log.InfoContext(ctx, "journal head", "number", head.Number, "link", fmt.Sprintf("%x", head.Link))
		}
	}
	b.mu.Unlock()
	return more, nil
}

// compare raises an alarm when the chain is shorter than this process has
// already seen it.
func (b *Book) compare(ctx context.Context, head Head) {
	b.mu.Lock()
	back := head.Number < b.last.Number
	if back {
		b.last = head
	}
	b.mu.Unlock()
	if back {
		b.Alarm(ctx, "journal_back", "")
	}
}

// head is how far the chain goes. Without a row it begins.
func (b *Book) head(ctx context.Context, r store.Reader) (Head, error) {
	return b.believed(ctx, r, selectHead, Head.signed)
}

// believed reads a place of the chain that lies under a signature of its own, or
// the beginning where no row is. errForged for a row that we did not sign as what
// it stands for.
func (b *Book) believed(ctx context.Context, r store.Reader, query string, covered func(Head) []byte) (Head, error) {
	var h Head
	var signature []byte
	switch err := r.QueryRow(ctx, query).Scan(&h.Number, &h.Link, &signature); {
	case errors.Is(err, helpdesk.ErrNotFound):
		return Head{Link: make([]byte, sha256.Size)}, nil
	case err != nil:
		return Head{}, fmt.Errorf("read a signed place of the journal: %w", err)
	}
	if !b.secrets.VerifyLedger(covered(h), signature) {
		return Head{}, errForged
	}
	return h, nil
}

// moveHead is the claim: whoever finds another head than they built on gives
// up the whole transaction.
func (b *Book) moveHead(ctx context.Context, tx *store.Tx, from, to Head) error {
	if to.Number == from.Number {
		return nil
	}
	signature := b.secrets.SignLedger(to.signed())
	var n int64
	var err error
	if from.Number == 0 {
		n, err = tx.Exec(ctx, insertHead, to.Number, to.Link, signature)
	} else {
		n, err = tx.Exec(ctx, updateHead, to.Number, to.Link, signature, from.Number)
	}
	if err != nil {
		return fmt.Errorf("move the journal's head: %w", err)
	}
	if n == 0 {
		return helpdesk.ErrConflict
	}
	return nil
}

// waiting returns entries to link, oldest first, and marks without an entry.
func waiting(ctx context.Context, tx *store.Tx) (entries []row, gone []helpdesk.ID, err error) {
	rows, err := tx.Query(ctx, selectWaiting, batch)
	if err != nil {
		return nil, nil, fmt.Errorf("read what waits to be linked: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var mark helpdesk.ID
		var e maybe
		if err := rows.Scan(append([]any{&mark}, e.dest()...)...); err != nil {
			return nil, nil, fmt.Errorf("read what waits to be linked: %w", err)
		}
		if r, ok := e.row(); ok {
			entries = append(entries, r)
		} else {
			gone = append(gone, mark)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("read what waits to be linked: %w", err)
	}
	return entries, gone, nil
}
