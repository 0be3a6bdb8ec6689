// Package workspace is the counsellor's desk: the door, the queues, a ticket
// and its composer, chats and who is here, letters set aside, the outbox, the
// hours, teams and settings.
//
// Never: a rule about who may do what to a ticket. Rooms check that in the
// query itself; pages show what they answer.
package workspace

import (
	"context"
	"log/slog"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/registers"
	"returnsupport/helpdesk/retention"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/translate"
	"returnsupport/helpdesk/webhooks"
)

// Mailbox is how collecting from one mailbox goes.
type Mailbox struct {
	ID        helpdesk.ID
	Connected bool
	Since     time.Time // since when it is, or is not; zero when not known
	Trouble   string    // key of a sentence under mail.why, "" without
	// Of what waited when Begun: letters taken, letters still waiting, and about
	// how long they will take; 0 when nobody can tell.
	Taken, Waiting int
	Begun          time.Time
	Left           time.Duration
}

// Rooms is what the desk works with.
type Rooms struct {
	Staff   *staff.Desk
	Tickets *tickets.Desk
	Post    *post.Postroom
	Office  *office.Office
	Chat    *chat.Room
	Answers *answers.Shelf
	Tasks   *tasks.Room
	// Directory knows who helps with what.
	Directory *directory.Room
	// Branches is what local branches hand on and ask; nil where there are none.
	Branches *branches.Desk
	// Retention lets go of what had its time.
	Retention *retention.Room
	// Consent is the door: what persons allow, and what leaves by it.
	Consent *consent.Door
	// PartnerLink makes the address that a recipient without account follows: of
	// this house, in a language, for a secret. Without it nothing is sent by link.
	PartnerLink func(site, lang, fragment string) string
	// Registers is what data protection asks to be written down.
	Registers *registers.Room
	// Translate asks the organisation's own machine; nil when it has none.
	Translate *translate.Client
	// Webhooks rings other systems; nil where nobody is rung.
	Webhooks *webhooks.Room
	// Connect signs a mailbox in at the issuer of its tokens; nil where no mail is
	// collected.
	Connect MailConnection
	// Mail reports every mailbox that this process or another collects from;
	// nil when nobody knows.
	Mail func(context.Context) []Mailbox
	// Doctor tells what was last found about the machine and the settings, nil
	// before the first look; itself nil where nobody looks.
	Doctor func(context.Context) *Checkup
	Log    *slog.Logger
}

// desk holds the rooms behind the handlers.
type desk struct {
	Rooms
	site *frontend.Site
}

