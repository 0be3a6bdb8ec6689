package mailbridge

import (
	"io"
	"strings"
	"testing"
	"time"
)

// onList answers the first look into the folder.
func onList(say func(w io.Writer, tag string)) func(io.Writer, string, string) (bool, bool) {
	return func(w io.Writer, tag, command string) (bool, bool) {
		if !strings.HasPrefix(command, "UID FETCH") {
			return false, false
		}
		say(w, tag)
		return true, false
	}
}

// troubled waits for a mailbox to rest and answers why.
func troubled(t *testing.T, c *Collector) Code {
	t.Helper()
	eventually(t, "trouble", func() bool { return c.Status()[0].State == Resting })
	return c.Status()[0].Trouble
}

// slowly keeps a mailbox resting once it has failed.
var slowly = WithClock(time.Now, func(time.Duration) <-chan time.Time { return nil })
