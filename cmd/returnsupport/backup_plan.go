package main

import "returnsupport/helpdesk/backup"

// backupPlan says which tables hold wraps, and which are in no backup. Whatever
// is not named is content. A test holds every column of wraps against it.
func backupPlan() backup.Plan {
	return backup.Plan{
		Neither: []string{
			// Sessions and what opens without signing in.
			"staff_session", "staff_spent", "staff_invitation", "people_guest", "tickets_link", "referrals_link", "referrals_visit",
			// Mail that waits to leave, which the server can read.
			"post_outbox", "post_delivery",
			// What is rung within days, and what it is shared from.
			"webhooks_bell", "webhooks_change",
			// What lives for minutes.
			"tickets_looking", "tickets_undo", "chat_presence", "chat_start", "journal_lease", "retention_lease",
		},
		Keys: []string{
			"staff_member", "staff_partnermember", "tickets_reader", "tickets_letterkey",
			"ledger_wrap", "referrals_key", "referrals_wrap", "branches_key", "consent_branch", "registers_key",
		},
		KeyColumns: map[string][]string{
			"staff_user":        {"locked", "code_locked", "profile", "factor", "unlocks"},
			"staff_teamkey":     {"previous", "recovery"},
			"staff_recovery":    {"sheet_a", "sheet_b", "sheet_c", "secrets"},
			"staff_partneruser": {"seed"},
			"people_key":        {"locked"},
			"tickets_message":   {"keywrap"},
			"tickets_erasing":   {"kept"},
			"branches_phone":    {"sealed"},
		},
	}
}
