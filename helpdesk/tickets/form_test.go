package tickets_test

import (
	"errors"
	"sync"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestAFormFromElsewhereIsATicketThatWaitsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		form := tickets.Form{Team: team, Language: "fa", Title: "A question", Text: "May I travel?", ClientID: "one",
			Who: tickets.Who{Key: "amina@example.org", Name: "Amina", Address: "amina@example.org"}}
		ids := make([]helpdesk.ID, 4)
		var all sync.WaitGroup
		for i := range ids {
			all.Go(func() {
				var err error
				if ids[i], err = h.desk.OpenForm(t.Context(), anna, form); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, id := range ids {
			same(t, "the ticket", id, ids[0])
		}
		sheet := h.page(t, anna, ids[0])
		same(t, "messages", texts(sheet.Messages), []string{"May I travel?"})
		same(t, "head", sheet.Head, tickets.Head{Title: "A question", Name: "Amina", Address: "amina@example.org"})
		m := sheet.Messages[0]
		if sheet.Ticket.State != tickets.StateOpen || sheet.Ticket.Writer == "" || m.Direction != tickets.In || m.Content.Proven || !m.Proven {
			t.Errorf("ticket %+v, message %+v", sheet.Ticket, m)
		}
		same(t, "journal", h.number(t, "SELECT COUNT(*) FROM journal_entry WHERE verb = 'ticket.letter' AND actor = $1", string(anna.User.ID)), 1)

		form.ClientID = "two"
		form.Who = tickets.Who{}
		other, err := h.desk.OpenForm(t.Context(), anna, form)
		h.ok(t, err)
		if other == ids[0] {
			t.Error("two forms are one ticket")
		}
		form.Text = " "
		var no helpdesk.Refusal
		if _, err := h.desk.OpenForm(t.Context(), anna, form); !errors.As(err, &no) || no.Key != "form.text" {
			t.Errorf("an empty form: %v", err)
		}
	})
}

func TestFiguresTellNothingFiveCannotHideIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		hidden := h.closedTeam(t)
		for n := range 11 {
			h.arrive(t, team, "one")
			h.arrive(t, hidden, "one")
			all, err := h.desk.Figures(t.Context())
			h.ok(t, err)
			var seen bool
			for _, f := range all {
				if f.Team == hidden {
					t.Fatal("a restricted team has a figure")
				}
				if f.Team == team {
					seen = true
					same(t, "waiting", f.Waiting, int64((n+1)/5*5))
				}
			}
			if !seen {
				t.Fatal("the team has none")
			}
		}
	})
}
