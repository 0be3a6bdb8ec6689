package tickets

// The statements about persons and what we know of them.
const (
	// The tickets follow.
	selectCards = `SELECT c.id, c.ticket, c.kind, c.epoch, c.last_number, c.head_epoch, c.head, c.mac,
		r.conversation, r.epoch, r.kind, r.reader, r.reader_version, r.form, r.wrap, r.mac, r.expires
		FROM tickets_conversation c JOIN tickets_reader r ON r.conversation = c.id AND r.epoch = c.head_epoch
		WHERE c.kind = 'notes' AND LENGTH(c.head) > 0 AND c.ticket IN (`

	selectByNumber = `SELECT id FROM tickets_ticket WHERE number = $1`

	selectConcerning = `SELECT ` + ticketColumns + ` FROM tickets_ticket WHERE person = $1 AND person <> '' ORDER BY id`
	selectPlaces     = `SELECT c.id FROM tickets_conversation c JOIN tickets_ticket t ON t.id = c.ticket
		WHERE t.person = $1 AND t.person <> '' AND c.kind IN ('person', 'notes') ORDER BY c.id`
	selectPersonSingles = `SELECT k.message, k.kind, k.reader, k.reader_version, k.wrap, k.mac FROM tickets_letterkey k
		JOIN tickets_message m ON m.id = k.message WHERE m.conversation = $1 AND k.kind = 'person'`

	// Whom the tickets concern that somebody owns, or that were lent to them.
	selectServed = `SELECT t.person FROM staff_member h
		JOIN tickets_ticket t ON t.team = h.team AND t.state IN ('open', 'waiting') AND t.owner = $1
		WHERE h.user_id = $1 AND t.person <> ''
		UNION SELECT t.person FROM tickets_reader r
		JOIN tickets_conversation c ON c.id = r.conversation AND c.epoch = r.epoch
		JOIN tickets_ticket t ON t.id = c.ticket
		WHERE r.kind = 'user' AND r.reader = $1 AND t.person <> '' ORDER BY 1`
	// The tickets follow.
	selectPersonsOf = `SELECT DISTINCT person FROM tickets_ticket WHERE person <> '' AND id IN (`

	// Of restricted teams no row says who owns a ticket.
	selectServedVeiled = `SELECT ` + ticketColumns + ` FROM tickets_ticket WHERE team IN (SELECT team FROM staff_member WHERE user_id = $1)
		AND channel = '' AND state IN ('open', 'waiting') AND person <> '' ORDER BY id`
)
