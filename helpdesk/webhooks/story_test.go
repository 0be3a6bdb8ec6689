package webhooks_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/webhooks"
)

// all of a bell's body, and not a letter more.
var wholeBody = regexp.MustCompile(`^\{"type":"[a-z.]+","timestamp":"[0-9T:-]+Z","data":\{"id":"[a-z2-7]{26}"\}\}$`)

func TestASystemHearsWhatMovedAndNothingElse(t *testing.T) {
	each(t, func(w *world) {
		before := w.comes(w.team) // nobody wanted to know yet
		w.hook(webhooks.Events()...)
		ada := w.ada()
		c := w.comes(w.team)
		w.rings()
		w.writes(c.ID)
		w.writes(c.ID)
		w.rings() // two letters, one ring
		w.must(w.tickets.Take(w.ctx, ada, c.Ticket, w.version(ada, c.Ticket)))
		w.rings()
		w.must(w.tickets.CloseTicket(w.ctx, ada, c.Ticket, w.version(ada, c.Ticket)))
		w.rings()
		heard := w.sys.all()
		want := []webhooks.Event{webhooks.TicketNew, webhooks.MessageNew, webhooks.TicketChanged, webhooks.TicketClosed}
		if !slices.Equal(kinds(heard), want) {
			t.Fatalf("heard %v, want %v", kinds(heard), want)
		}
		for _, r := range heard {
			if r.told.Data.ID != c.Ticket || r.told.Data.ID == before.Ticket || !r.told.Timestamp.Equal(w.clock.Now()) || !wholeBody.MatchString(r.body) {
				t.Errorf("told %s", r.body)
			}
		}
		if len(w.sys.bad) > 0 {
			t.Error(w.sys.bad)
		}
		// What is kept says nothing of anybody, nor where it was sent.
		dump := bytes.ToLower(append(storetest.Dump(t, w.db), w.log.String()...))
		for _, c := range []string{"anaryname", "anaryaddress", "anarytext", "anarytitle", w.sys.URL, string(w.sys.secret)} {
			if bytes.Contains(dump, bytes.ToLower([]byte(c))) {
				t.Errorf("found %q", c)
			}
		}
	})
}

func TestASystemHearsOnlyWhatItAskedFor(t *testing.T) {
	each(t, func(w *world) {
		w.hook(webhooks.TicketClosed)
		ada, c := w.ada(), w.comes(w.team)
		w.must(w.tickets.CloseTicket(w.ctx, ada, c.Ticket, w.version(ada, c.Ticket)))
		w.rings()
		if got := kinds(w.sys.all()); !slices.Equal(got, []webhooks.Event{webhooks.TicketClosed}) {
			t.Errorf("heard %v", got)
		}
	})
}

