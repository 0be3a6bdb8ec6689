package consent

const (
	branchColumns = `thread, ticket, consent, target, version, wrap, closed, mac`

	insertBranch     = `INSERT INTO consent_branch (` + branchColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	selectBranch     = `SELECT ` + branchColumns + ` FROM consent_branch WHERE thread = $1`
	selectBranchesOf = `SELECT ` + branchColumns + ` FROM consent_branch WHERE consent = $1`
	updateBranch     = `UPDATE consent_branch SET version = $1, wrap = $2, closed = $3, mac = $4 WHERE thread = $5`
	// Whatever else is wrong with the row.
	cutBranches    = `UPDATE consent_branch SET wrap = NULL WHERE consent = $1`
	forgetBranches = `DELETE FROM consent_branch WHERE ticket = $1`
)
