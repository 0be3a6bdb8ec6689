package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var verbConst = regexp.MustCompile(`(?m)\b[vV]erb[A-Za-z]*\s*=\s*"([a-z_]+\.[a-z_]+)"`)

func TestTheJournalHasASentenceForEveryDeedThatRoomsWrite(t *testing.T) {
	words, found := site(t).WordsFor("sv"), 0
	for _, wing := range []string{"helpdesk", "consent"} {
		err := filepath.WalkDir(filepath.Join("..", "..", wing), func(path string, f fs.DirEntry, err error) error {
			if err != nil || f.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range verbConst.FindAllStringSubmatch(string(text), -1) {
				found++
				if !slices.Contains(journalVerbs, m[1]) {
					t.Errorf("%s writes %s: give it a sentence under journal.did, and a place in journalVerbs", path, m[1])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 100 {
		t.Errorf("only %d deeds found: is the walk right?", found)
	}
	for _, verb := range journalVerbs {
		if said := words.Say("journal.did." + verb); strings.Contains(said, "⟦") {
			t.Errorf("no sentence for %s", verb)
		}
	}
}
