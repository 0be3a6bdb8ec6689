package locale

import (
	"testing"
	"time"
)

func TestACountryHasAName(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ lang, code, want string }{
		{"sv", "DE", "Tyskland"}, {"en", "AF", "Afghanistan"}, {"prs", "AF", "افغانستان"}, {"kmr", "DE", "Germany"}, {"en", "1x", "1x"},
	} {
		if got := c.Words(x.lang, time.Now(), time.UTC).Country(x.code); got != x.want {
			t.Errorf("%s in %s: %q", x.code, x.lang, got)
		}
	}
}
