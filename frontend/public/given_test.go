package public_test

import (
	"testing"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// Moving a ticket between our own teams is no referral, but the person is told,
// in their language and without a team's name, with scripts off too.
func TestThePersonReadsThatAnotherTeamHasTheirConversation(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("hello")
	threads, err := h.tickets.Mine(t.Context(), h.guestOf(t, b))
	ok(t, err)
	lawyers, err := h.staff.AddTeam(t.Context(), h.signIn(t, "ada", h.words), staff.NewTeam{Name: "the lawyers"}, h.ada)
	ok(t, err)
	facts, err := h.tickets.Facts(t.Context(), maria, threads[0].Ticket)
	ok(t, err)
	ok(t, h.tickets.Give(t.Context(), maria, facts.ID, facts.Version, tickets.To{Team: lawyers.ID}))
	words, err := locale.Load()
	ok(t, err)
	for _, l := range words.Choices(false) {
		b.get("/"+l.Tag+"/talk/log").sees(words.Say(l.Tag, "system.ticket.team")).seesNot("the lawyers", "ticket.team", "⟦")
	}
}
