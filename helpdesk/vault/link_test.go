package vault

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestALinkOpensWhatItWrapped(t *testing.T) {
	l, inner := NewLinkKey(), NewKey()
	sealed := l.Wrap(place, inner)
	again, err := ParseLinkKey(l.Fragment())
	if err != nil {
		t.Fatal(err)
	}
	got, err := again.Unwrap(place, sealed)
	if err != nil || !got.Equal(inner) {
		t.Error(err)
	}
	if !bytes.Equal(again.RowID(), l.RowID()) || len(l.RowID()) != 32 || bytes.Contains(l.RowID(), l.secret()[:]) {
		t.Error("the row is not found again, or shows the link")
	}
	if bytes.Equal(NewLinkKey().RowID(), l.RowID()) {
		t.Error("two links are one")
	}
}

func TestAFragmentIsTakenOnlyAsItWasGiven(t *testing.T) {
	good := NewLinkKey().Fragment()
	if len(good) != 22 {
		t.Errorf("%d characters", len(good))
	}
	last := good[21]
	for name, bad := range map[string]string{
		"empty": "", "short": good[:21], "long": good + "A", "padded": good + "==", "space": " " + good[1:], "line break": good[:21] + "\n",
		"other alphabet": "+" + good[1:], "bits beyond": good[:21] + string(last+1), "twice": good + good, "not ASCII": strings.Repeat("é", 11),
	} {
		if _, err := ParseLinkKey(bad); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