// Mount adds every route of the desk to site. All of them stand here, each
// with its permission.
func Mount(site *frontend.Site, rooms Rooms) {
	d := &desk{rooms, site}
	site.Home("/w/queue")

	// The door.
	site.Route("GET", "/w/sign-in", frontend.Anyone, d.signInPage)
	site.Route("POST", "/w/sign-in", frontend.Anyone, frontend.Knocking(d.signIn))
	site.Route("GET", openPasskeyPath, frontend.Anyone, frontend.Knocking(d.askOpen))
	site.Route("POST", openPasskeyPath, frontend.Anyone, frontend.Knocking(d.openByPasskey))
	site.Route("GET", "/w/lost", frontend.Anyone, d.lostPage)
	site.Route("POST", "/w/lost", frontend.Anyone, frontend.Knocking(d.lost))
	site.Route("POST", "/w/language", frontend.Anyone, d.language)
	site.Route("GET", "/w/invitation/:token", frontend.Anyone, d.invitation)
	site.Route("POST", "/w/invitation/words", frontend.Arriving, d.wordsWritten)
	site.Route("GET", frontend.FactorPath, frontend.Arriving, d.factorPage)
	site.Route("POST", frontend.FactorPath, frontend.Arriving, frontend.Knocking(d.giveFactor))
	site.Route("POST", "/w/factor/new", frontend.Arriving, d.keepFactor)
	site.Route("GET", "/w/factor/passkey", frontend.Arriving, d.passkeyPage)
	site.Route("POST", "/w/factor/passkey", frontend.Arriving, d.keepPasskey)
	site.Route("GET", "/w/factor/passkey/make", frontend.Arriving, d.askMade)
	site.Route("GET", frontend.AskPasskeyPath, frontend.Arriving, d.askPasskey)
	site.Route("GET", frontend.ElsewherePath, frontend.Arriving, d.goElsewhere)
	site.Route("GET", ssoBack, frontend.Arriving, frontend.Knocking(d.fromElsewhere))
	site.Route("POST", frontend.ProvePath, frontend.Newcomer, d.proved)
	site.Route("POST", "/w/invitation/:token", frontend.Anyone, frontend.Knocking(d.accept))
	site.Route("GET", "/w/code", frontend.Newcomer, d.codePage)
	site.Route("POST", "/w/code", frontend.Newcomer, d.makeCode)
	site.Route("GET", "/w/waiting", frontend.Newcomer, d.admission)
	site.Route("POST", "/w/sign-out", frontend.Newcomer, d.signOut)

	// What waits.
	site.Bell("/w/bell", frontend.Member, d.bell)
	site.Route("GET", "/w/queue", frontend.Member, d.queue)
	site.Route("GET", "/w/queue/counts", frontend.Member, d.sealedCounts)
	site.Route("POST", "/w/queue/find", frontend.Member, d.find)
	site.Route("POST", "/w/queue/bulk", frontend.Member, d.bulk)
	site.Route("POST", "/w/queue/undo", frontend.Member, d.undoBulk)
	site.Route("POST", "/w/filters/drop", frontend.Member, d.dropFilter)
	site.Route("POST", "/w/next", frontend.Member, d.next)
	site.Route("GET", "/w/due", frontend.Member, d.due)
	site.Route("POST", "/w/due/done", frontend.Member, d.settled)
	site.Route("POST", "/w/due/snooze", frontend.Member, d.snooze)
	site.Route("POST", "/w/due/undo/:ticket/:date", frontend.Member, d.unsettled)
	site.Route("GET", "/w/mail", frontend.Member, d.mail)

	// What waits for somebody by name.
	site.Route("GET", "/w/you", frontend.Member, d.you)
	site.Route("GET", "/w/you/count", frontend.Member, d.youCount)
	site.Route("POST", "/w/you/clear", frontend.Member, d.clearMention)
	site.Route("POST", "/w/you/debrief", frontend.Member, d.askDebrief)
	site.Route("POST", "/w/you/debrief/settle", frontend.Member, d.settleDebrief)

	// Chats.
	site.Route("GET", "/w/chats", frontend.Member, d.chats)
	site.Route("GET", "/w/chats/bar", frontend.Member, d.barNews)
	site.Route("POST", "/w/presence", frontend.Member, d.presence)
	site.Route("GET", "/w/t/:id/talk", frontend.Member, d.talkNews)
	site.Route("POST", "/w/t/:id/sit", frontend.Member, d.sit)
	site.Route("POST", "/w/t/:id/say", frontend.Member, d.say, frontend.Uploads)
	site.Route("POST", "/w/t/:id/read", frontend.Member, d.readTo)
	site.Route("POST", "/w/t/:id/typing", frontend.Member, d.typing)
	site.Route("POST", "/w/t/:id/over", frontend.Member, d.over)
	site.Route("POST", "/w/t/:id/bring", frontend.Member, d.bring)
	site.Route("POST", "/w/t/:id/part", frontend.Member, d.part)
	site.Route("POST", "/w/t/:id/end", frontend.Member, d.endTalk)
	site.Route("POST", "/w/t/:id/danger", frontend.Member, d.step)
	site.Route("POST", "/w/t/:id/about", frontend.Member, d.about)
	site.Route("POST", "/w/t/:id/code", frontend.Member, d.recode)

	// A ticket.
	site.Route("GET", "/w/t/:id", frontend.Member, d.ticket)
	site.Route("GET", "/w/t/:id/news", frontend.Member, d.news)
	site.Route("GET", "/w/t/:id/sent", frontend.Member, d.sent)
	site.Route("POST", "/w/t/:id/looking", frontend.Member, d.looking)
	site.Route("POST", "/w/t/:id/draft", frontend.Member, d.draft)
	site.Route("POST", "/w/t/:id/answer", frontend.Member, d.answer, frontend.Uploads)
	site.Route("POST", "/w/t/:id/note", frontend.Member, d.note)
	site.Route("POST", "/w/t/:id/take", frontend.Member, d.take)
	site.Route("POST", "/w/t/:id/give", frontend.Member, d.give)
	site.Route("POST", "/w/t/:id/ungive", frontend.Member, d.ungive)
	site.Route("POST", "/w/t/:id/passed", frontend.Member, d.settlePassed)
	site.Route("POST", "/w/t/:id/consult", frontend.Member, d.consult)
	site.Route("POST", "/w/t/:id/unconsult", frontend.Member, d.endConsult)
	site.Route("POST", "/w/t/:id/team", frontend.Member, d.move)
	site.Route("POST", "/w/t/:id/priority", frontend.Member, d.priority)
	site.Route("POST", "/w/t/:id/close", frontend.Member, d.close)
	site.Route("POST", "/w/t/:id/reopen", frontend.Member, d.reopen)
	site.Route("POST", "/w/t/:id/shared", frontend.Member, d.shared)
	site.Route("POST", "/w/t/:id/writer", frontend.Member, d.writer)
	site.Route("POST", "/w/t/:id/join", frontend.Member, d.join)
	site.Route("POST", "/w/t/:id/unjoin", frontend.Member, d.unjoin)
	site.Route("POST", "/w/t/:id/stranger", frontend.Member, d.stranger)
	site.Route("GET", "/w/m/:id/file/:n", frontend.Member, d.file)
	site.Route("GET", "/w/m/:id/picture/:n", frontend.Member, d.picture)
	site.Route("GET", "/w/m/:id/original.eml", frontend.Member, d.original)

	// What is due in it.
	site.Route("POST", "/w/t/:id/dates", frontend.Member, d.changeDates)
	site.Route("POST", "/w/t/:id/filing", frontend.Member, d.fileUnder)
	site.Route("GET", "/w/t/:id/print", frontend.Member, d.printed)
	site.Route("GET", "/w/t/:id/history", frontend.Member, d.storyPage)

	// Across languages.
	site.Route("GET", "/w/t/:id/translations", frontend.Member, d.besides)
	site.Route("POST", "/w/t/:id/lend", frontend.Member, d.lend)
	site.Route("GET", "/w/m/:id/translation", frontend.Member, d.translatePage)
	site.Route("POST", "/w/m/:id/translation", frontend.Member, d.translate)
	site.Route("POST", "/w/m/:id/translation/drop", frontend.Member, d.dropTranslation)
	site.Route("POST", "/w/m/:id/machine", frontend.Member, d.askMachine)
	site.Route("GET", "/w/lent", frontend.Reader, d.lentList)
	site.Route("GET", "/w/lent/:id", frontend.Reader, d.lent)
	site.Route("GET", "/w/lent/:id/news", frontend.Reader, d.lentNews)
	site.Route("POST", "/w/lent/m/:id/translation", frontend.Reader, d.lentTranslate)
	site.Route("POST", "/w/lent/m/:id/translation/drop", frontend.Reader, d.lentDrop)
	site.Route("GET", "/w/lent/m/:id/file/:n", frontend.Reader, d.file)

	// Answers by language.
	site.Route("GET", "/w/t/:id/answers", frontend.Member, d.insertPage)
	site.Route("POST", "/w/t/:id/insert", frontend.Member, d.insert)
	site.Route("GET", "/w/answers", frontend.Member, d.answers)
	site.Route("POST", "/w/answers", frontend.Member, d.writeAnswer)
	site.Route("GET", "/w/answers/new", frontend.Member, d.newAnswer)
	site.Route("GET", "/w/answers/:id", frontend.Member, d.answerPage)
	site.Route("POST", "/w/answers/:id/drop", frontend.Member, d.dropAnswer)
	site.Route("POST", "/w/answers/:id/undo", frontend.Member, d.undoAnswer)

	// Who helps with what.
	site.Route("GET", "/w/directory", frontend.Member, d.directory)
	site.Route("GET", "/w/directory/expiring", frontend.Member, d.expiring)
	site.Route("GET", "/w/directory/import", frontend.Coordinator, d.importPage)
	site.Route("POST", "/w/directory/import", frontend.Coordinator, d.importDirectory, frontend.Uploads)
	site.Route("GET", "/w/directory/export/:format", frontend.Coordinator, d.exportDirectory)
	site.Route("GET", "/w/directory/:id", frontend.Member, d.organisation)
	site.Route("POST", "/w/directory/:id/vetting", frontend.Coordinator, d.vet)
	site.Route("POST", "/w/directory/:id/undo", frontend.Coordinator, d.unvet)

	// Whom it concerns, and calls.
	site.Route("GET", "/w/t/:id/person", frontend.Member, d.person)
	site.Route("POST", "/w/t/:id/way", frontend.Member, d.way)
	site.Route("POST", "/w/t/:id/proxy", frontend.Member, d.proxy)
	site.Route("POST", "/w/t/:id/address", frontend.Member, d.address)
	site.Route("POST", "/w/t/:id/merge", frontend.Member, d.merge)
	site.Route("POST", "/w/t/:id/unmerge", frontend.Member, d.unmerge)
	site.Route("POST", "/w/t/:id/split", frontend.Member, d.split)
	site.Route("POST", "/w/t/:id/unsplit", frontend.Member, d.unsplit)
	site.Route("POST", "/w/t/:id/conflict", frontend.Member, d.conflict)
	site.Route("POST", "/w/t/:id/unconflict", frontend.Member, d.unconflict)
	site.Route("GET", "/w/t/:id/call", frontend.Member, d.callPage)
	site.Route("POST", "/w/t/:id/call", frontend.Member, d.call)
	site.Route("GET", "/w/call", frontend.Member, d.callPage)
	site.Route("POST", "/w/call", frontend.Member, d.call)

	// What they allow, and to whom.
	site.Route("GET", "/w/t/:id/agreed", frontend.Member, d.agreed)
	site.Route("GET", "/w/t/:id/consents", frontend.Member, d.consents)
	site.Route("GET", "/w/t/:id/consents/new", frontend.Member, d.askPage)
	site.Route("POST", "/w/t/:id/consents/new", frontend.Member, d.askConsent)
	site.Route("GET", "/w/t/:id/consents/:consent", frontend.Member, d.consentPage)
	site.Route("POST", "/w/t/:id/consents/:consent/turn", frontend.Member, d.turn)
	site.Route("POST", "/w/t/:id/consents/:consent/said", frontend.Member, d.said, frontend.Uploads)
	site.Route("GET", "/w/t/:id/consents/:consent/thanks", frontend.Member, d.thanked)
	site.Route("POST", "/w/t/:id/consents/:consent/renew", frontend.Member, d.renewConsent, frontend.Uploads)
	site.Route("POST", "/w/t/:id/consents/:consent/stop", frontend.Member, d.stopConsent)
	site.Route("POST", "/w/t/:id/consents/:consent/end", frontend.Member, d.endConsent)
	site.Route("GET", "/w/t/:id/consents/:consent/paper", frontend.Member, d.consentPaper)
	site.Route("GET", "/w/t/:id/consents/:consent/receipt", frontend.Member, d.consentReceipt)
	site.Route("GET", "/w/t/:id/consents/:consent/signed", frontend.Member, d.consentSigned)

	// Who else may help.
	site.Route("GET", "/w/referrals", frontend.Member, d.underway)
	site.Route("GET", "/w/t/:id/referrals", frontend.Member, d.referrals)
	site.Route("GET", "/w/t/:id/referrals/new", frontend.Member, d.referPage)
	site.Route("POST", "/w/t/:id/referrals/new", frontend.Member, d.refer)
	site.Route("GET", "/w/t/:id/referrals/:referral", frontend.Member, d.referralPage)
	site.Route("GET", "/w/t/:id/referrals/:referral/to", frontend.Member, d.retarget)
	site.Route("POST", "/w/t/:id/referrals/:referral/to", frontend.Member, d.retarget)
	site.Route("POST", "/w/t/:id/referrals/:referral", frontend.Member, d.redraft)
	site.Route("GET", "/w/t/:id/referrals/:referral/preview", frontend.Member, d.previewReferral)
	site.Route("POST", "/w/t/:id/referrals/:referral/send", frontend.Member, d.sendReferral)
	site.Route("POST", "/w/t/:id/referrals/:referral/reduce", frontend.Member, d.reduceReferral)
	site.Route("POST", "/w/t/:id/referrals/:referral/cancel", frontend.Member, d.cancelReferral)
	site.Route("POST", "/w/t/:id/referrals/:referral/recall", frontend.Member, d.recallReferral)
	site.Route("POST", "/w/t/:id/referrals/:referral/back", frontend.Member, d.takeBackReferral)
	site.Route("POST", "/w/t/:id/referrals/:referral/say", frontend.Member, d.sayInReferral)
	site.Route("POST", "/w/t/:id/referrals/:referral/newer", frontend.Member, d.updateReferral)
	site.Route("POST", "/w/t/:id/referrals/:referral/own", frontend.Member, d.ownReferral)
	site.Route("GET", "/w/t/:id/referrals/:referral/card", frontend.Member, d.contactCard)
	site.Route("POST", "/w/t/:id/referrals/:referral/card", frontend.Member, d.answerCard)

	// Local branches: what they hand on and ask, and how their people are.
	if d.Branches != nil {
		site.Route("GET", "/w/branches", frontend.Member, d.branches)
		site.Route("POST", "/w/branches/debrief", frontend.Member, d.branchDebrief)
		site.Route("GET", "/w/branches/talk/:id", frontend.Member, d.branchTalk)
		site.Route("POST", "/w/branches/talk/:id", frontend.Member, d.answerBranch)
		site.Route("GET", "/w/branches/playbooks", frontend.Member, d.branchBooks)
		site.Route("POST", "/w/branches/playbooks", frontend.Member, d.keepBook)
		site.Route("GET", "/w/branches/beside", frontend.Member, d.branchesBeside)
		site.Route("POST", "/w/branches/beside/:org", frontend.Coordinator, d.nameBeside)
		site.Route("POST", "/w/branches/write/:org", frontend.Member, d.writeToBranch)
		site.Route("GET", "/w/branches/accounts/:org", frontend.Coordinator, d.branchAccounts)
		site.Route("POST", "/w/branches/accounts/:org", frontend.Coordinator, d.branchAccountDo)
		site.Route("GET", "/w/t/:id/branch", frontend.Member, d.branchPage)
		site.Route("POST", "/w/t/:id/branch", frontend.Member, d.branchDo)
	}

	// What may leave without a yes, and what authorities ask.
	site.Route("GET", "/w/exceptions", frontend.Member, d.waitingExceptions)
	site.Route("GET", "/w/t/:id/exceptions", frontend.Member, d.exceptions)
	site.Route("POST", "/w/t/:id/exceptions", frontend.Member, d.except)
	site.Route("POST", "/w/t/:id/exceptions/review", frontend.Member, d.reviewException)
	site.Route("POST", "/w/t/:id/exceptions/told", frontend.Member, d.discloseException)
	site.Route("POST", "/w/t/:id/exceptions/informed", frontend.Member, d.informException)
	site.Route("GET", "/w/notices", frontend.Coordinator, d.notices)
	site.Route("GET", "/w/notices/:notice", frontend.Coordinator, d.notice)
	site.Route("POST", "/w/notices/:notice", frontend.Coordinator, d.voidNotice)
	site.Route("GET", "/w/requests", frontend.Member, d.requests)
	site.Route("POST", "/w/requests", frontend.Member, d.register)
	site.Route("POST", "/w/requests/decide", frontend.Member, d.decide)

	// Who read what, and what data protection asks to be written down.
	site.Route("GET", "/w/journal", frontend.Member, d.journalPage)
	site.Route("GET", "/w/incidents", frontend.Member, d.incidents)
	site.Route("POST", "/w/incidents", frontend.Member, d.reportIncident)
	site.Route("POST", "/w/incidents/:id", frontend.Coordinator, d.moveIncident)
	site.Route("GET", "/w/rights", frontend.Member, d.rights)
	site.Route("POST", "/w/rights", frontend.Member, d.askRight)
	site.Route("POST", "/w/rights/:id", frontend.Coordinator, d.answerRight)
	site.Route("GET", "/w/records", frontend.Coordinator, d.records)
	site.Route("GET", "/w/records/table.csv", frontend.Coordinator, d.recordsTable)
	site.Route("GET", "/w/records/assessment", frontend.Coordinator, d.assessment)

	// Letters beside tickets.
	site.Route("GET", "/w/write", frontend.Member, d.writePage)
	site.Route("POST", "/w/write", frontend.Member, d.write, frontend.Uploads)
	site.Route("POST", "/w/write/draft", frontend.Member, d.writeDraft)
	site.Route("GET", "/w/aside", frontend.Member, d.asides)
	site.Route("GET", "/w/aside/:id/original.eml", frontend.Member, d.asideOriginal)
	site.Route("POST", "/w/aside/:id/ticket", frontend.Member, d.recover)
	site.Route("POST", "/w/aside/:id/done", frontend.Member, d.asideDone)
	site.Route("GET", "/w/junk", frontend.Member, d.junks)
	site.Route("POST", "/w/junk/back/:id", frontend.Member, d.unjunk)
	site.Route("POST", "/w/junk/out/:id", frontend.Member, d.unblock)
	site.Route("POST", "/w/junk/undo", frontend.Member, d.undoJunk)
	site.Route("POST", "/w/t/:id/junk", frontend.Member, d.junk)
	site.Route("POST", "/w/t/:id/block", frontend.Member, d.block)
	site.Route("GET", "/w/outbox", frontend.Member, d.outbox)
	site.Route("POST", "/w/outbox/:id/undo", frontend.Member, d.undo)
	site.Route("POST", "/w/outbox/:id/noted", frontend.Member, d.noted)

	// When who is open.
	site.Route("GET", "/w/hours", frontend.Member, d.hours)
	site.Route("GET", "/w/hours/mine.ics", frontend.Member, d.mine)
	site.Route("GET", "/w/hours/line.ics", frontend.Member, d.lineFeed)
	site.Route("POST", "/w/hours/close", frontend.Member, d.closeLine)
	site.Route("POST", "/w/hours/reopen", frontend.Member, d.reopenLine)

	// The office: settings, mailboxes, people, and one's own part of it.
	site.Route("GET", "/w/office", frontend.Member, d.office)
	site.Route("GET", "/w/office/mailboxes", frontend.Member, d.mailboxes)
	site.Route("POST", "/w/office/mailboxes", frontend.Coordinator, d.addMailbox)
	site.Route("GET", "/w/office/mailboxes/new", frontend.Coordinator, d.newMailbox)
	site.Route("GET", "/w/office/mailboxes/:id", frontend.Coordinator, d.mailbox)
	site.Route("POST", "/w/office/mailboxes/:id", frontend.Coordinator, d.changeMailbox)
	site.Route("POST", "/w/office/mailboxes/:id/connect", frontend.Coordinator, d.connectMailbox)
	site.Route("GET", "/w/office/connected", frontend.Coordinator, d.mailboxConnected)
	site.Route("POST", "/w/office/mailboxes/:id/pause", frontend.Coordinator, d.pauseMailbox)
	site.Route("POST", "/w/office/mailboxes/:id/restore", frontend.Coordinator, d.restoreMailbox)
	site.Route("POST", "/w/office/mailboxes/:id/remove", frontend.Coordinator, d.removeMailbox)
	site.Route("GET", "/w/office/people", frontend.Member, d.officePeople)
	site.Route("POST", "/w/office/people/team", frontend.Coordinator, d.addTeam)
	site.Route("POST", "/w/office/people/close", frontend.Coordinator, d.goodbye)
	site.Route("POST", "/w/office/people/renew", frontend.Coordinator, d.renew)
	if d.Webhooks != nil {
		site.Route("GET", programsPath, frontend.Coordinator, d.programs)
		site.Route("POST", programsPath, frontend.Coordinator, d.makeProgram)
		site.Route("POST", "/w/office/programs/end", frontend.Coordinator, d.endProgram)
		site.Route("POST", "/w/office/programs/webhooks", frontend.Coordinator, d.makeHook)
		site.Route("POST", "/w/office/programs/webhooks/again", frontend.Coordinator, d.hookAgain)
		site.Route("POST", "/w/office/programs/webhooks/end", frontend.Coordinator, d.endHook)
	}
	site.Route("GET", "/w/office/mine", frontend.Member, d.mineDesk)
	site.Route("POST", "/w/office/mine/notify", frontend.Member, d.notify)
	site.Route("POST", "/w/office/mine/leave", frontend.Member, d.leave)
	site.Route("POST", "/w/office/mine/unleave", frontend.Member, d.unleave)
	if d.Retention != nil {
		site.Route("GET", "/w/office/keeping", frontend.Coordinator, d.keeping)
		site.Route("POST", "/w/office/keeping/hold", frontend.Coordinator, d.holdTicket)
		site.Route("POST", "/w/office/keeping/release", frontend.Coordinator, d.releaseTicket)
		site.Route("POST", "/w/office/keeping/erase", frontend.Coordinator, d.eraseTicket)
		site.Route("POST", "/w/office/keeping/unerase", frontend.Coordinator, d.uneraseTicket)
	}
	site.Route("GET", "/w/office/:name", frontend.Member, d.officePage)
	site.Route("POST", "/w/office/:name", frontend.Coordinator, d.change)
	site.Route("POST", "/w/office/:name/restore", frontend.Coordinator, d.restore)

	// Accounts of those outside to whom things are handed over.
	site.Route("GET", "/w/partners", frontend.Coordinator, d.partners)
	site.Route("GET", "/w/partners/:org", frontend.Coordinator, d.partner)
	site.Route("POST", "/w/partners/:org", frontend.Coordinator, d.invitePartner)
	site.Route("POST", "/w/partners/:org/renew", frontend.Coordinator, d.renewPartner)
	site.Route("POST", "/w/partners/:org/close", frontend.Coordinator, d.closePartner)

	// Colleagues and oneself.
	site.Route("GET", "/w/team", frontend.Member, d.team)
	site.Route("POST", "/w/team/admit", frontend.Member, d.admit)
	site.Route("POST", "/w/team/invite", frontend.Coordinator, d.invite)
	site.Route("POST", "/w/team/remove", frontend.Member, d.remove)
	site.Route("GET", "/w/settings", frontend.Member, d.settings)
	site.Route("POST", "/w/settings/look", frontend.Member, d.look)
	site.Route("POST", "/w/settings/session", frontend.Member, d.endSession)
	site.Route("POST", "/w/settings/sessions", frontend.Member, d.endOthers)
	site.Route("GET", "/w/settings/factor", frontend.Newcomer, d.anotherFactor)
	site.Route("POST", "/w/settings/spares", frontend.Newcomer, d.newSpares)
	site.Route("POST", "/w/settings/passkey", frontend.Newcomer, d.removePasskey)
	site.Route("GET", "/w/settings/sso", frontend.Newcomer, d.linkElsewhere)
	site.Route("POST", "/w/settings/sso", frontend.Newcomer, d.forgetElsewhere)
}
