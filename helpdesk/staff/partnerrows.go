package staff

const (
	partnerColumns   = `p.id, p.version, p.mac`
	belongingColumns = `b.user_id, b.org, b.seed, b.step, b.wrong, b.since, b.failed, b.lead, b.until, b.mac`

	insertPartner = `INSERT INTO staff_partner (id, version, mac) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`
	selectPartner = `SELECT ` + partnerColumns + ` FROM staff_partner p WHERE p.id = $1`
	lockPartner   = `UPDATE staff_partner SET version = version WHERE id = $1`
	stepPartner   = `UPDATE staff_partner SET version = $1, mac = $2 WHERE id = $3 AND version = $4`

	insertPartnerKey = `INSERT INTO staff_partnerkey (org, version, public, mac) VALUES ($1, $2, $3, $4)`
	selectPartnerKey = `SELECT ` + partnerColumns + `, ` + keyColumns + ` FROM staff_partner p
		JOIN staff_partnerkey k ON k.org = p.id AND k.version = p.version WHERE p.id = $1`
	countPartnerMembers = `SELECT COUNT(*) FROM staff_partnermember m JOIN staff_user u ON u.id = m.user_id
		JOIN staff_partneruser b ON b.user_id = m.user_id
		WHERE m.org = $1 AND m.version = $2 AND u.state = 'active' AND (b.until = 0 OR b.until > $3)`

	insertPartnerMember = `INSERT INTO staff_partnermember (org, user_id, version, form, wrap, mac) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (org, user_id, version) DO NOTHING`
	settlePartnerMember = `UPDATE staff_partnermember SET form = $1, wrap = $2, mac = $3
		WHERE org = $4 AND user_id = $5 AND version = $6 AND form = 'blind'`
	deletePartnerMember  = `DELETE FROM staff_partnermember WHERE user_id = $1`
	selectPartnerMembers = `SELECT m.org, m.user_id, m.version, m.form, m.wrap, m.mac, ` + userColumns + ` FROM staff_partnermember m
		JOIN staff_user u ON u.id = m.user_id WHERE m.org = $1 AND m.version = $2 ORDER BY m.user_id`
	selectHeldByPartner = `SELECT m.org, m.user_id, m.version, m.form, m.wrap, m.mac, ` + keyColumns + `, p.version
		FROM staff_partnermember m
		JOIN staff_partnerkey k ON k.org = m.org AND k.version = m.version
		JOIN staff_partner p ON p.id = m.org
		WHERE m.user_id = $1 ORDER BY m.version DESC`

	insertBelonging = `INSERT INTO staff_partneruser (user_id, org, seed, step, wrong, since, failed, lead, until, mac)
		VALUES ($1, $2, NULL, 0, 0, 0, 0, $3, $4, $5)`
	selectBelonging = `SELECT ` + belongingColumns + ` FROM staff_partneruser b WHERE b.user_id = $1`
	// Counted before anything is compared: two who try at once take turns here.
	tryFactor = `UPDATE staff_partneruser SET wrong = wrong + 1, failed = failed + 1 WHERE user_id = $1
		RETURNING step, wrong, since, failed`
	settleFactor = `UPDATE staff_partneruser SET step = $1, wrong = $2, since = $3, failed = $4 WHERE user_id = $5`
	saveSeed     = `UPDATE staff_partneruser SET seed = $1, mac = $2, step = 0, wrong = 0, since = 0, failed = 0 WHERE user_id = $3`

	renewBelonging = `UPDATE staff_partneruser SET until = $1, mac = $2 WHERE user_id = $3`
	countOthers    = `SELECT COUNT(*) FROM staff_partneruser b JOIN staff_user u ON u.id = b.user_id WHERE b.org = $1 AND u.kind <> $2`
	selectEnded    = `SELECT b.user_id FROM staff_partneruser b JOIN staff_user u ON u.id = b.user_id
		WHERE b.until > 0 AND b.until <= $1 AND u.state <> 'disabled' ORDER BY b.user_id`

	selectPartnerUsers = `SELECT ` + belongingColumns + `, ` + userColumns + ` FROM staff_partneruser b
		JOIN staff_user u ON u.id = b.user_id ORDER BY b.org, b.user_id`
)
