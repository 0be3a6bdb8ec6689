package letter

import (
	"slices"
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
	case m.bareAddress() >= 0:
		// "Ali Hassan ali@example.org", without the angle brackets.
		i := m.bareAddress()
		a.Name, a.Addr = decodeWords(strings.Join(slices.Delete(slices.Clone(m.words), i, i+1), " ")), cleanAddr(m.words[i])
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

// bareAddress is which of several words alone is a whole address, -1 for none or
// more than one. Blanks around the "@" of one are obsolete syntax (RFC 5322
// section 4.4), and no names.
func (m mailbox) bareAddress() int {
	if len(m.words) < 2 {
		return -1
	}
	found := -1
	for i, w := range m.words {
		local, domain, at := strings.Cut(w, "@")
		switch {
		case !at:
		case local == "" || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") || found >= 0:
			return -1
		default:
			found = i
		}
	}
	if found > 0 && strings.HasSuffix(m.words[found-1], ".") || found+1 < len(m.words) && strings.HasPrefix(m.words[max(found, 0)+1], ".") {
		return -1
	}
	return found
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
			if strings.IndexByte(s[i+1:], '"') < 0 {
				i++ // it opens and never closes
				continue
			}
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
			for i+1 < len(s) && s[i+1] == '<' {
				i++ // "<<ali@example.org>>"
			}
			end := strings.IndexByte(s[i:], '>')
			if end < 0 {
				end = len(s) - i
			}
			if !m.angle || m.spec == "" {
				m.spec = s[i+1 : i+end]
			}
			m.angle = true
			flush()
			for i = min(i+end+1, len(s)); i < len(s) && s[i] == '>'; {
				i++
			}
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
		case '=':
			n := encodedLen(s[i:])
			word.WriteString(s[i : i+n])
			i += n
		default:
			word.WriteByte(c)
			i++
		}
	}
	flush()
	return m, ""
}

// encodedLen is how long the encoded word at the head of s is, else 1. A comma or
// a colon within one is of the name: RFC 2047 section 5 forbids it, and programs
// write it.
func encodedLen(s string) int {
	if !strings.HasPrefix(s, "=?") {
		return 1
	}
	_, _, rest, ok := cutWord(s)
	if n := len(s) - len(rest); ok && strings.HasSuffix(s[:n], "?=") && !strings.ContainsAny(s[:n], `<>"@ `) {
		return n
	}
	return 1
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
