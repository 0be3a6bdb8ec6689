package grants

import (
	"errors"
	"testing"
	"time"

	"returnsupport/helpdesk"
)

var day0 = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// at is so many days later.
func at(days float64) time.Time { return day0.Add(time.Duration(days * 24 * float64(time.Hour))) }

func step(days float64, s State) Event {
	e := Event{State: s, At: at(days), Outcome: string(Self)}
	if s == Given || s == Renewed {
		e.Until = at(days + 90)
	}
	return e
}

func TestAConsentMovesAlongTheTableAlone(t *testing.T) {
	all := []State{Unknown, Requested, Given, Renewed, Refused, Deferred, Withdrawn, Expired, Revoked, Invalidated}
	allowed := map[[2]State]bool{}
	for _, p := range [][2]State{
		{Unknown, Requested}, {Requested, Given}, {Requested, Refused}, {Requested, Deferred}, {Requested, Expired},
		{Given, Renewed}, {Given, Withdrawn}, {Given, Expired}, {Given, Revoked}, {Given, Invalidated},
		{Renewed, Renewed}, {Renewed, Withdrawn}, {Renewed, Expired}, {Renewed, Revoked}, {Renewed, Invalidated},
		{Refused, Requested}, {Deferred, Requested}, {Withdrawn, Requested}, {Expired, Requested},
	} {
		allowed[p] = true
	}
	for _, from := range all {
		for _, to := range all {
			got, err := Next(from, to)
			if ok := err == nil; ok != allowed[[2]State{from, to}] || ok && got != to || !ok && (got != from || !errors.Is(err, helpdesk.ErrConflict)) {
				t.Errorf("from %q to %q: %q, %v", from, to, got, err)
			}
		}
	}
}

func TestWhatTimeMakesOfAConsent(t *testing.T) {
	given := []Event{step(0, Requested), step(1, Given)}
	for _, c := range []struct {
		what  string
		e     []Event
		day   float64
		state State
		valid bool
	}{
		{"nothing", nil, 0, Unknown, false},
		{"asked", given, 0.5, Requested, false},
		{"given", given, 1, Given, true},
		{"the last moment", given, 91 - 1e-6, Given, true},
		{"its time is over", given, 91, Expired, false},
		{"before it was given", given, 0.999, Requested, false},
		{"nobody answered", given[:1], 29.9, Requested, false},
		{"nobody answered for 30 days", given[:1], 30, Expired, false},
		{"renewed", append(given[:2:2], step(80, Renewed)), 169, Renewed, true},
		{"withdrawn", append(given[:2:2], step(2, Withdrawn)), 3, Withdrawn, false},
		{"withdrawn later", append(given[:2:2], step(2, Withdrawn)), 1.5, Given, true},
		{"revoked", append(given[:2:2], step(2, Revoked)), 3, Revoked, false},
		{"a yes without an end", []Event{step(0, Requested), {State: Given, At: at(1)}}, 2, Expired, false},
	} {
		if s := Now(c.e, at(c.day)); s != c.state {
			t.Errorf("%s: %q, want %q", c.what, s, c.state)
		}
		if v := Valid(c.e, Adult, Void{}, at(c.day)); v != c.valid {
			t.Errorf("%s: valid %v", c.what, v)
		}
	}
	for what, void := range map[string]Void{"purpose": {Purpose: at(5)}, "notice": {Notice: at(5)}} {
		if !Valid(given, Adult, void, at(4)) || Valid(given, Adult, void, at(5)) {
			t.Errorf("void by its %s", what)
		}
	}
}

