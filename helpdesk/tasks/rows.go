package tasks

const (
	claim = `INSERT INTO tasks_reminder (ticket, day, step, wait, who, told)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`
	forgetOld = `DELETE FROM tasks_reminder WHERE told < $1`
	// A ticket that is gone leaves nothing behind. Rows without one belong to
	// a user's hour.
	forgetGone = `DELETE FROM tasks_reminder WHERE ticket <> ''
		AND NOT EXISTS (SELECT 1 FROM tickets_ticket t WHERE t.id = tasks_reminder.ticket)`
)
