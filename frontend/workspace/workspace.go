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

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/translate"
)

// Mailbox is how collecting from one mailbox goes.
type Mailbox struct {
	ID        helpdesk.ID
	Connected bool
	Since     time.Time // since when it is, or is not; zero when not known
	Trouble   string    // key of a sentence under mail.why, "" without
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
	// Translate asks the organisation's own machine; nil when it has none.
	Translate *translate.Client
	// Mail reports every mailbox that this process or another collects from;
	// nil when nobody knows.
	Mail func(context.Context) []Mailbox
	Log  *slog.Logger
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
	site.Route("GET", "/w/lost", frontend.Anyone, d.lostPage)
	site.Route("POST", "/w/lost", frontend.Anyone, frontend.Knocking(d.lost))
	site.Route("POST", "/w/language", frontend.Anyone, d.language)
	site.Route("GET", "/w/invitation/:token", frontend.Anyone, d.invitation)
	site.Route("POST", "/w/invitation/words", frontend.Newcomer, d.wordsWritten)
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

	// Letters beside tickets.
	site.Route("GET", "/w/write", frontend.Member, d.writePage)
	site.Route("POST", "/w/write", frontend.Member, d.write, frontend.Uploads)
	site.Route("POST", "/w/write/draft", frontend.Member, d.writeDraft)
	site.Route("GET", "/w/aside", frontend.Member, d.asides)
	site.Route("GET", "/w/aside/:id/original.eml", frontend.Member, d.asideOriginal)
	site.Route("POST", "/w/aside/:id/ticket", frontend.Member, d.recover)
	site.Route("POST", "/w/aside/:id/done", frontend.Member, d.asideDone)
	site.Route("GET", "/w/outbox", frontend.Member, d.outbox)
	site.Route("POST", "/w/outbox/:id/undo", frontend.Member, d.undo)
	site.Route("POST", "/w/outbox/:id/noted", frontend.Member, d.noted)

	// When who is open.
	site.Route("GET", "/w/hours", frontend.Member, d.hours)
	site.Route("GET", "/w/hours/mine.ics", frontend.Member, d.mine)
	site.Route("GET", "/w/hours/line.ics", frontend.Member, d.lineFeed)
	site.Route("POST", "/w/hours/close", frontend.Member, d.closeLine)
	site.Route("POST", "/w/hours/reopen", frontend.Member, d.reopenLine)
	site.Route("POST", "/w/hours/text", frontend.Coordinator, d.writeText)

	// The office: settings, mailboxes, people, and one's own part of it.
	site.Route("GET", "/w/office", frontend.Member, d.office)
	site.Route("GET", "/w/office/mailboxes", frontend.Member, d.mailboxes)
	site.Route("POST", "/w/office/mailboxes", frontend.Coordinator, d.addMailbox)
	site.Route("GET", "/w/office/mailboxes/new", frontend.Coordinator, d.newMailbox)
	site.Route("GET", "/w/office/mailboxes/:id", frontend.Coordinator, d.mailbox)
	site.Route("POST", "/w/office/mailboxes/:id", frontend.Coordinator, d.changeMailbox)
	site.Route("POST", "/w/office/mailboxes/:id/pause", frontend.Coordinator, d.pauseMailbox)
	site.Route("POST", "/w/office/mailboxes/:id/remove", frontend.Coordinator, d.removeMailbox)
	site.Route("GET", "/w/office/people", frontend.Member, d.officePeople)
	site.Route("POST", "/w/office/people/team", frontend.Coordinator, d.addTeam)
	site.Route("POST", "/w/office/people/close", frontend.Coordinator, d.goodbye)
	site.Route("POST", "/w/office/people/renew", frontend.Coordinator, d.renew)
	site.Route("GET", "/w/office/mine", frontend.Member, d.mineDesk)
	site.Route("POST", "/w/office/mine/notify", frontend.Member, d.notify)
	site.Route("POST", "/w/office/mine/leave", frontend.Member, d.leave)
	site.Route("POST", "/w/office/mine/unleave", frontend.Member, d.unleave)
	site.Route("GET", "/w/office/:name", frontend.Member, d.officePage)
	site.Route("POST", "/w/office/:name", frontend.Coordinator, d.change)
	site.Route("POST", "/w/office/:name/restore", frontend.Coordinator, d.restore)

	// Colleagues and oneself.
	site.Route("GET", "/w/team", frontend.Member, d.team)
	site.Route("POST", "/w/team/admit", frontend.Member, d.admit)
	site.Route("POST", "/w/team/invite", frontend.Coordinator, d.invite)
	site.Route("POST", "/w/team/remove", frontend.Member, d.remove)
	site.Route("GET", "/w/settings", frontend.Member, d.settings)
	site.Route("POST", "/w/settings/look", frontend.Member, d.look)
	site.Route("POST", "/w/settings/session", frontend.Member, d.endSession)
}
