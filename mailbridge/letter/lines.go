package letter

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// class is what one line looks like by itself.
type class int

const (
	blank       class = iota
	plain             // words
	quoted            // marked with ">" or initials
	attribution       // "On Tuesday Anna wrote:", up to six lines
	headerBlock       // From:, Sent:, Subject: … of an unmarked quote
	divider           // "-----Original Message-----"
	rule              // "______"
	sigMark           // "-- "
	sigText           // "Sent from my phone"
)

type line struct {
	size       int // bytes, line end included
	class      class
	long       bool // a rule of twenty signs or more
	attributed bool // a quoted line that is itself an attribution
	folded     bool
	kind       Kind
}

func (l *line) fold(k Kind) {
	if !l.folded {
		l.folded, l.kind = true, k
	}
}

func (l *line) opensQuote() bool {
	return l.class == attribution || l.class == headerBlock || l.class == divider
}

var (
	ruleLine    = regexp.MustCompile(`^\s*(([-_*#~=+]\s?){3,}|\x{1427}|[—–]|\*{2}|--)\s*$`)
	dividerLine = regexp.MustCompile(`^[\s>*]*-{3,}\s?[^-\s][^-]{2,50}[^-\s]\s?-{3,}[\s*]*$`)
)

// maxClassified bounds the lines looked at closely, so that a hostile text can't
// hold a page up; nobody reads further than this before the quote comes.
const maxClassified = 5000

// classify reads the lines of text. Lines inside a Markdown code fence are
// words, whatever they look like.
func classify(text string) []line {
	raw := strings.SplitAfter(text, "\n")
	if raw[len(raw)-1] == "" {
		raw = raw[:len(raw)-1]
	}
	lines := make([]line, len(raw))
	trimmed := make([]string, len(raw))
	for i, s := range raw {
		lines[i].size = len(s)
		trimmed[i] = strings.TrimRight(s, "\r\n\t ")
	}
	fenced, seen := false, false // seen: a line that is not blank
	for i := 0; i < len(raw); i++ {
		s := trimmed[i]
		t := strings.TrimSpace(s)
		if strings.HasPrefix(t, "```") {
			fenced = !fenced
			lines[i].class = plain
			continue
		}
		before := seen
		seen = seen || t != ""
		switch {
		case t == "" || t == "\u200b" || t == "\ufeff":
			lines[i].class = blank
		case fenced:
			lines[i].class = plain
		case i > maxClassified:
			if lines[i].class = plain; isQuoted(t) {
				lines[i].class = quoted
			}
		case isQuoted(t):
			lines[i].class = quoted
			if !before {
				lines[i].attributed = attributionAt(unquoted(trimmed, i), 0) > 0
			}
		default:
			n, c := openingAt(trimmed, i)
			for k := i; k < i+n; k++ {
				lines[k].class = c
			}
			if n > 0 {
				i += n - 1
				// A quote marked with bars is known only behind its attribution.
				i += bars(trimmed[i+1:], lines[i+1:])
				continue
			}
			lines[i].class, lines[i].long = lineClass(s, t)
		}
	}
	return lines
}

// isDivider knows "---- Original Message ----" by its words, or by the header
// block below it; the sender's own "--- Part 2 ---" has neither.
func isDivider(lines []string, i int) bool {
	if !dividerLine.MatchString(lines[i]) {
		return false
	}
	if dividerWords.MatchString(lines[i]) {
		return true
	}
	for k := i + 1; k < len(lines) && k <= i+2; k++ {
		if headerBlockAt(lines, k).lines > 0 {
			return true
		}
	}
	return false
}

// isQuoted knows the mark ">", and initials before it as old readers wrote.
func isQuoted(t string) bool {
	n := 0
	for n < 3 && n < len(t) && t[n] >= 'A' && t[n] <= 'Z' {
		n++
	}
	return n < len(t) && t[n] == '>' && (n == 0 || n+1 == len(t) || t[n+1] == ' ')
}

// openingAt recognises what introduces an unmarked quote, and how many lines
// it takes; 0 for nothing of the kind.
func openingAt(lines []string, i int) (int, class) {
	if len(lines[i]) < 200 && strings.Contains(lines[i], "---") && isDivider(lines, i) {
		return 1, divider
	}
	if n := attributionAt(lines, i); n > 0 && (certain(lines[i:i+n]) || marked(lines[i+n:])) {
		return n, attribution
	}
	if b := headerBlockAt(lines, i); b.lines > 0 {
		return b.lines, headerBlock
	}
	if isForwardLine(strings.TrimSpace(lines[i])) {
		return 1, divider
	}
	return 0, plain
}

func bars(lines []string, out []line) int {
	n := 0
	for i, s := range lines {
		t := strings.TrimSpace(s)
		if strings.HasPrefix(t, "|") {
			out[i].class = quoted
			n = i + 1
		} else if t != "" {
			break
		}
	}
	return n
}

func lineClass(s, t string) (class, bool) {
	switch {
	case t == "--" || s == "-- ":
		return sigMark, false
	case len(t) < 200 && !isLetter(t[0]) && ruleLine.MatchString(t):
		return rule, len(t) >= 20 && t[0] == '_'
	case isSignatureLine(t):
		return sigText, false
	}
	return plain, false
}

