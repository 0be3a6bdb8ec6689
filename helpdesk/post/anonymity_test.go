package post

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge"
)

// sayNothing are the columns of rows that name a ticket which may differ from one
// to the next, and why nobody learns anything by them.
var sayNothing = map[string]string{
	"tickets_ticket.id": "random", "tickets_ticket.conversation": "random", "tickets_ticket.number": "random",
	"tickets_ticket.owner": "a mark of this ticket's own", "tickets_ticket.writer": "a mark of the team's own",
	"tickets_ticket.serial": "counted from a random number", "tickets_ticket.version": "counted from a random number", "tickets_ticket.mac": "a MAC",

	"post_letter.identity": "a keyed mark of one letter", "post_letter.object": "random", "post_letter.conversation": "random", "post_letter.ticket": "random",
}

// honestLimits are the rows that do single out a restricted ticket, while there
// is something to do with it: a letter that waits to leave, or did not arrive and
// nobody has looked yet; and for as long as letters as they came are kept, one
// that was set aside and that somebody made a ticket of, what was called junk,
// and whose letters are kept out, which are no matters of a person who seeks
// help. The server must find all of these by their ticket while nobody is there.
// See vault/README.md.
var honestLimits = []string{"post_outbox held", "post_outbox failed", "post_delivery", "post_aside", "post_junk", "post_block"}

// What the postroom keeps of a thousand restricted tickets' letters of a year
// tells nobody who reads the database one from the other; tickets/anonymity_test.go
// shows it for the desk.
func TestNoLetterOfTheYearSinglesOutFewerThanFiveOfAThousandRestrictedTickets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.restrictedYear(1_000)
		thief := storetest.Thief{Whose: map[string]helpdesk.ID{}, SaysNothing: func(table, column, _ string) bool { return sayNothing[table+"."+column] != "" }}
		for _, query := range []string{"SELECT id, id AS whose FROM tickets_ticket", "SELECT id, ticket AS whose FROM tickets_conversation",
			"SELECT m.id, c.ticket AS whose FROM tickets_message m JOIN tickets_conversation c ON c.id = m.conversation",
			"SELECT o.id, o.ticket AS whose FROM post_outbox o JOIN tickets_ticket t ON t.id = o.ticket"} {
			for _, r := range storetest.Rows(t, db, query) {
				thief.Whose[r["id"]] = helpdesk.ID(r["whose"])
			}
		}
		looked, few := thief.Look(t, db)
		limits := map[string]int{}
		for _, s := range few {
			kind := s.Table
			if kind == "post_outbox" {
				_, state, _ := strings.Cut(s.Line, "state=")
				kind += " " + strings.Fields(state)[0]
			}
			if limits[kind]++; strings.HasPrefix(kind, "post_") && !slices.Contains(honestLimits, kind) {
				t.Errorf("%s: %d are singled out by %s", s.Table, s.Fits, s.Line)
			}
		}
		for _, limit := range honestLimits {
			if limits[limit] == 0 {
				t.Errorf("%s singles out nobody: it is no limit any more", limit)
			}
		}
		looked = slices.DeleteFunc(looked, func(table string) bool { return !strings.HasPrefix(table, "post_") })
		if want := []string{"post_aside", "post_block", "post_delivery", "post_junk", "post_letter", "post_outbox"}; !slices.Equal(looked, want) {
			t.Errorf("tables that name a ticket: %v", looked)
		}
		for _, query := range []string{"SELECT COUNT(*) FROM post_thread WHERE kind = 1", "SELECT COUNT(*) FROM post_thread WHERE kind = 2", "SELECT COUNT(*) FROM post_seen",
			"SELECT COUNT(*) FROM post_outbox WHERE state = 'gone'", "SELECT COUNT(*) FROM post_outbox WHERE state = 'undone'", "SELECT COUNT(*) FROM post_delivery WHERE state = 'refused'"} {
			if h.count(query) == 0 {
				t.Errorf("nothing to look at: %s", query)
			}
		}
	})
}

