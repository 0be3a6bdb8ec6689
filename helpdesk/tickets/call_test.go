package tickets_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func phoned(text, turn, client string) tickets.CallNote {
	return tickets.CallNote{
		Call: tickets.Call{How: tickets.ByPhone, With: people.RoleRelative, Minutes: 12}, Text: text, Turn: turn, ClientID: client,
	}
}

func TestACallIsNotedForColleaguesAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, other := h.team(t), h.team(t)
		anna, guest := h.session(t, team), h.session(t, other)
		p := h.begin(t, team, "hello")
		h.ok(t, h.desk.AddReader(ctx, anna, p.talk.Ticket, guest.User.ID, h.clock.now().Add(time.Hour)))
		state := func() tickets.State {
			f, err := h.desk.Facts(ctx, anna, p.talk.Ticket)
			h.ok(t, err)
			return f.State
		}
		note := func(n tickets.CallNote) {
			t.Helper()
			if _, err := h.desk.AddCall(ctx, anna, p.talk.Ticket, n); err != nil {
				t.Fatal(err)
			}
		}
		note(phoned("the aunt called", tickets.TurnTheirs, "one"))
		note(phoned("the aunt called", tickets.TurnTheirs, "one")) // sent twice
		same(t, "answered on the phone", state(), tickets.StateWaiting)
		note(phoned("she called again", "", "two"))
		same(t, "as it was", state(), tickets.StateWaiting)
		note(phoned("she waits", tickets.TurnOurs, "three"))
		same(t, "waits for us", state(), tickets.StateOpen)
		f, err := h.desk.Facts(ctx, anna, p.talk.Ticket)
		h.ok(t, err)
		h.ok(t, h.desk.CloseTicket(ctx, anna, p.talk.Ticket, f.Version))
		note(phoned("after the end", "", "four"))
		same(t, "closed stays closed", state(), tickets.StateClosed)
		note(tickets.CallNote{Call: tickets.Call{How: tickets.ByVisit, Ours: true, Nobody: true}, Turn: tickets.TurnOurs, ClientID: "five"})
		same(t, "opened again", state(), tickets.StateOpen)

		same(t, "the person hears", h.heard(t, p, 0), []string{"hello"})
		var calls []tickets.Call
		for _, m := range h.page(t, anna, p.talk.Ticket).Messages {
			if m.Kind == tickets.KindCall {
				calls = append(calls, *m.Content.Call)
			}
		}
		same(t, "calls", len(calls), 5)
		same(t, "the first", calls[0], tickets.Call{How: tickets.ByPhone, With: people.RoleRelative, Minutes: 12})
		for _, m := range h.page(t, guest, p.talk.Ticket).Messages {
			if m.Kind == tickets.KindCall {
				t.Error("whom it was lent to reads a call")
			}
		}
		for want, n := range map[string]tickets.CallNote{
			"callnote.wrong.how":     {Text: "x"},
			"callnote.wrong.text":    {Call: tickets.Call{How: tickets.ByPhone}, Text: " "},
			"callnote.wrong.turn":    {Call: tickets.Call{How: tickets.ByPhone}, Text: "x", Turn: "nobody's"},
			"callnote.wrong.minutes": {Call: tickets.Call{How: tickets.ByPhone, Minutes: 721}, Text: "x"},
			"callnote.wrong.at":      {Call: tickets.Call{How: tickets.ByPhone}, Text: "x", At: h.clock.now().Add(time.Hour)},
		} {
			same(t, want, refused(errOf(h.desk.AddCall(ctx, anna, p.talk.Ticket, n))), want)
		}
	})
}