// A restricted team's tickets ring nowhere. One that goes there is gone for who
// knew it; one that comes from there is new.
func TestRestrictedTeamsRingNowhere(t *testing.T) {
	each(t, func(w *world) {
		w.hook(webhooks.Events()...)
		ada, hidden := w.ada(), w.comes(w.closed)
		w.writes(hidden.ID)
		var lines int
		w.must(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM webhooks_change`).Scan(&lines))
		w.rings()
		if heard := w.sys.all(); lines > 0 || len(heard) > 0 {
			t.Fatalf("%d lines written, heard %v", lines, kinds(heard))
		}
		c := w.comes(w.team)
		w.rings()
		w.must(w.tickets.Give(w.ctx, ada, c.Ticket, w.version(ada, c.Ticket), tickets.To{Team: w.closed}))
		w.rings()
		got := w.sys.all()
		if len(got) < 2 || got[len(got)-1].told.Type != webhooks.TicketGone || got[len(got)-1].told.Data.ID != c.Ticket {
			t.Errorf("of one that went there: %v", kinds(got))
		}
	})
}

// Killed between any two lines, the house rings all the same, at most twice and
// under one id.
func TestNothingIsLostWhoeverDies(t *testing.T) {
	each(t, func(w *world) {
		w.hook(webhooks.TicketNew)
		// After the commit, before it is shared.
		c := w.comes(w.team)
		w.rooms = w.another()
		taken, err := w.rooms.Share(w.ctx)
		w.must(err)
		if taken != 1 {
			t.Fatalf("another process found %d lines", taken)
		}
		// After it is shared; after it is taken, before it is rung.
		w.rooms = w.another()
		took, err := webhooks.Claim(w.ctx, w.rooms)
		w.must(err)
		if again, err := w.another().Ring(w.ctx); !took || again || err != nil {
			t.Fatalf("taken %v, and rung by another meanwhile: %v %v", took, again, err)
		}
		// After it was rung, before that is noted.
		w.clock.Pass(webhooks.LeaseTime)
		w.rooms = w.another()
		w.must(webhooks.RingUnnoted(w.ctx, w.rooms))
		w.clock.Pass(webhooks.LeaseTime)
		w.rooms = w.another()
		w.rings()
		heard := w.sys.all()
		if len(heard) != 2 || heard[0].id != heard[1].id || heard[0].told.Data.ID != c.Ticket {
			t.Errorf("heard %d times: %v", len(heard), heard)
		}
		w.clock.Pass(24 * time.Hour)
		if w.rings(); len(w.sys.all()) != 2 {
			t.Error("and once more the day after")
		}
	})
}

func TestAnAddressThatDoesNotAnswerIsTriedForDaysAndThenGivenUp(t *testing.T) {
	each(t, func(w *world) {
		id := w.hook(webhooks.TicketNew)
		w.sys.says(http.StatusFound) // a redirect is followed by nobody
		w.comes(w.team)
		w.rings()
		began := w.clock.Now()
		for i, p := range webhooks.Pauses() {
			w.clock.Pass(p - time.Second)
			if w.rings(); len(w.sys.all()) != i+1 {
				t.Fatalf("rung %d times before pause %d was over", len(w.sys.all()), i)
			}
			w.clock.Pass(time.Second)
			w.rings()
		}
		tries := len(webhooks.Pauses()) + 1
		if days := w.clock.Now().Sub(began); len(w.sys.all()) != tries || days < 48*time.Hour || days > 5*24*time.Hour {
			t.Errorf("rung %d times in %v", len(w.sys.all()), days)
		}
		all, err := w.rooms.Hooks(w.ctx, w.ada())
		w.must(err)
		n, err := w.rooms.Broken(w.ctx)
		w.must(err)
		if last := all[0].Bells[0]; !all[0].Broken || n != 1 || !last.GaveUp || last.Answer != "302" || last.Tries != tries {
			t.Errorf("shown as %+v", all[0])
		}
		w.must(w.book.Chain(w.ctx))
		if !strings.Contains(w.log.String(), "webhook_given_up") {
			t.Error("no alarm")
		}
		// It rests until somebody says so.
		w.sys.says(http.StatusNoContent)
		w.comes(w.team)
		if w.rings(); len(w.sys.all()) != tries {
			t.Error("rung though given up")
		}
		w.must(w.rooms.Again(w.ctx, w.ada(), id))
		w.comes(w.team)
		if w.rings(); len(w.sys.all()) != tries+1 {
			t.Error("not rung again")
		}
		w.must(w.rooms.End(w.ctx, w.ada(), id))
		w.comes(w.team)
		if w.rings(); len(w.sys.all()) != tries+1 {
			t.Error("rung after its end")
		}
	})
}

func TestASystemThatFailsOnceHearsItLater(t *testing.T) {
	each(t, func(w *world) {
		w.hook(webhooks.TicketNew)
		w.sys.says(http.StatusServiceUnavailable)
		w.comes(w.team)
		w.rings()
		w.sys.says(http.StatusOK)
		w.clock.Pass(webhooks.Pauses()[0])
		w.rings()
		heard := w.sys.all()
		if len(heard) != 2 || heard[0].id != heard[1].id || heard[0].body != heard[1].body || len(w.sys.bad) > 0 {
			t.Errorf("heard %v, %v", heard, w.sys.bad)
		}
	})
}

// Many processes ring each bell once.
func TestManyProcessesRingEachBellOnce(t *testing.T) {
	each(t, func(w *world) {
		w.hook(webhooks.TicketNew)
		for range 12 {
			w.comes(w.team)
		}
		var all sync.WaitGroup
		for range 6 {
			r := w.another()
			all.Go(func() {
				for n := 0; n < 2000 && len(w.sys.all()) < 12; n++ {
					if _, err := r.Share(w.ctx); err != nil {
						t.Error(err)
					}
					if _, err := r.Ring(w.ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		ids := map[string]bool{}
		for _, r := range w.sys.all() {
			ids[r.id] = true
		}
		if len(w.sys.all()) != 12 || len(ids) != 12 {
			t.Errorf("rung %d times, %d bells", len(w.sys.all()), len(ids))
		}
	})
}

// One that does not answer rests, with all that waits for it, and keeps no other
// waiting; each hears what happened in its order.
func TestAnAddressThatDoesNotAnswerKeepsNoOtherWaiting(t *testing.T) {
	each(t, func(w *world) {
		dead := w.sys
		w.hook(webhooks.TicketNew)
		w.sys = newSystem(t)
		w.hook(webhooks.TicketNew)
		dead.says(http.StatusServiceUnavailable)
		var order []helpdesk.ID
		for range 6 {
			order = append(order, w.comes(w.team).Ticket)
			w.rings()
			w.clock.Pass(time.Millisecond) // looks are a second apart
		}
		if heard := ids(w.sys.all()); !slices.Equal(heard, order) || len(dead.all()) != 1 {
			t.Fatalf("heard %v of %v; the dead one was rung %d times", heard, order, len(dead.all()))
		}
		w.clock.Pass(webhooks.Pauses()[0])
		if w.rings(); len(dead.all()) != 2 {
			t.Errorf("rung %d times after the first pause", len(dead.all()))
		}
		dead.says(http.StatusNoContent)
		w.clock.Pass(webhooks.Pauses()[1])
		w.rings()
		if heard := ids(dead.all()); !slices.Equal(heard[2:], order) {
			t.Errorf("then heard %v of %v", heard[2:], order)
		}
	})
}

// What happened between two looks is told in its order, and what is gone last.
func TestWhatIsGoneIsToldAfterEverythingElse(t *testing.T) {
	each(t, func(w *world) {
		w.hook(webhooks.Events()...)
		ada := w.ada()
		for range 5 {
			c := w.comes(w.team)
			w.must(w.tickets.CloseTicket(w.ctx, ada, c.Ticket, w.version(ada, c.Ticket)))
			w.erases(c.Ticket)
		}
		w.rings()
		of := map[helpdesk.ID][]webhooks.Event{}
		for _, r := range w.sys.all() {
			of[r.told.Data.ID] = append(of[r.told.Data.ID], r.told.Type)
		}
		for _, told := range of {
			if told[0] != webhooks.TicketNew || told[len(told)-1] != webhooks.TicketGone {
				t.Errorf("told in this order: %v", told)
			}
		}
		if len(of) != 5 {
			t.Errorf("of %d tickets", len(of))
		}
	})
}

// An address that was given up keeps copies of what is gone since: it hears so when
// it is rung again, and of nothing else.
func TestAnAddressThatIsRungAgainHearsWhatIsGone(t *testing.T) {
	each(t, func(w *world) {
		id := w.hook(webhooks.Events()...)
		before, since := w.comes(w.team), w.comes(w.team)
		w.rings()
		w.sys.says(http.StatusServiceUnavailable)
		w.erases(before.Ticket)
		w.rings()
		for _, p := range webhooks.Pauses() {
			w.clock.Pass(p)
			w.rings()
		}
		w.erases(since.Ticket)
		w.comes(w.team)
		w.rings()
		w.sys.says(http.StatusNoContent)
		tries := len(w.sys.all())
		w.must(w.rooms.Again(w.ctx, w.ada(), id))
		w.rings()
		heard := w.sys.all()[tries:]
		if !slices.Equal(ids(heard), []helpdesk.ID{before.Ticket, since.Ticket}) || !slices.Equal(kinds(heard), []webhooks.Event{webhooks.TicketGone, webhooks.TicketGone}) {
			t.Errorf("heard %v of %v", kinds(heard), ids(heard))
		}
	})
}

func TestOnlyCoordinatorsNameAddressesAndOnlyGoodOnes(t *testing.T) {
	each(t, func(w *world) {
		ada := w.ada()
		good := webhooks.NewHook{Name: "x", Address: w.sys.URL, Events: []webhooks.Event{webhooks.TicketNew}}
		for key, all := range map[string][]func(*webhooks.NewHook){
			"webhook.name":   {func(n *webhooks.NewHook) { n.Name = "" }, func(n *webhooks.NewHook) { n.Name = "a\nb" }},
			"webhook.events": {func(n *webhooks.NewHook) { n.Events = nil }, func(n *webhooks.NewHook) { n.Events = []webhooks.Event{"test"} }},
			"webhook.address": {
				func(n *webhooks.NewHook) { n.Address = "http://example.org/" }, func(n *webhooks.NewHook) { n.Address = "https://a:b@example.org/" },
				func(n *webhooks.NewHook) { n.Address = "https:///x" }, func(n *webhooks.NewHook) { n.Address = "https://example.org/#x" },
				func(n *webhooks.NewHook) { n.Address = "file:///etc/passwd" },
			},
			"webhook.private": {func(n *webhooks.NewHook) { n.Address = "https://10.0.0.1/" }, func(n *webhooks.NewHook) { n.Address = "https://[fd00::1]/" }},
		} {
			for _, change := range all {
				n := good
				change(&n)
				_, _, err := w.rooms.Make(w.ctx, ada, n)
				w.refused(err, key)
			}
		}
		_, tokenErr := w.rooms.Hooks(w.ctx, nil)
		if !errors.Is(tokenErr, helpdesk.ErrDenied) || !errors.Is(w.rooms.End(w.ctx, nil, helpdesk.NewID()), helpdesk.ErrDenied) || !errors.Is(w.rooms.Again(w.ctx, nil, helpdesk.NewID()), helpdesk.ErrDenied) {
			t.Error("open to anybody")
		}
		w.clock.Pass(6 * time.Minute)
		if _, _, err := w.rooms.Make(w.ctx, ada, good); err == nil {
			t.Error("made without a proof")
		}
	})
}

// What a name leads to is looked at when it is rung: one that leads inside is not.
func TestNoNameLeadsToOurOwnNet(t *testing.T) {
	each(t, func(w *world) {
		strict := webhooks.New(webhooks.House{DB: w.db, Secrets: w.secrets, Journal: w.book, Staff: w.staff, Now: w.clock.Now})
		_, _, err := strict.Make(w.ctx, w.ada(), webhooks.NewHook{Name: "x", Address: "https://localhost:1/", Events: webhooks.Events()})
		w.must(err)
		rang, err := strict.Ring(w.ctx)
		w.must(err)
		all, err := strict.Hooks(w.ctx, w.ada())
		w.must(err)
		if !rang || all[0].Bells[0].Answer != "private" {
			t.Errorf("answered %+v", all[0].Bells)
		}
	})
	for _, ip := range []string{"127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "fe80::1", "fd00::1", "100.64.0.1", "0.0.0.0", "::", "224.0.0.1",
		"ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "198.18.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"} {
		if webhooks.Public(netip.MustParseAddr(ip)) {
			t.Errorf("%s may be rung", ip)
		}
	}
	for _, ip := range []string{"93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"} {
		if !webhooks.Public(netip.MustParseAddr(ip)) {
			t.Errorf("%s may not be rung", ip)
		}
	}
}

// Who writes to the database neither turns a bell elsewhere nor rings one.
func TestAWriterToTheDatabaseRingsNobody(t *testing.T) {
	each(t, func(w *world) {
		id := w.hook(webhooks.TicketNew)
		exec := func(query string, args ...any) {
			t.Helper()
			w.must(w.db.Write(w.ctx, "tamper", func(tx *store.Tx) error { _, err := tx.Exec(w.ctx, query, args...); return err }))
		}
		exec(`INSERT INTO webhooks_bell (id, hook, kind, ticket, at, state, tries, due, leased, answer, mac)
			SELECT 'forged', hook, 'ticket.new', 'x', at, 'waiting', 0, 0, 0, '', mac FROM webhooks_bell`)
		w.rings()
		if len(w.sys.all()) != 0 {
			t.Error("a forged bell rang")
		}
		w.comes(w.team)
		exec(`UPDATE webhooks_hook SET maker = 'x' WHERE id = $1`, string(id))
		w.rings()
		if len(w.sys.all()) != 0 {
			t.Error("an address that is not ours was rung")
		}
		w.must(w.book.Chain(w.ctx))
		if !strings.Contains(w.log.String(), "webhook_forged") {
			t.Error("no alarm")
		}
	})
}

func TestRunRingsByItself(t *testing.T) {
	each(t, func(w *world) {
		w.hook(webhooks.TicketNew)
		ctx, stop := context.WithCancel(w.ctx)
		over := make(chan error, 1)
		go func() { over <- w.rooms.Run(ctx) }()
		w.comes(w.team)
		for until := time.Now().Add(20 * time.Second); len(w.sys.all()) == 0 && time.Now().Before(until); {
			time.Sleep(20 * time.Millisecond)
		}
		stop()
		if err := <-over; err != nil || len(w.sys.all()) != 1 {
			t.Errorf("heard %v, %v", kinds(w.sys.all()), err)
		}
	})
}
