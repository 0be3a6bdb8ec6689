package vault

// PRFSize is how many bytes an authenticator computes for us (WebAuthn level 3,
// section 10.1.4): only it makes them, for its user alone.
const PRFSize = 32

// LockWithPRF seals a pair's private half under what an authenticator computed:
// GCM under KDF(output, pepper). The output is uniform, so it needs no Argon2id.
// Another length than PRFSize is ErrMalformed.
func (s *Secrets) LockWithPRF(p *Pair, output []byte, c Context) ([]byte, error) {
	if len(output) != PRFSize {
		return nil, ErrMalformed
	}
	r := s.rings[Pepper]
	return lockAs(schemePRF, r.current, randomNonceGCM(prfKey(output, r.now())), p.at(c), p.seed()[:]), nil
}

// UnlockWithPRF opens what LockWithPRF made, under this or an older pepper, or
// reports ErrNotOpened.
func (s *Secrets) UnlockWithPRF(id KeyID, locked, output []byte, c Context) (*Pair, error) {
	_, pepperID, _, err := split(locked)
	if err != nil || len(output) != PRFSize {
		return nil, ErrNotOpened
	}
	pepper, known := s.rings[Pepper].all[pepperID]
	if !known {
		return nil, ErrNotOpened
	}
	seed, err := unlockAs(schemePRF, pepperID, randomNonceGCM(prfKey(output, pepper)), c.with(id), locked)
	if err != nil || len(seed) != secretLen {
		return nil, ErrNotOpened
	}
	return pairOf(id, seed), nil
}

func prfKey(output, pepper []byte) []byte { return deriveSalted(output, pepper, "passkey prf") }
