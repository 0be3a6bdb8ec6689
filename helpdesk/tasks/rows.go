package tasks

const (
	claim = `INSERT INTO tasks_reminder (ticket, day, step, wait, who, told)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`
	forgetOld = `DELETE FROM tasks_reminder WHERE told < $1`
	// A ticket that is gone leaves nothing behind. Rows without one belong to
	// a user's hour; a restricted team's are called by the mark of their day.
	forgetGone = `DELETE FROM tasks_reminder WHERE ticket <> ''
		AND NOT EXISTS (SELECT 1 FROM tickets_ticket t WHERE t.id = tasks_reminder.ticket)
		AND NOT EXISTS (SELECT 1 FROM tickets_day d WHERE d.mark = tasks_reminder.ticket)`
)

const (
	selectMail = `SELECT mailbox, way, good, raised, why, mailed FROM tasks_mail`
	keepMail   = `INSERT INTO tasks_mail (mailbox, way, good, raised, why, mailed) VALUES ($1, $2, $3, 0, '', FALSE)
		ON CONFLICT (mailbox, way) DO UPDATE SET good = excluded.good WHERE tasks_mail.good < excluded.good`
	// Of several processes one raises an alarm, and one ends it.
	raiseMail = `UPDATE tasks_mail SET raised = $1, why = $4, mailed = FALSE WHERE mailbox = $2 AND way = $3 AND raised = 0`
	endMail   = `UPDATE tasks_mail SET raised = 0, good = $1, why = '', mailed = FALSE
		WHERE mailbox = $2 AND way = $3 AND raised > 0`
	mailedMail = `UPDATE tasks_mail SET mailed = TRUE WHERE mailbox = $1 AND way = $2`
	forgetMail = `DELETE FROM tasks_mail WHERE mailbox = $1 AND way = $2`
)
