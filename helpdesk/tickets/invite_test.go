package tickets_test

import (
	"errors"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestAPersonIsAddedWhileNobodyIsSignedIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, other := h.team(t), h.team(t)
		anna := h.session(t, team, other)
		c := h.arrive(t, team, "before")
		var g *people.Guest
		h.write(t, func(tx *store.Tx) (err error) {
			_, g, err = h.people.Begin(ctx, tx, false)
			return err
		})
		add := func(conversation helpdesk.ID) error {
			return db.Write(ctx, "test", func(tx *store.Tx) error {
				key, err := h.people.PersonKey(ctx, tx, g.Person)
				if err != nil {
					return err
				}
				return h.desk.AddPerson(ctx, tx, conversation, key)
			})
		}
		h.ok(t, add(c.ID))
		h.ok(t, add(c.ID)) // twice is once
		same(t, "epoch", h.number(t, "SELECT epoch FROM tickets_conversation WHERE id = $1", c.ID), 2)
		h.later(t, c.ID, h.letter("blind"))
		h.reply(t, anna, c.ID, "an answer")
		p := &someone{Guest: g, talk: c}
		same(t, "hears what comes", h.heard(t, p, 0), []string{"blind", "an answer"})
		same(t, "settled", h.number(t, "SELECT COUNT(*) FROM tickets_reader WHERE kind = 'person' AND form = 'blind'"), 0)
		h.say(t, p, "hello")

		// The head lies under the old key until somebody changes it.
		rows := h.queue(t, anna, tickets.QueueTeam).Rows
		if len(rows) != 1 || rows[0].Head.Title != "about before" || !rows[0].Proven {
			t.Errorf("the queue shows %+v", rows)
		}
		_, facts, err := h.desk.FactsAsPerson(ctx, g, c.ID)
		h.ok(t, err)
		same(t, "facts", facts, tickets.Facts{})
		sheet := h.page(t, anna, c.Ticket)
		same(t, "whom it concerns", sheet.Ticket.Person, g.Person)
		same(t, "we read", texts(sheet.Messages), []string{"before", tickets.SystemCame, "blind", "an answer", "hello"})
		h.ok(t, h.desk.Retitle(ctx, anna, c.Ticket, sheet.Ticket.Version, "another title"))
		same(t, "retitled", h.queue(t, anna, tickets.QueueTeam).Rows[0].Head.Title, "another title")
		f, err := h.desk.Facts(ctx, anna, c.Ticket)
		h.ok(t, err)
		h.ok(t, h.desk.Give(ctx, anna, c.Ticket, f.Version, tickets.To{Team: other}))
		same(t, "given", h.queue(t, anna, tickets.QueueTeam).Rows[0].Head.Title, "another title")
		h.tell(t, anna, c.ID, "from the other team")
		same(t, "hears on", h.heard(t, p, 4), []string{"hello", tickets.SystemTeam, "from the other team"})

		// What is no person's conversation, or nobody of ours reads, takes nobody.
		_, err = h.desk.Note(ctx, anna, c.Ticket, "a note", "1")
		h.ok(t, err)
		var notes helpdesk.ID
		h.ok(t, db.QueryRow(ctx, "SELECT id FROM tickets_conversation WHERE ticket = $1 AND kind = 'notes'", c.Ticket).Scan(&notes))
		for _, id := range []helpdesk.ID{notes, helpdesk.NewID()} {
			if err := add(id); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("added to what is no talk: %v", err)
			}
		}
		lost := h.arrive(t, team, "lost")
		h.exec(t, "DELETE FROM tickets_reader WHERE conversation = $1", lost.ID)
		if err := add(lost.ID); !errors.Is(err, tickets.ErrNobody) {
			t.Errorf("added where nobody of ours reads: %v", err)
		}
	})
}

func TestClosingTheLastTicketForgetsWhereToTellThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		p := h.begin(t, team, "hello")
		second := h.arriveAs(t, tickets.Opening{Team: team, Person: p.Person, Title: "more"}, h.letter("more"))
		h.ok(t, h.people.SetNotice(ctx, p.Guest, people.Notice{Kind: "mail", Address: "amina@example.org", From: 9, To: 17, Language: "en"}))
		closing := func(ticket helpdesk.ID) {
			f, err := h.desk.Facts(ctx, anna, ticket)
			h.ok(t, err)
			h.ok(t, h.desk.CloseTicket(ctx, anna, ticket, f.Version))
		}
		closing(second.Ticket)
		same(t, "with one open", h.number(t, "SELECT COUNT(*) FROM people_notice"), 1)
		closing(p.talk.Ticket)
		same(t, "with none", h.number(t, "SELECT COUNT(*) FROM people_notice"), 0)
		mine, err := h.desk.Mine(ctx, p.Guest)
		h.ok(t, err)
		if len(mine) != 1 || !mine[0].Closed {
			t.Errorf("mine: %+v", mine)
		}
		h.say(t, p, "one more thing")
		mine, err = h.desk.Mine(ctx, p.Guest)
		h.ok(t, err)
		same(t, "open again", mine[0].State, tickets.StateOpen)
	})
}
