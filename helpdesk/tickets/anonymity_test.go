package tickets_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// sayNothing are the columns that may differ from ticket to ticket, because
// nobody who reads them learns anything of the ticket, and why that is so. All
// others count, in every table that names a ticket, its conversation or a
// message in it.
var sayNothing = map[string]string{
	"tickets_ticket.id": "random", "tickets_ticket.conversation": "random", "tickets_ticket.number": "random",
	"tickets_ticket.owner": "a mark of this ticket's own, also of nobody", "tickets_ticket.writer": "a mark of the team's own",
	"tickets_ticket.serial": "counted from a random number", "tickets_ticket.version": "counted from a random number",
	"tickets_ticket.mac": "a MAC",

	"tickets_conversation.id": "random", "tickets_conversation.ticket": "random", "tickets_conversation.head": "sealed",
	"tickets_conversation.mac":         "a MAC",
	"tickets_conversation.last_number": "how many messages there are, which their rows tell in any case",

	"tickets_reader.conversation": "random", "tickets_reader.wrap": "sealed", "tickets_reader.mac": "a MAC",

	"tickets_message.id": "random", "tickets_message.conversation": "random", "tickets_message.serial": "counted from a random number",
	"tickets_message.number": "how many messages there are", "tickets_message.keywrap": "sealed", "tickets_message.content": "sealed",
	"tickets_message.client_index": "a keyed mark of one message", "tickets_message.mac": "a MAC",

	"tickets_letterkey.message": "random", "tickets_letterkey.wrap": "sealed", "tickets_letterkey.mac": "a MAC",
	"tickets_folded.message": "random", "tickets_folded.body": "sealed",
	"tickets_original.message": "random", "tickets_original.chunk": "sealed",
	"tickets_stranger.conversation": "random", "tickets_stranger.mac": "a MAC",
	"people_person.id":  "random",
	"people_key.public": "random", "people_key.lookup": "a keyed mark", "people_key.locked": "sealed", "people_key.shown": "sealed", "people_key.used": "sealed",
	"people_key.mac":  "a MAC",
	"people_guest.id": "random", "people_guest.place": "random", "people_guest.seed": "sealed", "people_guest.conversation": "random", "people_guest.mac": "a MAC",
	"journal_entry.id": "random", "journal_entry.object": "random", "journal_entry.details": "a hash", "journal_entry.mac": "a MAC",
	"tickets_sift.ticket": "random", "tickets_sift.body": "sealed, all of one length", "tickets_sift.stamp": "how often a head was sealed anew",
}

// honestLimits are the rows that do single out a ticket, and that
// vault/README.md owns up to. Whatever else begins to is a leak, and one that no
// longer does is to be taken off both lists. A wrap lies with what it opens, so
// that somebody besides the team reads a ticket at present can be seen, as long
// as it lasts; neither who that is nor until when. And where that ended by
// itself, the new wraps are blind until a member, and the person, open the
// ticket: nobody was there whose key could have made others. Who is here has a
// session until a day after it ends. What was written while another team had the
// ticket stays as it was written: our name on a message and what it is are bound
// into what is sealed, and the journal is never changed.
var honestLimits = []string{
	"tickets_reader of a user", "tickets_letterkey of a user", "tickets_reader blind to a team", "tickets_reader blind to a person",
	"people_guest", "tickets_message with our name", "tickets_message of its move", "journal_entry",
}

// saysNothing: the column does not count, or holds a mark of the ticket's own,
// or says how often its keys were changed, counted from a random number.
func saysNothing(table, column, value string) bool {
	mark := strings.HasPrefix(value, "~") && column == "reader" && (table == "tickets_reader" || table == "tickets_letterkey")
	return mark || column == "epoch" || column == "head_epoch" || sayNothing[table+"."+column] != ""
}

