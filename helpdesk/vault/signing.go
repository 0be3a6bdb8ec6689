package vault

import "crypto/ed25519"

// SigningPublic is the public half of the key an owner signs with, 32 bytes. It
// is derived from the private seed, so that it comes and goes with the pair,
// and who holds the public halves alone can't sign.
func (p *Pair) SigningPublic() []byte {
	return p.signing().Public().(ed25519.PublicKey)
}

// Sign signs what the owner says at the place c (Ed25519, 64 bytes).
func (p *Pair) Sign(c Context, said []byte) []byte {
	return ed25519.Sign(p.signing(), signedMessage(c, said))
}

// SignedBy tells whether the owner of a SigningPublic said so at the place c.
func SignedBy(public []byte, c Context, said, signature []byte) bool {
	return len(public) == ed25519.PublicKeySize && ed25519.Verify(public, signedMessage(c, said), signature)
}

// signing names the pair, so that a seed replayed as another owner or version
// signs as nobody.
func (p *Pair) signing() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(derive(p.seed()[:], "signing key", p.id.append(nil)))
}

func signedMessage(c Context, said []byte) []byte {
	return append(c.bind(schemeSigned, keyID{}), said...)
}
