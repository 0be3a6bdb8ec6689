package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// signEvery is how far two signatures that never move stand apart; the head's
// own moves with each event.
const signEvery = 1000

// link computes an event's hash: over the one before it, its place, and all
// that stands in it. room is written over and may be nil; whoever links many
// hands back what they got.
func (s *Step) link(room []byte) (sum [sha256.Size]byte, again []byte) {
	b := appendPart(room[:0], "rs1 consent ledger")
	b = appendPart(b, s.previous)
	b = appendNumber(b, s.Seq)
	for _, text := range [...]string{string(s.ID), string(s.Kind), string(s.Subject), s.State, s.Outcome, s.Purpose, s.Age} {
		b = appendPart(b, text)
	}
	b = appendNumber(b, int64(s.Version))
	b = appendNumber(b, s.At.UnixMicro())
	b = appendNumber(b, micros(s.Until))
	b = appendPart(b, s.BodyHash)
	return sha256.Sum256(b), b
}

func appendPart[T string | []byte](b []byte, part T) []byte {
	return append(appendNumber(b, int64(len(part))), part...)
}

func appendNumber(b []byte, n int64) []byte { return binary.BigEndian.AppendUint64(b, uint64(n)) }

// signed is what the Ed25519 signature of a place in the chain covers.
func (a Anchor) signed() []byte {
	b := append([]byte("rs1 consent ledger head\x00"), binary.BigEndian.AppendUint64(nil, uint64(a.Seq))...)
	return append(b, a.Hash...)
}

// genesis stands before the first event.
func genesis() []byte { return make([]byte, sha256.Size) }

// Lock makes everybody else who would write to the book, or has locked it, wait
// until the transaction ends: what is read after it and decides what is
// appended can not change meanwhile.
func (b *Book) Lock(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.Exec(ctx, lockHead); err != nil {
		return fmt.Errorf("lock the consent ledger: %w", err)
	}
	return nil
}

// Append writes an event at the end of the chain, in the caller's transaction,
// and signs the new head. Its time is kept in microseconds; zero means now.
//
// It writes on whatever the database says of the head, because nobody may be
// kept from withdrawing: where the head is not ours, or not the end, an alarm
// says so and the true end is built on.
func (b *Book) Append(ctx context.Context, tx *store.Tx, e Event) (Placed, error) {
	if e.ID == "" {
		e.ID = helpdesk.NewID()
	}
	if e.At.IsZero() {
		e.At = b.Now()
	}
	end, err := b.end(ctx, tx)
	if err != nil {
		return Placed{}, err
	}
	s := Step{Event: e, Seq: end.Seq + 1, previous: end.Hash}
	s.BodyHash = []byte{}
	if e.Body != nil {
		sum := sha256.Sum256(e.Body)
		s.BodyHash = sum[:]
	}
	sum, _ := s.link(nil)
	s.Hash = sum[:]
	s.mac = b.Secrets.Vouch(s.origin())
	head := Anchor{s.Seq, s.Hash}
	signature := b.Secrets.SignLedger(head.signed())
	s.signature = []byte{}
	if s.Seq%signEvery == 0 {
		s.signature = signature
	}
	if err := tx.Later(ctx, insertEvent, s.values()...); err != nil {
		return Placed{}, fmt.Errorf("append to the consent ledger: %w", err)
	}
	if e.Body != nil {
		if err := tx.Later(ctx, insertBody, s.Seq, s.Subject, e.Body); err != nil {
			return Placed{}, fmt.Errorf("append to the consent ledger: %w", err)
		}
	}
	if err := tx.Later(ctx, moveHead, s.Seq, s.Hash, signature); err != nil {
		return Placed{}, fmt.Errorf("move the consent ledger's head: %w", err)
	}
	if b.Moved != nil {
		b.Moved(ctx, tx, head)
	}
	return Placed{ID: s.ID, Seq: s.Seq, Hash: s.Hash}, nil
}

// end locks the book and finds its last event.
func (b *Book) end(ctx context.Context, tx *store.Tx) (Anchor, error) {
	if err := b.Lock(ctx, tx); err != nil {
		return Anchor{}, err
	}
	head, ours, err := b.readHead(ctx, tx)
	if err != nil {
		return Anchor{}, err
	}
	last := Anchor{Hash: genesis()}
	err = tx.QueryRow(ctx, selectLast).Scan(&last.Seq, &last.Hash)
	if err != nil && !isNotFound(err) {
		return Anchor{}, fmt.Errorf("find the consent ledger's end: %w", err)
	}
	if !ours || head.Seq != last.Seq || string(head.Hash) != string(last.Hash) {
		b.alarm(ctx, "head", "")
		// A number once given is never given again, also when rows were cut off.
		if ours && head.Seq > last.Seq {
			return head, nil
		}
	}
	return last, nil
}

// readHead reads the head and tells whether it is ours. An empty book's needs
// no signature.
func (b *Book) readHead(ctx context.Context, r store.Reader) (head Anchor, ours bool, err error) {
	var signature []byte
	if err := r.QueryRow(ctx, selectHead).Scan(&head.Seq, &head.Hash, &signature); err != nil {
		if isNotFound(err) {
			return Anchor{Hash: genesis()}, false, nil
		}
		return Anchor{}, false, fmt.Errorf("read the consent ledger's head: %w", err)
	}
	if head.Seq == 0 {
		return Anchor{Hash: genesis()}, true, nil
	}
	return head, b.Secrets.VerifyLedger(head.signed(), signature), nil
}

// Head is how far the chain goes now.
func (b *Book) Head(ctx context.Context) (Anchor, error) {
	head, ours, err := b.readHead(ctx, b.DB)
	if err == nil && !ours {
		b.alarm(ctx, "head", "")
	}
	return head, err
}