// TestNoPlainCombinationSinglesOutFewerThanFiveOfAThousandRestrictedTickets
// works a thousand tickets of two restricted teams for a year and then looks at
// the database as a thief does: whatever columns of whatever row that names a
// ticket he puts together, and joins with the ticket's own row, fits five of
// them at least, or none. chat/anonymity_test.go and
// post/anonymity_test.go show it for talks and letters.
func TestNoPlainCombinationSinglesOutFewerThanFiveOfAThousandRestrictedTickets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		all := h.restrictedYear(t, 1_000)
		thief := storetest.Thief{Whose: map[string]helpdesk.ID{}, SaysNothing: saysNothing}
		for _, query := range []string{"SELECT id, id AS whose FROM tickets_ticket", "SELECT id, ticket AS whose FROM tickets_conversation",
			"SELECT m.id, c.ticket AS whose FROM tickets_message m JOIN tickets_conversation c ON c.id = m.conversation",
			"SELECT person AS id, id AS whose FROM tickets_ticket WHERE person <> ''",
			"SELECT r.reader AS id, c.ticket AS whose FROM tickets_reader r JOIN tickets_conversation c ON c.id = r.conversation WHERE r.kind = 'person'",
			"SELECT s.person AS id, c.ticket AS whose FROM tickets_stranger s JOIN tickets_conversation c ON c.id = s.conversation"} {
			for _, r := range storetest.Rows(t, db, query) {
				thief.Whose[r["id"]] = helpdesk.ID(r["whose"])
			}
		}
		looked, few := thief.Look(t, db)
		limits := map[string]int{}
		for _, s := range few {
			kind := s.Table
			if strings.Contains(s.Line, "kind=user ") {
				kind += " of a user"
			}
			for said, what := range map[string]string{
				"direction=out form=own kind=system ": " of its move",
				"form=blind kind=team ":               " blind to a team", "form=blind kind=person ": " blind to a person",
			} {
				if strings.Contains(s.Line, said) {
					kind += what
				}
			}
			if s.Table == "tickets_message" && !strings.Contains(s.Line, "author= ") {
				kind += " with our name"
			}
			if limits[kind]++; !slices.Contains(honestLimits, kind) {
				t.Errorf("%s: %d of %d are singled out by %s", s.Table, s.Fits, all, s.Line)
			}
		}
		for _, limit := range honestLimits {
			if limits[limit] == 0 {
				t.Errorf("%s singles out nobody: it is no limit any more", limit)
			}
		}
		same(t, "tables that name a ticket", looked, []string{"tickets_ticket", "journal_entry", "people_guest", "people_key", "people_person", "tickets_conversation",
			"tickets_folded", "tickets_letterkey", "tickets_message", "tickets_original", "tickets_reader", "tickets_sift", "tickets_stranger"})
		// What stands beside them names none, and the counts say no owner.
		for _, c := range []string{"SELECT COUNT(*) FROM tickets_day", "SELECT COUNT(*) FROM journal_entry", "SELECT COUNT(*) FROM tickets_looking",
			"SELECT COUNT(*) FROM tickets_draft", "SELECT COUNT(*) FROM tickets_consult", "SELECT COUNT(*) FROM tickets_adviser",
			"SELECT COUNT(*) FROM tickets_mention", "SELECT COUNT(*) FROM tickets_passed", "SELECT COUNT(*) FROM tickets_loan", "SELECT COUNT(*) FROM tickets_link",
			"SELECT COUNT(*) FROM tickets_reader WHERE kind = 'user'", "SELECT COUNT(*) FROM tickets_letterkey WHERE kind = 'user'"} {
			if h.number(t, c) == 0 {
				t.Errorf("nothing to look at: %s", c)
			}
		}
		same(t, "owners in the counts", h.number(t, "SELECT COUNT(*) FROM tickets_tally WHERE owner <> ''"), 0)
	})
}

