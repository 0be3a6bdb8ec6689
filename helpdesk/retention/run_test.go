package retention_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/retention"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// sealed are the sealed bytes of a ticket, as they lie in the tables.
func (w *world) sealed(ticket helpdesk.ID) (all [][]byte) {
	w.t.Helper()
	for _, query := range []string{
		`SELECT m.content FROM tickets_message m JOIN tickets_conversation c ON c.id = m.conversation WHERE c.ticket = $1`,
		`SELECT o.chunk FROM tickets_original o JOIN tickets_message m ON m.id = o.message JOIN tickets_conversation c ON c.id = m.conversation WHERE c.ticket = $1`,
		`SELECT o.chunk FROM tickets_file o JOIN tickets_message m ON m.id = o.message JOIN tickets_conversation c ON c.id = m.conversation WHERE c.ticket = $1`,
		`SELECT r.wrap FROM tickets_reader r JOIN tickets_conversation c ON c.id = r.conversation WHERE c.ticket = $1`,
		`SELECT c.head FROM tickets_conversation c WHERE c.ticket = $1`,
	} {
		rows, err := w.db.Query(w.ctx, query, ticket)
		w.must(err)
		for rows.Next() {
			var b []byte
			w.must(rows.Scan(&b))
			all = append(all, bytes.Clone(b[len(b)/2:])) // the middle: no header that many share
		}
		w.must(rows.Err())
		rows.Close()
	}
	return all
}

