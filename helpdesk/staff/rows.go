package staff

const (
	userColumns = `u.id, u.login_index, u.address_index, u.card, u.kind, u.state, u.locale, u.generation, u.version,
		u.salt, u.mib, u.passes, u.locked, u.code_salt, u.code_locked, u.public, u.former, u.factor, u.unlocks, u.mac`
	selectUser        = `SELECT ` + userColumns + ` FROM staff_user u WHERE u.id = $1`
	selectUserByLogin = `SELECT ` + userColumns + ` FROM staff_user u WHERE u.login_index = $1`
	selectUsers       = `SELECT ` + userColumns + ` FROM staff_user u WHERE u.kind NOT IN ('partner', 'volunteer') ORDER BY u.id`
	selectCards       = `SELECT u.id, u.card FROM staff_user u WHERE u.id IN (`
	selectAddress     = `SELECT 1 FROM staff_user WHERE address_index = $1 AND state <> 'disabled' AND kind NOT IN ('partner', 'volunteer') LIMIT 1`
	selectAccount     = `SELECT 1 FROM staff_user WHERE address_index = $1 AND state <> 'disabled' AND kind <> 'program' LIMIT 1`
	insertUser        = `INSERT INTO staff_user (id, login_index, address_index, card, kind, state, locale, generation, version,
		salt, mib, passes, locked, code_salt, code_locked, public, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (login_index) DO NOTHING`
	updateUser = `UPDATE staff_user SET kind = $1, state = $2, locale = $3, generation = $4, version = $5,
		salt = $6, mib = $7, passes = $8, locked = $9, code_salt = $10, code_locked = $11, public = $12, former = $13, factor = $14, unlocks = $15, mac = $16
		WHERE id = $17 AND version = $18`
	// One row that is always there, so that those who count take turns.
	holdCoordinators  = `UPDATE staff_user SET version = version WHERE id = (SELECT MIN(id) FROM staff_user WHERE kind = 'coordinator')`
	countCoordinators = `SELECT COUNT(*) FROM staff_user WHERE kind = 'coordinator' AND state = 'active' AND id <> $1`
	selectProfile     = `SELECT profile FROM staff_user WHERE id = $1`
	updateProfile     = `UPDATE staff_user SET profile = $1 WHERE id = $2 AND generation = $3`

	teamColumns = `t.id, t.name, t.restricted, t.version, t.mac`
	keyColumns  = `k.version, k.public, k.mac`
	selectTeam  = `SELECT ` + teamColumns + ` FROM staff_team t WHERE t.id = $1`
	selectTeams = `SELECT ` + teamColumns + ` FROM staff_team t ORDER BY t.id`
	insertTeam  = `INSERT INTO staff_team (id, name, restricted, version, mac) VALUES ($1, $2, $3, $4, $5)`
	stepTeam    = `UPDATE staff_team SET version = $1, mac = $2 WHERE id = $3 AND version = $4`
	lockTeam    = `UPDATE staff_team SET version = version WHERE id = $1 AND version = $2`

	selectCurrentKey = `SELECT ` + teamColumns + `, ` + keyColumns + ` FROM staff_team t
		JOIN staff_teamkey k ON k.team = t.id AND k.version = t.version WHERE t.id = $1`
	selectOlderKeys = `SELECT version, previous FROM staff_teamkey
		WHERE team = $1 AND version > $2 AND version <= $3 ORDER BY version DESC`
	selectPrevious = `SELECT previous FROM staff_teamkey WHERE team = $1 AND version = $2`
	insertKey      = `INSERT INTO staff_teamkey (team, version, public, mac, recovery, recovery_mac) VALUES ($1, $2, $3, $4, $5, $6)`
	updatePrevious = `UPDATE staff_teamkey SET previous = $1 WHERE team = $2 AND version = $3`
	selectResealed = `SELECT recovery, recovery_mac FROM staff_teamkey WHERE team = $1 AND version = $2`

	memberColumns     = `m.team, m.user_id, m.version, m.form, m.wrap, m.mac`
	selectMemberships = `SELECT ` + memberColumns + `, ` + teamColumns + `, ` + keyColumns + ` FROM staff_member m
		JOIN staff_team t ON t.id = m.team
		JOIN staff_teamkey k ON k.team = m.team AND k.version = m.version
		WHERE m.user_id = $1 ORDER BY m.team, m.version DESC`
	selectMembers = `SELECT ` + memberColumns + `, ` + userColumns + ` FROM staff_member m
		JOIN staff_user u ON u.id = m.user_id WHERE m.team = $1 AND m.version = $2 ORDER BY m.user_id`
	selectCurrentMembers = `SELECT ` + memberColumns + `, ` + userColumns + ` FROM staff_member m
		JOIN staff_user u ON u.id = m.user_id JOIN staff_team t ON t.id = m.team AND t.version = m.version WHERE m.team IN (`
	selectTeamsOf = `SELECT DISTINCT team FROM staff_member WHERE user_id = $1 ORDER BY team`
	insertMember  = `INSERT INTO staff_member (team, user_id, version, form, wrap, mac) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (team, user_id, version) DO NOTHING`
	settleMember = `UPDATE staff_member SET form = $1, wrap = $2, mac = $3
		WHERE team = $4 AND user_id = $5 AND version = $6 AND form = 'blind'`
	deleteMember  = `DELETE FROM staff_member WHERE team = $1 AND user_id = $2`
	deleteVersion = `DELETE FROM staff_member WHERE team = $1 AND version = $2`

	selectCandidates = `SELECT c.team, c.user_id, c.again, c.voice, c.mac, ` + userColumns + `, ` + teamColumns + `
		FROM staff_candidate c JOIN staff_user u ON u.id = c.user_id JOIN staff_team t ON t.id = c.team
		ORDER BY c.team, c.user_id`
	selectCandidate  = `SELECT team, user_id, again, voice, mac FROM staff_candidate WHERE team = $1 AND user_id = $2`
	selectVoiced     = `SELECT team, user_id, again, voice, mac FROM staff_candidate WHERE user_id = $1 AND voice <> '' ORDER BY team`
	countCandidacies = `SELECT COUNT(*) FROM staff_candidate WHERE user_id = $1`
	insertCandidate  = `INSERT INTO staff_candidate (team, user_id, again, voice, mac) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (team, user_id) DO NOTHING`
	updateVoice       = `UPDATE staff_candidate SET voice = $1, mac = $2 WHERE team = $3 AND user_id = $4 AND voice = $5`
	deleteCandidate   = `DELETE FROM staff_candidate WHERE team = $1 AND user_id = $2`
	deleteCandidacies = `DELETE FROM staff_candidate WHERE user_id = $1`

	selectSession = `SELECT s.id, s.user_id, s.seed, s.created, s.touched, s.expires, s.factor, s.proved, ` + userColumns + `
		FROM staff_session s JOIN staff_user u ON u.id = s.user_id WHERE s.place = $1`
	selectSessions   = `SELECT id, created, touched, expires FROM staff_session WHERE user_id = $1 ORDER BY created DESC, id`
	insertSession    = `INSERT INTO staff_session (place, id, user_id, seed, created, touched, expires, factor, proved) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	proveSession     = `UPDATE staff_session SET seed = $1, proved = $2 WHERE id = $3 AND user_id = $4 AND proved = $5`
	touchSession     = `UPDATE staff_session SET touched = $1 WHERE id = $2 AND touched < $1`
	lockSession      = `UPDATE staff_session SET touched = $1 WHERE id = $2 AND touched > $1`
	deleteSession    = `DELETE FROM staff_session WHERE id = $1 AND user_id = $2`
	deleteSessions   = `DELETE FROM staff_session WHERE user_id = $1`
	selectSessionIDs = `SELECT id FROM staff_session WHERE user_id = $1`
	deleteStale      = `DELETE FROM staff_session WHERE expires <= $1 OR touched <= $2`
	selectStale      = `SELECT id FROM staff_session WHERE expires <= $1 OR touched <= $2`

	// Counted before anything is compared: two who try at once take turns here.
	tryOwnFactor = `UPDATE staff_user SET factor_wrong = factor_wrong + 1, factor_failed = factor_failed + 1 WHERE id = $1
		RETURNING factor_step, factor_wrong, factor_since, factor_failed`
	settleOwnFactor = `UPDATE staff_user SET factor_step = $1, factor_wrong = $2, factor_since = $3, factor_failed = $4 WHERE id = $5`

	insertSpent = `INSERT INTO staff_spent (place, until) VALUES ($1, $2) ON CONFLICT (place) DO NOTHING`
	selectSpent = `SELECT 1 FROM staff_spent WHERE until <= $1 LIMIT 1`
	deleteSpent = `DELETE FROM staff_spent WHERE until <= $1`

	selectInvitation = `SELECT user_id, generation, expires, mac FROM staff_invitation WHERE token_index = $1`
	insertInvitation = `INSERT INTO staff_invitation (token_index, user_id, generation, expires, mac) VALUES ($1, $2, $3, $4, $5)`
	takeInvitation   = `DELETE FROM staff_invitation WHERE token_index = $1 AND expires > $2`
	deleteInvitation = `DELETE FROM staff_invitation WHERE user_id = $1`

	selectRecovery  = `SELECT version, public, sheet_a, sheet_b, sheet_c, secrets, mac FROM staff_recovery WHERE id = 1`
	lockRecovery    = `UPDATE staff_recovery SET version = version WHERE id = 1`
	replaceRecovery = `UPDATE staff_recovery SET version = $1, public = $2, sheet_a = $3, sheet_b = $4, sheet_c = $5, secrets = $6, mac = $7
		WHERE id = 1 AND version = $8`
	selectAllResealed = `SELECT team, version, recovery, recovery_mac FROM staff_teamkey ORDER BY team, version`
	updateResealed    = `UPDATE staff_teamkey SET recovery = $1, recovery_mac = $2 WHERE team = $3 AND version = $4`

	insertRecovery = `INSERT INTO staff_recovery (id, version, public, sheet_a, sheet_b, sheet_c, secrets, mac)
		VALUES (1, $1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING`
)