// restrictedYear works so many tickets for a year, as unlike each other as they
// are, and returns how many there are.
func (h *house) restrictedYear(t *testing.T, many int) int {
	t.Helper()
	one, two, plain := h.closedTeam(t), h.closedTeam(t), h.team(t)
	anna, bo := h.session(t, one, two, plain), h.session(t, one, two)
	eva := h.session(t, h.team(t)) // of another team: who is asked, and to whom it is lent
	languages := []string{"sv", "en", "ar", "fa", "prs", "ps", "ckb", "so", "ti", "sq", "ru"}
	channels := []string{"mail", "chat", "phone", "visit", "branch"}
	h.clock.pass(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).Sub(monday)) // a whole year
	draw := rand.New(rand.NewPCG(1, 2))
	in := func(percent int) bool { return draw.IntN(100) < percent }
	var open, left []*tickets.Conversation
	acted := 0
	act := func(c *tickets.Conversation) {
		s := []*staff.Session{anna, bo}[draw.IntN(2)]
		if in(60) {
			h.ok(t, h.desk.Take(t.Context(), s, c.Ticket, h.version(t, s, c.Ticket)))
		}
		if in(80) {
			h.reply(t, s, c.ID, strings.Repeat("an answer ", draw.IntN(40)))
		}
		if in(15) {
			h.ok(t, h.desk.AddReader(t.Context(), s, c.Ticket, eva.User.ID, h.clock.now().Add(time.Duration(24*(1+draw.IntN(80)))*time.Hour)))
		}
		if in(30) {
			_, link := h.secure(t, s, c.ID, "for them alone")
			if in(90) { // who has the mail becomes somebody with a key
				_, _, _, err := h.follow(t.Context(), link.Fragment())
				h.ok(t, err)
			}
		}
		if in(20) {
			h.later(t, c.ID, h.letter("and by night"))
		}
		other := map[*staff.Session]*staff.Session{anna: bo, bo: anna}[s]
		acted++
		if in(15) || acted%2 == 0 {
			_, err := h.desk.Note(t.Context(), s, c.Ticket, "look at this", string(helpdesk.NewID()), other.User.ID)
			h.ok(t, err)
		}
		if in(10) {
			h.ok(t, h.desk.Consult(t.Context(), s, c.Ticket, tickets.Question{User: eva.User.ID, Text: "what do you think?", Until: h.clock.now().Add(72 * time.Hour)}))
		}
		if in(10) {
			_, err := h.desk.SaveDraft(t.Context(), s, c.Ticket, tickets.Draft{Kind: tickets.KindAnswer, Text: "so far"})
			h.ok(t, err)
			h.ok(t, h.desk.Give(t.Context(), s, c.Ticket, h.version(t, s, c.Ticket), tickets.To{User: other.User.ID}))
		}
		sheet := h.page(t, s, c.Ticket)
		h.ok(t, h.desk.Settle(t.Context(), s, sheet.Settle))
		if in(60) {
			h.close(t, s, c.Ticket)
		} else {
			left = append(left, c)
			_, err := h.desk.Looking(t.Context(), s, c.Ticket, in(50))
			h.ok(t, err)
		}
		if in(30) {
			_, err := h.desk.SaveDraft(t.Context(), s, c.Ticket, tickets.Draft{Kind: []tickets.Kind{tickets.KindAnswer, tickets.KindNote}[draw.IntN(2)],
				Text: "a draft", Beside: []tickets.Beside{{Language: "ti", Text: "another"}}})
			h.ok(t, err)
		}
	}
	for range many {
		h.clock.pass(time.Duration(363*24) * time.Hour / time.Duration(many))
		o := tickets.Opening{Team: one, Title: fmt.Sprint("number ", draw.Int()), Language: languages[draw.IntN(11)], Channel: channels[draw.IntN(5)],
			Priority: draw.IntN(4), Writer: helpdesk.NewID()}
		if in(40) {
			o.Team = two
		}
		if in(25) {
			o.DueDay = h.clock.now().AddDate(0, 0, draw.IntN(50))
		}
		if in(20) { // as the house does every few minutes
			h.ok(t, h.desk.Lapse(t.Context()))
		}
		switch {
		case in(45):
			p := h.begin(t, o.Team, "hello")
			h.say(t, p, "is somebody there?")
			open = append(open, p.talk)
		case in(15): // what another team had for some days
			into := o.Team
			o.Team = plain
			c := h.arriveAs(t, o, h.letter(fmt.Sprint("words ", draw.Int())))
			h.ok(t, h.desk.Give(t.Context(), anna, c.Ticket, h.version(t, anna, c.Ticket), tickets.To{Team: into}))
			open = append(open, c)
		default:
			open = append(open, h.arriveAs(t, o, h.letter(fmt.Sprint("words ", draw.Int()))))
		}
		if len(open) > 20 {
			n := draw.IntN(len(open))
			act(open[n])
			open = slices.Delete(open, n, n+1)
		}
	}
	for _, c := range left[:5] { // what is asked at this moment
		h.ok(t, h.desk.Consult(t.Context(), anna, c.Ticket, tickets.Question{User: eva.User.ID, Text: "and now?", Until: h.clock.now().Add(time.Hour)}))
	}
	for range 3 { // what sessions leave behind
		for _, s := range []*staff.Session{anna, bo} {
			h.settled(t, s, tickets.Filter{Queue: tickets.QueueTeam})
		}
	}
	for _, c := range left { // and one night
		if in(50) {
			h.later(t, c.ID, h.letter("nobody has opened this"))
		}
	}
	return many
}

func (h *house) settled(t *testing.T, s *staff.Session, f tickets.Filter) {
	t.Helper()
	page, err := h.desk.Queue(t.Context(), s, f, "", tickets.PageMost)
	h.ok(t, err)
	h.ok(t, h.desk.Settle(t.Context(), s, page.Settle))
}
