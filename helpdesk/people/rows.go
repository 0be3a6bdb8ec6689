package people

const (
	insertWriter = `INSERT INTO people_writer (id, address_index, shared, since_day)
		VALUES ($1, $2, $3, $4) ON CONFLICT (address_index) DO NOTHING`
	selectWriter       = `SELECT id, shared FROM people_writer WHERE address_index = $1`
	selectWriterByID   = `SELECT id, shared FROM people_writer WHERE id = $1`
	updateWriterShared = `UPDATE people_writer SET shared = $1 WHERE id = $2`

	insertPerson = `INSERT INTO people_person (id, since_day) VALUES ($1, $2)`
	selectPerson = `SELECT id FROM people_person WHERE id = $1`
)