// restrictedYear lets so many people write to a restricted team in a year, and the
// team answer some of them, as unlike each other as they are.
func (h *house) restrictedYear(many int) {
	h.t.Helper()
	kim := h.session().User.ID
	team, err := h.staff.AddTeam(h.ctx, h.staff.Console(), staff.NewTeam{Name: "Safe", Restricted: true}, kim)
	h.must(err)
	h.teams = append(h.teams, team)
	h.mailbox("safe", 2, false)
	h.mailbox("safe2", 2, false)
	h.must(h.office.Set(h.ctx, "", office.UndoSeconds, "60"))
	draw := rand.New(rand.NewPCG(1, 2))
	in := func(percent int) bool { return draw.IntN(100) < percent }
	// Some addresses are nobody's.
	h.server.answer = func(to string) mailbridge.Outcome {
		if strings.Contains(to, "nobody") {
			return mailbridge.Outcome{State: mailbridge.Refused, Code: 550, Enhanced: "5.1.1"}
		}
		return mailbridge.Outcome{State: mailbridge.Accepted, Code: 250}
	}
	var heard []tickets.Opened
	for n := range many {
		h.clock.Pass(time.Duration(365*24) * time.Hour / time.Duration(many))
		box := []string{"safe", "safe2"}[draw.IntN(2)]
		words := fmt.Sprintf("from:person%d id:m%d to:%s@desk.example", n, n, box)
		if n%100 == 7 { // read by nobody yet
			words += " auto:auto-replied"
		}
		h.receive(box, write(words, nil))
		if n%100 == 7 {
			h.recoverNewest()
			continue
		}
		if in(70) {
			continue
		}
		m, err := h.tickets.Message(h.ctx, h.session(), h.last[box])
		h.must(err)
		heard = append(heard, m)
		to := []string{fmt.Sprintf("person%d@x.example", n)}
		for i := range draw.IntN(3) {
			to = append(to, fmt.Sprintf("helper%d-%d@x.example", n, i))
		}
		if in(10) {
			to = append(to, fmt.Sprintf("nobody%d@x.example", n))
		}
		h.answers(m.Ticket, draw, to)
		if in(60) {
			h.must(h.tickets.CloseTicket(h.ctx, h.session(), m.Ticket, h.version(m.Ticket)))
		}
	}
	for i, m := range heard {
		switch {
		case i < 3: // on its way at this moment
			_, err := h.post.Reply(h.ctx, h.session(), Answer{Ticket: m.Ticket, To: []string{"a@x.example"}, Text: "still here", Anyway: true, ClientID: string(helpdesk.NewID())})
			h.must(err)
		case i < 6:
			h.must(h.post.MarkJunk(h.ctx, h.session(), m.Ticket, h.version(m.Ticket)))
			_, err := h.post.Block(h.ctx, h.session(), m.Ticket, 30)
			h.must(err)
		}
	}
}

func (h *house) version(ticket helpdesk.ID) int64 {
	h.t.Helper()
	f, err := h.tickets.Facts(h.ctx, h.session(), ticket)
	h.must(err)
	return f.Version
}

// answers writes an answer that leaves, is called back, or does not arrive.
func (h *house) answers(ticket helpdesk.ID, draw *rand.Rand, to []string) {
	h.t.Helper()
	sent, err := h.post.Reply(h.ctx, h.session(), Answer{Ticket: ticket, To: to, Text: strings.Repeat("an answer ", 1+draw.IntN(40)), Anyway: true, ClientID: string(helpdesk.NewID())})
	h.must(err)
	if draw.IntN(10) == 0 {
		h.must(h.post.Undo(h.ctx, h.session(), sent.Outbox))
		return
	}
	h.clock.Pass(2 * time.Minute)
	h.deliverAll()
	if strings.Contains(to[len(to)-1], "nobody") && draw.IntN(4) > 0 {
		h.must(h.post.Noted(h.ctx, h.session(), sent.Outbox))
	}
}

// recoverNewest makes a ticket of the letter set aside last.
func (h *house) recoverNewest() {
	h.t.Helper()
	page, err := h.post.Asides(h.ctx, h.session(), "", "")
	h.must(err)
	_, err = h.post.Recover(h.ctx, h.session(), page.Asides[0].ID)
	h.must(err)
}
