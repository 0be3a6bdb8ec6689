package retention

const (
	upsertWord = `INSERT INTO retention_word (ticket, kind, day, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (ticket, kind) DO UPDATE SET day = excluded.day, body = excluded.body`
	deleteWord = `DELETE FROM retention_word WHERE ticket = $1 AND kind = $2`
	// The tickets follow.
	deleteWordsOf = `DELETE FROM retention_word WHERE ticket IN (`
	selectSaidOf  = `SELECT DISTINCT ticket FROM retention_word`
	selectWords   = `SELECT ticket, kind, day, body FROM retention_word ORDER BY day, ticket`
	// The tickets follow.
	selectHeld = `SELECT ticket FROM retention_word WHERE kind = 'held' AND day > $1 AND ticket IN (`
	endHolds   = `DELETE FROM retention_word WHERE kind = 'held' AND day <= $1`

	// One statement for both: whoever changes this row waits for whoever did.
	takeLease = `UPDATE retention_lease SET holder = $1, until = $2 WHERE one = 1 AND (until < $3 OR until > $4)`
	keepLease = `UPDATE retention_lease SET until = $2 WHERE one = 1 AND holder = $1`
	dropLease = `UPDATE retention_lease SET holder = '', until = 0 WHERE one = 1 AND holder = $1`
	lockLease = `UPDATE retention_lease SET until = until WHERE one = 1`

	insertRun = `INSERT INTO retention_run (id, began, ended, code) VALUES ($1, $2, 0, '')`
	endRun    = `UPDATE retention_run SET ended = $1, code = $2 WHERE id = $3`
	addCount  = `INSERT INTO retention_count (run, kind, n) VALUES ($1, $2, $3)
		ON CONFLICT (run, kind) DO UPDATE SET n = retention_count.n + excluded.n`
	selectRuns = `SELECT r.id, r.began, r.ended, r.code, COALESCE(c.kind, ''), COALESCE(c.n, 0) FROM retention_run r
		LEFT JOIN retention_count c ON c.run = r.id
		WHERE r.id IN (SELECT id FROM retention_run ORDER BY began DESC, id LIMIT $1) ORDER BY r.began DESC, r.id, c.kind`
	lastRun    = `SELECT COALESCE(MAX(began), 0) FROM retention_run WHERE ended > 0 AND code = ''`
	dropCounts = `DELETE FROM retention_count WHERE run IN (SELECT id FROM retention_run WHERE began < $1)`
	dropRuns   = `DELETE FROM retention_run WHERE began < $1`
)
