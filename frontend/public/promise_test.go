package public_test

import (
	"html"
	"slices"
	"strings"
	"testing"

	"returnsupport/consent"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/office"
)

// TestEachKindOfExceptionStandsInThePublicPromise: what may be told without a
// yes is said before, to everybody, in every language; and nothing is said that
// can't happen.
func TestEachKindOfExceptionStandsInThePublicPromise(t *testing.T) {
	h := build(t)
	h.open(t)
	words, err := locale.Load()
	ok(t, err)
	for _, key := range words.Keys("en") {
		if kind, is := strings.CutPrefix(key, "promise.exception."); is && kind != "title" && kind != "how" && !slices.Contains(consent.ExceptionKinds, kind) {
			t.Errorf("%s is promised and no kind of exception", kind)
		}
	}
	ok(t, h.office.Set(t.Context(), h.ada, office.FullPhone, "0771 12 34 56"))
	b := h.browser(t)
	for _, l := range locale.Languages {
		b.get("/" + l.Tag + "/privacy")
		for _, kind := range consent.ExceptionKinds {
			key := "promise.exception." + kind
			if !words.Knows(l.Tag, key) {
				t.Errorf("%s is not said in %s", key, l.Tag)
			}
			b.sees(html.EscapeString(words.Say(l.Tag, key)))
		}
	}
}
