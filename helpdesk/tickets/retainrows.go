package tickets

import (
	"strings"

	"returnsupport/helpdesk/store"
)

// many says of n things what a statement says of one: its only "= $1" becomes a
// list.
func many(query string, n int) string {
	return strings.Replace(query, "= $1", "IN ("+store.Places(n, 1)+")", 1)
}

const (
	// The range of one index, read backwards: oldest first.
	oldOfTeam = ` FROM tickets_ticket WHERE team = $1 AND state = 'closed' AND rank > $2`
	selectOld = `SELECT ` + ticketColumns + oldOfTeam + ` AND (rank, id) < ($3, $4) ORDER BY rank DESC, id DESC LIMIT $5`
	countOld  = `SELECT COUNT(*)` + oldOfTeam

	// The marks follow.
	selectDueMarks = `SELECT mark FROM tickets_day WHERE day >= $1 AND mark IN (`

	lockTalksOf = `UPDATE tickets_conversation SET epoch = epoch WHERE ticket = $1`
	lockOld     = `UPDATE tickets_ticket SET version = version WHERE id = $1 AND state = 'closed' RETURNING ` + ticketColumns

	selectSaid = `SELECT ` + messageColumns + ` FROM tickets_message
		WHERE state = 'kept' AND kind <> 'system' AND conversation IN ` + ofTicket
	eraseWords = `UPDATE tickets_message SET state = 'erased', content = $1, mac = $2, keywrap = $1 WHERE id = $3`

	selectNamedWriters = `SELECT DISTINCT writer FROM tickets_ticket WHERE writer = $1`
	selectNumbered     = `SELECT id FROM tickets_ticket WHERE number = $1 AND channel <> ''`
	eraseSift          = `DELETE FROM tickets_sift WHERE ticket = $1`
	selectLoanNames    = `SELECT reader FROM tickets_reader WHERE kind = 'user' AND conversation = $1`
)

// selectLeft asks which tickets still have a part.
var selectLeft = map[Part]string{
	PartWords:     `SELECT DISTINCT c.ticket FROM tickets_conversation c JOIN tickets_message m ON m.conversation = c.id AND m.state = 'kept' AND m.kind <> 'system' WHERE c.ticket = $1`,
	PartFiles:     leftIn("tickets_file"),
	PartOriginals: leftIn("tickets_original"),
}

func leftIn(table string) string {
	return `SELECT DISTINCT c.ticket FROM tickets_conversation c JOIN tickets_message m ON m.conversation = c.id
		WHERE c.ticket = $1 AND EXISTS (SELECT 1 FROM ` + table + ` x WHERE x.message = m.id)`
}

// namedPersons asks which of n persons something that is left concerns, or is
// for them to read.
func namedPersons(n int) string {
	list := "(" + store.Places(n, 1) + ")"
	return `SELECT person FROM tickets_ticket WHERE person <> '' AND person IN ` + list + `
		UNION SELECT reader FROM tickets_reader WHERE kind = 'person' AND reader IN ` + list + `
		UNION SELECT person FROM tickets_stranger WHERE person IN ` + list
}
