package consent

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/consent/internal/rival"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
)

// referralSteps is how many are walked through the whole door on each engine;
// the room itself walks many more (internal/referrals).
const referralSteps = 800

// TestAReferralNeverLeavesTheTable does whatever the person, a colleague or the
// recipient may do to a referral, in any order and at any time, with another
// process doing something else to the same one at the same moment.
// After each step what must always hold is asked of the book and of the
// recipient's own page (CONSENT.md, invariants 1, 3, 4, 11 and 12).
func TestAReferralNeverLeavesTheTable(t *testing.T) {
	raced(t, func(w *world, second *rival.Process) { w.walkReferrals(3, second) })
}

// referring is one person's referral in the walk.
type referring struct {
	g        *people.Guest
	ticket   helpdesk.ID
	message  helpdesk.ID
	to       Recipient
	o        *Outside
	id       helpdesk.ID
	out      Submitted
	steps    int
	over     bool // it has come to an end
	manifest string
}

// act is something somebody does to it; stops tells that it must succeed.
type act struct {
	name  string
	stops bool
	do    func(ctx context.Context, d *Door, s *staff.Session, c *referring) error
}

var acts = []act{
	{"permit", false, func(ctx context.Context, d *Door, _ *staff.Session, c *referring) error {
		return d.Answer(ctx, c.g, c.out.Permission, yes())
	}},
	{"allow", false, allow}, {"allow", false, allow}, {"allow", false, allow}, {"allow", false, allow},
	{"refuse", false, func(ctx context.Context, d *Door, _ *staff.Session, c *referring) error {
		return d.Answer(ctx, c.g, c.out.Consent, Reply{State: Refused, Method: Web, Alone: true})
	}},
	{"send", false, sendReferral}, {"send", false, sendReferral}, {"send", false, sendReferral}, {"send", false, sendReferral},
	{"agree", false, func(ctx context.Context, d *Door, _ *staff.Session, c *referring) error {
		return d.Agree(ctx, c.o, c.id)
	}},
	{"accept", false, accept}, {"accept", false, accept}, {"accept", false, accept},
	{"return", false, func(ctx context.Context, d *Door, _ *staff.Session, c *referring) error {
		return d.ReturnReferral(ctx, c.o, c.id, "no room")
	}},
	{"ask back", false, func(ctx context.Context, d *Door, _ *staff.Session, c *referring) error {
		return d.AskBack(ctx, c.o, c.id, "when?")
	}},
	{"report", false, report}, {"report", false, report},
	{"confirm", false, func(ctx context.Context, d *Door, _ *staff.Session, c *referring) error {
		return d.ConfirmOutcome(ctx, c.g, c.id, "partly")
	}},
	{"cancel", false, func(ctx context.Context, d *Door, s *staff.Session, c *referring) error {
		r, err := d.Referral(ctx, s, c.id)
		if err != nil {
			return err
		}
		return d.CancelReferral(ctx, s, c.id, r.Version)
	}},
	{"duty", false, func(ctx context.Context, d *Door, s *staff.Session, c *referring) error {
		_, err := d.Except(ctx, s, Excepting{Ticket: c.ticket, Referral: c.id, Kind: "child", Must: true, Law: "SoL 19:1", Why: "a child", WhyNot: "danger"})
		return err
	}},
	{"withdraw", true, func(ctx context.Context, d *Door, _ *staff.Session, c *referring) error {
		return d.Withdraw(ctx, c.g, c.out.Consent, Web)
	}},
	{"withdraw told", true, func(ctx context.Context, d *Door, s *staff.Session, c *referring) error {
		return d.WithdrawTold(ctx, s, c.out.Permission, "by phone")
	}},
	{"take back", true, func(ctx context.Context, d *Door, _ *staff.Session, c *referring) error {
		return d.TakeBack(ctx, c.g, c.id)
	}},
	{"recall", true, func(ctx context.Context, d *Door, s *staff.Session, c *referring) error {
		return d.Recall(ctx, s, c.id)
	}},
}

func accept(ctx context.Context, d *Door, _ *staff.Session, c *referring) error {
	if err := d.Agree(ctx, c.o, c.id); err != nil {
		return err
	}
	return d.Accept(ctx, c.o, c.id)
}

