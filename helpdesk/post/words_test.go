package post

import (
	"slices"
	"strings"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge/letter"
)

// The words decide before the label: Outlook labels every letter in its own
// language, and most programs label none.
func TestATicketsLanguageIsThatOfItsWords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		for _, c := range []struct{ header, words, want string }{
			{"", "Hej, jag har fått ett beslut och vet inte vad jag ska göra nu.", "sv"},
			{"Content-Language: en-US\r\n", "Hej, jag har fått ett beslut och vet inte vad jag ska göra nu.", "sv"},
			{"Content-Language: fa-AF\r\n", "ok", "fa"},
			{"", "Добрый день, я получил решение и не знаю что мне делать.\r\n\r\n> I have read what you wrote about the decision and the flight.", "ru"},
			{"", "ok", ""},
		} {
			h.receive("a", "From: anna@x.example\r\nTo: a@desk.example\r\nSubject: x\r\n"+c.header+"Content-Type: text/plain; charset=utf-8\r\n\r\n"+c.words+"\r\n")
			if got := h.page(int(h.uid["a"])).Ticket.Language; got != c.want {
				t.Errorf("%s%s: %q, want %q", c.header, c.words, got, c.want)
			}
		}
	})
}

// What is not shown is named, and lies in the original.
func TestWhatALetterDoesNotShowIsNamed(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	head := "From: anna@x.example\r\nTo: a@desk.example\r\nSubject: x\r\n"
	for _, c := range []struct{ raw, problem string }{
		{"Content-Type: text/plain\r\n\r\nHello\r\n" + strings.Repeat("words and words\r\n", 200<<10), string(letter.ProblemCut)},
		{"Content-Type: text/html\r\n\r\n<p>Hello" + strings.Repeat("<p class='"+strings.Repeat("x", 1000)+"'>", 3<<10), ProblemPlain},
	} {
		h.receive("a", head+c.raw)
		m := h.page(int(h.uid["a"])).Messages[0]
		if !slices.Contains(m.Content.Problems, c.problem) || !strings.HasPrefix(m.Content.Text, "Hello") || m.Content.HTML != "" || m.OriginalSize < int64(len(c.raw)) {
			t.Errorf("%s: %v, %.20q, %d bytes of HTML, original %d of %d", c.problem, m.Content.Problems, m.Content.Text, len(m.Content.HTML), m.OriginalSize, len(c.raw))
		}
	}
}
