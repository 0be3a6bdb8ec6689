package staff

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Partner is somebody of an organisation outside, with an account to read what
// was handed to it. They are no colleague: no Session is ever theirs, so that no
// room's door fits them but the consent wing's.
const Partner Kind = "partner"

// PartnerUser is one of them as a coordinator sees them.
type PartnerUser struct {
	User User
	Org  helpdesk.ID // the directory's
	// ForMemberToSay: they have keys, and wait for a colleague of their own
	// organisation.
	ForMemberToSay bool
}

// LogValue keeps names out of logs.
func (p PartnerUser) LogValue() slog.Value { return p.User.LogValue() }

type partnerRow struct {
	id      helpdesk.ID
	version int
	mac     []byte
}

func (p *partnerRow) dest() []any { return []any{&p.id, &p.version, &p.mac} }

func (p *partnerRow) origin() vault.Context {
	return vault.At("staff.partner.origin", p.id, p.version)
}

func partnerKeyID(org helpdesk.ID, version int) vault.KeyID {
	return vault.KeyID{Kind: vault.Partner, Owner: org, Version: version}
}

func partnerKeyOrigin(org helpdesk.ID, version int) vault.Context {
	return vault.At("staff.partnerkey.origin", org, version)
}

// partnerMemberRow is one version of an organisation's pair for one of its staff.
type partnerMemberRow struct{ memberRow }

func (m *partnerMemberRow) place() vault.Context {
	return vault.At("staff.partnermember", m.team, m.user, m.version)
}

func (m *partnerMemberRow) origin() vault.Context {
	return vault.At("staff.partnermember.origin", m.team, m.user, m.version, m.form)
}

// belonging says whose staff a user is, and keeps their second factor.
type belonging struct {
	user, org helpdesk.ID
	seed      []byte
	attempts
	lead  bool  // of a branch
	until int64 // when a volunteer's account ends
	mac   []byte
}

func (b *belonging) dest() []any {
	return []any{&b.user, &b.org, &b.seed, &b.step, &b.wrong, &b.since, &b.failed, &b.lead, &b.until, &b.mac}
}

func (b *belonging) origin() vault.Context {
	if b.until > 0 {
		return vault.At("staff.volunteer.origin", b.user, b.org, b.lead, b.until)
	}
	return vault.At("staff.partneruser.origin", b.user, b.org)
}

func (d *Desk) belongs(ctx context.Context, r store.Reader, user helpdesk.ID) (*belonging, error) {
	var b belonging
	if err := r.QueryRow(ctx, selectBelonging, string(user)).Scan(b.dest()...); err != nil {
		return nil, fmt.Errorf("find whose staff %s is: %w", user, err)
	}
	return &b, d.vouchedBelonging(ctx, &b)
}

func (d *Desk) vouchedBelonging(ctx context.Context, b *belonging) error {
	if d.secrets.Vouched(b.mac, b.origin(), b.seed) {
		return nil
	}
	d.alarm(ctx, "partner_forged", b.user)
	return fmt.Errorf("partner staff %s: %w", b.user, errForged)
}

