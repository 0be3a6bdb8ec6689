package post

import (
	"crypto/rand"
	"encoding/base32"
	"strings"

	"returnsupport/mailbridge/letter"
)

// maxRefs bounds the ids looked up for one letter: its parent, our token and
// the youngest of its ancestors decide; the oldest one names the thread.
const maxRefs = 24

// refsOf lists what a letter refers to, strongest first: our reply address,
// its parents, its ancestors from the youngest to the oldest, and last its own
// id, which an earlier reply may have been waiting for.
func refsOf(l *letter.Letter, box letterbox) []ref {
	var out []ref
	have := make(map[string]bool, 8)
	add := func(r ref) {
		if r.id != "" && !have[r.id] && len(out) < maxRefs {
			have[r.id] = true
			out = append(out, r)
		}
	}
	// Its own id is set aside first, so that a letter that names itself as
	// parent does not look like a reply.
	have[l.MessageID] = true
	for _, list := range [][]letter.Address{l.To, l.Cc} {
		for _, a := range list {
			add(ref{id: box.tokenID(a.Key()), token: true})
		}
	}
	for _, a := range l.DeliveredTo {
		add(ref{id: box.tokenID(letter.Address{Addr: a}.Key()), token: true})
	}
	for _, id := range l.InReplyTo {
		add(ref{id: id})
	}
	last := len(l.References) - 1
	for i := last; i >= 0; i-- {
		if len(out) == maxRefs-2 { // room for the oldest and for its own
			i = 0
		}
		add(ref{id: l.References[i]})
	}
	if l.MessageID != "" {
		if len(out) == maxRefs {
			out = out[:maxRefs-1]
		}
		out = append(out, ref{id: l.MessageID, self: true})
	}
	return out
}

// letterbox is a mailbox address taken apart.
type letterbox struct {
	local, domain string // folded as letter.Address.Key does
	plus          bool   // local+anything@domain reaches it
}

func letterboxOf(address string, plus bool) letterbox {
	local, domain, _ := cutAddress(letter.Address{Addr: address}.Key())
	return letterbox{local, domain, plus}
}

// secretLength is 128 random bits in base32.
const secretLength = 26

var secretCoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// newMessageID draws the id of a letter of ours. Its random half is also the
// token of its reply address: both are told to the same people in the same
// mail, so one secret serves.
func (b letterbox) newMessageID() string {
	var secret [16]byte
	rand.Read(secret[:]) // never fails since Go 1.24
	return strings.ToLower(secretCoding.EncodeToString(secret[:])) + "@" + b.domain
}

// replyAddress is where answers to our letter id shall go, "" when the mailbox
// itself will do: it takes no plus addresses, or its name is too long for one
// (RFC 5321 section 4.5.3.1.1: 64 octets).
func (b letterbox) replyAddress(id string) string {
	secret, _, _ := strings.Cut(id, "@")
	if !b.plus || len(b.local)+1+len(secret) > 64 {
		return ""
	}
	return b.local + "+" + secret + "@" + b.domain
}

// tokenID is the Message-ID of ours that a reply address stands for, or "".
// It reads also what was given out before plus addresses were switched off.
func (b letterbox) tokenID(key string) string {
	local, domain, ok := cutAddress(key)
	if !ok || domain != b.domain {
		return ""
	}
	secret, ok := strings.CutPrefix(local, b.local+"+")
	if !ok || len(secret) != secretLength {
		return ""
	}
	if _, err := secretCoding.DecodeString(strings.ToUpper(secret)); err != nil {
		return ""
	}
	return secret + "@" + domain
}

// holds reports whether a folded address reaches this mailbox.
func (b letterbox) holds(key string) bool {
	local, domain, ok := cutAddress(key)
	if !ok || domain != b.domain {
		return false
	}
	return local == b.local || b.tokenID(key) != ""
}

func cutAddress(key string) (local, domain string, ok bool) {
	at := strings.LastIndexByte(key, '@')
	if at < 1 || at == len(key)-1 {
		return "", "", false
	}
	return key[:at], key[at+1:], true
}
