package branches

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Marks by which a row finds its own; who has the database alone learns nothing
// from them.
func (d *Desk) orgMark(org helpdesk.ID) []byte  { return d.Secrets.Index("branches.org", string(org)) }
func (d *Desk) whoMark(user helpdesk.ID) []byte { return d.Secrets.Index("branches.who", string(user)) }
func (d *Desk) clientMark(kind, client string) []byte {
	return d.Secrets.Index("branches."+kind, client)
}

// begunMark finds what a branch's device began with a client id. Each branch has
// its own, so that an id tells nobody what another branch did.
func (d *Desk) begunMark(o *staff.Outsider, client string) []byte {
	return d.clientMark("handon", string(o.Org)+" "+client)
}

// talkID is the talk without names that a branch's device began with a client id.
func (d *Desk) talkID(o *staff.Outsider, client string) helpdesk.ID {
	return d.idOf("talk", string(o.Org)+" "+client)
}

// idOf is an id as random as what it was made from, and the same each time.
func (d *Desk) idOf(kind, from string) helpdesk.ID {
	return d.Secrets.Mark("branches.id."+kind, from)
}

// Kinds of readers in branches_key.
const (
	ofTeam   = "team"
	ofBranch = "branch"
)

func keyAt(subject helpdesk.ID, reader vault.KeyID) vault.Context {
	return vault.At("branches.key", subject, reader)
}

func keyOrigin(subject helpdesk.ID, kind string, version int) vault.Context {
	return vault.At("branches.key.origin", subject, kind, version)
}

func (d *Desk) giveKey(ctx context.Context, tx *store.Tx, subject helpdesk.ID, kind string, reader []byte, version int, wrap []byte) error {
	mac := d.Secrets.Vouch(keyOrigin(subject, kind, version), reader, wrap)
	if err := tx.Later(ctx, insertKey, subject, kind, reader, version, wrap, mac); err != nil {
		return fmt.Errorf("give the key of %s: %w", subject, err)
	}
	return nil
}

// giveTeam seals a subject's key to a team, whether or not anybody of it is here.
func (d *Desk) giveTeam(ctx context.Context, tx *store.Tx, subject, team helpdesk.ID, key vault.Key) error {
	public, err := d.Staff.TeamKey(ctx, tx, team)
	if err != nil {
		return fmt.Errorf("give the key of %s to team %s: %w", subject, team, err)
	}
	wrap, err := public.Wrap(keyAt(subject, public.ID), key)
	if err != nil {
		return fmt.Errorf("give the key of %s to team %s: %w", subject, team, err)
	}
	return d.giveKey(ctx, tx, subject, ofTeam, []byte(team), public.ID.Version, wrap)
}

// giveOwn lets a volunteer keep the key of their own words for their branch: it
// is wrapped with the pair they hold, and nobody else could. Only for talks
// without names: what is about a person, the door gives.
func (d *Desk) giveOwn(ctx context.Context, tx *store.Tx, o *staff.Outsider, subject helpdesk.ID, key vault.Key) error {
	pair, ok := o.Newest()
	if !ok {
		return helpdesk.Refuse("branches.waiting")
	}
	return d.giveKey(ctx, tx, subject, ofBranch, d.orgMark(o.Org), pair.ID().Version, pair.Wrap(keyAt(subject, pair.ID()), key))
}

// keyFor finds a subject's key with whatever pair fits; ErrNotFound when none
// does. A row that is not ours counts for nothing.
func (d *Desk) keyFor(ctx context.Context, r store.Reader, subject helpdesk.ID, pairOf func(kind string, reader []byte, version int) *vault.Pair) (vault.Key, error) {
	rows, err := r.Query(ctx, selectKeys, subject)
	if err != nil {
		return vault.Key{}, fmt.Errorf("read the keys of %s: %w", subject, err)
	}
	defer rows.Close()
	type wrapped struct {
		kind         string
		reader, wrap []byte
		version      int
	}
	var all []wrapped
	for rows.Next() {
		var w wrapped
		var mac []byte
		if err := rows.Scan(&w.kind, &w.reader, &w.version, &w.wrap, &mac); err != nil {
			return vault.Key{}, fmt.Errorf("read the keys of %s: %w", subject, err)
		}
		if !d.Secrets.Vouched(mac, keyOrigin(subject, w.kind, w.version), w.reader, w.wrap) {
			d.Journal.Alarm(ctx, "branches_key", subject)
			continue
		}
		all = append(all, w)
	}
	if err := rows.Err(); err != nil {
		return vault.Key{}, fmt.Errorf("read the keys of %s: %w", subject, err)
	}
	rows.Close() // the session's older keys may be read while we look
	for _, w := range all {
		pair := pairOf(w.kind, w.reader, w.version)
		if pair == nil {
			continue
		}
		if key, err := pair.Unwrap(keyAt(subject, pair.ID()), w.wrap); err == nil {
			return key, nil
		}
		d.Journal.Alarm(ctx, "branches_key", subject)
	}
	return vault.Key{}, fmt.Errorf("key of %s: %w", subject, helpdesk.ErrNotFound)
}

// teamKey is a subject's key for a session whose team reads it.
func (d *Desk) teamKey(ctx context.Context, r store.Reader, s *staff.Session, subject helpdesk.ID) (vault.Key, error) {
	return d.keyFor(ctx, r, subject, func(kind string, reader []byte, version int) *vault.Pair {
		if kind != ofTeam {
			return nil
		}
		pair, err := s.TeamPair(helpdesk.ID(reader), version)
		if err != nil {
			return nil
		}
		return pair
	})
}

// ownKey is the key of a talk for a volunteer of the branch that began it.
func (d *Desk) ownKey(ctx context.Context, r store.Reader, o *staff.Outsider, subject helpdesk.ID) (vault.Key, error) {
	mark := d.orgMark(o.Org)
	return d.keyFor(ctx, r, subject, func(kind string, reader []byte, version int) *vault.Pair {
		if kind != ofBranch || string(reader) != string(mark) {
			return nil
		}
		pair, _ := o.Pair(version)
		return pair
	})
}

// works refuses who has no key of their branch yet, or is of none.
func works(o *staff.Outsider) error {
	if o == nil || o.User.Kind != staff.Volunteer {
		return fmt.Errorf("a volunteer's deed: %w", helpdesk.ErrDenied)
	}
	if _, ok := o.Newest(); !ok || o.User.State != staff.Active {
		return helpdesk.Refuse("branches.waiting")
	}
	return nil
}
