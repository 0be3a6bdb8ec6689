package public

import (
	"strings"
	"testing"

	"returnsupport/frontend/locale"
)

func TestANumberStaysInOnePieceAndInItsOrder(t *testing.T) {
	// UAX 14: a no-break space, and a word joiner behind each hyphen.
	if got := ltr("020-41 50 00"); got != "\u2066020-\u206041\u00a050\u00a000\u2069" {
		t.Errorf("%q", got)
	}
}

// TestOneLinkAloneLooksLikeTheExit: who wants to leave must not press the link
// to the page about it.
func TestOneLinkAloneLooksLikeTheExit(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range words.Choices(false) {
		exit, about := words.Say(l.Tag, "page.exit"), words.Say(l.Tag, "safety.title")
		if strings.EqualFold(exit, about) {
			t.Errorf("%s: both are %q", l.Tag, exit)
		}
		if !strings.Contains(words.Say(l.Tag, "safety.red"), exit) {
			t.Errorf("%s: the page does not name the button", l.Tag)
		}
	}
}
