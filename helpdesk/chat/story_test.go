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
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func asRefusal(err error) (helpdesk.Refusal, bool) {
	var r helpdesk.Refusal
	return r, errors.As(err, &r)
}

func TestSomebodyTalksAndIsAnswered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, bo := w.open(t)
		b, g := w.start(t, chat.First{Live: true, Text: "hello"})
		if !b.Live {
			t.Fatal("the doors are open and nobody sat down")
		}
		if s := w.seat(t, g, b.Conversation); s.State != chat.Waiting || s.Place != 1 || s.Wait != 0 {
			t.Errorf("waiting as %+v", s)
		}
		list := w.waiting(t, maria)
		if len(list) != 1 || list[0].Ticket != b.Ticket || list[0].Head.Title != "hello" || list[0].Unread() != 1 {
			t.Fatalf("maria sees %+v", list)
		}
		w.ok(t, w.room.Attend(t.Context(), maria, chat.Absent))
		w.ok(t, w.room.Take(t.Context(), maria, list[0].ID))
		if err := w.room.Take(t.Context(), bo, list[0].ID); err == nil {
			t.Error("a table was taken twice")
		}
		if p, err := w.room.Presence(t.Context(), maria); err != nil || p != chat.Here {
			t.Errorf("who took it is %s, %v", p, err)
		}
		if s := w.seat(t, g, b.Conversation); s.State != chat.Talking || s.Alias != "Maria" {
			t.Errorf("talking as %+v", s)
		}
		_, err := w.room.Tell(t.Context(), maria, b.Ticket, chat.Words{ClientID: "m1", Text: "hello, I am Maria", Offers: []string{"yes", "no"}})
		w.ok(t, err)
		n, err := w.room.Say(t.Context(), w.guest(t, b.Cookie), b.Conversation, chat.Words{ClientID: "p2", Text: "yes"})
		w.ok(t, err)
		again, err := w.room.Say(t.Context(), w.guest(t, b.Cookie), b.Conversation, chat.Words{ClientID: "p2", Text: "yes"})
		if err != nil || again != n {
			t.Errorf("said again: %d, %v; want %d", again, err, n)
		}
		want := []string{"hello", chat.SystemTaken, "hello, I am Maria", "yes"}
		if got := w.texts(t, g, b.Conversation, 0); !slices.Equal(got, want) {
			t.Errorf("heard %q, want %q", got, want)
		}
		if got := w.texts(t, g, b.Conversation, n-1); !slices.Equal(got, want[3:]) {
			t.Errorf("after %d: %q", n-1, got)
		}
		talks, err := w.room.Talks(t.Context(), maria)
		if err != nil || len(talks) != 1 || talks[0].Unread() != 1 || !talks[0].GuestHere {
			t.Fatalf("maria's talks %+v, %v", talks, err)
		}
		w.ok(t, w.room.ReadTo(t.Context(), maria, talks[0].ID, n))
		w.ok(t, w.room.End(t.Context(), maria, talks[0].ID, chat.Close{Note: "calm", Topic: "appeal"}))
		if s := w.seat(t, g, b.Conversation); s.State != chat.Ended || s.EndedBy != "desk" {
			t.Errorf("ended as %+v", s)
		}
		// An answer later is heard too.
		_, err = w.room.Tell(t.Context(), bo, b.Ticket, chat.Words{ClientID: "b1", Text: "one more thing"})
		w.ok(t, err)
		if got := w.texts(t, g, b.Conversation, n); !slices.Equal(got, []string{chat.SystemEnded, "one more thing"}) {
			t.Errorf("later %q", got)
		}
	})
}

