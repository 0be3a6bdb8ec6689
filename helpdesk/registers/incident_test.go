package registers_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/registers"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/vault"
)

func (w *world) incident(by *staff.Session) helpdesk.ID {
	w.Helper()
	id, err := w.room.Report(w.ctx, by, registers.Noticed{What: "A letter went to the wrong address", Kinds: []string{"confidentiality"}, At: w.at, Affected: 3, Who: "three persons, their names", Tickets: "R-1"})
	w.must(err)
	return id
}

func (w *world) one(s *staff.Session) registers.Incident {
	w.Helper()
	all, err := w.room.Incidents(w.ctx, s)
	w.must(err)
	if len(all) != 1 {
		w.Fatalf("%d incidents", len(all))
	}
	return all[0]
}

func TestAnIncidentGoesFromNoticedToClosedWithinItsClock(t *testing.T) {
	each(t, func(w *world) {
		began := w.at
		id := w.incident(w.bea)
		i := w.one(w.cora)
		if !i.Open || i.State != registers.IncidentOpen || i.Due != began.Add(72*time.Hour) || i.Late || i.Affected != 3 || i.By != w.bea.User.ID || i.What == "" {
			t.Errorf("%+v", i.State)
		}
		w.refused(w.room.TellAuthority(w.ctx, w.cora, id, w.at, "", ""), "incident.first")
		w.refused(w.room.TellPersons(w.ctx, w.cora, id, w.at, "by mail"), "incident.first")
		w.refused(w.room.Close(w.ctx, w.cora, id), "incident.not_told")
		w.refused(w.room.Assess(w.ctx, w.cora, id, registers.Assessed{Risk: "none", Consequences: "x"}, 3), "incident.assess")
		w.refused(w.room.Assess(w.ctx, w.cora, id, registers.Assessed{Risk: registers.RiskHigh}, 3), "incident.assess")

		// Unlikely: the clock stops, and runs on from its beginning when that turns out wrong.
		w.must(w.room.Assess(w.ctx, w.ada, id, registers.Assessed{Risk: registers.RiskUnlikely, Consequences: "none that we see"}, 1))
		if i := w.one(w.ada); !i.Due.IsZero() || i.State != registers.IncidentAssessed || i.Affected != 1 {
			t.Errorf("%+v", i.State)
		}
		w.refused(w.room.Close(w.ctx, w.ada, id), "incident.measures")
		w.at = began.Add(73 * time.Hour)
		w.must(w.room.Assess(w.ctx, w.cora, id, registers.Assessed{Risk: registers.RiskHigh, Consequences: "they may be found", Measures: "asked for it back"}, 4))
		if i := w.one(w.ada); !i.Late || i.Due != began.Add(72*time.Hour) {
			t.Error("the clock began anew")
		}
		if late, err := w.room.Late(w.ctx); err != nil || late.Incidents != 1 || late.Requests != 0 {
			t.Errorf("%+v %v", late, err)
		}
		w.refused(w.room.TellAuthority(w.ctx, w.cora, id, w.at, "D-1", ""), "incident.why_late")
		w.refused(w.room.TellAuthority(w.ctx, w.cora, id, w.at.Add(time.Minute), "D-1", "a weekend"), "incident.when")
		w.refused(w.room.TellAuthority(w.ctx, w.cora, id, began.Add(-time.Minute), "D-1", ""), "incident.when")
		w.must(w.room.TellAuthority(w.ctx, w.cora, id, w.at, "D-1", "we thought the risk was small"))
		if late, err := w.room.Late(w.ctx); err != nil || late.Incidents != 0 {
			t.Errorf("%+v %v", late, err)
		}
		w.refused(w.room.Close(w.ctx, w.cora, id), "incident.persons_first")
		w.refused(w.room.TellPersons(w.ctx, w.cora, id, w.at, " "), "incident.persons")
		w.must(w.room.TellPersons(w.ctx, w.cora, id, time.Time{}, "their key was never given away"))
		w.must(w.room.TellPersons(w.ctx, w.cora, id, w.at, "each by their own page"))
		w.must(w.room.Close(w.ctx, w.cora, id))
		i = w.one(w.bea)
		if i.State != registers.IncidentClosed || i.PersonsAt != w.at || i.WhyNotPerson != "" || i.Reference != "D-1" || i.Affected != 4 || i.ClosedAt != w.at {
			t.Errorf("%+v", i.Notified)
		}
		for _, err := range []error{w.room.Close(w.ctx, w.cora, id), w.room.TellAuthority(w.ctx, w.cora, id, w.at, "", "x"), w.room.TellPersons(w.ctx, w.cora, id, w.at, "x"),
			w.room.Assess(w.ctx, w.cora, id, registers.Assessed{Risk: registers.RiskSome, Consequences: "x"}, 0)} {
			w.refused(err, "incident.closed")
		}
	})
}

