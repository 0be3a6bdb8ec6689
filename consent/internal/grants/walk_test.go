package grants_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/consent/internal/rival"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// walkSteps is how many steps are walked on each engine; the door itself walks
// fewer, with people, keys and sealed answers (consent/walk_test.go).
const walkSteps = 14_000

// TestARandomWalkInTheBook takes the rules' decisions and writes them into the
// book, each step a transaction, in any order and at any time, with another
// process deciding about the same consent at the same moment. After each step
// the book itself is asked whether what must always hold does (CONSENT.md,
// invariants 1, 3, 4, 11 and 12).
func TestARandomWalkInTheBook(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		db, err := store.Open(t.Context(), address, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		w := &walk{t: t}
		secrets := vault.NewSecrets()
		w.process = start(db, secrets)
		w.at = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		w.walk(rival.Start(t, address, secrets))
	})
}

// order is what the second process is to do: by the same dice, the deed of a
// number.
type order struct {
	ID      helpdesk.ID
	Age     grants.Age
	Purpose int
	At      time.Time
	Dice    uint64
	Deed    int
}

func TestMain(m *testing.M) {
	rival.Main(m, func(db *store.DB, secrets *vault.Secrets) func(order) error {
		p := start(db, secrets)
		return func(o order) error {
			p.at = o.At
			return p.does(&matter{id: o.ID, age: o.Age, number: o.Purpose, purpose: grants.Purposes[o.Purpose]}, deeds(o.Dice)[o.Deed])
		}
	})
}

// walk is a world in which there is nothing but the book and a clock.
type walk struct {
	*process
	t *testing.T
}

type process struct {
	db   *store.DB
	book *ledger.Book
	at   time.Time // moves between steps alone
}

func start(db *store.DB, secrets *vault.Secrets) *process {
	p := &process{db: db}
	now := func() time.Time { return p.at }
	log := slog.New(slog.DiscardHandler)
	p.book = ledger.New(ledger.House{DB: db, Secrets: secrets, Journal: journal.New(db, secrets, now, log), Now: now, Log: log})
	return p
}

// matter is the consent that is walked.
type matter struct {
	id      helpdesk.ID
	age     grants.Age
	number  int // of the purpose
	purpose grants.Purpose
	steps   int
}

func (m *matter) event(s grants.State, outcome string) ledger.Event {
	return ledger.Event{Kind: ledger.Consent, Subject: m.id, State: string(s), Outcome: outcome, Purpose: m.purpose.Code, Version: 1, Age: string(m.age)}
}

// deed decides by what the book says, and writes that down.
type deed struct {
	name string
	yes  bool // it may end in a valid consent
	do   func(m *matter, events []grants.Event, now time.Time) []ledger.Event
}

func moved(m *matter, moves []grants.Move, now time.Time) []ledger.Event {
	var out []ledger.Event
	for _, move := range moves {
		e := m.event(move.State, move.Outcome)
		if move.State == grants.Given {
			e.Until = m.purpose.Ends(grants.Consent{}, now)
		}
		out = append(out, e)
	}
	return out
}

func answer(to grants.State, role grants.Role, started bool) func(*matter, []grants.Event, time.Time) []ledger.Event {
	return func(m *matter, events []grants.Event, now time.Time) []ledger.Event {
		if last := grants.Last(events, now); to != grants.Given && (last == grants.Given || last == grants.Renewed) {
			return moved(m, grants.Stop(events, string(role), now), now)
		}
		if to == grants.Given && role == grants.Self && m.age == grants.Under13 {
			if now := grants.Now(events, now); now != grants.Requested && now != grants.Given && now != grants.Renewed {
				return nil
			}
			e := m.event(grants.Given, string(role))
			e.Kind = ledger.View
			return []ledger.Event{e}
		}
		moves, err := grants.Path(events, to, string(role), started, now)
		if err != nil {
			return nil
		}
		return moved(m, moves, now)
	}
}

func deeds(dice uint64) []deed {
	r := rand.New(rand.NewPCG(dice, 5))
	started := r.IntN(2) == 0
	role := []grants.Role{grants.Self, grants.Guardian, grants.Representative, grants.Conflict}[r.IntN(4)]
	yes := deed{"yes", true, answer(grants.Given, grants.Self, true)}
	spoken := deed{"spoken yes", true, answer(grants.Given, role, started)}
	use := deed{"use", true, func(m *matter, events []grants.Event, now time.Time) []ledger.Event {
		if !grants.Valid(events, m.age, grants.Void{}, now) {
			return nil
		}
		out := []ledger.Event{{Kind: ledger.Disclosure, Subject: m.id, State: "sent"}}
		if m.purpose.Single {
			out = append(out, moved(m, grants.End(events, grants.Expired, grants.OutcomeUsed, now), now)...)
		}
		return out
	}}
	renew := deed{"renew", true, func(m *matter, events []grants.Event, now time.Time) []ledger.Event {
		if !grants.Valid(events, m.age, grants.Void{}, now) {
			return nil
		}
		e := m.event(grants.Renewed, string(role))
		e.Until = m.purpose.Ends(grants.Consent{}, now)
		return []ledger.Event{e}
	}}
	end := func(as grants.State) deed {
		return deed{string(as), false, func(m *matter, events []grants.Event, now time.Time) []ledger.Event {
			return moved(m, grants.End(events, as, grants.OutcomeClosed, now), now)
		}}
	}
	stop := deed{"stop", false, func(m *matter, events []grants.Event, now time.Time) []ledger.Event {
		return moved(m, grants.Stop(events, grants.OutcomeTold, now), now)
	}}
	return []deed{yes, yes, yes, spoken, spoken, spoken, use, use, use, renew, stop, end(grants.Revoked), end(grants.Invalidated), end(grants.Expired),
		{"no", false, answer(grants.Refused, grants.Self, true)}, {"later", false, answer(grants.Deferred, grants.Self, true)}}
}

