package letter

import (
	"encoding/hex"
	"sort"
	"strconv"
	"strings"
)

// parseParams reads "value; name=text; name="quoted"" with the continuations
// and charsets of RFC 2231, leniently: a missing semicolon, unquoted blanks and
// repeated names, which the standard library refuses, all occur. The value is
// lower case, parameter names too; ok is false when there was no value.
func parseParams(s string) (value string, params map[string]string, ok bool) {
	if semi := strings.IndexByte(s, ';'); semi >= 0 {
		value, s = s[:semi], s[semi:]
	} else {
		value, s = s, ""
	}
	value = strings.TrimSpace(value)
	if sp := strings.IndexAny(value, " \t"); sp >= 0 {
		s = ";" + value[sp:] + s // the semicolon was forgotten
		value = value[:sp]
	}
	params = map[string]string{}
	var pieces []piece
	for s != "" {
		var name, text string
		var quoted bool
		name, text, quoted, s = nextParam(s)
		if name == "" {
			continue
		}
		if star := strings.IndexByte(name, '*'); star > 0 {
			pieces = append(pieces, newPiece(name, star, text, quoted))
			continue
		}
		if _, twice := params[name]; !twice {
			params[name] = text
		}
	}
	joinPieces(params, pieces)
	return strings.ToLower(value), params, value != ""
}

// nextParam takes one parameter off the head of s.
func nextParam(s string) (name, text string, quoted bool, rest string) {
	s = strings.TrimLeft(s, "; \t")
	eq := strings.IndexAny(s, "=;")
	if eq < 0 {
		return "", "", false, ""
	}
	if s[eq] == ';' {
		return "", "", false, s[eq:]
	}
	name = strings.ToLower(strings.TrimSpace(s[:eq]))
	// What stands before the name when a semicolon was forgotten is not of it.
	if sp := strings.LastIndexAny(name, " \t"); sp >= 0 {
		name = name[sp+1:]
	}
	s = strings.TrimLeft(s[eq+1:], " \t")
	if strings.HasPrefix(s, `"`) {
		text, rest = cutQuoted(s)
		return name, text, true, rest
	}
	end := strings.IndexByte(s, ';')
	if end < 0 {
		end = len(s)
	}
	return name, strings.TrimRight(s[:end], " \t"), false, s[end:]
}

// cutQuoted takes a quoted string off the head of s. A backslash escapes only
// what needs it, because Windows programs write paths unescaped.
func cutQuoted(s string) (text, rest string) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return b.String(), s[i+1:]
		case c == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

// piece is one "name*0*=" of RFC 2231.
type piece struct {
	name    string
	order   int
	encoded bool
	text    string
}

func newPiece(name string, star int, text string, quoted bool) piece {
	p := piece{name: name[:star], text: text}
	mark := name[star+1:]
	p.encoded = mark == "" || strings.HasSuffix(mark, "*")
	if n, err := strconv.Atoi(strings.TrimSuffix(mark, "*")); err == nil {
		p.order = n
	}
	if quoted && !strings.Contains(text, "%") {
		p.encoded = p.encoded && strings.Count(text, "'") >= 2
	}
	return p
}

// joinPieces assembles the continuations; what it finds wins over the plain
// parameter of the same name, which is only a fallback (RFC 6266 section 4.3).
func joinPieces(params map[string]string, pieces []piece) {
	if len(pieces) == 0 {
		return
	}
	sort.SliceStable(pieces, func(i, j int) bool {
		if pieces[i].name != pieces[j].name {
			return pieces[i].name < pieces[j].name
		}
		return pieces[i].order < pieces[j].order
	})
	for i := 0; i < len(pieces); {
		name, label := pieces[i].name, ""
		var raw []byte
		first := true
		for ; i < len(pieces) && pieces[i].name == name; i++ {
			text := pieces[i].text
			if pieces[i].encoded {
				if first {
					if parts := strings.SplitN(text, "'", 3); len(parts) == 3 {
						label, text = parts[0], parts[2]
					}
				}
				text = unpercent(text)
			}
			first = false
			raw = append(raw, text...)
		}
		text, _ := toUTF8(raw, label)
		params[name] = text
	}
}

// unpercent decodes %XX and leaves what is no such escape alone.
func unpercent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if b, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				out = append(out, b[0])
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}
