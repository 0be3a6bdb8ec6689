package post

import "returnsupport/helpdesk/store"

const (
	selectBookmark = `SELECT uidvalidity, uid FROM post_bookmark WHERE mailbox = $1`
	// A mail handed over late must not move the bookmark back; a folder with a
	// new UIDVALIDITY begins again.
	moveBookmark = `INSERT INTO post_bookmark (mailbox, uidvalidity, uid, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (mailbox) DO UPDATE SET uidvalidity = excluded.uidvalidity, uid = excluded.uid, at = excluded.at
		WHERE post_bookmark.uidvalidity <> excluded.uidvalidity OR post_bookmark.uid < excluded.uid`
	insertSeen = `INSERT INTO post_seen (mailbox, uidvalidity, uid, outcome, object) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (mailbox, uidvalidity, uid) DO NOTHING`
	selectReceived = `SELECT s.uid FROM post_seen s LEFT JOIN post_aside a ON a.id = s.object
		WHERE s.mailbox = $1 AND s.uidvalidity = $2 AND s.uid >= $3 AND s.uid <= $4
		AND COALESCE(a.reason, '') NOT IN ($5, $6)`

	selectLetters = `SELECT team, object, conversation, ticket FROM post_letter WHERE identity = $1`
	insertLetter  = `INSERT INTO post_letter (identity, team, object, conversation, ticket) VALUES ($1, $2, $3, $4, $5)`
	updateLetter  = `UPDATE post_letter SET object = $1, conversation = $2, ticket = $3 WHERE object = $4 AND team = $5 AND conversation = '' AND object <> ''`
	selectTwins   = `SELECT DISTINCT o.team, o.ticket FROM post_letter l JOIN post_letter o ON o.identity = l.identity
		WHERE l.ticket = $1 AND l.ticket <> '' AND o.ticket <> l.ticket AND o.ticket <> ''`

	// The list of ids stands between the two halves. Strangers' rows count
	// only where an id is waited for, so a reused id can't crowd out the
	// sender's own.
	threadFacts1 = `SELECT id_index, address_index, conversation, ticket, team, kind, at, whose, mac FROM post_thread
		WHERE (address_index = $1 OR address_index = $2 OR kind = 3) AND id_index IN (`
	threadFacts2 = `) ORDER BY kind, at DESC LIMIT 200`
	threadHints1 = `SELECT id_index, address_index, conversation, ticket, team, kind, at, whose, mac FROM post_thread
		WHERE kind < 3 AND id_index IN (`
	threadHints2 = `) ORDER BY at DESC LIMIT 20`
	// The tuples stand between. What was waited for and has come is no longer
	// waited for; what is ours stays ours.
	insertThread1 = `INSERT INTO post_thread (id_index, address_index, conversation, ticket, team, kind, at, whose, mac) VALUES `
	insertThread2 = ` ON CONFLICT (id_index, address_index, conversation)
		DO UPDATE SET kind = excluded.kind, at = excluded.at, whose = excluded.whose, mac = excluded.mac WHERE post_thread.kind > excluded.kind`

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

	selectSentAs = `SELECT id, message, conversation, ticket, team, mailbox, author, mac, ` + outboxWhose + ` FROM post_outbox WHERE id_index = $1`
	// A report is believed once, and not for a letter that never left.
	refuseDelivery = `UPDATE post_delivery SET state = 'refused', code = $1, at = $2
		WHERE outbox = $3 AND address_index = $4 AND state <> 'refused'`
	refuseOnlyDelivery = `UPDATE post_delivery SET state = 'refused', code = $1, at = $2
		WHERE outbox = $3 AND state IN ('accepted', 'delayed') AND 1 = (SELECT COUNT(*) FROM post_delivery o WHERE o.outbox = $3)`
	delayDelivery = `UPDATE post_delivery SET state = 'delayed', code = $1, at = $2
		WHERE outbox = $3 AND address_index = $4 AND state = 'accepted'`
	delayOnlyDelivery = `UPDATE post_delivery SET state = 'delayed', code = $1, at = $2
		WHERE outbox = $3 AND state = 'accepted' AND 1 = (SELECT COUNT(*) FROM post_delivery o WHERE o.outbox = $3)`
	failOutbox = `UPDATE post_outbox SET state = 'failed', noted = FALSE WHERE id = $1 AND due = 0 AND state <> 'undone'`
)

const (
	selectAutomatic = `SELECT COALESCE(MAX(at), 0) FROM post_automatic WHERE address_index = $1`
	claimAutomatic  = `INSERT INTO post_automatic (address_index, slot, at) VALUES ($1, $2, $3)
		ON CONFLICT (address_index, slot) DO UPDATE SET at = excluded.at WHERE post_automatic.at <= $4`
	forgetAutomatic = `DELETE FROM post_automatic WHERE at < $1`
)

