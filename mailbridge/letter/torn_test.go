package letter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// A mail that breaks off hides nothing: what came of its last part is shown and
// lies among the files. What only lacks its last delimiter is not torn.
func TestWhatCameOfATornPartIsShownAndKept(t *testing.T) {
	const (
		head        = "From: a@example.org\nDate: Tue, 3 Feb 2026 10:30:00 +0100\n"
		mixed       = head + "Content-Type: multipart/mixed; boundary=m\n\n--m\n"
		alternative = head + "Content-Type: multipart/alternative; boundary=m\n\n--m\n"
	)
	for name, c := range map[string]struct{ raw, plain, rich, files, problems string }{
		"a text that stops": {mixed + "\nHej, jag vill re", "Hej, jag vill re", "Hej, jag vill re", "text/plain torn 16", "[boundary torn]"},
		"HTML that stops, beside its text": {alternative + "\nHej då\n--m\nContent-Type: text/html\n\n<p>Hej d",
			"Hej då", "<p>Hej d", "text/html torn 8", "[boundary torn]"},
		"HTML that ends, without a delimiter": {alternative + "\nHej\n--m\nContent-Type: text/html\n\n<html><p>Hej</html>\n",
			"Hej", "<html><p>Hej</html>\n", "", "[boundary]"},
		"HTML that never came": {alternative + "\nHej", "Hej", "", "text/plain torn 3", "[boundary torn]"},
		"a blank text beside HTML that stops": {alternative + "\n \n--m\nContent-Type: text/html\n\n<p>Hej d",
			"Hej d", "<p>Hej d", "text/html torn 8", "[boundary torn]"},
		"a document that stops": {mixed + "\nSe bilaga\n--m\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBE\nRi",
			"Se bilaga", "Se bilaga", "application/pdf 4", "[boundary cte torn]"},
		"a delimiter that never came": {head + "Content-Type: multipart/alternative; boundary=x\n\nHej",
			"Hej", "Hej", "multipart/alternative torn 3", "[boundary torn]"},
		"its end behind the last word": {mixed + "\nHej--m--\n", "Hej", "Hej", "", "[]"},
		"a delimiter for an end":       {mixed + "\nHej\n--m\n", "Hej", "Hej", "", "[]"},
		"and an empty line behind it":  {mixed + "\nHej\n--m\n\n", "Hej", "Hej", "", "[boundary]"},
		"words called base64":          {mixed + "Content-Transfer-Encoding: base64\n\nHej, när går flyget?\n--m\n\nx\n--m--\n", "Hej, när går flyget?\n\nx", "Hej, när går flyget? x", "text/plain torn 22", "[cte torn]"},
		"an inner one goes on behind the outer": {mixed + "Content-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--m\n\ntwo\n--i\nContent-Type: text/plain\n\nthree\n--m--\n",
			"one\n\ntwo\n\nthree", "one two three", "", "[boundary]"},
		"an inner one that ended is quoted": {mixed + "Content-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--i--\n--m\n\ntwo\n--i\nthree\n--m--\n",
			"one\n\ntwo\n--i\nthree", "one two\n--i\nthree", "", "[]"},
		"two inner ones of one boundary": {mixed + "Content-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--m\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\ntwo\n--i\n\nthree\n--i--\n--m--\n",
			"one\n\ntwo\n\nthree", "one two three", "", "[boundary]"},
	} {
		l := parsed(t, c.raw)
		var rich, files []string
		for _, b := range l.Rich() {
			rich = append(rich, b.Text)
		}
		for _, a := range l.Attachments {
			kind := a.ContentType
			if a.Torn {
				kind += " torn"
			}
			files = append(files, fmt.Sprintf("%s %d", kind, len(a.Bytes)))
		}
		got := []string{l.Readable(), strings.Join(rich, " "), strings.Join(files, ", "), fmt.Sprint(l.Problems)}
		want := []string{c.plain, c.rich, c.files, c.problems}
		for i, what := range []string{"plain", "rich", "files", "problems"} {
			if strings.TrimRight(got[i], "\n") != strings.TrimRight(want[i], "\n") {
				t.Errorf("%s: %s %q, want %q", name, what, got[i], want[i])
			}
		}
	}
}

// What follows a cut may be cut again, five hundred times at most.
func TestLateDelimitersAreCounted(t *testing.T) {
	raw := "From: a@example.org\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/mixed; boundary=i\n\n--m\n" + strings.Repeat("--i\n", 200_000)
	quick(t, "late delimiters", 2000, func() {
		var bad *Unreadable
		if _, err := Parse(context.Background(), []byte(raw), DefaultLimits()); !errors.As(err, &bad) || bad.Reason != TooManyParts {
			t.Errorf("became %v", err)
		}
	})
}
