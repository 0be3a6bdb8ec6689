package chat_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// talkOn lets time pass while everybody's pages are open.
func (w *world) talkOn(t testing.TB, d time.Duration, cookie string, conversation helpdesk.ID, all ...*staff.Session) {
	t.Helper()
	for ; d > 0; d -= time.Minute {
		w.clock.Pass(time.Minute)
		w.attend(t, all...)
		w.texts(t, w.guest(t, cookie), conversation, 0)
		w.ok(t, w.room.Round(t.Context()))
	}
}

func TestWhoIsHandedOverAfterALongTalkStillWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, bo := w.open(t)
		b, g := w.start(t, chat.First{Live: true})
		w.clock.Pass(time.Minute)
		table := w.waiting(t, maria)[0].ID
		w.ok(t, w.room.Take(t.Context(), maria, table))
		w.talkOn(t, 30*time.Minute, b.Cookie, b.Conversation, maria, bo)
		w.ok(t, w.room.HandOver(t.Context(), maria, table, "", false))
		w.clock.Pass(2 * time.Second)
		w.ok(t, w.room.Round(t.Context()))
		if s := w.seat(t, g, b.Conversation); s.State != chat.Waiting {
			t.Fatalf("two seconds after the hand-over: %q", s.State)
		}
		w.ok(t, w.room.Take(t.Context(), bo, table))
		w.talkOn(t, time.Minute, b.Cookie, b.Conversation, maria, bo)
		w.ok(t, w.room.HandOver(t.Context(), bo, table, "", false))
		w.clock.Pass(21 * time.Minute)
		w.ok(t, w.room.Round(t.Context()))
		if s := w.seat(t, w.guest(t, b.Cookie), b.Conversation); s.State != chat.Missed {
			t.Errorf("21 minutes after the hand-over: %q", s.State)
		}
	})
}

func TestAColleagueWhoNeverComesKeepsNobodyElseAway(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, bo := w.open(t)
		cim := w.hire(t, "Cim", w.team)
		b, g := w.start(t, chat.First{Live: true})
		table := w.waiting(t, maria)[0].ID
		w.ok(t, w.room.Take(t.Context(), maria, table))
		w.ok(t, w.room.HandOver(t.Context(), maria, table, bo.User.ID, true))
		w.clock.Pass(2*time.Minute + time.Second) // and now both have lost the net
		w.attend(t, cim)
		w.ok(t, w.room.Round(t.Context()))
		if s := w.seat(t, g, b.Conversation); s.State != chat.Away {
			t.Errorf("the person sees %q", s.State)
		}
		if n := len(w.waiting(t, cim)); n != 1 {
			t.Fatalf("a third sees %d tables", n)
		}
		w.ok(t, w.room.Take(t.Context(), cim, table))
	})
}

func TestWhoWasBroughtInForAWhileTakesNoTable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, bo := w.open(t)
		made, err := w.staff.AddTeam(t.Context(), w.signIn(t, "ada", w.words), staff.NewTeam{Name: "interpreters"}, w.ada)
		w.ok(t, err)
		w.ok(t, w.office.Set(t.Context(), w.ada, office.ChatTeam, string(w.team)))
		zoe := w.hire(t, "Zoe", made.ID)
		w.start(t, chat.First{Live: true})
		table := w.waiting(t, maria)[0].ID
		w.ok(t, w.room.Take(t.Context(), maria, table))
		w.ok(t, w.room.Bring(t.Context(), maria, table, zoe.User.ID, "interpreter", w.clock.Now().Add(time.Hour)))
		w.ok(t, w.room.HandOver(t.Context(), maria, table, "", true))
		if err := w.room.Take(t.Context(), zoe, table); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("the interpreter took the table: %v", err)
		}
		w.ok(t, w.room.Take(t.Context(), bo, table))
	})
}

func TestNobodySitsDownInWhatIsBeingErased(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		w.open(t)
		b, g := w.start(t, chat.First{})
		code, err := w.people.NewCode(t.Context(), g)
		w.ok(t, err)
		w.ok(t, w.room.Erase(t.Context(), w.guest(t, b.Cookie)))
		_, g, _, err = w.people.Return(t.Context(), code, false)
		w.ok(t, err)
		if err := w.room.Sit(t.Context(), g, b.Conversation); !refused(err, "ticket.erasing") {
			t.Errorf("sat down: %v", err)
		}
	})
}

