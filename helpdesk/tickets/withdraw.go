package tickets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Withdraw undoes an answer before it leaves: its number stays, its content,
// files and search text are deleted, and the ticket stands as before unless
// something came in meanwhile. Only its author may; for everybody else it is
// ErrNotFound, and a second time it is ErrConflict.
func (d *Desk) Withdraw(ctx context.Context, tx *store.Tx, s *staff.Session, message helpdesk.ID) error {
	var seen messageRow
	if err := tx.QueryRow(ctx, selectMessage, message).Scan(seen.dest()...); err != nil {
		return fmt.Errorf("withdraw message %s: %w", message, err)
	}
	author, stood, err := d.authorOf(ctx, tx, s, &seen)
	if err != nil {
		return err
	}
	if author != s.User.ID || seen.direction != Out {
		return fmt.Errorf("withdraw message %s: %w", message, helpdesk.ErrNotFound)
	}
	// Conversation, ticket, message: the order of Append.
	c, err := d.lockTalk(ctx, tx, seen.conversation)
	if err != nil {
		return err
	}
	at, readers, err := d.door(ctx, tx, c.id, selectDoor, c.id)
	if err != nil {
		return err
	}
	if _, _, err := d.sealingKey(ctx, colleague{s}, at, readers); err != nil {
		return err
	}
	t, _, err := d.lockRoot(ctx, tx, c.ticket)
	if err != nil {
		return err
	}
	var m messageRow
	if err := tx.QueryRow(ctx, lockMessage, message).Scan(m.dest()...); err != nil {
		return fmt.Errorf("withdraw message %s: %w", message, err)
	}
	if m.state != messageKept {
		return fmt.Errorf("withdraw message %s: %w", message, helpdesk.ErrConflict)
	}
	before := *t
	var last int64
	if err := tx.QueryRow(ctx, lastMessage, m.conversation).Scan(&last); err != nil {
		return fmt.Errorf("withdraw message %s: %w", message, err)
	}
	if t.state == StateWaiting && last == m.number && stood != "" {
		t.state = stood
	}
	if m.beforeWaiting > 0 && t.state == StateOpen && (t.waitingSince == 0 || m.beforeWaiting < t.waitingSince) {
		t.waitingSince = m.beforeWaiting
	}
	t.serial++ // open pages fetch the ticket anew
	t.version++
	if err := d.eraseMessage(ctx, tx, &m, t.serial); err != nil {
		return err
	}
	if err := d.save(ctx, tx, before, t); err != nil {
		return err
	}
	if err := d.recordOf(ctx, tx, s.User.ID, "ticket.withdraw", t); err != nil {
		return err
	}
	d.ring(tx, t)
	return nil
}

// authorOf is who wrote a message, and how the ticket stood before; of a
// restricted team's, that lies in it.
func (d *Desk) authorOf(ctx context.Context, r store.Reader, s *staff.Session, m *messageRow) (helpdesk.ID, State, error) {
	if m.author != "" || m.state != messageKept {
		return m.author, m.beforeState, nil
	}
	o, err := d.openAlone(ctx, r, s, m)
	if err != nil || o.in == nil {
		return o.Author, m.beforeState, err
	}
	return o.Author, cmp.Or(o.in.Before, m.beforeState), nil
}

// openAlone opens a message a colleague wrote. ErrNotFound for who does not
// read it.
func (d *Desk) openAlone(ctx context.Context, r store.Reader, s *staff.Session, m *messageRow) (Opened, error) {
	c, err := d.talk(ctx, r, m.conversation)
	if err != nil {
		return Opened{}, err
	}
	held, err := d.heldBy(ctx, r, colleague{s}, c)
	if err != nil {
		return Opened{}, err
	}
	var unused Settle
	o, err := d.openMessage(ctx, colleague{s}, held, c, m, nil, &unused)
	if err != nil {
		return Opened{}, fmt.Errorf("open message %s: %w", m.id, helpdesk.ErrNotFound)
	}
	return o, nil
}

// saidBy is who wrote a message and when, where its row does not say; nothing to
// who does not read it.
func (d *Desk) saidBy(ctx context.Context, s *staff.Session, message helpdesk.ID) (helpdesk.ID, time.Time, error) {
	var m messageRow
	err := d.db.QueryRow(ctx, selectMessage, message).Scan(m.dest()...)
	if err == nil {
		var o Opened
		if o, err = d.openAlone(ctx, d.db, s, &m); err == nil {
			return o.Author, o.At, nil
		}
	}
	if errors.Is(err, helpdesk.ErrNotFound) {
		return "", time.Time{}, nil
	}
	return "", time.Time{}, fmt.Errorf("who wrote message %s: %w", message, err)
}

// eraseMessage deletes everything a message said.
func (d *Desk) eraseMessage(ctx context.Context, tx *store.Tx, m *messageRow, serial int64) error {
	m.state, m.content = messageWithdrawn, []byte{}
	mac := d.secrets.Vouch(m.origin(), m.content)
	if _, err := tx.Exec(ctx, withdrawMessage, m.content, mac, serial, m.id); err != nil {
		return fmt.Errorf("withdraw message %s: %w", m.id, err)
	}
	for _, query := range []string{deleteFolded, deleteOriginal, deleteFiles, deleteLetterKeys, deleteTranslations} {
		if _, err := tx.Exec(ctx, query, m.id); err != nil {
			return fmt.Errorf("withdraw message %s: %w", m.id, err)
		}
	}
	return nil
}
