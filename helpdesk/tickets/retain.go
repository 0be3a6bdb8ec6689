package tickets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// What the rules of keeping ask of this room. They look at what stands in plain
// alone: that a ticket is closed, and when its last word was. Of a restricted
// team's the row tells the half of the year, so such a ticket goes when the
// whole of that half is long enough ago: up to six months later than another,
// never sooner.

// Part is what is erased of an old ticket.
type Part string

const (
	PartTicket    Part = "ticket"    // all of it, but for unlinked keyed marks
	PartWords     Part = "words"     // what was said, with everything that hangs on it; who and when stays
	PartFiles     Part = "files"     // attachments
	PartOriginals Part = "originals" // letters as they came
)

// Old is a closed ticket as the rules of keeping see it.
type Old struct {
	ID     helpdesk.ID
	Number int64 // 0 of a restricted team's, whose row has none that anybody knows
	Team   helpdesk.ID
	Last   time.Time // its last word's day; of a restricted team's the end of that half of the year
	Runs   bool      // a date of it is open that lies no longer back than that
}

// OldFrom is where a list goes on; the zero value is its beginning.
type OldFrom struct {
	rank int64
	id   helpdesk.ID
}

// lastHalf is how much earlier a restricted team's half of a year must begin.
const lastHalf = -6

// cut is the instant before which a ticket's place must lie.
func cut(restricted bool, before time.Time) int64 {
	if restricted {
		before = before.AddDate(0, lastHalf, 0)
	}
	return before.UnixMicro()
}

// OldOf lists at most so many closed tickets of a team whose last word was before
// an instant, the oldest first, and where the next ones begin; the zero OldFrom
// when there are none.
func (d *Desk) OldOf(ctx context.Context, r store.Reader, team staff.Team, before time.Time, from OldFrom, most int) ([]Old, OldFrom, error) {
	if from == (OldFrom{}) {
		from.rank = 1<<62 + 1
	}
	rows, err := d.ticketRows(ctx, r, selectOld, team.ID, 1<<62-cut(team.Restricted, before), from.rank, from.id, most)
	if err != nil {
		return nil, OldFrom{}, err
	}
	running, err := d.running(ctx, r, rows, before)
	if err != nil {
		return nil, OldFrom{}, err
	}
	var out []Old
	for _, t := range rows {
		o := Old{ID: t.id, Number: t.number, Team: t.team, Last: instant(1<<62 - t.rank), Runs: running[t.id]}
		if t.restricted() {
			o.Number, o.Last = 0, o.Last.AddDate(0, -lastHalf, 0)
		}
		out = append(out, o)
	}
	if len(rows) < most {
		return out, OldFrom{}, nil
	}
	last := rows[len(rows)-1]
	return out, OldFrom{last.rank, last.id}, nil
}

// CountOld counts what OldOf lists, with what still runs.
func (d *Desk) CountOld(ctx context.Context, r store.Reader, team staff.Team, before time.Time) (int64, error) {
	var n int64
	err := r.QueryRow(ctx, countOld, team.ID, 1<<62-cut(team.Restricted, before)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the old tickets of team %s: %w", team.ID, err)
	}
	return n, nil
}

// running are the tickets with an open date that lies no longer back than
// before: to do something by, or a right that somebody asked for.
func (d *Desk) running(ctx context.Context, r store.Reader, rows []*row, before time.Time) (map[helpdesk.ID]bool, error) {
	out, marks := map[helpdesk.ID]bool{}, map[helpdesk.ID]helpdesk.ID{}
	for _, t := range rows {
		if t.restricted() {
			marks[d.dayMark(dayDue, t.team, t.id)] = t.id
		}
		out[t.id] = t.dueDay >= before.UnixMicro()
	}
	if len(marks) == 0 {
		return out, nil
	}
	args := []any{before.UnixMicro()}
	for mark := range marks {
		args = append(args, mark)
	}
	found, err := idsOf(ctx, r, selectDueMarks+store.Places(len(marks), 2)+")", args...)
	if err != nil {
		return nil, err
	}
	for _, mark := range found {
		out[marks[mark]] = true
	}
	return out, nil
}

