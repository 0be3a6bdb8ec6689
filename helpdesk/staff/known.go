package staff

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"

	"returnsupport/helpdesk/vault"
)

const (
	knownDays  = 90
	knownID    = 8 // bytes that tell one browser from another
	knownHead  = knownID + 4
	daySeconds = 24 * 60 * 60
)

func knownPlace(index, id []byte, until uint32) vault.Context {
	return vault.At("staff.known", index, id, int64(until))
}

// Mark is what a browser keeps in which somebody came in: it names nobody and
// opens nothing. A sign-in that brings it stands in a line of its own, so that
// strangers who guess at a colleague's words keep the colleague waiting nowhere
// but at a browser that is new to us.
func (d *Desk) Mark(s *Session) string {
	head := make([]byte, knownHead)
	rand.Read(head[:knownID])
	until := uint32(d.now().Unix()/daySeconds) + knownDays
	binary.BigEndian.PutUint32(head[knownID:], until)
	mac := d.secrets.Vouch(knownPlace(d.loginIndex(s.User.Login), head[:knownID], until))
	return base64.RawURLEncoding.EncodeToString(append(head, mac...))
}

// Recognises is what a browser counts as that brings a mark of this login's, "" for
// any other.
func (d *Desk) Recognises(login, mark string) string {
	if name, g := d.line(d.loginIndex(login), mark); g == d.known {
		return name
	}
	return ""
}

// line is where a sign-in waits: under which name its failures count, and in
// which bounded line.
func (d *Desk) line(index []byte, mark string) (name string, g *Gate) {
	b, err := base64.RawURLEncoding.DecodeString(mark)
	if err != nil || len(b) <= knownHead {
		return string(index), d.gate
	}
	id, until := b[:knownID], binary.BigEndian.Uint32(b[knownID:knownHead])
	if int64(until) < d.now().Unix()/daySeconds || !d.secrets.Vouched(b[knownHead:], knownPlace(index, id, until)) {
		return string(index), d.gate
	}
	return string(index) + string(id), d.known
}
