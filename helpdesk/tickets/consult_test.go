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

func (h *house) consult(t testing.TB, s *staff.Session, ticket, user helpdesk.ID, long time.Duration) {
	t.Helper()
	h.ok(t, h.desk.Consult(t.Context(), s, ticket, tickets.Question{User: user, Text: "what would you do?", Until: h.clock.now().Add(long)}))
}

func (h *house) consults(t testing.TB, s *staff.Session) []tickets.Consultation {
	t.Helper()
	out, err := h.desk.Consultations(t.Context(), s)
	h.ok(t, err)
	return out
}

func TestACounsellorAsksAColleagueOfAnotherTeam(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, elsewhere := h.team(t), h.team(t)
		anna, lawyer, stranger := h.session(t, team), h.session(t, elsewhere), h.session(t, elsewhere)
		p := h.begin(t, team, "hello")
		ticket := p.talk.Ticket
		h.later(t, p.talk.ID, h.letter("blind"))
		_, err := h.desk.Note(ctx, anna, ticket, "an old note", "1")
		h.ok(t, err)
		other := h.arrive(t, team, "another matter")
		h.consult(t, anna, ticket, lawyer.User.ID, 24*time.Hour)

		// They read this ticket and its notes, and nothing else.
		same(t, "reads", texts(h.page(t, lawyer, ticket).Messages),
			[]string{"hello", "blind", "an old note", "what would you do?", tickets.SystemConsulted})
		for what, err := range map[string]error{
			"a stranger reads":    second(h.desk.Page(ctx, stranger, ticket)),
			"another ticket":      second(h.desk.Page(ctx, lawyer, other.Ticket)),
			"a stranger answers":  second(h.desk.Note(ctx, stranger, ticket, "x", "x")),
			"a stranger ends it":  h.desk.EndConsult(ctx, stranger, ticket, h.consults(t, anna)[0].ID),
			"a stranger sees who": second(h.desk.ConsultationsIn(ctx, stranger, ticket)),
		} {
			if !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		same(t, "a stranger's list", len(h.consults(t, stranger)), 0)

		// They decide nothing, and write nothing to the person.
		f, err := h.desk.Facts(ctx, lawyer, ticket)
		h.ok(t, err)
		for what, err := range map[string]error{
			"take":      h.desk.Take(ctx, lawyer, f.ID, f.Version),
			"close":     h.desk.CloseTicket(ctx, lawyer, f.ID, f.Version),
			"give":      h.desk.Give(ctx, lawyer, f.ID, f.Version, tickets.To{Team: elsewhere}),
			"lend":      h.desk.AddReader(ctx, lawyer, f.ID, stranger.User.ID, h.clock.now().Add(time.Hour)),
			"ask on":    h.desk.Consult(ctx, lawyer, f.ID, tickets.Question{User: stranger.User.ID, Text: "x", Until: h.clock.now().Add(time.Hour)}),
			"the card":  second(h.desk.Person(ctx, lawyer, f.ID)),
			"its story": second(h.desk.History(ctx, lawyer, f.ID)),
			"to them":   h.telling(t, lawyer, p.talk.ID, "we will win"),
		} {
			if !errors.Is(err, helpdesk.ErrDenied) {
				t.Errorf("%s: %v, want denied", what, err)
			}
		}
		same(t, "the person hears nothing of it", h.heard(t, p, 1), []string{"blind"})

		// Both have it in their lists until it ends.
		same(t, "waits", h.waits(t, lawyer), 1)
		for _, s := range []*staff.Session{anna, lawyer} {
			got := h.consults(t, s)
			if len(got) != 1 || got[0].Asker != anna.User.ID || !got[0].Asked(lawyer.User.ID) || got[0].Row.Head.Title != "chat" || got[0].Advisers[0].Answered {
				t.Fatalf("the list of %s: %+v", s.User.Login, got)
			}
		}
		_, err = h.desk.Note(ctx, lawyer, ticket, "appeal, soon", "answer", anna.User.ID)
		h.ok(t, err)
		same(t, "answered", h.consults(t, anna)[0].Advisers[0].Answered, true)
		same(t, "waits no more", h.waits(t, lawyer), 0)
		same(t, "she is named", len(h.named(t, anna)), 1)

		old := []int64{h.epoch(t, p.talk.ID), h.number(t, "SELECT epoch FROM tickets_conversation WHERE ticket = $1 AND kind = 'notes'", ticket)}
		h.ok(t, h.desk.EndConsult(ctx, anna, ticket, h.consults(t, lawyer)[0].ID))
		same(t, "both have a new key", []int64{
			h.epoch(t, p.talk.ID), h.number(t, "SELECT epoch FROM tickets_conversation WHERE ticket = $1 AND kind = 'notes'", ticket),
		}, []int64{old[0] + 1, old[1] + 1})
		for what, err := range map[string]error{
			"reads on":  second(h.desk.Page(ctx, lawyer, ticket)),
			"notes on":  second(h.desk.Note(ctx, lawyer, ticket, "x", "y")),
			"one note":  second(h.desk.Message(ctx, lawyer, h.named(t, anna)[0].Message)),
			"ends it":   h.desk.EndConsult(ctx, lawyer, ticket, helpdesk.NewID()),
			"tells on":  h.telling(t, lawyer, p.talk.ID, "late"),
			"the notes": second(h.desk.Nameable(ctx, lawyer, ticket)),
		} {
			if !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("after the end, %s: %v", what, err)
			}
		}
		same(t, "lists", len(h.consults(t, anna))+len(h.consults(t, lawyer)), 0)
		same(t, "wraps", h.number(t, "SELECT COUNT(*) FROM tickets_reader WHERE kind = 'user'"), 0)
		same(t, "rows", h.number(t, "SELECT COUNT(*) FROM tickets_adviser")+h.number(t, "SELECT COUNT(*) FROM tickets_consult"), 0)
		h.tell(t, anna, p.talk.ID, "we go on")
		_, err = h.desk.Note(ctx, anna, ticket, "and note on", "2")
		h.ok(t, err)
		same(t, "all of it, to the team", texts(h.page(t, anna, ticket).Messages), []string{"hello", "blind", "an old note",
			"what would you do?", tickets.SystemConsulted, "appeal, soon", tickets.SystemUnasked, "we go on", "and note on"})
		story, err := h.desk.History(ctx, anna, ticket)
		h.ok(t, err)
		for _, verb := range []string{"ticket.consult", "ticket.consult_end"} {
			if !slices.ContainsFunc(story, func(x tickets.Happened) bool { return x.Verb == verb && x.Actor == anna.User.ID }) {
				t.Errorf("the story lacks %s", verb)
			}
		}
	})
}

