package letter

import (
	"context"
	"regexp"
	"strings"
)

// ForwardedOriginal finds whom a forwarded letter came from: in an attached
// mail, or in the header block mail programs put above what they forward. It
// returns the original sender and text. A reply quoted below a header block
// looks the same, so ask only where somebody says it was forwarded.
func ForwardedOriginal(l *Letter) (*Address, string, bool) {
	if l.Nature() == Bounce || l.Nature() == Report {
		return nil, "", false
	}
	for _, a := range l.Attachments {
		if a.ContentType != "message/rfc822" {
			continue
		}
		inner, err := Parse(context.Background(), a.Bytes, DefaultLimits())
		if err != nil || len(inner.From) == 0 || !strings.Contains(inner.From[0].Addr, "@") {
			continue
		}
		from := inner.From[0]
		return &from, inner.Readable(), true
	}
	return forwardedInText(l.Readable())
}

// forwardedInText takes the first header block whose From is an address.
func forwardedInText(text string) (*Address, string, bool) {
	lines := strings.Split(text, "\n")
	for i := range lines {
		h := headerBlockAt(lines, i)
		if h.lines == 0 {
			continue
		}
		from, ok := forwardedAddress(h.from)
		if !ok {
			continue
		}
		rest := lines[i+h.lines:]
		return &from, strings.Trim(strings.Join(unmarked(rest), "\n"), "\n"), true
	}
	return nil, "", false
}

// unmarked takes one level of quote marks off when all lines have it, as Apple
// Mail forwards.
func unmarked(lines []string) []string {
	for _, s := range lines {
		if t := strings.TrimSpace(s); t != "" && t[0] != '>' {
			return lines
		}
	}
	out := make([]string, len(lines))
	for i, s := range lines {
		out[i] = strings.TrimPrefix(strings.TrimPrefix(strings.TrimLeft(s, " "), ">"), " ")
	}
	return out
}

var bareAddress = regexp.MustCompile(`[^\s<>"':;,()\[\]]+@[^\s<>"':;,()\[\]]+`)

// forwardedAddress reads "Anna <anna@example.org>" as programs write it in
// text: with [mailto:…], a second address, or marks of emphasis.
func forwardedAddress(s string) (Address, bool) {
	at := bareAddress.FindStringIndex(s)
	if at == nil {
		return Address{}, false
	}
	a := Address{Addr: strings.Trim(s[at[0]:at[1]], "*_.")}
	name := s[:at[0]]
	if i := strings.LastIndex(name, "mailto:"); i >= 0 {
		name = name[:i]
	}
	a.Name = strings.Trim(name, " \t<[(\"'*,")
	return a, a.Addr != ""
}