// Left are those of some tickets of which a part is still there, in them or in
// what is joined into them.
func (d *Desk) Left(ctx context.Context, r store.Reader, part Part, tickets []helpdesk.ID) ([]helpdesk.ID, error) {
	if part == PartTicket || len(tickets) == 0 {
		return tickets, nil
	}
	roots, err := d.Roots(ctx, r, tickets)
	if err != nil {
		return nil, err
	}
	all := slices.Collect(maps.Keys(roots))
	found, err := idsOf(ctx, r, many(selectLeft[part], len(all)), anys(all)...)
	if err != nil {
		return nil, err
	}
	keep := map[helpdesk.ID]bool{}
	for _, id := range found {
		keep[roots[id]] = true
	}
	return slices.DeleteFunc(slices.Clone(tickets), func(id helpdesk.ID) bool { return !keep[id] }), nil
}

// Roots says of each of some tickets, and of all that is joined into them, under
// which of them it is.
func (d *Desk) Roots(ctx context.Context, r store.Reader, tickets []helpdesk.ID) (map[helpdesk.ID]helpdesk.ID, error) {
	out := map[helpdesk.ID]helpdesk.ID{}
	for _, id := range tickets {
		out[id] = id
	}
	for next := tickets; len(next) > 0; {
		rows, err := d.ticketRows(ctx, r, many(selectJoined, len(next)), anys(next)...)
		if err != nil {
			return nil, err
		}
		next = nil
		for _, j := range rows {
			if out[j.id] == "" && d.secrets.Vouched(j.mac, j.origin()) {
				out[j.id] = out[j.joinedInto]
				next = append(next, j.id)
			}
		}
	}
	return out, nil
}

// Aged is what EraseOld did.
type Aged struct {
	Tickets []helpdesk.ID // those asked for of which something was erased
	All     []helpdesk.ID // with what was joined into them
	Persons []helpdesk.ID // PartTicket: whom nothing here concerns any more
	Writers []helpdesk.ID // PartTicket: who wrote none of what is left
}

// EraseOld erases a part of tickets that OldOf listed, in the caller's
// transaction. Whatever was reopened, said or asked for meanwhile stays as it is:
// rows are locked and looked at again. Between the two, and only for whole
// tickets, before has other rooms let go of what is theirs.
func (d *Desk) EraseOld(ctx context.Context, tx *store.Tx, part Part, tickets []helpdesk.ID, before time.Time, others func(all []helpdesk.ID) error) (Aged, error) {
	var out Aged
	rows, err := d.lockMany(ctx, tx, tickets, lockOld)
	if err != nil {
		return out, err
	}
	running, err := d.running(ctx, tx, rows, before)
	if err != nil {
		return out, err
	}
	rows = slices.DeleteFunc(rows, func(t *row) bool {
		return running[t.id] || t.rank <= 1<<62-cut(t.restricted(), before)
	})
	for _, t := range rows {
		out.Tickets = append(out.Tickets, t.id)
	}
	for next := out.Tickets; len(next) > 0; {
		joined, err := d.joinedTo(ctx, tx, next)
		if err != nil {
			return out, err
		}
		next = nil
		for _, j := range joined {
			next = append(next, j.id)
		}
		rows = append(rows, joined...)
	}
	if len(rows) == 0 {
		return out, nil
	}
	for _, t := range rows {
		out.All = append(out.All, t.id)
	}
	if part != PartTicket {
		return out, d.erasePart(ctx, tx, part, out.All, rows)
	}
	if err := others(out.All); err != nil {
		return out, err
	}
	if err := d.eraseRows(ctx, tx, rows); err != nil {
		return out, err
	}
	out.Persons, out.Writers, err = d.unnamed(ctx, tx, rows)
	return out, err
}

