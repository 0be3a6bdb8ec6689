package vault

import "crypto/cipher"

// SealOffice seals what the server must read while nobody is signed in: waiting
// mail, mailbox credentials, staff's work addresses. Whoever holds database and
// secrets reads it; nothing else about a person belongs here.
func (s *Secrets) SealOffice(c Context, plain []byte) []byte {
	return s.sealFor(Office, schemeOffice, c, plain)
}

// OpenOffice opens what SealOffice made under this or an older secret.
func (s *Secrets) OpenOffice(c Context, sealed []byte) ([]byte, error) {
	return s.openFor(Office, schemeOffice, c, sealed)
}

// SealNotice seals the address a person left to be told "a message is waiting".
// It has a secret of its own, so that notices can be given up without mail.
func (s *Secrets) SealNotice(c Context, plain []byte) []byte {
	return s.sealFor(Notice, schemeNotice, c, plain)
}

// OpenNotice opens what SealNotice made under this or an older secret.
func (s *Secrets) OpenNotice(c Context, sealed []byte) ([]byte, error) {
	return s.openFor(Notice, schemeNotice, c, sealed)
}

func (s *Secrets) sealFor(p Purpose, as scheme, c Context, plain []byte) []byte {
	r := s.rings[p]
	return lockAs(as, r.current, serverCipher(p, r.now()), c, pad(plain))
}

func (s *Secrets) openFor(p Purpose, as scheme, c Context, sealed []byte) ([]byte, error) {
	_, id, _, err := split(sealed)
	if err != nil {
		return nil, err
	}
	secret, known := s.rings[p].all[id]
	if !known {
		return nil, ErrNotOpened
	}
	f, err := unlockAs(as, id, serverCipher(p, secret), c, sealed)
	if err != nil {
		return nil, err
	}
	return unpad(f)
}

func serverCipher(p Purpose, secret []byte) cipher.AEAD {
	return randomNonceGCM(derive(secret, string(p)+" seal"))
}
