package tickets

// The statements of the person's side. Each asks in itself whether the session
// lives and the person reads, so that no step in between can be overtaken.
const (
	// The root's state, where the ticket is joined into another.
	selectMine = `SELECT c.id, c.ticket, c.kind, c.epoch, c.last_number, c.head_epoch, c.head, c.mac,
		r.conversation, r.epoch, r.kind, r.reader, r.reader_version, r.form, r.wrap, r.mac, r.expires,
		t.number, COALESCE(p.state, t.state), t.last_at, t.language
		FROM tickets_reader r
		JOIN tickets_conversation c ON c.id = r.conversation AND c.epoch = r.epoch AND c.kind = 'person'
		JOIN tickets_ticket t ON t.id = c.ticket
		LEFT JOIN tickets_ticket p ON p.id = t.joined_into AND t.state = 'joined'
		WHERE r.kind = 'person' AND r.reader = $1`
	mineLiving    = ` AND ` + guestLives + `$2)`
	mineOrder     = ` ORDER BY t.number DESC`
	selectTeamsOf = `SELECT t.team FROM tickets_reader r
		JOIN tickets_conversation c ON c.id = r.conversation AND c.epoch = r.epoch
		JOIN tickets_ticket t ON t.id = c.ticket WHERE r.kind = 'person' AND r.reader = $1
		UNION SELECT team FROM tickets_ticket WHERE person = $1 AND person <> '' ORDER BY team`

	// What was said after a number, with the wraps that open it: of the epoch,
	// of the single message, or of both. Where nothing is new it brings one row
	// without a message, and none to who may not ask. A bare LIMIT $n would have
	// SQLite plan the statement anew each time (measured: three quarters of its
	// cost).
	heardColumns = `c.id, c.ticket, c.kind, c.epoch, c.translated, c.mac,
		COALESCE(m.id, ''), COALESCE(m.number, 0), COALESCE(m.serial, 0), COALESCE(m.epoch, 0),
		COALESCE(m.kind, ''), COALESCE(m.direction, ''), COALESCE(m.at, 0), COALESCE(m.author, ''),
		COALESCE(m.form, ''), m.keywrap, m.content, COALESCE(m.state, ''), m.mac,
		COALESCE(r.kind, ''), COALESCE(r.reader, ''), COALESCE(r.reader_version, 0), COALESCE(r.form, ''), r.wrap, r.mac, COALESCE(r.expires, 0),
		COALESCE(k.kind, ''), COALESCE(k.reader, ''), COALESCE(k.reader_version, 0), k.wrap, k.mac`
	selectHeard = `SELECT ` + heardColumns + ` FROM tickets_conversation c
		JOIN tickets_reader n ON n.conversation = c.id AND n.epoch = c.epoch AND n.kind = 'person' AND n.reader = $2
		LEFT JOIN tickets_message m ON m.conversation = c.id AND m.number > $4
			AND (m.direction = 'out' OR m.direction = 'in' AND m.kind <> 'system')
			AND NOT EXISTS (SELECT 1 FROM tickets_hidden h WHERE h.person = $2 AND h.message = m.id)
			AND (EXISTS (SELECT 1 FROM tickets_reader o WHERE o.conversation = m.conversation AND o.epoch = m.epoch AND o.kind = 'person' AND o.reader = $2)
				OR EXISTS (SELECT 1 FROM tickets_letterkey o WHERE o.message = m.id AND o.kind = 'person' AND o.reader = $2))
		LEFT JOIN tickets_reader r ON r.conversation = m.conversation AND r.epoch = m.epoch AND r.kind = 'person' AND r.reader = $2
		LEFT JOIN tickets_letterkey k ON k.message = m.id AND k.kind = 'person' AND k.reader = $2
		WHERE c.id = $1 AND c.kind = 'person' AND ` + guestLives + `$3) ORDER BY m.number LIMIT $5 + 0`

	// The same for a colleague, by the ticket: of each message as many rows as
	// readers they are.
	selectSpoken = `SELECT t.id, t.number, t.conversation, t.team, t.language, t.channel, t.writer, t.person, t.joined_into, t.mac, ` + heardColumns + `
		FROM tickets_ticket t JOIN tickets_conversation c ON c.id = t.conversation
		LEFT JOIN tickets_message m ON m.conversation = c.id AND m.number > $5
			AND EXISTS (SELECT 1 FROM tickets_reader r WHERE r.conversation = m.conversation AND r.epoch = m.epoch AND ` + colleagueReads + `)
		LEFT JOIN tickets_reader r ON r.conversation = m.conversation AND r.epoch = m.epoch AND ` + colleagueReads + `
		LEFT JOIN tickets_letterkey k ON k.message = m.id AND k.kind = r.kind AND k.reader = r.reader
		WHERE t.id = $1 AND EXISTS (SELECT 1 FROM staff_session s WHERE s.id = $2)
		AND EXISTS (SELECT 1 FROM tickets_reader r WHERE r.conversation = c.id AND r.epoch = c.epoch AND ` + colleagueReads + `)
		ORDER BY m.number LIMIT $6 + 0`
	// The user $3 is the reader r at $4, or a member of the team that is.
	// $7 and $8 are the user's name there and its loan (loan.go).
	colleagueReads = `(r.expires = 0 OR r.expires > $4) AND (r.kind = 'user' AND (r.reader = $3
		OR r.reader = $7 AND EXISTS (SELECT 1 FROM tickets_loan l WHERE l.mark = $8 AND l.until > $4))
		OR r.kind = 'team' AND EXISTS (SELECT 1 FROM staff_member h WHERE h.team = r.reader AND h.user_id = $3))`

	// A ticket of which the user $2 is among the present readers at $3; $4 and $5
	// as $7 and $8 above.
	selectReads = `SELECT ` + ticketColumns + ` FROM tickets_ticket t WHERE id = $1 AND EXISTS (
		SELECT 1 FROM tickets_conversation c JOIN tickets_reader r ON r.conversation = c.id AND r.epoch = c.epoch
		WHERE c.id = t.conversation AND (r.expires = 0 OR r.expires > $3) AND (r.kind = 'user' AND (r.reader = $2
		OR r.reader = $4 AND EXISTS (SELECT 1 FROM tickets_loan l WHERE l.mark = $5 AND l.until > $3))
		OR r.kind = 'team' AND EXISTS (SELECT 1 FROM staff_member h WHERE h.team = r.reader AND h.user_id = $2)))`

	insertHidden = `INSERT INTO tickets_hidden (person, message)
		SELECT $1, id FROM tickets_message WHERE conversation = $2 AND number = $3 ON CONFLICT (person, message) DO NOTHING`
	insertAllHidden = `INSERT INTO tickets_hidden (person, message)
		SELECT $1, id FROM tickets_message WHERE conversation = $2 ON CONFLICT (person, message) DO NOTHING`
	deleteHidden = `DELETE FROM tickets_hidden WHERE person = $1 AND message IN (SELECT id FROM tickets_message WHERE conversation = $2)`

	selectPersonTalks = `SELECT conversation FROM tickets_reader WHERE kind = 'person' AND reader = $1
		UNION SELECT conversation FROM tickets_ticket WHERE person = $1 AND person <> '' ORDER BY conversation`
	selectSingles = `SELECT k.message, k.kind, k.reader, k.reader_version, k.wrap, k.mac FROM tickets_letterkey k
		JOIN tickets_message m ON m.id = k.message WHERE m.conversation = $1 AND k.kind = 'person' AND k.reader = $2`
	upsertSingle = `INSERT INTO tickets_letterkey (message, kind, reader, reader_version, wrap, mac) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (message, kind, reader) DO UPDATE SET reader_version = excluded.reader_version, wrap = excluded.wrap, mac = excluded.mac`
	deleteEpochReader = `DELETE FROM tickets_reader WHERE conversation = $1 AND epoch = $2 AND kind = $3 AND reader = $4`
	deleteSingles     = `DELETE FROM tickets_letterkey WHERE kind = $1 AND reader IN ($2, $3) AND message IN
		(SELECT id FROM tickets_message WHERE conversation = $4)`
	// CROSS, which SQLite takes as the order to look in: from the few that are lent.
	selectLent = `SELECT ` + lineColumns + ` FROM tickets_reader r
		CROSS JOIN tickets_conversation c CROSS JOIN tickets_ticket t
		WHERE r.kind = 'user' AND r.reader = $1 AND c.id = r.conversation AND c.head_epoch = r.epoch AND t.id = c.ticket AND t.conversation = c.id
		AND (r.expires = 0 OR r.expires > $2) AND t.state <> 'erasing' ORDER BY t.number DESC LIMIT 51`
	selectLapsed = `SELECT DISTINCT conversation FROM tickets_reader WHERE kind = 'user' AND expires > 0 AND expires <= $1 ORDER BY conversation LIMIT 100`
)

