package bus

import (
	"math"
	"strings"
	"testing"

	"returnsupport/helpdesk"
)

func TestANoteIsReadAsItWasWritten(t *testing.T) {
	for _, n := range []note{
		{helpdesk.NewID(), ringing, Event{Topic: "ticket", Subject: helpdesk.NewID(), Number: 45}},
		{helpdesk.NewID(), ringing, Event{Topic: "waiting", Number: math.MinInt64}},
		{helpdesk.NewID(), ringing, Event{Topic: Topic(strings.Repeat("x", 32)), Subject: helpdesk.NewID(), Number: math.MinInt64}},
		{origin: helpdesk.NewID(), kind: alive}, {origin: helpdesk.NewID(), kind: missed}, {origin: helpdesk.NewID(), kind: bye},
	} {
		if got, ok := decode(n.encode()); !ok || got != n {
			t.Errorf("%q became %+v, %v", n.encode(), got, ok)
		}
	}
}

// FuzzDecode: whatever stands on the channel, only what we write ourselves is
// taken, and nothing of it can hold a sentence.
func FuzzDecode(f *testing.F) {
	id := string(helpdesk.NewID())
	for _, s := range []string{"1 " + id + " ring ticket " + id + " 45", "1 " + id + " ring team - -1", "1 " + id + " alive", "1 " + id + " bye", "", "1  "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		n, ok := decode(line)
		if !ok {
			return
		}
		if n.encode() != line {
			t.Fatalf("%q has two spellings", line)
		}
		if len(line) > noteMost || strings.ContainsAny(line, "\n\t\x00") {
			t.Fatalf("took %q", line)
		}
		if n.kind == ringing && !n.event.nameable() {
			t.Fatalf("took a sentence: %q", line)
		}
		if n.event.Missed {
			t.Fatal("a doubt about one subject came from outside")
		}
	})
}
