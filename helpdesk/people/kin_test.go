package people_test

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
)

const bo helpdesk.ID = "bo"

func (w *world) person() helpdesk.ID {
	w.t.Helper()
	var id helpdesk.ID
	w.must(w.write(func(tx *store.Tx) (err error) {
		id, err = w.people.NewPerson(w.ctx, tx)
		return err
	}))
	return id
}

func (w *world) merge(person, into helpdesk.ID) error {
	return w.write(func(tx *store.Tx) error { return w.people.Merge(w.ctx, tx, bo, person, into) })
}

func (w *world) unmerge(person helpdesk.ID) error {
	return w.write(func(tx *store.Tx) error { return w.people.Unmerge(w.ctx, tx, bo, person) })
}

func (w *world) setConflict(a, b helpdesk.ID) error {
	return w.write(func(tx *store.Tx) error { return w.people.SetConflict(w.ctx, tx, bo, a, b) })
}

func (w *world) endConflict(a, b helpdesk.ID) error {
	return w.write(func(tx *store.Tx) error { return w.people.EndConflict(w.ctx, tx, bo, a, b) })
}

// kin are the persons one with somebody, in order.
func (w *world) kin(person helpdesk.ID) []helpdesk.ID {
	w.t.Helper()
	k, err := w.people.Kin(w.ctx, w.db, person)
	w.must(err)
	return k.Members
}

func (w *world) areOne(all ...helpdesk.ID) {
	w.t.Helper()
	slices.Sort(all)
	for _, id := range all {
		if got := w.kin(id); !slices.Equal(got, all) {
			w.t.Errorf("%d are one with %s, want %d", len(got), id, len(all))
		}
	}
}

func (w *world) inConflict(a, b helpdesk.ID) bool {
	w.t.Helper()
	is, err := w.people.InConflict(w.ctx, w.db, a, b)
	w.must(err)
	back, err := w.people.InConflict(w.ctx, w.db, b, a)
	w.must(err)
	if is != back {
		w.t.Errorf("in conflict %v the one way, %v the other", is, back)
	}
	return is
}

