package letter

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestQuotesFoldAsReadersExpect holds Fold against replies nobody here wrote:
// the visible part must be the expected one, and no word may be lost.
func TestQuotesFoldAsReadersExpect(t *testing.T) {
	dir := corpora(t, "quotes")
	files, err := filepath.Glob(filepath.Join(dir, "emails", "*.txt"))
	if err != nil || len(files) < 60 {
		t.Fatalf("%d mails in %s: %v", len(files), dir, err)
	}
	right := 0
	for _, file := range files {
		name := filepath.Base(file)
		text := read(t, file)
		want := read(t, filepath.Join(dir, "trimmed", name))
		blocks := Fold(text)
		var all strings.Builder
		for _, b := range blocks {
			all.WriteString(b.Text)
		}
		if all.String() != text {
			t.Errorf("%s: the blocks are not the text", name)
		}
		if words(Visible(blocks)) == words(want) {
			right++
			continue
		}
		t.Logf("%s differs:\n  want %.300q\n  got  %.300q", name, words(want), words(Visible(blocks)))
	}
	t.Logf("%d of %d fold as expected", right, len(files))
	if right < 58 {
		t.Errorf("%d of %d fold as expected, want 58", right, len(files))
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func words(s string) string { return strings.Join(strings.Fields(s), " ") }
