package bus_test

import (
	"slices"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/bus/redistest"
)

func TestWhoIsHereIsSeenUntilTheyLeaveOrTheirLeaseEnds(t *testing.T) {
	each(t, func(t *testing.T, from, to bus.Bus) {
		ctx := t.Context()
		in := bus.NewPresence(from, time.Now)
		out := in
		if from != to {
			out = bus.NewPresence(to, time.Now)
		}
		one, two, three := helpdesk.NewID(), helpdesk.NewID(), helpdesk.NewID()
		in.Here(ctx, "chat", one, time.Hour)
		in.Here(ctx, "chat", two, 300*time.Millisecond)
		in.Here(ctx, "visit", three, time.Hour)
		in.Here(ctx, "chat", "their name", time.Hour)
		want := []helpdesk.ID{one, two}
		slices.Sort(want)
		if got := out.Who(ctx, "chat"); !slices.Equal(got, want) {
			t.Errorf("here are %v, want %v", got, want)
		}
		until(t, "the lease ends", func() bool { return slices.Equal(out.Who(ctx, "chat"), []helpdesk.ID{one}) })
		out.Gone(ctx, "chat", one)
		if got := in.Who(ctx, "chat"); len(got) != 0 {
			t.Errorf("here are %v", got)
		}
		if got := in.Who(ctx, "visit"); !slices.Equal(got, []helpdesk.ID{three}) {
			t.Errorf("visiting are %v", got)
		}
	})
}

func TestWithoutRedisNobodyIsHereForCertainAndNobodyWaits(t *testing.T) {
	server := redistest.Start(t)
	p := bus.NewPresence(together(t, server.Address(), space(), 1)[0], time.Now)
	p.Here(t.Context(), "chat", helpdesk.NewID(), time.Hour)
	if n := len(p.Who(t.Context(), "chat")); n != 1 {
		t.Fatalf("%d are here", n)
	}
	server.Pause()
	began := time.Now()
	if n := len(p.Who(t.Context(), "chat")); n != 0 {
		t.Errorf("%d are here", n)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("asking took %v", took)
	}
}
