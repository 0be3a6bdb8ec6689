package mailbridge

import (
	"bufio"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
)

// vast is a folder of so many small mails, each made when it is asked for.
type vast struct{ mails atomic.Uint32 }

func (v *vast) answer(w io.Writer, _, command string) (handled, done bool) {
	n, from := v.mails.Load(), uint32(0)
	out := bufio.NewWriter(w)
	defer out.Flush()
	switch {
	case strings.HasPrefix(command, "SELECT"):
		fmt.Fprintf(out, "* %d EXISTS\r\n* OK [UIDVALIDITY 1] v\r\n", n)
	case command == "NOOP":
		fmt.Fprintf(out, "* %d EXISTS\r\n", n)
	case strings.Contains(command, "RFC822.SIZE"):
		fmt.Sscanf(command, "UID FETCH %d:", &from)
		for uid := min(from, n); uid <= n; uid++ {
			fmt.Fprintf(out, "* %d FETCH (UID %d RFC822.SIZE 300 FLAGS () INTERNALDATE \"01-Jan-2025 00:00:00 +0000\")\r\n", uid, uid)
		}
	case strings.Contains(command, "BODY.PEEK[]"):
		set := strings.Fields(command)[2]
		for _, span := range strings.Split(set, ",") {
			var to uint32
			if got, _ := fmt.Sscanf(span, "%d:%d", &from, &to); got == 1 {
				to = from
			}
			for uid := from; uid <= to; uid++ {
				raw := mail(fmt.Sprint(uid))
				fmt.Fprintf(out, "* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n", uid, uid, len(raw), raw)
			}
		}
	default:
		return false, false
	}
	return true, true
}

// TestAMailboxOfTwoHundredThousandOldMails is connected for the first time: the
// young come first, how far it is is told, what arrives now does not wait, and
// memory does not follow the number.
func TestAMailboxOfTwoHundredThousandOldMails(t *testing.T) {
	old := uint32(200_000)
	if testing.Short() { // the race detector lists so many in half a minute
		old = 20_000
	}
	v := &vast{}
	v.mails.Store(old)
	h := newHouse()
	h.refuse = func(Arrival) error { time.Sleep(300 * time.Microsecond); return nil }
	box := []Mailbox{{ID: "m", IMAP: at(mailtest.IMAPScript{Answer: v.answer}.Test(t))}}
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	c, end := collect(t, h, box)
	h.waitFor(t, youngest)
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("the first came after %v", took)
	}
	for _, subject := range h.subjects()[:youngest] {
		var uid uint32
		if fmt.Sscan(subject, &uid); uid <= old-youngest {
			t.Fatalf("%s came among the first %d", subject, youngest)
		}
	}
	if s := c.Status()[0]; s.Waiting+s.Taken < int(old) || s.Begun.IsZero() || s.Left(c.now()) <= 0 {
		t.Errorf("progress is told as %+v", s)
	}
	for range 2 {
		h.waitFor(t, 300)
		name := fmt.Sprint(v.mails.Add(1))
		sent := time.Now()
		for !slices.Contains(h.subjects(), name) {
			if time.Since(sent) > 15*time.Second { // three times what a quiet machine may take
				t.Fatalf("%s has not come", name)
			}
			h.waitFor(t, 1)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&during)
	if grown := int64(during.HeapAlloc) - int64(before.HeapAlloc); grown > 40<<20 {
		t.Errorf("it takes %d MB", grown>>20)
	}
	h.checkBookmark(t)
	end()

	// The process ends and begins again: only what came ahead may be offered twice.
	mark, _ := h.Bookmark(t.Context(), "m")
	_, end = collect(t, h, box)
	for now := mark; now.UID <= mark.UID+100; now, _ = h.Bookmark(t.Context(), "m") {
		h.waitFor(t, 1)
	}
	end()
	if h.again > youngest+2*batchMails {
		t.Errorf("%d were offered again", h.again)
	}
	h.checkBookmark(t)
}