// PartnerKey is the current public key of an organisation that has somebody
// with an account who could read what is sealed to it, vouched for. It is bare:
// only the consent wing may make an address of it. ErrNotFound when nobody
// could.
func (d *Desk) PartnerKey(ctx context.Context, r store.Reader, org helpdesk.ID) (vault.KeyID, []byte, error) {
	var p partnerRow
	var k keyRow
	if err := r.QueryRow(ctx, selectPartnerKey, string(org)).Scan(append(p.dest(), k.dest()...)...); err != nil {
		return vault.KeyID{}, nil, fmt.Errorf("find the key of partner %s: %w", org, err)
	}
	if !d.secrets.Vouched(p.mac, p.origin()) || !d.secrets.Vouched(k.mac, partnerKeyOrigin(org, k.version), k.public) {
		d.alarm(ctx, "partner_key_forged", org)
		return vault.KeyID{}, nil, fmt.Errorf("key of partner %s: %w", org, errForged)
	}
	_, inside := r.(*store.Tx)
	d.mu.Lock()
	back := k.version < d.seen[org]
	if !back && !inside {
		d.seen[org] = k.version
	}
	d.mu.Unlock()
	if back {
		d.alarm(ctx, "partner_key_back", org)
		return vault.KeyID{}, nil, fmt.Errorf("key of partner %s: %w", org, errOld)
	}
	var readers int
	if err := r.QueryRow(ctx, countPartnerMembers, string(org), k.version, d.now().UnixMicro()).Scan(&readers); err != nil {
		return vault.KeyID{}, nil, fmt.Errorf("count the staff of partner %s: %w", org, err)
	}
	if readers == 0 {
		return vault.KeyID{}, nil, fmt.Errorf("key of partner %s: %w", org, helpdesk.ErrNotFound)
	}
	return partnerKeyID(org, k.version), k.public, nil
}

// PartnerAddresses are the work addresses of an organisation's active staff, for
// notices without content.
func (d *Desk) PartnerAddresses(ctx context.Context, org helpdesk.ID) ([]User, error) {
	all, err := d.PartnerUsers(ctx)
	if err != nil {
		return nil, err
	}
	var out []User
	for _, p := range all {
		if p.Org == org && p.User.State == Active {
			out = append(out, p.User)
		}
	}
	return out, nil
}

// PartnerUsers returns all partner staff, by organisation. A forged row is left
// out, with an alarm.
func (d *Desk) PartnerUsers(ctx context.Context) ([]PartnerUser, error) {
	var all []PartnerUser
	err := d.eachOutside(ctx, func(b *belonging, u *userRow, shown User) {
		if u.kind == string(Partner) {
			all = append(all, PartnerUser{User: shown, Org: b.org, ForMemberToSay: u.state == string(Waiting) && u.hasKeys()})
		}
	})
	return all, err
}