func TestAConsultationEndsByItself(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, elsewhere := h.team(t), h.team(t)
		anna, lawyer := h.session(t, team), h.session(t, elsewhere)
		ticket := h.arrive(t, team, "one").Ticket
		h.consult(t, anna, ticket, lawyer.User.ID, time.Hour)
		h.clock.pass(61 * time.Minute)
		anna, lawyer = h.signInAgain(t, anna), h.signInAgain(t, lawyer)
		for what, err := range map[string]error{
			"reads": second(h.desk.Page(ctx, lawyer, ticket)), "notes": second(h.desk.Note(ctx, lawyer, ticket, "x", "y")),
		} {
			if !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("after its time, %s: %v", what, err)
			}
		}
		same(t, "lists", len(h.consults(t, anna))+len(h.consults(t, lawyer))+int(h.waits(t, lawyer)), 0)
		h.ok(t, h.desk.Lapse(ctx))
		same(t, "rows", h.number(t, "SELECT COUNT(*) FROM tickets_adviser")+h.number(t, "SELECT COUNT(*) FROM tickets_consult"), 0)
		same(t, "wraps", h.number(t, "SELECT COUNT(*) FROM tickets_reader WHERE kind = 'user'"), 0)
		_, err := h.desk.Note(ctx, anna, ticket, "on", "z")
		h.ok(t, err)
		story, err := h.desk.History(ctx, anna, ticket)
		h.ok(t, err)
		if !slices.ContainsFunc(story, func(x tickets.Happened) bool { return x.Verb == "ticket.consult_lapsed" && x.Actor == "" }) {
			t.Errorf("the story lacks the end: %v", story)
		}
	})
}

