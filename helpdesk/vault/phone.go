package vault

import (
	"crypto/ecdh"
	"crypto/hpke"
	"fmt"
)

// PhonePair is a pair whose public half a browser can seal to by itself: RFC
// 9180, base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, no
// additional data. It is for what waits a few days on a phone without net, and
// nothing else: unlike all other pairs it does not withstand a quantum computer.
type PhonePair struct{ *phoneState }

type phoneState struct{ key hpke.PrivateKey }

var phoneKEM = hpke.DHKEM(ecdh.P256())

// NewPhonePair draws one.
func NewPhonePair() PhonePair {
	key, err := phoneKEM.GenerateKey()
	if err != nil {
		panic("vault: " + err.Error()) // only randomness could fail, and it does not return
	}
	return PhonePair{&phoneState{key}}
}

// Public is the public half: 65 bytes, SEC 1 uncompressed.
func (p PhonePair) Public() []byte { return p.key.PublicKey().Bytes() }

// Seal keeps the private half under its owner's pair.
func (p PhonePair) Seal(c Context, own *Pair) ([]byte, error) {
	b, err := p.key.Bytes()
	if err != nil {
		return nil, fmt.Errorf("seal a phone's pair: %w", ErrMalformed)
	}
	return own.Seal(c, b), nil
}

// OpenPhonePair opens what Seal made, or reports ErrNotOpened.
func OpenPhonePair(c Context, own *Pair, sealed []byte) (PhonePair, error) {
	b, err := own.Open(c, sealed)
	if err != nil {
		return PhonePair{}, err
	}
	key, err := phoneKEM.NewPrivateKey(b)
	if err != nil {
		return PhonePair{}, ErrNotOpened
	}
	return PhonePair{&phoneState{key}}, nil
}

// Open opens what a browser sealed: the encapsulated key and behind it the
// ciphertext. ErrNotOpened for anything else.
func (p PhonePair) Open(info string, blob []byte) ([]byte, error) {
	plain, err := hpke.Open(p.key, hpkeKDF, hpkeAEAD, []byte(info), blob)
	if err != nil {
		return nil, ErrNotOpened
	}
	return plain, nil
}

// PhoneSeal is what the browser does, for tests and measurements.
func PhoneSeal(public []byte, info string, plain []byte) ([]byte, error) {
	to, err := phoneKEM.NewPublicKey(public)
	if err != nil {
		return nil, ErrMalformed
	}
	return hpke.Seal(to, hpkeKDF, hpkeAEAD, []byte(info), plain)
}

func (p PhonePair) String() string             { return silence }
func (p PhonePair) Format(f fmt.State, _ rune) { hush(f) }
func (p PhonePair) MarshalText() ([]byte, error) {
	return []byte(silence), nil
}
