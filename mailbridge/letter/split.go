package letter

import (
	"bytes"
	"strings"
)

// splitMultipart cuts the body of a multipart at its delimiter lines (RFC 2046
// section 5.1.1) into slices of b. The outermost boundary is searched first, so
// a nested part can never swallow what follows it. closed tells whether the
// closing delimiter came; no parts means the boundary was never seen. It stops
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
		if i > 0 && b[i-1] != '\n' {
			at = i + 1
			continue
		}
		line, _ := cutLine(b[i:])
		next := i + len(line)
		for next < len(b) && b[next] != '\n' {
			next++
		}
		if next < len(b) {
			next++
		}
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
	if start >= 0 && (start < len(b) || len(parts) == 0) {
		parts = append(parts, withoutLateEnd(b[start:], delim))
	}
	return parts, false
}

// declares reports whether the header of part names this boundary.
func declares(part []byte, boundary string) bool {
	h := cutHeader(part, len(part), false)
	_, params, _ := parseParams(h.get("Content-Type"))
	return params["boundary"] == boundary
}

// withoutLateEnd takes the closing delimiter off a last part that was never
// closed where it should be: some programs forget the line end before it.
func withoutLateEnd(part, delim []byte) []byte {
	end := bytes.TrimRight(part, " \t\r\n")
	if end, ok := bytes.CutSuffix(end, []byte(string(delim)+"--")); ok {
		return end
	}
	return part
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
