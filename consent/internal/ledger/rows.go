package ledger

const (
	eventColumns = `seq, id, kind, subject, state, outcome, purpose, version, age, at, until, body, previous, hash, mac, signature`

	insertEvent = `INSERT INTO ledger_event (` + eventColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	insertBody   = `INSERT INTO ledger_body (seq, subject, sealed) VALUES ($1, $2, $3) ON CONFLICT (seq) DO NOTHING`
	selectBody   = `SELECT sealed FROM ledger_body WHERE seq = $1`
	deleteBodies = `DELETE FROM ledger_body WHERE subject = $1`

	// Writers wait here for each other: each takes the row before it looks.
	lockHead   = `UPDATE ledger_head SET turn = turn + 1 WHERE id = 1`
	selectHead = `SELECT seq, hash, signature FROM ledger_head WHERE id = 1`
	moveHead   = `UPDATE ledger_head SET seq = $1, hash = $2, signature = $3 WHERE id = 1`
	selectLast = `SELECT seq, hash FROM ledger_event ORDER BY seq DESC LIMIT 1`

	selectEvents = `SELECT ` + eventColumns + ` FROM ledger_event WHERE subject = $1 ORDER BY seq`
	selectOfFour = `SELECT ` + eventColumns + ` FROM ledger_event WHERE subject IN ($1, $2, $3, $4) ORDER BY seq`
	selectPlace  = `SELECT ` + eventColumns + ` FROM ledger_event WHERE seq = $1`
	selectAsked  = `SELECT ` + eventColumns + ` FROM ledger_event
		WHERE subject IN (SELECT id FROM ledger_subject WHERE mark = $1) ORDER BY seq`
	selectPage = `SELECT e.seq, e.id, e.kind, e.subject, e.state, e.outcome, e.purpose, e.version, e.age, e.at, e.until,
			e.body, e.previous, e.hash, e.mac, e.signature, b.sealed
		FROM ledger_event e LEFT JOIN ledger_body b ON b.seq = e.seq
		WHERE e.seq > $1 AND e.seq <= $2 ORDER BY e.seq`
	selectNext = `SELECT previous FROM ledger_event WHERE seq = $1`

	insertSubject = `INSERT INTO ledger_subject (id, person, ticket, notice, mark, mac) VALUES ($1, $2, $3, $4, $5, $6)`
	subjectPart   = `SELECT id, person, ticket, notice, mark, mac FROM ledger_subject s `
	inOrder       = ` ORDER BY (SELECT MIN(seq) FROM ledger_event WHERE subject = s.id), id`
	selectSubject = subjectPart + `WHERE id = $1`
	selectTwo     = subjectPart + `WHERE id IN ($1, $2)`

	selectOfPerson = subjectPart + `WHERE person = $1` + inOrder
	selectOfTicket = subjectPart + `WHERE ticket = $1` + inOrder
	deleteSubject  = `DELETE FROM ledger_subject WHERE id = $1`

	insertWrap = `INSERT INTO ledger_wrap (subject, kind, reader, version, wrap, mac) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (subject, kind, reader, version) DO NOTHING`
	selectWraps = `SELECT kind, reader, version, wrap, mac FROM ledger_wrap WHERE subject = $1 ORDER BY kind, reader, version`
	deleteWraps = `DELETE FROM ledger_wrap WHERE subject = $1`

	insertPurpose = `INSERT INTO ledger_purpose (code, version, terms, at, mac) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (code, version) DO NOTHING`
	selectPurpose = `SELECT terms, mac FROM ledger_purpose WHERE code = $1 AND version = $2`
	insertNotice  = `INSERT INTO ledger_notice (id, purpose, language, modality, version, hash, shown, at, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	latestNotice = `SELECT COALESCE(MAX(version), 0) FROM ledger_notice WHERE purpose = $1 AND language = $2 AND modality = $3`
	selectNotice = `SELECT id, purpose, language, modality, version, hash, shown, at, mac FROM ledger_notice WHERE `
	noticeByHash = selectNotice + `purpose = $1 AND language = $2 AND modality = $3 AND hash = $4`
	noticeByID   = selectNotice + `id = $1`

	selectNotices = `SELECT id, purpose, language, modality, version, hash, shown, at, mac FROM ledger_notice
		ORDER BY purpose, language, modality, version DESC`
	selectPurposes = `SELECT code, version FROM ledger_purpose ORDER BY code, version DESC`
	// A yes that stands, by what is plain.
	countStanding = `SELECT s.notice, e.purpose, e.version, COUNT(*) FROM ledger_subject s
		JOIN ledger_event e ON e.seq = (SELECT MAX(seq) FROM ledger_event WHERE subject = s.id AND kind = 'consent')
		WHERE e.state IN ('given', 'renewed') AND e.until > $1 GROUP BY s.notice, e.purpose, e.version`

	insertMailed = `INSERT INTO ledger_mailed (day) VALUES ($1) ON CONFLICT (day) DO NOTHING`
)
