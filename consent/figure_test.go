package consent

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// TestFiguresUnderFiveAreSuppressed is CONSENT.md's invariant 15, as far as
// figures exist: the one there is of what persons allow, told to a coordinator
// who may read none of it, says nothing of fewer than five.
func TestFiguresUnderFiveAreSuppressed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		ada := w.ada()
		figures := func() (all []int) {
			t.Helper()
			some, err := w.Voidables(w.ctx, ada)
			w.must(err)
			for _, v := range some {
				all = append(all, v.Stand)
			}
			return all
		}
		to := w.organisation("Shelter", "partner", "SE")
		for n := 1; n <= Fewest+1; n++ {
			g, ticket := w.comes()
			w.must(w.Answer(w.ctx, g, w.asked(maria, w.share(ticket, to)), yes("phone")))
			shown := n
			if n < 5 {
				shown = 0
			}
			all := figures()
			if len(all) != 2 || all[0] != shown || all[1] != shown { // of the purpose, and of its notice
				t.Errorf("of %d yeses it tells %v", n, all)
			}
		}
	})
}

// TestThereIsOneFigureOfWhatPersonsAllow: whoever counts more of it has to
// suppress that, too, and to say so above.
func TestThereIsOneFigureOfWhatPersonsAllow(t *testing.T) {
	var counts []string
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for range strings.Count(string(text), "COUNT(") + strings.Count(string(text), "SUM(") {
			counts = append(counts, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(counts, " "); got != "internal/ledger/rows.go" {
		t.Errorf("things are counted in %q", got)
	}
}
