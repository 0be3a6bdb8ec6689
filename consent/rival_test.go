package consent

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
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// racing is what the second process of a walk is to do: by the same dice, the
// deed of a number, to what the first walks at the same moment. It has nothing
// in common with the first but the database, the secrets and the hour, and comes
// in by the same cookies.
type racing struct {
	Walk         string // which of the two
	Dice         uint64
	Deed         int
	Staff, Guest string // cookies
	Outside      string
	Ticket, ID   helpdesk.ID
	To           Target
	Out          Submitted
	Single       bool
	Now, Rooms   time.Time
}

func TestMain(m *testing.M) {
	rival.Main(m, func(db *store.DB, secrets *vault.Secrets) func(racing) error {
		w := &world{t: alone{}, ctx: context.Background(), clock: &housetest.Clock{}, rooms: &housetest.Clock{}, log: &housetest.Log{}, targets: map[helpdesk.ID]Target{}}
		w.Door = w.door(db, secrets, bus.InProcess())
		return w.races
	})
}

// alone is the second process, where no test runs.
type alone struct{ testing.TB }

func (alone) Helper()           {}
func (alone) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// races does what it is told. What a rule may say is no fault.
func (w *world) races(o racing) error {
	w.clock.Set(o.Now)
	w.rooms.Set(o.Rooms)
	w.targets[o.To.ID] = o.To
	s, err := w.Staff.Session(w.ctx, o.Staff, true)
	if err != nil {
		return fmt.Errorf("the colleague: %w", err)
	}
	g, err := w.People.Guest(w.ctx, o.Guest, true)
	if err != nil {
		return fmt.Errorf("the person: %w", err)
	}
	if o.Walk == "consent" {
		d := deeds(rand.New(rand.NewPCG(o.Dice, 7)))[o.Deed]
		return d.fault(d.do(w.ctx, w.Door, s, &walker{g: g, ticket: o.Ticket, id: o.ID, to: Recipient{ID: o.To.ID}, single: o.Single}))
	}
	p, err := w.Staff.Outsider(w.ctx, o.Outside, true)
	if err != nil {
		return fmt.Errorf("the recipient: %w", err)
	}
	a := acts[o.Deed]
	return a.fault(a.do(w.ctx, w.Door, s, &referring{g: g, ticket: o.Ticket, id: o.ID, to: Recipient{ID: o.To.ID}, o: w.Partner(p), out: o.Out}))
}

// raced tells a story on each engine, with a second process beside it.
func raced(t *testing.T, story func(w *world, second *rival.Process)) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		db, err := store.Open(t.Context(), address, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		w := newWorld(t, db)
		story(w, rival.Start(t, address, w.Secrets))
	})
}

// fault: a rule may say no, but to nobody who stops something.
func (d deed) fault(err error) error {
	var refusal helpdesk.Refusal
	if err != nil && (!d.yes || !errors.As(err, &refusal)) {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	return nil
}

// fault: a rule may say no, who was slower is told so, and what was not sent is
// nothing to its recipient; but whoever stops something is never refused.
func (a act) fault(err error) error {
	var refusal helpdesk.Refusal
	if err != nil && (a.stops || !errors.As(err, &refusal) && !errors.Is(err, helpdesk.ErrConflict) && !errors.Is(err, helpdesk.ErrNotFound)) {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	return nil
}
