// Package nameless points at what may tell who somebody is: names, numbers,
// dates and places in six scripts, before a question without names is sent.
//
// Never: a word changed or a sending stopped. It points; whoever wrote decides.
// It knows shapes and a few lists, so it misses some and marks some for nothing.
package nameless

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is what a hint points at: "branch.hint." and it in the catalogues.
type Kind string

// The kinds.
const (
	Name   Kind = "name"
	Number Kind = "number"
	Date   Kind = "date"
	Place  Kind = "place"
)

// Hint is one stretch of a text, in bytes: text[Start:End].
type Hint struct {
	Start, End int
	Kind       Kind
}

// Find returns what may tell who somebody is, in the order of the text; hints do
// not overlap.
func Find(text string) []Hint {
	words := split(text)
	var out []Hint
	for i := 0; i < len(words); i++ {
		w := words[i]
		if n, kind := numeral(words, i); n > 0 {
			out = append(out, Hint{w.start, words[i+n-1].end, kind})
			i += n - 1
			continue
		}
		if kind, ok := word(words, i); ok {
			out = append(out, Hint{w.start, w.end, kind})
		}
	}
	return join(text, out)
}

// token is a stretch of letters and marks, or of digits, and whether a sentence
// begins with it.
type token struct {
	start, end int
	text       string // as it stands
	low        string // folded, for the lists
	first      bool
	digits     bool
	gap        string // what stands between it and the one before
}

// split takes a text apart at everything but letters, marks and digits.
func split(text string) []token {
	var out []token
	first, last := true, 0
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !wordly(r) {
			if strings.ContainsRune(".!?\n。؟۔።:•", r) {
				first = true
			}
			i += n
			continue
		}
		start, digits := i, unicode.IsDigit(r)
		for i < len(text) {
			r, n := utf8.DecodeRuneInString(text[i:])
			if !wordly(r) || unicode.IsDigit(r) != digits {
				break
			}
			i += n
		}
		w := text[start:i]
		out = append(out, token{start, i, w, fold(strings.ToLower(w)), first, digits, text[last:start]})
		first, last = false, i
	}
	return out
}

// wordly: part of a word or number. An apostrophe inside a word does not part it.
func wordly(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == '\u200c' || r == '\u200d'
}

// numeral looks for a date or a long number that begins here, and tells how many
// tokens it takes.
func numeral(words []token, i int) (int, Kind) {
	w := words[i]
	if !w.digits {
		// "March 3", "3 March" begins with the digits and is found there.
		if month(w.low) && i+1 < len(words) && words[i+1].digits && near(words[i+1].gap) && length(words[i+1].text) <= 2 {
			n := 2
			if i+2 < len(words) && words[i+2].digits && length(words[i+2].text) == 4 && near(words[i+2].gap) {
				n = 3
			}
			return n, Date
		}
		return 0, ""
	}
	// Digits with nothing but a dash, dot, slash or blank between them.
	n, total := 1, length(w.text)
	for i+n < len(words) && words[i+n].digits && joint(words[i+n].gap) {
		total += length(words[i+n].text)
		n++
	}
	switch {
	case n == 3 && total >= 4 && total <= 8 && words[i+1].gap != " ":
		return 3, Date // 12.3.2026, 2026-03-12, ١٢/٣/١٤٠٥
	case total >= 5:
		return n, Number // a telephone, a case, a personal number
	case n == 1 && i+1 < len(words) && month(words[i+1].low) && near(words[i+1].gap):
		if i+2 < len(words) && words[i+2].digits && length(words[i+2].text) == 4 && near(words[i+2].gap) {
			return 3, Date
		}
		return 2, Date
	case n == 1 && total == 4 && year(w.text):
		return 1, Date
	}
	return 0, ""
}

func near(gap string) bool { return strings.Trim(gap, " .,\u00a0") == "" }

func joint(gap string) bool {
	return len(gap) <= 3 && strings.Trim(gap, " -–./()+\u00a0\u200e\u200f") == ""
}

func length(s string) int { return utf8.RuneCountInString(s) }

// year: four digits that a year of somebody's life may have, in our calendar or
// the Iranian one.
func year(s string) bool {
	n := 0
	for _, r := range s {
		n = n*10 + value(r)
	}
	return n >= 1920 && n <= 2060 || n >= 1300 && n <= 1440
}

// value is a decimal digit's own. A script's ten digits lie in a row (The Unicode
// Standard, section 4.6).
func value(r rune) int {
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	return 0
}

func month(low string) bool {
	_, ok := slices.BinarySearch(months, low)
	return ok
}

// join makes one hint of neighbours of a kind with only a blank between: a first
// and a family name.
func join(text string, all []Hint) []Hint {
	var out []Hint
	for _, h := range all {
		if n := len(out); n > 0 && out[n-1].Kind == h.Kind && (h.Kind == Name || h.Kind == Place) && strings.Trim(text[out[n-1].End:h.Start], " \u00a0-'’") == "" {
			out[n-1].End = h.End
			continue
		}
		out = append(out, h)
	}
	return out
}
