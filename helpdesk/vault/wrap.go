package vault

import (
	"crypto/hpke"
	"fmt"
)

// The suite of RFC 9180 used throughout: post-quantum and classical at once.
var (
	hpkeKDF  = hpke.HKDFSHA256()
	hpkeAEAD = hpke.AES256GCM()
)

// encLen is what MLKEM768X25519 puts in front of every ciphertext: 1,088 bytes
// ML-KEM-768 and 32 bytes X25519.
const encLen = 1088 + 32

// Blind tells whether sealed bytes are in blind form: made with the public half
// alone, by somebody who could not open them.
func Blind(sealed []byte) bool {
	s, _, _, err := split(sealed)
	return err == nil && (s == schemeBlindWrap || s == schemeBlindPair || s == schemeBlindSealed)
}

// Wrap seals a key settled, under the content key.
func (p *Pair) Wrap(c Context, k Key) []byte { return p.content.lock(schemeWrap, c, k.secret()[:]) }

// Unwrap opens a wrapped key, blind or settled, or reports ErrNotOpened.
func (p *Pair) Unwrap(c Context, sealed []byte) (Key, error) {
	b, err := p.unwrap(schemeWrap, schemeBlindWrap, c, sealed)
	if err != nil {
		return Key{}, err
	}
	return keyOf(b), nil
}

// WrapPair seals another pair's private half settled: a team's for a member, an
// older version under the newer.
func (p *Pair) WrapPair(c Context, q *Pair) []byte {
	return p.content.lock(schemePair, q.at(c), q.seed()[:])
}

// UnwrapPair opens the pair named id, blind or settled, or reports ErrNotOpened.
func (p *Pair) UnwrapPair(c Context, id KeyID, sealed []byte) (*Pair, error) {
	b, err := p.unwrap(schemePair, schemeBlindPair, c.with(id), sealed)
	if err != nil {
		return nil, err
	}
	return pairOf(id, b), nil
}

func (p *Pair) unwrap(settled, blind scheme, c Context, sealed []byte) ([]byte, error) {
	var (
		b   []byte
		err error
	)
	if Blind(sealed) {
		b, err = p.unlockBlind(blind, c, sealed)
	} else {
		b, err = p.content.unlock(settled, c, sealed)
	}
	if err != nil || len(b) != secretLen {
		return nil, ErrNotOpened
	}
	return b, nil
}

// Seal seals the owner's own things (drafts, a profile), padded.
func (p *Pair) Seal(c Context, plain []byte) []byte { return p.content.Seal(c, plain) }

// Open opens what Pair.Seal or InsideKey.Seal made, or reports ErrNotOpened.
func (p *Pair) Open(c Context, sealed []byte) ([]byte, error) {
	if !Blind(sealed) {
		return p.content.Open(c, sealed)
	}
	cut := headLen + encLen + secretLen + 16
	if len(sealed) < cut {
		return nil, ErrNotOpened
	}
	b, err := p.unlockBlind(schemeBlindSealed, c, sealed[:cut])
	if err != nil || len(b) != secretLen {
		return nil, ErrNotOpened
	}
	return keyOf(b).unlockPadded(schemeBlindSealed, c, sealed[cut:])
}

// Wrap seals a key blind: HPKE to the public half. It fails only when the
// public key is no key.
func (i InsideKey) Wrap(c Context, k Key) ([]byte, error) {
	return i.lockBlind(schemeBlindWrap, c, k.secret()[:])
}

// WrapPair seals a pair's private half blind.
func (i InsideKey) WrapPair(c Context, q *Pair) ([]byte, error) {
	return i.lockBlind(schemeBlindPair, q.at(c), q.seed()[:])
}

// Seal seals content blind: HPKE to a fresh key, the padded content under it.
func (i InsideKey) Seal(c Context, plain []byte) ([]byte, error) {
	k := NewKey()
	wrap, err := i.lockBlind(schemeBlindSealed, c, k.secret()[:])
	if err != nil {
		return nil, err
	}
	return append(wrap, k.lock(schemeBlindSealed, c, pad(plain))...), nil
}

// lockBlind refuses a partner's key: what leaves the house is sealed to an
// OutsideKey, or not at all.
func (i InsideKey) lockBlind(s scheme, c Context, plain []byte) ([]byte, error) {
	if i.ID.Kind == Partner {
		return nil, fmt.Errorf("seal to partner %s as if inside: %w", i.ID.Owner, ErrMalformed)
	}
	return i.hpke(s, c, plain)
}

func (i InsideKey) hpke(s scheme, c Context, plain []byte) ([]byte, error) {
	public, err := hpke.MLKEM768X25519().NewPublicKey(i.Public)
	if err != nil {
		return nil, fmt.Errorf("seal to %s %s version %d: %w", i.ID.Kind, i.ID.Owner, i.ID.Version, ErrMalformed)
	}
	id := i.short()
	body, err := hpke.Seal(public, hpkeKDF, hpkeAEAD, c.bind(s, id), plain)
	if err != nil {
		return nil, fmt.Errorf("seal to %s %s version %d: %w", i.ID.Kind, i.ID.Owner, i.ID.Version, err)
	}
	return append(header(s, id), body...), nil
}

func (p *Pair) unlockBlind(s scheme, c Context, sealed []byte) ([]byte, error) {
	got, id, body, err := split(sealed)
	if err != nil || got != s {
		return nil, ErrNotOpened
	}
	private := p.parse()
	if id != p.public.short() {
		return nil, ErrNotOpened
	}
	plain, err := hpke.Open(private, hpkeKDF, hpkeAEAD, c.bind(s, id), body)
	if err != nil {
		return nil, ErrNotOpened
	}
	return plain, nil
}

// at and Context.with name the wrapped pair in the context: a wrap of version 1 does
// not open as version 2.
func (p *Pair) at(c Context) Context { return c.with(p.id) }

func (c Context) with(id KeyID) Context {
	if len(c.parts) == 0 {
		panic("vault: the zero context is not a place")
	}
	return Context{parts: id.append(append([]byte(nil), c.parts...))}
}