func TestOfManyCounsellorsOneTakesTheTable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, bo := w.open(t)
		all := []*staff.Session{maria, bo, w.hire(t, "Cim", w.team), w.hire(t, "Dag", w.team)}
		for range 5 {
			b, g := w.start(t, chat.First{Live: true})
			table := w.waiting(t, maria)[0].ID
			var wait sync.WaitGroup
			var mu sync.Mutex
			var got []helpdesk.ID
			for i := range 12 {
				s := all[i%len(all)]
				wait.Go(func() {
					err := w.replica().Take(t.Context(), s, table)
					if err == nil {
						mu.Lock()
						got = append(got, s.User.ID)
						mu.Unlock()
					} else if !errors.Is(err, helpdesk.ErrConflict) {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			if len(got) != 1 {
				t.Fatalf("%d took one table", len(got))
			}
			taken := 0
			for _, key := range w.texts(t, g, b.Conversation, 0) {
				if key == chat.SystemTaken {
					taken++
				}
			}
			if taken != 1 {
				t.Errorf("the person was told %d times", taken)
			}
		}
	})
}

func TestTheListIsUrgentThenChildrenThenDetainedThenTheLongestWait(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, _ := w.open(t)
		var want []helpdesk.ID
		for _, f := range []tickets.Facts{{}, {}, {Audience: "detained"}, {Child: true}, {Urgent: true}} {
			b, _ := w.start(t, chat.First{Live: true, Facts: f})
			w.clock.Pass(time.Second)
			want = append(want, b.Ticket)
		}
		want = []helpdesk.ID{want[4], want[3], want[2], want[0], want[1]}
		var got []helpdesk.ID
		for _, table := range w.waiting(t, maria) {
			got = append(got, table.Ticket)
		}
		if !slices.Equal(got, want) {
			t.Errorf("order %v, want %v", got, want)
		}
	})
}

func TestTheDoorIsOpenOnlyWhileTwoRosteredCounsellorsAreThere(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	maria, bo := w.open(t)
	state := func(a hours.Audience) hours.State {
		s, err := w.room.Door(t.Context(), a)
		w.ok(t, err)
		return s.State
	}
	if s := state(hours.Everyone); s != hours.Open {
		t.Fatalf("two are here and the door is %s", s)
	}
	w.ok(t, w.room.Attend(t.Context(), bo, chat.Absent))
	if s := state(hours.Everyone); s != hours.Few {
		t.Errorf("one is away and the door is %s", s)
	}
	stranger := w.hire(t, "Not Rostered", w.team)
	w.attend(t, stranger)
	if s := state(hours.Everyone); s != hours.Few {
		t.Errorf("somebody not on the roster opens the door: %s", s)
	}
	w.attend(t, maria, bo)
	w.clock.Pass(31 * time.Second)
	if s := state(hours.Everyone); s != hours.Few {
		t.Errorf("nobody said they are here for half a minute and the door is %s", s)
	}
	w.attend(t, maria, bo)
	// An opening is named only when the roster keeps it.
	w.ok(t, w.office.Set(t.Context(), w.ada, office.Roster, fmt.Sprintf("shift %s chat_everyone daily 00:00-24:00\nshift %s chat_everyone thu 12:00-14:00\n", maria.User.ID, bo.User.ID)))
	w.ok(t, w.room.Attend(t.Context(), bo, chat.Absent))
	if s, err := w.room.Door(t.Context(), hours.Everyone); err != nil || !s.Next.Equal(time.Date(2026, 3, 5, 11, 0, 0, 0, time.UTC)) {
		t.Errorf("opens %v, %v; two are rostered on Thursday from 12", s.Next, err)
	}
	w.ok(t, w.office.Set(t.Context(), w.ada, office.Roster, fmt.Sprintf("shift %s chat_everyone daily 00:00-24:00\n", maria.User.ID)))
	if s, err := w.room.Door(t.Context(), hours.Everyone); err != nil || !s.Next.IsZero() {
		t.Errorf("opens %v, %v; two are never rostered", s.Next, err)
	}
	var roster strings.Builder
	for _, s := range []*staff.Session{maria, bo} {
		fmt.Fprintf(&roster, "shift %s chat_everyone daily 00:00-24:00\nshift %s chat_detained daily 00:00-24:00\n", s.User.ID, s.User.ID)
	}
	w.ok(t, w.office.Set(t.Context(), w.ada, office.Roster, roster.String()))
	w.clock.Set(time.Date(2026, 3, 7, 18, 0, 0, 0, time.UTC)) // Saturday 19:00
	w.attend(t, maria, bo)
	if e, d := state(hours.Everyone), state(hours.Detained); e != hours.Closed || d != hours.Open {
		t.Errorf("Saturday evening: everyone %s, detained %s", e, d)
	}
	b, _ := w.start(t, chat.First{Live: true})
	if b.Live {
		t.Error("somebody sat down while it is closed")
	}
	d, _ := w.start(t, chat.First{Live: true, Facts: tickets.Facts{Audience: "detained"}})
	if !d.Live {
		t.Error("detained people have longer hours and could not sit down")
	}
}

