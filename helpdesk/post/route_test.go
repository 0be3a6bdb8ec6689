package post

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func because(h tickets.Head, key string) bool {
	for _, b := range h.Facts.Why {
		if b.Key == "routing.why."+key {
			return true
		}
	}
	return false
}

func TestALetterGoesWhereTheRulesSayAndSaysWhy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		kim := h.session().User.ID
		h.receive("a", raw("p@example.org", "a@desk.example", "first"))
		plain := h.page(1)
		if plain.Ticket.Team != h.teams[0].ID || plain.Ticket.Owner != "" || plain.Ticket.Priority != 0 || !because(plain.Head, "arrived") {
			t.Errorf("without a rule: %+v, %v", plain.Ticket, plain.Head.Facts.Why)
		}
		rules := fmt.Sprintf("rule To the other\n  when mailbox %s\n  then team %s\n  then priority 2\n", h.boxes["a2"], h.teams[1].ID)
		h.must(h.office.Set(h.ctx, kim, office.Rules, rules))
		h.receive("a2", raw("q@example.org", "a2@desk.example", "second"))
		moved := h.page(2)
		if moved.Ticket.Team != h.teams[1].ID || moved.Ticket.Priority != 2 || !because(moved.Head, "rule") {
			t.Errorf("by the rule: %+v, %v", moved.Ticket, moved.Head.Facts.Why)
		}
		// Nobody's rules stand in plain.
		var found int
		h.must(db.QueryRow(h.ctx, `SELECT COUNT(*) FROM tickets_conversation WHERE head LIKE '%routing.why%'`).Scan(&found))
		if found != 0 {
			t.Errorf("%d heads tell why in plain", found)
		}
		// Rules that can't be read keep no letter out.
		h.must(db.Write(h.ctx, "damage", func(tx *store.Tx) error {
			_, err := tx.Exec(h.ctx, `UPDATE office_setting SET sealed = $1 WHERE name = 'rules'`, []byte("damaged"))
			return err
		}))
		h.office = office.New(office.House{DB: db, Secrets: h.secrets, Journal: h.journal, Now: h.clock.Now, Log: slog.New(slog.DiscardHandler)})
		h.post = h.replica()
		h.receive("a2", raw("r@example.org", "a2@desk.example", "third"))
		if left := h.page(3); left.Ticket.Team != h.teams[0].ID || len(left.Head.Facts.Why) != 0 {
			t.Errorf("without rules: %+v", left.Ticket)
		}
	})
}

func TestWhoWritesAgainComesToTheSameCounsellor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		kim := h.session().User.ID
		h.receive("a", raw("p@example.org", "a@desk.example", "first"))
		first := h.page(1)
		h.must(h.tickets.Take(h.ctx, h.session(), first.Ticket.ID, first.Ticket.Version))
		h.clock.Pass(time.Minute)
		h.receive("a", raw("p@example.org", "a@desk.example", "another matter"))
		if again := h.page(2); again.Ticket.Owner != kim || !because(again.Head, "known") {
			t.Errorf("again: %+v, %v", again.Ticket, again.Head.Facts.Why)
		}
		h.receive("a", raw("other@example.org", "a@desk.example", "a stranger"))
		if other := h.page(3); other.Ticket.Owner != "" {
			t.Errorf("a stranger's letter is %s's", other.Ticket.Owner)
		}
		// An address that several use says nothing about who writes.
		h.must(h.tickets.SetShared(h.ctx, h.session(), first.Ticket.ID, true))
		h.receive("a", raw("p@example.org", "a@desk.example", "a third matter"))
		if shared := h.page(4); shared.Ticket.Owner != "" {
			t.Errorf("from a shared address: %s's", shared.Ticket.Owner)
		}
	})
}

func TestThatARestrictedTeamKnowsSomebodyIsNobodysBusiness(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		kim := h.session().User.ID
		closed, err := h.staff.AddTeam(h.ctx, h.session(), staff.NewTeam{Name: "Violence", Restricted: true}, kim)
		h.must(err)
		h.receive("a", raw("p@example.org", "a@desk.example", "first"))
		first := h.page(1)
		h.must(h.tickets.Give(h.ctx, h.session(), first.Ticket.ID, first.Ticket.Version, tickets.To{Team: closed.ID, User: kim}))
		h.clock.Pass(time.Minute)
		h.receive("a", raw("p@example.org", "a@desk.example", "another matter"))
		again := h.page(2)
		for _, b := range again.Head.Facts.Why {
			if strings.Contains(strings.Join(b.Args, " "), string(kim)) || because(again.Head, "known") {
				t.Errorf("it says %v", again.Head.Facts.Why)
			}
		}
		if again.Ticket.Owner != "" {
			t.Errorf("it is %s's", again.Ticket.Owner)
		}
	})
}

// raw is a plain letter.
func raw(from, to, subject string) string {
	return "From: " + from + "\r\nTo: " + to + "\r\nSubject: " + subject + "\r\nMessage-ID: <" + string(helpdesk.NewID()) +
		"@example.org>\r\nDate: Mon, 2 Mar 2026 09:40:00 +0000\r\n\r\nPlease help\r\n"
}
