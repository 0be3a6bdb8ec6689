package vault

import (
	"crypto/cipher"
	"slices"

	"golang.org/x/crypto/argon2"
)

// CodeCost is what one guess at twenty digits costs: OWASP's choice for
// Argon2id. It belongs to the house and not to a row, because a row is found
// by what it makes: with another cost no code is found again. Tests use
// Cost{1, 1}.
var CodeCost = Cost{MiB: 19, Passes: 2}

const lookupLen = 16

// codeLanes is one, so that a flood of guesses takes one core and never all.
const codeLanes = 1

// CodeKey is what twenty digits become under the pepper: a lookup by which
// their row is found, and a key that opens it. There is one of each for every
// pepper the house still knows. The zero CodeKey is none; using it panics.
type CodeKey struct{ *codeState }

type codeState struct {
	keys []codeUnder // the current pepper first
}

type codeUnder struct {
	pepper keyID
	lookup []byte
	key    hidden
}

// CodeKey stretches digits, twenty of them as ASCII, and pays the whole cost
// for that whatever they are. kind keeps codes of different uses apart: the
// digits of one open nothing of the other. The salt is the house's, made of
// the index secret, for the same reason as the cost. A cost beyond reason
// panics: it is the program's.
func (s *Secrets) CodeKey(kind, digits string, cost Cost) CodeKey {
	if !cost.sane() {
		panic("vault: a cost beyond reason")
	}
	salt := derive(s.rings[Index].now(), "code salt", []byte(kind))
	stretched := argon2.IDKey([]byte(digits), salt, uint32(cost.Passes), uint32(cost.MiB)*1024, codeLanes, secretLen)
	r := s.rings[Pepper]
	state := &codeState{keys: make([]codeUnder, 0, len(r.all))}
	for id, pepper := range r.all {
		both := deriveSaltedLen(stretched, pepper, lookupLen+secretLen, "code "+kind)
		under := codeUnder{pepper: id, lookup: both[:lookupLen:lookupLen], key: hide(both[lookupLen:])}
		if id == r.current {
			state.keys = slices.Insert(state.keys, 0, under)
		} else {
			state.keys = append(state.keys, under)
		}
	}
	return CodeKey{state}
}

// Lookup is where a row locked now is found again: 16 bytes.
func (k CodeKey) Lookup() []byte { return slices.Clone(k.keys[0].lookup) }

// Lookups is where a row may lie: under the current pepper, or an older one.
func (k CodeKey) Lookups() [][]byte {
	all := make([][]byte, len(k.keys))
	for i, u := range k.keys {
		all[i] = slices.Clone(u.lookup)
	}
	return all
}

// Lock seals a pair's private half under the digits and the current pepper.
func (k CodeKey) Lock(c Context, p *Pair) []byte {
	u := k.keys[0]
	return lockAs(schemeCode, u.pepper, u.cipher(), p.at(c), p.seed()[:])
}

// Unlock opens the pair named id, under this or an older pepper, or reports
// ErrNotOpened.
func (k CodeKey) Unlock(c Context, id KeyID, locked []byte) (*Pair, error) {
	seed, err := k.unlock(schemeCode, c.with(id), locked)
	if err != nil {
		return nil, err
	}
	return pairOf(id, seed), nil
}

// Wrap seals a key under the digits: a mail link's answer, for who has to type.
func (k CodeKey) Wrap(c Context, inner Key) []byte {
	u := k.keys[0]
	return lockAs(schemeCodeWrap, u.pepper, u.cipher(), c, inner.secret()[:])
}

// Unwrap opens what Wrap made, or reports ErrNotOpened.
func (k CodeKey) Unwrap(c Context, sealed []byte) (Key, error) {
	b, err := k.unlock(schemeCodeWrap, c, sealed)
	if err != nil {
		return Key{}, err
	}
	return keyOf(b), nil
}

func (k CodeKey) unlock(as scheme, c Context, sealed []byte) ([]byte, error) {
	_, id, _, err := split(sealed)
	if err != nil {
		return nil, ErrNotOpened
	}
	i := slices.IndexFunc(k.keys, func(u codeUnder) bool { return u.pepper == id })
	if i < 0 {
		return nil, ErrNotOpened
	}
	b, err := unlockAs(as, id, k.keys[i].cipher(), c, sealed)
	if err != nil || len(b) != secretLen {
		return nil, ErrNotOpened
	}
	return b, nil
}

func (u codeUnder) cipher() cipher.AEAD {
	return randomNonceGCM(derive(u.key()[:], "code seal"))
}
