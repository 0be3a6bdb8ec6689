package vault

import "crypto/sha256"

// linkLen is 128 bits: beyond guessing without any stretching.
const linkLen = 16

// LinkKey is the secret in a mail link's fragment, which no browser sends to a
// server by itself. It opens one answer's key. The zero LinkKey is none; using
// it panics.
type LinkKey struct{ secret func() *[linkLen]byte }

// NewLinkKey draws a fresh one.
func NewLinkKey() LinkKey { return linkOf(random(linkLen)) }

// ParseLinkKey takes exactly what Fragment gave; all else is ErrMalformed.
func ParseLinkKey(fragment string) (LinkKey, error) {
	if len(fragment) != cookieCoding.EncodedLen(linkLen) {
		return LinkKey{}, ErrMalformed
	}
	b, err := cookieCoding.DecodeString(fragment)
	if err != nil || len(b) != linkLen { // the decoder skips line breaks
		return LinkKey{}, ErrMalformed
	}
	return linkOf(b), nil
}

// linkOf hides the secret as hide does, and for the same reason.
func linkOf(b []byte) LinkKey {
	secret := [linkLen]byte(b)
	return LinkKey{func() *[linkLen]byte { return &secret }}
}

// Fragment is the text for the link: 22 characters, safe in an address.
func (l LinkKey) Fragment() string { return cookieCoding.EncodeToString(l.secret()[:]) }

// RowID is the link row's primary key: 32 bytes that lead nowhere back.
func (l LinkKey) RowID() []byte {
	sum := sha256.Sum256(derive(l.secret()[:], "link id"))
	return sum[:]
}

// Wrap seals an answer's key under the link.
func (l LinkKey) Wrap(c Context, inner Key) []byte {
	return l.key().lock(schemeLink, c, inner.secret()[:])
}

// Unwrap opens what Wrap made, or reports ErrNotOpened.
func (l LinkKey) Unwrap(c Context, sealed []byte) (Key, error) {
	b, err := l.key().unlock(schemeLink, c, sealed)
	if err != nil || len(b) != secretLen {
		return Key{}, ErrNotOpened
	}
	return keyOf(b), nil
}

func (l LinkKey) key() Key { return keyOf(derive(l.secret()[:], "link key")) }