const (
	insertLink = `INSERT INTO tickets_link (row_id, link, message, conversation, expires, wrap, asked, mac, about) VALUES `
	selectLink = `SELECT row_id, link, message, conversation, expires, wrap, mac, about FROM tickets_link WHERE row_id = $1`
	// Either row of a link ends both; who comes second finds no wrap.
	takeLink     = `UPDATE tickets_link SET wrap = $1 WHERE link = $2 AND expires > $3 AND LENGTH(wrap) > 0`
	askLink      = `UPDATE tickets_link SET asked = $1 WHERE link = $2`
	replaceLinks = `DELETE FROM tickets_link WHERE message IN ($1, $2)`
	lapseLinks   = `UPDATE tickets_link SET wrap = $1 WHERE expires <= $2 AND LENGTH(wrap) > 0`
	deleteLinks  = `DELETE FROM tickets_link WHERE expires <= $1`
	dropLinks    = `DELETE FROM tickets_link WHERE conversation = $1`
	selectAsked  = `SELECT row_id, message, conversation, about FROM tickets_link WHERE asked ORDER BY link, row_id LIMIT 1000`
	// The conversations follow that a member of the teams of $1 reads.
	selectMembers = `SELECT c.id, c.ticket FROM tickets_conversation c JOIN tickets_reader r ON r.conversation = c.id AND r.epoch = c.epoch AND r.kind = 'team'
		WHERE EXISTS (SELECT 1 FROM staff_member h WHERE h.team = r.reader AND h.user_id = $1) AND c.id IN (`
)

