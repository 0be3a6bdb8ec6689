package tickets

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// What the journal is told of reading, beside the opening of a conversation. A
// line stands for a quarter of an hour of one session.
const (
	VerbFile   = "file.opened"   // a file or the letter as it came; Object is its conversation
	VerbPerson = "person.opened" // the page of a ticket's person; Object is the ticket
	VerbSearch = "search.words"  // that somebody searched; for what is written nowhere
)

// searched notes a search for words, and one for the searcher's own surname,
// which may be that of a relative. The words go no further than this.
func (d *Desk) searched(ctx context.Context, s *staff.Session, words string) error {
	if strings.TrimSpace(words) == "" {
		return nil
	}
	if err := d.journal.Noted(ctx, s.ID, s.User.ID, VerbSearch, ""); err != nil {
		return fmt.Errorf("note a search: %w", err)
	}
	if !namesSelf(words, s.User.Name) {
		return nil
	}
	if err := d.journal.Noted(ctx, s.ID, s.User.ID, journal.VerbOwnName, ""); err != nil {
		return fmt.Errorf("note a search: %w", err)
	}
	return nil
}

// selfLeast is how many letters of a surname a search must hold to mean it.
const selfLeast = 3

// namesSelf tells whether a search finds what bears the surname of somebody:
// every word of their name but the first. A search finds parts of words, so its
// words may be the beginning of a name, and the other way about ("Lindström",
// "Lindströms").
func namesSelf(words, name string) bool {
	apart := func(s string) []string {
		return strings.FieldsFunc(Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	}
	_, after, _ := strings.Cut(strings.TrimSpace(name), " ")
	own := apart(after) // none: one name alone is no surname
	for _, word := range apart(words) {
		if len([]rune(word)) < selfLeast {
			continue
		}
		if slices.ContainsFunc(own, func(n string) bool {
			return strings.HasPrefix(n, word) || len([]rune(n)) >= selfLeast && strings.HasPrefix(word, n)
		}) {
			return true
		}
	}
	return false
}

// Called is a ticket as pages name it where lines of the journal lead to it.
type Called struct {
	Ticket helpdesk.ID
	Number int64
	Team   helpdesk.ID
	Owner  helpdesk.ID // "" when nobody has it
	Reads  bool        // the session is of its team
}

// calledMost bounds one query's parameters.
const calledMost = 500

// Called names the tickets that objects of the journal are of: tickets and
// conversations. To coordinators all but those of restricted teams, to others
// those of their own teams. What is not named is nobody's to know here: it looks
// like what is no ticket at all.
func (d *Desk) Called(ctx context.Context, s *staff.Session, objects ...helpdesk.ID) (map[helpdesk.ID]Called, error) {
	objects = slices.DeleteFunc(slices.Clone(objects), func(id helpdesk.ID) bool { return id == "" || isMark(id) })
	slices.Sort(objects)
	out, ticketOf := map[helpdesk.ID]Called{}, map[helpdesk.ID]helpdesk.ID{}
	for part := range slices.Chunk(slices.Compact(objects), calledMost) {
		for _, id := range part {
			ticketOf[id] = id
		}
		if err := d.each(ctx, selectTalkTickets, part, func(rows *sql.Rows) error {
			var talk, ticket helpdesk.ID
			err := rows.Scan(&talk, &ticket)
			ticketOf[talk] = ticket
			return err
		}); err != nil {
			return nil, err
		}
	}
	found := map[helpdesk.ID]Called{}
	for part := range slices.Chunk(slices.Compact(slices.Sorted(maps.Values(ticketOf))), calledMost) {
		if err := d.each(ctx, selectCalled, part, func(rows *sql.Rows) error {
			var t row
			if err := rows.Scan(t.dest()...); err != nil {
				return err
			}
			// A row that is not ours could lead a restricted ticket out as another's.
			if !t.restricted() && d.facts(&t).Proven && (s.Coordinator() || s.Member(t.team)) {
				found[t.id] = Called{Ticket: t.id, Number: t.number, Team: t.team, Owner: t.owner, Reads: s.Member(t.team)}
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	for object, ticket := range ticketOf {
		if c, ok := found[ticket]; ok {
			out[object] = c
		}
	}
	return out, nil
}

// each runs a query over a list of ids, which ends it.
func (d *Desk) each(ctx context.Context, query string, ids []helpdesk.ID, one func(*sql.Rows) error) error {
	rows, err := d.db.Query(ctx, query+store.Places(len(ids), 1)+")", anys(ids)...)
	if err != nil {
		return fmt.Errorf("name tickets: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := one(rows); err != nil {
			return fmt.Errorf("name tickets: %w", err)
		}
	}
	return finish(rows, "name tickets")
}

// BookObjects are what the journal's lines about a ticket are of: itself and its
// conversations. ErrNotFound for a number the session may not hear of (Called),
// as for one that no ticket has.
func (d *Desk) BookObjects(ctx context.Context, s *staff.Session, number int64) ([]helpdesk.ID, error) {
	var id helpdesk.ID
	if err := d.db.QueryRow(ctx, selectByNumber, number).Scan(&id); err != nil {
		return nil, fmt.Errorf("ticket by number: %w", err)
	}
	named, err := d.Called(ctx, s, id)
	if err != nil {
		return nil, err
	}
	if _, may := named[id]; !may {
		return nil, fmt.Errorf("ticket by number: %w", helpdesk.ErrNotFound)
	}
	talks, err := store.IDs(ctx, d.db, selectBookTalks, id)
	if err != nil {
		return nil, fmt.Errorf("conversations of ticket %s: %w", id, err)
	}
	return append(talks, id), nil
}

const (
	// The ids follow.
	selectCalled      = `SELECT ` + ticketColumns + ` FROM tickets_ticket WHERE id IN (`
	selectTalkTickets = `SELECT id, ticket FROM tickets_conversation WHERE id IN (`

	selectBookTalks = `SELECT id FROM tickets_conversation WHERE ticket = $1`
)
