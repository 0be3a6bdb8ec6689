package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// rooms are an installation's rooms in this process, to fill it faster than
// pages could.
type rooms struct {
	b       *bench
	i       *installation
	db      *store.DB
	secrets *vault.Secrets
	office  *office.Office
	staff   *staff.Desk
	people  *people.Registry
	tickets *tickets.Desk
	chat    *chat.Room
	now     func() time.Time
}

// open makes the rooms over the installation's database, with a clock. Six
// words cost little here: nobody guesses at them.
func (i *installation) open(now func() time.Time) *rooms {
	b, ctx := i.b, context.Background()
	text, err := os.ReadFile(filepath.Join(i.dir, "server.secrets"))
	b.check(err)
	secrets, err := vault.ParseSecrets(text)
	b.check(err)
	log := slog.New(slog.DiscardHandler)
	r := &rooms{b: b, i: i, secrets: secrets, now: now}
	r.db, err = store.Open(ctx, i.address(), log)
	b.check(err)
	cost, bells := vault.Cost{MiB: 1, Passes: 1}, bus.InProcess()
	book := journal.New(r.db, secrets, now, log)
	r.office = office.New(office.House{DB: r.db, Secrets: secrets, Journal: book, Now: now, Log: log})
	r.staff = staff.New(staff.House{DB: r.db, Secrets: secrets, Bus: bells, Journal: book, Office: r.office, Cost: cost, Now: now, Log: log})
	r.people = people.New(people.House{DB: r.db, Secrets: secrets, Bus: bells, Journal: book, Staff: r.staff, Cost: cost, Now: now, Log: log})
	r.tickets = tickets.New(tickets.House{DB: r.db, Secrets: secrets, Bus: bells, Journal: book, Staff: r.staff, People: r.people, Now: now})
	r.chat = chat.New(chat.House{DB: r.db, Secrets: secrets, Bus: bells, Journal: book, Office: r.office, Staff: r.staff,
		People: r.people, Tickets: r.tickets, Bell: silent{}, Now: now, Log: log})
	return r
}

// silent tells nobody anything: no mail leaves a measurement.
type silent struct{}

func (silent) Waiting(context.Context, *store.Tx, string, string, time.Time) error { return nil }
func (silent) OnCall(context.Context, *store.Tx, []string) error                   { return nil }
func (silent) Stop(context.Context, *store.Tx, []helpdesk.ID) error                { return nil }
func (silent) Forget(context.Context, *store.Tx, []helpdesk.ID) error              { return nil }

func (r *rooms) close() { r.b.check(r.db.Close()) }

// member is a counsellor with a session in a browser.
type member struct {
	id     helpdesk.ID
	cookie string
}

// talk is a conversation with both its cookies.
type talk struct {
	n                    int
	ticket, conversation helpdesk.ID
	cookie               string // the person's
	by                   member
	first                int64 // number of the last message before the measurement
}

// hire invites n counsellors, rosters them around the clock and signs them in.
func (r *rooms) hire(n int) []member {
	ctx := context.Background()
	first := r.session(r.signIn(r.i.login, r.i.words))
	teams, err := r.staff.Teams(ctx)
	r.b.check(err)
	var all []member
	var roster strings.Builder
	for k := range n {
		login := fmt.Sprintf("colleague%d", k)
		token, err := r.staff.Invite(ctx, r.staff.Console(), login, fmt.Sprintf("Colleague%d Holm", k), login+"@stod.example", staff.Counsellor, teams[0].ID)
		r.b.check(err)
		words, cookie, err := r.staff.Accept(ctx, token, "en")
		r.b.check(err)
		id := r.session(cookie).User.ID
		r.b.check(r.staff.Admit(ctx, first, id, teams[0].ID))
		all = append(all, member{id, r.signIn(login, words)})
		for _, line := range []string{"chat_everyone", "chat_detained", "mail"} {
			fmt.Fprintf(&roster, "shift %s %s daily 00:00-24:00\n", id, line)
		}
	}
	open := strings.ReplaceAll(hours.Default, "open mon-fri 10:00-16:00\n  present", "open daily 00:00-24:00\n  present")
	for name, value := range map[string]string{office.Hours: open, office.Roster: roster.String(), office.ChatTeam: string(teams[0].ID), office.Funder: "Bench"} {
		r.b.check(r.office.Set(ctx, "", name, value))
	}
	return all
}

