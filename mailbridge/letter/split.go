package letter

import (
	"bytes"
	"strings"
)

// splitMultipart cuts the body of a multipart at its delimiter lines (RFC 2046
// section 5.1.1) into slices of b. The outermost boundary is searched first, so
// a nested part can never swallow what follows it. closed tells whether a
// delimiter ended the last part; no parts means the boundary was never seen. It stops
// after max+1 parts.
//
// The library's reader is not used here: it costs the square of the nesting,
// ends at the first irregular line and loses the text behind it.
func splitMultipart(b []byte, boundary string, max int) (parts [][]byte, closed bool) {
	delim := []byte("--" + boundary)
	start := -1 // where the part being read starts
	asked := -1 // the part whose own boundary was last looked at
	within := false
	for at := 0; at < len(b); {
		i := bytes.Index(b[at:], delim)
		if i < 0 {
			break
		}
		i += at
		if i > 0 && !isLineEnd(b[i-1]) {
			at = i + 1
			continue
		}
		line, rest := cutLine(b[i:])
		next := len(b) - len(rest)
		tail := string(bytes.TrimRight(line[len(delim):], " \t"))
		if tail != "" && tail != "--" {
			at = next
			continue
		}
		if tail == "--" && start >= 0 {
			if asked != start {
				asked, within = start, declares(b[start:i], boundary+"--")
			}
			if within { // it opens a part of the multipart inside
				at = next
				continue
			}
		}
		if start >= 0 {
			parts = append(parts, trimDelimEnd(b[start:i]))
			if len(parts) > max {
				return parts, false
			}
		}
		if tail == "--" {
			return parts, true
		}
		start, at = next, next
	}
	switch {
	case start < 0:
		return nil, false
	case start == len(b) && len(parts) > 0:
		return parts, true // it ends with one delimiter more: some programs know no other end
	}
	last, closed := withoutLateEnd(b[start:], delim)
	return append(parts, last), closed
}

// remember notes that a multipart ended before its own end came.
func (p *parser) remember(boundary string) {
	if p.unended == nil {
		p.unended = map[string]bool{}
	}
	p.unended[boundary] = true
}

// cutLate ends a text where a delimiter of such a multipart comes after all, and
// returns what follows it, nil for nothing: the header of a part is nobody's
// words. Only texts are looked through: a whole mail or another multipart may
// use the same boundary for its own.
func (p *parser) cutLate(h *header) []byte {
	if len(p.unended) == 0 {
		return nil
	}
	if kind, _, ok := parseParams(h.get("Content-Type")); ok && kind != "text/plain" && kind != "text/html" {
		return nil
	}
	for at := 0; at < len(h.body); {
		i := bytes.Index(h.body[at:], []byte("--"))
		if i < 0 {
			return nil
		}
		if i += at; i > 0 && !isLineEnd(h.body[i-1]) {
			at = i + 1
			continue
		}
		line, rest := cutLine(h.body[i:])
		if p.unended[string(bytes.TrimRight(line[2:], " \t"))] {
			h.body = trimDelimEnd(h.body[:i])
			return rest
		}
		at = len(h.body) - len(rest)
	}
	return nil
}

// declares reports whether the header of part names this boundary, within as much
// of it as is looked at.
func declares(part []byte, boundary string) bool {
	part = part[:min(len(part), shownHeader)]
	h := cutHeader(part, len(part), false)
	_, params, _ := parseParams(h.get("Content-Type"))
	return params["boundary"] == boundary
}

// withoutLateEnd takes the closing delimiter off a last part that was never
// closed where it should be: some programs forget the line end before it.
func withoutLateEnd(part, delim []byte) (last []byte, closed bool) {
	end := bytes.TrimRight(part, " \t\r\n")
	if end, ok := bytes.CutSuffix(end, []byte(string(delim)+"--")); ok {
		return end, true
	}
	return part, false
}

// trimDelimEnd takes off the line end before a delimiter, which belongs to the
// delimiter.
func trimDelimEnd(p []byte) []byte {
	p = bytes.TrimSuffix(p, []byte("\n"))
	return bytes.TrimSuffix(p, []byte("\r"))
}

// guessBoundary finds the boundary of a multipart whose declared one is missing
// or never comes: the first line that begins with two hyphens and is followed
// by a header field.
func guessBoundary(b []byte) string {
	for tries := 0; tries < 50 && len(b) > 0; tries++ {
		line, rest := cutLine(b)
		b = rest
		if len(line) < 3 || len(line) > 202 || line[0] != '-' || line[1] != '-' {
			continue
		}
		after, _ := cutLine(rest)
		if _, _, ok := fieldOf(after); ok {
			return strings.TrimRight(string(line[2:]), " \t")
		}
	}
	return ""
}
