package people

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// AskErase begins the 72 hours after which everything of the person is erased,
// and ends all their sessions, this one too: from here on only the code opens
// what is theirs, so that nobody who stands behind them can undo it, or read
// on. Their notice address and late texts go at once. In the same transaction
// the caller takes away everybody else's wraps.
func (p *Registry) AskErase(ctx context.Context, tx *store.Tx, g *Guest) error {
	begun := false
	err := p.changeMine(ctx, tx, g, func(k *keyRow) (bool, error) {
		if begun = k.eraseAt == 0; begun {
			k.eraseAt = p.now().Add(eraseTime).UnixMicro()
			k.notice++
			p.afterNotice(ctx, tx, k)
		}
		g.Erasing = time.UnixMicro(k.eraseAt)
		return begun, nil
	})
	if err != nil {
		return err
	}
	for _, query := range []string{deleteNotice, deleteLate, deleteLateFiles, deleteVoice} {
		if _, err := tx.Exec(ctx, query, string(g.Person)); err != nil {
			return fmt.Errorf("begin to erase %s: %w", g.Person, err)
		}
	}
	if err := p.endAll(ctx, tx, g.Person); err != nil || !begun {
		return err
	}
	return p.note(ctx, tx, "", VerbErasing, g.Person)
}

// UndoErase takes it back, by who came in with the code. Refusal "erase.over"
// when the 72 hours have passed.
func (p *Registry) UndoErase(ctx context.Context, tx *store.Tx, g *Guest) error {
	undone := false
	err := p.changeMine(ctx, tx, g, func(k *keyRow) (bool, error) {
		if k.erased(p.now()) {
			return false, helpdesk.Refuse("erase.over")
		}
		undone, k.eraseAt = k.eraseAt > 0, 0
		return undone, nil
	})
	if err != nil || !undone {
		return err
	}
	g.Erasing = time.Time{}
	return p.note(ctx, tx, "", VerbUnerased, g.Person)
}

// erased tells whether the 72 hours have passed.
func (k *keyRow) erased(now time.Time) bool {
	return k.eraseAt > 0 && k.eraseAt <= now.UnixMicro()
}

// EraseDue lists up to a hundred persons whose 72 hours have passed.
func (p *Registry) EraseDue(ctx context.Context, now time.Time) ([]helpdesk.ID, error) {
	rows, err := p.db.Query(ctx, selectErasing, now.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("look for who is to be erased: %w", err)
	}
	defer rows.Close()
	var due []*keyRow
	for rows.Next() {
		var k keyRow
		if err := rows.Scan(k.dest()...); err != nil {
			return nil, fmt.Errorf("look for who is to be erased: %w", err)
		}
		// Nobody may have somebody else erased by writing to the database.
		if p.vouchedKey(ctx, &k) {
			due = append(due, &k)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for who is to be erased: %w", err)
	}
	rows.Close()
	ids := make([]helpdesk.ID, 0, len(due))
	for _, k := range due {
		ok, err := p.fresh(ctx, k)
		if err != nil {
			return nil, err
		}
		if ok && k.erased(now) {
			ids = append(ids, k.person)
		}
	}
	return ids, nil
}

// Forget deletes everything this room keeps of a person whose 72 hours have
// passed. ErrConflict when they have not, or the person undid it meanwhile:
// then the caller's transaction must not go on.
func (p *Registry) Forget(ctx context.Context, tx *store.Tx, person helpdesk.ID) error {
	k, err := p.key(ctx, tx, person)
	if err != nil {
		return err
	}
	if !k.erased(p.now()) {
		return fmt.Errorf("forget %s: %w", person, helpdesk.ErrConflict)
	}
	n, err := tx.Exec(ctx, deleteKey, string(person), k.version)
	if err != nil {
		return fmt.Errorf("forget %s: %w", person, err)
	}
	if n == 0 {
		return fmt.Errorf("forget %s: %w", person, helpdesk.ErrConflict)
	}
	k.version++
	p.afterCode(ctx, tx, k)
	if err := p.endAll(ctx, tx, person); err != nil {
		return err
	}
	for _, query := range []string{deleteNotice, deleteLate, deleteLateFiles, deleteVoice, deleteMerges, deletePerson} {
		if _, err := tx.Exec(ctx, query, string(person)); err != nil {
			return fmt.Errorf("forget %s: %w", person, err)
		}
	}
	if _, err := tx.Exec(ctx, deleteConflicts, p.conflictMark(person)); err != nil {
		return fmt.Errorf("forget %s: %w", person, err)
	}
	return p.note(ctx, tx, "", VerbForgotten, person)
}
