package answers

import (
	"strings"

	"returnsupport/helpdesk"
)

// Variables are what may stand in braces in a text: the house fills them when
// the answer is put into a composer.
var Variables = []string{
	"service",    // what the service calls itself
	"counsellor", // what a person is told the colleague is called
	"phone",      // the number to call
	"number",     // of the conversation, as R-2031
	"today",      // as a date in words
}

func variable(name string) bool {
	for _, v := range Variables {
		if v == name {
			return true
		}
	}
	return false
}

// pieces cuts a text at its variables: words and names in turn, beginning with
// words. Refusal "answer.variable" with what is no variable of ours, or a brace
// without its other half.
func pieces(text string) ([]string, error) {
	var out []string
	for {
		open := strings.IndexAny(text, "{}")
		if open < 0 {
			return append(out, text), nil
		}
		end := strings.IndexByte(text[open:], '}')
		if text[open] == '}' || end < 0 {
			return nil, helpdesk.Refuse("answer.variable", "{ }")
		}
		name := text[open+1 : open+end]
		if !variable(name) {
			return nil, helpdesk.Refuse("answer.variable", "{"+cut(name)+"}")
		}
		out = append(out, text[:open], name)
		text = text[open+end+1:]
	}
}

// cut keeps what a refusal repeats short.
func cut(name string) string {
	for i := range name {
		if i > 20 {
			return name[:i] + "…"
		}
	}
	return name
}

// Render is the answer in a language with its variables filled.
//
// Refusals: "answer.expired" with the review date, "answer.dropped",
// "answer.untranslated" when it isn't written in that language,
// "answer.unfilled" with the variable nobody filled.
func (s *Shelf) Render(a Answer, language string, fill map[string]string) (string, error) {
	if a.Dropped {
		return "", helpdesk.Refuse("answer.dropped")
	}
	if s.Standing(a) == Expired {
		return "", helpdesk.Refuse("answer.expired", a.Review)
	}
	text, ok := a.Texts[language]
	if !ok {
		return "", helpdesk.Refuse("answer.untranslated")
	}
	parts, err := pieces(text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for i, p := range parts {
		if i%2 == 0 {
			out.WriteString(p)
			continue
		}
		// What is filled in is not read for variables again.
		value := strings.TrimSpace(fill[p])
		if value == "" {
			return "", helpdesk.Refuse("answer.unfilled", "{"+p+"}")
		}
		out.WriteString(value)
	}
	return out.String(), nil
}
