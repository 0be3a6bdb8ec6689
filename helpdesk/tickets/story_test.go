package tickets_test

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestALetterIsReadByAMemberOfItsTeam(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		m := h.letter("my appeal")
		m.Files = []tickets.Upload{{Name: "beslut.pdf", Type: "application/pdf", Data: []byte(strings.Repeat("%PDF", 50_000))}, {Name: "tom.txt"}}
		c := h.arriveAs(t, tickets.Opening{Team: team, Title: "About my appeal", Name: "Amina", Address: "amina@example.org"}, m)

		sheet := h.page(t, anna, c.Ticket)
		same(t, "messages", texts(sheet.Messages), []string{"my appeal"})
		got := sheet.Messages[0]
		if !got.Proven || got.Number != 1 || got.Content.From[0].Name != "Amina" || !got.At.Equal(monday) || !sheet.Proven {
			t.Errorf("message %+v, sheet proven %v", got.Content, sheet.Proven)
		}
		same(t, "head", sheet.Head, tickets.Head{Title: "About my appeal", Name: "Amina", Address: "amina@example.org"})
		same(t, "readers", sheet.Readers, []tickets.Reader{{Kind: "team", Reader: team}})
		same(t, "number", sheet.Ticket.Number, 1)

		size, original, err := h.desk.Original(t.Context(), anna, got.ID)
		h.ok(t, err)
		raw, err := io.ReadAll(original)
		if err != nil || string(raw) != string(m.Original) || size != int64(len(raw)) {
			t.Errorf("original %d bytes of %d, %v", len(raw), size, err)
		}
		for i, f := range m.Files {
			file, r, err := h.desk.File(t.Context(), anna, got.ID, i)
			h.ok(t, err)
			data, err := io.ReadAll(r)
			if err != nil || file.Name != f.Name || string(data) != string(f.Data) || file.Size != int64(len(f.Data)) {
				t.Errorf("file %d: %d bytes, %v", i, len(data), err)
			}
		}
		if _, _, err := h.desk.File(t.Context(), anna, got.ID, 2); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a file that is not there: %v", err)
		}
		if n := h.number(t, "SELECT COUNT(*) FROM journal_entry WHERE verb = 'conversation.opened'"); n != 1 {
			t.Errorf("%d openings in the journal, want 1", n)
		}
	})
}

func TestALaterLetterLiesBlindUntilSomebodyEntitledReadsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "one")
		h.clock.pass(time.Hour)
		same(t, "number", h.later(t, c.ID, h.letter("two")), 2)
		same(t, "blind readers", h.number(t, "SELECT COUNT(*) FROM tickets_reader WHERE form = 'blind'"), 1)
		same(t, "blind letters", h.number(t, "SELECT COUNT(*) FROM tickets_letterkey"), 1)

		var before []byte
		h.ok(t, db.QueryRow(t.Context(), "SELECT content FROM tickets_message WHERE number = 2").Scan(&before))
		sheet := h.page(t, anna, c.Ticket)
		same(t, "blind", texts(sheet.Messages), []string{"one", "two"})
		if sheet.Settle.Empty() {
			t.Fatal("nothing to settle")
		}
		h.ok(t, h.desk.Settle(t.Context(), anna, sheet.Settle))
		same(t, "blind readers", h.number(t, "SELECT COUNT(*) FROM tickets_reader WHERE form = 'blind'"), 0)
		same(t, "blind letters", h.number(t, "SELECT COUNT(*) FROM tickets_letterkey"), 0)
		same(t, "settled letters", h.number(t, "SELECT COUNT(*) FROM tickets_message WHERE form = 'settled'"), 1)

		sheet = h.page(t, anna, c.Ticket)
		same(t, "settled", texts(sheet.Messages), []string{"one", "two"})
		for _, m := range sheet.Messages {
			if !m.Proven {
				t.Errorf("message %d is not proven after settling", m.Number)
			}
		}
		if !sheet.Settle.Empty() {
			t.Error("something is still to be settled")
		}
		var after []byte
		h.ok(t, db.QueryRow(t.Context(), "SELECT content FROM tickets_message WHERE number = 2").Scan(&after))
		if string(before) != string(after) {
			t.Error("settling changed sealed bytes")
		}
	})
}

func TestALetterAppendedTwiceIsOneMessage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		c := h.arrive(t, team, "one")
		m := h.letter("two")
		m.ClientID = "mailbox/1/4711"
		same(t, "first", h.later(t, c.ID, m), 2)
		same(t, "other", h.later(t, c.ID, h.letter("three")), 3)
		same(t, "again", h.later(t, c.ID, m), 2)
		same(t, "messages", h.number(t, "SELECT COUNT(*) FROM tickets_message"), 3)
		same(t, "last number", h.number(t, "SELECT last_number FROM tickets_conversation"), 3)
	})
}

func TestNumbersAreDenseWhenManyWriteAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		c := h.arrive(t, team, "one")
		const writers, each = 6, 8
		var wait sync.WaitGroup
		for w := range writers {
			wait.Go(func() {
				for i := range each {
					m := h.letter("more")
					m.ClientID = strings.Repeat("x", w+1) + strings.Repeat("y", i)
					// Half of them are sent twice, at the same time.
					if i%2 == 0 {
						m.ClientID = strings.Repeat("z", i+1) + strings.Repeat("x", w/2)
					}
					err := db.Write(background, "test", func(tx *store.Tx) error {
						c, err := h.desk.Blind(background, tx, c.ID)
						if err != nil {
							return err
						}
						_, err = c.Append(background, tx, m)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		want := int64(1 + writers*each/2 + writers/2*each/2)
		same(t, "messages", h.number(t, "SELECT COUNT(*) FROM tickets_message"), want)
		same(t, "greatest number", h.number(t, "SELECT MAX(number) FROM tickets_message"), want)
		same(t, "last number", h.number(t, "SELECT last_number FROM tickets_conversation"), want)
		same(t, "greatest serial", h.number(t, "SELECT MAX(serial) FROM tickets_message"), want)
		same(t, "distinct serials", h.number(t, "SELECT COUNT(DISTINCT serial) FROM tickets_message"), want)
	})
}

func TestAnAnswerAndANewLetterMoveTheTicket(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "one")
		facts := func() tickets.Ticket {
			f, err := h.desk.Facts(t.Context(), anna, c.Ticket)
			h.ok(t, err)
			return f
		}
		if f := facts(); f.State != tickets.StateOpen || !f.WaitingSince.Equal(monday) {
			t.Errorf("after the first letter %+v", f)
		}
		h.clock.pass(time.Hour)
		h.reply(t, anna, c.ID, "an answer")
		if f := facts(); f.State != tickets.StateWaiting || !f.WaitingSince.IsZero() {
			t.Errorf("after the answer %+v", f)
		}
		h.clock.pass(time.Hour)
		h.later(t, c.ID, h.letter("two"))
		h.clock.pass(time.Hour)
		h.later(t, c.ID, h.letter("three"))
		f := facts()
		if f.State != tickets.StateOpen || !f.WaitingSince.Equal(monday.Add(2*time.Hour)) {
			t.Errorf("after two more letters %+v", f)
		}

		old := f.Version
		h.later(t, c.ID, h.letter("four"))
		if err := h.desk.CloseTicket(t.Context(), anna, c.Ticket, old); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("closing over an unseen letter: %v", err)
		}
		h.ok(t, h.desk.CloseTicket(t.Context(), anna, c.Ticket, facts().Version))
		day := monday.Truncate(24 * time.Hour)
		f = facts()
		if f.State != tickets.StateClosed || !f.OpenedAt.Equal(day) || !f.LastAt.Equal(day) || !f.WaitingSince.Equal(day) {
			t.Errorf("after closing %+v", f)
		}
		_, err := h.desk.Note(t.Context(), anna, c.Ticket, "a note on a closed ticket", "late")
		h.ok(t, err)
		same(t, "plain times after closing", h.number(t, "SELECT COUNT(*) FROM tickets_message WHERE at <> $1", day.UnixMicro()), 0)
		if got := h.page(t, anna, c.Ticket).Messages[0].At; !got.Equal(monday) {
			t.Errorf("the sealed time is %v, want %v", got, monday)
		}

		h.clock.pass(48 * time.Hour)
		h.later(t, c.ID, h.letter("five"))
		f = facts()
		if f.State != tickets.StateOpen || !f.WaitingSince.Equal(monday.Add(51*time.Hour)) {
			t.Errorf("after a letter to a closed ticket %+v", f)
		}
		h.ok(t, h.desk.CloseTicket(t.Context(), anna, c.Ticket, f.Version))
		h.ok(t, h.desk.Reopen(t.Context(), anna, c.Ticket, facts().Version))
		same(t, "after reopening", facts().State, tickets.StateOpen)
	})
}

func TestAnUndoneAnswerLeavesTheTicketAsItStood(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, team)
		c := h.arrive(t, team, "one")
		id := h.reply(t, anna, c.ID, "too fast")
		withdraw := func(s int) error {
			who := anna
			if s == 1 {
				who = bo
			}
			return db.Write(t.Context(), "test", func(tx *store.Tx) error { return h.desk.Withdraw(t.Context(), tx, who, id) })
		}
		if err := withdraw(1); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a colleague withdraws: %v", err)
		}
		seen := h.page(t, anna, c.Ticket).Ticket.Last
		h.ok(t, withdraw(0))
		if err := withdraw(0); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("a second time: %v", err)
		}
		f, err := h.desk.Facts(t.Context(), anna, c.Ticket)
		h.ok(t, err)
		if f.State != tickets.StateOpen || !f.WaitingSince.Equal(monday) {
			t.Errorf("after undoing %+v", f)
		}
		same(t, "messages", texts(h.page(t, anna, c.Ticket).Messages), []string{"one", "WITHDRAWN"})
		news, err := h.desk.Since(t.Context(), anna, c.Ticket, seen)
		h.ok(t, err)
		same(t, "news", texts(news.Messages), []string{"WITHDRAWN"})
		same(t, "search text left", h.number(t, "SELECT COUNT(*) FROM tickets_folded"), 1)
		same(t, "next number", h.later(t, c.ID, h.letter("two")), 3)
	})
}

func TestSinceTellsWhatIsNewAndNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "one")
		same(t, "after the first", c.Last, 1)
		rings, stop := h.bus.Subscribe(tickets.TopicTicket)
		defer stop()
		h.later(t, c.ID, h.letter("two"))
		ring := <-rings
		if ring.Subject != c.Ticket || ring.Number != 2 {
			t.Errorf("the doorbell says %+v", ring)
		}
		_, err := h.desk.Note(t.Context(), anna, c.Ticket, "a note", "n1")
		h.ok(t, err)
		news, err := h.desk.Since(t.Context(), anna, c.Ticket, 1)
		h.ok(t, err)
		same(t, "since 1", texts(news.Messages), []string{"two", "a note"})
		same(t, "last", news.Ticket.Last, 3)
		news, err = h.desk.Since(t.Context(), anna, c.Ticket, 3)
		h.ok(t, err)
		same(t, "since 3", len(news.Messages), 0)
	})
}

func TestNotesHaveAKeyOfTheirOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, team)
		c := h.arrive(t, team, "one")
		first, err := h.desk.Note(t.Context(), anna, c.Ticket, "careful", "n1")
		h.ok(t, err)
		again, err := h.desk.Note(t.Context(), anna, c.Ticket, "careful", "n1")
		h.ok(t, err)
		second, err := h.desk.Note(t.Context(), bo, c.Ticket, "noted", "n2")
		h.ok(t, err)
		same(t, "numbers", []int64{first, again, second}, []int64{1, 1, 2})
		same(t, "conversations", h.number(t, "SELECT COUNT(*) FROM tickets_conversation"), 2)
		sheet := h.page(t, bo, c.Ticket)
		same(t, "messages", texts(sheet.Messages), []string{"one", "careful", "noted"})
		for _, m := range sheet.Messages {
			if (m.Kind == tickets.KindNote) != (m.Conversation != sheet.Conversation) {
				t.Errorf("%s lies in the wrong conversation", m.Kind)
			}
			if m.Kind == tickets.KindNote && m.Direction != tickets.Inside {
				t.Errorf("a note goes %s", m.Direction)
			}
		}
		same(t, "state", sheet.Ticket.State, tickets.StateOpen)
	})
}

func TestTwoTabsSaveOneDraft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, team)
		c := h.arrive(t, team, "one")
		save := func(text string, version int64) tickets.Saved {
			s, err := h.desk.SaveDraft(t.Context(), anna, c.Ticket, tickets.Draft{Kind: tickets.KindAnswer, Text: text, Version: version})
			h.ok(t, err)
			return s
		}
		same(t, "first", save("Dear", 0), tickets.Saved{Version: 1})
		same(t, "second", save("Dear Amina", 1), tickets.Saved{Version: 2})
		same(t, "other tab", save("Hello", 1), tickets.Saved{Version: 3, Other: true})
		got, err := h.desk.Draft(t.Context(), anna, c.Ticket, tickets.KindAnswer)
		if err != nil || got.Text != "Hello" || got.Version != 3 {
			t.Errorf("draft %q %d, %v", got.Text, got.Version, err)
		}
		same(t, "on the page", len(h.page(t, anna, c.Ticket).Drafts), 1)
		if _, err := h.desk.Draft(t.Context(), bo, c.Ticket, tickets.KindAnswer); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a colleague's draft: %v", err)
		}
		same(t, "on a colleague's page", len(h.page(t, bo, c.Ticket).Drafts), 0)
		h.ok(t, h.desk.DropDraft(t.Context(), anna, c.Ticket, tickets.KindAnswer))
		if _, err := h.desk.Draft(t.Context(), anna, c.Ticket, tickets.KindAnswer); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("after dropping: %v", err)
		}
		_, err = h.desk.SaveDraft(t.Context(), anna, "", tickets.Draft{Kind: tickets.KindAnswer, Text: "a first letter"})
		h.ok(t, err)
	})
}

func TestColleaguesSeeWhoLooks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, team)
		c := h.arrive(t, team, "one")
		seen, err := h.desk.Looking(t.Context(), anna, c.Ticket, true)
		h.ok(t, err)
		same(t, "alone", len(seen), 0)
		same(t, "the other sees", h.page(t, bo, c.Ticket).Lookers, []tickets.Looker{{User: anna.User.ID, Typing: true}})
		h.clock.pass(tickets.LookingFor - time.Second)
		same(t, "still", len(h.page(t, bo, c.Ticket).Lookers), 1)
		h.clock.pass(time.Second)
		same(t, "gone", len(h.page(t, bo, c.Ticket).Lookers), 0)
	})
}
