package webhooks

const (
	selectHooks = `SELECT id, version, sealed, state, maker, made, mac FROM webhooks_hook ORDER BY made DESC, id`
	countHooks  = `SELECT COUNT(*) FROM webhooks_hook`
	insertHook  = `INSERT INTO webhooks_hook (id, version, sealed, state, maker, made, mac) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	updateHook  = `UPDATE webhooks_hook SET state = $1, version = $2, mac = $3 WHERE id = $4 AND version = $5`
	deleteHook  = `DELETE FROM webhooks_hook WHERE id = $1`

	countChanges  = `SELECT COUNT(*) FROM (SELECT 1 FROM webhooks_change LIMIT 1) AS c`
	selectChanges = `SELECT id, ticket, kind, team, was FROM webhooks_change ORDER BY n LIMIT $1`
	deleteChange  = `DELETE FROM webhooks_change WHERE id = $1`

	insertBell = `INSERT INTO webhooks_bell (id, hook, kind, ticket, at, state, tries, due, leased, answer, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	dueBells   = ` FROM webhooks_bell b JOIN webhooks_hook h ON h.id = b.hook WHERE b.state = `
	countDue   = `SELECT COUNT(*) FROM (SELECT 1` + dueBells + `$1 AND b.due <= $2 AND h.rests <= $2 LIMIT 1) AS b`
	// Asked twice, because of two who claim one address the second waits for the first.
	claimHook = `UPDATE webhooks_hook SET rests = $1 WHERE id = (SELECT h.id` + dueBells + `$2 AND b.due <= $3 AND h.rests <= $3 ORDER BY b.due, b.id LIMIT 1)
		AND rests <= $3 RETURNING id`
	restHook    = `UPDATE webhooks_hook SET rests = $1 WHERE id = $2`
	oldestBell  = `SELECT id, hook, kind, ticket, at, tries, mac FROM webhooks_bell WHERE hook = $1 AND state = $2 AND due <= $3 ORDER BY at, id LIMIT 1`
	tellGone    = `UPDATE webhooks_bell SET state = $1, tries = 0, due = $2, answer = '' WHERE hook = $3 AND state = $4 AND kind = $5`
	settleBell  = `UPDATE webhooks_bell SET state = $1, tries = $2, due = $3, leased = 0, answer = $4 WHERE id = $5 AND tries = $6 AND state = 'waiting'`
	giveUpBells = `UPDATE webhooks_bell SET state = $1 WHERE hook = $2 AND state = $3`
	selectBells = `SELECT kind, at, state, tries, due, answer FROM webhooks_bell WHERE hook = $1 ORDER BY at DESC, id LIMIT $2`
	countBells  = `SELECT COUNT(*) FROM webhooks_bell WHERE hook = $1 AND state = $2`
	deleteBell  = `DELETE FROM webhooks_bell WHERE id = $1`
	deleteBells = `DELETE FROM webhooks_bell WHERE hook = $1`
	deleteOld   = `DELETE FROM webhooks_bell WHERE state <> $1 AND at < $2`
)
