package letter

import (
	"strings"
)

// parseAddresses reads an address list (RFC 5322 section 3.4) as mail has it,
// not as it should be: groups are flattened, comments become names where there
// is none, unquoted commas and raw 8-bit names are understood. What holds
// neither name nor address is left out; ok is false when something had to be
// mended.
func parseAddresses(s string) (list []Address, ok bool) {
	ok = true
	held := "" // a phrase that ended at a comma: "Müller, Jörg <…>"
	release := func() {
		if held != "" {
			list = append(list, Address{Name: held})
			held, ok = "", false
		}
	}
	for s != "" {
		var m mailbox
		m, s = nextMailbox(s)
		if m.end == ':' {
			continue // the name of a group says nothing about anybody
		}
		a := m.address()
		switch {
		case a.Addr == "" && a.Name == "":
		case a.Addr == "" && m.end == ',' && !m.quoted:
			release()
			held = a.Name
		case held != "" && m.angle && a.Name != "":
			a.Name = held + ", " + a.Name
			held, ok = "", false
			list = append(list, a)
		default:
			release()
			ok = ok && a.Addr != ""
			list = append(list, a)
		}
	}
	release()
	return list, ok
}

// mailbox is one entry as written.
type mailbox struct {
	words   []string // atoms and quoted strings outside <>
	spec    string   // inside <>
	comment string
	angle   bool
	quoted  bool
	end     byte // ',', ';', ':' or 0
}

func (m mailbox) address() Address {
	text := strings.Join(m.words, " ")
	a := Address{}
	switch {
	case m.angle:
		a.Name, a.Addr = decodeWords(text), cleanAddr(m.spec)
		if a.Addr == "" && strings.Contains(text, "@") {
			a.Addr, a.Name = cleanAddr(text), ""
		}
	case strings.Contains(text, "@") && !strings.Contains(text, "=?"):
		if a.Addr = cleanAddr(text); !strings.Contains(text, `"`) {
			a.Addr = strings.ReplaceAll(a.Addr, " ", "")
		}
	default:
		a.Name = decodeWords(text)
	}
	if a.Name == "" && m.comment != "" {
		a.Name = decodeWords(m.comment)
	}
	a.Name = withoutQuotes(a.Name)
	return a
}

// withoutQuotes takes off the second pair of quotes Outlook writes.
func withoutQuotes(name string) string {
	if n := len(name); n > 2 && name[0] == '\'' && name[n-1] == '\'' {
		return strings.TrimSpace(name[1 : n-1])
	}
	return name
}

// cleanAddr trims an address, drops the obsolete source route and makes one
// line of it.
func cleanAddr(s string) string {
	s = cleanText(rawText(s))
	if strings.HasPrefix(s, "@") {
		if colon := strings.LastIndexByte(s, ':'); colon >= 0 {
			s = s[colon+1:]
		}
	}
	s = strings.TrimSpace(s)
	if len(s) >= 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	return strings.TrimSpace(s)
}

// nextMailbox takes one entry off the head of s.
func nextMailbox(s string) (m mailbox, rest string) {
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			m.words = append(m.words, word.String())
			word.Reset()
		}
	}
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case ' ', '\t':
			flush()
			i++
		case '"':
			text, after := cutQuoted(s[i:])
			used := len(s) - i - len(after)
			m.quoted = true
			// "a b"@example.org is an address: its quotes are part of it.
			if after != "" && after[0] == '@' {
				word.WriteString(s[i : i+used])
			} else {
				word.WriteString(text)
			}
			i += used
		case '(':
			text, used := cutComment(s[i:])
			if m.comment == "" {
				m.comment = text
			}
			flush()
			i += used
		case '<':
			end := strings.IndexByte(s[i:], '>')
			if end < 0 {
				end = len(s) - i
			}
			if !m.angle || m.spec == "" {
				m.spec = s[i+1 : i+end]
			}
			m.angle = true
			flush()
			i = min(i+end+1, len(s))
		case ',', ';':
			flush()
			m.end = c
			return m, s[i+1:]
		case ':':
			// A colon after words opens a group, inside an address it does not.
			if strings.Contains(word.String(), "@") || strings.EqualFold(word.String(), "mailto") {
				word.WriteByte(c)
				i++
				continue
			}
			flush()
			m.end = ':'
			return m, s[i+1:]
		default:
			word.WriteByte(c)
			i++
		}
	}
	flush()
	return m, ""
}

// cutComment reads a comment, which may nest (RFC 5322 section 3.2.2).
func cutComment(s string) (text string, used int) {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case c == '(':
			if depth++; depth > 1 {
				b.WriteByte(c)
			}
		case c == ')':
			if depth--; depth == 0 {
				return b.String(), i + 1
			}
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), len(s)
}
