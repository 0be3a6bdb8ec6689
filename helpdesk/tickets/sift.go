package tickets

import (
	"context"
	"encoding/json"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// soughtHead is the part of a head that filters ask for.
type soughtHead struct {
	Title string      `json:"title,omitempty"`
	Name  string      `json:"name,omitempty"`
	Facts soughtFacts `json:"facts,omitzero"`
}

type soughtFacts struct {
	Audience string   `json:"audience,omitempty"`
	Child    bool     `json:"child,omitempty"`
	Topic    string   `json:"topic,omitempty"`
	Centre   string   `json:"centre,omitempty"`
	Tags     []string `json:"tags,omitempty"`
}

// siftRow is a copy of that part under the team's own content key. Whoever
// reads it reads the head, too; it ends with a change of the head, of the team,
// and with the ticket's being open (the migration says how).
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

// sift seals one; nil when the session does not hold the team's present key.
func (d *Desk) sift(s *staff.Session, team, ticket helpdesk.ID, stamp int64, h *soughtHead) *siftRow {
	pair, ok := colleague{s}.present(teamReader, team)
	if !ok {
		return nil
	}
	plain, err := json.Marshal(h)
	if err != nil {
		return nil
	}
	version := pair.ID().Version
	// As long as the head at least, so that it tells no more.
	return &siftRow{ticket: ticket, team: team, version: version, stamp: stamp,
		body: pair.Seal(siftAt(ticket, team, version), floor(plain, headFloor))}
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

// probes are bytes that must stand in a sift for the conditions to hold, since
// its JSON writes a value in one way only: most need no decoding.
func (w *wanted) probes() [][]byte {
	var out [][]byte
	for _, value := range []string{w.topic, w.tag, w.centre, w.audience} {
		if b, err := json.Marshal(value); err == nil && value != "" {
			out = append(out, b)
		}
	}
	if w.children {
		out = append(out, []byte(`"child"`)) // the name of Facts.Child, or the audience
	}
	return out
}
