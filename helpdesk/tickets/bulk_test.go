package tickets_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// picks are tickets as the session sees them now.
func (h *house) picks(t testing.TB, s *staff.Session, all ...*tickets.Conversation) []tickets.Pick {
	t.Helper()
	var out []tickets.Pick
	for _, c := range all {
		out = append(out, tickets.Pick{ID: c.Ticket, Version: h.version(t, s, c.Ticket)})
	}
	return out
}

func outcomes(all []tickets.Result) []string {
	var out []string
	for _, r := range all {
		var refused helpdesk.Refusal
		switch {
		case r.Err == nil:
			out = append(out, "done")
		case errors.Is(r.Err, helpdesk.ErrConflict):
			out = append(out, "moved")
		case errors.Is(r.Err, helpdesk.ErrNotFound):
			out = append(out, "unknown")
		case errors.As(r.Err, &refused):
			out = append(out, refused.Key)
		default:
			out = append(out, r.Err.Error())
		}
	}
	return out
}

func TestManyAreTakenClosedTaggedAndHandedOverAndAllOfItBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna, eva, bo := h.session(t, a, b), h.session(t, a), h.session(t, b)
		ctx := t.Context()
		var all []*tickets.Conversation
		for i := range 3 {
			h.clock.pass(time.Hour + time.Second)
			all = append(all, h.arrive(t, a, fmt.Sprint("letter ", i)))
		}
		theirs := h.arrive(t, b, "theirs")
		h.ok(t, h.desk.Take(ctx, eva, all[0].Ticket, h.version(t, eva, all[0].Ticket)))
		plain := func() []string {
			t.Helper()
			var out []string
			for _, c := range all {
				sheet := h.page(t, anna, c.Ticket)
				f := sheet.Ticket
				out = append(out, fmt.Sprint(f.State, f.Owner, f.Team, f.OpenedAt, f.WaitingSince, f.LastAt, sheet.Head.Facts.Tags))
			}
			return out
		}
		do := func(act tickets.Act, want ...string) {
			t.Helper()
			results, err := h.desk.Bulk(ctx, anna, h.picks(t, anna, all...), act)
			h.ok(t, err)
			same(t, string(act.Do), outcomes(results), want)
		}
		undo := func(want ...string) {
			t.Helper()
			results, err := h.desk.Undo(ctx, anna)
			h.ok(t, err)
			same(t, "undone", outcomes(results), want)
		}
		before := plain()
		for _, act := range []tickets.Act{
			{Do: tickets.ActTake}, {Do: tickets.ActClose}, {Do: tickets.ActTag, Tag: []string{"papers", "law"}},
			{Do: tickets.ActGive, To: tickets.To{Team: b, User: bo.User.ID}}, {Do: tickets.ActGive, To: tickets.To{User: eva.User.ID}},
		} {
			do(act, "done", "done", "done")
			after := plain()
			for i := range after {
				if after[i] == before[i] && (i > 0 || act.To.User != eva.User.ID) {
					t.Errorf("%s changed nothing in ticket %d", act.Do, i)
				}
			}
			undo("done", "done", "done")
			same(t, "after the undoing of "+string(act.Do), plain(), before)
			if _, err := h.desk.Undo(ctx, anna); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("undone twice: %v", err)
			}
		}

		// What fails for one fails for that one alone.
		picks := h.picks(t, anna, all...)
		h.later(t, all[1].ID, h.letter("another"))
		results, err := h.desk.Bulk(ctx, eva, append(picks, tickets.Pick{ID: theirs.Ticket, Version: 2}, tickets.Pick{ID: "x"}), tickets.Act{Do: tickets.ActClose})
		h.ok(t, err)
		same(t, "one by one", outcomes(results), []string{"done", "moved", "done", "unknown", "unknown"})
		h.later(t, all[0].ID, h.letter("after closing"))
		results, err = h.desk.Undo(ctx, eva)
		h.ok(t, err)
		same(t, "what moved stays", outcomes(results), []string{"moved", "done"})

		// Tags stay few.
		do(tickets.Act{Do: tickets.ActTag, Tag: []string{"Not A Key"}}, "tag.key", "tag.key", "tag.key")
		do(tickets.Act{Do: tickets.ActTag, Tag: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}}, "tag.too_many", "tag.too_many", "tag.too_many")
		same(t, "no tags", h.page(t, anna, all[0].Ticket).Head.Facts.Tags, []string(nil))

		// Nobody takes back what somebody else did, nor for ever.
		do(tickets.Act{Do: tickets.ActTake}, "done", "done", "done")
		if _, err := h.desk.Undo(ctx, eva); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("another's act: %v", err)
		}
		h.clock.pass(tickets.UndoTime)
		if _, err := h.desk.Undo(ctx, anna); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("too late: %v", err)
		}
		if _, err := h.desk.Bulk(ctx, anna, make([]tickets.Pick, tickets.BulkMost+1), tickets.Act{Do: tickets.ActTake}); err == nil {
			t.Error("too many were taken")
		}
	})
}
