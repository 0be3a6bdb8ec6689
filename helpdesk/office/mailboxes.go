package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// errForged: a row that our origin key does not vouch for.
var errForged = errors.New("row without our mark")

type mailboxRow struct {
	id          helpdesk.ID
	index       []byte
	team        helpdesk.ID
	version     int64
	sealed, mac []byte
}

func (r *mailboxRow) dest() []any {
	return []any{&r.id, &r.index, &r.team, &r.version, &r.sealed, &r.mac}
}

func (r *mailboxRow) place() vault.Context {
	return vault.At("office.mailbox", r.id, r.team, r.version)
}

func (r *mailboxRow) origin() vault.Context {
	return vault.At("office.mailbox.origin", r.id, r.team, r.version, r.index)
}

// AddMailbox stores a new mailbox and returns its id. The caller has checked
// that the team exists. ErrConflict when the address has a mailbox already.
func (o *Office) AddMailbox(ctx context.Context, actor helpdesk.ID, m Mailbox) (helpdesk.ID, error) {
	if err := o.admissible(ctx, &m); err != nil {
		return "", err
	}
	m.ID = helpdesk.NewID()
	r, err := o.seal(m, 1)
	if err != nil {
		return "", err
	}
	err = o.db.Write(ctx, "add a mailbox", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, insertMailbox, string(r.id), r.index, string(r.team), r.version, r.sealed, r.mac); err != nil {
			return fmt.Errorf("add mailbox %s: %w", r.id, err)
		}
		if err := o.keepMailbox(ctx, tx, actor, m, r.version, o.now()); err != nil {
			return err
		}
		return o.noteMailbox(ctx, tx, actor, VerbMailboxAdded, m.ID, Mailbox{}, m)
	})
	if err != nil {
		return "", err
	}
	return r.id, nil
}

// ChangeMailbox replaces a mailbox by its ID; an empty password or client secret
// keeps the one it has, unless it would go to another server or issuer than the one
// it was given for: Refusals "mailbox.password_again" and "mailbox.secret_again".
// What an issuer granted goes with the server it was for. ErrConflict when somebody changed it since m.Version; a Version of 0
// replaces whatever stands.
func (o *Office) ChangeMailbox(ctx context.Context, actor helpdesk.ID, m Mailbox) error {
	if err := o.admissible(ctx, &m); err != nil {
		return err
	}
	return o.db.Write(ctx, "change a mailbox", func(tx *store.Tx) error {
		var old mailboxRow
		if err := tx.QueryRow(ctx, selectMailbox, string(m.ID)).Scan(old.dest()...); err != nil {
			return fmt.Errorf("find mailbox %s: %w", m.ID, err)
		}
		had, err := o.open(ctx, &old)
		if err != nil {
			return err
		}
		if m.Version != 0 && m.Version != old.version {
			return fmt.Errorf("change mailbox %s: %w", m.ID, helpdesk.ErrConflict)
		}
		// How it stood before versions were kept.
		if err := o.keepMailbox(ctx, tx, "", had, old.version, time.Time{}); err != nil {
			return err
		}
		changed := m
		if err := changed.keepSecrets(had); err != nil {
			return err
		}
		if !changed.OAuth.same(had.OAuth) || !sameServer(changed.IMAP, had.IMAP) || !sameServer(changed.SMTP, had.SMTP) {
			// What one issuer granted, for one server, is no other's business.
			if _, err := tx.Exec(ctx, deleteGrant, string(m.ID)); err != nil {
				return fmt.Errorf("forget the grant of mailbox %s: %w", m.ID, err)
			}
		}
		r, err := o.seal(changed, old.version+1)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, updateMailbox, r.index, string(r.team), r.version, r.sealed, r.mac, string(r.id), old.version)
		if err != nil {
			return fmt.Errorf("change mailbox %s: %w", m.ID, err)
		}
		if n == 0 {
			return fmt.Errorf("change mailbox %s: %w", m.ID, helpdesk.ErrConflict)
		}
		if err := o.keepMailbox(ctx, tx, actor, changed, r.version, o.now()); err != nil {
			return err
		}
		return o.noteMailbox(ctx, tx, actor, VerbMailboxChanged, m.ID, had, changed)
	})
}

