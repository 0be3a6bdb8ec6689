package tickets_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func (h *house) debriefs(t testing.TB, s *staff.Session) []tickets.Debrief {
	t.Helper()
	out, err := h.desk.Debriefs(t.Context(), s)
	h.ok(t, err)
	return out
}

func TestACounsellorAsksToTalkAfterAHardTalk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna, bo, cem := h.session(t, team), h.session(t, team), h.session(t, team)
		ada := h.signIn(t, "ada", h.words)
		h.ok(t, h.desk.AskDebrief(ctx, anna, "", tickets.DebriefDay, "kanin, after lunch"))
		same(t, "twice", refused(h.desk.AskDebrief(ctx, anna, "", tickets.DebriefDay, "")), "debrief.already")
		got := h.debriefs(t, ada)
		if len(got) != 1 || got[0].Asker != anna.User.ID || got[0].When != tickets.DebriefDay || got[0].Words != "kanin, after lunch" || got[0].Taker != "" {
			t.Fatalf("the coordinator sees %+v", got)
		}
		same(t, "waits for her", h.waits(t, ada), 1)
		same(t, "and not for who asked", h.waits(t, anna), 0)
		same(t, "who asked sees it", len(h.debriefs(t, anna)), 1)
		same(t, "colleagues do not", len(h.debriefs(t, bo)), 0)
		for what, err := range map[string]error{
			"a colleague takes it": h.desk.TakeDebrief(ctx, bo, got[0].ID), "who asked takes it": h.desk.TakeDebrief(ctx, anna, got[0].ID),
			"a colleague ends it": h.desk.EndDebrief(ctx, bo, got[0].ID), "what is not there": h.desk.TakeDebrief(ctx, ada, helpdesk.NewID()),
		} {
			if !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		h.ok(t, h.desk.TakeDebrief(ctx, ada, got[0].ID))
		same(t, "she knows who", h.debriefs(t, anna)[0].Taker, h.ada)
		same(t, "waits no more", h.waits(t, ada), 0)
		if strings.Contains(string(storetest.Dump(t, db)), "kanin") {
			t.Error("the words lie in the open")
		}
		h.ok(t, h.desk.EndDebrief(ctx, ada, got[0].ID))
		same(t, "nothing stays", h.number(t, "SELECT COUNT(*) FROM tickets_debrief")+h.number(t, "SELECT COUNT(*) FROM tickets_listener"), 0)
		same(t, "but the journal's lines", h.number(t, "SELECT COUNT(*) FROM journal_entry WHERE object = $1", got[0].ID), 3)

		// Of a chosen colleague, and taken back.
		h.ok(t, h.desk.AskDebrief(ctx, anna, bo.User.ID, tickets.DebriefNow, ""))
		same(t, "the coordinator is not asked", len(h.debriefs(t, ada)), 0)
		h.ok(t, h.desk.EndDebrief(ctx, anna, h.debriefs(t, bo)[0].ID))
		same(t, "taken back", len(h.debriefs(t, bo)), 0)
		for key, err := range map[string]error{
			"debrief.when":   h.desk.AskDebrief(ctx, anna, "", "sometime", ""),
			"debrief.words":  h.desk.AskDebrief(ctx, anna, "", tickets.DebriefNow, strings.Repeat("ö", 501)),
			"debrief.nobody": h.desk.AskDebrief(ctx, anna, anna.User.ID, tickets.DebriefNow, ""),
		} {
			same(t, "refused", refused(err), key)
		}
		same(t, "the only coordinator", refused(h.desk.AskDebrief(ctx, ada, "", tickets.DebriefNow, "")), "debrief.nobody")

		// Led to somebody else behind our back, it is nobody's.
		h.ok(t, h.desk.AskDebrief(ctx, anna, bo.User.ID, tickets.DebriefNow, "kanin"))
		h.exec(t, "UPDATE tickets_listener SET who = $1 WHERE who = $2", cem.User.ID, bo.User.ID)
		same(t, "forged", len(h.debriefs(t, cem)), 0)
	})
}

func TestOfTwoWhoPromiseADebriefOneDoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		ada := h.signIn(t, "ada", h.words)
		token, err := h.staff.Invite(t.Context(), h.staff.Console(), "eva", "eva", "eva@example.org", staff.Coordinator, team)
		h.ok(t, err)
		words, cookie, err := h.staff.Accept(t.Context(), token, "en")
		h.ok(t, err)
		came, err := h.staff.Session(t.Context(), cookie, false)
		h.ok(t, err)
		h.ok(t, h.staff.Admit(t.Context(), ada, came.User.ID, team))
		eva := h.signIn(t, "eva", words)
		h.ok(t, h.desk.AskDebrief(t.Context(), anna, "", tickets.DebriefWeek, ""))
		id := h.debriefs(t, eva)[0].ID
		var mu sync.Mutex
		var wait sync.WaitGroup
		won := 0
		for _, s := range []*staff.Session{ada, eva} {
			wait.Go(func() {
				err := h.desk.TakeDebrief(background, s, id)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case !errors.Is(err, helpdesk.ErrConflict) && !errors.Is(err, helpdesk.ErrNotFound):
					t.Error(err)
				}
			})
		}
		wait.Wait()
		same(t, "who promised", won, 1)
		same(t, "the other's list", len(h.debriefs(t, ada))+len(h.debriefs(t, eva)), 1)
	})
}
