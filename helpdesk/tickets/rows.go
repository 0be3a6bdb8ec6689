package tickets

// The columns in the order in which dest of each row scans them.
const ticketColumns = `id, number, conversation, team, owner, state, priority, due_day,
	channel, language, writer, person, opened_at, waiting_since, last_at,
	rank, serial, version, joined_into, joined_state, mac`

const (
	insertTicket = `INSERT INTO tickets_ticket (id, number, conversation, team, owner, state, priority, due_day,
		channel, language, writer, person, opened_at, waiting_since, last_at,
		rank, serial, version, joined_into, joined_state, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`
	lockTicket = `UPDATE tickets_ticket SET version = version WHERE id = $1 RETURNING ` + ticketColumns
	// Asked with the lock of the ticket, which comes after that of the
	// conversation $2: whoever appended the same at the same moment has
	// committed by then.
	lockTicketTwice = lockTicket + `, COALESCE((SELECT number FROM tickets_message WHERE conversation = $2 AND client_index = $3), 0)`
	// A word from the person to a ticket that waits for us already: nothing but
	// its counters move, so nobody need see it first. $1 is the conversation. What else may be the
	// matter, also that the same was appended before, brings no row. The
	// instant is $2.
	countWord = `UPDATE tickets_ticket SET version = version + 1, serial = serial + 1, last_at = CASE WHEN last_at < $2 THEN $2 ELSE last_at END
		WHERE id = (SELECT ticket FROM tickets_conversation WHERE id = $1)
		AND state = 'open' AND joined_into = '' AND waiting_since > 0 AND waiting_since <= $2
		AND NOT EXISTS (SELECT 1 FROM tickets_message WHERE conversation = $1 AND client_index = $3)
		RETURNING ` + ticketColumns
	// The version is asked again, although the row is locked: a caller that
	// forgot to lock must not win.
	updateTicket = `UPDATE tickets_ticket SET team = $1, owner = $2, state = $3, priority = $4, due_day = $5,
		language = $6, writer = $7, person = $8, opened_at = $9, waiting_since = $10, last_at = $11, rank = $12,
		serial = $13, version = $14, joined_into = $15, joined_state = $16, mac = $17,
		channel = $18, number = $19 WHERE id = $20 AND version = $21`
	selectTicket = `SELECT ` + ticketColumns + ` FROM tickets_ticket WHERE id = $1`
	selectJoined = `SELECT ` + ticketColumns + ` FROM tickets_ticket WHERE joined_into = $1 AND joined_into <> '' ORDER BY number`
	countOthers  = `SELECT COUNT(*) FROM tickets_ticket WHERE person = $1 AND person <> '' AND state IN ('open', 'waiting') AND id <> $2`
	nextNumber   = `UPDATE tickets_number SET last = last + 1 RETURNING last`

	// The tuples follow.
	insertTally  = `INSERT INTO tickets_tally (team, owner, state, part, n) VALUES `
	onTally      = ` ON CONFLICT (team, owner, state, part) DO UPDATE SET n = tickets_tally.n + excluded.n`
	selectCounts = `SELECT team, owner, state, CAST(SUM(n) AS BIGINT) FROM tickets_tally WHERE team IN (`
	groupCounts  = `) GROUP BY team, owner, state`
)

// guestLives asks in the same query as everything else whether the session of
// a person goes on: one that ended has no seed. The placeholder follows.
const guestLives = `EXISTS (SELECT 1 FROM people_guest g WHERE g.seed IS NOT NULL AND g.id = `

const conversationColumns = `id, ticket, kind, epoch, last_number, head_epoch, head, mac`

// lockedColumns tell in the same answer whether a team among the readers of the
// present epoch has a newer key than it was wrapped to: somebody left it since.
const lockedColumns = conversationColumns + `, EXISTS (SELECT 1 FROM tickets_reader r JOIN staff_team t ON t.id = r.reader
	WHERE r.conversation = tickets_conversation.id AND r.epoch = tickets_conversation.epoch AND r.kind = 'team' AND r.reader_version < t.version)`

