package staff_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// TestWrongIsWrongAtOnePrice: who guesses learns neither by the answer nor by
// the clock whether a login exists.
func TestWrongIsWrongAtOnePrice(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.desk = staff.New(staff.House{
		DB: w.db, Secrets: w.secrets, Bus: bus.InProcess(), Journal: w.book, Office: w.office,
		Now: w.clock.Now, Log: quiet(), Cost: vault.Cost{MiB: 16, Passes: 3},
	})
	// The same cost for who is there.
	token, err := w.desk.Reissue(w.ctx, w.desk.Console(), w.init.User)
	w.must(err)
	_, _, err = w.desk.Accept(w.ctx, token, "sv")
	w.must(err)
	w.invite("new")
	fastest := map[string]time.Duration{}
	for range 5 {
		for _, login := range []string{"ada", "nobody", "new"} {
			begun := time.Now()
			_, err := w.desk.SignIn(w.ctx, login, "six words that are quite wrong")
			took := time.Since(begun)
			w.refused(err, "staff.wrong")
			if best, ok := fastest[login]; !ok || took < best {
				fastest[login] = took
			}
			w.clock.Pass(time.Hour) // no delays here
		}
	}
	for login, took := range fastest {
		// Wide, because machines are busy: without the price it is a hundredth.
		if took < fastest["ada"]/3 || took > fastest["ada"]*3 {
			t.Errorf("%s took %v, ada %v", login, took, fastest["ada"])
		}
	}
}

// TestASessionIsCheap bounds what every request pays.
func TestASessionIsCheap(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	bo := w.hire("bo")
	for range 4 {
		_, err := w.desk.AddTeam(w.ctx, w.desk.Console(), staff.NewTeam{Name: "more"}, bo.id)
		w.must(err)
	}
	if n := len(w.open(bo.cookie).Teams()); n != 5 {
		t.Fatalf("%d teams", n)
	}
	best := time.Hour
	for range 200 {
		begun := time.Now()
		w.open(bo.cookie)
		best = min(best, time.Since(begun))
	}
	if best > time.Millisecond {
		t.Errorf("a session of five teams takes %v", best)
	}
	t.Logf("a session of five teams: %v", best)
}
