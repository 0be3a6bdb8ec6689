package vault

import "crypto/cipher"

// SealOffice seals what the server must read while nobody is signed in: waiting
// mail, mailbox credentials, staff's work addresses. Whoever holds database and
// secrets reads it; nothing else about a person belongs here.
func (s *Secrets) SealOffice(c Context, plain []byte) []byte {
	r := s.rings[Office]
	return lockAs(schemeOffice, r.current, officeCipher(r.now()), c, pad(plain))
}

// OpenOffice opens what SealOffice made under this or an older secret.
func (s *Secrets) OpenOffice(c Context, sealed []byte) ([]byte, error) {
	_, id, _, err := split(sealed)
	if err != nil {
		return nil, err
	}
	secret, known := s.rings[Office].all[id]
	if !known {
		return nil, ErrNotOpened
	}
	f, err := unlockAs(schemeOffice, id, officeCipher(secret), c, sealed)
	if err != nil {
		return nil, err
	}
	return unpad(f)
}

func officeCipher(secret []byte) cipher.AEAD { return randomNonceGCM(derive(secret, "office seal")) }
