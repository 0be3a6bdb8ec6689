package people

const (
	lockPerson = `UPDATE people_person SET id = id WHERE id = $1 RETURNING id`

	insertMerge      = `INSERT INTO people_merge (person, target, mac) VALUES ($1, $2, $3) ON CONFLICT (person) DO NOTHING`
	selectMerge      = `SELECT person, target, mac FROM people_merge WHERE person = $1`
	selectMergedInto = `SELECT person, target, mac FROM people_merge WHERE target = $1 ORDER BY person`
	deleteMerge      = `DELETE FROM people_merge WHERE person = $1`
	deleteMerges     = `DELETE FROM people_merge WHERE person = $1 OR target = $1`

	insertConflict  = `INSERT INTO people_conflict (one, other, mac) VALUES ($1, $2, $3) ON CONFLICT (one, other) DO NOTHING`
	selectConflicts = `SELECT one, other, mac FROM people_conflict WHERE one = $1
		UNION ALL SELECT one, other, mac FROM people_conflict WHERE other = $1`
	lockConflicts   = `UPDATE people_conflict SET mac = mac WHERE one = $1 OR other = $1`
	deleteConflict  = `DELETE FROM people_conflict WHERE one = $1 AND other = $2`
	deleteConflicts = `DELETE FROM people_conflict WHERE one = $1 OR other = $1`

	insertFormer = `INSERT INTO people_former (mark, mac) VALUES ($1, $2) ON CONFLICT (mark) DO NOTHING`
	selectFormer = `SELECT mac FROM people_former WHERE mark = $1`
	deleteFormer = `DELETE FROM people_former WHERE mark = $1`
)