func TestATeamIsAskedAndWhoReadAlreadyStaysAReader(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, law := h.team(t), h.team(t) // ada is in both
		anna, one, two, ben := h.session(t, team), h.session(t, law), h.session(t, law), h.session(t, team)
		lent, interpreter := h.session(t, law), h.interpreter(t)
		p := h.begin(t, team, "hello")
		ticket := p.talk.Ticket
		h.ok(t, h.desk.AddReader(ctx, anna, ticket, lent.User.ID, h.clock.now().Add(48*time.Hour)))
		h.ok(t, h.desk.Consult(ctx, anna, ticket, tickets.Question{Team: law, Text: "who knows?", Until: h.clock.now().Add(time.Hour)}))
		c := h.consults(t, one)[0]
		same(t, "asked", len(c.Advisers), 4) // ada, one, two, lent
		same(t, "the team", c.Team, law)
		same(t, "who had it lent writes to the person still", h.telling(t, lent, p.talk.ID, "selam"), nil)
		same(t, "and reads the notes now", strings.Contains(strings.Join(texts(h.page(t, lent, ticket).Messages), " "), "who knows?"), true)

		for key, q := range map[string]tickets.Question{
			"consult.already": {User: two.User.ID, Text: "x", Until: h.clock.now().Add(time.Hour)},
			"consult.nobody":  {User: anna.User.ID, Text: "x", Until: h.clock.now().Add(time.Hour)},
			"consult.empty":   {User: ben.User.ID, Text: " \n", Until: h.clock.now().Add(time.Hour)},
			"consult.until":   {User: ben.User.ID, Text: "x", Until: h.clock.now().Add(15 * 24 * time.Hour)},
		} {
			same(t, "refused", refused(h.desk.Consult(ctx, anna, ticket, q)), key)
		}
		same(t, "an interpreter", refused(h.desk.Consult(ctx, anna, ticket, tickets.Question{User: interpreter.User.ID, Text: "x", Until: h.clock.now().Add(time.Hour)})), "consult.nobody")

		// One of those asked leaves; the others go on.
		h.ok(t, h.desk.EndConsult(ctx, two, ticket, c.ID))
		if _, err := h.desk.Page(ctx, two, ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("who left reads on: %v", err)
		}
		h.page(t, one, ticket)
		same(t, "asked now", len(h.consults(t, one)[0].Advisers), 3)

		// A colleague of the same team is asked, too: they read it anyhow.
		h.consult(t, anna, ticket, ben.User.ID, time.Hour)
		same(t, "single readers", h.number(t, "SELECT COUNT(DISTINCT who) FROM tickets_loan"), 2) // one, lent
		for _, open := range h.consults(t, anna) {
			h.ok(t, h.desk.EndConsult(ctx, anna, ticket, open.ID))
		}
		h.page(t, ben, ticket)
		same(t, "who had it lent keeps that", texts(h.page(t, lent, ticket).Messages), []string{"hello", tickets.SystemLent, "selam"})
		if _, err := h.desk.Page(ctx, one, ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("who was asked reads on: %v", err)
		}

		// Lent to somebody who was only asked: they may speak from then on, and
		// sending them away ends both.
		h.consult(t, anna, ticket, one.User.ID, time.Hour)
		if err := h.telling(t, one, p.talk.ID, "x"); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("only asked, and speaks: %v", err)
		}
		h.ok(t, h.desk.AddReader(ctx, anna, ticket, one.User.ID, h.clock.now().Add(time.Hour)))
		h.tell(t, one, p.talk.ID, "hello, I am a lawyer")
		h.ok(t, h.desk.RemoveReader(ctx, anna, ticket, one.User.ID))
		if _, err := h.desk.Page(ctx, one, ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("sent away and reads: %v", err)
		}
		same(t, "nothing is asked any more", len(h.consults(t, anna)), 0)
	})
}

func TestOfTwoWhoAskTheSameColleagueOneDoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team, elsewhere := h.team(t), h.team(t)
		askers := []*staff.Session{h.session(t, team), h.session(t, team), h.session(t, team)}
		lawyer := h.session(t, elsewhere)
		ticket := h.arrive(t, team, "one").Ticket
		q := tickets.Question{User: lawyer.User.ID, Text: "quick", Until: h.clock.now().Add(time.Hour)}
		race := func(f func(s *staff.Session) error, allowed func(error) bool) (n int) {
			var mu sync.Mutex
			var wait sync.WaitGroup
			for _, s := range askers {
				wait.Go(func() {
					err := f(s)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						n++
					} else if !allowed(err) {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			return n
		}
		// The notes are made by whoever comes first; the others may be told that
		// the ticket moved under them.
		asked := race(func(s *staff.Session) error { return h.desk.Consult(background, s, ticket, q) }, func(err error) bool {
			return refused(err) == "consult.already" || errors.Is(err, helpdesk.ErrConflict)
		})
		same(t, "asked", asked, 1)
		id := h.consults(t, lawyer)[0].ID
		ended := race(func(s *staff.Session) error { return h.desk.EndConsult(background, s, ticket, id) }, func(err error) bool {
			return errors.Is(err, helpdesk.ErrNotFound)
		})
		same(t, "ended", ended, 1)
		if _, err := h.desk.Page(background, lawyer, ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("reads on: %v", err)
		}
	})
}

