package chat

const (
	tableColumns = `id, conversation, ticket, team, person, state, priority, language, since,
		taken, taken_at, waited, asked, asked_at, desk_at, guest_at, active, active_at,
		last, read_to, desk_typing, guest_typing, guest_last, heard_to, ended_by`

	insertTable = `INSERT INTO chat_table (` + tableColumns + `, rank)
		VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8, '', 0, -1, '', 0, 0, $8, 0, 0, $9, $10, 0, 0, $9, 0, '', $11)
		ON CONFLICT DO NOTHING`

	selectTable  = `SELECT ` + tableColumns + ` FROM chat_table WHERE id = $1`
	selectLiving = `SELECT ` + tableColumns + ` FROM chat_table WHERE conversation = $1 AND state IN ('waiting', 'talking')`
	// since is but a day once a sitting is over: of two of one day the later one
	// heard more.
	selectLatest = `SELECT ` + tableColumns + ` FROM chat_table WHERE conversation = $1 ORDER BY since DESC, last DESC, read_to DESC, id LIMIT 1`
	selectOf     = `SELECT ` + tableColumns + ` FROM chat_table WHERE ticket = $1 ORDER BY since DESC, id LIMIT 1`
	// Who waits for teams. Tables whose counsellor has gone, and hand-overs, stay
	// with who has them until somebody comes.
	selectWaits = `SELECT ` + tableColumns + ` FROM chat_table
		WHERE (state = 'waiting' OR state = 'talking' AND asked <> '') AND team IN (`
	orderWaits = `) ORDER BY rank, id LIMIT 200`
	// Whose talk it is, or who was brought into it.
	selectMine = `SELECT ` + tableColumns + ` FROM chat_table
		WHERE state = 'talking' AND (taken = $1 OR id IN (SELECT sitting FROM chat_guest WHERE who = $1 AND until > $2))
		ORDER BY CASE WHEN taken = $1 THEN 0 ELSE 1 END, taken_at, id`
	countBefore = `SELECT COUNT(*) FROM chat_table WHERE state = 'waiting' AND team = $1 AND (rank, id) < ($2, $3)`
	countWaits  = `SELECT COUNT(*) FROM chat_table WHERE state = 'waiting'`
	// Of a sitting that is over only the day is left.
	selectWaited = `SELECT waited FROM chat_table WHERE waited >= 0 AND taken_at >= $1 ORDER BY taken_at DESC, id LIMIT 15`

	// Each claim says again what it depends on: of two that come at once, one
	// changes nothing.
	takeWaiting = `UPDATE chat_table SET state = 'talking', taken = $1, taken_at = $2, waited = $3, desk_at = $2, asked = '', asked_at = 0
		WHERE id = $4 AND state = 'waiting'`
	takeOver = `UPDATE chat_table SET taken = $1, taken_at = $2, desk_at = $2, asked = '', asked_at = 0
		WHERE id = $3 AND state = 'talking' AND taken = $4 AND asked = $5 AND asked <> ''`

	saidByGuest = `UPDATE chat_table SET last = $2, guest_last = $2, guest_at = $3, guest_typing = 0,
		active = active + CASE WHEN taken <> '' AND $3 - active_at < $4 THEN $3 - active_at ELSE 0 END, active_at = $3
		WHERE conversation = $1 AND state IN ('waiting', 'talking')`
	saidByDesk = `UPDATE chat_table SET last = $2, read_to = $2, desk_at = $3, desk_typing = 0,
		active = active + CASE WHEN $3 - active_at < $4 THEN $3 - active_at ELSE 0 END, active_at = $3
		WHERE conversation = $1 AND state = 'talking'`
	guestSeen  = `UPDATE chat_table SET guest_at = $2 WHERE id = $1 AND guest_at < $2`
	deskSeen   = `UPDATE chat_table SET desk_at = $2 WHERE taken = $1 AND state = 'talking' AND desk_at < $2`
	guestHeard = `UPDATE chat_table SET heard_to = $2 WHERE id = $1 AND heard_to < $2`
	deskRead   = `UPDATE chat_table SET read_to = $2 WHERE id = $1 AND read_to < $2`
	guestTypes = `UPDATE chat_table SET guest_typing = $2 WHERE conversation = $1 AND state = 'talking'`
	deskTypes  = `UPDATE chat_table SET desk_typing = $2 WHERE id = $1 AND state = 'talking'`
	askFor     = `UPDATE chat_table SET asked = $2, asked_at = $3 WHERE id = $1 AND state = 'talking' AND taken = $4`
	backToWait = `UPDATE chat_table SET state = 'waiting', taken = '', taken_at = 0, asked = $2, asked_at = $3
		WHERE id = $1 AND state = 'talking' AND taken = $4`
	// What is left of a sitting that is over: the day, how long one waited to
	// the minute, how long one talked.
	endTable = `UPDATE chat_table SET state = $2, ended_by = $3, asked = '', asked_at = 0, desk_typing = 0, guest_typing = 0,
		since = since - since % 86400000000, taken_at = taken_at - taken_at % 86400000000, waited = waited - waited % 60000000,
		desk_at = 0, guest_at = 0, active_at = 0, rank = 0
		WHERE id = $1 AND state IN ('waiting', 'talking') AND (state = $4 OR $4 = '')`

	// Who was handed over waits anew from then on, in the place they had.
	selectStale = `SELECT ` + tableColumns + ` FROM chat_table
		WHERE state = 'waiting' AND since < $1 AND asked_at < $1 ORDER BY since, id LIMIT 50`
	selectGone = `SELECT ` + tableColumns + ` FROM chat_table
		WHERE state = 'talking' AND desk_at < $1 AND asked <> 'any' ORDER BY desk_at, id LIMIT 50`
	selectIdle = `SELECT ` + tableColumns + ` FROM chat_table
		WHERE state = 'talking' AND guest_at < $1 ORDER BY guest_at, id LIMIT 50`
	askGone = `UPDATE chat_table SET asked = $2, asked_at = $3
		WHERE id = $1 AND state = 'talking' AND asked <> 'any' AND desk_at = $4`
	oldTables   = ` FROM chat_table WHERE state IN ('missed', 'ended') AND since < $1`
	countTables = `SELECT COUNT(*)` + oldTables
	dropTables  = `DELETE FROM chat_table WHERE id IN (SELECT id` + oldTables + ` ORDER BY since, id LIMIT $2)`

	// A restricted team's talk leaves nothing once its day is over.
	dropRestricted = `DELETE FROM chat_table WHERE state IN ('missed', 'ended') AND since < $1 AND taken_at < $1
		AND team IN (SELECT id FROM staff_team WHERE restricted)`

	upsertGuest = `INSERT INTO chat_guest (sitting, who, role, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (sitting, who) DO UPDATE SET role = excluded.role, until = excluded.until`
	selectGuest   = `SELECT role FROM chat_guest WHERE sitting = $1 AND who = $2 AND until > $3`
	deleteGuests  = `DELETE FROM chat_guest WHERE until < $1`
	dismissGuests = `DELETE FROM chat_guest WHERE sitting = $1`

	upsertPresence = `INSERT INTO chat_presence (who, state, until) VALUES ($1, $2, $3)
		ON CONFLICT (who) DO UPDATE SET state = excluded.state, until = excluded.until`
	// Nobody says that they are here for longer than $2; a clock went back.
	selectPresence  = `SELECT who, state FROM chat_presence WHERE until > $1 AND until <= $2 ORDER BY who`
	selectPresentOf = `SELECT state, until FROM chat_presence WHERE who = $1`
	countTalks      = `SELECT taken, COUNT(*) FROM chat_table WHERE state = 'talking' GROUP BY taken`
	deletePresence  = `DELETE FROM chat_presence WHERE until < $1`

	insertStart  = `INSERT INTO chat_start (client_index, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	deleteStarts = `DELETE FROM chat_start WHERE at < $1`

	insertDue   = `INSERT INTO chat_due (conversation, person, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	selectDueOf = `SELECT since FROM chat_due WHERE conversation = $1`
	deleteDue   = `DELETE FROM chat_due WHERE conversation = $1`
	selectDue   = `SELECT conversation, person, since FROM chat_due WHERE since < $1 AND (since, conversation) > ($2, $3)
		ORDER BY since, conversation LIMIT 50`

	eraseDue    = `DELETE FROM chat_due WHERE conversation IN (SELECT conversation FROM chat_table WHERE ticket = $1)`
	eraseGuests = `DELETE FROM chat_guest WHERE sitting IN (SELECT id FROM chat_table WHERE ticket = $1)`
	eraseTables = `DELETE FROM chat_table WHERE ticket = $1`
	eraseCall   = `DELETE FROM chat_call WHERE ticket = $1`

	claimCall = `UPDATE chat_oncall SET at = $1 WHERE one = 1 AND at <= $2`

	upsertCall = `INSERT INTO chat_call (ticket, team, who, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (ticket) DO UPDATE SET who = excluded.who, at = excluded.at`
	selectCalls = `SELECT ticket, who, at FROM chat_call WHERE team IN (`
	orderCalls  = `) ORDER BY at`
	selectCall  = `SELECT who, at FROM chat_call WHERE ticket = $1`
	deleteCall  = `DELETE FROM chat_call WHERE ticket = $1`
)
