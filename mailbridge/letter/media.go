package letter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// media is what a part says it is.
type media struct {
	kind        string // media type, lower case
	params      map[string]string
	disposition string // lower case, "" when not given
	name        string // safe file name, "" when not given
	torn        string // the media type to keep it under where it may not be whole, "" where it is
}

// mediaOf reads Content-Type and Content-Disposition. An unreadable type is
// text/plain, as RFC 2045 section 5.2 advises.
func (p *parser) mediaOf(h *header, at place) media {
	m := media{kind: "text/plain"}
	if at.digest {
		m.kind = "message/rfc822" // RFC 2046 section 5.1.5
	}
	if ct := h.get("Content-Type"); ct != "" {
		kind, params, ok := parseParams(ct)
		m.params = params
		switch {
		case ok && validKind(kind):
			m.kind = kind
		case kind == "text" || kind == "html":
			m.kind = map[string]string{"text": "text/plain", "html": "text/html"}[kind]
			p.letter.problem(ProblemType)
		default:
			p.letter.problem(ProblemType)
		}
	}
	name := ""
	if cd := h.get("Content-Disposition"); cd != "" {
		disposition, params, _ := parseParams(cd)
		m.disposition = disposition
		name = params["filename"]
	}
	if name == "" {
		name = m.params["name"]
	}
	m.name = safeName(decodeWords(name))
	return m
}

// validKind reports whether s is type "/" subtype, both tokens of RFC 2045.
func validKind(s string) bool {
	typ, sub, ok := strings.Cut(s, "/")
	if !ok || typ == "" || sub == "" || len(s) > 127 {
		return false
	}
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' || strings.IndexByte(`()<>@,;:\"[]?=`, c) >= 0 {
			return false
		}
	}
	return true
}

// isMedia tells what a mail program shows between the text.
func isMedia(kind string) bool {
	return strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "audio/") || strings.HasPrefix(kind, "video/")
}

// maxName is what file systems take, in bytes.
const maxName = 200

// safeName makes a file name harmless: its last path element, without control
// and direction characters (which can make "exe.txt" of "txt.exe"), without
// what Windows forbids, not hidden, not too long. "" when nothing is left.
func safeName(s string) string {
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
			return -1
		case strings.ContainsRune(`:*?"<>|`, r):
			return '_'
		}
		return r
	}, s)
	s = strings.TrimFunc(s, isEdge)
	if len(s) > maxName {
		ext := ""
		if i := strings.LastIndexByte(s, '.'); i > 0 && len(s)-i <= 16 {
			ext = s[i:]
		}
		s = strings.TrimFunc(strings.ToValidUTF8(s[:maxName-len(ext)], ""), isEdge) + ext
	}
	return s
}

// isEdge tells what a file name must neither begin nor end with.
func isEdge(r rune) bool { return r == '.' || unicode.IsSpace(r) }

// FileName is the name to save the attachment under: its own, or one made of
// its type.
func (a Attachment) FileName() string {
	if a.Name != "" {
		return a.Name
	}
	typ, sub, _ := strings.Cut(a.ContentType, "/")
	switch {
	case a.ContentType == "message/rfc822":
		return "message.eml"
	case a.ContentType == "text/calendar":
		return "invitation.ics"
	case a.ContentType == "application/ms-tnef" || a.ContentType == "application/vnd.ms-tnef":
		return "winmail.dat"
	case a.ContentType == "application/pkcs7-mime" || a.ContentType == "application/x-pkcs7-mime":
		return "smime.p7m"
	case a.ContentType == "application/pgp-signature":
		return "signature.asc"
	case a.ContentType == "text/plain", typ == "message", typ == "multipart":
		return "attachment.txt"
	case a.ContentType == "image/jpeg":
		return "image.jpg"
	case typ == "image" || typ == "audio" || typ == "video":
		sub = strings.TrimPrefix(sub, "x-")
		if sub != "" && strings.Trim(sub, "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
			return typ + "." + sub
		}
	}
	if typ == "text" && sub == "html" {
		return "attachment.html"
	}
	return "attachment.bin"
}
