package referrals

import (
	"errors"
	"testing"
	"time"

	"returnsupport/helpdesk"
)

var all = Guards{Reliable: true, Likely: true, Agreed: true, Permission: true, Covered: true, Excepted: false, Frozen: true, Confirmed: true, Said: true}

// table is CONSENT.md's, line by line.
var table = map[State]map[Event]State{
	Draft:    {Submit: Awaiting, Except: Ready, Cancel: Cancelled},
	Awaiting: {Cover: Ready, Except: Ready, Refuse: Cancelled, Cancel: Cancelled},
	Ready:    {Send: Sent, Withdraw: Revoked, Revoke: Revoked, Cancel: Cancelled},
	Sent:     {Accept: Accepted, Return: Returned, Due: Overdue, Withdraw: Revoked, Revoke: Revoked},
	Overdue:  {Accept: Accepted, Return: Returned, Expire: Lapsed, Withdraw: Revoked, Revoke: Revoked},
	Accepted: {Report: Done, Withdraw: Revoked, Revoke: Revoked},
	Done:     {Confirm: Closed, Rest: Closed, Withdraw: Revoked, Revoke: Revoked},
}

func TestEveryEventInEveryState(t *testing.T) {
	for _, s := range States {
		for _, e := range Events {
			g := all
			g.Excepted = e == Except
			got, err := Next(s, e, g)
			want, allowed := table[s][e]
			switch {
			case allowed && (err != nil || got != want):
				t.Errorf("%s, %s: %s, %v; want %s", s, e, got, err, want)
			case !allowed && (!errors.Is(err, helpdesk.ErrConflict) || got != s):
				t.Errorf("%s, %s: %s, %v; the table has no such step", s, e, got, err)
			}
		}
	}
	if _, err := Next("limbo", Submit, all); !errors.Is(err, helpdesk.ErrConflict) {
		t.Error("an unknown state steps")
	}
}

func TestEachGateStops(t *testing.T) {
	for _, c := range []struct {
		name string
		from State
		e    Event
		take func(*Guards)
		key  string
	}{
		{"not reliable", Draft, Submit, func(g *Guards) { g.Reliable = false }, "refer.reliable"},
		{"not likely to help", Draft, Submit, func(g *Guards) { g.Likely = false }, "refer.likely"},
		{"something promised", Draft, Submit, func(g *Guards) { g.Promised = true }, "refer.promised"},
		{"needs not agreed", Draft, Submit, func(g *Guards) { g.Agreed = false }, "refer.agreed"},
		{"nothing in it", Draft, Submit, func(g *Guards) { g.Empty = true }, "refer.empty"},
		{"signpost with a package", Draft, Submit, func(g *Guards) { g.Signpost = true }, "refer.signpost_empty"},
		{"no permission", Awaiting, Cover, func(g *Guards) { g.Permission = false }, "refer.permission"},
		{"no consent", Awaiting, Cover, func(g *Guards) { g.Covered = false }, "refer.consent"},
		{"no exception", Draft, Except, func(*Guards) {}, "refer.exception"},
		{"permission gone at sending", Ready, Send, func(g *Guards) { g.Permission = false }, "refer.permission"},
		{"consent gone at sending", Ready, Send, func(g *Guards) { g.Covered = false }, "refer.consent"},
		{"vetting run out at sending", Ready, Send, func(g *Guards) { g.Reliable = false }, "refer.reliable"},
		{"emptied before sending", Ready, Send, func(g *Guards) { g.Empty = true }, "refer.empty"},
		{"not frozen", Ready, Send, func(g *Guards) { g.Frozen = false }, "refer.frozen"},
		{"restrictions not confirmed", Sent, Accept, func(g *Guards) { g.Confirmed = false }, "refer.restrictions"},
		{"returned without a reason", Overdue, Return, func(g *Guards) { g.Said = false }, "refer.reason"},
		{"no outcome said", Accepted, Report, func(g *Guards) { g.Said = false }, "refer.outcome"},
	} {
		g := all
		c.take(&g)
		got, err := Next(c.from, c.e, g)
		var r helpdesk.Refusal
		if !errors.As(err, &r) || r.Key != c.key || got != c.from {
			t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.key)
		}
	}
}

func TestASignpostNeedsNoVettingAndNoConsent(t *testing.T) {
	got, err := Next(Draft, Submit, Guards{Signpost: true, Empty: true, Likely: true, Agreed: true})
	if err != nil || got != Closed {
		t.Errorf("%s, %v", got, err)
	}
}

func TestAnExceptionNeedsNoYes(t *testing.T) {
	g := Guards{Excepted: true, Frozen: true}
	for _, from := range []State{Draft, Awaiting} {
		if got, err := Next(from, Except, g); err != nil || got != Ready {
			t.Errorf("%s: %s, %v", from, got, err)
		}
	}
	if got, err := Next(Ready, Send, g); err != nil || got != Sent {
		t.Errorf("%s, %v", got, err)
	}
}

func TestTimeAloneTurnsAReferral(t *testing.T) {
	zero := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	times := Times{Due: zero.Add(3 * day), Expires: zero.Add(90 * day), Turned: zero}
	for _, c := range []struct {
		name     string
		from     State
		after    time.Duration
		to       State
		turns    int
		readable bool
	}{
		{"sent", Sent, 0, Sent, 0, true},
		{"a moment before it is due", Sent, 3*day - 1, Sent, 0, true},
		{"due", Sent, 3 * day, Overdue, 1, true},
		{"the last moment", Sent, 90*day - 1, Overdue, 1, true},
		{"expired", Sent, 90 * day, Lapsed, 2, false},
		{"expired while overdue", Overdue, 90 * day, Lapsed, 1, false},
		{"accepted, expired", Accepted, 90 * day, Accepted, 0, false},
		{"done", Done, 14*day - 1, Done, 0, true},
		{"done and rested", Done, 14 * day, Closed, 1, true},
		{"rested, six days", Done, 20 * day, Closed, 1, true},
		{"rested, seven days", Done, 21 * day, Closed, 1, false},
		{"closed, six days", Closed, 6 * day, Closed, 0, true},
		{"closed, seven days", Closed, 7 * day, Closed, 0, false},
		{"revoked", Revoked, 0, Revoked, 0, false},
		{"returned", Returned, 0, Returned, 0, false},
		{"lapsed", Lapsed, 0, Lapsed, 0, false},
		{"cancelled", Cancelled, 0, Cancelled, 0, false},
		{"ready", Ready, 0, Ready, 0, false},
		{"draft", Draft, 200 * day, Draft, 0, false},
	} {
		now := zero.Add(c.after)
		to, turns := Passed(c.from, times, now)
		if to != c.to || len(turns) != c.turns {
			t.Errorf("%s: %s after %d turns, want %s after %d", c.name, to, len(turns), c.to, c.turns)
		}
		if Readable(c.from, times, now) != c.readable {
			t.Errorf("%s: readable %v", c.name, !c.readable)
		}
	}
	if Readable(Sent, Times{Due: zero}, zero) {
		t.Error("what has no end is readable")
	}
	early := Times{Due: zero.Add(3 * day), Expires: zero.Add(day), Turned: zero}
	if to, _ := Passed(Sent, early, zero.Add(day)); to != Lapsed {
		t.Errorf("expired before it was due: %s", to)
	}
}