func TestNobodyWorksAloneLate(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	w.clock.Set(time.Date(2026, 3, 7, 18, 0, 0, 0, time.UTC))
	maria, bo := w.open(t)
	w.start(t, chat.First{Live: true, Facts: tickets.Facts{Audience: "detained"}})
	u, _ := w.start(t, chat.First{Live: true, Facts: tickets.Facts{Audience: "detained", Urgent: true}})
	w.ok(t, w.room.Attend(t.Context(), bo, chat.Absent))
	list := w.waiting(t, maria)
	if err := w.room.Take(t.Context(), maria, list[1].ID); !refused(err, "chat.alone") {
		t.Errorf("alone in the evening: %v", err)
	}
	if list[0].Ticket != u.Ticket {
		t.Fatal("the urgent one is not first")
	}
	w.ok(t, w.room.Take(t.Context(), maria, list[0].ID))

	// But a talk that has begun is not left because a colleague's net was.
	w.ok(t, w.room.Attend(t.Context(), bo, chat.Here))
	w.ok(t, w.room.Take(t.Context(), bo, list[1].ID))
	w.clock.Pass(3 * time.Minute)
	w.ok(t, w.room.Attend(t.Context(), maria, chat.Here))
	w.ok(t, w.room.Round(t.Context()))
	w.ok(t, w.room.Take(t.Context(), maria, list[1].ID))
}

func TestAFirstFormPostedTwiceIsOneConversation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		w.open(t)
		w.start(t, chat.First{ClientID: "same"})
		if _, err := w.room.Start(t.Context(), chat.First{ClientID: "same", Lang: "ar", Text: "hello"}); !refused(err, "start.twice") {
			t.Errorf("posted twice: %v", err)
		}
	})
}

func TestWhatShouldNotBeSentIsStopped(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	w.open(t)
	b, g := w.start(t, chat.First{})
	code, err := w.people.NewCode(t.Context(), g)
	w.ok(t, err)
	for text, key := range map[string]string{
		"  \n": "chat.empty", string(make([]rune, 8001)): "chat.long", "my code is " + people.Groups(code): "chat.code",
	} {
		if _, err := w.room.Say(t.Context(), g, b.Conversation, chat.Words{ClientID: "x", Text: text}); !refused(err, key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestSomebodyElsesConversationIsNotThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, _ := w.open(t)
		b, _ := w.start(t, chat.First{Live: true})
		_, other := w.start(t, chat.First{})
		ctx, outsider := t.Context(), w.hire(t, "Out Side")
		table := w.waiting(t, maria)[0].ID
		for name, err := range map[string]error{
			"say":      second(w.room.Say(ctx, other, b.Conversation, chat.Words{ClientID: "x", Text: "x"})),
			"hear":     second(w.room.Hear(ctx, other, b.Conversation, 0)),
			"seat":     second(w.room.Seat(ctx, other, b.Conversation)),
			"sit":      w.room.Sit(ctx, other, b.Conversation),
			"leave":    w.room.Leave(ctx, other, b.Conversation, true),
			"typing":   w.room.GuestTyping(ctx, other, b.Conversation),
			"take":     w.room.Take(ctx, outsider, table),
			"tell":     second(w.room.Tell(ctx, outsider, b.Ticket, chat.Words{ClientID: "x", Text: "x"})),
			"table":    second(w.room.TableOf(ctx, outsider, b.Ticket)),
			"read":     w.room.ReadTo(ctx, outsider, table, 1),
			"end":      w.room.End(ctx, outsider, table, chat.Close{}),
			"hand":     w.room.HandOver(ctx, outsider, table, "", true),
			"bring":    w.room.Bring(ctx, outsider, table, outsider.User.ID, "colleague", wednesday.Add(time.Hour)),
			"danger":   w.room.Danger(ctx, outsider, b.Ticket, chat.AskWhere, "", "x"),
			"not mine": w.room.End(ctx, maria, table, chat.Close{}),
		} {
			if !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestWhoWaitsTooLongGetsALetterInstead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, _ := w.open(t)
		b, g := w.start(t, chat.First{Live: true})
		w.clock.Pass(19 * time.Minute)
		w.ok(t, w.room.Round(t.Context()))
		if s := w.seat(t, w.guest(t, b.Cookie), b.Conversation); s.State != chat.Waiting {
			t.Fatalf("after 19 minutes %+v", s)
		}
		w.clock.Pass(2 * time.Minute)
		for range 3 { // also on other replicas
			w.ok(t, w.replica().Round(t.Context()))
		}
		if s := w.seat(t, g, b.Conversation); s.State != chat.Missed {
			t.Errorf("after 21 minutes %+v", s)
		}
		if got := w.texts(t, g, b.Conversation, 1); !slices.Equal(got, []string{chat.SystemMissed}) {
			t.Errorf("the person was told %q", got)
		}
		if len(w.waiting(t, maria)) != 0 {
			t.Error("it still waits in the list")
		}
		page, err := w.tickets.Queue(t.Context(), maria, tickets.Filter{Queue: tickets.QueueUnassigned}, "", 10)
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Ticket.ID != b.Ticket {
			t.Errorf("the queue has %d rows, %v", len(page.Rows), err)
		}
	})
}

func TestACounsellorWithoutNetKeepsTheTableTwoMinutes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, bo := w.open(t)
		b, g := w.start(t, chat.First{Live: true})
		table := w.waiting(t, maria)[0].ID
		w.ok(t, w.room.Take(t.Context(), maria, table))
		w.clock.Pass(119 * time.Second)
		w.attend(t, bo)
		w.ok(t, w.room.Round(t.Context()))
		if len(w.waiting(t, bo)) != 0 {
			t.Fatal("given away too soon")
		}
		w.clock.Pass(2 * time.Second)
		w.attend(t, bo)
		w.ok(t, w.room.Round(t.Context()))
		w.ok(t, w.replica().Round(t.Context()))
		if s := w.seat(t, g, b.Conversation); s.State != chat.Away {
			t.Errorf("the person sees %+v", s)
		}
		if list := w.waiting(t, bo); len(list) != 1 || list[0].ID != table {
			t.Fatalf("bo sees %+v", list)
		}
		w.ok(t, w.room.Take(t.Context(), bo, table))
		if _, err := w.room.Tell(t.Context(), maria, b.Ticket, chat.Words{ClientID: "late", Text: "back"}); !refused(err, "chat.elsewhere") {
			t.Errorf("maria talks on: %v", err)
		}
		want := []string{chat.SystemTaken, chat.SystemAway, chat.SystemTaken}
		if got := w.texts(t, g, b.Conversation, 1); !slices.Equal(got, want) {
			t.Errorf("the person was told %q", got)
		}
	})
}