// Strangers: who opened an answer by a link in a case that another person reads.
const (
	upsertStranger = `INSERT INTO tickets_stranger (conversation, person, state, since, mac) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (conversation, person) DO UPDATE SET state = excluded.state, since = excluded.since, mac = excluded.mac`
	selectAsking   = `SELECT conversation, person, state, since, mac FROM tickets_stranger WHERE conversation = $1 ORDER BY since, person LIMIT 50`
	selectKnocking = `SELECT conversation, person, state, since, mac FROM tickets_stranger WHERE person = $1 ORDER BY since, conversation LIMIT 20`
	deleteStranger = `DELETE FROM tickets_stranger WHERE conversation = $1 AND person = $2`
	selectHanded   = `SELECT ` + heardColumns + ` FROM tickets_letterkey k
		JOIN tickets_message m ON m.id = k.message AND m.conversation = $1 AND m.direction = 'out'
		JOIN tickets_conversation c ON c.id = m.conversation
		LEFT JOIN tickets_reader r ON r.conversation = m.conversation AND r.epoch = m.epoch AND r.kind = 'person' AND r.reader = $2
		WHERE k.kind = 'person' AND k.reader = $2 AND ` + guestLives + `$3) ORDER BY m.number LIMIT 20`
)

// Who owned other tickets of a writer or a person, the latest first.
const (
	selectKnownWriter = `SELECT ` + ticketColumns + ` FROM tickets_ticket WHERE owner <> '' AND id <> $1
		AND state NOT IN ('joined', 'erasing') AND writer IN (`
	selectKnownPerson = `SELECT ` + ticketColumns + ` FROM tickets_ticket WHERE owner <> '' AND id <> $1
		AND state NOT IN ('joined', 'erasing') AND person <> '' AND person IN (`
	knownOrder = `) ORDER BY number DESC LIMIT 20`
)
