package tickets_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func (h *house) draft(t testing.TB, s *staff.Session, ticket helpdesk.ID, text string) {
	t.Helper()
	_, err := h.desk.SaveDraft(t.Context(), s, ticket, tickets.Draft{Kind: tickets.KindAnswer, Text: text, To: []string{"amina@example.org"}})
	h.ok(t, err)
}

// drafted is what somebody's own draft says, "" without one.
func (h *house) drafted(t testing.TB, s *staff.Session, ticket helpdesk.ID) string {
	t.Helper()
	d, err := h.desk.Draft(t.Context(), s, ticket, tickets.KindAnswer)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return ""
	}
	h.ok(t, err)
	return d.Text
}

func (h *house) passed(t testing.TB, s *staff.Session, ticket helpdesk.ID) []tickets.Passed {
	t.Helper()
	out, err := h.desk.PassedDrafts(t.Context(), s, ticket)
	h.ok(t, err)
	return out
}

// handTo is a hand-over as the page does it: it can be taken back.
func (h *house) handTo(t testing.TB, s *staff.Session, ticket helpdesk.ID, to tickets.To) {
	t.Helper()
	results, err := h.desk.Bulk(t.Context(), s, []tickets.Pick{{ID: ticket, Version: h.version(t, s, ticket)}}, tickets.Act{Do: tickets.ActGive, To: to})
	h.ok(t, err)
	h.ok(t, results[0].Err)
}

func TestADraftGoesAlongWithItsTicket(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna, bo, cem := h.session(t, team), h.session(t, team), h.session(t, team)
		ticket := h.arrive(t, team, "one").Ticket
		h.draft(t, anna, ticket, "Dear Amina")
		h.handTo(t, anna, ticket, tickets.To{User: bo.User.ID})
		same(t, "her own", h.drafted(t, anna, ticket), "")
		got := h.passed(t, bo, ticket)
		if len(got) != 1 || got[0].Giver != anna.User.ID || got[0].Draft.Text != "Dear Amina" || got[0].Draft.To[0] != "amina@example.org" {
			t.Fatalf("Bo sees %+v", got)
		}
		same(t, "she sees where it lies", len(h.passed(t, anna, ticket)), 1)
		same(t, "a third", len(h.passed(t, cem, ticket)), 0)
		waits, err := h.desk.Waits(ctx, bo)
		h.ok(t, err)
		same(t, "waits for Bo", waits, 1)
		lines, err := h.desk.DraftTickets(ctx, bo)
		h.ok(t, err)
		same(t, "in his list", titles(tickets.Page{Rows: lines}), []string{"about one"})

		for who, s := range map[string]*staff.Session{"a third": cem, "the giver": anna} {
			for what, err := range map[string]error{
				"takes":  h.desk.TakeDraft(ctx, s, ticket, got[0].ID),
				"leaves": h.desk.LeaveDraft(ctx, s, ticket, got[0].ID),
			} {
				if !errors.Is(err, helpdesk.ErrNotFound) {
					t.Errorf("%s %s it: %v", who, what, err)
				}
			}
		}
		if err := h.desk.FetchDraft(ctx, bo, ticket, got[0].ID); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("Bo fetches it back: %v", err)
		}
		h.draft(t, bo, ticket, "Mine so far")
		h.ok(t, h.desk.TakeDraft(ctx, bo, ticket, got[0].ID))
		same(t, "both", h.drafted(t, bo, ticket), "Mine so far\n\nDear Amina")
		if err := h.desk.TakeDraft(ctx, bo, ticket, got[0].ID); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("taken twice: %v", err)
		}
		same(t, "nothing waits", len(h.passed(t, bo, ticket))+len(h.passed(t, anna, ticket)), 0)

		// What was taken is remembered until the hand-over can't be taken back.
		same(t, "remembered", h.number(t, "SELECT COUNT(*) FROM tickets_passed"), 1)
		h.clock.pass(tickets.UndoTime)
		h.ok(t, h.desk.Lapse(ctx))
		same(t, "and then not", h.number(t, "SELECT COUNT(*) FROM tickets_passed"), 0)
		story, err := h.desk.History(ctx, anna, ticket)
		h.ok(t, err)
		if !slices.ContainsFunc(story, func(x tickets.Happened) bool { return x.Verb == "ticket.draft_taken" && x.Actor == bo.User.ID }) {
			t.Errorf("the story lacks it: %v", story)
		}
	})
}

