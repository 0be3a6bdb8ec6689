package vault

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Purpose names one of the server's secrets.
type Purpose string

const (
	Index  Purpose = "index"  // recognises a value again (address, token)
	Origin Purpose = "origin" // vouches for rows
	Pepper Purpose = "pepper" // goes into every key made of words or codes
	Office Purpose = "office" // what the server must read alone
	Notice Purpose = "notice" // addresses people left to be told "a message is waiting"
	Ledger Purpose = "ledger" // signs the journal and the consent ledger
)

var purposes = []Purpose{Index, Origin, Pepper, Office, Notice, Ledger}

// Yearly are those that are drawn anew every year. Not Index: rows are found by
// it.
var Yearly = []Purpose{Origin, Pepper, Office, Notice, Ledger}

// Secrets are the server's own: 32 bytes for each purpose, named by an id, and
// the older ones that still verify and open. They live in a file or credential,
// never in the database, and never print. Safe for concurrent use as long as
// nobody calls Rotate meanwhile.
type Secrets struct{ rings map[Purpose]*ring }

// ring is one purpose's secrets: the current one makes, all of them check.
type ring struct {
	current keyID
	all     map[keyID][]byte
}

func (r *ring) now() []byte { return r.all[r.current] }

func secretID(p Purpose, secret []byte) keyID {
	return keyID(derive(secret, "secret id "+string(p))[:keyIDLen])
}

// NewSecrets draws all of them.
func NewSecrets() *Secrets {
	s := &Secrets{rings: map[Purpose]*ring{}}
	for _, p := range purposes {
		s.rings[p] = &ring{all: map[keyID][]byte{}}
		s.draw(p)
	}
	return s
}

func (s *Secrets) draw(p Purpose) {
	secret := random(secretLen)
	id := secretID(p, secret)
	s.rings[p].all[id] = secret
	s.rings[p].current = id
}

// Rotate draws a new current secret; what the older ones made still verifies
// and opens. Index can not rotate: a value is found by the bytes its secret
// makes, so every row would have to be written anew. Call it before the
// Secrets are shared, and keep what Marshal says.
func (s *Secrets) Rotate(p Purpose) error {
	if s.rings[p] == nil {
		return fmt.Errorf("rotate %q: no such secret", p)
	}
	if p == Index {
		return fmt.Errorf("rotate %q: rows are found by it", p)
	}
	s.draw(p)
	return nil
}

// The file: one JSON object, made to be read by an operator in distress.
type secretsFile struct {
	Format  string                  `json:"format"`
	Secrets map[Purpose]secretsRing `json:"secrets"`
}

type secretsRing struct {
	Current string            `json:"current"`
	All     map[string][]byte `json:"all"`
}

const secretsFormat = "returnsupport secrets 1"

// Marshal is the secrets file, for a file only the server may read (0600).
func (s *Secrets) Marshal() []byte {
	f := secretsFile{Format: secretsFormat, Secrets: map[Purpose]secretsRing{}}
	for p, r := range s.rings {
		out := secretsRing{Current: hex.EncodeToString(r.current[:]), All: map[string][]byte{}}
		for id, secret := range r.all {
			out.All[hex.EncodeToString(id[:])] = secret
		}
		f.Secrets[p] = out
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		panic("vault: " + err.Error()) // maps of text and bytes always marshal
	}
	return append(b, '\n')
}

// ParseSecrets reads what Marshal wrote. An id is derived from its secret, so a
// damaged line is noticed here and not at the first letter that fails to open.
// Errors are ErrMalformed and name the purpose, never a value.
func ParseSecrets(b []byte) (*Secrets, error) {
	var f secretsFile
	if err := json.Unmarshal(b, &f); err != nil || f.Format != secretsFormat {
		return nil, fmt.Errorf("secrets: not a file of ours: %w", ErrMalformed)
	}
	s := &Secrets{rings: map[Purpose]*ring{}}
	for _, p := range purposes {
		r, err := parseRing(p, f.Secrets[p])
		if err != nil {
			return nil, fmt.Errorf("secrets: %s: %w", p, err)
		}
		s.rings[p] = r
	}
	if len(f.Secrets) != len(purposes) {
		return nil, fmt.Errorf("secrets: a purpose unknown to this version: %w", ErrMalformed)
	}
	return s, nil
}

func parseRing(p Purpose, in secretsRing) (*ring, error) {
	r := &ring{all: map[keyID][]byte{}}
	for name, secret := range in.All {
		id, err := parseKeyID(name)
		if err != nil || len(secret) != secretLen || id != secretID(p, secret) {
			return nil, ErrMalformed
		}
		r.all[id] = secret
	}
	current, err := parseKeyID(in.Current)
	if err != nil || r.all[current] == nil {
		return nil, ErrMalformed
	}
	r.current = current
	return r, nil
}

func parseKeyID(s string) (keyID, error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != keyIDLen {
		return keyID{}, ErrMalformed
	}
	return keyID(b), nil
}

var copyPlace = At("vault.secrets.copy")

// CopyFor seals a copy to the recovery key: it may lie in the database and in
// backups, and opens with two recovery sheets.
func (s *Secrets) CopyFor(recovery InsideKey) ([]byte, error) {
	return recovery.Seal(copyPlace, s.Marshal())
}

// SecretsFromCopy opens what CopyFor made.
func SecretsFromCopy(recovery *Pair, sealed []byte) (*Secrets, error) {
	b, err := recovery.Open(copyPlace, sealed)
	if err != nil {
		return nil, err
	}
	return ParseSecrets(b)
}