func TestWhatIsMostPressingStandsFirst(t *testing.T) {
	each(t, func(w *world) {
		for n, hours := range []int{10, 80, 40} {
			_, err := w.room.Report(w.ctx, w.bea, registers.Noticed{What: string(rune('a' + n)), Kinds: []string{"availability"}, At: w.at.Add(-time.Duration(hours) * time.Hour)})
			w.must(err)
		}
		all, err := w.room.Incidents(w.ctx, w.ada)
		w.must(err)
		var got strings.Builder
		for _, i := range all {
			got.WriteString(i.What)
			if i.Late {
				got.WriteString("!")
			}
		}
		if got.String() != "b!ca" {
			t.Errorf("%q", got.String())
		}
	})
}

func TestAnIncidentIsReadByItsWriterAndTheCoordinators(t *testing.T) {
	each(t, func(w *world) {
		id := w.incident(w.bea)
		for name, c := range map[string]struct {
			s          *staff.Session
			sees, open bool
		}{"its writer": {w.bea, true, true}, "a coordinator": {w.ada, true, true}, "another": {w.cora, true, true}, "a colleague": {w.dan, false, false}, "the console": {w.staff.Console(), true, false}} {
			all, err := w.room.Incidents(w.ctx, c.s)
			w.must(err)
			if len(all) == 1 != c.sees || c.sees && (all[0].Open != c.open || !c.open && all[0].What != "") {
				t.Errorf("%s: %d", name, len(all))
			}
		}
		// Who writes it down does not decide on it.
		for _, s := range []*staff.Session{w.bea, w.dan} {
			for _, err := range []error{w.room.Close(w.ctx, s, id), w.room.TellAuthority(w.ctx, s, id, w.at, "", ""), w.room.TellPersons(w.ctx, s, id, w.at, "x"),
				w.room.Assess(w.ctx, s, id, registers.Assessed{Risk: registers.RiskSome, Consequences: "x"}, 0)} {
				if !errors.Is(err, helpdesk.ErrDenied) {
					t.Errorf("%s: %v", s.User.Name, err)
				}
			}
		}
		// One who comes to the office later reads it once somebody wrote on.
		later := w.hire(staff.Coordinator, "Eva Ny", w.team)
		if i := w.one(later); i.Open {
			t.Error("read without a key")
		}
		w.must(w.room.Assess(w.ctx, w.ada, id, registers.Assessed{Risk: registers.RiskSome, Consequences: "some"}, 3))
		if i := w.one(later); !i.Open || i.Consequences != "some" {
			t.Error("not shared")
		}
		// No id of another register will do.
		request, err := w.room.Ask(w.ctx, w.bea, registers.Asked{Kind: "access", Who: "Nadia", What: "all", Channel: "letter", Day: w.at})
		w.must(err)
		for _, bad := range []helpdesk.ID{request, helpdesk.NewID()} {
			if err := w.room.Close(w.ctx, w.ada, bad); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("%v", err)
			}
		}
	})
}

// key is an entry's key as somebody holds it now.
func (w *world) key(s *staff.Session, entry helpdesk.ID) vault.Key {
	w.Helper()
	own := s.Own().ID()
	var wrap []byte
	w.must(w.db.QueryRow(w.ctx, `SELECT wrap FROM registers_key WHERE entry = $1 AND reader = $2`, entry, s.User.ID).Scan(&wrap))
	key, err := s.Own().Unwrap(vault.At("registers.key", entry, own.Owner, own.Version), wrap)
	w.must(err)
	return key
}

func (w *world) opens(key vault.Key, entry helpdesk.ID) bool {
	w.Helper()
	var body []byte
	w.must(w.db.QueryRow(w.ctx, `SELECT body FROM registers_entry WHERE id = $1`, entry).Scan(&body))
	_, err := key.Open(vault.At("registers.body", entry), body)
	return err == nil
}

// Whoever left may have kept an entry's key: what is written from then on has
// another.
// However much others write down, whoever wrote one down finds it.
func TestOnesOwnIncidentIsFoundAmongManyOfOthers(t *testing.T) {
	each(t, func(w *world) {
		id := w.incident(w.bea)
		w.at = w.at.Add(time.Hour)
		w.must(w.room.Assess(w.ctx, w.cora, id, registers.Assessed{Risk: registers.RiskUnlikely, Consequences: "none that we see"}, 1)) // no clock: it stands last
		for range 501 {
			w.incident(w.cora)
		}
		if one := w.one(w.bea); one.ID != id || !one.Open {
			t.Errorf("found %s", one.ID)
		}
	})
}

