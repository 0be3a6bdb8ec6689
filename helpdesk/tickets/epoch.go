package tickets

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// nextEpoch gives a locked conversation a new key for all that comes from now
// on, wrapped to the given readers alone. It needs nobody who could read what
// came before: h may be nil, and the head stays under the key it lies under.
func (d *Desk) nextEpoch(ctx context.Context, tx *store.Tx, h holder, c *talk, readers []seat) (vault.Key, error) {
	if !d.secrets.Vouched(c.mac, c.origin()) {
		d.alarm(ctx, "conversation", c.id)
		return vault.Key{}, unproven()
	}
	key, before := vault.NewKey(), c.epoch
	var rows []*readerRow
	for _, to := range readers {
		row, err := d.readerFor(ctx, tx, h, c, before+1, to, key)
		if err != nil && to.kind != teamReader {
			// Somebody who left the house, or whose key nobody vouches for: staff or
			// people raised the alarm. They keep nobody else from going on. Had the
			// database failed, so would the next statement.
			continue
		}
		if err != nil {
			return vault.Key{}, err
		}
		rows = append(rows, row)
	}
	if err := d.insertReaders(ctx, tx, rows); err != nil {
		return vault.Key{}, err
	}
	c.epoch++
	c.mac = d.secrets.Vouch(c.origin())
	n, err := tx.Exec(ctx, updateEpoch, c.epoch, c.mac, c.id, before)
	if err != nil {
		return vault.Key{}, fmt.Errorf("new epoch of %s: %w", c.id, err)
	}
	if n != 1 {
		return vault.Key{}, fmt.Errorf("new epoch of %s: %w", c.id, helpdesk.ErrConflict)
	}
	return key, nil
}

// stepEpoch is nextEpoch for a session that reads the conversation: the head
// moves under the new key, so that who was removed does not read what is
// written into it later.
func (d *Desk) stepEpoch(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, c *talk, readers []seat) error {
	present, ok := file.held[spot{c.id, c.epoch}]
	if !ok || !present.proven {
		d.alarm(ctx, "conversation", c.id)
		return unproven()
	}
	var head []byte // notes without a card have none
	if len(c.head) > 0 {
		under, ok := file.held[spot{c.id, c.headEpoch}]
		if !ok || !under.proven {
			d.alarm(ctx, "conversation", c.id)
			return unproven()
		}
		var err error
		if head, err = under.key.Open(headAt(c.id, c.headEpoch), c.head); err != nil {
			return fmt.Errorf("open the head of %s: %w", c.id, err)
		}
	}
	key, err := d.nextEpoch(ctx, tx, colleague{s}, c, readers)
	if err != nil {
		return err
	}
	file.held[spot{c.id, c.epoch}] = held{key: key, proven: true}
	if head == nil {
		return nil
	}
	c.head, c.headEpoch = key.Seal(headAt(c.id, c.epoch), head), c.epoch
	if _, err := tx.Exec(ctx, updateHead, c.head, c.id, c.epoch); err != nil {
		return fmt.Errorf("move the head of %s: %w", c.id, err)
	}
	return nil
}

// presentSeats are the readers of a conversation's present epoch that count,
// without one.
func (d *Desk) presentSeats(ctx context.Context, rows []*readerRow, c *talk, without seat) []seat {
	var out []seat
	for _, r := range rows {
		if r.conversation != c.id || r.epoch != c.epoch || r.kind == without.kind && r.reader == without.reader || !d.counts(ctx, r) {
			continue
		}
		out = append(out, r.seat())
	}
	return out
}

// lockTalk reads a conversation and keeps others from changing it until the
// transaction ends.
func (d *Desk) lockTalk(ctx context.Context, tx *store.Tx, id helpdesk.ID) (*talk, error) {
	var c talk
	if err := tx.QueryRow(ctx, lockConversation, id).Scan(c.lockedDest()...); err != nil {
		return nil, fmt.Errorf("lock conversation %s: %w", id, err)
	}
	return &c, nil
}

// abreast begins a new epoch of a locked conversation for what is about to be
// written into it, where a team among its readers has a newer key than the
// present epoch was wrapped to: who left the team may have kept the epoch's key.
// It needs nobody's private key. Whoever did not write, waits for nothing: each
// conversation catches up by itself. began holds the new key, or nothing.
func (d *Desk) abreast(ctx context.Context, tx *store.Tx, c *talk) (began keys, err error) {
	if !c.behind {
		return nil, nil
	}
	rows, err := d.readers(ctx, tx, c.id)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		// Left out, a team would lose what comes, because somebody wrote to its row.
		if r.conversation == c.id && r.epoch == c.epoch && r.kind == teamReader && !d.vouchedReader(r) {
			d.alarm(ctx, "reader", c.id)
			return nil, unproven()
		}
	}
	// Also for teams the session is in the key comes from the database: the
	// session may have been opened before the leave.
	key, err := d.nextEpoch(ctx, tx, nil, c, d.presentSeats(ctx, rows, c, seat{}))
	if err != nil {
		return nil, err
	}
	c.behind = false
	return keys{{c.id, c.epoch}: {key: key, proven: true}}, nil
}

// add takes in keys that were made a moment ago, but for those it opened itself.
func (k keys) add(began keys) {
	for at, h := range began {
		if have, ok := k[at]; !ok || !have.proven {
			k[at] = h
		}
	}
}
