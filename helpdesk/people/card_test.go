package people_test

import (
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
)

func (w *world) printed(until time.Time) (person helpdesk.ID, code string) {
	w.t.Helper()
	c, err := w.people.DrawClaim(w.ctx)
	w.must(err)
	w.must(w.db.Write(w.ctx, "print", func(tx *store.Tx) error {
		person, code, err = w.people.Claimed(w.ctx, tx, c, until)
		return err
	}))
	return person, code
}

func TestAPrintedCodeIsReplacedByItsFirstUseAndLapsesUnused(t *testing.T) {
	each(t, func(w *world) {
		until := w.clock.now().AddDate(0, 0, 90)
		used, code := w.printed(until)
		lapsed, late := w.printed(until)
		given, kept := w.printed(until)
		dropped, lost := w.printed(until)

		// In Persian digits, as somebody types what they read.
		persian := strings.Map(func(r rune) rune { return '۰' + r - '0' }, code)
		_, g, _, err := w.people.Return(w.ctx, persian, false)
		w.must(err)
		if g.Person != used || !g.MustShowCode || g.Code != people.OwnCode {
			t.Fatalf("came in as %v", g.Code)
		}
		_, _, _, err = w.people.Return(w.ctx, code, false)
		w.refused(err, "code.wrong")

		w.must(w.db.Write(w.ctx, "give", func(tx *store.Tx) error { return w.people.KeepClaim(w.ctx, tx, given) }))
		w.must(w.db.Write(w.ctx, "drop", func(tx *store.Tx) error { return w.people.DropClaim(w.ctx, tx, dropped) }))
		_, _, _, err = w.people.Return(w.ctx, lost, false)
		w.refused(err, "code.wrong")
		err = w.db.Write(w.ctx, "drop", func(tx *store.Tx) error { return w.people.DropClaim(w.ctx, tx, used) })
		w.fails(err, helpdesk.ErrConflict)

		// No job ran: the instant ends it.
		w.clock.pass(90 * 24 * time.Hour)
		_, _, _, err = w.people.Return(w.ctx, late, false)
		w.refused(err, "code.wrong")
		err = w.db.Write(w.ctx, "give", func(tx *store.Tx) error { return w.people.KeepClaim(w.ctx, tx, lapsed) })
		w.fails(err, helpdesk.ErrConflict)
		_, g, _, err = w.people.Return(w.ctx, kept, false)
		w.must(err)
		if was, err := w.people.ClaimUsed(w.ctx, w.db, given); g.Person != given || !was || err != nil {
			t.Error("a card that was given lapsed", err)
		}

		// Whoever writes to the database prolongs none.
		w.must(w.db.Write(w.ctx, "tamper", func(tx *store.Tx) error {
			_, err := tx.Exec(w.ctx, `UPDATE people_key SET until = 0 WHERE person = $1`, string(lapsed))
			return err
		}))
		_, _, _, err = w.people.Return(w.ctx, late, false)
		w.refused(err, "code.wrong")
	})
}
