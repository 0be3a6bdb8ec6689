package journal

const (
	insertEntry = `INSERT INTO journal_entry (id, at, actor, verb, object, details, once, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (once) DO NOTHING`
	insertDetail  = `INSERT INTO journal_detail (entry, sealed) VALUES ($1, $2)`
	insertWaiting = `INSERT INTO journal_waiting (entry) VALUES ($1)`
	deleteDetails = `DELETE FROM journal_detail WHERE entry IN (SELECT id FROM journal_entry WHERE object = $1)`
	selectOnce    = `SELECT 1 FROM journal_entry WHERE once = $1`

	selectAnyWaiting = `SELECT 1 FROM journal_waiting LIMIT 1`
	selectLease      = `SELECT holder, until FROM journal_lease WHERE id = 1`
	takeLease        = `UPDATE journal_lease SET holder = $1, until = $2
		WHERE id = 1 AND (holder = $1 OR until < $3 OR until > $4)`
	selectWaiting = `SELECT w.entry, e.id, e.at, e.actor, e.verb, e.object, e.details, e.once, e.mac
		FROM journal_waiting w LEFT JOIN journal_entry e ON e.id = w.entry
		ORDER BY e.at, w.entry LIMIT $1`
	deleteWaiting = `DELETE FROM journal_waiting WHERE entry = $1`

	selectHead = `SELECT number, link, signature FROM journal_head WHERE id = 1`
	insertHead = `INSERT INTO journal_head (id, number, link, signature) VALUES (1, $1, $2, $3) ON CONFLICT (id) DO NOTHING`
	updateHead = `UPDATE journal_head SET number = $1, link = $2, signature = $3 WHERE id = 1 AND number = $4`
	insertLink = `INSERT INTO journal_link (number, entry, link) VALUES ($1, $2, $3)`
	insertSign = `INSERT INTO journal_signature (number, signature) VALUES ($1, $2)`

	selectLinks = `SELECT l.number, l.entry, l.link, e.id, e.at, e.actor, e.verb, e.object, e.details, e.once, e.mac, d.sealed, s.signature
		FROM journal_link l
		LEFT JOIN journal_entry e ON e.id = l.entry
		LEFT JOIN journal_detail d ON d.entry = l.entry
		LEFT JOIN journal_signature s ON s.number = l.number
		WHERE l.number > $1 ORDER BY l.number LIMIT $2`
	selectUnlinked = `SELECT e.id, e.at, e.actor, e.verb, e.object, e.details, e.once, e.mac, w.entry
		FROM journal_entry e
		LEFT JOIN journal_link l ON l.entry = e.id
		LEFT JOIN journal_waiting w ON w.entry = e.id
		WHERE l.entry IS NULL AND e.id > $1 ORDER BY e.id LIMIT $2`
)
