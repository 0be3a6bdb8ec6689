package people

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Claim is a code to be handed over: drawn and paid for before the transaction
// that puts it in force, because stretching takes its time.
type Claim struct {
	digits string
	key    vault.CodeKey
}

// LogValue keeps the code out of logs.
func (Claim) LogValue() slog.Value { return slog.StringValue(sealedText) }

// Format keeps it out of fmt, too.
func (Claim) Format(f fmt.State, _ rune) { fmt.Fprint(f, "claim ", sealedText) }

// DrawClaim draws a code to hand over. Refusal "code.busy" as for NewCode.
func (p *Registry) DrawClaim(ctx context.Context) (*Claim, error) {
	digits := NewDigits()
	key, err := p.stretch(ctx, p.codes, digits)
	if err != nil {
		return nil, err
	}
	return &Claim{digits, key}, nil
}

// Reissued is what became of a new code.
type Reissued struct {
	// Noted: this is the first of two who have to want it. Nothing has changed
	// yet, and the other fields are empty.
	Noted bool
	Code  string          // the claim code's digits, to hand over; see Groups
	Key   vault.InsideKey // the new generation, for the wraps of what the person reads
}

// LogValue keeps the code out of logs.
func (Reissued) LogValue() slog.Value { return slog.StringValue(sealedText) }

// Format keeps it out of fmt, too.
func (Reissued) Format(f fmt.State, _ rune) { fmt.Fprint(f, "reissued ", sealedText) }

// Reissue gives a person who lost their code a new one to claim: a new
// generation of their pair, under a code that a counsellor hands over and that
// its first use replaces. It also gives a first code to somebody known by mail
// alone. The old code, all sessions and what was posted too late end with it.
// In the same transaction the caller re-wraps to the new Key what by can open.
//
// teams are those of all conversations of the person, and by is a member of
// one of them; where any is restricted, two counsellors of restricted teams
// among them have to want it within a week. ErrDenied otherwise.
func (p *Registry) Reissue(ctx context.Context, tx *store.Tx, by *staff.Session, person helpdesk.ID, teams []helpdesk.ID, c *Claim) (Reissued, error) {
	two, err := p.mayReissue(ctx, by, teams)
	if err != nil {
		return Reissued{}, fmt.Errorf("re-issue the code of %s: %w", person, err)
	}
	if err := p.Person(ctx, tx, person); err != nil {
		return Reissued{}, err
	}
	k, err := p.key(ctx, tx, person)
	switch {
	case errors.Is(err, helpdesk.ErrNotFound):
		k = &keyRow{person: person}
	case err != nil:
		return Reissued{}, err
	case k.eraseAt > 0:
		return Reissued{}, helpdesk.Refuse("code.erasing")
	}
	if two {
		second, err := p.secondVoice(ctx, tx, by, k)
		if err != nil || !second {
			return Reissued{Noted: err == nil}, err
		}
	}
	return p.putInForce(ctx, tx, by, k, c)
}

// mayReissue tells whether two have to want it.
func (p *Registry) mayReissue(ctx context.Context, by *staff.Session, teams []helpdesk.ID) (two bool, err error) {
	all, err := p.staff.Teams(ctx)
	if err != nil {
		return false, err
	}
	restricted := map[helpdesk.ID]bool{}
	for _, t := range all {
		restricted[t.ID] = t.Restricted
	}
	member, memberOfRestricted := false, false
	for _, team := range teams {
		r, known := restricted[team]
		if !known { // a row that is not ours was left out of the list
			return false, errForged
		}
		two = two || r
		if by.Member(team) {
			member, memberOfRestricted = true, memberOfRestricted || r
		}
	}
	if !member || two && !memberOfRestricted {
		return false, helpdesk.ErrDenied
	}
	return two, nil
}

type voiceRow struct {
	person, user helpdesk.ID
	at           int64
	mac          []byte
}

// origin binds a voice to the generation it wants to end: it counts once.
func (v *voiceRow) origin(generation int) vault.Context {
	return vault.At("people.voice.origin", v.person, v.user, v.at, generation)
}

// secondVoice tells whether somebody else has wanted it before, and notes the
// first who does.
func (p *Registry) secondVoice(ctx context.Context, tx *store.Tx, by *staff.Session, k *keyRow) (bool, error) {
	var v voiceRow
	err := tx.QueryRow(ctx, selectVoice, string(k.person)).Scan(&v.person, &v.user, &v.at, &v.mac)
	if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
		return false, fmt.Errorf("find who wanted a code for %s: %w", k.person, err)
	}
	now := p.now()
	if err == nil && v.at > now.Add(-voiceTime).UnixMicro() {
		if !p.secrets.Vouched(v.mac, v.origin(k.generation)) {
			p.alarm(ctx, "voice_forged", k.person)
		} else if v.user == by.User.ID {
			return false, nil
		} else {
			return true, nil
		}
	}
	v = voiceRow{person: k.person, user: by.User.ID, at: now.UnixMicro()}
	v.mac = p.secrets.Vouch(v.origin(k.generation))
	if _, err := tx.Exec(ctx, upsertVoice, string(v.person), string(v.user), v.at, v.mac); err != nil {
		return false, fmt.Errorf("note who wants a code for %s: %w", k.person, err)
	}
	return false, p.note(ctx, tx, by.User.ID, VerbVoiced, k.person)
}

// putInForce makes the new generation.
func (p *Registry) putInForce(ctx context.Context, tx *store.Tx, by *staff.Session, k *keyRow, c *Claim) (Reissued, error) {
	first := k.generation == 0
	k.generation++
	pair := vault.NewPair(k.id())
	k.public, k.changed = pair.Public().Public, p.now().UnixMicro()
	k.setCode(ClaimCode, c.digits, c.key, pair)
	k.until = 0
	save := p.saveKey
	if first {
		save = p.insertKey
	}
	if err := save(ctx, tx, k); err != nil {
		return Reissued{}, err
	}
	if !first {
		p.afterCode(ctx, tx, k)
	}
	if err := p.endAll(ctx, tx, k.person); err != nil {
		return Reissued{}, err
	}
	for _, query := range []string{deleteLate, deleteVoice} {
		if _, err := tx.Exec(ctx, query, string(k.person)); err != nil {
			return Reissued{}, fmt.Errorf("re-issue the code of %s: %w", k.person, err)
		}
	}
	if err := p.note(ctx, tx, by.User.ID, VerbReissued, k.person); err != nil {
		return Reissued{}, err
	}
	return Reissued{Code: c.digits, Key: pair.Public()}, nil
}
