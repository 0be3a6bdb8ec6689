package letter

import (
	"bytes"
	"log/slog"
	"strings"
)

// Field is one header field, unfolded, with its encoded words decoded.
type Field struct{ Name, Value string }

// LogValue keeps content out of logs.
func (Field) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Headers reads the header fields of a mail, as far as they are readable, in
// order and from at most max bytes. It accepts what Parse refuses.
func Headers(raw []byte, max int) []Field {
	if max > 0 && len(raw) > max {
		raw = raw[:max]
	}
	h := cutHeader(raw, len(raw), true)
	out := make([]Field, 0, len(h.fields))
	for _, f := range h.fields {
		out = append(out, Field{Name: f.name, Value: decodeWords(f.value)})
	}
	return out
}

// rawField has its value unfolded (RFC 5322 section 2.2.3) but not decoded:
// the bytes may be of any charset. bare: it stands behind a CR without LF, where
// relays see no field of its own, and so neither checked nor removed it.
type rawField struct {
	name, value string
	bare        bool
}

type header struct {
	fields   []rawField
	body     []byte // what follows the header block
	ended    bool   // an empty line ended the header block
	dropped  bool   // lines were dropped
	tooLarge bool
}

// get returns the last field of that name, as RFC 8621 section 4.1.3 chooses
// among repeated ones.
func (h *header) get(name string) string {
	for i := len(h.fields) - 1; i >= 0; i-- {
		if strings.EqualFold(h.fields[i].name, name) {
			return h.fields[i].value
		}
	}
	return ""
}

func (h *header) has(name string) bool {
	for _, f := range h.fields {
		if strings.EqualFold(f.name, name) {
			return true
		}
	}
	return false
}

// all returns the fields of that name, those that every relay saw first.
func (h *header) all(name string) []string {
	var out, bare []string
	for _, f := range h.fields {
		switch {
		case !strings.EqualFold(f.name, name):
		case f.bare:
			bare = append(bare, f.value)
		default:
			out = append(out, f.value)
		}
	}
	return append(out, bare...)
}

// cutHeader splits b into fields and body. Lines without a field name are
// dropped, with two exceptions that would lose words: where no field came
// before, or no empty line ever follows, the line begins the body. top is
// false for the parts of a multipart.
func cutHeader(b []byte, max int, top bool) header {
	var h header
	// What lies behind max is not looked at, however long a field runs on; a few
	// bytes more hold the line end of the last line that may be.
	head := b[:min(len(b), max+4)]
	rest := head
	orphan := -1 // where the first nameless line starts
	skipping := false
	if top {
		rest = skipEnvelopeLines(rest)
	}
	for len(rest) > 0 {
		at := len(head) - len(rest)
		if at > max {
			h.tooLarge = true
			return h
		}
		line, after := cutLine(rest)
		bare := at > 0 && b[at-1] == '\r'
		switch {
		case len(line) == 0:
			h.body, h.ended = b[len(head)-len(after):], true
			h.dropped = h.dropped || orphan >= 0
			return h
		case line[0] == ' ' || line[0] == '\t':
			if !skipping && len(h.fields) > 0 {
				after = unfold(&h.fields[len(h.fields)-1], line, after)
			}
		default:
			name, value, ok := fieldOf(line)
			switch {
			case ok:
				h.fields = append(h.fields, rawField{name, strings.Trim(string(value), " \t"), bare})
				skipping = false
			case orphan < 0 && opensBoundary(&h, line):
				h.body = b[at:]
				h.dropped = true
				return h
			case bare && top && !skipping && len(h.fields) > 0:
				// A stray CR within the words of a field.
				after = unfold(&h.fields[len(h.fields)-1], line, after)
			case !top && len(h.fields) == 0:
				h.body = b[at:]
				h.dropped = true
				return h
			default:
				skipping = true
				if orphan < 0 {
					orphan = at
				}
			}
		}
		rest = after
	}
	if len(b) > max {
		h.tooLarge = true
	}
	// The line end of the empty line belongs to the delimiter that follows.
	h.ended = len(b) > 0 && isLineEnd(b[len(b)-1])
	if orphan >= 0 && len(h.fields) > 0 {
		h.body = b[orphan:]
		h.dropped = true
	}
	return h
}

// unfold appends the continuation lines at the head of rest to the field, in
// one allocation however many they are, and returns what follows them.
func unfold(f *rawField, first, rest []byte) []byte {
	var sb strings.Builder
	sb.WriteString(f.value)
	for line := first; ; {
		sb.WriteByte(' ')
		sb.Write(bytes.Trim(line, " \t"))
		if len(rest) == 0 || rest[0] != ' ' && rest[0] != '\t' {
			break
		}
		line, rest = cutLine(rest)
	}
	f.value = strings.TrimRight(sb.String(), " \t")
	return rest
}

// cutLine returns the first line without its line end: LF, CRLF (some programs
// double the CR), or CR alone, as old ones wrote and relays left between theirs.
func cutLine(b []byte) (line, rest []byte) {
	for i, c := range b {
		switch c {
		case '\n':
			return b[:i], b[i+1:]
		case '\r':
			for k := i + 1; k < len(b) && k < i+4; k++ {
				if b[k] == '\n' {
					return b[:i], b[k+1:]
				}
				if b[k] != '\r' {
					break
				}
			}
			return b[:i], b[i+1:]
		}
	}
	return b, nil
}

func isLineEnd(c byte) bool { return c == '\n' || c == '\r' }

// fieldOf splits "Name: value"; a name is printable ASCII (RFC 5322 section
// 2.2), blanks before the colon are the obsolete syntax of section 4.5.
func fieldOf(line []byte) (name string, value []byte, ok bool) {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 {
		return "", nil, false
	}
	n := bytes.TrimRight(line[:colon], " \t")
	for _, c := range n {
		if c <= ' ' || c > '~' {
			return "", nil, false
		}
	}
	return string(n), line[colon+1:], len(n) > 0
}

// skipEnvelopeLines drops a byte order mark, empty lines and mbox separators
// before the header. "From : a@b.example" is a field.
func skipEnvelopeLines(b []byte) []byte {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	for len(b) > 0 {
		line, rest := cutLine(b)
		after, separator := bytes.CutPrefix(bytes.TrimPrefix(line, []byte(">")), []byte("From "))
		if len(line) > 0 && (!separator || bytes.HasPrefix(bytes.TrimLeft(after, " \t"), []byte(":"))) {
			return b
		}
		b = rest
	}
	return b
}

// opensBoundary reports whether line is the first delimiter of the multipart
// that h declares: some programs forget the empty line before it.
func opensBoundary(h *header, line []byte) bool {
	if len(line) < 3 || line[0] != '-' || line[1] != '-' {
		return false
	}
	_, params, _ := parseParams(h.get("Content-Type"))
	b := params["boundary"]
	return b != "" && string(bytes.TrimRight(line[2:], " \t")) == b
}
