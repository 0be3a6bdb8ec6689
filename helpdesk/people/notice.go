package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// The kinds of notice.
const (
	ByMail  = "mail"
	ByPhone = "phone"
)

// Notice is where somebody agreed to be told "a message is waiting".
type Notice struct {
	Kind     string // ByMail or ByPhone
	Address  string
	From, To int    // the safe hours of their day, [From, To); alike for any hour
	Language string // one of the house's, "ar"
	// Sent is when they were told last, zero once they have been here again: a
	// second notice before that tells nothing new.
	Sent time.Time `json:"-"`
}

// LogValue keeps the address out of logs.
func (Notice) LogValue() slog.Value { return slog.StringValue(sealedText) }

// Format keeps it out of fmt, too.
func (Notice) Format(f fmt.State, _ rune) { fmt.Fprint(f, "notice ", sealedText) }

// Safe tells whether an hour of their day, 0 to 23, is one of the safe ones,
// which may go past midnight.
func (n Notice) Safe(hour int) bool {
	switch {
	case n.From == n.To:
		return true
	case n.From < n.To:
		return n.From <= hour && hour < n.To
	}
	return hour >= n.From || hour < n.To
}

// fit refuses what can not be used: "notice.address", "notice.hours".
func (n Notice) fit() error {
	switch n.Kind {
	case ByMail:
		a, err := mail.ParseAddress(n.Address)
		if err != nil || a.Address != n.Address || len(n.Address) > 254 {
			return helpdesk.Refuse("notice.address")
		}
	case ByPhone:
		digits := 0
		for _, r := range n.Address {
			if r >= '0' && r <= '9' {
				digits++
			} else if !strings.ContainsRune("+-() ", r) {
				return helpdesk.Refuse("notice.address")
			}
		}
		if digits < 5 || digits > 20 || len(n.Address) > 40 {
			return helpdesk.Refuse("notice.address")
		}
	default:
		return helpdesk.Refuse("notice.address")
	}
	if n.From < 0 || n.From > 24 || n.To < 0 || n.To > 24 {
		return helpdesk.Refuse("notice.hours")
	}
	if len(n.Language) > 8 {
		return helpdesk.Refuse("notice.address")
	}
	return nil
}

// noticePlace holds the number of the address: an earlier one, put back, does
// not open.
func noticePlace(k *keyRow) vault.Context { return vault.At("people.notice", k.person, k.notice) }

// SetNotice keeps where the person agreed to be told that something waits, in
// place of what they said before.
//
// Refusals: "notice.address", "notice.hours".
func (p *Registry) SetNotice(ctx context.Context, g *Guest, n Notice) error {
	if err := n.fit(); err != nil {
		return err
	}
	plain, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("seal the notice address of %s: %w", g.Person, err)
	}
	return p.db.Write(ctx, "keep a notice address", func(tx *store.Tx) error {
		var sealed []byte
		err := p.changeMine(ctx, tx, g, func(k *keyRow) (bool, error) {
			k.notice++
			p.afterNotice(ctx, tx, k)
			sealed = p.secrets.SealNotice(noticePlace(k), plain)
			return true, nil
		})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, upsertNotice, string(g.Person), sealed); err != nil {
			return fmt.Errorf("keep the notice address of %s: %w", g.Person, err)
		}
		return nil
	})
}

// Notice tells where a person agreed to be told; false for nowhere. A row that
// is not ours, or an earlier one, is an error and an alarm.
func (p *Registry) Notice(ctx context.Context, person helpdesk.ID) (Notice, bool, error) {
	// A second look, because the address may have been changed between the
	// reading of its row and of the key's.
	for range 2 {
		n, err := p.readNotice(ctx, person)
		switch {
		case errors.Is(err, helpdesk.ErrNotFound):
			return Notice{}, false, nil
		case errors.Is(err, vault.ErrNotOpened):
			continue
		}
		return n, err == nil, err
	}
	p.alarm(ctx, "notice_forged", person)
	return Notice{}, false, fmt.Errorf("notice address of %s: %w", person, errForged)
}

func (p *Registry) readNotice(ctx context.Context, person helpdesk.ID) (Notice, error) {
	var sealed []byte
	var sent int64
	var k keyRow
	if err := p.db.QueryRow(ctx, selectNotice, string(person)).Scan(append([]any{&sealed, &sent}, k.dest()...)...); err != nil {
		return Notice{}, fmt.Errorf("find the notice address of %s: %w", person, err)
	}
	if !p.vouchedKey(ctx, &k) {
		return Notice{}, fmt.Errorf("notice address of %s: %w", person, errForged)
	}
	ok, err := p.fresh(ctx, &k)
	if err != nil {
		return Notice{}, err
	}
	if !ok {
		return Notice{}, fmt.Errorf("notice address of %s: %w", person, errForged)
	}
	plain, err := p.secrets.OpenNotice(noticePlace(&k), sealed)
	if err != nil {
		return Notice{}, fmt.Errorf("notice address of %s: %w", person, err)
	}
	var n Notice
	if json.Unmarshal(plain, &n) != nil {
		// The decoder's own words could quote the address.
		return Notice{}, fmt.Errorf("read the notice address of %s: not what was sealed", person)
	}
	if sent > 0 {
		n.Sent = time.UnixMicro(sent)
	}
	return n, nil
}

// DropNotice deletes where the person agreed to be told; nothing when they
// agreed to nothing.
func (p *Registry) DropNotice(ctx context.Context, tx *store.Tx, person helpdesk.ID) error {
	dropped, err := tx.Exec(ctx, deleteNotice, string(person))
	if err != nil {
		return fmt.Errorf("drop the notice address of %s: %w", person, err)
	}
	if dropped == 0 {
		return nil
	}
	return p.change(ctx, tx, person, func(k *keyRow) (bool, error) {
		k.notice++
		p.afterNotice(ctx, tx, k)
		return true, nil
	})
}

// NoticeSent notes in the sender's transaction that the person is being told;
// ErrConflict when they were already, and have not been here since.
func (p *Registry) NoticeSent(ctx context.Context, tx *store.Tx, person helpdesk.ID, at time.Time) error {
	n, err := tx.Exec(ctx, sentNotice, at.UnixMicro(), string(person))
	if err != nil {
		return fmt.Errorf("note the notice to %s: %w", person, err)
	}
	if n == 0 {
		return fmt.Errorf("note the notice to %s: %w", person, helpdesk.ErrConflict)
	}
	return nil
}