const (
	insertJunk = `INSERT INTO post_junk (ticket, team, at, mac) VALUES ($1, $2, $3, $4) ON CONFLICT (ticket) DO NOTHING`
	deleteJunk = `DELETE FROM post_junk WHERE ticket = $1`
	selectJunk = `SELECT ticket, team, at, mac FROM post_junk WHERE ticket = $1`
	// The teams follow.
	junkList  = `SELECT ticket, team, at, mac FROM post_junk WHERE team IN (`
	junkOrder = `) ORDER BY at DESC, ticket LIMIT 200`

	blockColumns  = `id, team, address_index, ticket, at, until, version, sealed, mac`
	insertBlock   = `INSERT INTO post_block (` + blockColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	deleteBlock   = `DELETE FROM post_block WHERE id = $1`
	deleteBlockOf = `DELETE FROM post_block WHERE team = $1 AND address_index = $2`
	endBlocks     = `DELETE FROM post_block WHERE until <= $1`
	selectBlock   = `SELECT ` + blockColumns + ` FROM post_block WHERE id = $1`
	selectBlockOf = `SELECT ` + blockColumns + ` FROM post_block WHERE team = $1 AND address_index = $2`
	// The teams follow.
	blockList  = `SELECT ` + blockColumns + ` FROM post_block WHERE until > $1 AND team IN (`
	blockOrder = `) ORDER BY until, id LIMIT 500`
)

// What lies where the bytes of a letter were before it left (whose.go).
const outboxWhose = `CASE WHEN due = 0 THEN mail END`

const outboxColumns = `id, conversation, ticket, message, team, mailbox, author, state, made, due, attempts, again, number, hold, ` + outboxWhose

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
		WHERE state IN ('held', 'waiting', 'sending', 'failed') AND (state <> 'failed' OR NOT noted) AND (author = $1 OR team IN (`
	outboxOrder = `)) ORDER BY made DESC, id LIMIT 200`
	// The messages follow.
	outboxOfMessages = `SELECT ` + outboxColumns + ` FROM post_outbox WHERE message IN (`
	// The letters follow. Of each the day is kept.
	selectDeliveries = `SELECT outbox, position, state, code, at FROM post_delivery WHERE outbox IN (`
	noteOutbox       = `UPDATE post_outbox SET noted = TRUE WHERE id = $1 AND state = 'failed'`

	selectSerial = `SELECT serial, joined_into FROM tickets_ticket WHERE id = $1`

	// The mailboxes that are busy enough follow.
	selectDue = `SELECT id, mailbox FROM post_outbox WHERE due > 0 AND due <= $1 AND (state <> 'sending' OR due <= $2)
		AND mailbox NOT IN (`
	selectDueOrder = `) ORDER BY due, id LIMIT 16`
	selectNext     = `SELECT COALESCE(MIN(due), 0) FROM post_outbox WHERE due > 0 AND mailbox NOT IN (`
	// due moves with every claim, so of many claimants one finds it still due.
	claimOutbox = `UPDATE post_outbox SET again = again + CASE WHEN state = 'sending' THEN 1 ELSE 0 END,
		state = 'sending', lease = $1, due = $2, attempts = attempts + 1
		WHERE id = $3 AND due > 0 AND due <= $4 AND (state <> 'sending' OR due <= $5)
		RETURNING id, message, conversation, ticket, team, mailbox, author, mac, id_index, mail, made, attempts`
	// Made later than now: by a clock that went back since.
	selectAhead   = `SELECT COUNT(*) FROM post_outbox WHERE due > 0 AND made > $1 AND state = 'held'`
	bringBack     = `UPDATE post_outbox SET due = $1, hold = $1 WHERE due > 0 AND made > $2 AND state = 'held'`
	extendLease   = `UPDATE post_outbox SET due = $1 WHERE id = $2 AND lease = $3 AND state = 'sending'`
	deferOutbox   = `UPDATE post_outbox SET state = 'waiting', due = $1, lease = '' WHERE id = $2 AND lease = $3 AND state = 'sending'`
	finishOutbox  = `UPDATE post_outbox SET state = $1, due = 0, mail = $2, lease = '' WHERE id = $3 AND lease = $4 AND state = 'sending'`
	selectWaiting = `SELECT position FROM post_delivery WHERE outbox = $1 AND state = 'waiting' ORDER BY position`
	markDelivery  = `UPDATE post_delivery SET state = $1, code = $2, at = $3 WHERE outbox = $4 AND position = $5 AND state = 'waiting'`
	countRefused  = `SELECT COUNT(*) FROM post_delivery WHERE outbox = $1 AND state = 'refused'`
)

const (
	noteSending = `INSERT INTO post_sending (mailbox, since, code) VALUES ($1, $2, $3)
		ON CONFLICT (mailbox) DO UPDATE SET code = excluded.code`
	endSending    = `DELETE FROM post_sending WHERE mailbox = $1`
	countSending  = `SELECT COUNT(*) FROM post_sending WHERE mailbox = $1`
	selectSending = `SELECT mailbox, since, code FROM post_sending`
	putOffOutbox  = `UPDATE post_outbox SET due = $1 WHERE mailbox = $2 AND due > 0 AND due < $1 AND state IN ('held', 'waiting')`
	hastenOutbox  = `UPDATE post_outbox SET due = CASE WHEN hold > $1 THEN hold ELSE $1 END
		WHERE mailbox = $2 AND due > 0 AND due > $1 AND state IN ('held', 'waiting')`
)

// Statements with lists come in few lengths, because engines prepare each
// text once.
var steps = [...]int{1, 2, 4, 8, 16, maxRefs}

var factsOf, hintsOf, threadOf = byStep(func(n int) string { return threadFacts1 + store.Places(n, 3) + threadFacts2 }),
	byStep(func(n int) string { return threadHints1 + store.Places(n, 1) + threadHints2 }),
	byStep(func(n int) string { return insertThread1 + store.Tuples(n, 9, 1) + insertThread2 })

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
