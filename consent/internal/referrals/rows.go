package referrals

const (
	columns = `id, ticket, person, team, owner, state, priority, outcome, told, made, turned, due, expires, follow,
		permission, consent, exception, target, need, version, body, mac`
	insertReferral = `INSERT INTO referrals_referral (` + columns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`
	selectPart     = `SELECT ` + columns + ` FROM referrals_referral `
	selectReferral = selectPart + `WHERE id = $1`
	updateReferral = `UPDATE referrals_referral SET owner = $1, state = $2, priority = $3, outcome = $4, told = $5, turned = $6,
		due = $7, expires = $8, follow = $9, permission = $10, consent = $11, exception = $12, target = $13, need = $14,
		version = $15, body = $16, mac = $17, team = $18 WHERE id = $19 AND version = $20`
	lockReferral = `UPDATE referrals_referral SET version = version WHERE id = $1`
	byTicket     = selectPart + `WHERE ticket = $1 ORDER BY made, id`
	byPerson     = selectPart + `WHERE person = $1 ORDER BY made, id`
	byTarget     = selectPart + `WHERE target = $1 AND state IN ('sent', 'overdue', 'accepted', 'returned', 'done', 'closed', 'lapsed', 'revoked')
		ORDER BY turned DESC, id LIMIT 500`
	byNeed = selectPart + `WHERE need = $1 AND id <> $2
		AND state IN ('draft', 'awaiting', 'ready', 'sent', 'overdue', 'accepted', 'done') ORDER BY made, id`
	byConsent = selectPart + `WHERE consent = $1 OR permission = $1 ORDER BY id`
	dueBefore = selectPart + `WHERE due > 0 AND due <= $1
		AND state IN ('draft', 'awaiting', 'ready', 'sent', 'overdue', 'accepted', 'done') ORDER BY due, id LIMIT 500`
	returnedTo = selectPart + `WHERE owner = $1 AND state = 'returned' AND turned > $2 ORDER BY turned DESC, id LIMIT 100`

	returnedSince = selectPart + `WHERE state = 'returned' AND turned >= $1 ORDER BY turned DESC, id LIMIT 500`
	// What recipients said or did that its person has not been told of.
	newsSince = `SELECT r.id, r.person, r.exception, n.at FROM referrals_referral r JOIN (
			SELECT referral, at FROM referrals_word WHERE side = 'partner' AND at >= $1
			UNION SELECT id, turned FROM referrals_referral WHERE state IN ('returned', 'done') AND turned >= $1) n ON n.referral = r.id
		WHERE r.person <> '' AND NOT EXISTS (SELECT 1 FROM referrals_told t WHERE t.subject = r.id AND t.turn = n.at AND t.who = r.person)
		ORDER BY n.at, r.id LIMIT 500`
	insertTold = `INSERT INTO referrals_told (subject, turn, who, at) VALUES ($1, $2, $3, $4) ON CONFLICT (subject, turn, who) DO NOTHING`
	forgetTold = `DELETE FROM referrals_told WHERE at < $1`
	eraseTold  = `DELETE FROM referrals_told WHERE subject = $1`

	insertKey  = `INSERT INTO referrals_key (subject, kind, reader, version, wrap, mac) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject, kind, reader, version) DO NOTHING`
	selectKeys = `SELECT kind, reader, version, wrap, mac FROM referrals_key WHERE subject = $1 ORDER BY kind, reader, version`

	insertPackage = `INSERT INTO referrals_package (referral, manifest, frozen, sealed, mac) VALUES ($1, $2, $3, $4, $5)`
	selectPackage = `SELECT manifest, frozen, sealed, mac FROM referrals_package WHERE referral = $1`
	insertPart    = `INSERT INTO referrals_part (referral, position, sealed) VALUES ($1, $2, $3)`
	selectOnePart = `SELECT sealed FROM referrals_part WHERE referral = $1 AND position = $2`
	insertUpdate  = `INSERT INTO referrals_update (id, referral, at, sealed, mac) VALUES ($1, $2, $3, $4, $5)`
	selectUpdates = `SELECT id, at, sealed, mac FROM referrals_update WHERE referral = $1 ORDER BY at, id`

	insertWrap   = `INSERT INTO referrals_wrap (referral, version, wrap, mac) VALUES ($1, $2, $3, $4)`
	selectWrap   = `SELECT version, wrap, mac FROM referrals_wrap WHERE referral = $1`
	deleteWrap   = `DELETE FROM referrals_wrap WHERE referral = $1`
	deleteLinks  = `DELETE FROM referrals_link WHERE referral = $1`
	deleteVisits = `DELETE FROM referrals_visit WHERE referral = $1`

	insertLink = `INSERT INTO referrals_link (place, referral, pair, locked, expires, wrong, mac) VALUES ($1, $2, $3, $4, $5, 0, $6)`
	// Counted before anything is compared; the condition ends guessing.
	tryLink = `UPDATE referrals_link SET wrong = wrong + 1 WHERE place = $1 AND wrong < $2 AND expires > $3
		RETURNING referral, pair, locked, expires, wrong, mac`
	rightLink   = `UPDATE referrals_link SET wrong = 0 WHERE place = $1 AND wrong < $2`
	insertVisit = `INSERT INTO referrals_visit (place, id, referral, pair, seed, touched, expires) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	selectVisit = `SELECT id, referral, pair, seed, touched, expires FROM referrals_visit WHERE place = $1`
	touchVisit  = `UPDATE referrals_visit SET touched = $1 WHERE place = $2 AND touched < $1`
	deleteVisit = `DELETE FROM referrals_visit WHERE place = $1`
	sweepVisits = `DELETE FROM referrals_visit WHERE expires <= $1 OR touched <= $2`

	insertOpening  = `INSERT INTO referrals_opening (id, referral, who, what, at, mac) VALUES ($1, $2, $3, $4, $5, $6)`
	selectOpenings = `SELECT id, who, what, at, mac FROM referrals_opening WHERE referral = $1 ORDER BY at, id`
	selectDid      = `SELECT id, who, what, at, mac FROM referrals_opening WHERE referral = $1 AND who = $2 ORDER BY at, id`

	insertWord  = `INSERT INTO referrals_word (id, referral, side, author, kind, at, sealed, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	selectWords = `SELECT id, side, author, kind, at, sealed, mac FROM referrals_word WHERE referral = $1 ORDER BY at, id`

	exceptionColumns = `id, ticket, team, referral, state, decided, second, at, due, version, body, mac`
	insertException  = `INSERT INTO referrals_exception (` + exceptionColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	selectException  = `SELECT ` + exceptionColumns + ` FROM referrals_exception WHERE id = $1`
	updateException  = `UPDATE referrals_exception SET state = $1, second = $2, due = $3, version = $4, body = $5, mac = $6 WHERE id = $7 AND version = $8`
	exceptionsOf     = `SELECT ` + exceptionColumns + ` FROM referrals_exception WHERE ticket = $1 ORDER BY at, id`
	exceptionsFor    = `SELECT ` + exceptionColumns + ` FROM referrals_exception
		WHERE id IN (SELECT subject FROM referrals_key WHERE kind = 'person' AND reader = $1) ORDER BY at, id`
	exceptionsOpen = `SELECT ` + exceptionColumns + ` FROM referrals_exception WHERE state = 'open' AND due > 0 ORDER BY due, id LIMIT 500`

	requestColumns = `id, state, made_by, decided, at, due, version, body, mac`
	insertRequest  = `INSERT INTO referrals_request (` + requestColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	selectRequest  = `SELECT ` + requestColumns + ` FROM referrals_request WHERE id = $1`
	selectRequests = `SELECT ` + requestColumns + ` FROM referrals_request ORDER BY at DESC, id LIMIT 500`
	updateRequest  = `UPDATE referrals_request SET state = $1, decided = $2, version = $3, body = $4, mac = $5 WHERE id = $6 AND version = $7`

	erasePackage  = `DELETE FROM referrals_package WHERE referral = $1`
	eraseParts    = `DELETE FROM referrals_part WHERE referral = $1`
	eraseUpdates  = `DELETE FROM referrals_update WHERE referral = $1`
	eraseWords    = `DELETE FROM referrals_word WHERE referral = $1`
	eraseKeys     = `DELETE FROM referrals_key WHERE subject = $1`
	eraseOpenings = `DELETE FROM referrals_opening WHERE referral = $1`
	eraseReferral = `DELETE FROM referrals_referral WHERE id = $1`
	eraseExcepted = `DELETE FROM referrals_exception WHERE id = $1`
)
