package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// Index makes 32 bytes by which a value is found again without being kept: HMAC
// under a subkey of the kind, so that one address in two kinds shares nothing.
// The caller brings the value into its one form first.
func (s *Secrets) Index(kind, value string) []byte {
	m := hmac.New(sha256.New, derive(s.rings[Index].now(), "index", []byte{byte(schemeIndex)}, []byte(kind)))
	m.Write([]byte(value))
	return m.Sum(nil)
}

// Vouch makes the MAC of a row the server itself wrote: over its place c and
// the bytes in it. Only who holds the origin secret can make one, so a row that
// came by writing to the database stands without. 41 bytes.
func (s *Secrets) Vouch(c Context, sealed ...[]byte) []byte {
	r := s.rings[Origin]
	return append(header(schemeVouch, r.current), vouchSum(r.current, r.now(), c, sealed)...)
}

// Vouched checks a MAC made under this or an older origin secret, in constant
// time. False means: seal nothing to this row, believe nothing in it, alarm.
func (s *Secrets) Vouched(mac []byte, c Context, sealed ...[]byte) bool {
	got, id, sum, err := split(mac)
	if err != nil || got != schemeVouch {
		return false
	}
	secret, known := s.rings[Origin].all[id]
	if !known {
		return false
	}
	return hmac.Equal(sum, vouchSum(id, secret, c, sealed))
}

func vouchSum(id keyID, secret []byte, c Context, sealed [][]byte) []byte {
	m := hmac.New(sha256.New, secret)
	m.Write(c.bind(schemeVouch, id))
	for _, b := range sealed {
		m.Write(binary.BigEndian.AppendUint64([]byte{partSealed}, uint64(len(b))))
		m.Write(b)
	}
	return m.Sum(nil)
}
