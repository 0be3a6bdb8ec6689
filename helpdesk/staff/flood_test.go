package staff_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/vault"
)

// earnest makes guesses cost what they cost in a real house, from the next words
// that are given.
func (w *world) earnest() {
	w.desk = staff.New(staff.House{
		DB: w.db, Secrets: w.secrets, Bus: w.bus, Journal: w.book, Office: w.office,
		Now: w.clock.Now, Log: quiet(), Cost: vault.StaffCost,
	})
}

// TestFlood: 200 wrong guesses a second at one colleague's words, at the price of
// earnest, keep the colleague out of no browser in which they came in before, and
// lock nobody: when it is over they come in everywhere.
func TestFlood(t *testing.T) {
	each(t, func(w *world) {
		w.earnest()
		words, err := w.desk.NewWords(w.ctx, w.ada())
		w.must(err)
		w.asks()
		p, cookie := w.enrol("ada", words)
		mark := w.desk.Mark(w.open(cookie))
		bo := w.invite("bo", w.team)
		code, err := w.desk.RecoveryCode(w.ctx, w.open(cookie))
		w.must(err)
		w.clock.Pass(time.Minute)
		ctx, stop := context.WithCancel(w.ctx)
		var flood sync.WaitGroup
		var busy, other atomic.Int64
		flood.Go(func() {
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
				flood.Go(func() {
					// Also with a mark that somebody made up, or has of another's browser.
					_, err := w.desk.SignInAt(ctx, mark[:len(mark)-2]+"AA", "ada", "six words that are not hers")
					var no helpdesk.Refusal
					switch {
					case errors.As(err, &no) && no.Key == "staff.busy":
						busy.Add(1)
					case errors.As(err, &no) && no.Key == "staff.wrong", ctx.Err() != nil:
					default:
						other.Add(1)
					}
				})
			}
		})
		deadline := time.Now().Add(20 * time.Second)
		for busy.Load() < 20 && time.Now().Before(deadline) {
			time.Sleep(10 * time.Millisecond)
		}
		_, newcomer := w.desk.SignIn(w.ctx, "ada", words)
		began := time.Now()
		half, err := w.desk.SignInAt(w.ctx, mark, "ada", words)
		took := time.Since(began)
		w.must(err)
		whole, err := w.desk.GiveFactor(w.ctx, half, w.shows(p))
		w.must(err)
		// Who is guessed at has other words all the same, and who is invited comes in.
		if _, err := w.desk.NewWords(w.ctx, w.open(whole)); err != nil {
			t.Errorf("no other words: %v", err)
		}
		if _, _, err := w.desk.Accept(w.ctx, bo.token, "en"); err != nil {
			t.Errorf("invited: %v", err)
		}
		if words, _, err = w.desk.SignInWithCode(w.ctx, mark, "ada", code); err != nil {
			t.Errorf("with a recovery code: %v", err)
		}
		stop()
		flood.Wait()
		if busy.Load() < 20 || other.Load() > 0 {
			t.Errorf("%d were refused as too many, %d failed otherwise", busy.Load(), other.Load())
		}
		if took > 5*time.Second {
			t.Errorf("a known browser waited %v", took)
		}
		var no helpdesk.Refusal
		if newcomer != nil && (!errors.As(newcomer, &no) || no.Key != "staff.busy") {
			t.Errorf("a new browser hears %v", newcomer)
		}
		_, err = w.desk.SignIn(w.ctx, "ada", words)
		w.must(err)
	})
}

// A mark is of one colleague, ends, and can't be made up.
func TestAMarkOfABrowserIsOfOneColleagueAndEnds(t *testing.T) {
	each(t, func(w *world) {
		_, s := w.signIn("ada", w.init.Words)
		mark := w.desk.Mark(s)
		if !staff.Known(w.desk, "ada", mark) {
			t.Error("a mark just made is not known")
		}
		for name, ok := range map[string]bool{
			"of another":  staff.Known(w.desk, "bo", mark),
			"made up":     staff.Known(w.desk, "ada", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
			"none":        staff.Known(w.desk, "ada", ""),
			"cut":         staff.Known(w.desk, "ada", mark[:12]),
			"other bytes": staff.Known(w.desk, "ada", "B"+mark[1:]) && mark[0] != 'B',
		} {
			if ok {
				t.Errorf("a mark %s is known", name)
			}
		}
		w.clock.Pass(91 * 24 * time.Hour)
		if staff.Known(w.desk, "ada", mark) {
			t.Error("a mark lasts for ever")
		}
	})
}
