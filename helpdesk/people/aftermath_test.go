package people_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
)

// noted is a book outside the database.
type noted struct{ lines []string }

func (n *noted) Ends(context.Context, *store.Tx, ...string) { panic("not before the commit") }

func (n *noted) Ended(_ context.Context, tx *store.Tx, lines ...string) {
	tx.After(func() { n.lines = append(n.lines, lines...) })
}

func (w *world) replay(n *noted) int {
	w.t.Helper()
	since, err := w.people.EndedCodes(w.ctx)
	w.must(err)
	for _, line := range n.lines {
		since.Line(strings.Fields(line))
	}
	done, err := w.people.Replay(w.ctx, since)
	w.must(err)
	return done
}

// A backup is put back that is older than codes which were replaced because
// somebody else had seen them. None of them opens, and every other does.
func TestABackupBringsBackNoCodeThatWasReplaced(t *testing.T) {
	each(t, func(w *world) {
		book := &noted{}
		w.after = book
		w.restart()
		_, g, seen := w.withCode()
		_, h, lost := w.withCode()
		_, _, kept := w.withCode()
		_, r, _ := w.withCode()
		claim := w.reissue(r.Person).Code
		_, gone, erased := w.withCode()
		printed, err := w.people.DrawClaim(w.ctx)
		w.must(err)
		var card string
		var nobody helpdesk.ID
		w.must(w.write(func(tx *store.Tx) (err error) {
			nobody, card, err = w.people.Claimed(w.ctx, tx, printed, w.clock.now().AddDate(1, 0, 0))
			return err
		}))
		run := func(query string) {
			w.must(w.write(func(tx *store.Tx) error {
				_, err := tx.Exec(w.ctx, query)
				return err
			}))
		}
		run(`CREATE TABLE aside_key AS SELECT * FROM people_key`)
		run(`CREATE TABLE aside_person AS SELECT * FROM people_person`)

		book.lines = nil
		_, err = w.people.NewCode(w.ctx, g)
		w.must(err)
		w.reissue(h.Person)
		w.comeBack(claim) // its first use replaced it
		w.comeBack(kept)  // which is no change of a code
		w.must(w.askErase(gone))
		w.clock.pass(72 * time.Hour)
		w.must(w.forget(gone.Person))
		w.must(w.write(func(tx *store.Tx) error { return w.people.DropClaim(w.ctx, tx, nobody) }))
		lines := book.lines
		if len(lines) != 5 {
			t.Fatalf("the book says %q", lines)
		}

		for _, query := range []string{`DELETE FROM people_guest`, `DELETE FROM people_key`, `INSERT INTO people_key SELECT * FROM aside_key`,
			`DELETE FROM people_person`, `INSERT INTO people_person SELECT * FROM aside_person`} {
			run(query)
		}
		w.restart() // another process: this one remembers newer rows
		w.comeBack(kept)
		book.lines = lines
		if n := w.replay(book); n != 5 {
			t.Errorf("%d codes are ended again", n)
		}
		for _, code := range []string{seen, lost, claim, erased, card} {
			_, _, _, err := w.people.Return(w.ctx, code, false)
			w.refused(err, "code.wrong")
		}
		w.comeBack(kept)
		if n := w.replay(book); n != 0 {
			t.Errorf("%d codes are ended a second time", n)
		}
		fresh := w.reissue(g.Person)
		if _, back, _ := w.comeBack(fresh.Code); back.Code != people.OwnCode {
			t.Error("another code does not make it theirs again")
		}
		if n := w.replay(&noted{lines}); n != 0 {
			t.Errorf("%d codes are ended that were made since", n)
		}
	})
}
