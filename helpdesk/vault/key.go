package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"sync"
)

// Key is a symmetric key: of a conversation's epoch, a letter, an attachment.
// It seals at most 2^32 times (random 96-bit nonces). The zero Key seals and
// opens nothing; using it panics. Safe for concurrent use.
type Key struct{ *keyState }

type keyState struct {
	secret hidden
	once   sync.Once
	short  keyID
	aead   cipher.AEAD // random nonces; chunks use keys of their own
}

// NewKey draws a fresh Key.
func NewKey() Key { return keyOf(random(secretLen)) }

// KeyFrom takes what Bytes gave; other lengths than 32 are ErrMalformed.
func KeyFrom(b []byte) (Key, error) {
	if len(b) != secretLen {
		return Key{}, ErrMalformed
	}
	return keyOf(b), nil
}

func keyOf(secret []byte) Key {
	return Key{&keyState{secret: hide(secret)}}
}

// Bytes is the raw key, to be laid inside other sealed content only.
func (k Key) Bytes() []byte { return append([]byte(nil), k.secret()[:]...) }

// Equal compares in constant time.
func (k Key) Equal(other Key) bool {
	return subtle.ConstantTimeCompare(k.secret()[:], other.secret()[:]) == 1
}

// ready derives the id and the cipher once. Sealing never uses the raw secret,
// so that chunks and wraps can not meet under one AES key.
func (k Key) ready() (keyID, cipher.AEAD) {
	k.once.Do(func() {
		both := deriveLen(k.secret()[:], secretLen+keyIDLen, "key")
		k.aead = randomNonceGCM(both[:secretLen])
		k.short = keyID(both[secretLen:])
	})
	return k.short, k.aead
}

func randomNonceGCM(key []byte) cipher.AEAD {
	aead, err := cipher.NewGCMWithRandomNonce(block(key))
	if err != nil {
		panic("vault: " + err.Error()) // AES always fits
	}
	return aead
}

func block(key []byte) cipher.Block {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic("vault: " + err.Error()) // 32 bytes always fit
	}
	return b
}

// Seal seals plain for the place c, padded. Each call takes a new nonce.
func (k Key) Seal(c Context, plain []byte) []byte {
	return k.lock(schemeSealed, c, pad(plain))
}

// Open opens what Seal made for the same place, or reports ErrNotOpened.
func (k Key) Open(c Context, sealed []byte) ([]byte, error) {
	return k.unlockPadded(schemeSealed, c, sealed)
}

// Wrap seals another key under this one: a letter's under the conversation's.
func (k Key) Wrap(c Context, inner Key) []byte {
	return k.lock(schemeWrap, c, inner.secret()[:])
}

// Unwrap opens what Wrap made, or reports ErrNotOpened.
func (k Key) Unwrap(c Context, sealed []byte) (Key, error) {
	b, err := k.unlock(schemeWrap, c, sealed)
	if err != nil || len(b) != secretLen {
		return Key{}, ErrNotOpened
	}
	return keyOf(b), nil
}

// lock is GCM with a random nonce: header ‖ nonce ‖ ciphertext ‖ tag.
func (k Key) lock(s scheme, c Context, plain []byte) []byte {
	id, aead := k.ready()
	return lockAs(s, id, aead, c, plain)
}

func lockAs(s scheme, id keyID, aead cipher.AEAD, c Context, plain []byte) []byte {
	out := make([]byte, headLen, headLen+aead.Overhead()+len(plain))
	out[0] = byte(s)
	copy(out[1:], id[:])
	return aead.Seal(out, nil, plain, c.bind(s, id))
}

func (k Key) unlock(s scheme, c Context, sealed []byte) ([]byte, error) {
	id, aead := k.ready()
	return unlockAs(s, id, aead, c, sealed)
}

func (k Key) unlockPadded(s scheme, c Context, sealed []byte) ([]byte, error) {
	f, err := k.unlock(s, c, sealed)
	if err != nil {
		return nil, err
	}
	return unpad(f)
}

func unlockAs(s scheme, id keyID, aead cipher.AEAD, c Context, sealed []byte) ([]byte, error) {
	got, gotID, body, err := split(sealed)
	if err != nil || got != s || gotID != id {
		return nil, ErrNotOpened
	}
	plain, err := aead.Open(nil, nil, body, c.bind(s, id))
	if err != nil {
		return nil, ErrNotOpened
	}
	return plain, nil
}