const (
	insertConversation = `INSERT INTO tickets_conversation (id, ticket, kind, epoch, last_number, head_epoch, head, mac)
		VALUES ($1, $2, $3, $4, $5, $4, $6, $7) ON CONFLICT (ticket, kind) DO NOTHING`
	selectConversation = `SELECT ` + conversationColumns + ` FROM tickets_conversation WHERE id = $1`
	selectTalkOf       = `SELECT ` + conversationColumns + ` FROM tickets_conversation WHERE id = (SELECT conversation FROM tickets_message WHERE id = $1)`
	// The list of tickets follows.
	selectConversations = `SELECT ` + conversationColumns + ` FROM tickets_conversation WHERE ticket IN (`
	countConversation   = `UPDATE tickets_conversation SET last_number = last_number + 1 WHERE id = $1
		RETURNING ` + lockedColumns
	uncountConversation = `UPDATE tickets_conversation SET last_number = last_number - 1 WHERE id = $1`
	lockConversation    = `UPDATE tickets_conversation SET epoch = epoch WHERE id = $1
		RETURNING ` + lockedColumns
	updateEpoch = `UPDATE tickets_conversation SET epoch = $1, mac = $2 WHERE id = $3 AND epoch = $4`
	updateHead  = `UPDATE tickets_conversation SET head = $1, head_epoch = $3 WHERE id = $2 AND epoch = $3`

	selectNumberedMessage = `SELECT id FROM tickets_message WHERE conversation = $1 AND number = $2`
)

const readerColumns = `conversation, epoch, kind, reader, reader_version, form, wrap, mac, expires`

const (
	// A door in one query: the conversation with its present readers; a person
	// gets their own row alone, and none once their session has ended.
	doorColumns = `SELECT c.id, c.ticket, c.kind, c.epoch, c.last_number, c.head_epoch, c.head, c.mac,
		r.conversation, r.epoch, r.kind, r.reader, r.reader_version, r.form, r.wrap, r.mac, r.expires
		FROM tickets_conversation c JOIN tickets_reader r ON r.conversation = c.id AND r.epoch = c.epoch WHERE c.id = $1`
	selectDoor       = doorColumns
	selectPersonDoor = doorColumns + ` AND c.kind = 'person' AND r.kind = 'person' AND r.reader = $2 AND ` + guestLives + `$3)`

	// The tuples follow.
	insertReaders = `INSERT INTO tickets_reader (conversation, epoch, kind, reader, reader_version, form, wrap, mac, expires) VALUES `
	selectReaders = `SELECT ` + readerColumns + ` FROM tickets_reader WHERE conversation IN (`
	settleReader  = `UPDATE tickets_reader SET form = 'settled', wrap = $1, mac = $2
		WHERE conversation = $3 AND epoch = $4 AND kind = $5 AND reader = $6 AND reader_version = $7 AND form = 'blind'`
	deleteReader = `DELETE FROM tickets_reader WHERE conversation = $1 AND kind = $2 AND reader IN ($3, $4)`
)

const messageColumns = `id, conversation, number, serial, epoch, kind, direction, at, author,
	form, keywrap, content, state, before_state, before_waiting, mac`

// sessionReads asks in the query that fetches a message m whether the session
// $2 of the user $3 lives and is among the readers of its epoch at the instant
// $4. A key that was opened a moment ago is worth nothing without it. orSeats
// ends it.
const sessionReads = `EXISTS (SELECT 1 FROM staff_session s WHERE s.id = $2)
		AND EXISTS (SELECT 1 FROM tickets_reader r WHERE r.conversation = m.conversation AND r.epoch = m.epoch
			AND (r.expires = 0 OR r.expires > $4)
			AND (r.kind = 'team' AND EXISTS (SELECT 1 FROM staff_member h WHERE h.team = r.reader AND h.user_id = $3)
			OR r.kind = 'user' AND (r.reader = $3`

