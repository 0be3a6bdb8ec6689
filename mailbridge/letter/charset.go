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
	label = charsetName(label)
	if label == "iso-2022-kr" {
		b, label = shiftedKorean(b), "euc-kr"
	}
	switch label {
	case "", "utf-8", "us-ascii":
		if utf8.Valid(b) && bytes.Contains(b, []byte("\x1b$")) {
			label = "iso-2022-jp" // nothing else writes so, and it needs no eighth bit
			break
		}
		if utf8.Valid(b) {
			return string(bytes.TrimPrefix(b, []byte("\ufeff"))), true
		}
		if joined := joinSurrogates(b); utf8.Valid(joined) {
			return string(bytes.TrimPrefix(joined, []byte("\ufeff"))), false
		}
		return guess(b), false
	case "windows-1252":
		if other := byLetters(b, sure); other != nil {
			return decoded8(b, other), false
		}
		return windows1252(b), true
	case "utf-7":
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

// joinSurrogates makes UTF-8 of CESU-8 (Unicode technical report 26), in which
// old phones write what lies beyond the first plane: two surrogates of three
// bytes each.
func joinSurrogates(b []byte) []byte {
	half := func(at int, kind byte) (rune, bool) {
		ok := at+2 < len(b) && b[at] == 0xed && b[at+1]&0xf0 == kind && b[at+2]&0xc0 == 0x80
		if !ok {
			return 0, false
		}
		return 0xd000 | rune(b[at+1]&0x3f)<<6 | rune(b[at+2]&0x3f), true
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		high, first := half(i, 0xa0)
		low, both := half(i+3, 0xb0)
		_, second := half(i, 0xb0)
		switch {
		case first && both:
			out = utf8.AppendRune(out, utf16.DecodeRune(high, low))
			i += 6
		case first, second: // the other one was cut off
			out = utf8.AppendRune(out, utf8.RuneError)
			i += 3
		default:
			out = append(out, b[i])
			i++
		}
	}
	return out
}

// shiftedKorean makes EUC-KR of ISO-2022-KR (RFC 1557).
func shiftedKorean(b []byte) []byte {
	b = bytes.ReplaceAll(b, []byte("\x1b$)C"), nil)
	out, high := make([]byte, 0, len(b)), byte(0)
	for _, c := range b {
		switch {
		case c == 0x0e:
			high = 0x80
		case c == 0x0f:
			high = 0
		case c == '\n', c == '\r':
			high = 0 // a line begins in ASCII
			out = append(out, c)
		default:
			out = append(out, c|high)
		}
	}
	return out
}

// guess reads bytes of an unknown charset: UTF-8 when they are, UTF-8 with
// replacements when nearly all of them are, else what their letters speak for,
// else windows-1252, which is what programs that name no charset mostly wrote.
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
	if other := byLetters(b, unlabelled); other != nil {
		return decoded8(b, other)
	}
	return windows1252(b)
}

// unlabelled and sure are how many bytes speak for an alphabet where no label
// speaks against it, and where one does.
const (
	unlabelled = 5
	sure       = 20
)

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
	return decoded8(b, charmap.Windows1252)
}

// decoded8 decodes a charset of one byte each.
func decoded8(b []byte, of *charmap.Charmap) string {
	out, err := of.NewDecoder().Bytes(b)
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