func TestATableIsHandedOverWarmAndCold(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	maria, bo := w.open(t)
	b, g := w.start(t, chat.First{Live: true})
	table := w.waiting(t, maria)[0].ID
	w.ok(t, w.room.Take(t.Context(), maria, table))
	w.ok(t, w.room.HandOver(t.Context(), maria, table, bo.User.ID, true))
	if _, err := w.room.Tell(t.Context(), maria, b.Ticket, chat.Words{ClientID: "m", Text: "Bo comes now"}); err != nil {
		t.Errorf("warm, and maria may not speak: %v", err)
	}
	w.ok(t, w.room.Take(t.Context(), bo, table))
	if s := w.seat(t, g, b.Conversation); s.Alias != "Bo" {
		t.Errorf("sits with %q", s.Alias)
	}
	w.ok(t, w.room.HandOver(t.Context(), bo, table, "", false))
	if s := w.seat(t, g, b.Conversation); s.State != chat.Waiting {
		t.Errorf("cold: %+v", s)
	}
	if g := w.guest(t, b.Cookie); !g.Held {
		t.Error("who waits again may be idle")
	}
	w.ok(t, w.room.Take(t.Context(), maria, table))
	outsider := w.hire(t, "Out Side")
	if err := w.room.HandOver(t.Context(), maria, table, outsider.User.ID, true); !refused(err, "give.stranger") {
		t.Errorf("handed to an outsider: %v", err)
	}
}

