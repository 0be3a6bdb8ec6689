package mailbridge

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
)

// wholeSession collects two letters, disposes of them, idles, is rung for a third
// and disposes of that, all in a folder of its own. It tells how many bytes the
// server said in its first connection, and what is wrong in the end.
func wholeSession(t *testing.T, w *mailtest.World, user string, after After, fault mailtest.Fault) (int64, string) {
	t.Helper()
	if err := w.AddUser(user, "secret"); err != nil {
		t.Fatal(err)
	}
	lay := func(subject string) {
		if err := w.Append(user, "INBOX", mail(subject), nil, time.Time{}); err != nil {
			t.Error(err)
		}
	}
	p, err := mailtest.NewProxy(w.IMAPAddr(), func(n int) mailtest.Script {
		if n > 0 {
			return mailtest.Script{}
		}
		return mailtest.Script{Fault: fault}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	srv := at(p.Addr())
	srv.User = user
	glance := time.Duration(0)
	if fault.Do == mailtest.Stall {
		glance = 300 * time.Millisecond // silence is what an honest server says while we idle
	}
	h := newHouse()
	lay("a")
	lay("b")
	c, end := collect(t, h, []Mailbox{{ID: "m", IMAP: srv, After: after}}, quick, WithGlance(glance), WithTimeout(500*time.Millisecond))
	defer end()
	until := func(ok func() bool) bool {
		for limit := time.Now().Add(15 * time.Second); time.Now().Before(limit); time.Sleep(2 * time.Millisecond) {
			if ok() {
				return true
			}
		}
		return false
	}
	if !until(func() bool { return len(h.subjects()) == 2 }) {
		return 0, fmt.Sprintf("only %v came", h.subjects())
	}
	lay("c")
	left := map[After]int{Leave: 3, MarkSeen: 3}[after]
	done := func() bool {
		return len(h.subjects()) == 3 && c.Status()[0].State == Listening && len(w.Mails(user, "INBOX")) == left
	}
	if !until(done) {
		return 0, fmt.Sprintf("%v came, %d lie there, %+v", h.subjects(), len(w.Mails(user, "INBOX")), c.Status()[0])
	}
	if got := strings.Join(h.subjects(), ""); got != "abc" && got != "cab" && got != "acb" { // what is new may come first
		return 0, "received " + got
	}
	if folder := after.folder(); folder != "" {
		if n := len(w.Mails(user, folder)); n != 3 {
			return 0, fmt.Sprintf("%d letters were moved", n)
		}
	}
	end()
	p.Close()
	return p.Longest(), ""
}

// TestCutAtEveryByteOfASessionNothingIsLostOrDoubled: sign-in, listing, fetching,
// flagging and expunging, idling and being rung; other ways of disposing at every
// few bytes. The fault is the first connection's.
func TestCutAtEveryByteOfASessionNothingIsLostOrDoubled(t *testing.T) {
	w := mailtest.Test(t, mailtest.Options{})
	for name, c := range map[string]struct {
		after After
		deed  mailtest.Deed
		step  int64
	}{
		"cut while moving":     {Move("Archive"), mailtest.Cut, 3},
		"cut while deleting":   {Delete, mailtest.Cut, 1},
		"cut while marking":    {MarkSeen, mailtest.Cut, 13},
		"cut while leaving":    {Leave, mailtest.Cut, 13},
		"stalled while moving": {Move("Archive"), mailtest.Stall, 61},
		"flooded while moving": {Move("Archive"), mailtest.Flood, 61},
	} {
		t.Run(name, func(t *testing.T) {
			user := func(n int64) string { return fmt.Sprintf("%s-%d@return.test", strings.ReplaceAll(name, " ", "."), n) }
			whole, wrong := wholeSession(t, w, user(-1), c.after, mailtest.Fault{})
			if wrong != "" || whole < 800 {
				t.Fatalf("unhurt, of %d bytes: %s", whole, wrong)
			}
			offsets := make(chan int64)
			var all sync.WaitGroup
			for range 24 {
				all.Go(func() {
					for n := range offsets {
						f := mailtest.Fault{Do: c.deed, After: n, Text: "* 3 EXISTS\r\n"}
						if _, wrong := wholeSession(t, w, user(n), c.after, f); wrong != "" {
							t.Errorf("at byte %d of %d: %s", n, whole, wrong)
						}
					}
				})
			}
			if testing.Short() { // the race detector looks at what happens, not at every byte
				c.step *= 16
			}
			for n := int64(0); n < whole; n += c.step {
				offsets <- n
			}
			close(offsets)
			all.Wait()
			t.Logf("%d bytes", whole)
		})
	}
}

// TestWhatWasFlaggedBeforeTheConnectionWasLostIsRemovedAndNobodyElsesMail: the
// server hangs up instead of expunging, once before the bookmark stood behind the
// letter and once for those that came ahead.
func TestWhatWasFlaggedBeforeTheConnectionWasLostIsRemovedAndNobodyElsesMail(t *testing.T) {
	for name, n := range map[string]int{"one": 1, "a backlog": youngest + 40} {
		t.Run(name, func(t *testing.T) {
			for _, options := range []mailtest.Options{{}, {NoMove: true}} {
				after := Delete
				if options.NoMove {
					after = Move("Archive")
				}
				w, h := world(t, options), newHouse()
				p := inMemory{w}
				p.put(t, time.Time{}, []string{`\Deleted`}, mail("keep"))
				lie(t, p, n)
				cut := mailtest.TestProxy(t, w.IMAPAddr(), func(n int) mailtest.Script {
					return mailtest.Script{Answer: func(line string) (string, bool) {
						return "* BYE good night\r\n", n < 2 && strings.Contains(line, "UID EXPUNGE")
					}}
				})
				collect(t, h, []Mailbox{{ID: "m", IMAP: at(cut.Addr()), After: after}}, quick)
				h.waitFor(t, n)
				eventually(t, "removed", func() bool { return len(p.letters(t, "INBOX")) == 1 })
				time.Sleep(20 * time.Millisecond)
				if left := p.letters(t, "INBOX"); len(left) != 1 || !strings.Contains(string(left[0].Raw), "keep") || cut.Connections() < 3 {
					t.Errorf("%d are left after %d connections", len(left), cut.Connections())
				}
				if h.again != 0 {
					t.Errorf("%d offered again", h.again)
				}
			}
		})
	}
}
