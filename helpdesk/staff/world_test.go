package staff_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// world is a house with one team, whose first member is the coordinator Ada.
type world struct {
	t       *testing.T
	ctx     context.Context
	db      *store.DB
	secrets *vault.Secrets
	clock   *housetest.Clock
	log     *housetest.Log
	bus     bus.Bus
	book    *journal.Book
	office  *office.Office
	desk    *staff.Desk
	init    staff.InitResult
	team    helpdesk.ID
	sso     staff.SSO
	after   staff.Aftermath
	teller  staff.Teller
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	w := &world{
		t: t, ctx: context.Background(), db: db, secrets: vault.NewSecrets(),
		clock: housetest.At(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)), log: &housetest.Log{}, bus: bus.InProcess(),
	}
	w.restart()
	var err error
	w.init, err = w.desk.Init(w.ctx, staff.InitOptions{
		WordsAlone: true,
		Login:      "ada", Name: "Ada Canaryname", Address: "ada@canary.example", Locale: "sv",
		Teams: []staff.NewTeam{{Name: "Canaryteam"}},
	})
	w.must(err)
	w.team = w.init.Teams[0].ID
	return w
}

// restart is another process on the same database and secrets.
func (w *world) restart() {
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.book = journal.New(w.db, w.secrets, w.clock.Now, log)
	w.office = office.New(office.House{DB: w.db, Secrets: w.secrets, Journal: w.book, Now: w.clock.Now, Log: log})
	w.desk = staff.New(staff.House{
		DB: w.db, Secrets: w.secrets, Bus: w.bus, Journal: w.book, Office: w.office,
		Now: w.clock.Now, Log: log, Cost: vault.Cost{MiB: 1, Passes: 1}, SSO: w.sso, Aftermath: w.after, Teller: w.teller,
	})
}

func (w *world) must(err error)                { w.t.Helper(); housetest.Must(w.t, err) }
func (w *world) refused(err error, key string) { w.t.Helper(); housetest.Refused(w.t, err, key) }
func (w *world) fails(err, want error)         { w.t.Helper(); housetest.Fails(w.t, err, want) }

// alarmed asks for an alarm in the log and in the journal.
func (w *world) alarmed(code string) {
	w.t.Helper()
	w.must(w.book.Chain(w.ctx))
	if !bytes.Contains([]byte(w.log.String()), []byte("code="+code)) {
		w.t.Fatalf("no alarm %s in the log", code)
	}
	var one int
	if err := w.db.QueryRow(w.ctx, `SELECT 1 FROM journal_entry WHERE verb = $1 LIMIT 1`, "alarm."+code).Scan(&one); err != nil {
		w.t.Fatalf("no alarm %s in the journal: %v", code, err)
	}
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.must(w.db.Write(w.ctx, "tamper", func(tx *store.Tx) error {
		n, err := tx.Exec(w.ctx, query, args...)
		if err == nil && n == 0 {
			w.t.Fatalf("nothing to tamper with: %s", query)
		}
		return err
	}))
}

func (w *world) signIn(login, words string) (string, *staff.Session) {
	w.t.Helper()
	cookie, err := w.desk.SignIn(w.ctx, login, words)
	w.must(err)
	return cookie, w.open(cookie)
}

func (w *world) open(cookie string) *staff.Session {
	w.t.Helper()
	s, err := w.desk.Session(w.ctx, cookie, false)
	w.must(err)
	return s
}

func (w *world) ada() *staff.Session {
	w.t.Helper()
	_, s := w.signIn("ada", w.init.Words)
	return s
}

type hired struct {
	id            helpdesk.ID
	login, words  string
	cookie, token string
}

// invite asks somebody in; accepted is their first sign-in.
func (w *world) invite(login string, teams ...helpdesk.ID) hired {
	w.t.Helper()
	token, err := w.desk.Invite(w.ctx, w.desk.Console(), login, login+" Canaryname", login+"@canary.example", staff.Counsellor, teams...)
	w.must(err)
	users, err := w.desk.Users(w.ctx)
	w.must(err)
	for _, u := range users {
		if u.Login == login {
			return hired{id: u.ID, login: login, token: token}
		}
	}
	w.t.Fatal("the invited user is nowhere")
	return hired{}
}

func (w *world) accepted(login string, teams ...helpdesk.ID) hired {
	w.t.Helper()
	h := w.invite(login, teams...)
	var err error
	h.words, h.cookie, err = w.desk.Accept(w.ctx, h.token, "en")
	w.must(err)
	return h
}

func (w *world) hire(login string) hired {
	w.t.Helper()
	h := w.accepted(login, w.team)
	w.must(w.desk.Admit(w.ctx, w.ada(), h.id, w.team))
	return h
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newWorld(t, db)) })
}
