package workspace_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
)

// Rules are tried on the last 200 tickets, open and closed, and on no older
// one. What they would change is listed as far as anybody reads, and counted
// whole; nothing moves.
func TestRulesAreTriedOnTheLastTwoHundredTickets(t *testing.T) {
	w := newWorld(t)
	ada := w.coordinator()
	for range 3 {
		w.knock(chat.First{}) // older than two hundred letters
		w.clock.pass(time.Second)
	}
	me := w.session("ada", w.words)
	for i := range 200 {
		id := w.letterFrom(fmt.Sprintf("writer%d@mail.example", i), w.team)
		if i == 7 {
			sheet, err := w.tickets.Page(w.Context(), me, id)
			w.ok(err)
			w.ok(w.tickets.CloseTicket(w.Context(), me, id, sheet.Ticket.Version))
		}
		w.clock.pass(time.Second)
	}
	before := w.setting(office.Rules)
	path := "/w/office/rules"
	rule := func(channel string) string {
		t.Helper()
		page := ada.send(200, ada.get(200, path), path, "do", "add")
		page = ada.send(200, page, path, "do", "when:4", "n4", "Elsewhere", "fact4", "channel")
		page = ada.send(200, page, path, "do", "then:4", "w4.1", channel, "deed4", "team")
		return ada.send(200, page, path, "do", "look", "t4.1", string(w.other))
	}
	w.has(rule("chat"), "Tried on 200 tickets. Changed: 0.")
	page := rule("mail")
	w.has(page, "Tried on 200 tickets. Changed: 200.", "160")
	if n := strings.Count(page, `href="/w/t/`); n != 40 {
		t.Errorf("%d are listed", n)
	}
	if w.setting(office.Rules) != before {
		t.Error("trying saved it")
	}
}
