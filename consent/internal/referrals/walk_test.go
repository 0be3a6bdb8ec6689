package referrals

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"returnsupport/consent/internal/rival"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// walkSteps is how many steps are walked on each engine, walkBatch how many of
// them share a transaction.
const (
	walkSteps = 36_000
	walkBatch = 250
)

// TestSeventyThousandStepsStayOnTheTable walks rows along their states with guards
// that hold or do not, in any order and at any time, with a second process
// writing to the same rows meanwhile. After each step the row as it stands in
// the database is asked whether it may stand so: its state follows from the one
// before (12), a living one has owner and day (12), and who may read it is said
// by state and clock alone (3, 4).
func TestSeventyThousandStepsStayOnTheTable(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		db, err := store.Open(t.Context(), address, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		secrets := vault.NewSecrets()
		w := newWalker(db, secrets)
		w.walk(t, rival.Start(t, address, secrets))
	})
}

// order is what the second process is to walk while the first does.
type order struct {
	At    time.Time
	Rows  []helpdesk.ID
	Dice  uint64
	Steps int
}

func TestMain(m *testing.M) {
	rival.Main(m, func(db *store.DB, secrets *vault.Secrets) func(order) error {
		w := newWalker(db, secrets)
		return func(o order) error {
			w.at, w.rows = o.At, o.Rows
			r := rand.New(rand.NewPCG(o.Dice, 17))
			for range o.Steps {
				err := db.Write(context.Background(), "race", func(tx *store.Tx) error {
					_, err := w.step(tx, r, nil)
					return err
				})
				if err != nil && !errors.Is(err, helpdesk.ErrConflict) {
					return err
				}
			}
			return w.wrong
		}
	})
}

// walker is one process in the walk.
type walker struct {
	*Book
	ctx   context.Context
	at    time.Time // moves between batches alone
	rows  []helpdesk.ID
	wrong error // the first thing that may not be
}

