package office

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// MailboxChange is one version of a mailbox, and who made it. Mailbox has no
// passwords: what was one is nobody's to read, or to have back.
type MailboxChange struct {
	Version int64
	At      time.Time   // zero for how it stood before versions were kept
	Actor   helpdesk.ID // "" for the house itself
	Mailbox Mailbox
	Text    string // its settings, one a line, as in the journal
}

func mailboxVersionPlace(id helpdesk.ID, version int64) vault.Context {
	return vault.At("office.mailbox.version", id, version)
}

// keepMailbox keeps how a mailbox stands at a version. One that is kept already
// stays as it is.
func (o *Office) keepMailbox(ctx context.Context, tx *store.Tx, actor helpdesk.ID, m Mailbox, version int64, at time.Time) error {
	m.Password, m.SMTPPassword, m.OAuth.ClientSecret = "", "", ""
	plain, err := json.Marshal(sealable(m))
	if err != nil {
		return fmt.Errorf("seal a version of mailbox %s: %w", m.ID, err)
	}
	var micros int64
	if !at.IsZero() {
		micros = at.UnixMicro()
	}
	sealed := o.secrets.SealOffice(mailboxVersionPlace(m.ID, version), plain)
	if _, err := tx.Exec(ctx, insertMailboxVersion, string(m.ID), version, micros, string(actor), sealed); err != nil {
		return fmt.Errorf("keep a version of mailbox %s: %w", m.ID, err)
	}
	return nil
}

// MailboxHistory returns how a mailbox stood, newest first. One that was never
// changed since versions are kept has none, or one.
func (o *Office) MailboxHistory(ctx context.Context, id helpdesk.ID) ([]MailboxChange, error) {
	rows, err := o.db.Query(ctx, selectMailboxVersions, string(id))
	if err != nil {
		return nil, fmt.Errorf("read the history of mailbox %s: %w", id, err)
	}
	defer rows.Close()
	var all []MailboxChange
	for rows.Next() {
		var c MailboxChange
		var at int64
		var sealed []byte
		if err := rows.Scan(&c.Version, &at, &c.Actor, &sealed); err != nil {
			return nil, fmt.Errorf("read the history of mailbox %s: %w", id, err)
		}
		plain, err := o.secrets.OpenOffice(mailboxVersionPlace(id, c.Version), sealed)
		if err != nil {
			return nil, fmt.Errorf("open mailbox %s, version %d: %w", id, c.Version, err)
		}
		var m sealable
		if json.Unmarshal(plain, &m) != nil {
			// The decoder's words could quote the content.
			return nil, fmt.Errorf("read mailbox %s, version %d: not what was sealed", id, c.Version)
		}
		if at > 0 {
			c.At = time.UnixMicro(at)
		}
		c.Mailbox, c.Text = Mailbox(m), Mailbox(m).text()
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the history of mailbox %s: %w", id, err)
	}
	return all, nil
}

// RestoreMailbox undoes what was changed of a mailbox since a version; its
// passwords stay as they are. read is the version the caller saw last:
// ErrConflict when it is no longer the newest. ErrNotFound when that version is
// not kept. What no longer fits is refused as when somebody writes it.
func (o *Office) RestoreMailbox(ctx context.Context, actor, id helpdesk.ID, version, read int64) error {
	history, err := o.MailboxHistory(ctx, id)
	if err != nil {
		return err
	}
	for _, c := range history {
		if c.Version == version {
			c.Mailbox.Version = read
			return o.ChangeMailbox(ctx, actor, c.Mailbox)
		}
	}
	return fmt.Errorf("restore mailbox %s to version %d: %w", id, version, helpdesk.ErrNotFound)
}
