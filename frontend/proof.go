package frontend

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// A proof ties a form to one session and one route: salt ‖ HMAC(session
// cookie, salt ‖ route). Those of a
// person, a member and somebody outside never fit each other. Another site cannot know it, and a proof for a
// harmless route opens no other. The salt makes each page's proof different,
// so that compressing a page tells nothing about it.
const proofSalt = 12

func (v *Visit) proof(route string) string {
	secret := v.secret()
	if secret == "" {
		return ""
	}
	salt := make([]byte, proofSalt)
	rand.Read(salt)
	return base64.RawURLEncoding.EncodeToString(append(salt, proofSum(secret, salt, route)...))
}

func (v *Visit) proven(proof, route string) bool {
	b, err := base64.RawURLEncoding.DecodeString(proof)
	secret := v.secret()
	if err != nil || len(b) != proofSalt+16 || secret == "" {
		return false
	}
	return hmac.Equal(b[proofSalt:], proofSum(secret, b[:proofSalt], route))
}

// secret is what only this browser and we know.
func (v *Visit) secret() string {
	switch {
	case v.person && v.guestCookie != "":
		return "person\x00" + v.guestCookie
	case v.outside != nil && v.look.session != "":
		return v.outside.proof + "\x00" + v.look.session
	case !v.person && v.outside == nil && v.look.session != "":
		return "desk\x00" + v.look.session
	}
	return ""
}

func proofSum(secret string, salt []byte, route string) []byte {
	m := hmac.New(sha256.New, []byte("proof of form\x00"+secret))
	m.Write(salt)
	m.Write([]byte(route))
	return m.Sum(nil)[:16]
}
