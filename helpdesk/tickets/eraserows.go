package tickets

// What belongs to a ticket: its conversations and their messages.
const (
	ofTicket   = `(SELECT id FROM tickets_conversation WHERE ticket = $1)`
	saidThere  = `(SELECT id FROM tickets_message WHERE conversation IN ` + ofTicket + `)`
	notPersons = ` AND kind <> 'person'`
)

const (
	// Those that concern them: of another person's case they erase nothing.
	selectPersonTickets = `SELECT DISTINCT c.ticket FROM tickets_reader r
		JOIN tickets_conversation c ON c.id = r.conversation
		JOIN tickets_ticket t ON t.id = c.ticket AND t.person IN ('', $1)
		WHERE r.kind = 'person' AND r.reader = $1 ORDER BY c.ticket`
	selectTalkIDs      = `SELECT id FROM tickets_conversation WHERE ticket = $1 ORDER BY id`
	selectSaidIDs      = `SELECT id FROM tickets_message WHERE conversation = $1`
	selectHouseLetters = `SELECT message, kind, reader, reader_version, wrap, mac FROM tickets_letterkey
		WHERE message IN ` + saidThere + notPersons
	deleteHouseReaders = `DELETE FROM tickets_reader WHERE conversation IN ` + ofTicket + notPersons
	deleteHouseLetters = `DELETE FROM tickets_letterkey WHERE message IN ` + saidThere + notPersons
	deleteTicketLinks  = `DELETE FROM tickets_link WHERE conversation IN ` + ofTicket

	insertErasing = `INSERT INTO tickets_erasing (ticket, person, kept, mac) VALUES ($1, $2, $3, $4)`
	selectErasing = `SELECT ticket, mac FROM tickets_erasing WHERE person = $1 ORDER BY ticket`
	takeErasing   = `DELETE FROM tickets_erasing WHERE ticket = $1 AND person = $2 RETURNING kept`

	eraseOriginals  = `DELETE FROM tickets_original WHERE message = $1`
	eraseFiles      = `DELETE FROM tickets_file WHERE message = $1`
	eraseFolded     = `DELETE FROM tickets_folded WHERE message = $1`
	eraseLetterKeys = `DELETE FROM tickets_letterkey WHERE message = $1`
	eraseHidden     = `DELETE FROM tickets_hidden WHERE message = $1`
	eraseReaders    = `DELETE FROM tickets_reader WHERE conversation = $1`
	eraseMessages   = `DELETE FROM tickets_message WHERE conversation = $1`
	eraseLinks      = `DELETE FROM tickets_link WHERE conversation = $1`
	eraseTalks      = `DELETE FROM tickets_conversation WHERE ticket = $1`
	eraseDrafts     = `DELETE FROM tickets_draft WHERE ticket = $1`
	eraseSeats      = `DELETE FROM tickets_reader WHERE kind = 'person' AND reader = $1`
	eraseSingles    = `DELETE FROM tickets_letterkey WHERE kind = 'person' AND reader = $1`
	eraseView       = `DELETE FROM tickets_hidden WHERE person = $1`
	eraseStrangers  = `DELETE FROM tickets_stranger WHERE conversation = $1`
	eraseKnocks     = `DELETE FROM tickets_stranger WHERE person = $1`
	eraseKept       = `DELETE FROM tickets_erasing WHERE ticket = $1`
	eraseTicket     = `DELETE FROM tickets_ticket WHERE id = $1`
)