func TestATicketWhoseTimeIsOverGoesAndNoByteOfItIsLeft(t *testing.T) {
	each(t, func(w *world) {
		w.rules("tickets | 24")
		old, g := w.came(w.team, "long ago")
		joined, _ := w.came(w.team, "joined to it")
		open, _ := w.came(w.team, "still open")
		s := w.signIn()
		w.must(w.tickets.Join(w.ctx, s, joined, old))
		w.close(old)
		w.clock.set(monday.AddDate(0, 6, 0))
		young, _ := w.came(w.team, "later on")
		w.close(young)

		w.clock.set(monday.AddDate(0, 24, 0)) // the day itself: not over yet
		if r := w.run(); r.Erased() {
			t.Fatalf("too early: %v", r.Counts)
		}
		canaries := append(w.sealed(old), w.sealed(joined)...)
		w.must(w.db.Scrub(w.ctx, tickets.ErasedTables()...))
		dump := storetest.Dump(t, w.db)
		for i, c := range canaries {
			if !bytes.Contains(dump, c) {
				t.Fatalf("canary %d is not there to begin with: the test would prove nothing", i)
			}
		}
		w.clock.set(monday.AddDate(0, 24, 1))
		report := w.run()
		w.same("tickets", report.Counts[office.KeepTickets], 1)
		w.same("left of it", w.there(old)+w.there(joined), 0)
		if w.there(open) == 0 || w.there(young) == 0 {
			t.Error("one that was not due is gone")
		}
		if err := w.people.Person(w.ctx, w.db, g.Person); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("its person is still known: %v", err)
		}
		w.same("writers", w.count(`SELECT COUNT(*) FROM people_writer`), 2)
		w.same("closed, counted", w.count(`SELECT COALESCE(SUM(n), 0) FROM tickets_tally WHERE state = 'closed'`), 1)
		w.same("joined, counted", w.count(`SELECT COALESCE(SUM(n), 0) FROM tickets_tally WHERE state = 'joined'`), 0)

		w.must(w.db.Scrub(w.ctx, append(tickets.ErasedTables(), "people_key", "people_guest")...))
		dump = storetest.Dump(t, w.db)
		for i, c := range canaries {
			if bytes.Contains(dump, c) {
				t.Errorf("canary %d is still in the files", i)
			}
		}
		for _, word := range []string{"long ago", "joined to it"} {
			if strings.Contains(w.log.String(), word) {
				t.Errorf("the log says %q", word)
			}
		}
		if r := w.run(); r.Erased() {
			t.Errorf("again: %v", r.Counts)
		}
		runs, err := w.room.Runs(w.ctx, w.signIn(), 10)
		w.must(err)
		w.same("runs", len(runs), 3)
		w.same("what two of them count, of one moment", runs[0].Counts[office.KeepTickets]+runs[1].Counts[office.KeepTickets], 1)
		w.same("lines of the journal", w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb = $1`, retention.VerbRan), 3)
	})
}

func TestRulesThatNobodySavedEraseNothing(t *testing.T) {
	each(t, func(w *world) {
		id, _ := w.came(w.team, "old")
		w.close(id)
		w.clock.set(monday.AddDate(10, 0, 0))
		if r := w.run(); r.Erased() || w.there(id) == 0 {
			t.Errorf("erased by a number nobody ever saw: %v", r.Counts)
		}
		p, err := w.room.Preview(w.ctx, w.signIn())
		w.must(err)
		w.same("decided", p.Decided, false)
		w.same("would go", len(p.Going), 1)
	})
}

func TestWhatRunsIsPostponedOrOutsideStays(t *testing.T) {
	each(t, func(w *world) {
		w.rules("tickets | 12\nmessages | 6\nattachments | 6\noriginals | 6")
		dated, _ := w.came(w.team, "a date")
		held, _ := w.came(w.team, "postponed")
		outside, _ := w.came(w.team, "outside")
		reopened, _ := w.came(w.team, "reopened")
		s := w.signIn()
		w.must(w.db.Write(w.ctx, "test", func(tx *store.Tx) error {
			return w.tickets.SetFacts(w.ctx, tx, s, dated, func(f *tickets.Facts) {
				f.Dates = append(f.Dates, tickets.Date{ID: helpdesk.NewID(), Kind: tickets.DateNotes, Day: "2025-03-06"})
			})
		}))
		w.close(dated, held, outside, reopened)
		w.others.outside = []helpdesk.ID{outside}
		w.clock.set(monday.AddDate(0, 10, 0))
		s = w.signIn()
		w.must(w.room.Hold(w.ctx, s, held, w.clock.now().AddDate(0, 12, 0), "court"))
		facts, err := w.tickets.Facts(w.ctx, s, reopened)
		w.must(err)
		w.must(w.tickets.Reopen(w.ctx, s, reopened, facts.Version))

		w.clock.set(monday.AddDate(0, 18, 0))
		report := w.run()
		w.same("taken", report.Erased(), false)
		w.same("held", report.Counts[retention.CountHeld], 3)
		for _, id := range []helpdesk.ID{dated, held, outside, reopened} {
			if w.there(id) == 0 {
				t.Error("one is gone that had a reason to stay")
			}
		}
		p, err := w.room.Preview(w.ctx, w.signIn())
		w.must(err)
		w.same("named", len(p.Going), 3)
		for _, g := range p.Going {
			w.same("stays", g.Stays(), true)
			w.same("why", []bool{g.Runs, !g.Held.IsZero(), g.Outside}, []bool{g.Ticket == dated, g.Ticket == held, g.Ticket == outside})
		}

		// Taken back, over, read by nobody: the next run takes them.
		w.must(w.room.Release(w.ctx, w.signIn(), held))
		w.others.outside = nil
		w.same("then", w.run().Counts[office.KeepTickets], 2)
		w.clock.set(monday.AddDate(4, 0, 0))
		w.same("when the date is as long ago", w.run().Counts[office.KeepTickets], 1)
		w.same("the open one", w.there(reopened) > 0, true)
		w.same("words left", w.count(`SELECT COUNT(*) FROM retention_word`), 0)
	})
}

// A reason to stay goes along when its ticket is joined into another, and one that
// is found later for what was joined counts as well.
func TestWhatIsJoinedIntoAnotherKeepsItsReasonToStay(t *testing.T) {
	each(t, func(w *world) {
		w.rules("tickets | 12\nmessages | 6")
		var all, into []helpdesk.ID
		for _, text := range []string{"held before", "held after", "read outside"} {
			a, _ := w.came(w.team, text)
			b, _ := w.came(w.team, text+", the rest")
			all, into = append(all, a), append(into, b)
		}
		s := w.signIn()
		until := monday.AddDate(2, 0, 0)
		w.must(w.room.Hold(w.ctx, s, all[0], until, "court"))
		for i := range all {
			w.must(w.tickets.Join(w.ctx, s, all[i], into[i]))
		}
		w.must(w.room.Hold(w.ctx, s, all[1], until, "claim"))
		w.others.outside = []helpdesk.ID{all[2]}
		w.close(into...)

		w.clock.set(monday.AddDate(0, 18, 0))
		p, err := w.room.Preview(w.ctx, w.signIn())
		w.must(err)
		w.same("named", len(p.Going), 3)
		for _, g := range p.Going {
			w.same("stays", []any{g.Stays(), g.Reason, g.Outside}, map[helpdesk.ID][]any{
				into[0]: {true, "court", false}, into[1]: {true, "claim", false}, into[2]: {true, "", true}}[g.Ticket])
		}
		w.same("taken", w.run().Erased(), false)
		for i := range all {
			w.same("both are there", []bool{w.there(all[i]) > 0, w.there(into[i]) > 0}, []bool{true, true})
		}
		w.must(w.room.Release(w.ctx, w.signIn(), all[0]))
		w.same("then", w.run().Counts[office.KeepTickets], 1)
		w.same("both are gone", w.there(all[0])+w.there(into[0]), 0)
	})
}

func TestPartsOfAClosedTicketGoByTheirOwnTime(t *testing.T) {
	each(t, func(w *world) {
		w.rules("originals | 1\nattachments | 2\nmessages | 3")
		id, _ := w.came(w.team, "in parts")
		joined, _ := w.came(w.team, "its second half")
		w.must(w.tickets.Join(w.ctx, w.signIn(), joined, id))
		_, err := w.tickets.SaveDraft(w.ctx, w.signIn(), id, tickets.Draft{Kind: tickets.KindAnswer, Text: "what was never sent"})
		w.must(err)
		w.close(id)
		look := func() (texts []string, file, original int) {
			s := w.signIn()
			page, err := w.tickets.Page(w.ctx, s, id)
			w.must(err)
			for _, m := range page.Messages {
				if m.Kind != tickets.KindLetter {
					continue
				}
				if m.Broken || !m.Proven {
					t.Error("a message is broken or not proven")
				}
				text := m.Content.Text
				if m.Erased {
					text = "ERASED"
				}
				texts = append(texts, text)
				if _, r, err := w.tickets.File(w.ctx, s, m.ID, 0); err == nil {
					if b, err := io.ReadAll(r); err == nil {
						file += len(b)
					}
				}
				if _, r, err := w.tickets.Original(w.ctx, s, m.ID); err == nil {
					if b, err := io.ReadAll(r); err == nil {
						original += len(b)
					}
				}
			}
			slices.Sort(texts)
			return texts, file, original
		}
		steps := []struct {
			kind           string
			file, original bool
			said           string
		}{
			{"", true, true, "in parts its second half"},
			{office.KeepOriginals, true, false, "in parts its second half"},
			{office.KeepAttachments, false, false, "in parts its second half"},
			{office.KeepMessages, false, false, "ERASED ERASED"},
		}
		for months, want := range steps {
			w.clock.set(monday.AddDate(0, months, 1))
			if report := w.run(); want.kind != "" {
				w.same("taken after months "+want.kind, report.Counts[want.kind], 1)
			}
			texts, file, original := look()
			w.same("drafts", w.count(`SELECT COUNT(*) FROM tickets_draft`) > 0, strings.Contains(want.said, "parts"))
			w.same("what is left", []any{strings.Join(texts, " "), file > 0, original > 0}, []any{want.said, want.file, want.original})
			if r := w.run(); r.Erased() {
				t.Errorf("again: %v", r.Counts)
			}
		}
		w.same("wraps of single letters", w.count(`SELECT COUNT(*) FROM tickets_letterkey`), 0)
		w.same("search text", w.count(`SELECT COUNT(*) FROM tickets_folded`), 0)
		w.must(w.journal.Chain(w.ctx))
		if strings.Contains(w.log.String(), "ALARM") || w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb LIKE 'alarm%'`) > 0 {
			t.Error("erasing raised an alarm")
		}
	})
}

