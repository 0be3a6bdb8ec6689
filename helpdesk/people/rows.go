package people

const (
	insertWriter = `INSERT INTO people_writer (id, address_index, shared, since_day)
		VALUES ($1, $2, $3, $4) ON CONFLICT (address_index) DO NOTHING`
	selectWriter       = `SELECT id, shared FROM people_writer WHERE address_index = $1`
	selectWriterByID   = `SELECT id, shared FROM people_writer WHERE id = $1`
	updateWriterShared = `UPDATE people_writer SET shared = $1 WHERE id = $2`

	insertPerson = `INSERT INTO people_person (id) VALUES ($1)`
	selectPerson = `SELECT id FROM people_person WHERE id = $1`
	deletePerson = `DELETE FROM people_person WHERE id = $1`

	keyColumns = `k.person, k.generation, k.version, k.public, k.state, k.lookup, k.locked, k.shown, k.used,
		k.changed, k.notice, k.erase_at, k.until, k.mac`
	selectKey       = `SELECT ` + keyColumns + ` FROM people_key k WHERE k.person = $1`
	selectKeyByCode = `SELECT ` + keyColumns + ` FROM people_key k WHERE k.lookup IN (`
	selectErasing   = `SELECT ` + keyColumns + ` FROM people_key k WHERE k.erase_at > 0 AND k.erase_at <= $1 ORDER BY k.erase_at, k.person LIMIT 100`
	insertKey       = `INSERT INTO people_key (person, generation, version, public, state, lookup, locked, shown, used,
		changed, notice, erase_at, until, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (person) DO NOTHING`
	updateKey = `UPDATE people_key SET generation = $1, version = $2, public = $3, state = $4, lookup = $5, locked = $6,
		shown = $7, used = $8, changed = $9, notice = $10, erase_at = $11, until = $12, mac = $13 WHERE person = $14 AND version = $15`
	deleteKey = `DELETE FROM people_key WHERE person = $1 AND version = $2`

	guestColumns = `g.place, g.id, g.person, g.generation, g.seed, g.created, g.touched, g.expires, g.ended,
		g.shared, g.held, g.show, g.linked, g.conversation, g.mac`
	selectGuest = `SELECT ` + guestColumns + `, ` + keyColumns + ` FROM people_guest g
		JOIN people_key k ON k.person = g.person WHERE g.place = $1`
	selectAuthor = `SELECT ` + guestColumns + ` FROM people_guest g WHERE g.place = $1`
	insertGuest  = `INSERT INTO people_guest (place, id, person, generation, seed, created, touched, expires, ended,
		shared, held, show, conversation, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	touchGuest = `UPDATE people_guest SET touched = $1 WHERE id = $2 AND seed IS NOT NULL AND touched < $1`
	// Of a person it is the session they did something in last.
	holdGuest = `UPDATE people_guest SET held = $4 WHERE NOT (` + stale + `) AND seed IS NOT NULL AND (id = $5 OR id =
		(SELECT id FROM people_guest WHERE person = $5 AND NOT (` + stale + `) AND seed IS NOT NULL ORDER BY touched DESC, id LIMIT 1))`
	letGuest     = `UPDATE people_guest SET held = $1, touched = $2 WHERE held AND seed IS NOT NULL AND (id = $3 OR person = $3)`
	turnGuest    = `UPDATE people_guest SET conversation = $1 WHERE id = $2`
	linkGuest    = `UPDATE people_guest SET linked = TRUE WHERE id = $1`
	shownGuest   = `UPDATE people_guest SET show = $1 WHERE id = $2`
	stale        = `seed IS NOT NULL AND (expires <= $1 OR (NOT held AND ((shared AND touched <= $2) OR (NOT shared AND touched <= $3))))`
	selectStale  = `SELECT id FROM people_guest WHERE ` + stale + ` LIMIT 1000`
	endStale     = `UPDATE people_guest SET seed = NULL, ended = $4 WHERE ` + stale + ` AND id = $5`
	endGuest     = `UPDATE people_guest SET seed = NULL, ended = $1 WHERE id = $2 AND seed IS NOT NULL`
	selectPlace  = `SELECT id FROM people_guest WHERE place = $1`
	deleteGuest  = `DELETE FROM people_guest WHERE place = $1`
	selectGuests = `SELECT id FROM people_guest WHERE person = $1`
	deleteGuests = `DELETE FROM people_guest WHERE person = $1`
	deleteEnded  = `DELETE FROM people_guest WHERE seed IS NULL AND ended <= $1`

	countLate     = `SELECT COUNT(*) FROM people_late WHERE person = $1`
	insertLate    = `INSERT INTO people_late (id, person, at, body, mac) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`
	selectOneLate = `SELECT 1 FROM people_late WHERE person = $1 AND id = $2`
	selectLate    = `SELECT id, person, at, body, mac FROM people_late WHERE person = $1 ORDER BY at, id`
	deleteLate    = `DELETE FROM people_late WHERE person = $1`
	deleteOneLate = `DELETE FROM people_late WHERE person = $1 AND id = $2`
	deleteOldLate = `DELETE FROM people_late WHERE at <= $1`

	countLateFiles = `SELECT COUNT(*) FROM people_late_file WHERE person = $1`
	insertLateFile = `INSERT INTO people_late_file (id, late, person, at, place, head, body, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	lateHeadColumns = `id, late, person, at, place, head, mac`
	selectLateHeads = `SELECT ` + lateHeadColumns + ` FROM people_late_file WHERE person = $1 ORDER BY at, late, place`
	selectLateFiles = `SELECT ` + lateHeadColumns + `, body FROM people_late_file
		WHERE person = $1 AND late = $2 ORDER BY place`
	deleteLateFiles    = `DELETE FROM people_late_file WHERE person = $1`
	deleteFilesOfLate  = `DELETE FROM people_late_file WHERE person = $1 AND late = $2`
	deleteOldLateFiles = `DELETE FROM people_late_file WHERE at <= $1`

	upsertNotice = `INSERT INTO people_notice (person, sealed, sent) VALUES ($1, $2, 0)
		ON CONFLICT (person) DO UPDATE SET sealed = EXCLUDED.sealed, sent = 0`
	selectNotice = `SELECT n.sealed, n.sent, ` + keyColumns + ` FROM people_notice n
		JOIN people_key k ON k.person = n.person WHERE n.person = $1`
	deleteNotice = `DELETE FROM people_notice WHERE person = $1`
	sentNotice   = `UPDATE people_notice SET sent = $1 WHERE person = $2 AND sent = 0`
	hereAgain    = `UPDATE people_notice SET sent = 0 WHERE person = $1 AND sent <> 0`

	selectVoice = `SELECT person, user_id, at, mac FROM people_voice WHERE person = $1`
	upsertVoice = `INSERT INTO people_voice (person, user_id, at, mac) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person) DO UPDATE SET user_id = EXCLUDED.user_id, at = EXCLUDED.at, mac = EXCLUDED.mac`
	deleteVoice     = `DELETE FROM people_voice WHERE person = $1`
	deleteOldVoices = `DELETE FROM people_voice WHERE at <= $1`
)