// does one deed, in a transaction of its own.
func (p *process) does(m *matter, d deed) error {
	ctx := context.Background()
	return p.db.Write(ctx, "step", func(tx *store.Tx) error {
		if err := p.book.Lock(ctx, tx); err != nil {
			return err
		}
		steps, err := p.book.Events(ctx, tx, m.id)
		if err != nil {
			return err
		}
		for _, e := range d.do(m, read(steps), p.at) {
			if _, err := p.book.Append(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func read(steps []ledger.Step) []grants.Event {
	var out []grants.Event
	for _, s := range steps {
		if s.Kind == ledger.Consent || s.Kind == ledger.View {
			out = append(out, grants.Event{State: grants.State(s.State), Outcome: s.Outcome, View: s.Kind == ledger.View, At: s.At, Until: s.Until})
		}
	}
	return out
}

func (w *walk) walk(second *rival.Process) {
	r := rand.New(rand.NewPCG(3, 11))
	all := make([]*matter, 6)
	for step := range walkSteps {
		i := r.IntN(len(all))
		if m := all[i]; m == nil || m.steps > 30 {
			all[i] = w.ask(r)
		}
		m := all[i]
		m.steps++
		switch r.IntN(6) {
		case 0:
			w.at = w.at.Add(time.Duration(r.IntN(40*24)) * time.Hour)
		case 1:
			w.at = w.at.Add(time.Duration(r.IntN(60)) * time.Second)
		}
		dice := r.Uint64()
		both := deeds(dice)
		other := r.IntN(len(both))
		mine, theirs, wait := both[r.IntN(len(both))], deed{}, func() string { return "" }
		// SQLite lets one write at a time and has the other look again and again:
		// racing each step there proves no more and takes minutes.
		if w.db.Engine() == store.Postgres || step%20 == 0 {
			theirs, wait = both[other], second.Race(order{m.id, m.age, m.number, w.at, dice, other})
		}
		if err, said := w.does(m, mine), wait(); err != nil || said != "" {
			w.t.Fatalf("step %d, %s beside %q: %v %s", step, mine.name, theirs.name, err, said)
		}
		w.still(m, mine, theirs)
		if w.t.Failed() {
			w.t.Fatalf("after step %d, %s beside %q", step, mine.name, theirs.name)
		}
	}
	if report, err := w.book.Verify(w.t.Context()); err != nil || report.Bad != nil {
		w.t.Errorf("the book: %+v, %v", report.Bad, err)
	}
}

func (w *walk) ask(r *rand.Rand) *matter {
	m := &matter{id: helpdesk.NewID(), age: []grants.Age{grants.Adult, grants.Under18, grants.Under13}[r.IntN(3)],
		number: []int{1, 1, 2, 3}[r.IntN(4)]}
	m.purpose = grants.Purposes[m.number]
	if err := w.does(m, deed{do: func(m *matter, _ []grants.Event, _ time.Time) []ledger.Event {
		return []ledger.Event{m.event(grants.Requested, string(grants.Self))}
	}}); err != nil {
		w.t.Fatal(err)
	}
	return m
}

// table is CONSENT.md's, written down once more.
var table = map[string][]string{
	"":          {"requested"},
	"requested": {"given", "refused", "deferred", "expired"},
	"given":     {"renewed", "withdrawn", "expired", "revoked", "invalidated"},
	"renewed":   {"renewed", "withdrawn", "expired", "revoked", "invalidated"},
	"refused":   {"requested"}, "deferred": {"requested"}, "withdrawn": {"requested"}, "expired": {"requested"},
}

// still goes through the book in its own order and asks after each row.
func (w *walk) still(m *matter, mine, theirs deed) {
	steps, err := w.book.Events(w.t.Context(), w.db, m.id)
	if err != nil {
		w.t.Fatal(err)
	}
	var last ledger.Step
	var spoken, view, used bool
	valid := func(t time.Time) bool {
		return (last.State == "given" || last.State == "renewed") && t.Before(last.Until) && (m.age != grants.Under13 || spoken && view)
	}
	for _, s := range steps {
		switch s.Kind {
		case ledger.Disclosure:
			if !valid(s.At) || m.purpose.Single && used { // 1
				w.t.Errorf("at %d something left without a valid consent", s.Seq)
			}
			used = true
			continue
		case ledger.View:
			view = s.State == "given"
			continue
		}
		if !slices.Contains(table[last.State], s.State) { // 12
			w.t.Errorf("at %d from %q to %q", s.Seq, last.State, s.State)
		}
		switch s.State {
		case "requested":
			spoken, view = false, false
		case "given", "renewed":
			spoken, used = s.Outcome != string(grants.Self), false
			if days := m.purpose.Days; s.Until.After(s.At.AddDate(0, 0, days)) { // 4
				w.t.Errorf("at %d it holds until %v", s.Seq, s.Until)
			}
		}
		last = s
	}
	events := read(steps)
	for _, t := range []time.Time{w.at, w.at.Add(time.Second), w.at.AddDate(0, 0, 45), w.at.AddDate(0, 0, 91)} {
		if grants.Valid(events, m.age, grants.Void{}, t) != valid(t) { // 3: nothing ran but the clock
			w.t.Errorf("at %v it holds: %v, by the book: %v", t, !valid(t), valid(t))
		}
	}
	if valid(w.at) && !mine.yes && !theirs.yes { // 11
		w.t.Errorf("after %s and %q it still holds", mine.name, theirs.name)
	}
}
