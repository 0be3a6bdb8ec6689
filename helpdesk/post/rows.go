package post

import (
	"strconv"
	"strings"
)

const (
	selectBookmark = `SELECT uidvalidity, uid FROM post_bookmark WHERE mailbox = $1`
	// A mail handed over late must not move the bookmark back; a folder with a
	// new UIDVALIDITY begins again.
	moveBookmark = `INSERT INTO post_bookmark (mailbox, uidvalidity, uid, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (mailbox) DO UPDATE SET uidvalidity = excluded.uidvalidity, uid = excluded.uid, at = excluded.at
		WHERE post_bookmark.uidvalidity <> excluded.uidvalidity OR post_bookmark.uid < excluded.uid`
	insertSeen = `INSERT INTO post_seen (mailbox, uidvalidity, uid, outcome, object) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (mailbox, uidvalidity, uid) DO NOTHING`

	selectLetters = `SELECT team, object, conversation, ticket FROM post_letter WHERE identity = $1`
	insertLetter  = `INSERT INTO post_letter (identity, team, object, conversation, ticket) VALUES ($1, $2, $3, $4, $5)`
	updateLetter  = `UPDATE post_letter SET object = $1, conversation = $2, ticket = $3 WHERE object = $4 AND team = $5`
	selectTwins   = `SELECT DISTINCT o.team, o.ticket FROM post_letter l JOIN post_letter o ON o.identity = l.identity
		WHERE l.ticket = $1 AND o.ticket <> l.ticket AND o.ticket <> ''`

	// The list of ids stands between the two halves. Strangers' rows count
	// only where an id is waited for, so a reused id can't crowd out the
	// sender's own.
	threadFacts1 = `SELECT id_index, address_index, conversation, ticket, team, kind, at, mac FROM post_thread
		WHERE (address_index = $1 OR address_index = $2 OR kind = 3) AND id_index IN (`
	threadFacts2 = `) ORDER BY kind, at DESC LIMIT 200`
	threadHints1 = `SELECT id_index, address_index, conversation, ticket, team, kind, at, mac FROM post_thread
		WHERE kind < 3 AND id_index IN (`
	threadHints2 = `) ORDER BY at DESC LIMIT 20`
	// The tuples stand between. What was waited for and has come is no longer
	// waited for; what is ours stays ours.
	insertThread1 = `INSERT INTO post_thread (id_index, address_index, conversation, ticket, team, kind, at, mac) VALUES `
	insertThread2 = ` ON CONFLICT (id_index, address_index, conversation)
		DO UPDATE SET kind = excluded.kind, at = excluded.at, mac = excluded.mac WHERE post_thread.kind > excluded.kind`

	insertAside = `INSERT INTO post_aside (id, team, version, mailbox, uidvalidity, uid, kind, reason, at, size, sealed, mac, state, conversation)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'new', '')`
	insertAsideChunk = `INSERT INTO post_asidechunk (aside, n, chunk) VALUES ($1, $2, $3)`

	asideColumns = `id, team, version, mailbox, uidvalidity, uid, kind, reason, at, size, sealed, mac, state, conversation`
	// The teams follow.
	asideList = `SELECT ` + asideColumns + ` FROM post_aside
		WHERE state = 'new' AND (kind = $1 OR $1 = '') AND (at < $2 OR at = $2 AND id < $3) AND team IN (`
	asideOrder       = `) ORDER BY at DESC, id DESC LIMIT 51`
	asideAll         = `SELECT ` + asideColumns + ` FROM post_aside WHERE id > $1 AND team IN (`
	asideAllOrder    = `) ORDER BY id LIMIT 50`
	asideCounts      = `SELECT kind, COUNT(*) FROM post_aside WHERE state = 'new' AND team IN (`
	selectAside      = `SELECT ` + asideColumns + ` FROM post_aside WHERE id = $1`
	selectAsideChunk = `SELECT chunk FROM post_asidechunk WHERE aside = $1 AND n = $2`
	markAside        = `UPDATE post_aside SET state = $1 WHERE id = $2 AND state = $3`
	claimAside       = `UPDATE post_aside SET state = 'recovered' WHERE id = $1 AND state <> 'recovered'`
	settleAside      = `UPDATE post_aside SET conversation = $1 WHERE id = $2`
	selectTicketOf   = `SELECT ticket FROM post_letter WHERE conversation = $1 AND ticket <> '' LIMIT 1`

	selectSentAs = `SELECT id, message, conversation, ticket, team, mailbox, author, mac FROM post_outbox WHERE id_index = $1`
	// A report is believed once, and not for a letter that never left.
	refuseDelivery = `UPDATE post_delivery SET state = 'refused', code = $1, at = $2
		WHERE outbox = $3 AND address_index = $4 AND state <> 'refused'`
	refuseOnlyDelivery = `UPDATE post_delivery SET state = 'refused', code = $1, at = $2
		WHERE outbox = $3 AND state = 'accepted' AND 1 = (SELECT COUNT(*) FROM post_delivery o WHERE o.outbox = $3)`
	failOutbox = `UPDATE post_outbox SET state = 'failed', noted = FALSE WHERE id = $1 AND due = 0 AND state <> 'undone'`
)

const outboxColumns = `id, ticket, message, team, mailbox, author, state, made, due, attempts, again, number, hold`