// Of a restricted team's ticket the half of a year alone is known.
func TestARestrictedTicketGoesWhenItsHalfOfTheYearIsOver(t *testing.T) {
	each(t, func(w *world) {
		w.rules("tickets | 12")
		id, _ := w.came(w.closed, "closed ranks")
		w.close(id)
		for _, at := range []struct {
			day  time.Time
			goes bool
		}{
			{time.Date(2024, 3, 7, 3, 0, 0, 0, time.UTC), false},  // a year since its last word
			{time.Date(2024, 6, 30, 3, 0, 0, 0, time.UTC), false}, // a year since the half's last day
			{time.Date(2024, 7, 1, 3, 0, 0, 0, time.UTC), false},
			{time.Date(2024, 7, 2, 3, 0, 0, 0, time.UTC), true},
		} {
			w.clock.set(at.day)
			w.run()
			w.same("gone on "+at.day.Format(time.DateOnly), w.there(id) == 0, at.goes)
		}
		w.same("days of the team", w.count(`SELECT COUNT(*) FROM tickets_day`), 0)
	})
}

func TestARestrictedTicketWithAnOpenDateStays(t *testing.T) {
	each(t, func(w *world) {
		w.rules("tickets | 12")
		id, _ := w.came(w.closed, "closed ranks")
		s := w.signIn()
		w.must(w.db.Write(w.ctx, "test", func(tx *store.Tx) error {
			return w.tickets.SetFacts(w.ctx, tx, s, id, func(f *tickets.Facts) {
				f.Dates = append(f.Dates, tickets.Date{ID: helpdesk.NewID(), Kind: tickets.DateOther, Day: "2025-01-15"})
			})
		}))
		w.close(id)
		w.clock.set(monday.AddDate(2, 0, 0))
		w.same("held", w.run().Counts[retention.CountHeld], 1)
		w.same("there", w.there(id) > 0, true)
	})
}

