package tickets_test

import (
	"errors"
	"slices"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// handed are the texts of the answers somebody has by links alone.
func (h *house) handed(t testing.TB, g *people.Guest) []string {
	t.Helper()
	all, err := h.desk.HandedTo(t.Context(), g)
	h.ok(t, err)
	out := []string{}
	for _, a := range all {
		text := a.Content.Text
		if a.Refused {
			text += " (no)"
		}
		out = append(out, text)
	}
	return out
}

func TestWhoOpensAForwardedLinkJoinsTheCaseOnlyWithOurYes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna, far := h.session(t, team), h.session(t, h.team(t))
		c := h.arrive(t, team, "a letter")
		_, first := h.secure(t, anna, c.ID, "for the person")
		g, joined, _, err := h.follow(ctx, first.Fragment())
		h.ok(t, err)
		same(t, "the first joins", joined, c.ID)
		person := &someone{Guest: g, talk: c}
		h.say(t, person, "I am scared of my uncle")

		// The person forwards the next link, or somebody else reads their mail.
		_, second := h.secure(t, anna, c.ID, "a second answer")
		uncle, joined, said, err := h.follow(ctx, second.Fragment())
		h.ok(t, err)
		same(t, "joined", joined, helpdesk.ID(""))
		same(t, "the link opens its answer", said.Content.Text, "a second answer")
		h.reply(t, anna, c.ID, "what comes later")
		if _, _, err := h.desk.Heard(ctx, uncle, c.ID, 0, 50); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a stranger reads the case: %v", err)
		}
		err = db.Write(ctx, "test", func(tx *store.Tx) error {
			_, err := h.desk.AsPerson(ctx, tx, uncle, c.ID)
			return err
		})
		if !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a stranger writes in the case: %v", err)
		}
		same(t, "they have the one answer", h.handed(t, uncle), []string{"a second answer"})
		same(t, "the person has none by a link alone", h.handed(t, g), []string{})
		sheet := h.page(t, anna, c.Ticket)
		same(t, "whom it concerns", sheet.Ticket.Person, g.Person)
		same(t, "it waits for us", sheet.Ticket.State, tickets.StateWaiting) // answered since
		if !slices.Contains(texts(sheet.Messages), tickets.SystemKnocked) {
			t.Errorf("nothing tells of it: %q", texts(sheet.Messages))
		}

		asking := func() []tickets.Stranger {
			t.Helper()
			out, err := h.desk.Strangers(ctx, anna, c.Ticket)
			h.ok(t, err)
			return out
		}
		same(t, "who asks", len(asking()), 1)
		same(t, "who", asking()[0].Person, uncle.Person)
		if _, err := h.desk.Strangers(ctx, far, c.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("another team sees who asks: %v", err)
		}
		decide := func(s *staff.Session, person helpdesk.ID, yes bool) error {
			return db.Write(ctx, "test", func(tx *store.Tx) error {
				if yes {
					return h.desk.Welcome(ctx, tx, s, c.Ticket, person)
				}
				return h.desk.TurnAway(ctx, tx, s, c.Ticket, person)
			})
		}
		for _, yes := range []bool{true, false} {
			if err := decide(far, uncle.Person, yes); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("another team decides: %v", err)
			}
			if err := decide(anna, helpdesk.NewID(), yes); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("about nobody: %v", err)
			}
		}

		// No: they keep the answer. Another link asks anew.
		h.ok(t, decide(anna, uncle.Person, false))
		same(t, "after no", len(asking()), 0)
		same(t, "and on their side", h.handed(t, uncle), []string{"a second answer (no)"})
		if err := decide(anna, uncle.Person, true); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("yes after no: %v", err)
		}
		_, third := h.secure(t, anna, c.ID, "a third answer")
		h.write(t, func(tx *store.Tx) error {
			l, err := h.desk.TypedLink(ctx, third.Fragment())
			if err != nil {
				return err
			}
			_, _, err = h.desk.UseLink(ctx, tx, l, uncle.Pair())
			return err
		})
		same(t, "asks again", len(asking()), 1)

		// Yes: from now on.
		h.ok(t, decide(anna, uncle.Person, true))
		h.reply(t, anna, c.ID, "to both")
		them := &someone{Guest: uncle, talk: c}
		same(t, "after yes", h.heard(t, them, 0), []string{"a second answer", "a third answer", "to both"})
		same(t, "nothing is left by links alone", h.handed(t, uncle), []string{})
		h.say(t, them, "hello")
		same(t, "who asks after", len(asking()), 0)

		// Nobody joins by writing to the database.
		s := h.begin(t, team, "somebody else")
		h.exec(t, "INSERT INTO tickets_stranger (conversation, person, state, since, mac) VALUES ($1, $2, 'asks', 0, $3)", c.ID, s.Person, []byte("x"))
		if err := decide(anna, s.Person, true); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a forged row: %v", err)
		}
	})
}
