package ledger

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Subject is what may be erased about a consent: whom and which ticket it
// concerns, which notice was shown, and the mark by which the same question is
// recognised when it is asked again.
type Subject struct {
	ID, Person, Ticket helpdesk.ID
	Notice             helpdesk.ID
	Mark               []byte
	// Unproven: our MAC does not stand on the row. It may be stopped, and gives
	// no right.
	Unproven bool
}

// Wrap is a consent's key for one reader.
type Wrap struct {
	Kind    vault.OwnerKind
	Reader  helpdesk.ID
	Version int
	Wrap    []byte
}

// WrapAt is where a reader's wrap of a subject's key is made.
func WrapAt(subject helpdesk.ID, reader vault.KeyID) vault.Context {
	return vault.At("ledger.wrap", subject, reader)
}

func (s *Subject) origin() vault.Context {
	return vault.At("ledger.subject", s.ID, s.Person, s.Ticket, s.Notice)
}

func (w *Wrap) origin(subject helpdesk.ID) vault.Context {
	return vault.At("ledger.wrap.origin", subject, string(w.Kind), w.Reader, w.Version)
}

// KeyID names the pair the wrap was made for.
func (w Wrap) KeyID() vault.KeyID {
	return vault.KeyID{Kind: w.Kind, Owner: w.Reader, Version: w.Version}
}

// Begin writes a subject's row, before its first event.
func (b *Book) Begin(ctx context.Context, tx *store.Tx, s Subject) error {
	if err := tx.Later(ctx, insertSubject, s.ID, s.Person, s.Ticket, s.Notice, s.Mark, b.Secrets.Vouch(s.origin(), s.Mark)); err != nil {
		return fmt.Errorf("begin consent %s: %w", s.ID, err)
	}
	return nil
}

// Give writes a reader's wrap; one that is there already stays.
func (b *Book) Give(ctx context.Context, tx *store.Tx, subject helpdesk.ID, w Wrap) error {
	if err := tx.Later(ctx, insertWrap, subject, string(w.Kind), w.Reader, w.Version, w.Wrap, b.Secrets.Vouch(w.origin(subject), w.Wrap)); err != nil {
		return fmt.Errorf("wrap the key of consent %s: %w", subject, err)
	}
	return nil
}

// Subject finds one; ErrNotFound when there is none, or it was erased.
func (b *Book) Subject(ctx context.Context, r store.Reader, id helpdesk.ID) (Subject, error) {
	all, err := b.subjects(ctx, r, selectSubject, id)
	if err == nil && len(all) == 0 {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return Subject{}, fmt.Errorf("find consent %s: %w", id, err)
	}
	return all[0], nil
}

// Two finds two in one look, in no order; one that is not there is left out.
func (b *Book) Two(ctx context.Context, r store.Reader, one, other helpdesk.ID) ([]Subject, error) {
	return b.subjects(ctx, r, selectTwo, one, other)
}

// OfPerson lists a person's consents, the first asked first.
func (b *Book) OfPerson(ctx context.Context, r store.Reader, person helpdesk.ID) ([]Subject, error) {
	return b.subjects(ctx, r, selectOfPerson, person)
}

// OfTicket lists the consents of a ticket, the first asked first.
func (b *Book) OfTicket(ctx context.Context, r store.Reader, ticket helpdesk.ID) ([]Subject, error) {
	return b.subjects(ctx, r, selectOfTicket, ticket)
}

func (b *Book) subjects(ctx context.Context, r store.Reader, query string, args ...any) ([]Subject, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	defer rows.Close()
	var out []Subject
	for rows.Next() {
		var s Subject
		var mac []byte
		if err := rows.Scan(&s.ID, &s.Person, &s.Ticket, &s.Notice, &s.Mark, &mac); err != nil {
			return nil, fmt.Errorf("list consents: %w", err)
		}
		if s.Unproven = !b.Secrets.Vouched(mac, s.origin(), s.Mark); s.Unproven {
			b.alarm(ctx, "subject", s.ID)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	return out, nil
}

// Wraps returns the wraps of a subject's key that our MAC stands on.
func (b *Book) Wraps(ctx context.Context, r store.Reader, subject helpdesk.ID) ([]Wrap, error) {
	rows, err := r.Query(ctx, selectWraps, subject)
	if err != nil {
		return nil, fmt.Errorf("read the wraps of consent %s: %w", subject, err)
	}
	defer rows.Close()
	var out []Wrap
	for rows.Next() {
		var w Wrap
		var mac []byte
		if err := rows.Scan(&w.Kind, &w.Reader, &w.Version, &w.Wrap, &mac); err != nil {
			return nil, fmt.Errorf("read the wraps of consent %s: %w", subject, err)
		}
		if !b.Secrets.Vouched(mac, w.origin(subject), w.Wrap) {
			b.alarm(ctx, "wrap", subject)
			continue
		}
		out = append(out, w)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the wraps of consent %s: %w", subject, err)
	}
	return out, nil
}

// Erase destroys what was sealed about subjects, the keys and whose they were.
// Their events stay, and the chain with them.
func (b *Book) Erase(ctx context.Context, tx *store.Tx, subjects ...helpdesk.ID) error {
	for _, id := range subjects {
		for _, query := range []string{deleteBodies, deleteWraps, deleteSubject} {
			if err := tx.Later(ctx, query, id); err != nil {
				return fmt.Errorf("erase consent %s: %w", id, err)
			}
		}
	}
	return nil
}

// ErasedTables hold bytes of what was erased until they are scrubbed.
func ErasedTables() []string { return []string{"ledger_body", "ledger_wrap", "ledger_subject"} }
