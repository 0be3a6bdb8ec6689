package webhooks

const (
	selectHooks = `SELECT id, version, sealed, state, maker, made, mac FROM webhooks_hook ORDER BY made DESC, id`
	countHooks  = `SELECT COUNT(*) FROM webhooks_hook`
	insertHook  = `INSERT INTO webhooks_hook (id, version, sealed, state, maker, made, mac) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	updateHook  = `UPDATE webhooks_hook SET state = $1, version = $2, mac = $3 WHERE id = $4 AND version = $5`
	deleteHook  = `DELETE FROM webhooks_hook WHERE id = $1`

	countChanges  = `SELECT COUNT(*) FROM (SELECT 1 FROM webhooks_change LIMIT 1) AS c`
	selectChanges = `SELECT id, ticket, kind, team, was FROM webhooks_change ORDER BY id LIMIT $1`
	deleteChange  = `DELETE FROM webhooks_change WHERE id = $1`

	insertBell = `INSERT INTO webhooks_bell (id, hook, kind, ticket, at, state, tries, due, leased, answer, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	countDue   = `SELECT COUNT(*) FROM (SELECT 1 FROM webhooks_bell WHERE state = $1 AND due <= $2 AND leased <= $2 LIMIT 1) AS b`
	claimBell  = `UPDATE webhooks_bell SET leased = $1 WHERE id = (SELECT id FROM webhooks_bell WHERE state = $2 AND due <= $3 AND leased <= $3 ORDER BY due, id LIMIT 1)
		AND state = $2 AND due <= $3 AND leased <= $3 RETURNING id, hook, kind, ticket, at, tries, mac`
	settleBell  = `UPDATE webhooks_bell SET state = $1, tries = $2, due = $3, leased = 0, answer = $4 WHERE id = $5 AND tries = $6 AND state = 'waiting'`
	giveUpBells = `UPDATE webhooks_bell SET state = $1 WHERE hook = $2 AND state = $3`
	selectBells = `SELECT kind, at, state, tries, due, answer FROM webhooks_bell WHERE hook = $1 ORDER BY at DESC, id LIMIT $2`
	countBells  = `SELECT COUNT(*) FROM webhooks_bell WHERE hook = $1 AND state = $2`
	deleteBell  = `DELETE FROM webhooks_bell WHERE id = $1`
	deleteBells = `DELETE FROM webhooks_bell WHERE hook = $1`
	deleteOld   = `DELETE FROM webhooks_bell WHERE state <> $1 AND at < $2`
)
