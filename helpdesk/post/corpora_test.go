package post

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge/mailtest/keeper"
)

// Every mail nobody here wrote becomes a message or stands in a list.
func TestEveryMailOfTheCorporaIsSomewhere(t *testing.T) {
	root := os.Getenv("RETURNSUPPORT_CORPORA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "corpora")
	}
	if _, err := os.Stat(filepath.Join(root, "mime")); err != nil {
		keeper.Absent(t, "the corpora at "+root, "set RETURNSUPPORT_CORPORA to the folder that holds mime/ and quotes/")
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		became := map[string]int{}
		err := filepath.WalkDir(filepath.Join(root, "mime"), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".eml") {
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			h.receive("a", string(raw))
			outcome, object := h.newest("a", 1, h.uid["a"])
			became[outcome]++
			if outcome != becameMessage {
				return nil
			}
			m, err := h.tickets.Message(h.ctx, h.session(), object)
			if err != nil {
				return err
			}
			if m.OriginalSize != int64(len(raw)) || m.Broken {
				t.Errorf("%s: original of %d bytes, %d came", d.Name(), m.OriginalSize, len(raw))
			}
			for _, bad := range []string{"<script", "<style", "src=\"http", "javascript:"} {
				if strings.Contains(strings.ToLower(m.Content.HTML), bad) {
					t.Errorf("%s: %s is left", d.Name(), bad)
				}
			}
			return nil
		})
		h.must(err)
		h.whole()
		if became[becameMessage] < 90 || became[becameMessage]+became[becameAside]+became[hereBefore] < 107 {
			t.Errorf("of the corpora became %v", became)
		}
		t.Logf("%v", became)
	})
}
