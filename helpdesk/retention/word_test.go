package retention_test

import (
	"errors"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/retention"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

func refused(err error, key string) bool {
	var r helpdesk.Refusal
	return errors.As(err, &r) && r.Key == key
}

func TestWhatItsPersonAskedForGoesAfterThreeDaysWhateverItStandsAt(t *testing.T) {
	each(t, func(w *world) {
		id, _ := w.came(w.team, "please forget me")
		undone, _ := w.came(w.team, "or rather not")
		s := w.signIn()
		w.must(w.room.Ask(w.ctx, s, id, monday.AddDate(0, 0, -2)))
		w.must(w.room.Ask(w.ctx, s, undone, monday))
		w.same("closed outside at once", len(w.others.stopped), 2)
		_, asks, err := w.room.Words(w.ctx, s)
		w.must(err)
		w.same("asked", len(asks), 2)
		w.same("its clock", asks[0].Day.Format(time.DateOnly), "2023-04-04")
		w.same("goes", asks[0].Goes, monday.Add(retention.Undo))

		w.clock.set(monday.Add(71 * time.Hour))
		w.same("within three days", w.run().Erased(), false)
		w.must(w.room.Unask(w.ctx, w.signIn(), undone))
		w.clock.set(monday.Add(73 * time.Hour))
		w.same("then", w.run().Counts[retention.CountAsked], 1)
		w.same("left", []bool{w.there(id) > 0, w.there(undone) > 0}, []bool{false, true})
		w.same("words left", w.count(`SELECT COUNT(*) FROM retention_word`), 0)
	})
}

func TestAMonthIsTheLongestAnybodyWaitsForAnErasure(t *testing.T) {
	each(t, func(w *world) {
		id, _ := w.came(w.team, "asked a month ago")
		w.must(w.room.Ask(w.ctx, w.signIn(), id, monday.AddDate(0, -1, -1)))
		w.same("at once", w.run().Counts[retention.CountAsked], 1)
		w.same("left", w.there(id), 0)
	})
}

// Whoever writes an erasure down again moves no clock.
func TestAskedAgainTheFirstDayCounts(t *testing.T) {
	each(t, func(w *world) {
		id, _ := w.came(w.team, "asked twice")
		first := monday.AddDate(0, 0, -20)
		w.must(w.room.Ask(w.ctx, w.signIn(), id, first))
		w.clock.set(monday.Add(48 * time.Hour))
		w.must(w.room.Ask(w.ctx, w.signIn(), id, monday))
		_, asks, err := w.room.Words(w.ctx, w.signIn())
		w.must(err)
		w.same("asked and due", []string{asks[0].Asked.Format(time.DateOnly), asks[0].Day.Format(time.DateOnly)}, []string{"2023-02-14", "2023-03-14"})
		w.same("goes", asks[0].Goes, monday.Add(retention.Undo))
		w.must(w.room.Ask(w.ctx, w.signIn(), id, first.AddDate(0, 0, -1)))
		_, asks, err = w.room.Words(w.ctx, w.signIn())
		w.must(err)
		w.same("an earlier day", asks[0].Asked.Format(time.DateOnly), "2023-02-13")
	})
}

// Shortly after midnight the house's day has begun and that of UTC has not.
func TestTodayIsADayToAskOnFromItsFirstMinute(t *testing.T) {
	each(t, func(w *world) {
		id, _ := w.came(w.team, "late at night")
		w.clock.set(time.Date(2023, 7, 3, 22, 1, 0, 0, time.UTC))
		w.must(w.room.Ask(w.ctx, w.signIn(), id, time.Date(2023, 7, 4, 0, 0, 0, 0, time.UTC)))
		if err := w.room.Ask(w.ctx, w.signIn(), id, time.Date(2023, 7, 5, 0, 0, 0, 0, time.UTC)); !refused(err, "retention.asked") {
			t.Errorf("tomorrow: %v", err)
		}
	})
}

// What somebody decided about a ticket is forgotten with it, however it went.
func TestAWordAboutATicketGoesWithIt(t *testing.T) {
	each(t, func(w *world) {
		id, _ := w.came(w.team, "its person was faster")
		stays, _ := w.came(w.team, "stays")
		for _, t := range []helpdesk.ID{id, stays} {
			w.must(w.room.Hold(w.ctx, w.signIn(), t, monday.AddDate(1, 0, 0), "wish"))
		}
		w.must(w.db.Write(w.ctx, "test", func(tx *store.Tx) error { _, err := w.tickets.EraseAgain(w.ctx, tx, id); return err }))
		w.run()
		w.same("left", w.count(`SELECT COUNT(*) FROM retention_word WHERE ticket = $1`, id), 0)
		w.same("and of the other", w.count(`SELECT COUNT(*) FROM retention_word WHERE ticket = $1`, stays), 1)
	})
}

func TestNobodyHasATicketErasedByWritingToTheDatabase(t *testing.T) {
	each(t, func(w *world) {
		id, _ := w.came(w.team, "hands off")
		other, _ := w.came(w.team, "really asked")
		w.must(w.room.Ask(w.ctx, w.signIn(), other, monday))
		w.exec(`INSERT INTO retention_word (ticket, kind, day, body) SELECT $1, kind, day, body FROM retention_word`, id) // another's word
		w.exec(`UPDATE retention_word SET day = $1 WHERE ticket = $2`, int64(1), other)                                   // and another day
		w.clock.set(monday.AddDate(0, 2, 0))
		w.same("erased", w.run().Erased(), false)
		w.must(w.journal.Chain(w.ctx))
		w.same("alarms", w.count(`SELECT COUNT(*) FROM journal_entry WHERE object IN ($1, $2) AND verb LIKE '%alarm%'`, id, other) >= 2, true)
	})
}

func TestOnlyCoordinatorsDecideWhatStaysAndGoes(t *testing.T) {
	each(t, func(w *world) {
		id, _ := w.came(w.team, "whose is it")
		ada := w.signIn()
		token, err := w.staff.Invite(w.ctx, w.staff.Console(), "maria", "Maria", "maria@desk.example", staff.Counsellor, w.team)
		w.must(err)
		_, cookie, err := w.staff.Accept(w.ctx, token, "en")
		w.must(err)
		maria, err := w.staff.Session(w.ctx, cookie, false)
		w.must(err)
		until := monday.AddDate(0, 1, 0)
		for what, err := range map[string]error{
			"hold":    w.room.Hold(w.ctx, maria, id, until, "court"),
			"release": w.room.Release(w.ctx, maria, id),
			"ask":     w.room.Ask(w.ctx, maria, id, monday),
			"unask":   w.room.Unask(w.ctx, maria, id),
			"preview": second(w.room.Preview(w.ctx, maria)),
			"runs":    second(w.room.Runs(w.ctx, maria, 1)),
		} {
			if !errors.Is(err, helpdesk.ErrDenied) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := w.room.Hold(w.ctx, ada, id, monday.AddDate(0, 25, 0), "court"); !refused(err, "retention.until") {
			t.Errorf("for ever: %v", err)
		}
		if err := w.room.Hold(w.ctx, ada, id, monday, "court"); !refused(err, "retention.until") {
			t.Errorf("until today: %v", err)
		}
		if err := w.room.Hold(w.ctx, ada, id, until, "Amina appeals"); !refused(err, "retention.reason") {
			t.Errorf("a reason with a name: %v", err)
		}
		if err := w.room.Ask(w.ctx, ada, id, monday.AddDate(0, 0, 1)); !refused(err, "retention.asked") {
			t.Errorf("asked tomorrow: %v", err)
		}
		if err := w.room.Hold(w.ctx, ada, helpdesk.NewID(), until, "court"); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("what is not there: %v", err)
		}
		w.clock.set(monday.Add(10 * time.Minute))
		if err := w.room.Ask(w.ctx, ada, id, monday); !errors.Is(err, staff.ErrProof) {
			t.Errorf("at a desk left open: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }
