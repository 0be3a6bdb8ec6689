package consent

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/consent/internal/rival"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// walkSteps is how many steps are walked through the whole door on each engine;
// the rules and the book alone walk many more (internal/grants).
const walkSteps = 1_500

// TestARandomWalkNeverLeavesTheTable does whatever somebody may do to a consent,
// in any order and at any time, with another process doing something else to the
// same one at the same moment; after each step it asks the book whether what must
// always hold still does (CONSENT.md, invariants 1, 3, 4, 11 and 12).
func TestARandomWalkNeverLeavesTheTable(t *testing.T) {
	raced(t, func(w *world, second *rival.Process) { w.walk(1, second) })
}

// walker is somebody's consent in the walk.
type walker struct {
	g       *people.Guest
	ticket  helpdesk.ID
	id      helpdesk.ID
	to      Recipient
	steps   int
	single  bool
	started time.Time
}

// deed is something somebody does; yes tells that it may end in a valid consent.
type deed struct {
	name string
	yes  bool
	do   func(ctx context.Context, d *Door, s *staff.Session, c *walker) error
}

func deeds(r *rand.Rand) []deed {
	method := []Method{Web, Chat, MailLink}[r.IntN(3)]
	role := []Role{Self, Guardian, Representative}[r.IntN(3)]
	items := []string{"phone", "health", "arrival"}[:1+r.IntN(3)]
	reply := Reply{State: Given, Items: items, Method: method, Alone: r.IntN(2) == 0}
	spoke := Spoke{State: Given, Items: items, Method: Phone, Role: role, Alone: true, Witness: "Maria", Guardian: "her mother", Started: r.IntN(2) == 0}
	if r.IntN(6) == 0 {
		spoke.Interpreter, spoke.Interpreted = ChildSpoke, "her son"
	}
	say := func(s State) func(context.Context, *Door, *staff.Session, *walker) error {
		return func(ctx context.Context, d *Door, _ *staff.Session, c *walker) error {
			r := reply
			if r.State = s; s != Given {
				r.Items = nil
			}
			return d.Answer(ctx, c.g, c.id, r)
		}
	}
	return []deed{
		{"yes", true, say(Given)}, {"yes", true, say(Given)}, {"yes", true, say(Given)}, {"no", false, say(Refused)}, {"later", false, say(Deferred)},
		{"spoken yes", true, func(ctx context.Context, d *Door, s *staff.Session, c *walker) error {
			_, err := d.Record(ctx, s, c.id, spoke)
			return err
		}},
		{"spoken yes", true, func(ctx context.Context, d *Door, s *staff.Session, c *walker) error {
			_, err := d.Record(ctx, s, c.id, spoke)
			return err
		}},
		{"spoken no", false, func(ctx context.Context, d *Door, s *staff.Session, c *walker) error {
			no := spoke
			no.State, no.Items = Refused, nil
			_, err := d.Record(ctx, s, c.id, no)
			return err
		}},
		{"renew", true, func(ctx context.Context, d *Door, _ *staff.Session, c *walker) error {
			return d.Renew(ctx, c.g, c.id, reply)
		}},
		{"withdraw", false, func(ctx context.Context, d *Door, _ *staff.Session, c *walker) error {
			return d.Withdraw(ctx, c.g, c.id, method)
		}},
		{"withdraw told", false, func(ctx context.Context, d *Door, s *staff.Session, c *walker) error {
			return d.WithdrawTold(ctx, s, c.id, "by phone")
		}},
		{"revoke", false, func(ctx context.Context, d *Door, s *staff.Session, c *walker) error {
			return d.Revoke(ctx, s, c.id, "closed")
		}},
		{"invalidate", false, func(ctx context.Context, d *Door, s *staff.Session, c *walker) error {
			return d.Invalidate(ctx, s, c.id, "pressed")
		}},
		{"use", true, send}, {"use", true, send}, {"use", true, send},
		{"finish", false, func(ctx context.Context, d *Door, _ *staff.Session, c *walker) error {
			return d.DB.Write(ctx, "finish", func(tx *store.Tx) error { return d.finish(ctx, tx, c.id) })
		}},
	}
}

// send has something leave because of a consent, as a referral does: asked and
// written down in one transaction.
func send(ctx context.Context, d *Door, s *staff.Session, c *walker) error {
	return d.DB.Write(ctx, "send", func(tx *store.Tx) error {
		purpose := Share
		if c.single {
			purpose = Authority
		}
		_, why, err := d.covers(ctx, tx, s, c.ticket, c.id, grants.Use{Purpose: purpose, Recipient: c.to.ID, Country: "SE", Items: []string{"phone"}})
		if err != nil || why != "" {
			return err
		}
		if _, err := d.ledger.Append(ctx, tx, ledger.Event{Kind: ledger.Disclosure, Subject: c.id, State: "sent"}); err != nil {
			return err
		}
		return d.spend(ctx, tx, c.id)
	})
}