func (r *rooms) signIn(login, words string) string {
	cookie, err := r.staff.SignIn(context.Background(), login, words)
	r.b.check(err)
	return cookie
}

func (r *rooms) session(cookie string) *staff.Session {
	s, err := r.staff.Session(context.Background(), cookie, false)
	r.b.check(err)
	return s
}

// seat begins n conversations and sits the counsellors down at them in turn.
func (r *rooms) seat(n int, crew []member) []talk {
	all := make([]talk, n)
	for from := 0; from < n; from += 20 {
		for k := range min(20, n-from) { // a presence lasts half a minute, and few may wait
			r.b.check(r.chat.Attend(context.Background(), r.session(crew[(from+k)%len(crew)].cookie), chat.Here))
		}
		r.each(min(20, n-from), func(ctx context.Context, k int) error {
			var err error
			all[from+k], err = r.sit(ctx, from+k, crew[(from+k)%len(crew)])
			return err
		})
	}
	return all
}

func (r *rooms) sit(ctx context.Context, n int, m member) (talk, error) {
	begun, err := r.begin(ctx, n, true)
	if err != nil {
		return talk{}, err
	}
	s, err := r.staff.Session(ctx, m.cookie, false)
	if err != nil {
		return talk{}, err
	}
	table, err := r.chat.TableOf(ctx, s, begun.Ticket)
	if err != nil {
		return talk{}, fmt.Errorf("talk %d has no table: %w", n, err)
	}
	if err := r.chat.Take(ctx, s, table.ID); err != nil {
		return talk{}, err
	}
	number, err := r.chat.Tell(ctx, s, begun.Ticket, chat.Words{ClientID: string(helpdesk.NewID()), Text: "Hello, I am here."})
	return talk{n: n, ticket: begun.Ticket, conversation: begun.Conversation, cookie: begun.Cookie, by: m, first: number}, err
}

func (r *rooms) begin(ctx context.Context, n int, live bool) (chat.Begun, error) {
	begun, err := r.chat.Start(ctx, chat.First{
		Lang: "en", ClientID: string(helpdesk.NewID()), Live: live, Text: fmt.Sprintf("Hello, I am number %d.", n),
		Facts: tickets.Facts{Audience: string(hours.Everyone), Spoken: "en"},
	})
	if err != nil {
		return begun, err
	}
	// Who was asked about the code and wants none is asked no more.
	g, err := r.people.Guest(ctx, begun.Cookie, false)
	if err != nil {
		return begun, err
	}
	return begun, r.people.DeclineCode(ctx, g)
}

// each does something n times, a few at once.
func (r *rooms) each(n int, do func(ctx context.Context, k int) error) {
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(4)
	for k := range n {
		group.Go(func() error { return do(ctx, k) })
	}
	r.b.check(group.Wait())
}

// analyse gives a database that was filled a second ago the statistics of one
// that has been running for weeks.
func (r *rooms) analyse() {
	if r.db.Engine() == store.SQLite {
		return // it makes none by itself
	}
	r.b.check(r.db.Write(context.Background(), "analyse", func(tx *store.Tx) error {
		_, err := tx.Exec(context.Background(), "ANALYZE")
		return err
	}))
}

// faults keeps the first error of many goroutines.
type faults struct {
	mu    sync.Mutex
	first error
	n     atomic.Int64
}

func (f *faults) add(err error) {
	if err == nil {
		return
	}
	f.n.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == nil {
		f.first = err
	}
}

func (f *faults) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == nil {
		return nil
	}
	return fmt.Errorf("%d failures, the first: %w", f.n.Load(), f.first)
}