// certain reports whether an attribution names an address or an hour, as only
// programs do; without either it counts only above a marked quote, because "On 3
// May 2026 the office wrote:" may be the sender's own words.
func certain(lines []string) bool {
	s := strings.Join(lines, " ")
	return angleAddress.MatchString(s) || clockTime.MatchString(s)
}

func marked(lines []string) bool {
	for _, s := range lines {
		if t := strings.TrimSpace(s); t != "" {
			return isQuoted(t) || t[0] == '|'
		}
	}
	return false
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

// unquoted is line i and those after it without their quote marks.
func unquoted(lines []string, i int) []string {
	var out []string
	for k := i; k < len(lines) && k < i+maxAttribution; k++ {
		out = append(out, strings.TrimLeft(lines[k], "> "))
	}
	return out
}

// maxAttribution and maxAttributionBytes bound how far an attribution may
// reach: mail programs break it, but never into more.
const (
	maxAttribution      = 6
	maxAttributionBytes = 400
)

// attributionAt reports how many lines the attribution at line i takes, 0 when
// there is none. Where a later line begins one too, the words before it are the
// sender's.
func attributionAt(lines []string, i int) int {
	n := attributionFrom(lines, i)
	for k := i + 1; k < i+n; k++ {
		s := strings.TrimSpace(lines[k])
		if startsDated(s) && attributionFrom(lines, k) > 0 {
			return 0
		}
	}
	return n
}

func attributionFrom(lines []string, i int) int {
	first := strings.TrimSpace(lines[i])
	if first == "" || len(first) > maxAttributionBytes || !mayAttribute(first) {
		return 0
	}
	joined := first
	for n := 1; ; n++ {
		if isAttribution(joined) {
			return n
		}
		if i+n >= len(lines) || n >= maxAttribution {
			return 0
		}
		next := strings.TrimSpace(lines[i+n])
		if strings.HasPrefix(next, "> ") && !strings.HasSuffix(next, ":") {
			return 0
		}
		if joined += " " + next; len(joined) > maxAttributionBytes {
			return 0
		}
	}
}

var (
	angleAddress = regexp.MustCompile(`(<|&lt;|\[|\()\s*(mailto:)?[^<>@]{0,80}[^<>\s@]+@[^<>\s@]+`)
	whenGiven    = regexp.MustCompile(`\d{1,2}[:.h]\d{2}|(19|20)\d{2}|[۰-۹٠-٩]{2,4}`)
	clockTime    = regexp.MustCompile(`\d{1,2}[:.h]\d{2}`)
	isoDated     = regexp.MustCompile(`^\d{4}[-/]\d{1,2}[-/]\d{1,2}\s(\d{1,2}:\d{2}\s)?((GMT|UTC)?[+-]\d{1,2}:?\d{2}\s)?\S`)
	verbs        = regexp.MustCompile(`(?i)(^|[^\pL])(` + attributionVerb + `)($|[^\pL])|写道|寫道|のメール`)
	firstPerson  = regexp.MustCompile(`(?i)(^|\s)(I|we|jag|vi|ich|wir|je|nous|j'ai|yo|eu|io|ik|jeg|я|мы)\s+(` + attributionVerb + `)`)
	dashedWrote  = regexp.MustCompile(`(?i)^-{2,}\s?.*\d.*(` + attributionVerb + `)\s?-{2,}$`)
)

// mayAttribute is a cheap look whether an attribution can begin here.
func mayAttribute(s string) bool {
	if strings.HasPrefix(s, "--") {
		return dashedWrote.MatchString(s)
	}
	if startsDated(s) || strings.HasSuffix(s, ":") && verbs.MatchString(s) {
		return true
	}
	return strings.IndexByte(s, '@') > 0 && angleAddress.MatchString(s)
}

// isAttribution recognises the line a mail program puts before a quote. The
// sender's own "I wrote on 3 May:" is not one.
func isAttribution(s string) bool {
	if s[0] == '-' {
		return dashedWrote.MatchString(s)
	}
	if s[0] >= '0' && s[0] <= '9' && isoDated.MatchString(s) {
		if strings.Contains(s, " GMT+") || strings.Contains(s, " GMT-") {
			return true
		}
		if (strings.HasSuffix(s, ">") || strings.HasSuffix(s, ">:")) && angleAddress.MatchString(s) {
			return true
		}
	}
	if last, _ := utf8.DecodeLastRuneInString(s); last != ':' && last != '：' {
		return false
	}
	if firstPerson.MatchString(s) {
		return false
	}
	address := angleAddress.MatchString(s)
	when := whenGiven.MatchString(s)
	if address && when && !knownHeaderLine(s) {
		return true // in whatever language
	}
	return (address || when && startsDated(s)) && verbs.MatchString(s)
}

// startsDated reports whether s begins as attributions do: with a date, or with
// a word that leads to one, the date on the same line.
func startsDated(s string) bool {
	digits := 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	if digits > 0 {
		return digits <= 4 && digits < len(s) && (strings.IndexByte("-./ ", s[digits]) >= 0 || strings.HasPrefix(s[digits:], "年")) &&
			whenGiven.MatchString(s)
	}
	if strings.HasPrefix(s, "在") {
		return true
	}
	end := strings.IndexAny(s, " ,.")
	return end > 0 && end < 30 && attributionFirst[strings.ToLower(s[:end])] && whenGiven.MatchString(s)
}