// joinedTo locks what is joined into some locked tickets.
func (d *Desk) joinedTo(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) ([]*row, error) {
	found, err := d.ticketRows(ctx, tx, many(selectJoined, len(tickets)), anys(tickets)...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var ids []helpdesk.ID
	for _, j := range found {
		if d.secrets.Vouched(j.mac, j.origin()) {
			ids = append(ids, j.id)
		}
	}
	rows, err := d.lockMany(ctx, tx, ids, lockTicket)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(j *row) bool { return !slices.Contains(tickets, j.joinedInto) }), nil
}

// lockMany locks conversations and then tickets, as Append does.
func (d *Desk) lockMany(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID, query string) ([]*row, error) {
	if len(tickets) == 0 {
		return nil, nil
	}
	if err := tx.Hold(ctx, many(lockTalksOf, len(tickets)), anys(tickets)...); err != nil {
		return nil, fmt.Errorf("lock conversations: %w", err)
	}
	return d.ticketRows(ctx, tx, many(query, len(tickets)), anys(tickets)...)
}

// erasePart erases what is said, enclosed or kept as it came in all messages of
// some tickets.
func (d *Desk) erasePart(ctx context.Context, tx *store.Tx, part Part, tickets []helpdesk.ID, rows []*row) error {
	talks, said, err := d.inside(ctx, tx, tickets)
	if err != nil {
		return err
	}
	queries := map[Part][]string{
		PartFiles:     {eraseFiles},
		PartOriginals: {eraseOriginals},
		PartWords:     {eraseFiles, eraseOriginals, eraseFolded, eraseLetterKeys},
	}[part]
	if err := each(ctx, tx, queries, said); err != nil {
		return fmt.Errorf("erase %s: %w", part, err)
	}
	if part != PartWords {
		return nil
	}
	marks, objects := d.calledBeside(rows)
	err = errors.Join(
		each(ctx, tx, []string{eraseTranslations}, talks),
		each(ctx, tx, []string{eraseDrafts, erasePassed}, tickets), // what nobody sent
		each(ctx, tx, []string{erasePassed}, marks),
		each(ctx, tx, []string{eraseDrafts}, objects),
	)
	if err != nil {
		return fmt.Errorf("erase %s: %w", part, err)
	}
	messages, err := d.messageRows(ctx, tx, many(selectSaid, len(tickets)), anys(tickets)...)
	if err != nil {
		return err
	}
	for _, m := range messages {
		m.state, m.content = messageErased, []byte{}
		if err := tx.Later(ctx, eraseWords, m.content, d.secrets.Vouch(m.origin(), m.content), m.id); err != nil {
			return fmt.Errorf("erase words: %w", err)
		}
	}
	return d.dropLinks(ctx, tx, talks)
}

// unnamed are the persons and writers of erased tickets whom nothing that is left
// names.
func (d *Desk) unnamed(ctx context.Context, r store.Reader, rows []*row) (persons, writers []helpdesk.ID, err error) {
	add := func(list []helpdesk.ID, id helpdesk.ID) []helpdesk.ID {
		if id == "" || isMark(id) || slices.Contains(list, id) {
			return list
		}
		return append(list, id)
	}
	for _, t := range rows {
		persons, writers = add(persons, t.person), add(writers, t.writer)
	}
	if len(persons) > 0 {
		named, err := idsOf(ctx, r, namedPersons(len(persons)), anys(persons)...)
		if err != nil {
			return nil, nil, err
		}
		persons = slices.DeleteFunc(persons, func(id helpdesk.ID) bool { return slices.Contains(named, id) })
	}
	if len(writers) == 0 {
		return persons, nil, nil
	}
	closed, err := d.restrictedTeams(ctx)
	if err != nil {
		return nil, nil, err
	}
	called := map[helpdesk.ID]helpdesk.ID{}
	var names []any
	for _, w := range writers {
		for _, name := range d.aliases(w, closed) {
			called[name.(helpdesk.ID)] = w
			names = append(names, name)
		}
	}
	found, err := idsOf(ctx, r, many(selectNamedWriters, len(names)), names...)
	if err != nil {
		return nil, nil, err
	}
	named := map[helpdesk.ID]bool{}
	for _, name := range found {
		named[called[name]] = true
	}
	return persons, slices.DeleteFunc(writers, func(id helpdesk.ID) bool { return named[id] }), nil
}

