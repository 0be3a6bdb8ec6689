package api

import (
	"errors"
	"testing"

	"returnsupport/helpdesk"
)

func FuzzVersions(f *testing.F) {
	for _, s := range []string{`"v1"`, `"v01"`, `"v-1"`, `"v9223372036854775807"`, `W/"v1"`, `*`, ``, `"v1`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := parseTag(s)
		switch {
		case err == nil && (n < 1 || versionTag(n) != s):
			t.Errorf("%q is version %d", s, n)
		case err != nil && !errors.Is(err, helpdesk.ErrConflict):
			t.Errorf("%q: %v", s, err)
		}
	})
}
