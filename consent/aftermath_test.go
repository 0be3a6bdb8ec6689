package consent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// TestRestoreDoesNotResurrect puts back a copy of the database that is older than
// what was withdrawn, taken back, told to be erased, erased; by two processes,
// each with a log of its own.
func TestRestoreDoesNotResurrect(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { restores(t, storetest.SQLiteAddress(t)) })
	t.Run("postgres", func(t *testing.T) { restores(t, storetest.PostgresAddress(t)) })
}

func restores(t *testing.T, address string) {
	path, isFile := strings.CutPrefix(address, "sqlite:")
	open := func(address string) *store.DB {
		db, err := store.Open(context.Background(), address, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db := open(address)
	w := newWorld(t, db)
	secrets := w.Secrets
	maria := w.hire("maria", w.team)
	shelter := w.organisation("Shelter", "partner", "SE")
	o := w.enters(w.account(shelter, "pia"))
	var ids []helpdesk.ID
	var stops []func() error
	for _, stop := range []string{"withdrawn", "taken back", "recalled", "stopped", "forgotten", "let stand"} {
		g, ticket := w.comes()
		id, out := w.sent(maria, g, ticket, shelter)
		w.must(w.Agree(w.ctx, o, id))
		ids = append(ids, id)
		stops = append(stops, map[string]func() error{
			"withdrawn":  func() error { return w.Withdraw(w.ctx, g, out.Consent, Web) },
			"taken back": func() error { return w.TakeBack(w.ctx, g, id) },
			"recalled":   func() error { return w.Recall(w.ctx, maria, id) },
			"stopped": func() error {
				return w.write(func(tx *store.Tx) error { return w.Stop(w.ctx, tx, []helpdesk.ID{ticket}) })
			},
			"forgotten": func() error {
				return w.write(func(tx *store.Tx) error { return w.Forget(w.ctx, tx, []helpdesk.ID{ticket}) })
			},
			"let stand": func() error { return nil },
		}[stop])
	}
	stands := len(ids) - 1
	lena := w.volunteer(w.organisation("North", "branch", "SE"), "lena")
	g, ticket := w.comes()
	ended, thread := w.supported(lena, g, ticket)
	g2, ticket2 := w.comes()
	_, standing := w.supported(lena, g2, ticket2)
	stops = append(stops, func() error { return w.Withdraw(w.ctx, g, ended, Web) })
	var backup []byte
	if w.must(db.Close()); isFile {
		var err error
		backup, err = os.ReadFile(path)
		w.must(err)
	} else {
		db = open(address)
		w.laysAside(db)
		w.must(db.Close())
	}

	folder := t.TempDir()
	log := filepath.Join(folder, "aftermath.log")
	var went int64
	for n, stop := range stops { // each by another process than the one before
		db = open(address)
		w.Door = w.door(db, secrets, bus.InProcess())
		w.Aftermath = NewAftermath(filepath.Join(folder, []string{"aftermath.log", "aftermath-2.log"}[n%2]))
		w.must(stop())
		head, err := w.ledger.Head(w.ctx)
		w.must(err)
		went = head.Seq
		w.must(db.Close())
	}

	if isFile {
		old := filepath.Join(t.TempDir(), "old.db")
		w.must(os.WriteFile(old, backup, 0o600))
		address = "sqlite:" + old
	}
	db = open(address)
	t.Cleanup(func() { db.Close() })
	if !isFile {
		w.putsBack(db)
	}
	w.Door = w.door(db, secrets, bus.InProcess())
	w.Aftermath = NewAftermath(log)
	head, err := w.ledger.Head(w.ctx)
	w.must(err)
	if n, err := w.LostSteps(w.ctx); n != went-head.Seq || n == 0 || err != nil {
		t.Errorf("%d steps are lost, of %d to %d: %v", n, head.Seq, went, err)
	}
	for _, id := range ids {
		if w.released(o, id).Ended {
			t.Fatal("the copy is no older than what was stopped: the test would prove nothing")
		}
	}
	_, err = w.BranchReads(w.ctx, w.DB, lena, thread)
	w.must(err)
	w.must(w.Replay(w.ctx))
	_, err = w.BranchReads(w.ctx, w.DB, lena, thread)
	w.refused(err, "branches.over")
	if row, err := w.branchRow(w.ctx, w.DB, thread); err != nil || row.wrap != nil {
		t.Error("a branch's wrap is there again", err)
	}
	_, err = w.BranchReads(w.ctx, w.DB, lena, standing)
	w.must(err) // nobody stopped it
	for n, id := range ids {
		r, err := w.Released(w.ctx, o, id)
		if n == stands {
			if err != nil || r.Ended {
				t.Error("what nobody stopped was stopped", err)
			}
			continue
		}
		if err == nil && !r.Ended {
			t.Errorf("number %d is released again", n)
		}
		if _, err := w.book.Outside(w.ctx, w.DB, id); !isNotFound(err) {
			t.Errorf("the wrap of number %d is there again: %v", n, err)
		}
	}
	before := w.verified()
	if before.Bad != nil {
		t.Errorf("the book: %+v", before.Bad)
	}
	w.must(w.Replay(w.ctx))
	if again := w.verified(); again.Head != before.Head {
		t.Error("done twice")
	}
	text, err := os.ReadFile(log)
	w.must(err)
	for line := range strings.Lines(string(text)) {
		what, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		if what == "head" && headSeq(id) > 0 {
			continue
		}
		if len(id) != 26 || !strings.Contains("consent referral stopped forgotten", what) {
			t.Errorf("the log holds more than ids: %q", line)
		}
	}
	w.must(os.WriteFile(log, append(text, "consent abc"...), 0o600)) // the disk was full
	w.must(w.Replay(w.ctx))
}

// volunteer is the lead of a branch, signed in.
func (w *world) volunteer(org Recipient, login string) *staff.Outsider {
	w.t.Helper()
	token, err := w.Staff.InviteBranchLead(w.ctx, w.Staff.Console(), org.ID, login, login, login+"@branch.example", "en", w.rooms.Now().AddDate(0, 6, 0))
	w.must(err)
	e, err := w.Staff.AcceptVolunteer(w.ctx, token, "en", "Desk")
	w.must(err)
	w.rooms.Pass(31 * time.Second) // a code counts once
	code, err := staff.FactorCode(e.Secret, w.rooms.Now())
	w.must(err)
	cookie, err := w.Staff.SignInVolunteer(w.ctx, login, e.Words, code)
	w.must(err)
	o, err := w.Staff.Volunteer(w.ctx, cookie, false)
	w.must(err)
	return o
}

// supported is a thread that a branch reads by its person's yes.
func (w *world) supported(o *staff.Outsider, g *people.Guest, ticket helpdesk.ID) (consent, thread helpdesk.ID) {
	w.t.Helper()
	thread = helpdesk.NewID()
	w.must(w.write(func(tx *store.Tx) error {
		var err error
		consent, err = w.BranchYes(w.ctx, tx, o, branches.Yes{Ticket: ticket, Team: w.team, Person: g.Person, Thread: thread, Key: vault.NewKey(), Language: "fa"})
		return err
	}))
	_, err := w.BranchReads(w.ctx, w.DB, o, thread)
	w.must(err)
	return consent, thread
}

// rows are a table's, each as one text.
func (w *world) rows(db *store.DB, table string) []string {
	w.t.Helper()
	rows, err := db.Query(w.ctx, `SELECT * FROM `+table)
	w.must(err)
	defer rows.Close()
	columns, err := rows.Columns()
	w.must(err)
	var all []string
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		w.must(rows.Scan(into...))
		all = append(all, fmt.Sprintf("%s", values))
	}
	w.must(rows.Err())
	return all
}

// tables are those of a database.
func (w *world) tables(db *store.DB) []string {
	w.t.Helper()
	query := `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	if db.Engine() == store.SQLite {
		query = `SELECT name FROM sqlite_master WHERE type = 'table'`
	}
	rows, err := db.Query(w.ctx, query)
	w.must(err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var name string
		w.must(rows.Scan(&name))
		all = append(all, name)
	}
	w.must(rows.Err())
	return all
}

// laysAside keeps a copy of every table, as a backup does, and putsBack puts it
// in the place of what is there by then, triggers or not.
func (w *world) laysAside(db *store.DB) {
	w.eachTable(db, `CREATE SCHEMA aside`, `CREATE TABLE aside.%[1]s AS TABLE public.%[1]s`)
}

func (w *world) putsBack(db *store.DB) {
	w.eachTable(db, `SET LOCAL session_replication_role = replica`, `DELETE FROM public.%[1]s`, `INSERT INTO public.%[1]s SELECT * FROM aside.%[1]s`)
}

func (w *world) eachTable(db *store.DB, first string, each ...string) {
	w.t.Helper()
	names := w.tables(db)
	w.must(db.Write(w.ctx, "test", func(tx *store.Tx) error {
		if _, err := tx.Exec(w.ctx, first); err != nil {
			return err
		}
		for _, name := range names {
			for _, query := range each {
				if _, err := tx.Exec(w.ctx, fmt.Sprintf(query, name)); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// TestAFullDiskKeepsNobodyFromWithdrawing: the aftermath log can't be written.
func TestAFullDiskKeepsNobodyFromWithdrawing(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.Aftermath = NewAftermath(filepath.Join(t.TempDir(), "no such folder", "log"))
	maria := w.hire("maria", w.team)
	g, ticket := w.comes()
	id := w.asked(maria, w.share(ticket, w.organisation("Shelter", "partner", "SE")))
	w.must(w.Answer(w.ctx, g, id, yes("phone")))
	w.must(w.Withdraw(w.ctx, g, id, Web))
	if w.one(g, id).State != Withdrawn {
		t.Error("not withdrawn")
	}
	if !contains(w.log.String(), "consent_aftermath") {
		t.Error("nobody is told that it is not in the log")
	}
}

// A line of a letting go that was not committed would destroy, at the next start,
// the consents of a ticket that lives.
func TestALettingGoThatIsNotCommittedLeavesNoLine(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		_, ticket := w.comes()
		log := filepath.Join(t.TempDir(), "aftermath.log")
		w.Aftermath = NewAftermath(log)
		broke := errors.New("broke off")
		for _, want := range []error{broke, nil} {
			err := w.write(func(tx *store.Tx) error {
				w.must(w.Forget(w.ctx, tx, []helpdesk.ID{ticket}))
				return want
			})
			if !errors.Is(err, want) {
				t.Fatal(err)
			}
			said, _ := os.ReadFile(log)
			if there := strings.Contains(string(said), "forgotten "+string(ticket)); there != (want == nil) {
				t.Errorf("%v: the line is there: %t", want, there)
			}
		}
	})
}