func report(ctx context.Context, d *Door, _ *staff.Session, c *referring) error {
	return d.Report(ctx, c.o, c.id, "helped", "")
}

func allow(ctx context.Context, d *Door, _ *staff.Session, c *referring) error {
	a, err := d.One(ctx, c.g, c.out.Consent)
	if err != nil {
		return err
	}
	var keys []string
	for _, i := range a.Terms.Items {
		keys = append(keys, i.Key)
	}
	if err := d.Answer(ctx, c.g, c.out.Permission, yes()); err != nil {
		return err
	}
	return d.Answer(ctx, c.g, c.out.Consent, yes(keys...))
}

func sendReferral(ctx context.Context, d *Door, s *staff.Session, c *referring) error {
	r, err := d.Referral(ctx, s, c.id)
	if err != nil {
		return err
	}
	_, err = d.Send(ctx, s, c.id, r.Version, Way{})
	return err
}

func (w *world) walkReferrals(seed uint64, second *rival.Process) {
	r := rand.New(rand.NewPCG(seed, 11))
	maria := w.hire("maria", w.team)
	to := w.organisation("Shelter", "partner", "SE")
	o := w.enters(w.account(to, "pia"))
	var all []*referring
	for range 3 {
		c := &referring{to: to, o: o}
		c.g, c.ticket = w.comes()
		c.message = w.letter(maria, c.ticket, "I need a bed")
		all = append(all, c)
	}
	names, states := map[string]int{}, map[ReferralState]int{}
	for step := range referralSteps {
		c := all[r.IntN(len(all))]
		if c.id == "" || c.steps > 20 || c.over && r.IntN(2) == 0 {
			w.refers(r, maria, c)
		}
		c.steps++
		switch r.IntN(12) {
		case 0:
			w.clock.Pass(time.Duration(r.IntN(30*24)) * time.Hour)
		case 1, 2:
			w.clock.Pass(time.Duration(r.IntN(90)) * time.Minute)
		}
		mine, number := acts[r.IntN(len(acts))], r.IntN(len(acts))
		theirs := acts[number]
		wait := second.Race(racing{Walk: "referral", Deed: number, Staff: w.cookies[maria.User.ID], Guest: w.cookies[c.g.Person], Outside: w.cookies[o.who],
			Ticket: c.ticket, ID: c.id, To: w.targets[to.ID], Out: c.out, Now: w.Now(), Rooms: w.rooms.Now()})
		w.sound(mine.fault(mine.do(w.ctx, w.Door, maria, c)), wait())
		names[mine.name]++
		state := w.stillHolds(c, maria)
		states[state]++
		c.over = !state.Live()
		if w.t.Failed() {
			w.t.Fatalf("after step %d, %s beside %s", step, mine.name, theirs.name)
		}
	}
	if report := w.verified(); report.Bad != nil {
		w.t.Errorf("the book: %+v", report.Bad)
	}
	for _, s := range []ReferralState{ReferralAwaiting, ReferralSent, ReferralAccepted, ReferralDone, ReferralRevoked, ReferralCancelled} {
		if states[s] == 0 {
			w.t.Errorf("the walk never came to %s: does it still walk?", s)
		}
	}
	w.t.Logf("%v %v", names, states)
}

// refers begins something new for a person.
func (w *world) refers(r *rand.Rand, s *staff.Session, c *referring) {
	f := Referring{Mode: Package, Target: c.to.ID, Priority: Priority(1 + r.IntN(3)), Need: fmt.Sprint("need ", r.Int()), Likely: true, Agreed: true,
		Parts: []Part{{Kind: PartMessage, Label: "What you wrote", Message: c.message}, {Kind: PartText, Label: "When", Text: "noon", Updating: true}}}
	if c.id != "" { // what is open is stopped, so that the same may be asked anew
		w.must(w.TakeBack(w.ctx, c.g, c.id))
		w.must(w.Withdraw(w.ctx, c.g, c.out.Permission, Web))
	}
	var err error
	c.id, err = w.Refer(w.ctx, s, c.ticket, f)
	w.must(err)
	c.out, err = w.Submit(w.ctx, s, c.id, 1, Asking{Language: "fa", Started: true})
	w.must(err)
	p, err := w.book.Package(w.ctx, w.DB, c.id)
	w.must(err)
	c.steps, c.manifest = 0, string(p.Manifest)
}

