package branches

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// playbookBody is what lies under the office key: it names nobody, and every
// branch reads it.
type playbookBody struct{ Title, Text string }

func playbookAt(id helpdesk.ID, version int64) vault.Context {
	return vault.At("branches.playbook", id, version)
}

func playbookOrigin(p Playbook) vault.Context {
	return vault.At("branches.playbook.origin", p.ID, p.Version, p.By, p.At.UnixMicro())
}

// KeepAsPlaybook writes down for all branches what was learned; id "" makes a
// new one, version is that read before. Who is in a team may. Refusals
// "branches.title", "branches.empty", "branches.long"; ErrConflict.
func (d *Desk) KeepAsPlaybook(ctx context.Context, s *staff.Session, p Playbook) (helpdesk.ID, error) {
	if len(s.Teams()) == 0 {
		return "", fmt.Errorf("keep a playbook: %w", helpdesk.ErrDenied)
	}
	p.Title = strings.TrimSpace(p.Title)
	if p.Title == "" || utf8.RuneCountInString(p.Title) > 120 {
		return "", helpdesk.Refuse("branches.title")
	}
	var err error
	if p.Text, err = speakable(p.Text); err != nil {
		return "", err
	}
	plain, err := json.Marshal(playbookBody{p.Title, p.Text})
	if err != nil {
		return "", err
	}
	was, fresh := p.Version, p.ID == ""
	if fresh {
		p.ID, was = helpdesk.NewID(), 0
	}
	p.Version, p.By, p.At = was+1, s.User.ID, d.Now().Truncate(time.Microsecond)
	sealed := d.Secrets.SealOffice(playbookAt(p.ID, p.Version), plain)
	mac := d.Secrets.Vouch(playbookOrigin(p), sealed)
	return p.ID, d.DB.Write(ctx, "keep a playbook", func(tx *store.Tx) error {
		if fresh {
			if _, err := tx.Exec(ctx, insertPlaybook, p.ID, p.Version, p.By, p.At.UnixMicro(), sealed, mac); err != nil {
				return fmt.Errorf("keep playbook %s: %w", p.ID, err)
			}
			return d.note(ctx, tx, s.User.ID, VerbPlaybook, p.ID)
		}
		n, err := tx.Exec(ctx, updatePlaybook, p.Version, p.By, p.At.UnixMicro(), sealed, mac, p.ID, was)
		if err == nil && n == 0 {
			err = helpdesk.ErrConflict
		}
		if err != nil {
			return fmt.Errorf("keep playbook %s: %w", p.ID, err)
		}
		return d.note(ctx, tx, s.User.ID, VerbPlaybook, p.ID)
	})
}

// DropPlaybook takes one away.
func (d *Desk) DropPlaybook(ctx context.Context, s *staff.Session, id helpdesk.ID) error {
	if len(s.Teams()) == 0 {
		return fmt.Errorf("drop playbook %s: %w", id, helpdesk.ErrDenied)
	}
	return d.DB.Write(ctx, "drop a playbook", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, deletePlaybook, id)
		if err == nil && n == 0 {
			err = helpdesk.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("drop playbook %s: %w", id, err)
		}
		return d.note(ctx, tx, s.User.ID, VerbPlaybook, id)
	})
}

// Playbooks lists them by title. They are for every volunteer and everybody who
// works here. One that is not ours is left out, with an alarm.
func (d *Desk) Playbooks(ctx context.Context) ([]Playbook, error) {
	rows, err := d.DB.Query(ctx, selectPlaybooks)
	if err != nil {
		return nil, fmt.Errorf("read the playbooks: %w", err)
	}
	defer rows.Close()
	out := []Playbook{}
	for rows.Next() {
		var p Playbook
		var at int64
		var sealed, mac []byte
		if err := rows.Scan(&p.ID, &p.Version, &p.By, &at, &sealed, &mac); err != nil {
			return nil, fmt.Errorf("read the playbooks: %w", err)
		}
		p.At = time.UnixMicro(at)
		var b playbookBody
		plain, err := d.Secrets.OpenOffice(playbookAt(p.ID, p.Version), sealed)
		if err != nil || json.Unmarshal(plain, &b) != nil || !d.Secrets.Vouched(mac, playbookOrigin(p), sealed) {
			d.Journal.Alarm(ctx, "branches_playbook", p.ID)
			continue
		}
		p.Title, p.Text = b.Title, b.Text
		out = append(out, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the playbooks: %w", err)
	}
	slices.SortFunc(out, func(a, b Playbook) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}