func TestAnInterpreterIsBroughtInForAWhile(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	maria, _ := w.open(t)
	inter := w.hire(t, "Ines Tolk")
	b, g := w.start(t, chat.First{Live: true})
	table := w.waiting(t, maria)[0].ID
	w.ok(t, w.room.Take(t.Context(), maria, table))
	w.ok(t, w.room.Bring(t.Context(), maria, table, inter.User.ID, "interpreter", w.clock.Now().Add(time.Hour)))
	talks, err := w.room.Talks(t.Context(), inter)
	if err != nil || len(talks) != 1 {
		t.Fatalf("the interpreter's talks %v, %v", talks, err)
	}
	if _, err := w.room.Tell(t.Context(), inter, b.Ticket, chat.Words{ClientID: "i", Text: "translated"}); err != nil {
		t.Error(err)
	}
	if got := w.texts(t, g, b.Conversation, 2); !slices.Contains(got, "translated") || !slices.Contains(got, chat.SystemBrought) {
		t.Errorf("the person heard %q", got)
	}
	w.clock.Pass(61 * time.Minute)
	if _, err := w.room.Tell(t.Context(), inter, b.Ticket, chat.Words{ClientID: "j", Text: "too late"}); err == nil {
		t.Error("still speaks after the hour")
	}
}

func TestTheHintsComeWithActiveMinutesAndCutNothing(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	maria, bo := w.open(t)
	b, _ := w.start(t, chat.First{Live: true})
	table := w.waiting(t, maria)[0].ID
	w.ok(t, w.room.Take(t.Context(), maria, table))
	hints := map[int]int{}
	for i := range 25 {
		w.clock.Pass(2 * time.Minute)
		w.attend(t, maria, bo)
		if i == 3 {
			w.clock.Pass(20 * time.Minute) // a pause is no talking
			w.attend(t, maria, bo)
		}
		id := string(rune('a' + i))
		_, err := w.room.Tell(t.Context(), maria, b.Ticket, chat.Words{ClientID: "m" + id, Text: id})
		w.ok(t, err)
		talks, err := w.room.Talks(t.Context(), maria)
		w.ok(t, err)
		hints[talks[0].Hint]++
	}
	if hints[0] == 0 || hints[1] != 5 || hints[2] == 0 {
		t.Errorf("hints %v", hints)
	}
}

func TestDangerCallsASecondPersonAlsoWithoutATable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, bo := w.open(t)
		b, g := w.start(t, chat.First{}) // a message left, nobody sits there
		w.ok(t, w.room.Danger(t.Context(), maria, b.Ticket, chat.AskWhere, "at the bus stop", "d1"))
		w.ok(t, w.room.Danger(t.Context(), maria, b.Ticket, chat.Emergency, "", "d2"))
		calls, err := w.room.Calls(t.Context(), bo)
		if err != nil || len(calls) != 1 || calls[0].Ticket != b.Ticket || calls[0].Who != maria.User.ID {
			t.Fatalf("bo sees %+v, %v", calls, err)
		}
		w.ok(t, w.room.Danger(t.Context(), bo, b.Ticket, chat.Second, "", "d3"))
		if calls, _ := w.room.Calls(t.Context(), maria); len(calls) != 0 {
			t.Error("a colleague came and the call goes on")
		}
		sheet, err := w.tickets.Page(t.Context(), maria, b.Ticket)
		w.ok(t, err)
		done := chat.StepsDone(sheet.Messages)
		if done[chat.AskWhere].Remark != "at the bus stop" || done[chat.Second].By != bo.User.ID || len(done) != 3 {
			t.Errorf("steps %+v", done)
		}
		if got := w.texts(t, g, b.Conversation, 0); len(got) != 1 {
			t.Errorf("the person sees the steps: %q", got)
		}
	})
}

func TestWaitingIsNeverIdleAndAPhoneThatSleptFindsItsPlace(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	maria, bo := w.open(t)
	w.ok(t, w.office.Set(t.Context(), w.ada, office.ChatAcceptMinutes, "240"))
	b, _ := w.start(t, chat.First{Live: true})
	for range 3 {
		w.clock.Pass(20 * time.Minute)
		w.attend(t, maria, bo)
		w.ok(t, w.room.Round(t.Context()))
	}
	g := w.guest(t, b.Cookie) // an hour later the screen wakes up
	if s := w.seat(t, g, b.Conversation); s.State != chat.Waiting || s.Place != 1 {
		t.Errorf("after an hour's sleep %+v", s)
	}
}

func TestWhoLeftByTheExitIsNotWrittenToFirst(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	maria, _ := w.open(t)
	b, g := w.start(t, chat.First{Live: true})
	w.ok(t, w.room.Leave(t.Context(), g, b.Conversation, true))
	table, err := w.room.TableOf(t.Context(), maria, b.Ticket)
	if err != nil || table.State != chat.Ended || table.EndedBy != "left" {
		t.Errorf("the desk sees %+v, %v", table, err)
	}
	heads, err := w.tickets.Heads(t.Context(), maria, []helpdesk.ID{b.Ticket})
	if err != nil || !heads[b.Ticket].Facts.LeftQuickly {
		t.Errorf("facts %+v, %v", heads, err)
	}
}

