package post

import (
	"bytes"
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// acquaintance is what the house knew about a letter's refs when it came.
type acquaintance struct {
	ids     map[int]bool                // refs known to the conversation it joins
	tickets map[helpdesk.ID]helpdesk.ID // of the conversations met
}

func (p *Postroom) idIndex(id string) []byte       { return p.secrets.Index("post.id", id) }
func (p *Postroom) addressIndex(key string) []byte { return p.secrets.Index("post.address", key) }

// judge gathers the facts for decide.
func (p *Postroom) judge(ctx context.Context, tx *store.Tx, boxes *mailboxes, in *incoming) (verdict, acquaintance, error) {
	known := acquaintance{ids: map[int]bool{}, tickets: map[helpdesk.ID]helpdesk.ID{}}
	if len(in.refs) == 0 || in.from == "" {
		return verdict{}, known, nil
	}
	in.indexes = make([][]byte, len(in.refs))
	for i, r := range in.refs {
		in.indexes[i] = p.idIndex(r.id)
	}
	who := []addressed{{p.addressIndex(in.from), from}}
	if in.replyTo != "" {
		who = append(who, addressed{p.addressIndex(in.replyTo), replyTo})
	}
	second := who[len(who)-1].index
	for _, key := range in.given {
		who = append(who, addressed{p.addressIndex(key), given})
	}
	n := atLeast(len(in.refs))
	args := append(make([]any, 0, n+2), who[0].index, second)
	facts, err := p.facts(ctx, tx, factsOf[n], append(args, padded(in.indexes, n)...), in, who, known)
	if err != nil {
		return verdict{}, known, err
	}
	facts = elsewhere(facts, boxes, in)
	v := decide(in.refs, facts, in.box.team, in.sender)
	if v == (verdict{}) && len(in.refs) > 1 || v == (verdict{}) && !in.refs[0].self {
		n := atLeast(len(in.refs))
		hints, err := p.facts(ctx, tx, hintsOf[n], padded(in.indexes, n), in, who, known)
		if err != nil {
			return verdict{}, known, err
		}
		v = decide(in.refs, elsewhere(hints, boxes, in), in.box.team, in.sender)
	}
	for _, k := range facts {
		if k.conversation == v.join && k.who == from {
			known.ids[k.ref] = true
		}
	}
	return v, known, nil
}

// elsewhere leaves out what another team's conversations know of a letter that
// was addressed to that team too: they get their own copy, this team gets a
// ticket of its own, whichever comes first.
func elsewhere(facts []known, boxes *mailboxes, in *incoming) []known {
	var out []known
	for _, k := range facts {
		if k.team == in.box.team || !boxes.reaches(in.letter, k.team) {
			out = append(out, k)
		}
	}
	return out
}

// addressed is one of the letter's addresses and the part it plays.
type addressed struct {
	index []byte
	who   party
}

func (p *Postroom) facts(ctx context.Context, tx *store.Tx, query string, args []any, in *incoming, who []addressed, met acquaintance) ([]known, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("look for the letter's thread: %w", err)
	}
	defer rows.Close()
	var out []known
	for rows.Next() {
		var id, address, sealed, mac []byte
		var ticket helpdesk.ID
		k := known{ref: -1}
		if err := rows.Scan(&id, &address, &k.conversation, &ticket, &k.team, &k.kind, &k.at, &sealed, &mac); err != nil {
			return nil, fmt.Errorf("look for the letter's thread: %w", err)
		}
		for i, x := range in.indexes {
			if bytes.Equal(x, id) {
				k.ref = i
				break
			}
		}
		for _, a := range who {
			if bytes.Equal(a.index, address) {
				k.who = a.who
				break
			}
		}
		w := whose{Conversation: k.conversation, Ticket: ticket, Team: k.team}
		origin := threadOrigin(id, address, k.conversation, ticket, k.team, k.kind)
		vouched := p.secrets.Vouched(mac, origin, sealed)
		if isMark(k.conversation) {
			w, err = p.reveal(k.conversation, sealed)
		} else { // of an older release, until tonight
			vouched = p.secrets.Vouched(mac, origin)
		}
		if !vouched || err != nil {
			// Somebody else wrote it, to draw letters elsewhere.
			p.journal.Alarm(ctx, "thread_forged", k.conversation)
			continue
		}
		k.conversation, k.team = w.Conversation, w.Team
		if k.ref >= 0 {
			met.tickets[k.conversation] = w.Ticket
			out = append(out, k)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for the letter's thread: %w", err)
	}
	return out, nil
}

// remember notes the letter's own id for everybody who was given it, and the
// ids it names and we do not know as waited for, so that what comes later, in
// whatever order, finds it.
func (p *Postroom) remember(ctx context.Context, tx *store.Tx, in *incoming, at place, have map[int]bool) error {
	if in.from == "" || len(in.refs) == 0 {
		return nil
	}
	var notes []threadNote
	sender := p.addressIndex(in.from)
	for i, r := range in.refs {
		if !r.self {
			if !have[i] {
				notes = append(notes, threadNote{in.indexes[i], sender, wanted})
			}
			continue
		}
		notes = append(notes, threadNote{in.indexes[i], sender, seen})
		if in.replyTo != "" {
			notes = append(notes, threadNote{in.indexes[i], p.addressIndex(in.replyTo), seen})
		}
		for _, key := range in.given {
			notes = append(notes, threadNote{in.indexes[i], p.addressIndex(key), seen})
		}
	}
	return p.note(ctx, tx, notes, at, in.box.team)
}

// threadNote says that a conversation knows an id by an address.
type threadNote struct {
	id, address []byte
	kind        kind
}

func (p *Postroom) note(ctx context.Context, tx *store.Tx, notes []threadNote, at place, team helpdesk.ID) error {
	if len(notes) == 0 {
		return nil
	}
	day := dayOf(p.now()).UnixMicro()
	sealed := p.hide(whose{Conversation: at.conversation, Ticket: at.ticket, Team: team})
	conversation, ticket := p.mark(at.conversation), p.mark(at.ticket)
	for len(notes) > 0 {
		n := atMost(len(notes))
		args := make([]any, 0, 9*n)
		for _, t := range notes[:n] {
			args = append(args, t.id, t.address, conversation, ticket, "", int(t.kind), day, sealed,
				p.secrets.Vouch(threadOrigin(t.id, t.address, conversation, ticket, "", t.kind), sealed))
		}
		if err := tx.Later(ctx, threadOf[n], args...); err != nil {
			return fmt.Errorf("remember the letter's thread: %w", err)
		}
		notes = notes[n:]
	}
	return nil
}

// threadOrigin is what our MAC on such a row speaks for: an id and an address
// copied to another conversation lead nowhere.
func threadOrigin(id, address []byte, conversation, ticket, team helpdesk.ID, k kind) vault.Context {
	return vault.At("post.thread.origin", id, address, conversation, ticket, team, int(k))
}

// padded repeats the last index until the list has n: one id twice in a list
// is one id.
func padded(indexes [][]byte, n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = indexes[min(i, len(indexes)-1)]
	}
	return out
}
