package bus

import (
	"math/rand/v2"
	"testing"

	"returnsupport/helpdesk"
)

// Whoever listened when a round began is told by its end, however many join
// and leave meanwhile.
func TestARoundOfDoubtsForgetsNobody(t *testing.T) {
	for range 300 {
		x := newExchange()
		told := map[*Listener]int{}
		join := func() *Listener { return x.Listen(func() {}, Ring{"ticket", helpdesk.NewID()}) }
		var old, all []*Listener
		for range 1 + rand.IntN(40) {
			l := join()
			old, all = append(old, l), append(all, l)
		}
		x.sweep(rand.IntN(len(old))) // a round may be half done
		for _, l := range old {
			for _, some := l.Next(); some; _, some = l.Next() {
			}
		}
		x.restart()
		for ended := false; !ended; {
			ended = x.sweep(1 + rand.IntN(3))
			for _, l := range all {
				for e, some := l.Next(); some; e, some = l.Next() {
					if !e.Missed || e.Topic != "ticket" {
						t.Fatalf("told %+v", e)
					}
					told[l]++
				}
			}
			switch rand.IntN(3) {
			case 0:
				all = append(all, join())
			case 1:
				if at := rand.IntN(len(all)); len(all) > 1 {
					all[at].Close()
					all = append(all[:at], all[at+1:]...)
				}
			}
		}
		for _, l := range old {
			if !l.closed && told[l] == 0 {
				t.Fatal("one who stayed was not told")
			}
		}
	}
}

func TestASweepOverNobodyEnds(t *testing.T) {
	x := newExchange()
	if !x.sweep(5) || x.sweep(0) != true {
		t.Error("a round over nobody goes on")
	}
}