func TestWhoLeftReadsNothingWrittenIntoARegisterSince(t *testing.T) {
	each(t, func(w *world) {
		id := w.incident(w.bea)
		wraps := func() (n int) {
			w.must(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM registers_key WHERE entry = $1 AND reader = $2`, id, w.cora.User.ID).Scan(&n))
			return n
		}
		old := w.key(w.cora, id)
		if !w.opens(old, id) {
			t.Fatal("she reads it while she works here")
		}
		w.must(w.staff.Disable(w.ctx, w.signIn("ada", w.words), w.cora.User.ID))
		w.must(w.room.Assess(w.ctx, w.ada, id, registers.Assessed{Risk: registers.RiskSome, Consequences: "since"}, 3))
		if wraps() != 0 || w.opens(old, id) {
			t.Error("who left reads what was written since")
		}
		for name, s := range map[string]*staff.Session{"its writer": w.bea, "who wrote on": w.ada} {
			if i := w.one(s); !i.Open || i.Consequences != "since" {
				t.Errorf("%s reads %+v", name, i)
			}
		}
	})
}

func TestWhoReadsWhileAnotherWritesRaisesNoAlarm(t *testing.T) {
	each(t, func(w *world) {
		id := w.incident(w.bea)
		var all sync.WaitGroup
		all.Go(func() {
			for n := range 40 {
				if err := w.room.Assess(w.ctx, w.ada, id, registers.Assessed{Risk: registers.RiskSome, Consequences: fmt.Sprint(n)}, 3); err != nil {
					t.Error(err)
				}
			}
		})
		for range 2 {
			all.Go(func() {
				for range 80 {
					if list, err := w.room.Incidents(w.ctx, w.cora); err != nil || len(list) != 1 || !list[0].Open {
						t.Errorf("%v, %v", list, err)
					}
				}
			})
		}
		all.Wait()
		if strings.Contains(w.log.String(), "registers_entry") {
			t.Error("an alarm")
		}
	})
}

func TestAnIncidentHasWordsAKindAndATime(t *testing.T) {
	each(t, func(w *world) {
		for name, c := range map[string]struct {
			n    registers.Noticed
			want string
		}{
			"no words":        {registers.Noticed{Kinds: []string{"integrity"}, At: w.at}, "incident.empty"},
			"no kind":         {registers.Noticed{What: "x", At: w.at}, "incident.empty"},
			"no known kind":   {registers.Noticed{What: "x", Kinds: []string{"y"}, At: w.at}, "incident.empty"},
			"too many words":  {registers.Noticed{What: strings.Repeat("x", 5000), Kinds: []string{"integrity"}, At: w.at}, "incident.empty"},
			"fewer than none": {registers.Noticed{What: "x", Kinds: []string{"integrity"}, At: w.at, Affected: -1}, "incident.empty"},
			"no time":         {registers.Noticed{What: "x", Kinds: []string{"integrity"}}, "incident.when"},
			"to come":         {registers.Noticed{What: "x", Kinds: []string{"integrity"}, At: w.at.Add(time.Minute)}, "incident.when"},
		} {
			t.Run(name, func(*testing.T) { _, err := w.room.Report(w.ctx, w.bea, c.n); w.refused(err, c.want) })
		}
	})
}

// TestTheRegistersTellAThiefNothing looks for the words in every column of the
// two tables and of the journal, and moves sealed bytes about.
func TestTheRegistersTellAThiefNothing(t *testing.T) {
	each(t, func(w *world) {
		canary := "Kanariefågel"
		id, err := w.room.Report(w.ctx, w.bea, registers.Noticed{What: canary, Who: canary, Tickets: canary, Kinds: []string{"integrity"}, At: w.at, Affected: 4711})
		w.must(err)
		w.must(w.room.Assess(w.ctx, w.ada, id, registers.Assessed{Risk: registers.RiskHigh, Consequences: canary, Measures: canary}, 4711))
		w.must(w.room.TellAuthority(w.ctx, w.ada, id, w.at, canary, canary))
		w.must(w.room.TellPersons(w.ctx, w.ada, id, w.at, canary))
		other, err := w.room.Ask(w.ctx, w.bea, registers.Asked{Kind: "erasure", Who: canary, What: canary, Channel: "visit", Day: w.at})
		w.must(err)
		w.must(w.room.Extend(w.ctx, w.ada, other, canary))
		for _, table := range []string{"registers_entry", "registers_key", "journal_entry", "journal_detail"} {
			rows, err := w.db.Query(w.ctx, `SELECT * FROM `+table)
			w.must(err)
			columns, err := rows.Columns()
			w.must(err)
			for rows.Next() {
				cells := make([]any, len(columns))
				for i := range cells {
					cells[i] = new(any)
				}
				w.must(rows.Scan(cells...))
				for i, c := range cells {
					text := plain(*c.(*any))
					for _, secret := range []string{canary, "4711", "erasure", "visit", "high"} {
						if strings.Contains(text, secret) {
							t.Errorf("%s.%s says %s", table, columns[i], secret)
						}
					}
				}
			}
			w.must(rows.Err())
		}
		// A due put off by hand, and a body from another row, are noticed.
		for _, tamper := range []string{`UPDATE registers_entry SET due = due + 1 WHERE id = $1`, `UPDATE registers_entry SET body = (SELECT body FROM registers_entry WHERE id <> $1) WHERE id = $1`} {
			w.exec(tamper, id)
			if i := w.one(w.ada); i.Open {
				t.Errorf("believed: %s", tamper)
			}
			if !strings.Contains(w.log.String(), "registers_entry") {
				t.Error("no alarm")
			}
			w.refused(w.room.Close(w.ctx, w.ada, id), "register.unproven")
		}
		if strings.Contains(w.log.String(), canary) {
			t.Error("in the log")
		}
	})
}