func TestTakingAHandOverBackBringsTheDraftBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, other := h.team(t), h.team(t)
		anna, bo, far := h.session(t, team, other), h.session(t, team), h.session(t, other)
		for name, between := range map[string]func(t *testing.T, ticket, draft helpdesk.ID) string{
			"untouched": func(*testing.T, helpdesk.ID, helpdesk.ID) string { return "" },
			"taken over": func(t *testing.T, ticket, draft helpdesk.ID) string {
				h.ok(t, h.desk.TakeDraft(ctx, bo, ticket, draft))
				return "hers"
			},
			"dropped": func(t *testing.T, ticket, draft helpdesk.ID) string {
				h.ok(t, h.desk.LeaveDraft(ctx, bo, ticket, draft))
				return ""
			},
		} {
			t.Run(name, func(t *testing.T) {
				ticket := h.arrive(t, team, name).Ticket
				h.draft(t, anna, ticket, "hers")
				h.handTo(t, anna, ticket, tickets.To{User: bo.User.ID})
				left := between(t, ticket, h.passed(t, bo, ticket)[0].ID)
				h.ok(t, h.desk.UndoGive(ctx, anna, ticket))
				same(t, "hers again", h.drafted(t, anna, ticket), "hers")
				same(t, "his", h.drafted(t, bo, ticket), left)
				same(t, "on its way", h.number(t, "SELECT COUNT(*) FROM tickets_passed"), 0)
				if err := h.desk.UndoGive(ctx, anna, ticket); !errors.Is(err, helpdesk.ErrNotFound) {
					t.Errorf("taken back twice: %v", err)
				}
			})
		}

		ticket := h.arrive(t, team, "to another team").Ticket
		h.draft(t, anna, ticket, "for the lawyers")
		h.handTo(t, anna, ticket, tickets.To{Team: other})
		got := h.passed(t, far, ticket)
		if len(got) != 1 || !got[0].TeamWide || got[0].Draft.Text != "for the lawyers" {
			t.Fatalf("the other team sees %+v", got)
		}
		h.ok(t, h.desk.FetchDraft(ctx, anna, ticket, got[0].ID))
		same(t, "fetched back", h.drafted(t, anna, ticket), "for the lawyers")

		// What else was done last is not undone by it.
		h.handTo(t, anna, ticket, tickets.To{Team: team})
		if _, err := h.desk.Bulk(ctx, anna, []tickets.Pick{{ID: ticket, Version: h.version(t, anna, ticket)}}, tickets.Act{Do: tickets.ActTake}); err != nil {
			t.Fatal(err)
		}
		if err := h.desk.UndoGive(ctx, anna, ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("undoing the wrong thing: %v", err)
		}
		results, err := h.desk.Undo(ctx, anna)
		h.ok(t, err)
		same(t, "and it can still be taken back", len(results), 1)

		// To nobody in the same team it stays where it is.
		h.draft(t, bo, ticket, "his own")
		h.handTo(t, bo, ticket, tickets.To{})
		same(t, "his own", h.drafted(t, bo, ticket), "his own")
	})
}

func TestOfTwoWhoTakeADraftOneHasIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team, other := h.team(t), h.team(t)
		anna := h.session(t, team)
		others := []*staff.Session{h.session(t, other), h.session(t, other), h.session(t, other)}
		for range 5 {
			ticket := h.arrive(t, team, "one").Ticket
			h.draft(t, anna, ticket, "the draft")
			h.handTo(t, anna, ticket, tickets.To{Team: other})
			id := h.passed(t, others[0], ticket)[0].ID
			var mu sync.Mutex
			won := 0
			var wait sync.WaitGroup
			for _, s := range others {
				wait.Go(func() {
					err := h.desk.TakeDraft(background, s, ticket, id)
					if err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						won++
					}
				})
			}
			wait.Wait()
			same(t, "who have it", won, 1)
		}
	})
}

