package vault

import (
	"encoding/binary"
	"fmt"
	"reflect"

	"returnsupport/helpdesk"
)

// Context says where sealed bytes belong: the kind of row and whatever makes
// this place different from every other (row, reader, epoch, position). Bytes
// sealed at one Context open at no other. The zero Context is not a place;
// using it panics.
type Context struct{ parts []byte }

const (
	partText   = 't'
	partNumber = 'n'
	partBytes  = 'b'
	partFlag   = 'f'
	partSealed = 's' // what Vouch adds behind the place itself
)

// At makes a Context. Parts may be text and helpdesk.ID (alike), numbers of any
// integer type (alike), bool, []byte and KeyID; types derived from these count
// as these. Any other part panics: it is a mistake in the program, never in
// the data. Each part goes in with its type and length, so "a","bc" and
// "ab","c" are two places.
func At(kind string, parts ...any) Context {
	if kind == "" {
		panic("vault: a context needs a kind")
	}
	b := appendPart(make([]byte, 0, 128), partText, kind)
	for _, p := range parts {
		b = appendAny(b, p)
	}
	return Context{parts: b}
}

func appendAny(b []byte, p any) []byte {
	switch v := p.(type) {
	case string:
		return appendPart(b, partText, v)
	case helpdesk.ID:
		return appendPart(b, partText, string(v))
	case int:
		return appendNumber(b, int64(v))
	case int64:
		return appendNumber(b, v)
	case []byte:
		return appendPart(b, partBytes, v)
	case KeyID:
		return v.append(b)
	}
	switch v := reflect.ValueOf(p); v.Kind() {
	case reflect.String:
		return appendPart(b, partText, v.String())
	case reflect.Bool:
		if v.Bool() {
			return appendPart(b, partFlag, "1")
		}
		return appendPart(b, partFlag, "0")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return appendNumber(b, v.Int())
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return appendNumber(b, int64(v.Uint()))
	}
	panic(fmt.Sprintf("vault: a %T can not be part of a context", p))
}

func appendPart[T string | []byte](b []byte, tag byte, v T) []byte {
	b = append(b, tag)
	b = binary.BigEndian.AppendUint32(b, uint32(len(v)))
	return append(b, v...)
}

func appendNumber(b []byte, n int64) []byte {
	b = append(b, partNumber, 0, 0, 0, 8)
	return binary.BigEndian.AppendUint64(b, uint64(n))
}

// bind is ctx(…) of the key schedule: "rs1", scheme, key id, each part with its
// length. It is the HPKE info and the additional data of GCM.
func (c Context) bind(s scheme, id keyID) []byte {
	if len(c.parts) == 0 {
		panic("vault: the zero context is not a place")
	}
	b := make([]byte, 0, 3+headLen+len(c.parts))
	b = append(b, 'r', 's', '1', byte(s))
	b = append(b, id[:]...)
	return append(b, c.parts...)
}
