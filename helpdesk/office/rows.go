package office

const (
	selectMailboxes = `SELECT id, address_index, team, version, sealed, mac FROM office_mailbox ORDER BY id`
	selectMailbox   = `SELECT id, address_index, team, version, sealed, mac FROM office_mailbox WHERE id = $1`
	insertMailbox   = `INSERT INTO office_mailbox (id, address_index, team, version, sealed, mac) VALUES ($1, $2, $3, $4, $5, $6)`
	updateMailbox   = `UPDATE office_mailbox SET address_index = $1, team = $2, version = $3, sealed = $4, mac = $5
		WHERE id = $6 AND version = $7`
	deleteMailbox = `DELETE FROM office_mailbox WHERE id = $1`

	insertMailboxVersion = `INSERT INTO office_mailbox_version (mailbox, version, at, actor, sealed) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (mailbox, version) DO NOTHING`
	selectMailboxVersions = `SELECT version, at, actor, sealed FROM office_mailbox_version WHERE mailbox = $1 ORDER BY version DESC`
	deleteMailboxVersions = `DELETE FROM office_mailbox_version WHERE mailbox = $1`

	selectGrant = `SELECT version, busy, sealed FROM office_grant WHERE mailbox = $1`
	insertGrant = `INSERT INTO office_grant (mailbox, version, busy, sealed) VALUES ($1, $2, $3, $4) ON CONFLICT (mailbox) DO NOTHING`
	updateGrant = `UPDATE office_grant SET version = $1, busy = $2, sealed = $3 WHERE mailbox = $4 AND version = $5`
	deleteGrant = `DELETE FROM office_grant WHERE mailbox = $1`

	selectSetting = `SELECT version, sealed FROM office_setting WHERE name = $1 ORDER BY version DESC LIMIT 1`
	insertSetting = `INSERT INTO office_setting (name, version, at, actor, sealed) VALUES ($1, $2, $3, $4, $5)`
	selectHistory = `SELECT version, at, actor, sealed FROM office_setting WHERE name = $1 ORDER BY version DESC`

	// The newest version of everything the caches hold.
	selectVersions = `SELECT 'setting', name, MAX(version) FROM office_setting GROUP BY name
		UNION ALL SELECT 'closure', line, MAX(version) FROM office_closure GROUP BY line`

	selectClosure = `SELECT version, at, actor, sealed FROM office_closure WHERE line = $1 ORDER BY version DESC LIMIT 1`
	insertClosure = `INSERT INTO office_closure (line, version, at, actor, sealed) VALUES ($1, $2, $3, $4, $5)`
)
