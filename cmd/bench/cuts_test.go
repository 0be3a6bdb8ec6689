package main

import (
	"slices"
	"testing"
	"time"

	"returnsupport/helpdesk/bus/redistest"
	"returnsupport/helpdesk/store/storetest"
)

var fewCuts = cutsSize{talks: 4, each: 6, pause: 200 * time.Millisecond, cut: 700 * time.Millisecond, patience: 2 * time.Minute}

func (v cutVerdict) mustBeWhole(t *testing.T) {
	t.Helper()
	if err := v.t.wrong.err(); err != nil {
		t.Error(err)
	}
	if v.said != 2*v.t.size.talks*v.t.size.each || v.lost+v.doubled+v.order+v.unheard+v.heardTwice+v.mixed+v.strange > 0 {
		v.t = nil
		t.Errorf("%+v", v)
	}
}

func TestCutNetsLoseAndDoubleNothing(t *testing.T) {
	b := fewFor(t)
	few := &cutTest{bench: b, i: b.install("cuts", ""), replicas: make([]replica, 1)}
	b.cutsOn(few, fewCuts).mustBeWhole(t)
}

func TestKilledReplicasLoseAndDoubleNothing(t *testing.T) {
	redistest.Require(t)
	b := fewFor(t)
	few := &cutTest{bench: b, i: b.install("kills", storetest.EmptyPostgresAddress(t)), replicas: make([]replica, 2)}
	few.i.redis = redistest.Address(t)
	size := fewCuts
	size.kill = 2 * time.Second
	b.cutsOn(few, size).mustBeWhole(t)
}

func TestTheJudgeSeesWhatIsLostDoubledAndOutOfOrder(t *testing.T) {
	want := []string{"a", "b", "c", "d"}
	for _, c := range []struct {
		got                  []string
		lost, doubled, order int
	}{
		{want, 0, 0, 0},
		{[]string{"a", "c", "d"}, 1, 0, 0},
		{[]string{"a", "b", "b", "c", "d"}, 0, 1, 0},
		{[]string{"b", "a", "c", "d"}, 0, 0, 1},
		{[]string{"a", "b", "x", "c", "d"}, 0, 0, 1},
		{nil, 4, 0, 0},
	} {
		if lost, doubled, order := compare(want, slices.Clone(c.got)); lost != c.lost || doubled != c.doubled || order != c.order {
			t.Errorf("%v: %d lost, %d doubled, %d out of order", c.got, lost, doubled, order)
		}
	}
}
