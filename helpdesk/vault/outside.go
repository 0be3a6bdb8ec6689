package vault

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// OutsideKey is the public half of a pair that belongs to somebody who is not of
// this house: a partner organisation, or the recipient of a link. It is a type
// of its own, so that what seals to it can be counted; only the consent wing may
// name it. The bytes come out of a row with a MAC of the origin secret: check it
// (Secrets.Vouched) before sealing to it, as with an InsideKey.
type OutsideKey struct {
	ID     KeyID
	Public []byte
}

// Fingerprint is that of Pair.Fingerprint, 32 bytes.
func (o OutsideKey) Fingerprint() []byte { return InsideKey(o).Fingerprint() }

// Same compares with what was pinned, in constant time.
func (o OutsideKey) Same(fingerprint []byte) bool {
	return subtle.ConstantTimeCompare(o.Fingerprint(), fingerprint) == 1
}

// Wrap seals a key with HPKE to the recipient; Pair.Unwrap opens it. It fails
// when the public key is no key, and for the pair of anybody who is not a
// partner: what is ours is never addressed as outside.
func (o OutsideKey) Wrap(c Context, k Key) ([]byte, error) {
	if o.ID.Kind != Partner || o.ID.Owner == "" || o.ID.Version < 1 {
		return nil, fmt.Errorf("outside key of %s %s: %w", o.ID.Kind, o.ID.Owner, ErrMalformed)
	}
	return InsideKey(o).hpke(schemeBlindWrap, c, k.secret()[:])
}

// LinkCode is a mail link and the digits that came by another way, together:
// neither opens anything alone. The zero LinkCode is none; using it panics.
type LinkCode struct{ key Key }

// WithCode stretches the digits with the link as salt and mixes both with the
// pepper: KDF(link ‖ Argon2id(code)). It pays the whole cost whatever the digits
// are. A cost beyond reason panics: it is the program's.
func (s *Secrets) WithCode(l LinkKey, digits string, cost Cost) []LinkCode {
	if !cost.sane() {
		panic("vault: a cost beyond reason")
	}
	salt := sha256.Sum256(derive(l.secret()[:], "link salt"))
	stretched := argon2.IDKey([]byte(digits), salt[:], uint32(cost.Passes), uint32(cost.MiB)*1024, codeLanes, secretLen)
	both := derive(append(append([]byte(nil), l.secret()[:]...), stretched...), "link and code")
	r := s.rings[Pepper]
	all := []LinkCode{{keyOf(deriveSalted(both, r.now(), "link and code"))}}
	for id, pepper := range r.all {
		if id != r.current {
			all = append(all, LinkCode{keyOf(deriveSalted(both, pepper, "link and code"))})
		}
	}
	return all
}

// Lock seals a pair's private half under link and code.
func (k LinkCode) Lock(c Context, p *Pair) []byte {
	return k.key.lock(schemeLinkCode, p.at(c), p.seed()[:])
}

// Unlock opens what Lock made, or reports ErrNotOpened.
func (k LinkCode) Unlock(c Context, id KeyID, locked []byte) (*Pair, error) {
	b, err := k.key.unlock(schemeLinkCode, c.with(id), locked)
	if err != nil || len(b) != secretLen {
		return nil, ErrNotOpened
	}
	return pairOf(id, b), nil
}
