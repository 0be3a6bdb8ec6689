package people_test

import (
	"context"
	"slices"
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

func (w *world) replay(n *noted) (codes, notices int) {
	w.t.Helper()
	since, err := w.people.Ended(w.ctx)
	w.must(err)
	for _, line := range n.lines {
		since.Line(strings.Fields(line))
	}
	codes, notices, err = w.people.Replay(w.ctx, since)
	w.must(err)
	return codes, notices
}

// copied is a backup of who comes; putBack has another process find it, because
// this one remembers newer rows.
func (w *world) copied() (putBack func()) {
	run := func(queries ...string) {
		w.must(w.write(func(tx *store.Tx) error {
			for _, query := range queries {
				if _, err := tx.Exec(w.ctx, query); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	tables := []string{"people_key", "people_person", "people_notice"}
	for _, table := range tables {
		run("CREATE TABLE aside_" + table + " AS SELECT * FROM " + table)
	}
	return func() {
		run("DELETE FROM people_guest")
		for _, table := range tables {
			run("DELETE FROM "+table, "INSERT INTO "+table+" SELECT * FROM aside_"+table)
		}
		w.restart()
	}
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
		putBack := w.copied()

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
		lines := slices.DeleteFunc(book.lines, func(line string) bool { return strings.HasPrefix(line, "notice") })
		if len(lines) != 5 {
			t.Fatalf("the book says %q", lines)
		}

		putBack()
		w.comeBack(kept)
		book.lines = lines
		if n, _ := w.replay(book); n != 5 {
			t.Errorf("%d codes are ended again", n)
		}
		for _, code := range []string{seen, lost, claim, erased, card} {
			_, _, _, err := w.people.Return(w.ctx, code, false)
			w.refused(err, "code.wrong")
		}
		w.comeBack(kept)
		if n, _ := w.replay(book); n != 0 {
			t.Errorf("%d codes are ended a second time", n)
		}
		fresh := w.reissue(g.Person)
		if _, back, _ := w.comeBack(fresh.Code); back.Code != people.OwnCode {
			t.Error("another code does not make it theirs again")
		}
		if n, _ := w.replay(&noted{lines}); n != 0 {
			t.Errorf("%d codes are ended that were made since", n)
		}
	})
}

// A backup is put back that is older than the day on which somebody took away
// where they are told, or named another place: the phone may be another's by now.
func TestABackupTellsNothingToAnAddressThatWasTakenAway(t *testing.T) {
	each(t, func(w *world) {
		book := &noted{}
		w.after = book
		w.restart()
		_, taken, _ := w.withCode()
		_, moved, _ := w.withCode()
		_, kept, _ := w.withCode()
		for _, g := range []*people.Guest{taken, moved, kept} {
			w.must(w.people.SetNotice(w.ctx, g, people.Notice{Kind: people.ByMail, Address: "his@home.example", Language: "en"}))
		}
		putBack := w.copied()
		book.lines = nil
		w.must(w.write(func(tx *store.Tx) error { return w.people.DropNotice(w.ctx, tx, taken.Person) }))
		w.must(w.people.SetNotice(w.ctx, moved, people.Notice{Kind: people.ByMail, Address: "own@new.example", Language: "en"}))
		lines := book.lines
		if len(lines) != 2 {
			t.Fatalf("the book says %q", lines)
		}
		putBack()
		book.lines = lines
		if _, n := w.replay(book); n != 2 {
			t.Errorf("%d addresses are dropped again", n)
		}
		for g, want := range map[*people.Guest]bool{taken: false, moved: false, kept: true} {
			if _, told, err := w.people.Notice(w.ctx, g.Person); told != want || err != nil {
				t.Errorf("told: %v, %v", told, err)
			}
		}
		w.must(w.people.SetNotice(w.ctx, moved, people.Notice{Kind: people.ByMail, Address: "own@new.example", Language: "en"}))
		if _, n := w.replay(&noted{lines}); n != 0 {
			t.Errorf("%d addresses are dropped that were named since", n)
		}
		if n, told, err := w.people.Notice(w.ctx, moved.Person); !told || n.Address != "own@new.example" || err != nil {
			t.Errorf("the new one: %v, %v", told, err)
		}
	})
}