// EraseTold erases one ticket, whatever it stands at, with what is joined into
// it, because its person wants it and a coordinator says so. others as for
// EraseOld. ErrNotFound when it is not there.
func (d *Desk) EraseTold(ctx context.Context, tx *store.Tx, ticket helpdesk.ID, others func(all []helpdesk.ID) error) (Aged, error) {
	rows, err := d.lockMany(ctx, tx, []helpdesk.ID{ticket}, lockTicket)
	if err == nil && len(rows) == 0 {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return Aged{}, fmt.Errorf("erase ticket %s: %w", ticket, err)
	}
	for next := []helpdesk.ID{ticket}; len(next) > 0; {
		joined, err := d.joinedTo(ctx, tx, next)
		if err != nil {
			return Aged{}, err
		}
		next = nil
		for _, j := range joined {
			next = append(next, j.id)
		}
		rows = append(rows, joined...)
	}
	out := Aged{Tickets: []helpdesk.ID{ticket}}
	for _, t := range rows {
		out.All = append(out.All, t.id)
	}
	if err := others(out.All); err != nil {
		return Aged{}, err
	}
	if err := d.eraseRows(ctx, tx, rows); err != nil {
		return Aged{}, err
	}
	for _, t := range rows {
		if err := d.recordOf(ctx, tx, "", "ticket.erased", t); err != nil {
			return Aged{}, err
		}
		d.ring(tx, t)
	}
	out.Persons, out.Writers, err = d.unnamed(ctx, tx, rows)
	return out, err
}

// Joined are a ticket and all that is joined into it.
func (d *Desk) Joined(ctx context.Context, r store.Reader, ticket helpdesk.ID) ([]helpdesk.ID, error) {
	roots, err := d.Roots(ctx, r, []helpdesk.ID{ticket})
	if err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(roots)), nil
}

// Record writes a line of the journal about a ticket for another room; one of a
// restricted team is called there as this room calls it.
func (d *Desk) Record(ctx context.Context, tx *store.Tx, actor helpdesk.ID, verb string, ticket helpdesk.ID) error {
	return d.record(ctx, tx, actor, verb, ticket)
}

// Numbered finds a ticket by its number; of a restricted team's nobody knows it.
// ErrNotFound when there is none.
func (d *Desk) Numbered(ctx context.Context, r store.Reader, number int64) (helpdesk.ID, error) {
	var id helpdesk.ID
	if err := r.QueryRow(ctx, selectNumbered, number).Scan(&id); err != nil {
		return "", fmt.Errorf("ticket number %d: %w", number, err)
	}
	return id, nil
}

// Known tells of some tickets which team has them and their number, 0 of a
// restricted team's; without those that are not there.
func (d *Desk) Known(ctx context.Context, r store.Reader, tickets []helpdesk.ID) (map[helpdesk.ID]Old, error) {
	out := map[helpdesk.ID]Old{}
	if len(tickets) == 0 {
		return out, nil
	}
	rows, err := d.ticketRows(ctx, r, many(selectTicket, len(tickets)), anys(tickets)...)
	if err != nil {
		return nil, err
	}
	for _, t := range rows {
		o := Old{ID: t.id, Number: t.number, Team: t.team}
		if t.restricted() {
			o.Number = 0
		}
		out[t.id] = o
	}
	return out, nil
}
