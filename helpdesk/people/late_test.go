package people_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
)

// end has a session run out.
func (w *world) end(cookie string) {
	w.t.Helper()
	w.clock.pass(11 * time.Minute)
	w.denied(cookie)
}

func TestWhatIsPostedTooLateIsThereOnReturn(t *testing.T) {
	each(t, func(w *world) {
		cookie, g, code := w.withCode()
		w.end(cookie)
		w.clock.pass(23 * time.Hour)
		author, err := w.people.Author(w.ctx, cookie)
		w.must(err)
		if author != g.Person {
			t.Fatalf("written by %s, want %s", author, g.Person)
		}
		w.must(w.people.KeepLate(w.ctx, author, "", "Jag orkade inte skriva klart."))
		w.clock.pass(time.Minute)
		w.must(w.people.KeepLate(w.ctx, author, "", "لم أنته"))
		w.clock.pass(20 * 24 * time.Hour)
		w.must(w.people.Sweep(w.ctx))
		_, back, _ := w.comeBack(code)
		late, err := w.people.Late(w.ctx, back)
		w.must(err)
		if len(late) != 2 || late[0].Text != "Jag orkade inte skriva klart." || late[1].Text != "لم أنته" || !late[1].At.Equal(late[0].At.Add(time.Minute)) {
			t.Errorf("%d late texts", len(late))
		}
		_, other, _ := w.withCode()
		if theirs, err := w.people.Late(w.ctx, other); err != nil || len(theirs) != 0 {
			t.Errorf("somebody else sees %d, %v", len(theirs), err)
		}
		w.must(w.people.DropLate(w.ctx, other, late[0].ID)) // not theirs
		w.must(w.people.DropLate(w.ctx, back, late[0].ID))
		if rest, err := w.people.Late(w.ctx, back); err != nil || len(rest) != 1 || rest[0].Text != "لم أنته" {
			t.Errorf("after one was dropped: %d, %v", len(rest), err)
		}
	})
}

func TestAfterADayNobodyKnowsWhoPosted(t *testing.T) {
	each(t, func(w *world) {
		cookie, _, _ := w.withCode()
		w.end(cookie)
		w.clock.pass(24 * time.Hour)
		for range 2 {
			_, err := w.people.Author(w.ctx, cookie)
			w.fails(err, helpdesk.ErrDenied)
			w.must(w.people.Sweep(w.ctx))
		}
		for _, cookie := range []string{"", "rubbish"} {
			_, err := w.people.Author(w.ctx, cookie)
			w.fails(err, helpdesk.ErrDenied)
		}
	})
}

func TestTheAuthorIsKnownBeforeTheSweepCame(t *testing.T) {
	each(t, func(w *world) {
		cookie, g, _ := w.withCode()
		w.clock.pass(12 * time.Hour)
		author, err := w.people.Author(w.ctx, cookie)
		if err != nil || author != g.Person {
			t.Errorf("%v, %v", author, err)
		}
		w.clock.pass(13 * time.Hour)
		_, err = w.people.Author(w.ctx, cookie)
		w.fails(err, helpdesk.ErrDenied)
	})
}

func TestLateTextsAreBounded(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.withCode()
		w.refused(w.people.KeepLate(w.ctx, g.Person, "", strings.Repeat("x", 64*1024+1)), "late.long")
		for range 10 {
			w.must(w.people.KeepLate(w.ctx, g.Person, "", strings.Repeat("x", 1000)))
		}
		w.refused(w.people.KeepLate(w.ctx, g.Person, "", "x"), "late.full")
		w.clock.pass(30 * 24 * time.Hour)
		w.must(w.people.Sweep(w.ctx))
		if n := w.count(`SELECT COUNT(*) FROM people_late`); n != 0 {
			t.Errorf("after a month %d are left", n)
		}

		// Who cannot come back is told so, rather than kept waiting.
		_, alone := w.begin(false)
		w.refused(w.people.KeepLate(w.ctx, alone.Person, "", "x"), "late.no_code")
		w.must(w.people.DeclineCode(w.ctx, alone))
		w.refused(w.people.KeepLate(w.ctx, alone.Person, "", "x"), "late.no_code")
		w.fails(w.people.KeepLate(w.ctx, helpdesk.NewID(), "", "x"), helpdesk.ErrNotFound)
	})
}

// A button is pressed twice, or an answer was lost on the way: the words stand
// there once. Another's id is another's.
func TestWhatComesTwiceTooLateIsKeptOnce(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.withCode()
		_, other, _ := w.withCode()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				w.must(w.people.KeepLate(w.ctx, g.Person, "one", "x", people.LateFile{Name: "a", Data: []byte("a")}))
			})
		}
		all.Wait()
		w.must(w.people.KeepLate(w.ctx, g.Person, "two", "x"))
		w.must(w.people.KeepLate(w.ctx, other.Person, "one", "x"))
		for who, want := range map[*people.Guest]int{g: 2, other: 1} {
			late, err := w.people.Late(w.ctx, who)
			w.must(err)
			if len(late) != want {
				t.Errorf("%d texts, not %d", len(late), want)
			}
			files := 0
			for _, draft := range late {
				files += len(draft.Files)
			}
			if who == g && files != 1 {
				t.Errorf("%d files, not 1", files)
			}
		}
	})
}