func TestTwoPersonsBecomeOneAndTwoAgain(t *testing.T) {
	each(t, func(w *world) {
		a, b, c, d := w.person(), w.person(), w.person(), w.person()
		w.areOne(a)
		w.must(w.merge(b, a))
		w.must(w.merge(d, c))
		w.areOne(a, b)
		w.must(w.merge(d, b)) // who is one with either comes along
		w.areOne(a, b, c, d)
		w.refused(w.merge(a, d), "merge.same")
		w.refused(w.merge(a, a), "merge.same")
		w.must(w.unmerge(c))
		w.areOne(a, b)
		w.areOne(c, d)
		w.fails(w.unmerge(c), helpdesk.ErrConflict)
		w.must(w.unmerge(b))
		w.areOne(a)
		w.areOne(b)
		w.fails(w.merge(a, helpdesk.NewID()), helpdesk.ErrNotFound)
		w.must(w.book.Chain(w.ctx))
		if n := w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb = $1 OR verb = $2`, people.VerbMerged, people.VerbUnmerged); n != 5 {
			t.Errorf("%d lines in the journal", n)
		}
	})
}

func TestMergingChangesNobodysCode(t *testing.T) {
	each(t, func(w *world) {
		_, g, mine := w.withCode()
		_, h, theirs := w.withCode()
		w.must(w.merge(h.Person, g.Person))
		for code, person := range map[string]helpdesk.ID{mine: g.Person, theirs: h.Person} {
			if _, back, _ := w.comeBack(code); back.Person != person {
				t.Error("a code leads to somebody else")
			}
		}
	})
}

// Two colleagues who merge the same two the one way and the other, and a third
// who closes the circle: at the end they are one, in no circle.
func TestTwoMergesAtOnceMakeNoCircle(t *testing.T) {
	each(t, func(w *world) {
		for range 10 {
			a, b, c := w.person(), w.person(), w.person()
			var all sync.WaitGroup
			for _, m := range []people.Merged{{Person: a, Into: b}, {Person: b, Into: a}, {Person: b, Into: c}, {Person: c, Into: a}, {Person: c, Into: b}, {Person: a, Into: c}} {
				all.Go(func() {
					var no helpdesk.Refusal
					if err := w.merge(m.Person, m.Into); err != nil && (!errors.As(err, &no) || no.Key != "merge.same") && !errors.Is(err, helpdesk.ErrConflict) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			w.areOne(a, b, c)
			k, err := w.people.Kin(w.ctx, w.db, a)
			w.must(err)
			if len(k.Merges) != 2 {
				t.Fatalf("%d merges of three persons", len(k.Merges))
			}
		}
	})
}

// Whichever comes first, who is in conflict is never one.
func TestMergingAndAConflictAtOnce(t *testing.T) {
	each(t, func(w *world) {
		for range 12 {
			a, b := w.person(), w.person()
			var both sync.WaitGroup
			var merged, marked error
			both.Go(func() { merged = w.merge(b, a) })
			both.Go(func() { marked = w.setConflict(a, b) })
			both.Wait()
			switch {
			case merged == nil:
				w.refused(marked, "conflict.same")
			case marked == nil:
				w.refused(merged, "merge.conflict")
			default:
				t.Fatal(merged, marked)
			}
			if len(w.kin(a)) > 1 && w.inConflict(a, b) {
				t.Error("one, and in conflict")
			}
		}
	})
}

func TestWhoIsInConflictIsNeverMerged(t *testing.T) {
	each(t, func(w *world) {
		a, b, c, d := w.person(), w.person(), w.person(), w.person()
		w.must(w.setConflict(a, b))
		w.must(w.setConflict(b, a)) // twice is once
		w.must(w.merge(c, a))
		w.must(w.merge(d, b))
		for _, pair := range [][2]helpdesk.ID{{a, b}, {a, d}, {c, b}, {c, d}} {
			w.refused(w.merge(pair[0], pair[1]), "merge.conflict")
			w.refused(w.merge(pair[1], pair[0]), "merge.conflict")
			if !w.inConflict(pair[0], pair[1]) {
				t.Error("not in conflict any more")
			}
		}
		if w.inConflict(a, c) || w.inConflict(a, w.person()) || w.inConflict(a, a) || w.inConflict(a, "") {
			t.Error("in conflict with somebody else")
		}
		w.refused(w.setConflict(a, c), "conflict.same")
		w.refused(w.setConflict(a, a), "conflict.same")
		w.must(w.endConflict(c, d))
		if w.inConflict(a, b) {
			t.Error("it did not end")
		}
		w.fails(w.endConflict(a, b), helpdesk.ErrConflict)
		w.must(w.merge(a, b))
		w.areOne(a, b, c, d)
	})
}

func TestAConflictNamesNobodyInTheDatabase(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.person(), w.person()
		w.must(w.setConflict(a, b))
		var one, other []byte
		w.must(w.db.QueryRow(w.ctx, `SELECT one, other FROM people_conflict`).Scan(&one, &other))
		for _, id := range []helpdesk.ID{a, b} {
			if bytes.Contains(one, []byte(id)) || bytes.Contains(other, []byte(id)) {
				t.Error("the pair is spelled out")
			}
		}
		is, err := newThief(w).InConflict(w.ctx, w.db, a, b)
		w.must(err)
		if is {
			t.Error("without our secrets one can ask who is in conflict")
		}
	})
}

func TestAFormerAddressIsMarkedUntilItIsTakenBack(t *testing.T) {
	each(t, func(w *world) {
		one, other := helpdesk.NewID(), helpdesk.NewID()
		former := func(id helpdesk.ID) bool {
			t.Helper()
			is, err := w.people.Former(w.ctx, w.db, id)
			w.must(err)
			return is
		}
		set := func(id helpdesk.ID, is bool) {
			t.Helper()
			w.must(w.write(func(tx *store.Tx) error { return w.people.SetFormer(w.ctx, tx, id, is) }))
		}
		set(one, true)
		set(one, true)
		if !former(one) || former(other) {
			t.Error("the wrong address is marked")
		}
		set(one, false)
		set(one, false)
		if former(one) {
			t.Error("still marked")
		}
	})
}

// Who is forgotten is nobody's any more, and in conflict with nobody.
func TestForgettingLeavesNoRelation(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.withCode()
		a, b := w.person(), w.person()
		w.must(w.merge(a, g.Person))
		w.must(w.setConflict(g.Person, b))
		w.must(w.askErase(g))
		w.clock.pass(72 * time.Hour)
		w.must(w.forget(g.Person))
		w.areOne(a)
		if n := w.count(`SELECT COUNT(*) FROM people_merge`) + w.count(`SELECT COUNT(*) FROM people_conflict`); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

// Whoever writes to the database makes nobody one and nobody's enemy.
func TestDatabaseWriterAgainstKin(t *testing.T) {
	each(t, func(w *world) {
		a, b, c, d := w.person(), w.person(), w.person(), w.person()
		w.must(w.merge(b, a))
		w.must(w.setConflict(c, d))
		engine := w.t
		for _, attack := range []struct {
			name, alarm string
			change      func()
			holds       func() bool
		}{
			{"a merge of their own", "merge_forged", func() {
				w.exec(`INSERT INTO people_merge (person, target, mac) SELECT $1, target, mac FROM people_merge`, string(c))
			}, func() bool { return len(w.kin(c)) == 1 && len(w.kin(a)) == 2 }},
			{"a merge moved to somebody else", "merge_forged", func() {
				w.exec(`UPDATE people_merge SET target = $1`, string(d))
			}, func() bool { return len(w.kin(b)) == 1 && len(w.kin(d)) == 1 }},
			{"a merge turned round", "merge_forged", func() {
				w.exec(`UPDATE people_merge SET person = $1, target = $2`, string(a), string(b))
			}, func() bool { return len(w.kin(a)) == 1 && len(w.kin(b)) == 1 }},
			{"a conflict between others", "conflict_forged", func() {
				w.exec(`UPDATE people_conflict SET one = $1`, bytes.Repeat([]byte{7}, 32))
			}, func() bool {
				one, err := w.people.Apart(w.ctx, w.db, c)
				w.must(err)
				other, err := w.people.Apart(w.ctx, w.db, d)
				w.must(err)
				return !one.Any() && !other.Any()
			}},
		} {
			engine.Run(attack.name, func(t *testing.T) {
				w.t = t
				defer func() { w.t = engine }()
				w.keepKin("whole")
				defer w.putKinBack("whole")
				w.clock.pass(16 * time.Minute) // an alarm is told once a quarter
				w.restart()
				before := w.alarms(attack.alarm)
				attack.change()
				if !attack.holds() {
					t.Error("it worked")
				}
				if w.alarms(attack.alarm) == before {
					t.Error("no alarm")
				}
			})
		}
		w.areOne(a, b)
		if !w.inConflict(c, d) {
			t.Error("the tables were not put back")
		}
	})
}

var kinTables = []string{"people_merge", "people_conflict"}

func (w *world) keepKin(name string) {
	w.t.Helper()
	w.must(w.write(func(tx *store.Tx) error {
		for _, table := range kinTables {
			if _, err := tx.Exec(w.ctx, `CREATE TABLE `+name+`_`+table+` AS SELECT * FROM `+table); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (w *world) putKinBack(name string) {
	w.t.Helper()
	w.must(w.write(func(tx *store.Tx) error {
		for _, table := range kinTables {
			for _, query := range []string{`DELETE FROM ` + table, `INSERT INTO ` + table + ` SELECT * FROM ` + name + `_` + table, `DROP TABLE ` + name + `_` + table} {
				if _, err := tx.Exec(w.ctx, query); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

func TestAWayThatCanNotBeUsedIsRefused(t *testing.T) {
	for _, c := range []struct {
		way  people.Way
		want string
	}{
		{people.Way{By: people.WayPhone, Where: "+46 70-123 45 67", From: 21, To: 6}, ""},
		{people.Way{By: people.WayPhone, Where: "٠٧٠١٢٣٤٥٦٧"}, ""},
		{people.Way{By: people.WayText, Where: "@سارا 🙂"}, ""},
		{people.Way{By: people.WayMail, Where: "a@example.org", Leave: true}, ""},
		{people.Way{By: people.WayHere}, ""},
		{people.Way{By: people.WayPaper, Where: "by the visitors, Thursdays"}, ""},
		{people.Way{By: "pigeon", Where: "x"}, "way.by"},
		{people.Way{By: people.WayPhone, Where: "call my aunt"}, "way.where"},
		{people.Way{By: people.WayPhone, Where: "12"}, "way.where"},
		{people.Way{By: people.WayMail, Where: "A <a@example.org>"}, "way.where"},
		{people.Way{By: people.WayMail, Where: "nothing"}, "way.where"},
		{people.Way{By: people.WayVisit, Where: " "}, "way.where"},
		{people.Way{By: people.WayHere, From: 25}, "way.hours"},
		{people.Way{By: people.WayHere, To: -1}, "way.hours"},
		{people.Way{By: people.WayHere, Note: string(bytes.Repeat([]byte("x"), 501))}, "way.long"},
	} {
		wantRefusal(t, c.way.Fit(), c.want)
	}
	night := people.Way{By: people.WayHere, From: 21, To: 6}
	if !night.Safe(23) || !night.Safe(3) || night.Safe(12) || (people.Way{Never: true}).Safe(3) || !(people.Way{}).Safe(3) {
		t.Error("the safe hours are others")
	}
}

func TestAProxyThatCanNotBeKeptIsRefused(t *testing.T) {
	for _, c := range []struct {
		proxy people.Proxy
		want  string
	}{
		{people.Proxy{Role: people.RoleLawyer, Name: "Åsa"}, ""},
		{people.Proxy{Role: people.RoleHelper, Where: "h@example.org", From: "2028-02-29", Until: "2028-02-29"}, ""},
		{people.Proxy{Role: people.RoleSelf, Name: "x"}, "proxy.role"},
		{people.Proxy{Role: people.RoleRelative, Name: " "}, "proxy.name"},
		{people.Proxy{Role: people.RoleRelative, Name: "x", From: "2027-02-29"}, "proxy.days"},
		{people.Proxy{Role: people.RoleRelative, Name: "x", From: "2027-03-02", Until: "2027-03-01"}, "proxy.days"},
		{people.Proxy{Role: people.RoleRelative, Name: string(bytes.Repeat([]byte("x"), 121))}, "way.long"},
	} {
		wantRefusal(t, c.proxy.Fit(), c.want)
	}
	x := people.Proxy{From: "2026-03-01", Until: "2026-03-31"}
	for day, want := range map[string]bool{"2026-02-28": false, "2026-03-01": true, "2026-03-31": true, "2026-04-01": false} {
		if x.InForce(day) != want {
			t.Errorf("%s: %v", day, !want)
		}
	}
	if !(people.Proxy{}).InForce("2026-01-01") {
		t.Error("without days it is always in force")
	}
}

func wantRefusal(t *testing.T, err error, key string) {
	t.Helper()
	var r helpdesk.Refusal
	if key == "" && err != nil || key != "" && (!errors.As(err, &r) || r.Key != key) {
		t.Errorf("want %q, got %v", key, err)
	}
}
