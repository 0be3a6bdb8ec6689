package chat_test

import (
	"slices"
	"testing"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestATalkGoesToThoseWhoKnowItsTopicAndToNobodyByName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		w.open(t)
		made, err := w.staff.AddTeam(t.Context(), w.signIn(t, "ada", w.words), staff.NewTeam{Name: "law"}, w.ada)
		w.ok(t, err)
		ada := w.signIn(t, "ada", w.words)
		w.attend(t, ada)
		w.ok(t, w.office.Set(t.Context(), w.ada, office.ChatTeam, string(w.team)))
		w.ok(t, w.office.Set(t.Context(), w.ada, office.TeamKinds, string(made.ID)+" | law |\n"))
		b, g := w.start(t, chat.First{Live: true, Facts: tickets.Facts{Topic: "appeal"}})
		i := slices.IndexFunc(w.waiting(t, ada), func(c chat.Table) bool { return c.Ticket == b.Ticket && c.Team == made.ID })
		if i < 0 {
			t.Fatalf("the lawyers see %+v", w.waiting(t, ada))
		}
		sheet, err := w.tickets.Page(t.Context(), ada, b.Ticket)
		w.ok(t, err)
		if sheet.Ticket.Owner != "" || sheet.Ticket.Team != made.ID || len(sheet.Head.Facts.Why) == 0 {
			t.Errorf("%+v, because %v", sheet.Ticket, sheet.Head.Facts.Why)
		}
		// Whose desk it lies on, and why, is not the person's to read.
		_, facts, err := w.tickets.FactsAsPerson(t.Context(), g, b.Conversation)
		w.ok(t, err)
		if len(facts.Why) != 0 || facts.Topic != "appeal" {
			t.Errorf("the person reads %+v", facts)
		}
	})
}
