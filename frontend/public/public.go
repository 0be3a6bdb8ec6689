// Package public is every page of a person: the landing page, what it says of
// us, the first message, the code, the conversation, and the ways to leave it.
//
// Never: a word of a person in an address, a log or the browser's memory, and
// never anything of our desk.
package public

import (
	"io/fs"
	"log/slog"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/frontend/uploads"
	shelf "returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
)

// Rooms is what persons' pages work with.
type Rooms struct {
	Chat    *chat.Room
	People  *people.Registry
	Tickets *tickets.Desk
	Office  *office.Office
	Answers *shelf.Shelf  // nil: no public information is shown
	Consent *consent.Door // nil: nobody is asked anything
	// Sounds are recordings of fixed sentences, LANGUAGE/PAGE.mp3; nil for none.
	Sounds fs.FS
	Log    *slog.Logger
}

// hall holds the rooms behind the handlers.
type hall struct {
	Rooms
	site *frontend.Site
}

// Mount adds every page of a person to site, each under each language:
// "/who" is "/sv/who". All of them stand here, each with its permission.
func Mount(site *frontend.Site, rooms Rooms) {
	h := &hall{rooms, site}

	// To read, without a session.
	site.Public("GET", "/", frontend.Public, h.landing)
	site.Public("GET", "/who", frontend.Public, h.who)
	site.Public("GET", "/kept", frontend.Public, h.kept)
	site.Public("GET", "/safety", frontend.Public, h.safety)
	site.Public("GET", "/privacy", frontend.Public, h.privacy)
	site.Public("GET", "/accessibility", frontend.Public, h.accessibility)
	site.Public("GET", "/numbers", frontend.Public, h.numbers)
	site.Public("GET", "/call", frontend.Public, h.call)
	site.Public("GET", "/child", frontend.Public, h.child)
	site.Public("GET", "/helper", frontend.Public, h.helper)
	site.Public("GET", "/info/:from?", frontend.Public, h.info)
	site.Public("GET", "/print", frontend.Public, h.prints)
	site.Public("GET", "/print/poster/:branch?", frontend.Public, h.poster)
	site.Public("GET", "/print/leaflet/:branch?", frontend.Public, h.leaflet)
	site.Public("GET", "/print/cards/:branch?", frontend.Public, h.cards)
	site.Public("GET", "/sound/:name", frontend.Public, h.sound)

	// To begin. Nothing is kept before the first message.
	site.Public("GET", "/start", frontend.Public, h.start)
	site.Public("GET", "/start/message", frontend.Public, h.startMessage)
	site.Public("GET", "/start/helper", frontend.Public, h.startHelper)
	site.Public("POST", "/start", frontend.Public, h.question)
	site.Public("POST", "/begin", frontend.Public, frontend.Knocking(h.begin), uploads.Most)
	site.Public("GET", "/urgent", frontend.Public, h.urgentPage)
	site.Public("POST", "/urgent", frontend.Public, frontend.Knocking(h.urgent), uploads.Most)

	// The code, and coming back with it.
	site.Public("GET", "/code", frontend.Public, h.enterPage)
	site.Public("POST", "/code", frontend.Public, frontend.Knocking(h.enter))
	site.Public("GET", "/code/ended", frontend.Public, h.enterEnded)
	site.Public("GET", "/code/lost", frontend.Public, h.lost)
	site.Public("GET", "/code/offer", frontend.Guest, h.offer)
	site.Public("POST", "/code/offer", frontend.Guest, h.offered)
	site.Public("GET", "/code/none", frontend.Guest, h.declined)
	site.Public("GET", "/code/mine", frontend.Guest, h.myCode)
	site.Public("POST", "/code/kept", frontend.Guest, h.codeKept)
	site.Public("GET", "/code/used", frontend.Guest, h.used)
	site.Public("GET", "/callback", frontend.Guest, h.callbackPage)
	site.Public("POST", "/callback", frontend.Guest, h.callback)
	site.Public("GET", "/notice", frontend.Guest, h.noticePage)
	site.Public("POST", "/notice", frontend.Guest, h.notice)
	site.Public("POST", "/notice/drop", frontend.Guest, h.dropNotice)

	// A link in a mail.
	site.Public("GET", "/l", frontend.Public, h.linkPage)
	site.Public("POST", "/l", frontend.Public, frontend.Knocking(h.link))
	site.Public("GET", "/l/read", frontend.Guest, h.handed)
	site.Public("GET", "/l/file/:message/:place", frontend.Guest, h.handedFile)
	site.Public("POST", "/l/new", frontend.Public, frontend.Knocking(h.newLink))

	// The conversation.
	site.Public("GET", "/talk", frontend.Guest, h.talk)
	site.Public("GET", "/talk/log", frontend.Glancing, h.log)
	site.Public("GET", "/talk/news", frontend.Watching, h.poll)
	site.Live("/talk/live", h.live)
	site.Public("POST", "/talk/say", frontend.Guest, h.say, uploads.Most)
	site.Public("POST", "/talk/late", frontend.Guest, h.late)
	site.Public("POST", "/talk/later", frontend.Guest, h.later)
	site.Public("POST", "/talk/sit", frontend.Guest, h.sit)
	site.Public("POST", "/talk/turn", frontend.Guest, h.turn)
	site.Public("POST", "/talk/awake", frontend.Guest, h.awake)
	site.Public("GET", "/talk/file/:number/:place", frontend.Guest, h.file)
	site.Public("GET", "/talk/file/:number/:place/picture", frontend.Watching, h.picture)

	// What they allow, and stopping it.
	if h.Consent != nil {
		site.Public("GET", "/mine", frontend.Guest, h.mine)
		site.Public("GET", "/mine/ask/:id", frontend.Guest, h.askPage)
		site.Public("POST", "/mine/ask/:id", frontend.Guest, h.answer)
		site.Public("POST", "/mine/stop", frontend.Guest, h.stop)
		site.Public("POST", "/mine/back", frontend.Guest, h.takeBack)
		site.Public("POST", "/mine/wish", frontend.Guest, h.wish)
		site.Public("GET", "/mine/adult/:id", frontend.Guest, h.adultPage)
		site.Public("POST", "/mine/adult/:id", frontend.Guest, h.adult)
		site.Public("GET", "/mine/gone/:id", frontend.Guest, h.leftPage)
		site.Public("POST", "/mine/gone/:id", frontend.Guest, h.tell)
		site.Public("GET", "/mine/copy/:as", frontend.Guest, h.copied)
		site.Public("GET", "/mine/paper/:id", frontend.Guest, h.receipt)
		site.Public("GET", "/mine/paper/:id/:as", frontend.Guest, h.saved)
	}

	// Leaving it.
	site.Public("GET", "/talk/end", frontend.Guest, h.endPage)
	site.Public("POST", "/talk/end", frontend.Guest, h.end)
	site.Public("GET", "/talk/ended", frontend.Guest, h.ended)
	site.Public("POST", "/talk/leave", frontend.Guest, h.leave)
	site.Public("GET", "/talk/hide", frontend.Guest, h.hidePage)
	site.Public("POST", "/talk/hide", frontend.Guest, h.hide)
	site.Public("GET", "/talk/erase", frontend.Guest, h.erasePage)
	site.Public("POST", "/talk/erase", frontend.Guest, h.erase)
	site.Public("POST", "/talk/unerase", frontend.Guest, h.unerase)
	site.OnGuestEnded(h.tooLate)
	site.OnExit(h.exit)
}
