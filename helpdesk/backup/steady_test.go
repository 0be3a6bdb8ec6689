package backup

import (
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"testing"

	"returnsupport/helpdesk/store"
)

func TestWhatIsCopiedSteadilyIsCopiedWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "copy")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	whole := make([]byte, 3*steadyBytes+17)
	rand.Read(whole)
	s := newSteady(f, newTurns(store.SQLite))
	for rest := whole; len(rest) > 0; {
		n, err := s.Write(rest[:min(len(rest), 1<<20+3)])
		if err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	if err := s.end(); err != nil { // whoever tidies up ends it once more
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, whole) {
		t.Fatalf("%d bytes of %d, %v", len(got), len(whole), err)
	}
}

// A pipe takes bytes and can't bring them to any disk.
func TestADiskThatKeepsNothingIsToldAtTheEnd(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	go io.Copy(io.Discard, r)
	s := newSteady(w, newTurns(store.Postgres))
	for range 2 {
		if _, err := s.Write(make([]byte, steadyBytes)); err != nil {
			t.Fatal(err)
		}
	}
	if s.end() == nil {
		t.Fatal("nobody heard that the disk kept nothing")
	}
}
