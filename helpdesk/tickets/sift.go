package tickets

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// siftRow is a copy, under the team's own content key, of what filters ask of a
// head. Whoever reads it reads the head, too; it ends with a change of the
// head, of the team, and with the ticket's being open (the migration says how).
type siftRow struct {
	ticket  helpdesk.ID
	team    helpdesk.ID
	version int
	stamp   int64 // counts the changes of the head
	body    []byte
}

// siftsMost bounds the sifts one request leaves behind.
const siftsMost = 1_000

func siftAt(ticket, team helpdesk.ID, version int) vault.Context {
	return vault.At("tickets.sift", ticket, team, version)
}

// sieve is what lies in a sift: what filters ask, made ready for asking. Its
// fields point into the opened bytes, because a search opens tens of thousands
// and keeps a few.
type sieve struct {
	child                   bool
	audience, topic, centre []byte
	tags                    []byte // apart by zero bytes
	text                    []byte // title and name, folded
	cut                     bool   // text had no room and ends early
	hidden                  *hidden
	due                     int64 // where hidden stands: the earliest open day
}

func sieveOf(h *Head) *sieve {
	f := &h.Facts
	out := &sieve{
		child: f.Child, audience: []byte(f.Audience), topic: []byte(f.Topic), centre: []byte(f.Centre),
		tags: []byte(strings.Join(f.Tags, "\x00")), text: []byte(Fold(h.Title + " " + h.Name)),
	}
	if h.Hidden != nil {
		kept := *h.Hidden
		kept.Priority = max(kept.Priority, f.Priority())
		out.hidden, out.due = &kept, f.dueDay()
	}
	return out
}

// siftSize is the length of every sift before it is sealed, so that none tells
// how long a title is. What does not fit with half a title has none, and its
// head is opened each time.
const siftSize = 300

const (
	siftForm = 1

	siftChild  = 1
	siftCut    = 2
	siftHidden = 4
)

var errSift = errors.New("decode a sift: not what was sealed")

// encode writes the fields and fills up to the one length; false when there is
// no room for them.
func (v *sieve) encode() ([]byte, bool) {
	b, ok := v.fields()
	return append(b, make([]byte, max(0, siftSize-len(b)))...), ok
}

// fields are written one after the other, each with its length.
func (v *sieve) fields() ([]byte, bool) {
	b := make([]byte, 0, siftSize)
	flags := byte(0)
	if v.child {
		flags |= siftChild
	}
	if v.hidden != nil {
		flags |= siftHidden
	}
	b = append(b, siftForm, flags)
	for _, field := range [][]byte{v.audience, v.topic, v.centre, v.tags} {
		b = append(binary.AppendUvarint(b, uint64(len(field))), field...)
	}
	if h := v.hidden; h != nil {
		for _, n := range []int64{int64(h.Priority), h.Opened, h.Waiting, h.Last, h.Serial, h.Number, v.due} {
			b = binary.AppendVarint(b, n)
		}
		for _, field := range []string{string(h.Owner), h.Channel, h.Language, string(h.State)} {
			b = append(binary.AppendUvarint(b, uint64(len(field))), field...)
		}
	}
	text := v.text
	if room := siftSize - len(b) - 2; len(text) > room {
		if room < len(text)/2 {
			return nil, false
		}
		text, b[1] = text[:room], b[1]|siftCut
	}
	return append(binary.AppendUvarint(b, uint64(len(text))), text...), true
}

// decode reads what encode wrote into v, of which nothing is kept.
func (v *sieve) decode(b []byte) error {
	if len(b) < 2 || b[0] != siftForm {
		return errSift
	}
	flags, ok := b[1], true
	b = b[2:]
	field := func() []byte {
		n, width := binary.Uvarint(b)
		if width <= 0 || n > uint64(len(b)-width) {
			ok = false
			return nil
		}
		out := b[width : width+int(n)]
		b = b[width+int(n):]
		return out
	}
	number := func() int64 {
		n, width := binary.Varint(b)
		if width <= 0 {
			ok = false
			return 0
		}
		b = b[width:]
		return n
	}
	*v = sieve{child: flags&siftChild != 0, cut: flags&siftCut != 0, audience: field(), topic: field(), centre: field(), tags: field()}
	if flags&siftHidden != 0 {
		h := &hidden{
			Priority: int(number()), Opened: number(), Waiting: number(), Last: number(), Serial: number(), Number: number(),
		}
		v.due = number()
		h.Owner, h.Channel, h.Language, h.State = helpdesk.ID(field()), string(field()), string(field()), State(field())
		v.hidden = h
	}
	if v.text = field(); !ok {
		return errSift
	}
	return nil
}

// sift seals one; nil when the session does not hold the team's present key, or
// where there is no room for it.
func (d *Desk) sift(s *staff.Session, team, ticket helpdesk.ID, stamp int64, v *sieve) *siftRow {
	pair, ok := colleague{s}.present(teamReader, team)
	if !ok {
		return nil
	}
	plain, ok := v.encode()
	if !ok {
		return nil
	}
	version := pair.ID().Version
	return &siftRow{ticket: ticket, team: team, version: version, stamp: stamp,
		body: pair.Seal(siftAt(ticket, team, version), plain)}
}

// storeSifts writes sifts for tickets that stand where they stood. One whose
// head changed since it was read is left out by its stamp.
func (d *Desk) storeSifts(ctx context.Context, tx *store.Tx, sifts []*siftRow) error {
	for _, r := range sifts {
		if err := tx.Later(ctx, upsertSift, r.ticket, r.team, r.version, r.stamp, r.body); err != nil {
			return fmt.Errorf("sift ticket %s: %w", r.ticket, err)
		}
	}
	return nil
}

// wanted are a filter's sealed conditions.
type wanted struct {
	topic, tag, centre, audience, words string
	children                            bool
}

func (f Filter) wanted() wanted {
	w := wanted{topic: f.Topic, tag: f.Tag, centre: f.Centre, audience: f.Audience, words: Fold(f.Words)}
	switch f.Queue {
	case QueueDetained:
		w.audience = "detained"
	case QueueChildren:
		w.children = true
	}
	if w.audience == "child" {
		w.audience, w.children = "", true
	}
	return w
}

// sieving are the conditions, made ready for asking many.
type sieving struct {
	wanted
	each [][]byte // the words
}

func (w wanted) ready() sieving {
	out := sieving{wanted: w}
	for _, word := range strings.Fields(w.words) {
		out.each = append(out.each, []byte(word))
	}
	return out
}

// holds: what was sifted fulfils the conditions. sure is false where a cut text
// can't tell.
func (w *sieving) holds(v *sieve) (holds, sure bool) {
	if w.topic != "" && string(v.topic) != w.topic || w.centre != "" && string(v.centre) != w.centre ||
		w.audience != "" && string(v.audience) != w.audience || w.children && !v.child && string(v.audience) != "child" {
		return false, true
	}
	if w.tag != "" && !slices.ContainsFunc(bytes.Split(v.tags, []byte{0}), func(tag []byte) bool { return string(tag) == w.tag }) {
		return false, true
	}
	for _, word := range w.each {
		if !bytes.Contains(v.text, word) {
			return false, !v.cut
		}
	}
	return true, true
}
