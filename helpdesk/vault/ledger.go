package vault

import "crypto/ed25519"

// SignLedger signs a chain's head with the current ledger key (Ed25519): 73
// bytes. Anybody with LedgerPublic can check; only the server can sign.
func (s *Secrets) SignLedger(b []byte) []byte {
	r := s.rings[Ledger]
	head := header(schemeLedger, r.current)
	return append(head, ed25519.Sign(ledgerKey(r.now()), ledgerMessage(r.current, b))...)
}

// VerifyLedger checks a signature made under this or an older ledger key.
func (s *Secrets) VerifyLedger(b, signature []byte) bool {
	got, id, sig, err := split(signature)
	if err != nil || got != schemeLedger {
		return false
	}
	secret, known := s.rings[Ledger].all[id]
	if !known {
		return false
	}
	public := ledgerKey(secret).Public().(ed25519.PublicKey)
	return ed25519.Verify(public, ledgerMessage(id, b), sig)
}

// LedgerPublic is the current public key, 32 bytes, to be kept where the
// server can not change it.
func (s *Secrets) LedgerPublic() []byte {
	return ledgerKey(s.rings[Ledger].now()).Public().(ed25519.PublicKey)
}

func ledgerKey(secret []byte) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(secret) }

// ledgerMessage keeps signatures of the ledger apart from any other use.
func ledgerMessage(id keyID, b []byte) []byte {
	return append(append([]byte("rs1"), header(schemeLedger, id)...), b...)
}
