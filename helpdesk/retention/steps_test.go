package retention_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/retention"
)

// Those that stay lie among those that go, so that a run has to find its place
// again after each step.
func TestWhatIsMoreThanAStepGoesToTheLastAndNothingElse(t *testing.T) {
	each(t, func(w *world) {
		w.rules("tickets | 12")
		first, _ := w.came(w.team, "the first")
		held, _ := w.came(w.team, "postponed")
		w.must(w.room.Hold(w.ctx, w.signIn(), held, monday.AddDate(2, 0, 0), "court"))
		const many = 260
		for n := range many { // rows alone: what hangs on a ticket the other stories tell
			id, talk := helpdesk.NewID(), helpdesk.NewID()
			w.exec(`INSERT INTO tickets_ticket (id, number, conversation, team, owner, state, priority, due_day, channel, language, writer, person, opened_at,
				waiting_since, last_at, rank, serial, version, joined_into, joined_state, mac)
				SELECT $1, $2, $3, team, owner, state, priority, due_day, channel, language, writer, person, opened_at,
				waiting_since, last_at, rank, serial, version, joined_into, joined_state, mac FROM tickets_ticket WHERE id = $4`, id, 1_000+n, talk, first)
		}
		w.exec(`UPDATE tickets_ticket SET state = 'closed', rank = $1 - number`, int64(1)<<62-monday.UnixMicro())
		w.clock.set(monday.AddDate(0, 11, 0))
		young, _ := w.came(w.team, "young")
		w.close(young)
		w.clock.set(monday.AddDate(0, 12, 2))
		report := w.run()
		w.same("went", report.Counts[office.KeepTickets], many+1)
		w.same("held", report.Counts[retention.CountHeld], 1)
		w.same("left", w.count(`SELECT COUNT(*) FROM tickets_ticket`), 2)
		w.same("left are those that stay", w.there(held) > 0 && w.there(young) > 0, true)
	})
}

func TestAMailServerThatCannotBeReachedIsAskedAgainByTheNextRun(t *testing.T) {
	each(t, func(w *world) {
		w.exec(`INSERT INTO post_gone (id_index) VALUES ($1)`, []byte("known by this mark"))
		asked := 0
		reached := errors.New("no answer")
		w.room.Servers = func(_ context.Context, gone *post.GoneLetters) (int, error) {
			asked++
			if gone.None() {
				t.Error("asked for nothing")
			}
			if reached != nil {
				return 0, reached
			}
			return 1, nil
		}
		w.same("counted", w.run().Counts[retention.CountServer], 0)
		reached = nil
		w.same("counted", w.run().Counts[retention.CountServer], 1)
		w.same("counted", w.run().Counts[retention.CountServer], 0)
		w.same("asked", asked, 2)
	})
}

// A database that was put back asks no mail server, which may serve a house that
// lives on, and erases nothing that somebody asked for: they may have taken it back.
func TestAfterARestoreWhatIsTooOldGoesAndNothingElse(t *testing.T) {
	each(t, func(w *world) {
		w.rules("tickets | 12")
		w.exec(`INSERT INTO post_gone (id_index) VALUES ($1)`, []byte("known by this mark"))
		w.room.Servers = func(context.Context, *post.GoneLetters) (int, error) {
			t.Error("a mail server was asked")
			return 0, nil
		}
		asked, _ := w.came(w.team, "asked")
		old, _ := w.came(w.team, "old")
		w.close(old)
		w.must(w.room.Ask(w.ctx, w.signIn(), asked, monday))
		w.clock.set(monday.AddDate(0, 12, 2))
		_, err := w.room.RunAged(w.ctx)
		w.must(err)
		w.same("what is too old", w.there(old) > 0, false)
		w.same("what was asked for", w.there(asked) > 0, true)
		report, err := w.room.Nightly(w.ctx) // half a day is left to take it back
		w.must(err)
		w.same("in the same night", report.ID == "", true)
		w.room.Servers = nil
		w.clock.set(monday.AddDate(0, 12, 2).Add(13 * time.Hour))
		_, err = w.room.Nightly(w.ctx)
		w.must(err)
		w.same("in the next night", w.there(asked) > 0, false)
	})
}
