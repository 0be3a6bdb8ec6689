package routing_test

import (
	"fmt"
	"strings"
	"testing"

	"returnsupport/helpdesk/routing"
)

// large is a house of 200 counsellors and 100 rules.
func large(tb testing.TB) routing.House {
	h := day()
	for i := range 193 {
		c := h.Counsellors[i%7]
		c.ID, c.Open = id(fmt.Sprintf("c%c%c", 'a'+i%26, 'a'+i/26)), i%15
		h.Counsellors = append(h.Counsellors, c)
	}
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "rule Rule %d\n when channel chat phone\n when language x%c y%c sv\n when not topic t%d\n when waited over %dh\n then kind law\n then priority 1\n", i, 'a'+i%26, 'a'+i%26, i, i+1)
	}
	var err error
	if h.Rules, err = routing.ReadRules(b.String()); err != nil {
		tb.Fatal(err)
	}
	return h
}

func BenchmarkDecide(b *testing.B) {
	board := routing.Ready(large(b))
	f := travels(speaks(wishes(chat("process"), routing.Woman), "prs"))
	b.ReportAllocs()
	for b.Loop() {
		board.Decide(f)
	}
}

func BenchmarkNowAndDecide(b *testing.B) {
	h := large(b)
	board := routing.Ready(h)
	f := travels(speaks(chat("process"), "prs"))
	b.ReportAllocs()
	for b.Loop() {
		board.Now(h.Counsellors).Decide(f)
	}
}

func BenchmarkReady(b *testing.B) {
	h := large(b)
	b.ReportAllocs()
	for b.Loop() {
		routing.Ready(h)
	}
}

func BenchmarkCheck(b *testing.B) {
	h := large(b)
	for b.Loop() {
		routing.Check(h)
	}
}