func newWalker(db *store.DB, secrets *vault.Secrets) *walker {
	w := &walker{ctx: context.Background(), at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	log := slog.New(slog.DiscardHandler)
	w.Book = New(House{DB: db, Secrets: secrets, Journal: journal.New(db, secrets, w.now, log), Now: w.now, Log: log})
	return w
}

func (w *walker) now() time.Time { return w.at }

func (w *walker) fault(format string, args ...any) {
	if w.wrong == nil {
		w.wrong = fmt.Errorf(format, args...)
	}
}

func (w *walker) walk(t *testing.T, second *rival.Process) {
	var lost, turned int
	r := rand.New(rand.NewPCG(5, 13))
	for steps := 0; steps < walkSteps; steps += walkBatch {
		w.at = w.at.Add(time.Duration(r.IntN(48)) * time.Hour)
		if steps%(2*walkBatch) == 0 { // fresh ones: most of the old have come to their end
			if err := w.begin(40); err != nil {
				t.Fatal(err)
			}
		}
		wait := second.Race(order{w.at, w.rows, r.Uint64(), walkBatch / 2})
		seen := map[helpdesk.ID]State{}
		err := w.DB.Write(w.ctx, "walk", func(tx *store.Tx) error {
			clear(seen)
			for range walkBatch {
				ok, err := w.step(tx, r, seen)
				if errors.Is(err, helpdesk.ErrConflict) {
					lost++
					continue
				}
				if err != nil {
					return err
				}
				if ok {
					turned++
				}
			}
			return nil
		})
		if said := wait(); err != nil || w.wrong != nil || said != "" {
			t.Fatalf("after %d steps: %v, %v, the second process: %q", steps, err, w.wrong, said)
		}
	}
	t.Logf("%d moves, %d lost to the other process", turned, lost)
	if turned < walkSteps/40 {
		t.Errorf("only %d of %d steps moved anything: does it still walk?", turned, walkSteps)
	}
	if w.DB.Engine() == store.Postgres && lost == 0 {
		t.Error("the second process never came first: does it race?")
	}
}

func (w *walker) begin(n int) error {
	var fresh []helpdesk.ID
	err := w.DB.Write(w.ctx, "begin", func(tx *store.Tx) error {
		fresh = nil
		for range n {
			r := &Referral{ID: helpdesk.NewID(), Ticket: helpdesk.NewID(), Person: helpdesk.NewID(), Team: helpdesk.NewID(), Owner: helpdesk.NewID(),
				State: Draft, Priority: Normal, Made: w.at, Turned: w.at, Due: w.at.Add(time.Hour), Target: []byte{1}, Need: []byte{2}, Body: []byte{3}}
			if err := w.Insert(w.ctx, tx, r); err != nil {
				return err
			}
			fresh = append(fresh, r.ID)
		}
		return nil
	})
	w.rows = fresh
	return err
}

// step tries something on a row, and looks at what stands there afterwards.
func (w *walker) step(tx *store.Tx, rnd *rand.Rand, seen map[helpdesk.ID]State) (bool, error) {
	id := w.rows[rnd.IntN(len(w.rows))]
	r, err := w.Load(w.ctx, tx, id)
	if err != nil {
		return false, err
	}
	if was, known := seen[id]; known && was != r.State {
		w.fault("%s: it changed inside a transaction of ours", id)
	}
	now := w.at
	before, turns := Passed(r.State, r.Times(), now)
	at := r.State
	for _, turn := range turns {
		if table[at][turn.Event] != turn.To || turn.At.After(now) {
			w.fault("time took it from %s to %s at %s", at, turn.To, turn.At)
		}
		at = turn.To
	}
	yes := func() bool { return rnd.IntN(8) > 0 }
	g := Guards{Empty: !yes(), Reliable: yes(), Likely: yes(), Promised: !yes(), Agreed: yes(), Permission: yes(), Covered: yes(),
		Excepted: rnd.IntN(8) == 0, Frozen: yes(), Confirmed: yes(), Said: yes()}
	e := Events[rnd.IntN(len(Events)-3)] // the last three are time's
	if rnd.IntN(3) > 0 {                 // more often something the table knows
		for want := range table[before] {
			if want != Due && want != Expire && want != Rest {
				e = want
			}
		}
	}
	to, err := Next(before, e, g)
	if err != nil {
		return false, nil
	}
	if table[before][e] != to {
		w.fault("%s, %s: %s", before, e, to)
	}
	if to == Sent && !g.Excepted && !(g.Permission && g.Covered) || to == Sent && (g.Empty || !g.Frozen) {
		w.fault("sent with %+v", g) // 1, 7
	}
	r.State, r.Turned = to, now
	switch to {
	case Ready:
		if r.Exception, r.Consent, r.Permission = "", "c", "p"; g.Excepted {
			r.Exception = "x"
		}
	case Sent:
		r.Due, r.Expires = now.Add(72*time.Hour), now.AddDate(0, 0, 90)
	}
	if err := w.Save(w.ctx, tx, r); err != nil {
		return false, err
	}
	if seen != nil {
		seen[id] = to
	}
	stands, err := w.Load(w.ctx, tx, id)
	if err != nil {
		return false, err
	}
	if stands.Unproven || stands.State != to || stands.Version != r.Version || stands.State.Live() && (stands.Owner == "" || stands.Due.IsZero()) {
		w.fault("saved %s at %d, stands %s at %d", to, r.Version, stands.State, stands.Version)
	}
	for _, later := range []time.Duration{0, 8 * 24 * time.Hour, 91 * 24 * time.Hour} {
		then := now.Add(later)
		readable := Readable(stands.State, stands.Times(), then)
		if readable && (!stands.State.Out() || !then.Before(stands.Expires) || stands.State == Closed && later >= 7*24*time.Hour) {
			w.fault("%s can be read after %s", stands.State, later)
		}
	}
	return true, nil
}
