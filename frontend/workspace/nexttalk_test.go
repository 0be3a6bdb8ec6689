package workspace_test

import (
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/tickets"
)

func TestTakeNextSitsDownWithWhoWaitsInTheChat(t *testing.T) {
	w, maria, bo, b := begin(t)
	w.clock.pass(time.Second)
	letter := w.letterFrom("p@example.org", w.team)
	to := maria.goes(maria.get(200, "/w/queue"), "/w/next")
	if to != at(b, "?said=next") {
		t.Fatalf("maria gets %s", to)
	}
	w.has(maria.get(200, to), "You took this one because:", "waits in the chat now", "detained", "You talk with each other now")
	if s := w.tableOf(maria, b); s.State != chat.Talking || s.Taken != maria.id {
		t.Fatalf("the table is %s", s.State)
	}
	// Who waits there no more leaves the letter for the next.
	if to := bo.goes(bo.get(200, "/w/queue"), "/w/next"); to != ticketAt(letter, "?said=next") {
		t.Fatalf("bo gets %s", to)
	}
}

func TestAGraverLetterComesBeforeWhoWaitsInTheChat(t *testing.T) {
	w, maria, _, b := begin(t)
	letter := w.letterFrom("p@example.org", w.team)
	facts, err := w.tickets.Facts(t.Context(), w.session(maria.login, maria.words), letter)
	w.ok(err)
	w.ok(w.tickets.Prioritise(t.Context(), w.session(maria.login, maria.words), letter, facts.Version, tickets.MaxPriority, time.Time{}))
	for _, want := range []string{ticketAt(letter, "?said=next"), at(b, "?said=next")} {
		if to := maria.goes(maria.get(200, "/w/queue"), "/w/next"); to != want {
			t.Fatalf("maria gets %s, want %s", to, want)
		}
	}
}

func TestTakeNextGivesNoTalkToWhoseHandsAreFullOrWhoDoesNotSuit(t *testing.T) {
	w, maria, bo, _ := begin(t)
	maria.post(303, "/w/chats", "/w/presence", "state", "capacity")
	letter := w.letterFrom("p@example.org", w.team)
	if to := maria.goes(maria.get(200, "/w/queue"), "/w/next"); to != ticketAt(letter, "?said=next") {
		t.Fatalf("maria gets %s", to)
	}
	if to := maria.goes(maria.get(200, "/w/queue"), "/w/next"); to != "/w/queue?q=unassigned&said=nonext" {
		t.Fatalf("a talk's ticket was given as if it were a letter: %s", to)
	}
	w.ok(w.office.Set(t.Context(), w.ada, office.Profiles, fmt.Sprintf("%s | - | - | man\n%s | - | - | woman\n", bo.id, maria.id)))
	urgent, _ := w.knock(chat.First{Facts: tickets.Facts{Urgent: true, Wish: "woman"}})
	bo.goes(bo.get(200, "/w/queue"), "/w/next") // the one in detention
	if to := bo.goes(bo.get(200, "/w/queue"), "/w/next"); to != "/w/queue?q=unassigned&said=nonext" {
		t.Fatalf("bo gets %s", to)
	}
	// Danger does not wait until somebody has a hand free.
	if to := maria.goes(maria.get(200, "/w/queue"), "/w/next"); to != at(urgent, "?said=next") {
		t.Fatalf("maria gets %s", to)
	}
}
