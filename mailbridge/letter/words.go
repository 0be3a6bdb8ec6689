package letter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// decodeWords decodes RFC 2047 encoded words anywhere in s, and raw 8-bit text
// around them. The standard decoder gives up on words with raw bytes or blanks
// inside and breaks characters split over two words; people's mail has both.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return cleanText(rawText(s))
	}
	var out strings.Builder
	var pending []byte // bytes of adjacent words of one charset
	label := ""
	flush := func() {
		if len(pending) > 0 {
			text, _ := toUTF8(pending, label)
			out.WriteString(text)
			pending = nil
		}
	}
	for s != "" {
		start := strings.Index(s, "=?")
		if start < 0 {
			break
		}
		charset, data, rest, ok := cutWord(s[start:])
		if !ok {
			flush()
			out.WriteString(rawText(s[:start+2]))
			s = s[start+2:]
			continue
		}
		between := s[:start]
		// Blanks between two encoded words are not text (RFC 2047 section 6.2).
		if len(pending) == 0 || strings.Trim(between, " \t") != "" {
			flush()
			out.WriteString(rawText(between))
		}
		if !strings.EqualFold(label, charset) {
			flush()
			label = charset
		}
		if pending == nil {
			pending = []byte{}
		}
		pending = append(pending, data...)
		s = rest
	}
	flush()
	out.WriteString(rawText(s))
	return cleanText(out.String())
}

// cutWord takes "=?charset?Q?text?=" off the head of s.
func cutWord(s string) (charset string, data []byte, rest string, ok bool) {
	q1 := strings.IndexByte(s[2:min(len(s), 44)], '?')
	if q1 <= 0 || len(s) < q1+6 || s[q1+4] != '?' {
		return "", nil, "", false
	}
	charset = s[2 : 2+q1]
	charset, _, _ = strings.Cut(charset, "*") // RFC 2231 section 5: language
	coded := s[q1+5:]
	// Without this bound a header of nothing but openings costs the square of
	// its length.
	end, next := strings.Index(coded[:min(len(coded), maxWord)], "?="), 2
	if end < 0 {
		// The last one, cut off by somebody who found it too long.
		if len(coded) > maxWord || strings.ContainsAny(coded, " \t") {
			return "", nil, "", false
		}
		end, next = len(strings.TrimRight(coded, "?")), 0
		coded = coded[:end]
	}
	switch s[q1+3] {
	case 'Q', 'q':
		// "?=" followed by hex may be the text "?" and an escape, but no
		// program writes an unescaped question mark in a word.
		data = decodeQWord(coded[:end])
	case 'B', 'b':
		data = decodeBase64([]byte(coded[:end])).data
	default:
		return "", nil, "", false
	}
	return charset, data, coded[end+next:], true
}

// maxWord is far over the 75 bytes of RFC 2047, because long words are common.
const maxWord = 8 << 10

func decodeQWord(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '_':
			out = append(out, ' ')
		case s[i] == '=' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return out
}

// rawText is header text outside encoded words: UTF-8 (RFC 6532), or what
// older programs wrote raw.
func rawText(s string) string {
	if utf8.ValidString(s) && !strings.Contains(s, "\x1b$") {
		return s
	}
	text, _ := toUTF8([]byte(s), "")
	return text
}

// cleanText makes header text one line without control characters.
func cleanText(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] == 0x7f {
			clean = false
			break
		}
	}
	if !clean {
		s = strings.Map(func(r rune) rune {
			switch {
			case r == '\r' || r == 0:
				return -1
			case unicode.IsControl(r):
				return ' '
			}
			return r
		}, s)
	}
	return strings.TrimSpace(s)
}
