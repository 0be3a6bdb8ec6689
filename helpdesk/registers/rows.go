package registers

const entryColumns = `id, book, state, at, due, made_by, version, body, mac`

const (
	insertEntry = `INSERT INTO registers_entry (` + entryColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	updateEntry = `UPDATE registers_entry SET state = $1, due = $2, version = $3, body = $4, mac = $5 WHERE id = $6 AND version = $7`
	selectEntry = `SELECT ` + entryColumns + ` FROM registers_entry WHERE id = $1`
	// What runs out first stands first, then the latest.
	selectBook = `SELECT ` + entryColumns + ` FROM registers_entry WHERE book = $1` + pressing
	selectOwn  = `SELECT ` + entryColumns + ` FROM registers_entry WHERE book = $1 AND id IN (SELECT entry FROM registers_key WHERE reader = $3)` + pressing
	pressing   = ` ORDER BY CASE WHEN due = 0 THEN 1 ELSE 0 END, due, at DESC, id LIMIT $2`
	countLate  = `SELECT COUNT(*) FROM registers_entry WHERE due > 0 AND due <= $1 AND book = $2`

	countSoon = `SELECT COUNT(*) FROM registers_entry WHERE due > $1 AND due <= $2 AND book = $3`

	insertKey  = `INSERT INTO registers_key (entry, reader, version, wrap) VALUES ($1, $2, $3, $4) ON CONFLICT (entry, reader, version) DO NOTHING`
	selectKey  = `SELECT wrap FROM registers_key WHERE entry = $1 AND reader = $2 AND version = $3`
	deleteKeys = `DELETE FROM registers_key WHERE entry = $1`
)