// eachOutside goes through who has an account and does not work here, by
// organisation.
func (d *Desk) eachOutside(ctx context.Context, do func(*belonging, *userRow, User)) error {
	rows, err := d.db.Query(ctx, selectPartnerUsers)
	if err != nil {
		return fmt.Errorf("read who is outside: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var b belonging
		var u userRow
		if err := rows.Scan(append(b.dest(), u.dest()...)...); err != nil {
			return fmt.Errorf("read who is outside: %w", err)
		}
		if d.vouchedBelonging(ctx, &b) != nil || !d.vouchedUser(ctx, &u) {
			continue
		}
		shown, err := d.shown(&u)
		if err != nil {
			return err
		}
		do(&b, &u, shown)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read who is outside: %w", err)
	}
	return nil
}

// holdPartner keeps an organisation's row until the transaction ends, and makes
// it where there is none.
func (d *Desk) holdPartner(ctx context.Context, tx *store.Tx, org helpdesk.ID) (*partnerRow, error) {
	first := partnerRow{id: org, version: 0}
	if _, err := tx.Exec(ctx, insertPartner, string(org), 0, d.secrets.Vouch(first.origin())); err != nil {
		return nil, fmt.Errorf("begin partner %s: %w", org, err)
	}
	if _, err := tx.Exec(ctx, lockPartner, string(org)); err != nil {
		return nil, fmt.Errorf("hold partner %s: %w", org, err)
	}
	var p partnerRow
	if err := tx.QueryRow(ctx, selectPartner, string(org)).Scan(p.dest()...); err != nil {
		return nil, fmt.Errorf("find partner %s: %w", org, err)
	}
	if !d.secrets.Vouched(p.mac, p.origin()) {
		d.alarm(ctx, "partner_forged", org)
		return nil, fmt.Errorf("partner %s: %w", org, errForged)
	}
	return &p, nil
}

// nextPartnerKey makes a held organisation's next pair. Who gets it is the
// caller's.
func (d *Desk) nextPartnerKey(ctx context.Context, tx *store.Tx, p *partnerRow) (*vault.Pair, error) {
	was := p.version
	p.version++
	p.mac = d.secrets.Vouch(p.origin())
	n, err := tx.Exec(ctx, stepPartner, p.version, p.mac, string(p.id), was)
	if err != nil {
		return nil, fmt.Errorf("step partner %s: %w", p.id, err)
	}
	if n == 0 {
		return nil, fmt.Errorf("step partner %s: %w", p.id, helpdesk.ErrConflict)
	}
	pair := vault.NewPair(partnerKeyID(p.id, p.version))
	public := pair.Public().Public
	if _, err := tx.Exec(ctx, insertPartnerKey, string(p.id), p.version, public, d.secrets.Vouch(partnerKeyOrigin(p.id, p.version), public)); err != nil {
		return nil, fmt.Errorf("add version %d of the key of partner %s: %w", p.version, p.id, err)
	}
	return pair, nil
}

// addPartnerMember wraps an organisation's pair to one of its staff: settled
// where their own pair is in hand, blind otherwise.
func (d *Desk) addPartnerMember(ctx context.Context, tx *store.Tx, pair *vault.Pair, u *userRow, own *vault.Pair) error {
	m := partnerMemberRow{memberRow{team: pair.ID().Owner, user: u.id, version: pair.ID().Version, form: blind}}
	var err error
	if own != nil {
		m.form, m.wrap = settled, own.WrapPair(m.place(), pair)
	} else if m.wrap, err = u.inside().WrapPair(m.place(), pair); err != nil {
		return fmt.Errorf("seal the key of partner %s to %s: %w", m.team, m.user, err)
	}
	if _, err := tx.Exec(ctx, insertPartnerMember, string(m.team), string(m.user), m.version, m.form, m.wrap, d.secrets.Vouch(m.origin(), m.wrap)); err != nil {
		return fmt.Errorf("give the key of partner %s to %s: %w", m.team, m.user, err)
	}
	return nil
}

// partnerMembers are the vouched staff of an organisation at a version.
func (d *Desk) partnerMembers(ctx context.Context, tx *store.Tx, org helpdesk.ID, version int) ([]*userRow, error) {
	rows, err := tx.Query(ctx, selectPartnerMembers, string(org), version)
	if err != nil {
		return nil, fmt.Errorf("read the staff of partner %s: %w", org, err)
	}
	defer rows.Close()
	var all []*userRow
	for rows.Next() {
		var m partnerMemberRow
		var u userRow
		if err := rows.Scan(append(m.dest(), u.dest()...)...); err != nil {
			return nil, fmt.Errorf("read the staff of partner %s: %w", org, err)
		}
		if !d.secrets.Vouched(m.mac, m.origin(), m.wrap) {
			d.alarm(ctx, "partner_forged", org)
			continue
		}
		if d.vouchedUser(ctx, &u) && u.hasKeys() {
			all = append(all, &u)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the staff of partner %s: %w", org, err)
	}
	return all, nil
}

// leavePartner takes a user's keys of their organisation away, which gets a new
// one at once for those who remain.
func (d *Desk) leavePartner(ctx context.Context, tx *store.Tx, user helpdesk.ID) error {
	b, err := d.belongs(ctx, tx, user)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := d.holdPartner(ctx, tx, b.org)
	if err != nil {
		return err
	}
	members, err := d.partnerMembers(ctx, tx, b.org, p.version)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, deletePartnerMember, string(user))
	if err != nil {
		return fmt.Errorf("take %s out of partner %s: %w", user, b.org, err)
	}
	if n == 0 {
		return nil // they never held a key
	}
	pair, err := d.nextPartnerKey(ctx, tx, p)
	if err != nil {
		return err
	}
	for _, u := range members {
		if u.id == user {
			continue
		}
		if err := d.addPartnerMember(ctx, tx, pair, u, nil); err != nil {
			return err
		}
	}
	return d.note(ctx, tx, d.Console(), VerbPartnerKey, b.org)
}
