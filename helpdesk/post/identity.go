package post

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"strings"

	"returnsupport/mailbridge/letter"
)

// identityOf tells letters apart: the same letter comes again after a change
// of UIDVALIDITY, when somebody moved it, or through a second mailbox, each
// time under other transport lines. Same are letters with the same Message-ID,
// sender, words and attachments; a Message-ID alone proves nothing, because
// some programs use one for all their letters. Without Message-ID only the raw
// bytes are one's own: never the content alone.
//
// The answer is a digest to be keyed before it is stored.
func identityOf(l *letter.Letter, raw []byte) []byte {
	if l == nil || l.MessageID == "" {
		return rawIdentity(raw)
	}
	h := sha256.New()
	h.Write([]byte("id"))
	part(h, l.MessageID)
	for _, a := range l.From {
		part(h, a.Key())
	}
	words := 0
	for _, b := range l.Bodies {
		words += foldInto(h, b.Text)
	}
	if words == 0 {
		// Some people write all they have to say into the subject.
		part(h, strings.Join(strings.Fields(l.Subject), " "))
	}
	for _, a := range l.Attachments {
		if a.Torn {
			continue // its words are among the bodies
		}
		part(h, a.Name)
		sum := sha256.Sum256(a.Bytes)
		h.Write(sum[:])
	}
	return h.Sum(nil)
}

func rawIdentity(raw []byte) []byte {
	h := sha256.New()
	h.Write([]byte("raw"))
	h.Write(raw)
	return h.Sum(nil)
}

// foldInto hashes the words of a text without the blanks between them, which
// relays re-wrap, and returns how many bytes that were.
func foldInto(h hash.Hash, text string) int {
	var buf [512]byte
	n, total := 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case ' ', '\t', '\n', '\r', '\v', '\f':
		default:
			buf[n] = c
			n++
			if n == len(buf) {
				h.Write(buf[:])
				total += n
				n = 0
			}
		}
	}
	h.Write(buf[:n])
	total += n
	binary.BigEndian.PutUint64(buf[:8], uint64(total))
	h.Write(buf[:8])
	return total
}

// part hashes a value with its length, so that no two lists of parts look the
// same.
func part(h hash.Hash, s string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(s)))
	h.Write(n[:])
	h.Write([]byte(s))
}