func TestADraftOnItsWayIsSealedToWhomItGoesTo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna, bo, cem := h.session(t, team), h.session(t, team), h.session(t, team)
		one, two := h.arrive(t, team, "one").Ticket, h.arrive(t, team, "two").Ticket
		hand := func() helpdesk.ID {
			h.exec(t, "DELETE FROM tickets_passed")
			for _, ticket := range []helpdesk.ID{one, two} {
				h.draft(t, anna, ticket, "kanin "+string(ticket))
				h.handTo(t, anna, ticket, tickets.To{User: bo.User.ID})
			}
			return h.passed(t, bo, one)[0].ID
		}
		for name, write := range map[string]func(id helpdesk.ID){
			"moved to another ticket": func(id helpdesk.ID) { h.exec(t, "UPDATE tickets_passed SET ticket = $1 WHERE id = $2", two, id) },
			"said to be another's":    func(id helpdesk.ID) { h.exec(t, "UPDATE tickets_passed SET giver = $1 WHERE id = $2", cem.User.ID, id) },
			"led to another":          func(id helpdesk.ID) { h.exec(t, "UPDATE tickets_passed SET taker = $1 WHERE id = $2", cem.User.ID, id) },
			"of another kind":         func(id helpdesk.ID) { h.exec(t, "UPDATE tickets_passed SET kind = 'note' WHERE id = $1", id) },
			"bodies exchanged": func(id helpdesk.ID) {
				h.exec(t, "UPDATE tickets_passed SET body = (SELECT body FROM tickets_passed WHERE id <> $1) WHERE id = $1", id)
			},
			"with another's mac": func(id helpdesk.ID) {
				h.exec(t, "UPDATE tickets_passed SET (body, own, mac) = (SELECT body, own, mac FROM tickets_passed WHERE id <> $1) WHERE id = $1", id)
			},
		} {
			id := hand()
			logged := len(h.log.String())
			write(id)
			for who, s := range map[string]*staff.Session{"Bo": bo, "Cem": cem, "Anna": anna} {
				for _, p := range h.passed(t, s, one) {
					t.Errorf("%s: %s sees %q", name, who, p.Draft.Text)
				}
				if err := errors.Join(h.desk.TakeDraft(ctx, s, one, id)); !errors.Is(err, helpdesk.ErrNotFound) {
					t.Errorf("%s: %s takes it: %v", name, who, err)
				}
			}
			for _, p := range h.passed(t, bo, two) {
				if p.Draft.Text != "kanin "+string(two) {
					t.Errorf("%s: under the other ticket stands %q", name, p.Draft.Text)
				}
			}
			same(t, name+", stolen", h.drafted(t, cem, one)+h.drafted(t, cem, two), "")
			if !strings.Contains(h.log.String()[logged:], "tickets.passed") {
				t.Errorf("%s: no alarm", name)
			}
		}
		hand()
		if strings.Contains(string(storetest.Dump(t, db)), "kanin") {
			t.Error("the draft lies in the open")
		}
		h.clock.pass(time.Minute)
	})
}

func TestATypedTranslationAndADraftGoWhereTheirTicketGoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		open, closed := h.team(t), h.closedTeam(t)
		anna, bo := h.session(t, open, closed), h.session(t, closed)
		ticket := h.arrive(t, open, "one").Ticket
		typed := []tickets.Beside{{Language: "ti", Text: "ሰላም"}}
		_, err := h.desk.SaveDraft(ctx, anna, ticket, tickets.Draft{Kind: tickets.KindAnswer, Text: "Dear Amina", Beside: typed})
		h.ok(t, err)

		// Into a restricted team, where no row says who writes in which ticket.
		h.ok(t, h.desk.Give(ctx, anna, ticket, h.version(t, anna, ticket), tickets.To{Team: closed, User: anna.User.ID}))
		d, err := h.desk.Draft(ctx, anna, ticket, tickets.KindAnswer)
		h.ok(t, err)
		same(t, "moved along", []any{d.Text, d.Beside}, []any{"Dear Amina", typed})
		same(t, "beside the ticket", h.number(t, "SELECT COUNT(*) FROM tickets_draft WHERE ticket = $1", ticket), 0)

		h.handTo(t, anna, ticket, tickets.To{User: bo.User.ID})
		same(t, "her own", h.drafted(t, anna, ticket), "")
		h.ok(t, h.desk.TakeDraft(ctx, bo, ticket, h.passed(t, bo, ticket)[0].ID))
		d, err = h.desk.Draft(ctx, bo, ticket, tickets.KindAnswer)
		h.ok(t, err)
		same(t, "taken over", d.Beside, typed)
		h.ok(t, h.desk.DropDraft(ctx, bo, ticket, tickets.KindAnswer))
		same(t, "dropped", h.drafted(t, bo, ticket), "")
	})
}

func TestAHandOverToARestrictedTeamIsTakenBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		open, closed := h.team(t), h.closedTeam(t)
		anna := h.session(t, open, closed)
		ticket := h.arrive(t, open, "one").Ticket
		h.draft(t, anna, ticket, "Dear Amina")
		h.handTo(t, anna, ticket, tickets.To{Team: closed})
		same(t, "where it is", h.facts(t, anna, ticket).Team, closed)
		results, err := h.desk.Undo(ctx, anna)
		h.ok(t, err)
		h.ok(t, results[0].Err)
		same(t, "and back", h.facts(t, anna, ticket).Team, open)
		same(t, "with what she was writing", h.drafted(t, anna, ticket), "Dear Amina")
	})
}
