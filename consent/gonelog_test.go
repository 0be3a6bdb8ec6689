package consent

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"returnsupport/helpdesk"
)

func TestTheLogsSayWhatWasErasedAndWhatWasOnlyAsked(t *testing.T) {
	folder := t.TempDir()
	a, b, c := helpdesk.NewID(), helpdesk.NewID(), helpdesk.NewID()
	for name, text := range map[string]string{
		"aftermath.log":   "stopped " + string(a) + "\nstopped " + string(b) + "\nforgotten " + string(c) + "\nforgott",
		"aftermath.2.log": "forgotten " + string(a) + "\nstopped " + string(c) + "\nconsent " + string(helpdesk.NewID()) + "\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := &Door{House: House{Aftermath: NewAftermath(filepath.Join(folder, "aftermath.log"))}}
	erased, asked, err := d.Gone()
	want := []helpdesk.ID{a, c}
	slices.Sort(want)
	if err != nil || !slices.Equal(erased, want) || !slices.Equal(asked, []helpdesk.ID{b}) {
		t.Errorf("erased %v, asked %v, %v", erased, asked, err)
	}
}
