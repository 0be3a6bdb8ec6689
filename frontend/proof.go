package frontend

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// A proof ties a form to one session and one route: salt ‖ HMAC(session
// cookie, salt ‖ route). Another site cannot know it, and a proof for a
// harmless route opens no other. The salt makes each page's proof different,
// so that compressing a page tells nothing about it.
const proofSalt = 12

func (v *Visit) proof(route string) string {
	if v.look.session == "" {
		return ""
	}
	salt := make([]byte, proofSalt)
	rand.Read(salt)
	return base64.RawURLEncoding.EncodeToString(append(salt, proofSum(v.look.session, salt, route)...))
}

func (v *Visit) proven(proof, route string) bool {
	b, err := base64.RawURLEncoding.DecodeString(proof)
	if err != nil || len(b) != proofSalt+16 || v.look.session == "" {
		return false
	}
	return hmac.Equal(b[proofSalt:], proofSum(v.look.session, b[:proofSalt], route))
}

func proofSum(session string, salt []byte, route string) []byte {
	m := hmac.New(sha256.New, []byte("proof of form\x00"+session))
	m.Write(salt)
	m.Write([]byte(route))
	return m.Sum(nil)[:16]
}