func TestWhoeverDiesInTheMiddleLeavesAllOrNothing(t *testing.T) {
	each(t, func(w *world) {
		w.rules("tickets | 12")
		deaths := 0
		for n := int64(1); ; n += 5 {
			w.clock.set(monday)
			var all []helpdesk.ID
			for range 3 {
				id, _ := w.came(w.team, "one of three")
				all = append(all, id)
			}
			w.close(all...)
			w.clock.set(monday.AddDate(0, 13, 0))
			before := w.count(`SELECT COALESCE(SUM(n), 0) FROM retention_count WHERE kind = 'tickets'`)
			ctx := diesAfter(n)
			_, err := w.room.Run(ctx)
			ctx.cancel()
			gone := int64(0)
			for _, id := range all {
				if w.there(id) == 0 {
					gone++
				}
			}
			if gone != 0 && gone != 3 {
				t.Fatalf("after death at %d %d of 3 are gone", n, gone)
			}
			for what, left := range map[string]int64{
				"conversations without a ticket":     w.count(`SELECT COUNT(*) FROM tickets_conversation WHERE ticket NOT IN (SELECT id FROM tickets_ticket)`),
				"messages without a conversation":    w.count(`SELECT COUNT(*) FROM tickets_message WHERE conversation NOT IN (SELECT id FROM tickets_conversation)`),
				"counted but not gone, or other way": w.count(`SELECT COALESCE(SUM(n), 0) FROM retention_count WHERE kind = 'tickets'`) - before - gone,
			} {
				if left != 0 {
					t.Fatalf("after death at %d: %s: %d", n, what, left)
				}
			}
			if err == nil {
				break
			}
			if deaths++; deaths > 500 {
				t.Fatalf("it never lives: %v", err)
			}
			// Whoever comes next, takes what is left; a lease of a dead one ends.
			w.clock.set(w.clock.now().Add(5 * time.Minute))
			w.run()
			for _, id := range all {
				if w.there(id) != 0 {
					t.Fatalf("after death at %d the next run leaves one", n)
				}
			}
		}
		if deaths < 5 {
			t.Errorf("it died %d times: nothing was tested", deaths)
		}
	})
}

