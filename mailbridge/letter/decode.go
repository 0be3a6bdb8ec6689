package letter

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message"
)

// transferDecode undoes a Content-Transfer-Encoding (RFC 2045 section 6). What
// breaks the rules is decoded leniently, because a reader would rather have most
// of a picture than none. Bytes that need no decoding are returned as they lie,
// not copied.
func transferDecode(raw []byte, cte string) (out []byte, mended, unknown bool) {
	switch strings.ToLower(strings.TrimSpace(cte)) {
	case "", "7bit", "8bit", "binary":
		return raw, false, false
	case "quoted-printable":
		out, mended = decodeQuoted(raw)
		return out, mended, false
	case "base64":
	case "7-bit", "8-bit", "7 bit", "8 bit", "7bits", "8bits":
		return raw, true, false
	default:
		return raw, true, true
	}
	var h message.Header
	h.Set("Content-Transfer-Encoding", "base64")
	entity, err := message.New(h, bytes.NewReader(raw))
	if err == nil {
		if out, err = readAll(entity.Body, base64.StdEncoding.DecodedLen(len(raw))); err == nil {
			return out, false, false
		}
	}
	return decodeBase64(raw).data, true, false
}

// isNoBase64 reports whether raw, a text part labelled base64, is the words
// themselves: what a program forgot to encode would otherwise be lost in noise.
// text is what decoding made of it. Both must speak for it, because base64 with
// garbage between is common too.
func isNoBase64(raw []byte, text string) bool {
	if !utf8.Valid(raw) {
		return false
	}
	noise := func(r rune) bool {
		return r == utf8.RuneError || r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' && r != 0x1b || r > '~' && r < 0xa0
	}
	if !strings.ContainsFunc(text, noise) || bytes.ContainsFunc(raw, noise) {
		return false
	}
	foreign := 0
	for line := range bytes.Lines(raw) {
		for _, c := range bytes.TrimSpace(line) {
			if base64Value[c] >= b64Blank && c != '=' {
				foreign++
			}
		}
	}
	return foreign*20 >= len(raw)
}

// readAll is io.ReadAll with the size known beforehand: io.ReadAll would hold
// a large attachment up to three times while growing.
func readAll(r io.Reader, size int) ([]byte, error) {
	out := make([]byte, 0, size+1)
	for {
		n, err := r.Read(out[len(out):cap(out)])
		out = out[:len(out)+n]
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if len(out) == cap(out) {
			out = append(out, 0)[:len(out)]
		}
	}
}

// decodeQuoted decodes quoted-printable and leaves alone what is not. The
// standard reader costs ten times as much a line, and gives up at a control sign.
func decodeQuoted(src []byte) (out []byte, mended bool) {
	out = make([]byte, 0, len(src))
	for len(src) > 0 {
		line, rest := cutLine(src)
		end := src[len(line) : len(src)-len(rest)]
		for len(line) > 0 && (line[len(line)-1] == ' ' || line[len(line)-1] == '\t') {
			line = line[:len(line)-1] // RFC 2045 section 6.7 rule 3
		}
		soft := len(line) > 0 && line[len(line)-1] == '='
		if soft {
			line = line[:len(line)-1]
		}
		for {
			i := bytes.IndexByte(line, '=')
			if i < 0 {
				out = append(out, line...)
				break
			}
			out = append(out, line[:i]...)
			if line = line[i:]; len(line) > 2 && unhex(line[1]) >= 0 && unhex(line[2]) >= 0 {
				out = append(out, byte(unhex(line[1])<<4|unhex(line[2])))
				line = line[3:]
				continue
			}
			mended = true
			out = append(out, '=')
			line = line[1:]
		}
		if !soft {
			out = append(out, end...)
		}
		src = rest
	}
	return out, mended
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
