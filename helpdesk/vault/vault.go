// Package vault makes keys, seals what people wrote, opens it for those who
// hold the key, and vouches for the rows the house seals to. It is pure: no
// tables, no files, no clock; and it alone names crypto/hpke and argon2.
//
// Never: a secret that prints. Pairs, keys, secrets and session keys show
// themselves as [sealed] to fmt, slog and encoding/json.
//
// README.md beside this file holds the key schedule and the honest limits.
package vault

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// ErrNotOpened is the only answer to sealed bytes that do not open: a wrong
// key, another place than they were sealed for, and a changed byte look the
// same on purpose, since telling them apart would help only who forges.
var ErrNotOpened = errors.New("sealed bytes do not open here")

// ErrMalformed is reported for secrets, keys and cookies of the wrong shape.
var ErrMalformed = errors.New("malformed key material")

// scheme is the first byte of all sealed bytes. A number is never given twice:
// a change of algorithm takes a new one, and old rows are re-wrapped.
type scheme byte

const (
	schemeSealed      scheme = 1  // padded content, GCM under a symmetric key
	schemeWrap        scheme = 2  // settled wrap of a Key, GCM
	schemeBlindWrap   scheme = 3  // blind wrap of a Key, HPKE
	schemePair        scheme = 4  // settled wrap of a Pair's seed, GCM
	schemeBlindPair   scheme = 5  // blind wrap of a Pair's seed, HPKE
	schemeBlindSealed scheme = 6  // HPKE to a fresh key, padded content under it
	schemeChunk       scheme = 7  // one chunk of a file, more follow
	schemeLastChunk   scheme = 8  // the last chunk of a file
	schemeOffice      scheme = 9  // padded content under the office secret
	schemeWords       scheme = 10 // a Pair's seed under given words and pepper
	schemeSheets      scheme = 11 // a Pair's seed under two recovery sheets
	schemeSession     scheme = 12 // a Pair's seed under a session key
	schemeVouch       scheme = 13 // HMAC of a row under the origin secret
	schemeLedger      scheme = 14 // Ed25519 signature of a chain's head
	schemeIndex       scheme = 15 // HMAC by which a value is recognised again
	schemeNotice      scheme = 16 // padded content under the notice secret
	schemeCode        scheme = 17 // a Pair's seed under twenty digits and pepper
	schemeCodeWrap    scheme = 18 // a Key under twenty digits and pepper
	schemeLink        scheme = 19 // a Key under a mail link
	schemeLinkCode    scheme = 20 // a Pair's seed under a mail link and digits
	schemeSigned      scheme = 21 // Ed25519 signature by a pair's own signing key
	schemePRF         scheme = 22 // a Pair's seed under an authenticator's output and pepper
)

const (
	secretLen = 32
	keyIDLen  = 8
	headLen   = 1 + keyIDLen
)

// keyID is the short name of a key inside sealed bytes. It is derived, so that
// it can not point to another key than the one it came from.
type keyID [keyIDLen]byte

func header(s scheme, id keyID) []byte {
	return append([]byte{byte(s)}, id[:]...)
}

// split takes sealed bytes apart. Anything too short is ErrNotOpened.
func split(sealed []byte) (scheme, keyID, []byte, error) {
	if len(sealed) < headLen {
		return 0, keyID{}, nil, ErrNotOpened
	}
	return scheme(sealed[0]), keyID(sealed[1:headLen]), sealed[headLen:], nil
}

// derive is HKDF-SHA256 with a label no other use shares. Each extra part goes
// in with its length, so that two lists of parts never meet. The secrets are
// uniform, so RFC 5869, section 3.3, lets the extract step go.
func derive(secret []byte, label string, extra ...[]byte) []byte {
	return deriveLen(secret, secretLen, label, extra...)
}

func deriveLen(secret []byte, n int, label string, extra ...[]byte) []byte {
	out, err := hkdf.Expand(sha256.New, secret, labelled(label, extra), n)
	if err != nil {
		panic("vault: " + err.Error()) // only an impossible length fails
	}
	return out
}

// deriveSalted mixes two secrets: neither alone says anything of the result.
func deriveSalted(secret, salt []byte, label string) []byte {
	return deriveSaltedLen(secret, salt, secretLen, label)
}

func deriveSaltedLen(secret, salt []byte, n int, label string) []byte {
	out, err := hkdf.Key(sha256.New, secret, salt, labelled(label, nil), n)
	if err != nil {
		panic("vault: " + err.Error()) // only an impossible length fails
	}
	return out
}

func labelled(label string, extra [][]byte) string {
	info := append([]byte("rs1 "+label), 0)
	for _, e := range extra {
		info = binary.BigEndian.AppendUint64(info, uint64(len(e)))
		info = append(info, e...)
	}
	return string(info)
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails since Go 1.24: the program stops instead
	return b
}
