package routing

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"returnsupport/helpdesk"
)

// What a text may hold at most.
const (
	maxText   = 256 << 10 // bytes
	maxRow    = 2000      // bytes
	maxRows   = 2000
	maxName   = 80 // characters
	maxRules  = 300
	maxValues = 60 // of one condition or cell
	maxParts  = 20 // conditions of a rule, and effects
)

// row is one row of a text.
type row struct {
	n     int    // counted from 1
	whole string // without spaces at its ends
}

// refuse says what is wrong with a row: the key is routing.text. and what, its
// first argument the row's number.
func (r row) refuse(what string) error { return helpdesk.Refuse("routing.text."+what, r.n) }

// rows cuts a text; empty rows and those that begin with # are left out.
func rows(text string) ([]row, error) {
	if len(text) > maxText {
		return nil, row{n: 1}.refuse("too_long")
	}
	var all []row
	for i, s := range strings.Split(text, "\n") {
		r := row{i + 1, strings.TrimSpace(s)}
		switch {
		case len(s) > maxRow:
			return nil, r.refuse("too_long")
		case !utf8.ValidString(s) || strings.ContainsFunc(r.whole, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }):
			return nil, r.refuse("characters")
		case r.whole == "" || strings.HasPrefix(r.whole, "#"):
			continue
		case len(all) == maxRows:
			return nil, r.refuse("too_many")
		}
		all = append(all, r)
	}
	return all, nil
}

// cells cuts a row at |. Those that are missing at the end, and those that say
// -, are "".
func (r row) cells(least, most int) ([]string, error) {
	parts := strings.Split(r.whole, "|")
	if len(parts) < least || len(parts) > most {
		return nil, r.refuse("cells")
	}
	out := make([]string, most)
	for i, p := range parts {
		if p = strings.TrimSpace(p); p != nothing {
			out[i] = p
		}
	}
	return out, nil
}

// nothing is what stands in an empty cell.
const nothing = "-"

func orNothing(s string) string {
	if s == "" {
		return nothing
	}
	return s
}

// list reads words with commas or spaces between them, each once.
func (r row) list(cell string, fits func(string) bool, what string) ([]string, error) {
	words := strings.FieldsFunc(cell, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' })
	if len(words) > maxValues {
		return nil, r.refuse("too_many")
	}
	for i, w := range words {
		if !fits(w) {
			return nil, r.refuse(what)
		}
		if slices.Contains(words[:i], w) {
			return nil, r.refuse("twice")
		}
	}
	if len(words) == 0 {
		return nil, nil
	}
	return words, nil
}

func (r row) id(s string) (helpdesk.ID, error) {
	id, err := helpdesk.ParseID(s)
	if err != nil {
		return "", r.refuse("no_id")
	}
	return id, nil
}

// idOrNone is an id or, from an empty cell, "".
func (r row) idOrNone(s string) (helpdesk.ID, error) {
	if s == "" {
		return "", nil
	}
	return r.id(s)
}

// key is a name of a text's own: small letters, digits, _ and -.
func key(s string) bool {
	if s == "" || len(s) > 40 || s[0] < 'a' || s[0] > 'z' || s == none {
		return false
	}
	return !strings.ContainsFunc(s, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-')
	})
}

// tag is a language of the house's: two or three letters.
func tag(s string) bool {
	return (len(s) == 2 || len(s) == 3) && !strings.ContainsFunc(s, func(c rune) bool { return c < 'a' || c > 'z' })
}

func isID(s string) bool {
	_, err := helpdesk.ParseID(s)
	return err == nil
}

// number reads a whole number as people write it.
func number(s string, least, most int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= least && n <= most && strconv.Itoa(n) == s
}
