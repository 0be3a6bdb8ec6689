package directory

const recordColumns = `id, kind, version, revision, at, actor, gone, sealed FROM directory_record`

const (
	raiseHead = `UPDATE directory_head SET revision = revision + 1 WHERE one = 1 RETURNING revision`
	readHead  = `SELECT revision FROM directory_head WHERE one = 1`

	selectRecord = `SELECT ` + recordColumns + ` WHERE id = $1`
	selectAll    = `SELECT ` + recordColumns + ` ORDER BY id`
	selectSince  = `SELECT ` + recordColumns + ` WHERE revision > $1`
	insertRecord = `INSERT INTO directory_record (id, kind, version, revision, at, actor, gone, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	updateRecord = `UPDATE directory_record SET version = $2, revision = $3, at = $4, actor = $5, gone = $6, sealed = $7 WHERE id = $1 AND version = $8`

	keepPast      = `INSERT INTO directory_past (id, version, at, actor, gone, sealed) SELECT id, version, at, actor, gone, sealed FROM directory_record WHERE id = $1`
	selectVersion = `SELECT version, at, actor, gone, sealed FROM directory_past WHERE id = $1 AND version = $2`
	selectHistory = `SELECT version, at, actor, gone, sealed FROM directory_past WHERE id = $1 ORDER BY version DESC`
)
