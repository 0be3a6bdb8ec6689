package workspace

// journalVerbs are the deeds the journal has a sentence for. A test holds them
// against those that rooms write.
var journalVerbs = []string{
	"answer.changed", "answer.dropped", "answer.undone", "branch.asked", "branch.cards_printed", "branch.consulted", "branch.counsellor_named",
	"branch.emergency", "branch.ended", "branch.handed_on", "branch.linked", "branch.opened", "branch.playbook", "branch.said", "branch.unlinked",
	"consent.answered", "consent.asked", "consent.branch_yes", "consent.invalidated", "consent.notice_void", "consent.purpose_void", "consent.revoked",
	"consent.withdrawn", "conversation.opened", "debrief.asked", "debrief.over", "debrief.taken", "directory.changed", "directory.exported",
	"directory.imported", "directory.undone", "directory.vetted", "file.opened", "incident.changed", "incident.registered", "journal.read",
	"line.closed", "line.reopened", "mailbox.added", "mailbox.changed", "mailbox.connected", "mailbox.removed", "person.address", "person.card",
	"person.code_made", "person.code_reissued", "person.code_voiced", "person.conflict", "person.conflict_ended", "person.erasing",
	"person.erasing_undone", "person.forgotten", "person.merged", "person.opened", "person.readdressed", "person.split",
	"person.unmerged", "person.unsplit", "post.blocked", "post.exported", "post.junked", "post.recovered",
	"post.unblocked", "post.unjunked", "referral.answered", "referral.cut", "referral.excepted", "referral.made", "referral.opened",
	"referral.reviewed", "referral.sent", "referral.submitted", "referral.wrong_code", "request.decided", "request.registered", "retention.asked",
	"retention.held", "retention.ran", "retention.released", "retention.unasked", "right.changed", "right.registered", "search.own_name",
	"search.words", "setting.changed", "staff.accepted", "staff.admitted", "staff.all_opened", "staff.code_made", "staff.disabled", "staff.factor_made",
	"staff.coordinator_invited", "staff.initialised", "staff.invited", "staff.linked", "staff.new_browser", "staff.partner_key", "staff.passkey_copied", "staff.passkey_made", "staff.passkey_removed",
	"staff.program_made", "staff.proposed", "staff.recovered", "staff.reissued", "staff.removed", "staff.renewed", "staff.secrets_back",
	"staff.secrets_kept", "staff.sheets_made", "staff.signed_in", "staff.signed_out", "staff.spare_used", "staff.spares_made", "staff.team_added",
	"staff.team_key", "staff.tried", "staff.unlinked", "staff.voiced", "staff.words_changed", "staff.wrong_code", "ticket.answer", "ticket.call",
	"ticket.close", "ticket.consult", "ticket.consult_end", "ticket.consult_lapsed", "ticket.draft_left", "ticket.draft_taken", "ticket.end_reader",
	"ticket.erased", "ticket.erasing", "ticket.facts", "ticket.give", "ticket.join", "ticket.lend", "ticket.letter", "ticket.note", "ticket.prioritise",
	"ticket.reopen", "ticket.system", "ticket.tag", "ticket.take", "ticket.title",
	"ticket.translated", "ticket.translation_dropped", "ticket.turned_away", "ticket.unerased", "ticket.unjoin", "ticket.untake", "ticket.welcomed",
	"ticket.withdraw", "ticket.writer", "webhooks.again", "webhooks.ended", "webhooks.made", "writer.shared",
}