func TestWhoWorksForTheOtherSideIsNotAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, elsewhere := h.team(t), h.team(t)
		anna, bo, lawyer := h.session(t, team), h.session(t, team), h.session(t, elsewhere)
		wife, husband := h.spouses(t, team)
		// Asked on the second side before the conflict is known, owner on the first.
		h.consult(t, anna, husband.talk.Ticket, lawyer.User.ID, time.Hour)
		h.ok(t, h.desk.AddReader(ctx, anna, wife.talk.Ticket, lawyer.User.ID, h.clock.now().Add(time.Hour)))
		h.ok(t, h.desk.SetConflict(ctx, anna, wife.talk.Ticket, husband.talk.Ticket, ""))
		if _, err := h.desk.Page(ctx, lawyer, husband.talk.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("reads both sides: %v", err)
		}
		same(t, "wraps of that side", h.number(t, `SELECT COUNT(*) FROM tickets_reader WHERE kind = 'user' AND conversation IN
			(SELECT id FROM tickets_conversation WHERE ticket = $1)`, husband.talk.Ticket), 0)
		same(t, "questions", len(h.consults(t, anna)), 0)
		err := h.desk.Consult(ctx, bo, husband.talk.Ticket, tickets.Question{User: lawyer.User.ID, Text: "x", Until: h.clock.now().Add(time.Hour)})
		same(t, "asked again", refused(err), "conflict.reader")
		same(t, "and no question was written", h.number(t, "SELECT COUNT(*) FROM tickets_message WHERE kind = 'note'"), 1)
	})
}

func TestAForgedConsultationOpensNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, elsewhere := h.team(t), h.team(t)
		anna, lawyer, far := h.session(t, team), h.session(t, elsewhere), h.session(t, elsewhere)
		ticket := h.arrive(t, team, "one").Ticket
		h.consult(t, anna, ticket, lawyer.User.ID, time.Hour)
		h.exec(t, "INSERT INTO tickets_adviser (consult, who, standing, answered, told, mac) SELECT consult, $1, standing, answered, told, mac FROM tickets_adviser", far.User.ID)
		same(t, "the forged one", len(h.consults(t, far)), 0)
		if _, err := h.desk.Page(ctx, far, ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("reads: %v", err)
		}
		// Called a member, one stays no reader longer than the others.
		h.exec(t, "UPDATE tickets_adviser SET standing = 'member' WHERE who = $1", lawyer.User.ID)
		same(t, "with a changed standing", len(h.consults(t, lawyer)), 0)
		if !strings.Contains(h.log.String(), "tickets.consult") {
			t.Error("no alarm")
		}
	})
}

// What is asked in a restricted team leaves its tickets as they are.
func TestARestrictedTeamAsksToo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		closed, elsewhere := h.closedTeam(t), h.team(t)
		anna, bo, lawyer := h.session(t, closed), h.session(t, closed), h.session(t, elsewhere)
		ticket := h.arriveAs(t, tickets.Opening{Team: closed, Title: "hers", Language: "ti", Priority: 1}, h.letter("x")).Ticket
		before := h.facts(t, anna, ticket)
		h.consult(t, anna, ticket, lawyer.User.ID, time.Hour)
		same(t, "asked", h.consults(t, lawyer)[0].Row.Head.Title, "hers")
		_, err := h.desk.Note(ctx, lawyer, ticket, "an answer", "1", bo.User.ID)
		h.ok(t, err)
		same(t, "named", h.named(t, bo)[0].Row.Head.Title, "hers")
		h.draft(t, anna, ticket, "so far")
		h.handTo(t, anna, ticket, tickets.To{User: bo.User.ID})
		h.ok(t, h.desk.UndoGive(ctx, anna, ticket))
		same(t, "the draft", h.drafted(t, anna, ticket), "so far")
		h.ok(t, h.desk.EndConsult(ctx, lawyer, ticket, h.consults(t, anna)[0].ID))
		after := h.facts(t, anna, ticket)
		same(t, "what it is", []any{after.Language, after.Priority, after.Owner, after.OpenedAt, after.State},
			[]any{"ti", 1, before.Owner, before.OpenedAt, before.State})
		h.bare(t, "after all of it", ticket)
		story, err := h.desk.History(ctx, anna, ticket)
		h.ok(t, err)
		for _, verb := range []string{"ticket.consult", "ticket.consult_end", "ticket.give"} {
			if !slices.ContainsFunc(story, func(x tickets.Happened) bool { return x.Verb == verb }) {
				t.Errorf("the story lacks %s", verb)
			}
		}
	})
}
