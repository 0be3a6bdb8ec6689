package journal

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// The book may be shortened at its beginning, by whole pages of a thousand
// entries whose time is over. What the next page builds on, the last link before
// it, stays as the anchor, with a signature that says nothing else: the rest
// still verifies, and nobody but us can cut a beginning off.

// anchored is what the anchor's signature covers.
func (h Head) anchored() []byte {
	b := append([]byte("rs1 journal anchor\x00"), binary.BigEndian.AppendUint64(nil, uint64(h.Number))...)
	return append(b, h.Link...)
}

// anchor is where the book begins; nothing before its first entry while no page
// was dropped. errForged where the row is not ours.
func (b *Book) anchor(ctx context.Context, r store.Reader) (Head, error) {
	return b.believed(ctx, r, selectAnchor, Head.anchored)
}

// OldPages counts the whole pages before an instant. The page that is written
// now is none.
func (b *Book) OldPages(ctx context.Context, before time.Time) (int64, error) {
	at, err := b.anchor(ctx, b.db)
	if err != nil {
		return 0, err
	}
	head, err := b.head(ctx, b.db)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	for next := at.Number + signEvery; next < head.Number; next += signEvery {
		var young int64
		if err := b.db.QueryRow(ctx, countYoung, next-signEvery, next, before.UnixMicro()).Scan(&young); err != nil {
			return 0, fmt.Errorf("look for old pages of the journal: %w", err)
		}
		if young > 0 {
			break
		}
		n++
	}
	return n, nil
}

// DropPage deletes the oldest page if every entry on it was written before an
// instant, and tells whether it did.
func (b *Book) DropPage(ctx context.Context, tx *store.Tx, before time.Time) (bool, error) {
	at, err := b.anchor(ctx, tx)
	if err != nil {
		return false, err
	}
	head, err := b.head(ctx, tx)
	if err != nil {
		return false, err
	}
	next := Head{Number: at.Number + signEvery}
	if next.Number >= head.Number {
		return false, nil
	}
	var young, there int64
	if err := tx.QueryRow(ctx, countYoung, at.Number, next.Number, before.UnixMicro()).Scan(&young); err != nil {
		return false, fmt.Errorf("look at a page of the journal: %w", err)
	}
	if err := tx.QueryRow(ctx, countLinks, at.Number, next.Number).Scan(&there); err != nil {
		return false, fmt.Errorf("look at a page of the journal: %w", err)
	}
	var signature []byte
	if err := tx.QueryRow(ctx, selectSigned, next.Number).Scan(&next.Link, &signature); err != nil {
		return false, fmt.Errorf("read link %d of the journal: %w", next.Number, err)
	}
	switch {
	case young > 0:
		return false, nil
	case there != signEvery, !b.secrets.VerifyLedger(next.signed(), signature), bytes.Equal(next.Link, at.Link):
		// Not as we wrote it: nothing of it is put away, so that Verify tells.
		return false, errForged
	}
	n, err := tx.Exec(ctx, moveAnchor, next.Number, next.Link, b.secrets.SignLedger(next.anchored()), at.Number)
	if err != nil {
		return false, fmt.Errorf("move the journal's beginning: %w", err)
	}
	if n == 0 {
		return false, helpdesk.ErrConflict // another process was faster
	}
	for _, query := range []string{dropDetails, dropEntries, dropSignatures, dropLinks} {
		if _, err := tx.Exec(ctx, query, next.Number); err != nil {
			return false, fmt.Errorf("drop the journal up to %d: %w", next.Number, err)
		}
	}
	return true, nil
}

const (
	selectAnchor = `SELECT number, link, signature FROM journal_anchor WHERE id = 1`
	moveAnchor   = `INSERT INTO journal_anchor (id, number, link, signature) VALUES (1, $1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET number = excluded.number, link = excluded.link, signature = excluded.signature
		WHERE journal_anchor.number = $4`
	selectSigned = `SELECT l.link, s.signature FROM journal_link l JOIN journal_signature s ON s.number = l.number WHERE l.number = $1`
	countLinks   = `SELECT COUNT(*) FROM journal_link WHERE number > $1 AND number <= $2`
	countYoung   = `SELECT COUNT(*) FROM journal_link l JOIN journal_entry e ON e.id = l.entry
		WHERE l.number > $1 AND l.number <= $2 AND e.at >= $3`

	// Entries before links: what lets an entry go is the place of its link.
	dropped        = `(SELECT entry FROM journal_link WHERE number <= $1)`
	dropDetails    = `DELETE FROM journal_detail WHERE entry IN ` + dropped
	dropEntries    = `DELETE FROM journal_entry WHERE id IN ` + dropped
	dropSignatures = `DELETE FROM journal_signature WHERE number <= $1`
	dropLinks      = `DELETE FROM journal_link WHERE number <= $1`
)
