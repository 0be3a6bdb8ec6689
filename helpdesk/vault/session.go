package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
)

// SessionKey is the secret in a browser's cookie. The house keeps only RowID,
// and the visitor's private half sealed under it: a stolen session table opens
// nothing. The zero SessionKey is none; using it panics.
type SessionKey struct{ secret hidden }

var cookieCoding = base64.RawURLEncoding.Strict()

// NewSessionKey draws a fresh one.
func NewSessionKey() SessionKey { return SessionKey{hide(random(secretLen))} }

// ParseSessionKey takes exactly what Cookie gave; all else is ErrMalformed.
func ParseSessionKey(cookie string) (SessionKey, error) {
	if len(cookie) != cookieCoding.EncodedLen(secretLen) {
		return SessionKey{}, ErrMalformed
	}
	b, err := cookieCoding.DecodeString(cookie)
	if err != nil || len(b) != secretLen { // the decoder skips line breaks
		return SessionKey{}, ErrMalformed
	}
	return SessionKey{hide(b)}, nil
}

// Cookie is the value for the browser: 43 characters, safe in a header.
func (s SessionKey) Cookie() string { return cookieCoding.EncodeToString(s.secret()[:]) }

// RowID is the session row's primary key: 32 bytes that lead nowhere back.
func (s SessionKey) RowID() []byte {
	sum := sha256.Sum256(derive(s.secret()[:], "session id"))
	return sum[:]
}

// Seal seals the visitor's private half for the session row.
func (s SessionKey) Seal(c Context, p *Pair) []byte {
	return s.key().lock(schemeSession, p.at(c), p.seed()[:])
}

// Open opens the pair named id from the session row, or reports ErrNotOpened.
func (s SessionKey) Open(c Context, id KeyID, sealed []byte) (*Pair, error) {
	b, err := s.key().unlock(schemeSession, c.with(id), sealed)
	if err != nil || len(b) != secretLen {
		return nil, ErrNotOpened
	}
	return pairOf(id, b), nil
}

func (s SessionKey) key() Key { return keyOf(derive(s.secret()[:], "session key")) }

// Token proves that a form for this purpose (a route) was painted for this
// session: 43 characters.
func (s SessionKey) Token(purpose string) string {
	m := hmac.New(sha256.New, derive(s.secret()[:], "session token"))
	m.Write([]byte(purpose))
	return cookieCoding.EncodeToString(m.Sum(nil))
}

// TokenFits checks a token in constant time.
func (s SessionKey) TokenFits(token, purpose string) bool {
	return hmac.Equal([]byte(token), []byte(s.Token(purpose)))
}
