package vault

import "golang.org/x/crypto/argon2"

// Cost is what one guess at given words costs: memory in MiB and passes of
// Argon2id (RFC 9106), four lanes.
type Cost struct{ MiB, Passes int }

// StaffCost is the second recommended option of RFC 9106, section 4. Tests use
// Cost{1, 1}.
var StaffCost = Cost{MiB: 64, Passes: 3}

// maxCost bounds what a row may ask for: whoever writes to the database must
// not be able to make one sign-in eat the machine.
var maxCost = Cost{MiB: 1024, Passes: 16}

func (c Cost) sane() bool {
	return c.MiB >= 1 && c.Passes >= 1 && c.MiB <= maxCost.MiB && c.Passes <= maxCost.Passes
}

// minSalt is the shortest salt RFC 9106 allows.
const minSalt = 8

// NewSalt draws 16 bytes, to stand beside what was locked.
func NewSalt() []byte { return random(16) }

// LockWithWords seals a pair's private half under six given words:
// GCM under KDF(Argon2id(words), pepper). salt and cost stand beside the result
// in plain and are bound in. A cost beyond reason or a salt under 8 bytes panics: both are the
// program's.
func (s *Secrets) LockWithWords(p *Pair, words string, salt []byte, cost Cost, c Context) []byte {
	if !cost.sane() || len(salt) < minSalt {
		panic("vault: a cost beyond reason or hardly a salt")
	}
	r := s.rings[Pepper]
	key := wordsKey(stretch(words, salt, cost), r.now())
	return lockAs(schemeWords, r.current, randomNonceGCM(key), wordsPlace(p.at(c), salt, cost), p.seed()[:])
}

// UnlockWithWords opens what LockWithWords made, under this or an older pepper,
// or reports ErrNotOpened. It pays the full cost whatever locked holds, also
// nothing at all: call it with nil for an unknown login, and nobody learns by
// the clock who exists. A cost beyond reason is ErrNotOpened at once.
func (s *Secrets) UnlockWithWords(id KeyID, locked []byte, words string, salt []byte, cost Cost, c Context) (*Pair, error) {
	if !cost.sane() {
		return nil, ErrNotOpened
	}
	stretched := stretch(words, salt, cost)
	_, pepperID, _, err := split(locked)
	if err != nil {
		return nil, ErrNotOpened
	}
	pepper, known := s.rings[Pepper].all[pepperID]
	if !known {
		return nil, ErrNotOpened
	}
	aead := randomNonceGCM(wordsKey(stretched, pepper))
	seed, err := unlockAs(schemeWords, pepperID, aead, wordsPlace(c.with(id), salt, cost), locked)
	if err != nil || len(seed) != secretLen {
		return nil, ErrNotOpened
	}
	return pairOf(id, seed), nil
}

func stretch(words string, salt []byte, cost Cost) []byte {
	return argon2.IDKey([]byte(NormalWords(words)), salt, uint32(cost.Passes), uint32(cost.MiB)*1024, 4, secretLen)
}

func wordsKey(stretched, pepper []byte) []byte { return deriveSalted(stretched, pepper, "given words") }

func wordsPlace(c Context, salt []byte, cost Cost) Context {
	b := append([]byte(nil), c.parts...)
	b = appendPart(b, partBytes, salt)
	b = appendNumber(b, int64(cost.MiB))
	return Context{parts: appendNumber(b, int64(cost.Passes))}
}