func TestForAChildUnderThirteenTwoSpeak(t *testing.T) {
	spoke := func(days float64, r Role) Event {
		e := step(days, Given)
		e.Outcome = string(r)
		return e
	}
	view := func(days float64, s State) Event { return Event{State: s, View: true, At: at(days)} }
	ask := step(0, Requested)
	for _, c := range []struct {
		what string
		e    []Event
		want bool
	}{
		{"the child alone", []Event{ask, view(1, Given)}, false},
		{"the guardian alone", []Event{ask, spoke(1, Guardian)}, false},
		{"both", []Event{ask, view(1, Given), spoke(2, Guardian)}, true},
		{"both, the guardian first", []Event{ask, spoke(1, Guardian), view(2, Given)}, true},
		{"a representative", []Event{ask, view(1, Given), spoke(2, Representative)}, true},
		{"a conflict on record", []Event{ask, view(1, Given), spoke(2, Conflict)}, true},
		{"a yes in its own name", []Event{ask, view(1, Given), spoke(2, Self)}, false},
		{"the child says no", []Event{ask, spoke(1, Guardian), view(2, Refused)}, false},
		{"views of an earlier question", []Event{ask, view(1, Given), step(2, Refused), step(3, Requested), spoke(4, Guardian)}, false},
	} {
		if got := Valid(c.e, Under13, Void{}, at(10)); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
	if !Valid([]Event{ask, spoke(1, Self)}, Under18, Void{}, at(2)) {
		t.Error("a young person's own yes")
	}
}

func TestWhenWeMayAsk(t *testing.T) {
	expired := func(days float64, why string) Event {
		e := step(days, Expired)
		e.Outcome = why
		return e
	}
	for _, c := range []struct {
		what string
		e    []Event
		day  float64
		ok   bool
		from float64 // -1: never
	}{
		{"never asked", nil, 0, true, 0},
		{"while it is open", []Event{step(0, Requested)}, 5, false, 44},
		{"nobody answered", []Event{step(0, Requested)}, 43, false, 44},
		{"nobody answered, and two weeks passed", []Event{step(0, Requested)}, 44, true, 44},
		{"refused", []Event{step(0, Requested), step(1, Refused)}, 14, false, 15},
		{"refused two weeks ago", []Event{step(0, Requested), step(1, Refused)}, 15, true, 15},
		{"put off", []Event{step(0, Requested), step(1, Deferred)}, 3, false, 15},
		{"withdrawn", []Event{step(0, Requested), step(1, Given), step(2, Withdrawn)}, 3, false, 16},
		{"refused twice", []Event{step(0, Requested), step(1, Refused), step(20, Requested), step(21, Refused)}, 400, false, -1},
		{"used", []Event{step(0, Requested), step(1, Given), expired(2, OutcomeUsed)}, 2, true, 2},
		{"lapsed on record", []Event{step(0, Requested), expired(31, OutcomeTime)}, 32, false, 45},
		{"given", []Event{step(0, Requested), step(1, Given)}, 2, true, 2},
		{"run out", []Event{step(0, Requested), step(1, Given)}, 92, false, 105},
	} {
		ok, from := MayAsk(c.e, at(c.day))
		want := at(c.from)
		if c.from < 0 {
			want = time.Time{}
		}
		if ok != c.ok || !from.Equal(want) {
			t.Errorf("%s: %v from %v, want %v from %v", c.what, ok, from, c.ok, want)
		}
	}
}

func TestThereIsAlwaysAWayToStop(t *testing.T) {
	for _, s := range []State{Unknown, Requested, Given, Renewed, Refused, Deferred, Withdrawn, Expired, Revoked, Invalidated} {
		for _, later := range []float64{0, 29, 31, 100} {
			events := []Event{step(0, s)}
			now := at(later)
			for _, m := range Stop(events, OutcomeTold, now) {
				if _, err := Next(Last(events, now), m.State); err != nil {
					t.Errorf("stopping %q leaves the table to %q", s, m.State)
				}
				events = append(events, Event{State: m.State, At: now})
			}
			if Valid(events, Adult, Void{}, now) {
				t.Errorf("%q holds after it was stopped", s)
			}
		}
	}
}

func TestAYesEndsWithItsPurpose(t *testing.T) {
	share, _ := PurposeOf(Share)
	follow, _ := PurposeOf(FollowUp)
	for _, c := range []struct {
		what string
		p    Purpose
		c    Consent
		want time.Time
	}{
		{"90 days", share, Consent{}, at(90)},
		{"sooner", share, Consent{Days: 7}, at(7)},
		{"never later", share, Consent{Days: 400}, at(90)},
		{"14 months after the return", follow, Consent{Day: "2026-05-01"}, time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)},
		{"a day nobody can read", follow, Consent{Day: "soon"}, day0.AddDate(0, 14, 0)},
	} {
		if got := c.p.Ends(c.c, day0); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
	for i, p := range Purposes {
		if p.Own != "" && !p.Explicit || p.Items && !p.Explicit || p.Days == 0 && p.Months == 0 {
			t.Errorf("purpose %d: %+v", i, p)
		}
	}
}

// TestAPathStaysInTheTable walks answers in any order, without a database: a
// quarter of a million of them.
func TestAPathStaysInTheTable(t *testing.T) {
	answers := []State{Given, Refused, Deferred}
	seed := uint64(1)
	next := func(n uint64) uint64 { // any numbers will do, the same each time
		seed = seed*6364136223846793005 + 1442695040888963407
		return seed >> 33 % n
	}
	for range 5000 {
		now := day0
		events := []Event{step(0, Requested)}
		for range 50 {
			now = now.Add(time.Duration(next(20*24)) * time.Hour)
			var moves []Move
			stopped := false
			switch next(5) {
			case 0:
				moves, stopped = Stop(events, OutcomeTold, now), true
			case 1:
				moves, stopped = End(events, Revoked, OutcomeClosed, now), true
			default:
				started := next(2) == 0
				last := Now(events, now)
				var err error
				moves, err = Path(events, answers[next(3)], string(Self), started, now)
				if err == nil && !started && len(moves) > 0 && last != Requested && last != Given && last != Renewed {
					t.Fatalf("we began anew from %q", last)
				}
			}
			for _, m := range moves {
				if _, err := Next(Last(events, now), m.State); err != nil {
					t.Fatalf("from %q to %q", Last(events, now), m.State)
				}
				e := Event{State: m.State, Outcome: m.Outcome, At: now}
				if m.State == Given {
					e.Until = now.AddDate(0, 0, 90)
				}
				events = append(events, e)
			}
			if stopped && Valid(events, Adult, Void{}, now) {
				t.Fatal("stopped, and it holds")
			}
		}
	}
}
