package tickets

import (
	"strconv"
	"strings"

	"returnsupport/helpdesk"
)

// The queue's queries. A row-value comparison is one index range on both
// engines, and the LIMIT stands inside, where no planner can read more than a
// page before it joins. A ticket without a reader row is somebody's tampering;
// it is shown unopened, because hiding it would lose it.
const (
	lineColumns = `t.id, t.number, t.conversation, t.team, t.owner, t.state, t.priority, t.due_day,
		t.channel, t.language, t.writer, t.person, t.opened_at, t.waiting_since, t.last_at,
		t.rank, t.serial, t.version, t.joined_into, t.joined_state, t.mac,
		COALESCE(c.epoch, 0), COALESCE(c.head_epoch, 0), c.head, c.mac,
		COALESCE(r.conversation, ''), COALESCE(r.epoch, 0), COALESCE(r.kind, ''), COALESCE(r.reader, ''),
		COALESCE(r.reader_version, 0), COALESCE(r.form, ''), r.wrap, r.mac, COALESCE(r.expires, 0)`
	lineJoins = ` t
		LEFT JOIN tickets_conversation c ON c.id = t.conversation
		LEFT JOIN tickets_reader r ON r.conversation = c.id AND r.epoch = c.head_epoch AND r.kind = 'team' AND r.reader = t.team`
	selectQueue = `SELECT ` + lineColumns + ` FROM (SELECT ` + ticketColumns + ` FROM tickets_ticket`
	orderRank   = ` ORDER BY rank, id`
	orderDue    = ` ORDER BY due_day, rank, id`
	queueRank   = orderRank + ` LIMIT 51)` + lineJoins + ` ORDER BY t.rank, t.id`
	selectBare  = `SELECT ` + ticketColumns + bareColumns + ` FROM tickets_ticket`
	bareNext    = orderRank + ` LIMIT 12`
	bareColumns = `, 0, 0, NULL, NULL, '', 0, '', '', 0, '', NULL, NULL, 0` // a line without what opens it
	queueNext   = orderRank + ` LIMIT 12)` + lineJoins + ` ORDER BY t.rank, t.id`

	// A search reads where tickets stand out of the index alone, then a team's
	// sifts in the order in which they lie, then the heads of what is left.
	selectStands = `SELECT due_day, rank, id FROM tickets_ticket`
	selectSifts  = `SELECT ticket, version, body FROM tickets_sift WHERE team = $1 AND ticket >= $2 AND ticket < $3`
	selectSought = `SELECT c.ticket, c.id, c.head_epoch, c.head,
		COALESCE(r.kind, ''), COALESCE(r.reader_version, 0), COALESCE(r.form, ''), r.wrap, r.mac, COALESCE(r.expires, 0),
		COALESCE(s.team, ''), COALESCE(s.version, 0), COALESCE(s.stamp, 0), s.body
		FROM tickets_conversation c
		LEFT JOIN tickets_reader r ON r.conversation = c.id AND r.epoch = c.head_epoch AND r.kind = 'team' AND r.reader = $1
		LEFT JOIN tickets_sift s ON s.ticket = c.ticket
		WHERE c.kind = 'person' AND c.ticket IN (`
	// The open tickets of a restricted team, with their sifts; all else of them
	// is sealed.
	selectVeiled = `SELECT t.id, t.state, t.serial, COALESCE(s.team, ''), COALESCE(s.version, 0), COALESCE(s.stamp, 0), s.body
		FROM tickets_ticket t LEFT JOIN tickets_sift s ON s.ticket = t.id
		WHERE t.team = $1 AND t.state IN ('open', 'waiting')`
	upsertSift = `INSERT INTO tickets_sift (ticket, team, version, stamp, body)
		SELECT id, team, $3, $4, $5 FROM tickets_ticket WHERE id = $1 AND team = $2 AND state IN ('open', 'waiting')
		ON CONFLICT (ticket) DO UPDATE SET team = excluded.team, version = excluded.version, body = excluded.body
		WHERE tickets_sift.stamp = excluded.stamp`

	// The condition is asked again when the row is locked, whoever held it
	// before; only whether $2 reads it at $3 is asked as things stood when the
	// statement began.
	claimUnowned = `UPDATE tickets_ticket SET owner = $2, version = version + 1
		WHERE id = $1 AND owner = '' AND state = 'open' AND channel <> '' AND EXISTS (
		SELECT 1 FROM tickets_conversation c JOIN tickets_reader r ON r.conversation = c.id AND r.epoch = c.epoch
		WHERE c.id = tickets_ticket.conversation AND (r.expires = 0 OR r.expires > $3) AND (r.kind = 'user' AND r.reader = $2
		OR r.kind = 'team' AND EXISTS (SELECT 1 FROM staff_member h WHERE h.team = r.reader AND h.user_id = $2)))
		RETURNING ` + ticketColumns

	selectStep  = `SELECT rank, id FROM tickets_ticket`
	stepLimit   = orderRank + ` LIMIT 1 OFFSET ` // a number follows
	countQueue  = `SELECT COUNT(*) FROM (SELECT 1 FROM tickets_ticket`
	countAtMost = ` LIMIT 1001) AS t`
)

