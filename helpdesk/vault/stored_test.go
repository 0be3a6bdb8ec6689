package vault

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var writeStored = flag.Bool("write-stored", false, "add to testdata/stored.json what is not in it yet (a change of what is stored needs a new scheme instead)")

// stored is what an earlier version left in a database, with keys made for
// this file alone.
type stored struct {
	Forms   map[string][]byte `json:"forms"`
	MAC     []byte            `json:"mac"`
	Ledger  []byte            `json:"ledger"`
	Index   []byte            `json:"index"`
	Session []byte            `json:"session row"`
	Link    []byte            `json:"link row"`
	Code    []byte            `json:"code lookup"`
	Print   []byte            `json:"fingerprint"`
	Sheets  [3]string         `json:"sheets"`
	Wraps   [3][]byte         `json:"wraps"`
	Secrets string            `json:"secrets"`
}

func fixed(b byte) []byte { return bytes.Repeat([]byte{b}, secretLen) }

func fixedMaterial(t *testing.T, s *Secrets) material {
	p, err := PairFromSeed(userID, fixed(3))
	if err != nil {
		t.Fatal(err)
	}
	return material{k: keyOf(fixed(1)), inner: keyOf(fixed(2)), p: p, team: pairOf(teamID, fixed(4)), s: s,
		session: SessionKey{hide(fixed(5))}, salt: fixed(6)[:16], link: linkOf(fixed(7)[:16])}
}

// A database outlives the program that wrote it. If this fails, what people
// wrote no longer opens: give the new form a new scheme and keep the old one.
func TestWhatWasStoredStillOpens(t *testing.T) {
	path := filepath.Join("testdata", "stored.json")
	if *writeStored {
		write(t, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var was stored
	if err := json.Unmarshal(b, &was); err != nil {
		t.Fatal(err)
	}
	s, err := ParseSecrets([]byte(was.Secrets))
	if err != nil {
		t.Fatal(err)
	}
	m := fixedMaterial(t, s)
	now := formsOf(t, m)
	if len(now) != len(was.Forms) {
		t.Errorf("%d forms stored, %d known", len(was.Forms), len(now))
	}
	for _, f := range now {
		if err := f.open(place, was.Forms[f.name]); err != nil {
			t.Errorf("%s: %v", f.name, err)
		}
		if len(f.sealed) != len(was.Forms[f.name]) {
			t.Errorf("%s: %d bytes, was %d", f.name, len(f.sealed), len(was.Forms[f.name]))
		}
	}
	if !s.Vouched(was.MAC, place, content) || !s.VerifyLedger(content, was.Ledger) {
		t.Error("a MAC or signature no longer verifies")
	}
	if !bytes.Equal(m.link.RowID(), was.Link) || !bytes.Equal(s.CodeKey("return", digits, cheap).Lookup(), was.Code) {
		t.Error("a link or a code no longer leads to its row")
	}
	if !bytes.Equal(s.Index("address", "a@b.se"), was.Index) || !bytes.Equal(m.session.RowID(), was.Session) || !bytes.Equal(m.p.Fingerprint(), was.Print) {
		t.Error("a row is no longer found, or a pinned key no longer known")
	}
	got, err := OpenWithSheets(was.Sheets[2], was.Sheets[0], was.Wraps, teamID)
	if err := samePair(got, m.team, err); err != nil {
		t.Errorf("printed sheets: %v", err)
	}
}

// write keeps every row that is there: they are what is tested.
func write(t *testing.T, path string) {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out stored
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	s, err := ParseSecrets([]byte(out.Secrets))
	if err != nil {
		t.Fatal(err)
	}
	m := fixedMaterial(t, s)
	if out.Link == nil {
		out.Link, out.Code = m.link.RowID(), s.CodeKey("return", digits, cheap).Lookup()
	}
	for _, f := range formsOf(t, m) {
		if out.Forms[f.name] == nil {
			out.Forms[f.name] = f.sealed
		}
	}
	if b, err = json.MarshalIndent(out, "", "  "); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
