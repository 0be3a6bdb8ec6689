package branches

const (
	handonColumns    = `id, client, org, who, kind, ticket, team, noticed, told, due, first, closed, ended, body, mac`
	insertHandOn     = `INSERT INTO branches_handon (` + handonColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	selectHandOn     = `SELECT ` + handonColumns + ` FROM branches_handon WHERE id = $1`
	selectByClient   = `SELECT ` + handonColumns + ` FROM branches_handon WHERE client = $1`
	selectByOrg      = `SELECT ` + handonColumns + ` FROM branches_handon WHERE org = $1 ORDER BY told DESC, id LIMIT 100`
	selectByTicket   = `SELECT ` + handonColumns + ` FROM branches_handon WHERE ticket = $1 ORDER BY told, id`
	selectOpen       = `SELECT ` + handonColumns + ` FROM branches_handon WHERE closed = 0 ORDER BY due, id LIMIT 500`
	selectUnobserved = `SELECT ` + handonColumns + ` FROM branches_handon WHERE closed = 0
		UNION ALL SELECT ` + handonColumns + ` FROM branches_handon WHERE closed > $1 ORDER BY closed, id LIMIT 2000`
	lockHandOn    = `UPDATE branches_handon SET due = due WHERE id = $1`
	updateHandOn  = `UPDATE branches_handon SET first = $1, closed = $2, ended = $3, mac = $4 WHERE id = $5`
	selectTouched = `SELECT ticket FROM branches_handon WHERE ticket IN ($1)
		UNION SELECT one FROM branches_link WHERE one IN ($1) UNION SELECT other FROM branches_link WHERE other IN ($1)`
	selectIDsOfTicket = `SELECT id FROM branches_handon WHERE ticket = $1`
	deleteHandOn      = `DELETE FROM branches_handon WHERE id = $1`

	insertKey = `INSERT INTO branches_key (subject, kind, reader, version, wrap, mac) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (subject, kind, reader, version) DO NOTHING`
	selectKeys = `SELECT kind, reader, version, wrap, mac FROM branches_key WHERE subject = $1 ORDER BY kind, version DESC`
	deleteKeys = `DELETE FROM branches_key WHERE subject = $1`

	insertWord = `INSERT INTO branches_word (id, subject, client, ours, at, sealed, mac) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (client) DO NOTHING`
	selectWords = `SELECT id, ours, at, sealed, mac FROM branches_word WHERE subject = $1 ORDER BY at, id`
	newestWord  = `SELECT COALESCE(MAX(at), 0) FROM branches_word WHERE subject = $1`
	deleteWords = `DELETE FROM branches_word WHERE subject = $1`
	// When the one side and the other said something last.
	selectTurns = `SELECT COALESCE(MAX(CASE WHEN ours THEN at ELSE 0 END), 0), COALESCE(MAX(CASE WHEN ours THEN 0 ELSE at END), 0)
		FROM branches_word WHERE subject = $1`
	selectFirstOurs = `SELECT COALESCE(MIN(at), 0) FROM branches_word WHERE subject = $1 AND ours = $2`

	taskColumns = `id, handon, ours, state, who, at, turned, version, sealed, mac`
	insertTask  = `INSERT INTO branches_task (id, handon, client, ours, state, who, at, turned, version, sealed, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (client) DO NOTHING`
	selectTasks = `SELECT ` + taskColumns + ` FROM branches_task WHERE handon = $1 ORDER BY at, id`
	updateTask  = `UPDATE branches_task SET state = $1, who = $2, turned = $3, version = $4, sealed = $5, mac = $6 WHERE id = $7 AND version = $8`
	deleteTasks = `DELETE FROM branches_task WHERE handon = $1`
	countTasks  = `SELECT COUNT(*) FROM branches_task WHERE who = $1 AND state = 'taken'`

	cardColumns   = `id, org, mark, person, version, sealed, made, until, handon, dropped, mac`
	insertCard    = `INSERT INTO branches_card (` + cardColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	selectCards   = `SELECT ` + cardColumns + ` FROM branches_card WHERE org = $1 AND made >= $2 ORDER BY made DESC, id LIMIT 500`
	selectByMark  = `SELECT ` + cardColumns + ` FROM branches_card WHERE mark = $1 ORDER BY made DESC, id LIMIT 1`
	selectCard    = `SELECT ` + cardColumns + ` FROM branches_card WHERE id = $1`
	updateCard    = `UPDATE branches_card SET handon = $1, dropped = $2, mac = $3 WHERE id = $4 AND handon = '' AND dropped = $5`
	selectLapsed  = `SELECT ` + cardColumns + ` FROM branches_card WHERE until <= $1 AND handon = '' AND dropped = $2 ORDER BY id LIMIT 500`
	countLiveMark = `SELECT COUNT(*) FROM branches_card WHERE mark = $1 AND until > $2`

	talkColumns   = `id, org, who, kind, urgent, team, begun, state, changed, due, mac`
	insertTalk    = `INSERT INTO branches_talk (` + talkColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`
	selectTalk    = `SELECT ` + talkColumns + ` FROM branches_talk WHERE id = $1`
	lockTalk      = `UPDATE branches_talk SET due = due WHERE id = $1`
	selectTalksOf = `SELECT ` + talkColumns + ` FROM branches_talk WHERE org = $1 AND kind = 'consultation' ORDER BY changed DESC, id LIMIT 100`
	selectTalks   = `SELECT ` + talkColumns + ` FROM branches_talk WHERE state <> 'closed' OR changed >= $1 ORDER BY CASE WHEN due = 0 THEN 1 ELSE 0 END, due, changed DESC, id LIMIT 500`
	updateTalk    = `UPDATE branches_talk SET state = $1, changed = $2, due = $3, mac = $4 WHERE id = $5`

	selectPlaybooks = `SELECT id, version, by_user, at, sealed, mac FROM branches_playbook ORDER BY id`
	insertPlaybook  = `INSERT INTO branches_playbook (id, version, by_user, at, sealed, mac) VALUES ($1, $2, $3, $4, $5, $6)`
	updatePlaybook  = `UPDATE branches_playbook SET version = $1, by_user = $2, at = $3, sealed = $4, mac = $5 WHERE id = $6 AND version = $7`
	deletePlaybook  = `DELETE FROM branches_playbook WHERE id = $1`

	debriefColumns  = `id, org, who, team, state, taker, at, sealed, mac`
	insertDebrief   = `INSERT INTO branches_debrief (` + debriefColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	selectDebriefs  = `SELECT ` + debriefColumns + ` FROM branches_debrief WHERE state <> 'ended' ORDER BY at, id LIMIT 200`
	selectDebriefOf = `SELECT ` + debriefColumns + ` FROM branches_debrief WHERE who = $1 AND state <> 'ended' ORDER BY at DESC LIMIT 1`
	selectDebrief   = `SELECT ` + debriefColumns + ` FROM branches_debrief WHERE id = $1`
	updateDebrief   = `UPDATE branches_debrief SET state = $1, taker = $2, sealed = $3, mac = $4 WHERE id = $5 AND state = $6`
	countDebriefs   = `SELECT COUNT(*) FROM branches_debrief WHERE who = $1 AND at >= $2`

	insertLink = `INSERT INTO branches_link (one, other, who, at, mac) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (one, other) DO NOTHING`
	deleteLink = `DELETE FROM branches_link WHERE one = $1 AND other = $2`
	dropLinks  = `DELETE FROM branches_link WHERE one = $1 OR other = $1`
	selectLink = `SELECT one, other, who, at, mac FROM branches_link WHERE one = $1 OR other = $1 ORDER BY at, one, other`

	insertPhone = `INSERT INTO branches_phone (id, who, public, sealed, made, mac) VALUES ($1, $2, $3, $4, $5, $6)`
	newestPhone = `SELECT id, who, public, sealed, made, mac FROM branches_phone WHERE who = $1 ORDER BY made DESC LIMIT 1`
	selectPhone = `SELECT id, who, public, sealed, made, mac FROM branches_phone WHERE id = $1`
	sweepPhones = `DELETE FROM branches_phone WHERE made <= $1`

	selectNamed = `SELECT sealed FROM branches_named WHERE org = $1`
	upsertNamed = `INSERT INTO branches_named (org, sealed, at) VALUES ($1, $2, $3)
		ON CONFLICT (org) DO UPDATE SET sealed = excluded.sealed, at = excluded.at`
	deleteNamed = `DELETE FROM branches_named WHERE org = $1`

	// A branch's last deed of any kind.
	selectLastDeed = `SELECT MAX(at) FROM (
		SELECT COALESCE(MAX(told), 0) AS at FROM branches_handon WHERE org = $1 UNION ALL
		SELECT COALESCE(MAX(begun), 0) FROM branches_talk WHERE org = $1 UNION ALL
		SELECT COALESCE(MAX(w.at), 0) FROM branches_word w JOIN branches_talk t ON t.id = w.subject WHERE t.org = $1 AND NOT w.ours UNION ALL
		SELECT COALESCE(MAX(w.at), 0) FROM branches_word w JOIN branches_handon h ON h.id = w.subject WHERE h.org = $1 AND NOT w.ours) deeds`
	countOpenOf  = `SELECT COUNT(*) FROM branches_handon WHERE org = $1 AND closed = 0`
	countOpenBy  = `SELECT COUNT(*) FROM branches_handon WHERE who = $1 AND closed = 0`
	countMonthBy = `SELECT COUNT(*) FROM branches_handon WHERE who = $1 AND told >= $2`
	insertToldOf = `INSERT INTO branches_told (org, since, at) VALUES ($1, $2, $3) ON CONFLICT (org, since) DO NOTHING`
	forgetTold   = `DELETE FROM branches_told WHERE at <= $1`
)

// ErasedTables hold bytes of what was erased, withdrawn or ended until they are
// scrubbed.
func ErasedTables() []string {
	return []string{"branches_handon", "branches_key", "branches_word", "branches_task", "branches_card", "branches_talk", "branches_debrief", "branches_phone", "branches_link", "branches_told", "branches_playbook", "branches_named"}
}
