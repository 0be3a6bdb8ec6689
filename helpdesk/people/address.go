package people

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

func (p *Registry) formerMark(writer helpdesk.ID) []byte {
	return p.secrets.Index("people.former", string(writer))
}

func formerOrigin(mark []byte) vault.Context { return vault.At("people.former.origin", mark) }

// SetFormer says that a writer's address was given up by whom we knew it for,
// or takes that back: who writes or reads there now, nobody knows. Nothing is
// offered because of a former address.
func (p *Registry) SetFormer(ctx context.Context, tx *store.Tx, writer helpdesk.ID, former bool) error {
	mark := p.formerMark(writer)
	query, args := deleteFormer, []any{mark}
	if former {
		query, args = insertFormer, append(args, p.secrets.Vouch(formerOrigin(mark)))
	}
	if _, err := tx.Exec(ctx, query, args...); err != nil {
		return fmt.Errorf("mark the address of writer %s: %w", writer, err)
	}
	return nil
}

// Former tells whether a writer's address was given up. A row that is not ours
// is an alarm, and still believed: a warning too many harms nobody.
func (p *Registry) Former(ctx context.Context, r store.Reader, writer helpdesk.ID) (bool, error) {
	mark := p.formerMark(writer)
	var mac []byte
	err := r.QueryRow(ctx, selectFormer, mark).Scan(&mac)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up the address of writer %s: %w", writer, err)
	}
	if !p.secrets.Vouched(mac, formerOrigin(mark)) {
		p.alarm(ctx, "former_forged", writer)
	}
	return true, nil
}