const (
	insertOutbox = `INSERT INTO post_outbox (id, message, conversation, ticket, team, mailbox, author, id_index, mail,
		state, made, due, lease, attempts, again, noted, client_index, number, hold, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'held', $10, $11, '', 0, 0, FALSE, $12, $13, $11, $14)`
	insertDelivery = `INSERT INTO post_delivery (outbox, position, address_index, state, code, at) VALUES ($1, $2, $3, 'waiting', '', $4)`
	selectByClient = `SELECT ` + outboxColumns + ` FROM post_outbox WHERE client_index = $1`
	selectOutbox   = `SELECT ` + outboxColumns + ` FROM post_outbox WHERE id = $1`
	// A letter stays in its author's reach until a worker has it.
	undoOutbox = `UPDATE post_outbox SET state = 'undone', mail = $1, due = 0
		WHERE id = $2 AND author = $3 AND state = 'held' AND lease = ''`
	forgetThread = `DELETE FROM post_thread WHERE id_index = (SELECT id_index FROM post_outbox WHERE id = $1) AND kind = 1`
	// The teams follow.
	outboxList = `SELECT ` + outboxColumns + ` FROM post_outbox
		WHERE (state IN ('held', 'waiting', 'sending') OR state = 'failed' AND NOT noted) AND (author = $1 OR team IN (`
	outboxOrder = `)) ORDER BY made DESC, id LIMIT 200`
	// The messages follow.
	outboxOfMessages = `SELECT ` + outboxColumns + ` FROM post_outbox WHERE message IN (`
	// The letters follow.
	selectDeliveries = `SELECT outbox, position, state, code, at FROM post_delivery WHERE outbox IN (`
	noteOutbox       = `UPDATE post_outbox SET noted = TRUE WHERE id = $1 AND state = 'failed'`

	selectSerial = `SELECT serial, joined_into FROM tickets_ticket WHERE id = $1`

	selectDue  = `SELECT id FROM post_outbox WHERE due > 0 AND due <= $1 ORDER BY due, id LIMIT 16`
	selectNext = `SELECT COALESCE(MIN(due), 0) FROM post_outbox WHERE due > 0`
	// due moves with every claim, so of many claimants one finds it still due.
	claimOutbox = `UPDATE post_outbox SET again = again + CASE WHEN state = 'sending' THEN 1 ELSE 0 END,
		state = 'sending', lease = $1, due = $2, attempts = attempts + 1
		WHERE id = $3 AND due > 0 AND due <= $4
		RETURNING id, message, conversation, ticket, team, mailbox, author, mac, id_index, mail, made, attempts`
	extendLease   = `UPDATE post_outbox SET due = $1 WHERE id = $2 AND lease = $3 AND state = 'sending'`
	deferOutbox   = `UPDATE post_outbox SET state = 'waiting', due = $1, lease = '' WHERE id = $2 AND lease = $3 AND state = 'sending'`
	finishOutbox  = `UPDATE post_outbox SET state = $1, due = 0, mail = $2, lease = '' WHERE id = $3 AND lease = $4 AND state = 'sending'`
	selectWaiting = `SELECT position FROM post_delivery WHERE outbox = $1 AND state = 'waiting' ORDER BY position`
	markDelivery  = `UPDATE post_delivery SET state = $1, code = $2, at = $3 WHERE outbox = $4 AND position = $5 AND state = 'waiting'`
	countRefused  = `SELECT COUNT(*) FROM post_delivery WHERE outbox = $1 AND state = 'refused'`
)

// Tickets that are over, and what is joined into them.
const closedTickets = `(SELECT t.id FROM tickets_ticket t LEFT JOIN tickets_ticket r ON r.id = t.joined_into
	WHERE t.state = 'closed' OR r.state = 'closed')`

const (
	coarsenThreads    = `UPDATE post_thread SET at = at - at % 86400000000 WHERE at % 86400000000 <> 0 AND ticket IN ` + closedTickets
	coarsenDeliveries = `UPDATE post_delivery SET at = at - at % 86400000000 WHERE at % 86400000000 <> 0 AND outbox IN
		(SELECT id FROM post_outbox WHERE due = 0 AND ticket IN ` + closedTickets + `)`
	coarsenOutbox = `UPDATE post_outbox SET made = made - made % 86400000000, hold = hold - hold % 86400000000
		WHERE due = 0 AND (made % 86400000000 <> 0 OR hold % 86400000000 <> 0) AND ticket IN ` + closedTickets
)

// list writes $first, $first+1, … for IN.
func list(n, first int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(first + i))
	}
	return b.String()
}

// tuples writes n groups of width placeholders for VALUES.
func tuples(n, width int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("(" + list(width, 1+i*width) + ")")
	}
	return b.String()
}

// Statements with lists come in few lengths, because engines prepare each
// text once.
var steps = [...]int{1, 2, 4, 8, 16, maxRefs}

var factsOf, hintsOf, threadOf = byStep(func(n int) string { return threadFacts1 + list(n, 3) + threadFacts2 }),
	byStep(func(n int) string { return threadHints1 + list(n, 1) + threadHints2 }),
	byStep(func(n int) string { return insertThread1 + tuples(n, 8) + insertThread2 })

func byStep(text func(n int) string) map[int]string {
	out := make(map[int]string, len(steps))
	for _, n := range steps {
		out[n] = text(n)
	}
	return out
}

// atLeast is the smallest step that holds n, atMost the largest that n fills.
func atLeast(n int) int {
	for _, s := range steps {
		if s >= n {
			return s
		}
	}
	return steps[len(steps)-1]
}

func atMost(n int) int {
	best := steps[0]
	for _, s := range steps {
		if s <= n {
			best = s
		}
	}
	return best
}