func (w *world) walk(seed uint64, second *rival.Process) {
	r := rand.New(rand.NewPCG(seed, 7))
	maria := w.hire("maria", w.team)
	people := make([]*walker, 4)
	for i := range people {
		people[i] = &walker{}
		people[i].g, people[i].ticket = w.comes()
	}
	names := map[string]int{}
	for step := 0; step < walkSteps; step++ {
		c := people[r.IntN(len(people))]
		if c.id == "" || c.steps > 40 {
			w.begins(r, maria, c)
		}
		c.steps++
		switch r.IntN(8) {
		case 0:
			w.clock.Pass(time.Duration(r.IntN(40*24)) * time.Hour)
		case 1:
			w.clock.Pass(time.Duration(r.IntN(60)) * time.Second)
		}
		all := deeds(r)
		mine := all[r.IntN(len(all))]
		dice := r.Uint64()
		number := r.IntN(len(all))
		theirs := deeds(rand.New(rand.NewPCG(dice, 7)))[number]
		wait := second.Race(racing{Walk: "consent", Dice: dice, Deed: number, Staff: w.cookies[maria.User.ID], Guest: w.cookies[c.g.Person],
			Ticket: c.ticket, ID: c.id, To: w.targets[c.to.ID], Single: c.single, Now: w.Now(), Rooms: w.rooms.Now()})
		w.sound(mine.fault(mine.do(w.ctx, w.Door, maria, c)), wait())
		names[mine.name]++
		w.holdsStill(c, mine, theirs)
		if w.t.Failed() {
			w.t.Fatalf("after step %d, %s beside %q", step, mine.name, theirs.name)
		}
	}
	if report := w.verified(); report.Bad != nil {
		w.t.Errorf("the book: %+v", report.Bad)
	}
	w.t.Logf("%d steps: %v", walkSteps, names)
}

// begins asks a walker something new.
func (w *world) begins(r *rand.Rand, s *staff.Session, c *walker) {
	c.single = r.IntN(3) == 0
	c.to = w.organisation(fmt.Sprint("organisation ", r.Int()), "partner", "SE")
	d := w.share(c.ticket, c.to)
	if c.single {
		target := w.targets[c.to.ID]
		target.Kind = "authority"
		w.targets[c.to.ID] = target
		d.Purpose = Authority
	}
	d.Age = []Age{Adult, Under18, Under13}[r.IntN(3)]
	c.id, c.steps, c.started = w.asked(s, d), 0, w.Now()
}

// sound: neither process met a fault.
func (w *world) sound(mine error, theirs string) {
	if mine != nil || theirs != "" {
		w.t.Errorf("here: %v, in the second process: %s", mine, theirs)
	}
}

// table is CONSENT.md's, written down once more.
var table = map[State][]State{
	"":          {"requested"},
	"requested": {"given", "refused", "deferred", "expired"},
	"given":     {"renewed", "withdrawn", "expired", "revoked", "invalidated"},
	"renewed":   {"renewed", "withdrawn", "expired", "revoked", "invalidated"},
	"refused":   {"requested"}, "deferred": {"requested"}, "withdrawn": {"requested"}, "expired": {"requested"},
}

// holdsStill asks the book itself, step by step in its own order.
func (w *world) holdsStill(c *walker, mine, theirs deed) {
	steps, err := w.ledger.Events(w.ctx, w.DB, c.id)
	w.must(err)
	now := w.Now()
	var last ledger.Step
	var spoken, view bool
	valid := func(t time.Time) bool {
		yes := last.State == "given" || last.State == "renewed"
		return yes && t.Before(last.Until) && (last.Age != string(Under13) || spoken && view)
	}
	for _, s := range steps {
		if s.Unproven {
			w.t.Errorf("step %d is not ours", s.Seq)
		}
		switch s.Kind {
		case ledger.Disclosure:
			if !valid(s.At) { // 1
				w.t.Errorf("at %d something left without a valid consent", s.Seq)
			}
			continue
		case ledger.View:
			view = s.State == "given"
			continue
		}
		if !slices.Contains(table[State(last.State)], State(s.State)) { // 12
			w.t.Errorf("at %d from %q to %q", s.Seq, last.State, s.State)
		}
		switch s.State {
		case "requested":
			spoken, view = false, false
		case "given", "renewed":
			spoken = s.Outcome != string(Self)
			if s.Until.After(s.At.AddDate(0, 0, 90)) { // 4
				w.t.Errorf("at %d it holds until %v", s.Seq, s.Until)
			}
		}
		last = s
	}
	holds, _, err := w.holds(w.ctx, w.DB, c.id)
	w.must(err)
	if holds != valid(now) { // 3: nothing ran but the clock
		w.t.Errorf("it holds: %v, by the book: %v", holds, !holds)
	}
	if holds && !mine.yes && !theirs.yes { // 11
		w.t.Errorf("after %s and %q it still holds", mine.name, theirs.name)
	}
	if single := c.single && last.State == "given"; single { // 1: one use, and it is over
		for _, s := range steps {
			if s.Kind == ledger.Disclosure && s.Seq > last.Seq {
				w.t.Errorf("at %d a single use did not end it", s.Seq)
			}
		}
	}
}