const (
	insertMessage = `INSERT INTO tickets_message (id, conversation, number, serial, epoch, kind, direction, at, author,
		form, keywrap, content, size, client_index, state, before_state, before_waiting, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`
	selectMessage  = `SELECT ` + messageColumns + ` FROM tickets_message WHERE id = $1`
	lockMessage    = `UPDATE tickets_message SET state = state WHERE id = $1 RETURNING ` + messageColumns
	selectReadable = `SELECT ` + messageColumns + ` FROM tickets_message m WHERE id = $1 AND ` + sessionReads
	// The list of conversations follows, then sessionReads.
	selectMessages = `SELECT ` + messageColumns + ` FROM tickets_message m WHERE serial > $1 AND conversation IN (`
	selectCameIn   = `SELECT COALESCE(MIN(at), 0) FROM tickets_message WHERE conversation IN
		(SELECT id FROM tickets_conversation WHERE ticket = $1) AND serial > $2 AND direction = 'in' AND state = 'kept'`
	selectBlind     = `SELECT ` + messageColumns + ` FROM tickets_message WHERE conversation = $1 AND form = 'blind' ORDER BY number`
	selectKeywrap   = `SELECT form, keywrap FROM tickets_message WHERE id = $1`
	settleMessage   = `UPDATE tickets_message SET form = 'settled', keywrap = $1 WHERE id = $2 AND form = 'blind'`
	coarsenMessages = `UPDATE tickets_message SET at = at - at % 86400000000 WHERE conversation IN
		(SELECT id FROM tickets_conversation WHERE ticket = $1)`
	withdrawMessage = `UPDATE tickets_message SET state = 'withdrawn', content = $1, mac = $2, serial = $3
		WHERE id = $4 AND state = 'kept'`
	lastMessage = `SELECT MAX(number) FROM tickets_message WHERE conversation = $1 AND direction <> 'inside' AND kind <> 'system' AND state = 'kept'`

	insertLetterKeys = `INSERT INTO tickets_letterkey (message, kind, reader, reader_version, wrap, mac) VALUES `
	selectLetterKeys = `SELECT message, kind, reader, reader_version, wrap, mac FROM tickets_letterkey WHERE message IN (`
	deleteLetterKeys = `DELETE FROM tickets_letterkey WHERE message = $1`
	insertFolded     = `INSERT INTO tickets_folded (message, body) VALUES ($1, $2)`
	deleteFolded     = `DELETE FROM tickets_folded WHERE message = $1`
	insertOriginal   = `INSERT INTO tickets_original (message, n, chunk) VALUES `
	selectOriginal   = `SELECT chunk FROM tickets_original WHERE message = $1 AND n = $2`
	deleteOriginal   = `DELETE FROM tickets_original WHERE message = $1`
	insertFile       = `INSERT INTO tickets_file (message, position, n, chunk) VALUES `
	selectFile       = `SELECT chunk FROM tickets_file WHERE message = $1 AND position = $2 AND n = $3`
	deleteFiles      = `DELETE FROM tickets_file WHERE message = $1`
)

const (
	// The ids follow.
	selectHeads = `SELECT ` + lineColumns + ` FROM tickets_ticket` + lineJoins + ` WHERE t.id IN (`
	// The writer's other tickets, for offers.
	selectSameWriter = `SELECT ` + lineColumns + ` FROM tickets_ticket` + lineJoins + `
		WHERE t.id <> $1 AND t.state NOT IN ('joined', 'erasing') AND t.writer IN (`
	sameWriterOrder = `) ORDER BY t.number DESC LIMIT 51`

	selectSamePerson = `SELECT ` + lineColumns + ` FROM tickets_ticket` + lineJoins + `
		WHERE t.person = $1 AND t.person <> '' AND t.id <> $2 AND t.state NOT IN ('joined', 'erasing') ORDER BY t.number DESC LIMIT 51`

	// The teams follow, twice: the ticket's own, and those that read it.
	selectAll       = `SELECT id FROM tickets_ticket WHERE id > $1 AND state <> 'erasing' AND (team IN (`
	selectAllReader = `) OR EXISTS (SELECT 1 FROM tickets_reader r WHERE r.conversation = tickets_ticket.conversation AND r.kind = 'team' AND r.reader IN (`
	selectAllOrder  = `))) ORDER BY id LIMIT 200`
)

const (
	selectDrafts = `SELECT kind, body, version FROM tickets_draft WHERE ticket = $1 AND owner = $2`
	selectDraft  = `SELECT body, version FROM tickets_draft WHERE ticket = $1 AND owner = $2 AND kind = $3`
	upsertDraft  = `INSERT INTO tickets_draft (ticket, owner, kind, body, version) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (ticket, owner, kind) DO UPDATE SET body = excluded.body, version = tickets_draft.version + 1
		RETURNING version`
	renameDrafts = `UPDATE tickets_draft SET ticket = $1 WHERE ticket = $2`
	deleteDraft  = `DELETE FROM tickets_draft WHERE ticket = $1 AND owner = $2 AND kind = $3`

	upsertLooking = `INSERT INTO tickets_looking (ticket, who, until, typing) VALUES ($1, $2, $3, $4)
		ON CONFLICT (ticket, who) DO UPDATE SET until = excluded.until, typing = excluded.typing`
	selectLooking   = `SELECT who, typing FROM tickets_looking WHERE ticket = $1 AND until > $2 ORDER BY who`
	selectMyLooking = `SELECT typing FROM tickets_looking WHERE ticket = $1 AND who = $2`
	deleteLooking   = `DELETE FROM tickets_looking WHERE until <= $1`
	forgetLooking   = `DELETE FROM tickets_looking WHERE ticket = $1`
)
