package letter

import (
	"bytes"
	"encoding/base64"
)

// decoded is the outcome of a transfer decoding.
type decoded struct {
	data   []byte
	broken bool
}

// decodeBase64 decodes leniently: bytes outside the alphabet are skipped, and
// padding or "-- " ends the data. The result is exactly sized from the input,
// so a large attachment exists at most twice.
func decodeBase64(src []byte) decoded {
	if bytes.ContainsAny(src, "-_") && !bytes.ContainsAny(src, "+/") && !bytes.Contains(src, []byte("-- ")) {
		// The alphabet of URLs (RFC 4648 section 5), by a program that took the
		// wrong one.
		src = bytes.Map(func(r rune) rune {
			switch r {
			case '-':
				return '+'
			case '_':
				return '/'
			}
			return r
		}, src)
	}
	dst := make([]byte, 0, base64.StdEncoding.DecodedLen(len(src))+3)
	var quad [4]byte
	n := 0
	var d decoded
	for i, c := range src {
		v := base64Value[c]
		if v >= 64 {
			switch {
			case v == b64Blank:
				continue
			case c == '=':
				if n < 2 {
					d.broken = d.broken || n == 1
				}
				// Anything but blanks after the padding is foreign.
				for _, r := range src[i+1:] {
					if base64Value[r] != b64Blank && r != '=' {
						d.broken = true
						break
					}
				}
				d.data = appendTail(dst, quad, n)
				return d
			case c == '-' && len(src) > i+2 && src[i+1] == '-' && src[i+2] == ' ':
				d.data, d.broken = appendTail(dst, quad, n), true
				return d
			}
			d.broken = true
			continue
		}
		quad[n] = v
		if n++; n == 4 {
			dst = append(dst, quad[0]<<2|quad[1]>>4, quad[1]<<4|quad[2]>>2, quad[2]<<6|quad[3])
			n = 0
		}
	}
	d.broken = d.broken || n != 0
	d.data = appendTail(dst, quad, n)
	return d
}

func appendTail(dst []byte, quad [4]byte, n int) []byte {
	if n >= 2 {
		dst = append(dst, quad[0]<<2|quad[1]>>4)
	}
	if n == 3 {
		dst = append(dst, quad[1]<<4|quad[2]>>2)
	}
	return dst
}

const (
	b64Blank   = 64
	b64Foreign = 65
)

var base64Value = func() (t [256]byte) {
	for i := range t {
		t[i] = b64Foreign
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range len(alphabet) {
		t[alphabet[i]] = byte(i)
	}
	for _, c := range " \t\r\n" {
		t[c] = b64Blank
	}
	return t
}()
