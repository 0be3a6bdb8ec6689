package letter

import (
	"bytes"
	"encoding/base64"
	"io"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
)

// toUTF8 decodes b, which claims to be of the charset label. It always returns
// valid UTF-8; ok is false when the claim did not hold and the text is a guess.
func toUTF8(b []byte, label string) (text string, ok bool) {
	label = strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'`))
	switch label {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968", "unicode-1-1-utf-8":
		if utf8.Valid(b) {
			return string(bytes.TrimPrefix(b, []byte("\ufeff"))), true
		}
		return guess(b), false
	case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "l1", "windows-1252", "cp1252":
		// Browsers and mail programs read Latin-1 as its superset, because
		// people's quotes and dashes lie where Latin-1 has control codes.
		return windows1252(b), true
	case "utf-7", "unicode-1-1-utf-7":
		return decodeUTF7(b), true
	}
	r, err := charset.Reader(label, bytes.NewReader(b))
	if err != nil {
		return guess(b), false
	}
	out, err := io.ReadAll(r)
	if err != nil {
		return guess(b), false
	}
	return strings.ToValidUTF8(strings.TrimPrefix(string(out), "\ufeff"), "\ufffd"), true
}

// guess reads bytes of an unknown charset: UTF-8 when they are, UTF-8 with
// replacements when nearly all of them are, else windows-1252, which is what
// programs that name no charset mostly wrote.
func guess(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	good, bad := 0, 0
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	if good > 4*bad {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return windows1252(b)
}

var metaLabel = regexp.MustCompile(`(?i)<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]{2,40})`)

// metaCharset is what an HTML page says of itself, "" when it says nothing.
func metaCharset(page []byte) string {
	if m := metaLabel.FindSubmatch(page[:min(len(page), 2048)]); m != nil {
		return string(m[1])
	}
	return ""
}

func windows1252(b []byte) string {
	ascii := true
	for _, c := range b {
		if c >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return string(b)
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return string(out)
}

// decodeUTF7 decodes RFC 2152; what is no valid shift sequence stays as it is
// or becomes replacement characters.
func decodeUTF7(b []byte) string {
	var out strings.Builder
	for i := 0; i < len(b); {
		if b[i] != '+' {
			if b[i] < utf8.RuneSelf {
				out.WriteByte(b[i])
			} else {
				out.WriteRune(utf8.RuneError)
			}
			i++
			continue
		}
		end := i + 1
		for end < len(b) && base64Value[b[end]] < 64 {
			end++
		}
		coded := b[i+1 : end]
		if end < len(b) && b[end] == '-' {
			end++
		}
		i = end
		if len(coded) == 0 {
			out.WriteByte('+')
			continue
		}
		raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(coded)))
		n, _ := base64.RawStdEncoding.Decode(raw, coded)
		units := make([]uint16, 0, n/2)
		for k := 0; k+1 < n; k += 2 {
			units = append(units, uint16(raw[k])<<8|uint16(raw[k+1]))
		}
		out.WriteString(string(utf16.Decode(units)))
	}
	return out.String()
}

// lineEnds makes LF of CRLF and of lone CR, and drops NUL. Text without either
// is returned as it is.
func lineEnds(s string) string {
	if strings.IndexByte(s, '\r') < 0 && strings.IndexByte(s, 0) < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case 0:
		case '\r':
			if i+1 < len(s) && s[i+1] == '\n' {
				continue
			}
			out = append(out, '\n')
		default:
			out = append(out, s[i])
		}
	}
	return string(out)
}