func TestManyWhoTakeTheSameTakeItOnce(t *testing.T) {
	w := newWorld(t, storetest.Postgres(t))
	w.rules("tickets | 12")
	var all []helpdesk.ID
	for range 40 {
		id, _ := w.came(w.team, "one of many")
		all = append(all, id)
	}
	w.close(all...)
	w.clock.set(monday.AddDate(0, 13, 0))

	// Behind the lease's back: the rows themselves are claimed once.
	var mu sync.Mutex
	var taken []helpdesk.ID
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			var mine []helpdesk.ID
			err := w.db.Write(w.ctx, "rival", func(tx *store.Tx) error {
				gone, err := w.tickets.EraseOld(w.ctx, tx, tickets.PartTicket, all[:20], w.clock.now().AddDate(0, -12, 0), func([]helpdesk.ID) error { return nil })
				mine = gone.Tickets
				return err
			})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			taken = append(taken, mine...)
			mu.Unlock()
		})
	}
	group.Wait()
	w.same("taken by rivals", len(taken), 20)

	var counted int64
	for range 6 {
		room := w.another()
		group.Go(func() {
			report, err := room.Run(context.Background())
			if err != nil && !errors.Is(err, helpdesk.ErrConflict) {
				t.Error(err)
			}
			mu.Lock()
			counted += report.Counts[office.KeepTickets]
			mu.Unlock()
		})
	}
	group.Wait()
	w.same("taken by runs", counted, 20)
	w.same("counted", w.count(`SELECT COALESCE(SUM(n), 0) FROM retention_count WHERE kind = 'tickets'`), 20)
	w.same("left", w.count(`SELECT COUNT(*) FROM tickets_ticket`), 0)
	w.same("tally", w.count(`SELECT COALESCE(SUM(n), 0) FROM tickets_tally WHERE state = 'closed'`), 0)
}

func TestOneNightIsOneRunForAllProcesses(t *testing.T) {
	each(t, func(w *world) {
		for range 3 {
			_, err := w.another().Nightly(w.ctx)
			w.must(err)
		}
		w.same("runs", w.count(`SELECT COUNT(*) FROM retention_run`), 1)
		w.clock.set(monday.AddDate(0, 0, 1))
		_, err := w.room.Nightly(w.ctx)
		w.must(err)
		w.same("the next night", w.count(`SELECT COUNT(*) FROM retention_run`), 2)
	})
}

func TestFiguresAndOldPagesOfTheJournalGo(t *testing.T) {
	each(t, func(w *world) {
		w.rules("figures | 3\njournal | 12")
		w.exec(`INSERT INTO chat_table (id, conversation, ticket, team, person, state, priority, language, since, rank, taken, taken_at, waited, asked, asked_at,
			desk_at, guest_at, active, active_at, last, read_to, desk_typing, guest_typing, guest_last, heard_to, ended_by)
			VALUES ('a', 'b', 'c', $1, '', 'ended', 0, '', $2, 0, '', 0, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '')`, w.team, monday.UnixMicro())
		for range 2_100 {
			w.must(w.db.Write(w.ctx, "test", func(tx *store.Tx) error {
				return w.journal.Write(w.ctx, tx, journal.Entry{Verb: "test.done", Object: "x", Sealed: []byte("sealed")})
			}))
		}
		w.must(w.journal.Chain(w.ctx))
		w.clock.set(monday.AddDate(0, 12, 1))
		p, err := w.room.Preview(w.ctx, w.signIn())
		w.must(err)
		counts := map[string]int64{}
		for _, c := range p.Counts {
			counts[c.Kind] = c.N
		}
		w.same("previewed", []int64{counts[office.KeepFigures], counts[office.KeepJournal]}, []int64{1, 2})
		report := w.run()
		w.same("taken", []int64{report.Counts[office.KeepFigures], report.Counts[office.KeepJournal]}, []int64{1, 2})
		w.must(w.journal.Chain(w.ctx))
		seen, err := w.journal.Verify(w.ctx)
		w.must(err)
		if seen.Bad != nil || seen.Dropped != 2_000 {
			t.Errorf("the book: %+v, bad %+v", seen, seen.Bad)
		}
	})
}