// leads is the table of CONSENT.md by its states alone, written down once more.
var leads = map[ReferralState][]ReferralState{
	"":         {"draft"},
	"draft":    {"closed", "awaiting", "ready", "cancelled"},
	"awaiting": {"ready", "cancelled"},
	"ready":    {"sent", "revoked", "cancelled"},
	"sent":     {"accepted", "returned", "overdue", "revoked"},
	"overdue":  {"accepted", "returned", "lapsed", "revoked"},
	"accepted": {"done", "revoked"},
	"done":     {"closed", "revoked"},
}

func (w *world) stillHolds(c *referring, s *staff.Session) ReferralState {
	steps, err := w.ledger.Events(w.ctx, w.DB, c.id)
	w.must(err)
	at, stopped, sent := ReferralState(""), false, time.Time{}
	for _, e := range steps {
		switch e.Kind {
		case ledger.Referral:
			to := ReferralState(e.State)
			legal := false
			for _, l := range leads[at] {
				legal = legal || l == to
			}
			if !legal {
				w.t.Errorf("from %q to %q", at, to) // 12
			}
			at = to
			stopped = stopped || to == ReferralRevoked || to == ReferralReturned
			if to == ReferralSent {
				sent = e.At
			}
		case ledger.Disclosure:
			if !w.allowed(c, e) { // 1
				w.t.Errorf("something left at %s without a yes or an exception", e.At)
			}
		}
	}
	r := w.referral(s, c.id)
	if r.State.Live() && (r.Owner == "" || r.Due.IsZero()) { // 12
		w.t.Errorf("%s without owner or day", r.State)
	}
	// What the recipient sees agrees with the book, the clock, and nothing else.
	release, err := w.Released(w.ctx, c.o, c.id)
	if sent.IsZero() {
		if err == nil && !release.Ended {
			w.t.Error("released, and never sent")
		}
		return r.State
	}
	w.must(err)
	should := !stopped && r.State.Out() && w.Now().Before(sent.AddDate(0, 0, accessDays)) && w.Now().Before(r.Until) // 3
	if release.Ended == should {
		w.t.Errorf("%s, stopped %v, until %s: ended is %v", r.State, stopped, r.Until, release.Ended)
	}
	if r.Exception == "" {
		for _, id := range []helpdesk.ID{r.Consent, r.Permission} { // 11
			if m, err := w.matter(w.ctx, w.DB, id); err != nil || !release.Ended && m.now(w.Now()) == Withdrawn {
				w.t.Errorf("withdrawn, and still released %v", err)
			}
		}
	}
	if release.Confirmed { // 4
		if _, p, err := w.handed(w.ctx, w.DB, c.id, w.keyOf(s, c.id)); err != nil || release.Ended == false && r.Exception == "" && string(p.Manifest) != c.manifest {
			w.t.Errorf("not what was frozen: %v", err)
		}
	}
	return r.State
}

// allowed tells whether a disclosure had, just then, both yeses or an exception:
// by what stands before it in the book.
func (w *world) allowed(c *referring, at ledger.Step) bool {
	row, err := w.book.Load(w.ctx, w.DB, c.id)
	w.must(err)
	if row.Exception != "" {
		steps, err := w.ledger.Events(w.ctx, w.DB, row.Exception)
		w.must(err)
		return len(steps) > 0 && steps[0].Seq < at.Seq
	}
	for _, id := range []helpdesk.ID{row.Permission, row.Consent} {
		m, err := w.matter(w.ctx, w.DB, id)
		w.must(err)
		var before []grants.Event
		for i, s := range m.steps {
			if s.Seq < at.Seq {
				before = append(before, m.events[i])
			}
		}
		if !grants.Valid(before, m.age, grants.Void{}, at.At) {
			return false
		}
	}
	return true
}
