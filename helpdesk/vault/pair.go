package vault

import (
	"crypto/hpke"
	"crypto/sha256"
	"sync"

	"returnsupport/helpdesk"
)

// OwnerKind says whose key pair it is.
type OwnerKind string

const (
	User     OwnerKind = "user"
	Team     OwnerKind = "team"
	Branch   OwnerKind = "branch"
	Partner  OwnerKind = "partner"
	Person   OwnerKind = "person"
	Recovery OwnerKind = "recovery"
)

// KeyID names one key pair: whose it is and which version.
type KeyID struct {
	Kind    OwnerKind
	Owner   helpdesk.ID
	Version int
}

func (id KeyID) append(b []byte) []byte {
	b = appendPart(b, partText, string(id.Kind))
	b = appendPart(b, partText, string(id.Owner))
	return appendNumber(b, int64(id.Version))
}

// Pair is a key pair with its private half. Parsing the private half for HPKE
// costs 141 µs and waits until it is needed; everything under the content key
// (1 µs) goes without. Safe for concurrent use.
type Pair struct {
	id      KeyID
	seed    hidden
	content Key // derived from the seed: who holds it need not seal with HPKE

	once    sync.Once
	private hpke.PrivateKey
	public  InsideKey
}

// NewPair draws a fresh pair.
func NewPair(id KeyID) *Pair { return pairOf(id, random(secretLen)) }

// PairFromSeed makes the same pair again from its 32 bytes; other lengths are
// ErrMalformed. Rooms hold seeds only in sealed form and use UnwrapPair.
func PairFromSeed(id KeyID, seed []byte) (*Pair, error) {
	if len(seed) != secretLen {
		return nil, ErrMalformed
	}
	return pairOf(id, seed), nil
}

func pairOf(id KeyID, seed []byte) *Pair {
	p := &Pair{id: id, seed: hide(seed)}
	// The id goes in, so that a seed replayed as another owner or version
	// opens nothing settled.
	p.content = keyOf(derive(p.seed()[:], "content key", id.append(nil)))
	return p
}

// ID tells whose pair this is.
func (p *Pair) ID() KeyID { return p.id }

// Public is the half everybody may know.
func (p *Pair) Public() InsideKey {
	p.parse()
	return InsideKey{ID: p.id, Public: append([]byte(nil), p.public.Public...)}
}

// Fingerprint is that of the public half.
func (p *Pair) Fingerprint() []byte {
	p.parse()
	return p.public.Fingerprint()
}

func (p *Pair) parse() hpke.PrivateKey {
	p.once.Do(func() {
		private, err := hpke.MLKEM768X25519().NewPrivateKey(p.seed()[:])
		if err != nil {
			panic("vault: " + err.Error()) // any 32 bytes are a seed
		}
		p.private = private
		p.public = InsideKey{ID: p.id, Public: private.PublicKey().Bytes()}
	})
	return p.private
}

// InsideKey is the public half of a pair inside the house. Rows that hold one
// carry a MAC of the origin secret; check it (Secrets.Vouched) before sealing
// to it, or who can write to the database chooses who reads.
type InsideKey struct {
	ID     KeyID
	Public []byte
}

// Fingerprint is SHA-256 over owner, version and public key: 32 bytes to pin or
// to compare aloud.
func (i InsideKey) Fingerprint() []byte {
	b := i.ID.append([]byte("rs1 public key\x00"))
	sum := sha256.Sum256(appendPart(b, partBytes, i.Public))
	return sum[:]
}

func (i InsideKey) short() keyID { return keyID(i.Fingerprint()[:keyIDLen]) }
