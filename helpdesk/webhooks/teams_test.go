package webhooks_test

import (
	"slices"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/webhooks"
)

// rangFor are what an address was rung for since its test, the oldest first.
func (w *world) rangFor(id helpdesk.ID) (all []webhooks.Event) {
	w.t.Helper()
	hooks, err := w.rooms.Hooks(w.ctx, w.ada())
	w.must(err)
	for _, h := range hooks {
		if h.ID != id {
			continue
		}
		for _, b := range h.Bells {
			if b.Kind != webhooks.Test {
				all = append(all, b.Kind)
			}
		}
	}
	slices.Reverse(all)
	return all
}

// An address of one team hears of its tickets alone: of those that come and go as
// if they began and ended there.
func TestAnAddressOfATeamHearsOfItsTicketsAlone(t *testing.T) {
	each(t, func(w *world) {
		other, err := w.staff.AddTeam(w.ctx, w.ada(), staff.NewTeam{Name: "other"}, w.ada().User.ID)
		w.must(err)
		everybodys := w.hook(webhooks.Events()...)
		own := w.hookFor([]helpdesk.ID{w.team, w.team}, webhooks.Events()...)
		theirs := w.hookFor([]helpdesk.ID{other.ID}, webhooks.Events()...)
		hooks, err := w.rooms.Hooks(w.ctx, w.ada())
		w.must(err)
		for _, h := range hooks {
			if h.ID == own && !slices.Equal(h.Teams, []helpdesk.ID{w.team}) || h.ID == everybodys && h.Teams != nil {
				t.Errorf("kept for %v", h.Teams)
			}
		}
		ada := w.ada()
		give := func(ticket, team helpdesk.ID) {
			t.Helper()
			w.clock.Pass(1e9)
			w.must(w.tickets.Give(w.ctx, ada, ticket, w.version(ada, ticket), tickets.To{Team: team}))
			w.rings()
		}
		says := func(id helpdesk.ID, want ...webhooks.Event) {
			t.Helper()
			if got := w.rangFor(id); !slices.Equal(got, want) {
				t.Errorf("rung for %v, want %v", got, want)
			}
		}
		c := w.comes(w.team)
		w.rings()
		give(c.Ticket, other.ID)
		says(everybodys, webhooks.TicketNew, webhooks.MessageNew) // who gave it wrote so into the notes
		says(own, webhooks.TicketNew, webhooks.TicketGone)
		says(theirs, webhooks.TicketNew)
		give(c.Ticket, w.closed)
		says(everybodys, webhooks.TicketNew, webhooks.MessageNew, webhooks.TicketGone)
		says(own, webhooks.TicketNew, webhooks.TicketGone)
		says(theirs, webhooks.TicketNew, webhooks.TicketGone)
		w.comes(w.closed)
		w.rings()
		says(everybodys, webhooks.TicketNew, webhooks.MessageNew, webhooks.TicketGone)
	})
}

// A restricted team rings nowhere even for who asks for it, and neither does one
// that is not there.
func TestNoAddressIsOfARestrictedTeam(t *testing.T) {
	each(t, func(w *world) {
		for _, team := range []helpdesk.ID{w.closed, helpdesk.NewID(), ""} {
			_, _, err := w.rooms.Make(w.ctx, w.ada(), webhooks.NewHook{Name: "x", Address: w.sys.URL, Events: webhooks.Events(), Teams: []helpdesk.ID{w.team, team}})
			w.refused(err, "webhook.restricted")
		}
		if all, err := w.rooms.Hooks(w.ctx, w.ada()); err != nil || len(all) != 0 {
			t.Errorf("made all the same: %v %v", all, err)
		}
	})
}
