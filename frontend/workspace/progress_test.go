package workspace

import (
	"testing"
	"time"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
)

func TestTheMailPageSaysHowFarItIsWithWhatHadWaited(t *testing.T) {
	all, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	words := frontend.Words{Words: all.Words("en", now, time.UTC)}
	begun := now.Add(-2 * time.Hour)
	for _, c := range []struct {
		what string
		box  Mailbox
		says string
	}{
		{"nothing waits", Mailbox{Connected: true}, ""},
		{"few wait", Mailbox{Begun: begun, Taken: 3, Waiting: 12}, ""},
		{"all are here", Mailbox{Begun: begun, Taken: 300}, ""},
		{"it has just begun", Mailbox{Begun: begun, Taken: 7, Waiting: 9993}, "Letters that had been waiting: 7 of 10000 are here, since 2 hours ago. What arrives now comes first."},
		{"in the middle", Mailbox{Begun: begun, Taken: 4000, Waiting: 6000, Left: 3 * time.Hour}, "Letters that had been waiting: 4000 of 10000 are here, since 2 hours ago. About 3 hours more. What arrives now comes first."},
	} {
		if got := progress(words, c.box); got != c.says {
			t.Errorf("%s: %q", c.what, got)
		}
	}
}