func TestAnErasureIsUndoneByTheCodeAloneAndThenCarriedOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := build(t, db)
		maria, _ := w.open(t)
		b, g := w.start(t, chat.First{Live: true, Text: "before"})
		code, err := w.people.NewCode(t.Context(), g)
		w.ok(t, err)
		w.ok(t, w.room.Erase(t.Context(), w.guest(t, b.Cookie)))
		if _, err := w.tickets.Page(t.Context(), maria, b.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("the desk still opens it: %v", err)
		}
		if len(w.waiting(t, maria)) != 0 {
			t.Error("it still waits in the list")
		}
		w.clock.Pass(71 * time.Hour)
		w.ok(t, w.room.Round(t.Context()))
		_, back, _, err := w.people.Return(t.Context(), code, false)
		w.ok(t, err)
		w.ok(t, w.room.Unerase(t.Context(), back))
		if _, err := w.tickets.Page(t.Context(), w.signIn(t, "ada", w.words), b.Ticket); err != nil {
			t.Errorf("undone, and the desk can't open it: %v", err)
		}
		w.ok(t, w.room.Erase(t.Context(), back))
		w.clock.Pass(73 * time.Hour)
		w.ok(t, w.room.Round(t.Context()))
		w.ok(t, w.replica().Round(t.Context()))
		if _, _, _, err := w.people.Return(t.Context(), code, false); !refused(err, "code.wrong") {
			t.Errorf("the code after the erasure: %v", err)
		}
		if got := w.bell.heard(); !slices.Equal(got, []string{"stop 1", "stop 1", "forget 1"}) {
			t.Errorf("the postroom was told %q", got)
		}
		for _, table := range []string{"chat_table", "chat_due", "chat_guest", "tickets_ticket", "tickets_message"} {
			var n int
			w.ok(t, db.QueryRow(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n))
			if n != 0 {
				t.Errorf("%d rows are left in %s", n, table)
			}
		}
	})
}

func TestWhoAskedForItIsToldOnceAndInASafeHour(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	maria, bo := w.open(t)
	b, g := w.start(t, chat.First{})
	w.ok(t, w.people.SetNotice(t.Context(), g, people.Notice{Kind: people.ByMail, Address: "amina@example.org", From: 18, To: 20, Language: "ar"}))
	for _, id := range []string{"a", "b"} {
		_, err := w.room.Tell(t.Context(), maria, b.Ticket, chat.Words{ClientID: id, Text: id})
		w.ok(t, err)
	}
	w.clock.Pass(2 * time.Minute)
	w.ok(t, w.room.Round(t.Context()))
	if got := w.bell.heard(); len(got) != 0 {
		t.Fatalf("told at 11:32: %q", got)
	}
	w.clock.Set(time.Date(2026, 3, 4, 17, 30, 0, 0, time.UTC)) // 18:30 there
	w.attend(t, maria, bo)
	for range 3 {
		w.ok(t, w.room.Round(t.Context()))
	}
	if got := w.bell.heard(); !slices.Equal(got, []string{"waiting amina@example.org ar"}) {
		t.Errorf("told %q", got)
	}
}

func TestWhoMustTravelReachesWhoIsOnCall(t *testing.T) {
	w := build(t, storetest.SQLite(t))
	w.ok(t, w.office.Set(t.Context(), w.ada, office.OnCall, "night@example.org\n"))
	for range 3 {
		w.start(t, chat.First{Facts: tickets.Facts{Urgent: true}})
	}
	if got := w.bell.heard(); !slices.Equal(got, []string{"on call night@example.org"}) {
		t.Errorf("heard %q", got)
	}
	w.clock.Pass(4 * time.Minute)
	w.start(t, chat.First{Facts: tickets.Facts{Urgent: true}})
	if got := w.bell.heard(); len(got) != 2 {
		t.Errorf("four minutes later: %q", got)
	}
	w.clock.Pass(4 * time.Minute)
	w.start(t, chat.First{})
	if got := w.bell.heard(); len(got) != 2 {
		t.Errorf("somebody else rang too: %q", got)
	}
}