// Rows that somebody tampered with are what a hand in the database leaves.
func TestOneTableThatCannotBeEndedHoldsUpNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		w.open(t)
		gone, _ := w.start(t, chat.First{Live: true})
		w.clock.Pass(time.Second)
		other, _ := w.start(t, chat.First{Live: true})
		w.ok(t, db.Write(t.Context(), "test", func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE tickets_ticket SET state = 'erasing' WHERE id = $1`, gone.Ticket)
			return err
		}))
		w.clock.Pass(21 * time.Minute)
		if err := w.room.Round(t.Context()); err == nil {
			t.Error("nobody hears of the table that stands still")
		}
		if s := w.seat(t, w.guest(t, other.Cookie), other.Conversation); s.State != chat.Missed {
			t.Errorf("who waited behind it: %q", s.State)
		}
	})
}

func TestWhoIsNotToBeToldNowHoldsUpNobodyElsesNotice(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	maria, _ := w.open(t)
	for i := range 52 {
		b, g := w.start(t, chat.First{})
		n := people.Notice{Kind: people.ByMail, Address: fmt.Sprintf("p%d@example.org", i), From: 20, To: 22, Language: "ar"}
		if i > 50 {
			n.From, n.To = 8, 20
		}
		w.ok(t, w.people.SetNotice(t.Context(), g, n))
		_, err := w.room.Tell(t.Context(), maria, b.Ticket, chat.Words{ClientID: fmt.Sprintf("m%d", i), Text: "an answer"})
		w.ok(t, err)
		w.clock.Pass(time.Millisecond)
	}
	w.clock.Pass(2 * time.Minute)
	w.ok(t, w.room.Round(t.Context()))
	if got := w.bell.heard(); !slices.Equal(got, []string{"waiting p51@example.org ar"}) {
		t.Errorf("told %q", got)
	}
}

func TestWhoReadsAnAnswerAfterTheTalkIsNotToldOfIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, _ := w.open(t)
		b, g := w.start(t, chat.First{})
		w.ok(t, w.people.SetNotice(t.Context(), g, people.Notice{Kind: people.ByMail, Address: "p@example.org", Language: "ar"}))
		_, err := w.room.Tell(t.Context(), maria, b.Ticket, chat.Words{ClientID: "m", Text: "an answer"})
		w.ok(t, err)
		w.texts(t, g, b.Conversation, 0)
		w.clock.Pass(2 * time.Minute)
		w.ok(t, w.room.Round(t.Context()))
		if got := w.bell.heard(); len(got) != 0 {
			t.Errorf("told %q of what they had read", got)
		}
	})
}

func TestWhoWasToldAlreadyIsNotLookedAtForEver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, _ := w.open(t)
		b, g := w.start(t, chat.First{})
		w.ok(t, w.people.SetNotice(t.Context(), g, people.Notice{Kind: people.ByMail, Address: "p@example.org", Language: "ar"}))
		for i := range 2 {
			_, err := w.room.Tell(t.Context(), maria, b.Ticket, chat.Words{ClientID: fmt.Sprintf("m%d", i), Text: "an answer"})
			w.ok(t, err)
			w.clock.Pass(2 * time.Minute)
			w.ok(t, w.room.Round(t.Context()))
		}
		var left int
		w.ok(t, db.QueryRow(t.Context(), "SELECT COUNT(*) FROM chat_due").Scan(&left))
		if got := w.bell.heard(); len(got) != 1 || left != 0 {
			t.Errorf("told %q, %d still due", got, left)
		}
	})
}

func TestAChildIsTakenByWhoIsThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, _ := w.open(t)
		made, err := w.staff.AddTeam(t.Context(), w.signIn(t, "ada", w.words), staff.NewTeam{Name: "children"}, w.ada)
		w.ok(t, err)
		ada := w.signIn(t, "ada", w.words)
		w.ok(t, w.office.Set(t.Context(), w.ada, office.ChatTeam, string(w.team)))
		w.ok(t, w.office.Set(t.Context(), w.ada, office.ChildTeam, string(made.ID)))
		alone, _ := w.start(t, chat.First{Live: true, Facts: tickets.Facts{Child: true}})
		if list := w.waiting(t, maria); !alone.Live || len(list) != 1 {
			t.Fatalf("nobody of the children's team is here, and maria sees %d", len(list))
		}
		w.attend(t, ada)
		b, _ := w.start(t, chat.First{Live: true, Facts: tickets.Facts{Child: true}})
		if list := w.waiting(t, ada); !slices.ContainsFunc(list, func(c chat.Table) bool { return c.Ticket == b.Ticket && c.Team == made.ID }) {
			t.Errorf("with ada here she sees %+v", list)
		}
	})
}

func TestWhoLeavesWhileSomebodyComesHasLeft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, _ := w.open(t)
		for range 15 {
			b, g := w.start(t, chat.First{Live: true})
			table := w.waiting(t, maria)[0].ID
			var wait sync.WaitGroup
			wait.Go(func() {
				if err := w.room.Take(t.Context(), maria, table); err != nil && !errors.Is(err, helpdesk.ErrConflict) {
					t.Error(err)
				}
			})
			wait.Go(func() {
				if err := w.replica().Leave(t.Context(), g, b.Conversation, false); err != nil {
					t.Error(err)
				}
			})
			wait.Wait()
			if s := w.seat(t, g, b.Conversation); s.State != chat.Ended || s.EndedBy != "person" {
				t.Fatalf("left, and %q by %q", s.State, s.EndedBy)
			}
		}
	})
}

func TestOfTwoSittingsOfOneDayTheLaterIsTheLatest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, bo := w.open(t)
		for range 8 { // by chance one of two would be right
			b, g := w.start(t, chat.First{Live: true})
			w.ok(t, w.room.Take(t.Context(), maria, w.waiting(t, maria)[0].ID))
			w.ok(t, w.room.Leave(t.Context(), g, b.Conversation, false))
			w.clock.Pass(time.Second)
			w.attend(t, maria, bo)
			w.ok(t, w.room.Sit(t.Context(), w.guest(t, b.Cookie), b.Conversation))
			table := w.waiting(t, maria)[0].ID
			w.ok(t, w.room.Take(t.Context(), maria, table))
			w.ok(t, w.room.End(t.Context(), maria, table, chat.Close{}))
			if s := w.seat(t, w.guest(t, b.Cookie), b.Conversation); s.EndedBy != "desk" {
				t.Fatalf("ended by %q: the earlier sitting is taken for the later", s.EndedBy)
			}
		}
	})
}

func TestWhoComesBackBringsOnlyWhatIsNew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, _ := w.open(t)
		b, g := w.start(t, chat.First{})
		for i := range 5 {
			_, err := w.room.Tell(t.Context(), maria, b.Ticket, chat.Words{ClientID: fmt.Sprintf("m%d", i), Text: "an answer"})
			w.ok(t, err)
		}
		w.ok(t, w.room.Sit(t.Context(), g, b.Conversation))
		_, err := w.room.Say(t.Context(), g, b.Conversation, chat.Words{ClientID: "p1", Text: "here again"})
		w.ok(t, err)
		if got := w.waiting(t, maria)[0].Unread(); got != 1 {
			t.Errorf("one new message shows as %d", got)
		}
	})
}

func TestTheWaitIsKnownFromTalksThatAreOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, bo := w.open(t)
		for range 3 {
			w.attend(t, maria, bo)
			w.start(t, chat.First{Live: true})
			table := w.waiting(t, maria)[0].ID
			w.clock.Pass(4 * time.Minute)
			w.ok(t, w.room.Take(t.Context(), maria, table))
			w.ok(t, w.room.End(t.Context(), maria, table, chat.Close{}))
		}
		w.attend(t, maria, bo)
		b, g := w.start(t, chat.First{Live: true})
		if s := w.seat(t, g, b.Conversation); s.State != chat.Waiting || s.Wait != 4*time.Minute {
			t.Errorf("told to wait %v, %q", s.Wait, s.State)
		}
	})
}

// Everybody who waits asks at each ring; what they ask must not grow with the
// sittings of three months.
func TestWhatOthersWaitedIsReadByAnIndex(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	rows, err := w.db.Query(t.Context(), "EXPLAIN QUERY PLAN "+chat.SelectWaited, int64(0))
	w.ok(t, err)
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var a, b, c int
		var line string
		w.ok(t, rows.Scan(&a, &b, &c, &line))
		plan.WriteString(line + "\n")
	}
	w.ok(t, rows.Err())
	if !strings.Contains(plan.String(), "chat_table_waited") {
		t.Errorf("the plan does not use the index:\n%s", plan.String())
	}
}

func TestAChildIsNotTurnedAwayBecauseOthersWait(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	w.open(t)
	w.ok(t, w.office.Set(t.Context(), w.ada, office.ChatQueueLong, "1"))
	w.start(t, chat.First{Live: true})
	if b, _ := w.start(t, chat.First{Live: true}); b.Live {
		t.Error("the queue is too long and somebody sat down")
	}
	for _, f := range []tickets.Facts{{Child: true}, {Urgent: true}} {
		if b, _ := w.start(t, chat.First{Live: true, Facts: f}); !b.Live {
			t.Errorf("turned away: %d", f.Priority())
		}
	}
}