func TestACallOpensOneTicketHoweverOftenItIsSent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, other := h.team(t), h.team(t)
		anna := h.session(t, team)
		o := tickets.CallOpening{Team: team, Language: "so", Title: "a walk-in", Name: "Hodan", Facts: tickets.Facts{Child: true}}
		var mu sync.Mutex
		var ids []helpdesk.ID
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				n := phoned("came in", tickets.TurnOurs, "form")
				n.How = tickets.ByVisit
				id, err := h.desk.OpenCall(background, anna, o, n)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				ids = append(ids, id)
			})
		}
		all.Wait()
		same(t, "tickets", h.number(t, "SELECT COUNT(*) FROM tickets_ticket"), 1)
		for _, id := range ids {
			same(t, "id", id, ids[0])
		}
		sheet := h.page(t, anna, ids[0])
		same(t, "says", texts(sheet.Messages), []string{tickets.SystemCalled, "came in"})
		same(t, "is", []any{sheet.Ticket.Channel, sheet.Ticket.Language, sheet.Ticket.Owner, sheet.Ticket.State, sheet.Ticket.Priority, sheet.Proven},
			[]any{"visit", "so", anna.User.ID, tickets.StateOpen, 2, true})
		if _, err := helpdesk.ParseID(string(ids[0])); err != nil {
			t.Error("its id is none")
		}
		o.Team = other
		if _, err := h.desk.OpenCall(ctx, anna, o, phoned("x", "", "far")); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("in another team: %v", err)
		}
		o.Team, o.Title = team, ""
		same(t, "without a title", refused(errOf(h.desk.OpenCall(ctx, anna, o, phoned("x", "", "untitled")))), "callnote.wrong.title")
	})
}

// TestThiefOfACard: what colleagues know of a person is nowhere in plain.
func TestThiefOfACard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		var writer people.Writer
		h.write(t, func(tx *store.Tx) (err error) {
			writer, err = h.people.Writer(ctx, tx, "kanin-old@example.org")
			return err
		})
		c := h.arriveAs(t, tickets.Opening{Team: team, Title: "x", Writer: writer.ID, Address: "kanin-old@example.org"}, h.letter("x"))
		two := h.arrive(t, team, "y")
		h.ok(t, h.desk.SetCard(ctx, anna, c.Ticket, func(card *tickets.Card) error {
			card.Ways = []people.Way{{By: people.WayText, Where: "kanin-where", Note: "kanin-note", Leave: true}}
			card.Proxies = []people.Proxy{{Role: people.RoleLawyer, Name: "kanin-lawyer", Where: "kanin-office", Note: "kanin-paper"}}
			return nil
		}))
		_, err := h.desk.MoveAddress(ctx, anna, c.Ticket, tickets.Who{Key: "kanin-new@example.org", Name: "kanin-name", Address: "kanin-new@example.org"})
		h.ok(t, err)
		_, err = h.desk.AddCall(ctx, anna, c.Ticket, phoned("kanin-call", tickets.TurnOurs, "kanin-client"))
		h.ok(t, err)
		_, err = h.desk.OpenCall(ctx, anna, tickets.CallOpening{Team: team, Title: "kanin-title", Name: "kanin-caller"}, phoned("kanin-visit", "", "kanin-form"))
		h.ok(t, err)
		h.ok(t, h.desk.SetConflict(ctx, anna, c.Ticket, two.Ticket, ""))
		sheet := h.personOf(t, anna, c.Ticket)
		h.logger().Info("everything", "sheet", *sheet, "card", sheet.Card, "way", sheet.Card.Ways[0], "proxy", sheet.Card.Proxies[0],
			"former", sheet.Former[0], "careful", sheet.Careful, "note", phoned("kanin-call", "", ""), "call", tickets.Call{},
			"opening", tickets.CallOpening{Title: "kanin-title"})
		stolen, log := storetest.Dump(t, db), []byte(h.log.String())
		if bytes.Contains(stolen, []byte("kanin")) || bytes.Contains(log, []byte("kanin")) {
			t.Error("what is known of a person lies in plain")
		}
		// That somebody is a relative, or in conflict with whom, is content, too.
		for _, word := range []string{string(people.RoleLawyer), string(people.RoleRelative), `"apart"`} {
			if bytes.Contains(stolen, []byte(word)) {
				t.Errorf("the database shows %s", word)
			}
		}
		if !bytes.Contains(stolen, []byte(c.Ticket)) || len(log) == 0 {
			t.Error("looked in the wrong place")
		}
	})
}
