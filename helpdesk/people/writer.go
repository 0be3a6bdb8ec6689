package people

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Writer is one address that has written to us.
type Writer struct {
	ID helpdesk.ID
	// Shared: several persons use the address, or a helper writes from it for
	// others. Nothing is ever offered because of a shared address.
	Shared bool
	// New: this call saw the address for the first time.
	New bool
}

// Writer finds the writer of an address, given as letter.Address.Key (lower
// case, IDNA), and makes one when the address is new.
func (p *Registry) Writer(ctx context.Context, tx *store.Tx, addressKey string) (Writer, error) {
	w, err := p.Known(ctx, tx, addressKey)
	if !errors.Is(err, helpdesk.ErrNotFound) {
		return w, err
	}
	id := helpdesk.NewID()
	made, err := tx.Exec(ctx, insertWriter, string(id), p.index(addressKey), false, day(p.now()))
	if err != nil {
		return Writer{}, fmt.Errorf("make writer %s: %w", id, err)
	}
	if made == 1 {
		return Writer{ID: id, New: true}, nil
	}
	return p.Known(ctx, tx, addressKey) // another replica was faster
}

// Known finds the writer of an address; ErrNotFound when it never wrote.
func (p *Registry) Known(ctx context.Context, r store.Reader, addressKey string) (Writer, error) {
	var w Writer
	err := r.QueryRow(ctx, selectWriter, p.index(addressKey)).Scan(&w.ID, &w.Shared)
	if err != nil {
		return Writer{}, fmt.Errorf("look up a writer: %w", err)
	}
	return w, nil
}

// ByID finds a writer by id.
func (p *Registry) ByID(ctx context.Context, r store.Reader, id helpdesk.ID) (Writer, error) {
	var w Writer
	if err := r.QueryRow(ctx, selectWriterByID, string(id)).Scan(&w.ID, &w.Shared); err != nil {
		return Writer{}, fmt.Errorf("look up writer %s: %w", id, err)
	}
	return w, nil
}

// SetShared marks an address as shared or a helper's, or takes the mark off.
func (p *Registry) SetShared(ctx context.Context, tx *store.Tx, id helpdesk.ID, shared bool) error {
	n, err := tx.Exec(ctx, updateWriterShared, shared, string(id))
	if err != nil {
		return fmt.Errorf("mark writer %s: %w", id, err)
	}
	if n == 0 {
		return fmt.Errorf("mark writer %s: %w", id, helpdesk.ErrNotFound)
	}
	return nil
}

func (p *Registry) index(addressKey string) []byte {
	return p.secrets.Index("people.address", addressKey)
}
