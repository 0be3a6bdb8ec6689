package tickets_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestWhatWasAskedBeforeTicketsWereCalledByMarksIsStillFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, team)
		ticket := h.arrive(t, team, "one").Ticket
		_, err := h.desk.Note(t.Context(), anna, ticket, "@bo look", "named", bo.User.ID)
		h.ok(t, err)
		h.consult(t, anna, ticket, bo.User.ID, time.Hour)
		h.draft(t, anna, ticket, "hers")
		h.handTo(t, anna, ticket, tickets.To{User: bo.User.ID})

		before, err := h.desk.Mentions(t.Context(), bo)
		h.ok(t, err)
		note, question := before[0].Message, h.consults(t, bo)[0]
		h.exec(t, "UPDATE tickets_mention SET ticket = $1, message = $2, about = NULL", ticket, note)
		h.exec(t, "UPDATE tickets_consult SET ticket = $1, message = $2, about = NULL", ticket, question.Message)
		h.exec(t, "UPDATE tickets_passed SET ticket = $1, about = NULL", ticket)

		named, err := h.desk.Mentions(t.Context(), bo)
		h.ok(t, err)
		same(t, "named in", named[0].Row.Ticket.ID, ticket)
		same(t, "asked", h.consults(t, bo)[0], question)
		same(t, "drafts", len(h.passed(t, bo, ticket)), 1)
		handed, err := h.desk.DraftTickets(t.Context(), bo)
		h.ok(t, err)
		same(t, "handed in", handed[0].Ticket.ID, ticket)
		h.ok(t, h.desk.SeeMentions(t.Context(), bo, ticket))
		h.ok(t, h.desk.ClearMention(t.Context(), bo, note))
		h.ok(t, h.desk.EndConsult(t.Context(), anna, ticket, question.ID))
		h.ok(t, h.desk.TakeDraft(t.Context(), bo, ticket, h.passed(t, bo, ticket)[0].ID))
		waits, err := h.desk.Waits(t.Context(), bo)
		h.ok(t, err)
		same(t, "left", waits, int64(0))
	})
}
