package branches

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

const (
	phoneAnew = 12 * time.Hour // a phone's key is made anew so often
	blobMost  = 8 << 10        // bytes of what may wait on a phone
)

// phoneRow is what a volunteer's phone seals to.
type phoneRow struct {
	id                  helpdesk.ID
	who, public, sealed []byte
	made                int64
	mac                 []byte
}

func (p *phoneRow) dest() []any {
	return []any{&p.id, &p.who, &p.public, &p.sealed, &p.made, &p.mac}
}

func (p *phoneRow) origin() vault.Context { return vault.At("branches.phone.origin", p.id, p.made) }
func (p *phoneRow) at() vault.Context     { return vault.At("branches.phone", p.id) }

// PhoneInfo is the info a phone seals with (see PhoneKey).
func PhoneInfo(key helpdesk.ID) string { return "rs1 hand on\x00" + string(key) }

func (d *Desk) phone(ctx context.Context, query string, arg any) (*phoneRow, error) {
	var p phoneRow
	if err := d.DB.QueryRow(ctx, query, arg).Scan(p.dest()...); err != nil {
		return nil, fmt.Errorf("find a phone's key: %w", err)
	}
	if !d.Secrets.Vouched(p.mac, p.origin(), p.who, p.public, p.sealed) {
		d.Journal.Alarm(ctx, "branches_phone", p.id)
		return nil, fmt.Errorf("find a phone's key: %w", helpdesk.ErrNotFound)
	}
	return &p, nil
}

// HandOnKey is what this volunteer's phone may seal to. Its private half lies
// under their own key. It is made anew twice a day.
func (d *Desk) HandOnKey(ctx context.Context, o *staff.Outsider) (PhoneKey, error) {
	if err := works(o); err != nil {
		return PhoneKey{}, err
	}
	now := d.Now()
	p, err := d.phone(ctx, newestPhone, d.whoMark(o.User.ID))
	if err == nil && now.Sub(time.UnixMicro(p.made)) < phoneAnew {
		// An account that began anew holds another pair.
		if _, err := vault.OpenPhonePair(p.at(), o.Own(), p.sealed); err == nil {
			return PhoneKey{p.id, p.public, time.UnixMicro(p.made).Add(waitMost)}, nil
		}
	}
	if err != nil && !isNotFound(err) {
		return PhoneKey{}, err
	}
	pair := vault.NewPhonePair()
	p = &phoneRow{id: helpdesk.NewID(), who: d.whoMark(o.User.ID), public: pair.Public(), made: now.UnixMicro()}
	if p.sealed, err = pair.Seal(p.at(), o.Own()); err != nil {
		return PhoneKey{}, err
	}
	p.mac = d.Secrets.Vouch(p.origin(), p.who, p.public, p.sealed)
	err = d.DB.Write(ctx, "make a phone's key", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, sweepPhones, now.Add(-waitMost).UnixMicro()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, insertPhone, p.id, p.who, p.public, p.sealed, p.made, p.mac)
		return err
	})
	if err != nil {
		return PhoneKey{}, fmt.Errorf("make a phone's key: %w", err)
	}
	return PhoneKey{p.id, p.public, time.UnixMicro(p.made).Add(waitMost)}, nil
}

// HandOnSealed opens what waited on a phone and hands on. Refusals as HandOn's,
// and "branches.late" for what waited longer than 72 hours, was sealed for
// another account, or is broken; "branches.ended" for what was sealed by an
// account that has ended since.
func (d *Desk) HandOnSealed(ctx context.Context, o *staff.Outsider, s Sealed) (Receipt, error) {
	if err := works(o); err != nil {
		return Receipt{}, err
	}
	late := helpdesk.Refuse("branches.late")
	p, err := d.phone(ctx, selectPhone, s.Key)
	if isNotFound(err) {
		return Receipt{}, late
	}
	if err != nil {
		return Receipt{}, err
	}
	if !bytes.Equal(p.who, d.whoMark(o.User.ID)) || len(s.Blob) > blobMost || d.Now().Sub(time.UnixMicro(p.made)) > waitMost {
		return Receipt{}, late
	}
	pair, err := vault.OpenPhonePair(p.at(), o.Own(), p.sealed)
	if errors.Is(err, vault.ErrNotOpened) {
		return Receipt{}, helpdesk.Refuse("branches.ended")
	}
	if err != nil {
		return Receipt{}, err
	}
	plain, err := pair.Open(PhoneInfo(p.id), s.Blob)
	if err != nil {
		return Receipt{}, late
	}
	h, err := readWaiting(plain)
	if err != nil {
		return Receipt{}, late
	}
	return d.HandOn(ctx, o, h)
}

// readWaiting decodes what a phone kept: the five choices and a card's ending,
// and no word besides, so that nobody's story lies on a phone.
func readWaiting(plain []byte) (HandOn, error) {
	var h HandOn
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&h); err != nil || dec.More() || h.Line != "" || h.Where != "" {
		return HandOn{}, errors.New("not what a phone keeps")
	}
	return h, nil
}
