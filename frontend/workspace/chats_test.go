package workspace_test

import (
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/tickets"
)

func at(b chat.Begun, path string) string { return "/w/t/" + string(b.Ticket) + path }

// begin has Maria and Bo here, and somebody who waits.
func begin(t *testing.T) (w *world, maria, bo *colleague, b chat.Begun) {
	t.Helper()
	w = newWorld(t)
	maria, bo = w.hire("Maria Holm", w.team), w.hire("Bo Ek", w.team)
	w.roster(maria, bo)
	for _, c := range []*colleague{maria, bo} {
		c.post(303, "/w/chats", "/w/presence", "state", "present")
	}
	b, _ = w.knock(chat.First{Facts: tickets.Facts{Audience: "detained"}})
	return w, maria, bo, b
}

func TestWhoWaitsIsTakenAndTalkedWith(t *testing.T) {
	w, maria, bo, b := begin(t)
	page := maria.get(200, "/w/chats")
	w.has(page, "in detention", "I need somebody to talk to", "Maria Holm", "Bo Ek", "open until 16:00", "1 waits")
	maria.press(303, page, at(b, "/sit"))
	page = maria.get(200, at(b, ""))
	w.has(page, `role="log"`, "You talk with each other now", "Live in the chat")
	maria.press(303, page, at(b, "/say"), "client", "c1", "text", "Hello, I am here", "offers", "Yes\nNo\n")
	maria.press(303, page, at(b, "/say"), "client", "c1", "text", "Hello, I am here")
	page = maria.get(200, at(b, ""))
	if n := strings.Count(page, "Hello, I am here"); n != 1 {
		t.Errorf("said %d times", n)
	}
	w.has(page, `class="offers"`, "<li dir=\"auto\">Yes</li>")
	// Bo sees that she talks, reads along, and can't speak into it.
	page = bo.get(200, at(b, ""))
	w.has(page, "Maria Holm talks with the person now")
	w.lacks(page, `action="`+at(b, "/say")+`"`)
	bo.force(409, "/w/t/:id/sit", at(b, "/sit"))
}

func TestNewsAreEverythingAfterANumber(t *testing.T) {
	w, maria, _, b := begin(t)
	maria.post(303, "/w/chats", at(b, "/sit"))
	g, err := w.people.Guest(t.Context(), b.Cookie, false)
	w.ok(err)
	_, err = w.room.Say(t.Context(), g, b.Conversation, chat.Words{ClientID: "p1", Text: "Are you still there?"})
	w.ok(err)
	news := maria.get(200, at(b, "/talk?after=1"), "HX-Request", "true", "X-Quiet", "1")
	w.has(news, "Are you still there?", `id="seat"`)
	w.lacks(news, "I need somebody to talk to", "<html")
	bar := maria.get(200, "/w/chats/bar", "HX-Request", "true", "X-Quiet", "1")
	w.has(bar, `data-unread="`)
	w.lacks(bar, `data-unread="0"`)
	maria.force(204, "/w/t/:id/read", at(b, "/read"), "number", "9")
	w.has(maria.get(200, "/w/chats/bar"), `data-unread="0"`)
	maria.get(404, at(b, "/talk?after=x"))
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

func TestAnotherTeamsTableIsNotThere(t *testing.T) {
	w, maria, _, b := begin(t)
	eva := w.hire("Eva Ny", w.other)
	w.lacks(eva.get(200, "/w/chats"), "I need somebody to talk to", string(b.Ticket))
	eva.get(404, at(b, ""))
	eva.get(404, at(b, "/talk?after=0"))
	for _, path := range []string{"sit", "say", "read", "typing", "over", "bring", "part", "end", "danger", "about", "code"} {
		// The proof is of a session and a route: hers is right, the ticket is not.
		eva.force(404, "/w/t/:id/"+path, at(b, "/"+path),
			"text", "x", "client", "c", "number", "1", "user", string(maria.id), "stay", "hour", "role", "colleague", "step", "ask-where", "fact", "left")
	}
	if w.tableOf(maria, b).State != chat.Waiting {
		t.Error("somebody else's press changed the table")
	}
}

func TestPresenceHoldsHalfAMinuteAndPagesKeepIt(t *testing.T) {
	w, maria, bo, _ := begin(t)
	w.clock.pass(20 * time.Second)
	maria.get(200, "/w/queue") // a page that is loaded says it again
	w.clock.pass(20 * time.Second)
	page := bo.get(200, "/w/chats")
	w.has(page, "Maria Holm")
	w.lacks(between(page, `id="here-title"`, "</section>"), "Bo Ek")
	maria.post(303, "/w/chats", "/w/presence", "state", "capacity", "back", "https://evil.example/")
	w.has(maria.get(200, "/w/chats"), "Full")
	maria.post(404, "/w/chats", "/w/presence", "state", "asleep")
}
