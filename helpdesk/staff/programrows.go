package staff

const (
	programColumns = `p.user_id, p.session, p.scopes, p.maker, p.made, p.expires, p.used, p.mac`
	selectProgram  = `SELECT ` + programColumns + ` FROM staff_program p WHERE p.user_id = $1`
	selectPrograms = `SELECT ` + programColumns + `, (SELECT COUNT(*) FROM staff_session s WHERE s.id = p.session), ` + userColumns + `
		FROM staff_program p JOIN staff_user u ON u.id = p.user_id ORDER BY p.made DESC, p.user_id`
	selectOverPrograms = `SELECT p.user_id FROM staff_program p JOIN staff_user u ON u.id = p.user_id WHERE p.expires <= $1 AND u.state <> 'disabled'`
	insertProgram      = `INSERT INTO staff_program (user_id, session, scopes, maker, made, expires, used, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	useProgram         = `UPDATE staff_program SET used = $1 WHERE user_id = $2 AND used < $1`
)