// RemoveMailbox ends collecting from a mailbox; what was collected stays.
func (o *Office) RemoveMailbox(ctx context.Context, actor, id helpdesk.ID) error {
	err := o.db.Write(ctx, "remove a mailbox", func(tx *store.Tx) error {
		var had Mailbox
		var old mailboxRow
		if tx.QueryRow(ctx, selectMailbox, string(id)).Scan(old.dest()...) == nil {
			// A forged row must be removable: then nothing is known of it.
			had, _ = o.open(ctx, &old)
		}
		n, err := tx.Exec(ctx, deleteMailbox, string(id))
		if err != nil {
			return fmt.Errorf("remove mailbox %s: %w", id, err)
		}
		if n == 0 {
			return fmt.Errorf("remove mailbox %s: %w", id, helpdesk.ErrNotFound)
		}
		if _, err := tx.Exec(ctx, deleteMailboxVersions, string(id)); err != nil {
			return fmt.Errorf("remove the versions of mailbox %s: %w", id, err)
		}
		if _, err := tx.Exec(ctx, deleteGrant, string(id)); err != nil {
			return fmt.Errorf("forget the grant of mailbox %s: %w", id, err)
		}
		return o.noteMailbox(ctx, tx, actor, VerbMailboxRemoved, id, had, Mailbox{})
	})
	if err == nil {
		o.forget(id)
	}
	return err
}

func (o *Office) noteMailbox(ctx context.Context, tx *store.Tx, actor helpdesk.ID, verb string, id helpdesk.ID, had, has Mailbox) error {
	edit, err := o.sealEdit(verb, id, Edit{had.text(), has.text()})
	if err != nil {
		return err
	}
	return o.journal.Write(ctx, tx, journal.Entry{Actor: actor, Verb: verb, Object: id, Sealed: edit})
}

// Mailboxes returns all mailboxes with their credentials. One that our key
// does not vouch for, or that stepped back, is left out and raises an alarm:
// one forged row must not stop the mail of the others.
func (o *Office) Mailboxes(ctx context.Context) ([]Mailbox, error) {
	rows, err := o.db.Query(ctx, selectMailboxes)
	if err != nil {
		return nil, fmt.Errorf("read the mailboxes: %w", err)
	}
	defer rows.Close()
	var all []Mailbox
	for rows.Next() {
		var r mailboxRow
		if err := rows.Scan(r.dest()...); err != nil {
			return nil, fmt.Errorf("read the mailboxes: %w", err)
		}
		m, err := o.open(ctx, &r)
		if errors.Is(err, errForged) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the mailboxes: %w", err)
	}
	return all, nil
}

// Mailbox returns one mailbox.
func (o *Office) Mailbox(ctx context.Context, id helpdesk.ID) (Mailbox, error) {
	var r mailboxRow
	if err := o.db.QueryRow(ctx, selectMailbox, string(id)).Scan(r.dest()...); err != nil {
		return Mailbox{}, fmt.Errorf("find mailbox %s: %w", id, err)
	}
	return o.open(ctx, &r)
}

func (o *Office) admissible(ctx context.Context, m *Mailbox) error {
	accepted, err := o.Setting(ctx, LeaveAccepted)
	if err != nil {
		return err
	}
	return m.check(accepted == yes)
}

func (o *Office) seal(m Mailbox, version int64) (*mailboxRow, error) {
	r := &mailboxRow{
		id: m.ID, team: m.Team, version: version,
		index: o.secrets.Index("office.mailbox", strings.ToLower(m.Address)),
	}
	plain, err := json.Marshal(sealable(m))
	if err != nil {
		return nil, fmt.Errorf("seal mailbox %s: %w", m.ID, err)
	}
	r.sealed = o.secrets.SealOffice(r.place(), plain)
	r.mac = o.secrets.Vouch(r.origin(), r.sealed)
	return r, nil
}

func (o *Office) open(ctx context.Context, r *mailboxRow) (Mailbox, error) {
	if !o.secrets.Vouched(r.mac, r.origin(), r.sealed) {
		o.journal.Alarm(ctx, "mailbox_forged", r.id)
		return Mailbox{}, fmt.Errorf("mailbox %s: %w", r.id, errForged)
	}
	if o.steppedBack(string(r.id), r.version) {
		// Somebody may have changed it between our look and another's: what
		// counts is the row as it stands now.
		var now mailboxRow
		err := o.db.QueryRow(ctx, selectMailbox, string(r.id)).Scan(now.dest()...)
		if err != nil {
			return Mailbox{}, fmt.Errorf("look at mailbox %s again: %w", r.id, err)
		}
		if now.version <= r.version {
			o.journal.Alarm(ctx, "mailbox_back", r.id)
			return Mailbox{}, fmt.Errorf("mailbox %s stepped back: %w", r.id, errForged)
		}
		return o.open(ctx, &now)
	}
	plain, err := o.secrets.OpenOffice(r.place(), r.sealed)
	if err != nil {
		return Mailbox{}, fmt.Errorf("open mailbox %s: %w", r.id, err)
	}
	var m sealable
	if err := json.Unmarshal(plain, &m); err != nil {
		// The decoder's words could quote the content.
		return Mailbox{}, fmt.Errorf("read mailbox %s: not what was sealed", r.id)
	}
	out := Mailbox(m)
	out.Version = r.version
	return out, nil
}

// sealable is a Mailbox without its methods, to be written whole.
type sealable Mailbox