// where is a WHERE clause under construction: conditions with their arguments.
type where struct {
	text strings.Builder
	args []any
}

// and adds a condition; each ? in it stands for the next value.
func (w *where) and(condition string, values ...any) {
	lead := " AND "
	if w.text.Len() == 0 {
		lead = " WHERE "
	}
	w.text.WriteString(lead)
	for _, v := range values {
		before, after, _ := strings.Cut(condition, "?")
		w.args = append(w.args, v)
		w.text.WriteString(before + "$" + strconv.Itoa(len(w.args)))
		condition = after
	}
	w.text.WriteString(condition)
}

// condition is one of a plan's own; value stands for the ? in it.
type condition struct {
	text  string
	value any
}

// within is the index range of one team and state behind a stand; up to one
// where until is given. Its values come behind those of args.
func (p *plan) within(args []any, team helpdesk.ID, state State, after stand, until *stand) (string, []any) {
	w := where{args: args}
	w.and("team = ?", team)
	w.and("state = ?", string(state))
	if p.byDue {
		w.and("(due_day, rank, id) > (?, ?, ?)", after.due, after.rank, after.id)
	} else {
		w.and("(rank, id) > (?, ?)", after.rank, after.id)
	}
	if until != nil {
		w.and("(rank, id) <= (?, ?)", until.rank, until.id)
	}
	for _, c := range p.where {
		w.and(c.text, c.value)
	}
	return w.text.String(), w.args
}

// reach is one index range a page is made of.
type reach struct {
	team  helpdesk.ID
	state State
	until *stand // nil for to its end
}

// places asks where a page's first tickets stand, out of the index alone: of
// each range a page, in one question.
func (p *plan) places(all []reach, after stand) (query string, args []any) {
	columns, order := "0 AS due_day, rank, id", orderRank // all of them in each index
	if p.byDue {
		columns, order = "due_day, rank, id", orderDue
	}
	for i, r := range all {
		var text string
		text, args = p.within(args, r.team, r.state, after, r.until)
		if i > 0 {
			query += " UNION ALL "
		}
		query += "SELECT due_day, rank, id FROM (SELECT " + columns + " FROM tickets_ticket" + text + order + " LIMIT 51) AS place" + strconv.Itoa(i)
	}
	return query, args
}

// lines asks for a page with all that opens it, up to a stand where one is given.
func (p *plan) lines(team helpdesk.ID, state State, after stand, until *stand) (string, []any) {
	text, args := p.within(nil, team, state, after, until)
	return selectQueue + text + queueRank, args
}

// next asks for a few tickets to take.
func (p *plan) next(team helpdesk.ID, state State, after stand, whole bool) (string, []any) {
	text, args := p.within(nil, team, state, after, nil)
	if whole {
		return selectQueue + text + queueNext, args
	}
	return selectBare + text + bareNext, args
}

// stands asks where all of them stand.
func (p *plan) stands(team helpdesk.ID, state State) (string, []any) {
	text, args := p.within(nil, team, state, p.first(), nil)
	return selectStands + text, args
}

// step asks which ticket stands n behind a stand.
func (p *plan) step(team helpdesk.ID, state State, after stand, n int64) (string, []any) {
	var w where
	w.and("team = ?", team)
	w.and("state = ?", string(state))
	w.and("(rank, id) > (?, ?)", after.rank, after.id)
	return selectStep + w.text.String() + stepLimit + strconv.FormatInt(n-1, 10), w.args
}

// count asks how many there are, up to 1,001.
func (p *plan) count(team helpdesk.ID, state State, until *stand) (string, []any) {
	text, args := p.within(nil, team, state, p.first(), until)
	return countQueue + text + countAtMost, args
}
