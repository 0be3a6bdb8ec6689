package tickets_test

import (
	"errors"
	"fmt"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func names(list []tickets.SavedFilter) []string {
	var out []string
	for _, f := range list {
		out = append(out, f.Name)
	}
	return out
}

func TestASavedFilterIsTheirsOrTheirTeams(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna, eva, bo := h.session(t, a), h.session(t, a), h.session(t, b)
		ctx := t.Context()
		f := tickets.Filter{Queue: tickets.QueueTeam, Topic: "readmission", DueUntil: "+3", Words: "\u0633\u0644\u0627\u0645 \U0001F9D2"}
		own, err := h.desk.SaveFilter(ctx, anna, tickets.SavedFilter{Name: " my  own ", Filter: f})
		h.ok(t, err)
		shared, err := h.desk.SaveFilter(ctx, anna, tickets.SavedFilter{Name: "everybody's", Team: a, Filter: f})
		h.ok(t, err)
		list, err := h.desk.Filters(ctx, anna)
		h.ok(t, err)
		same(t, "anna's", names(list), []string{"everybody's", "my own"})
		same(t, "conditions", list[1].Filter, f)
		same(t, "whose", list[0].Team, a)
		list, err = h.desk.Filters(ctx, eva)
		h.ok(t, err)
		same(t, "eva's", names(list), []string{"everybody's"})
		list, err = h.desk.Filters(ctx, bo)
		h.ok(t, err)
		same(t, "bo's", names(list), []string(nil))

		// Nobody else's is changed or dropped.
		for _, err := range []error{
			h.desk.DropFilter(ctx, bo, own), h.desk.DropFilter(ctx, bo, shared), h.desk.DropFilter(ctx, eva, own),
			failure(h.desk.SaveFilter(ctx, eva, tickets.SavedFilter{ID: own, Name: "x", Filter: f})),
			failure(h.desk.SaveFilter(ctx, bo, tickets.SavedFilter{ID: shared, Name: "x", Filter: f})),
			failure(h.desk.SaveFilter(ctx, bo, tickets.SavedFilter{Name: "x", Team: a, Filter: f})),
		} {
			if !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("another's filter: %v", err)
			}
		}
		_, err = h.desk.SaveFilter(ctx, eva, tickets.SavedFilter{ID: shared, Name: "ours", Team: a, Filter: f})
		h.ok(t, err)
		h.ok(t, h.desk.DropFilter(ctx, anna, own))
		list, err = h.desk.Filters(ctx, anna)
		h.ok(t, err)
		same(t, "after both", names(list), []string{"ours"})

		// The team's key moves on when somebody leaves; the filter stays.
		h.ok(t, h.staff.Remove(ctx, h.staff.Console(), eva.User.ID, a))
		h.signIn(t, "ada", h.words) // who still holds the old key wraps it
		anna = h.signInAgain(t, anna)
		list, err = h.desk.Filters(ctx, anna)
		h.ok(t, err)
		same(t, "under a new key", names(list), []string{"ours"})

		var refused helpdesk.Refusal
		for _, bad := range []tickets.SavedFilter{{Name: " ", Filter: f}, {Name: "x", Filter: tickets.Filter{Queue: tickets.QueueClosed, Tag: "x"}}} {
			if _, err := h.desk.SaveFilter(ctx, anna, bad); !errors.As(err, &refused) {
				t.Errorf("%s: %v", bad.Name, err)
			}
		}
		for i := range 60 {
			_, err = h.desk.SaveFilter(ctx, anna, tickets.SavedFilter{Name: fmt.Sprint(i), Filter: f})
		}
		if !errors.As(err, &refused) || refused.Key != "filter.too_many" {
			t.Errorf("the sixtieth: %v", err)
		}
	})
}

func failure[T any](_ T, err error) error { return err }

// Who writes to the database can not make a team look away.
func TestAForgedFilterIsNotShown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a := h.team(t)
		anna := h.session(t, a)
		id, err := h.desk.SaveFilter(t.Context(), anna, tickets.SavedFilter{Name: "ours", Team: a, Filter: tickets.Filter{Queue: tickets.QueueTeam}})
		h.ok(t, err)
		public, err := h.staff.TeamKey(t.Context(), db, a)
		h.ok(t, err)
		blind, err := public.Seal(tickets.FilterPlace(id, "team", a, public.ID.Version), []byte(`{"name":"planted","filter":{"queue":"closed"}}`))
		h.ok(t, err)
		h.exec(t, "UPDATE tickets_filter SET body = $1", blind)
		list, err := h.desk.Filters(t.Context(), anna)
		h.ok(t, err)
		same(t, "shown", len(list), 0)
	})
}
