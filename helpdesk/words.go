// Package helpdesk holds the words every room shares: ids, refusals and the
// three facts a room may report. It imports nothing of the house.
//
// Never: a sentence for people. Rooms return keys and arguments; frontend,
// post and consent turn them into words of the reader's language.
package helpdesk

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"
)

// ID names a row. It is 128 random bits in lower-case base32 without padding
// (26 characters), so that it tells neither time nor order.
type ID string

var idCoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewID draws a fresh ID.
func NewID() ID {
	var b [16]byte
	rand.Read(b[:]) // never fails since Go 1.24: the program stops instead
	return ID(strings.ToLower(idCoding.EncodeToString(b[:])))
}

// ParseID accepts exactly what NewID makes; everything else from an address
// bar or a form is ErrNotFound, so that a malformed id and a foreign one look
// the same.
func ParseID(s string) (ID, error) {
	if len(s) != 26 || s != strings.ToLower(s) {
		return "", ErrNotFound
	}
	if _, err := idCoding.DecodeString(strings.ToUpper(s)); err != nil {
		return "", ErrNotFound
	}
	return ID(s), nil
}

// The facts a room reports; frontend alone gives them a status and a sentence.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("changed meanwhile")
	ErrDenied   = errors.New("not allowed")
	// ErrUnavailable: what the house stands on is gone, overrun or full. Later it
	// may work, and repeating is harmless.
	ErrUnavailable = errors.New("unavailable for now")
)

// Refusal is a rule's no: Key names the sentence in the catalogues, Args fill
// it. It holds no personal content, because it may be logged.
type Refusal struct {
	Key  string
	Args []any
}

func (r Refusal) Error() string { return "refused: " + r.Key }

// Refuse makes a Refusal.
func Refuse(key string, args ...any) error { return Refusal{Key: key, Args: args} }
