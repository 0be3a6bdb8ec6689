package people_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

var cheap = vault.Cost{MiB: 1, Passes: 1}

// clock stands still until a test moves it, or has it run on by step with every
// look at it.
type clock struct {
	mu   sync.Mutex
	at   time.Time
	step time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(c.step)
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is a house with a team, its coordinator Ada, and persons.
type world struct {
	t       *testing.T
	ctx     context.Context
	db      *store.DB
	secrets *vault.Secrets
	clock   *clock
	log     *housetest.Log
	bus     bus.Bus
	book    *journal.Book
	staff   *staff.Desk
	people  *people.Registry
	cost    vault.Cost
	idle    func(context.Context) (people.Idle, error) // nil: the usual times
	after   staff.Aftermath                            // nil: none
	words   string                                     // Ada's
	team    helpdesk.ID
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	w := &world{
		t: t, ctx: context.Background(), db: db, secrets: vault.NewSecrets(), cost: cheap,
		clock: &clock{at: time.Date(2026, 3, 2, 21, 0, 0, 0, time.UTC)}, log: &housetest.Log{}, bus: bus.InProcess(),
	}
	w.restart()
	made, err := w.staff.Init(w.ctx, staff.InitOptions{
		WordsAlone: true,
		Login:      "ada", Name: "Ada", Address: "ada@desk.example", Locale: "sv", Teams: []staff.NewTeam{{Name: "one"}},
	})
	w.must(err)
	w.words, w.team = made.Words, made.Teams[0].ID
	return w
}

// restart is another process on the same database and secrets.
func (w *world) restart() {
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.book = journal.New(w.db, w.secrets, w.clock.now, log)
	rooms := office.New(office.House{DB: w.db, Secrets: w.secrets, Journal: w.book, Now: w.clock.now, Log: log})
	w.staff = staff.New(staff.House{
		DB: w.db, Secrets: w.secrets, Bus: w.bus, Journal: w.book, Office: rooms, Now: w.clock.now, Log: log, Cost: w.cost,
	})
	w.people = people.New(people.House{
		DB: w.db, Secrets: w.secrets, Bus: w.bus, Journal: w.book, Staff: w.staff, Now: w.clock.now, Log: log, Cost: w.cost, Idle: w.idle, Aftermath: w.after,
	})
}

func (w *world) must(err error)                { w.t.Helper(); housetest.Must(w.t, err) }
func (w *world) refused(err error, key string) { w.t.Helper(); housetest.Refused(w.t, err, key) }
func (w *world) fails(err, want error)         { w.t.Helper(); housetest.Fails(w.t, err, want) }

func (w *world) write(f func(tx *store.Tx) error) error {
	return w.db.Write(w.ctx, "test", f)
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.must(w.write(func(tx *store.Tx) error {
		n, err := tx.Exec(w.ctx, query, args...)
		if err == nil && n == 0 {
			w.t.Fatalf("nothing to change: %s", query)
		}
		return err
	}))
}

func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	var n int
	w.must(w.db.QueryRow(w.ctx, query, args...).Scan(&n))
	return n
}

// alarms counts an alarm's entries in the journal.
func (w *world) alarms(code string) int {
	w.t.Helper()
	w.must(w.book.Chain(w.ctx))
	return w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb = $1`, "alarm."+code)
}

// begin is somebody who writes for the first time.
func (w *world) begin(shared bool) (string, *people.Guest) {
	w.t.Helper()
	var cookie string
	var g *people.Guest
	w.must(w.write(func(tx *store.Tx) (err error) {
		cookie, g, err = w.people.Begin(w.ctx, tx, shared)
		return err
	}))
	return cookie, g
}

// withCode is somebody who has a return code.
func (w *world) withCode() (cookie string, g *people.Guest, code string) {
	w.t.Helper()
	cookie, g = w.begin(false)
	code, err := w.people.NewCode(w.ctx, g)
	w.must(err)
	return cookie, g, code
}

func (w *world) guest(cookie string) *people.Guest {
	w.t.Helper()
	g, err := w.people.Guest(w.ctx, cookie, false)
	w.must(err)
	return g
}

func (w *world) comeBack(code string) (string, *people.Guest, time.Time) {
	w.t.Helper()
	cookie, g, last, err := w.people.Return(w.ctx, code, false)
	w.must(err)
	return cookie, g, last
}

func (w *world) denied(cookie string) {
	w.t.Helper()
	_, err := w.people.Guest(w.ctx, cookie, false)
	w.fails(err, helpdesk.ErrDenied)
}

// same asks whether two guests hold the same pair.
func same(a, b *people.Guest) bool {
	return a.Person == b.Person && bytes.Equal(a.Pair().Fingerprint(), b.Pair().Fingerprint())
}

func (w *world) ada() *staff.Session {
	w.t.Helper()
	return w.signIn("ada", w.words)
}

func (w *world) signIn(login, words string) *staff.Session {
	w.t.Helper()
	cookie, err := w.staff.SignIn(w.ctx, login, words)
	w.must(err)
	s, err := w.staff.Session(w.ctx, cookie, false)
	w.must(err)
	return s
}

// hire makes a counsellor, in Ada's team when admitted there.
func (w *world) hire(login string, teams ...helpdesk.ID) *staff.Session {
	w.t.Helper()
	token, err := w.staff.Invite(w.ctx, w.staff.Console(), login, login, login+"@desk.example", staff.Counsellor, teams...)
	w.must(err)
	words, cookie, err := w.staff.Accept(w.ctx, token, "en")
	w.must(err)
	s, err := w.staff.Session(w.ctx, cookie, false)
	w.must(err)
	for _, team := range teams {
		w.must(w.staff.Admit(w.ctx, w.ada(), s.User.ID, team))
	}
	return w.signIn(login, words)
}

// ended listens for ended sessions.
func (w *world) ended() (heard func() []helpdesk.ID) {
	events, stop := w.bus.Subscribe(people.TopicGuest)
	w.t.Cleanup(stop)
	return func() []helpdesk.ID {
		var ids []helpdesk.ID
		for {
			select {
			case e := <-events:
				ids = append(ids, e.Subject)
			case <-time.After(100 * time.Millisecond):
				return ids
			}
		}
	}
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newWorld(t, db)) })
}
