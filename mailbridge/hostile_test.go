package mailbridge

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
)

// honest enough to be told from an attack by a code.
var odd = map[string]struct {
	say  func(w io.Writer, tag string)
	want Code
}{
	"a goodbye":        {func(w io.Writer, _ string) { fmt.Fprint(w, "* BYE tired\r\n") }, Closed},
	"a refusal":        {func(w io.Writer, tag string) { fmt.Fprint(w, tag+" NO secret words\r\n") }, Declined},
	"another language": {func(w io.Writer, _ string) { fmt.Fprint(w, "220 smtp.example.test ESMTP\r\n\r\n") }, Protocol},
	"what makes the parser panic": {func(w io.Writer, tag string) {
		fmt.Fprint(w, "* 1 FETCH (\"BODY][\" x)\r\n* EXPUNGE\r\n* 1 FETCH\r\n* EXISTS\r\n"+tag+" NO\r\n")
	}, Declined},
	"a mail listed and kept back": {keepBack, Incomplete},
}

func TestAHostileServerEndsWithACodeAndTheProcessLives(t *testing.T) {
	end := func(t *testing.T, s mailtest.IMAPScript, want Code) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		patience := 2 * time.Second // a flood is read until it is too much, however slow the machine
		if want == TimedOut {
			patience = 100 * time.Millisecond
		}
		col, _ := collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: at(s.Test(t))}}, WithTimeout(patience), slowly)
		if got := troubled(t, col); got != want {
			t.Errorf("code %q, want %q", got, want)
		}
		if d := time.Since(began); d > 5*time.Second {
			t.Errorf("it took %v", d)
		}
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 300<<20 {
			t.Errorf("the heap grew by %d MB", grown>>20)
		}
	}
	for _, a := range mailtest.Attacks() {
		t.Run(a.Name, func(t *testing.T) {
			want := Hostile
			if a.Patience {
				want = TimedOut
			}
			end(t, a.Script(), want)
		})
	}
	for what, c := range odd {
		t.Run(what, func(t *testing.T) { end(t, mailtest.IMAPScript{Answer: onList(c.say)}, c.want) })
	}
	t.Run("a UIDVALIDITY that is no one", func(t *testing.T) {
		end(t, mailtest.IMAPScript{Answer: func(_ io.Writer, _, command string) (bool, bool) {
			return strings.HasPrefix(command, "SELECT"), true
		}}, NoUIDs)
	})
}

// TestOneMailThatDoesNotComeHoldsUpNoOther: servers answer NO or nothing for a
// mail that is damaged in their store, often for years.
func TestOneMailThatDoesNotComeHoldsUpNoOther(t *testing.T) {
	for what, refusal := range map[string]string{"said": "NO", "left out": "OK"} {
		t.Run(what, func(t *testing.T) {
			f := mailtest.IMAPScript{Answer: func(w io.Writer, tag, command string) (bool, bool) {
				verb, rest, _ := strings.Cut(command, "UID FETCH ")
				if verb != "" {
					return false, false
				}
				set, items, _ := strings.Cut(rest, " ")
				from, to, span := strings.Cut(set, ":")
				first, _ := strconv.Atoi(from)
				last := first
				if span {
					last, _ = strconv.Atoi(strings.Replace(to, "*", "3", 1))
				}
				for uid := first; uid <= last; uid++ {
					switch {
					case strings.Contains(items, "SIZE"):
						fmt.Fprintf(w, "* %d FETCH (UID %d RFC822.SIZE 50 FLAGS ())\r\n", uid, uid)
					case strings.Contains(items, "BODY"):
						if uid == 2 {
							fmt.Fprintf(w, "%s %s done\r\n", tag, refusal)
							return true, false
						}
						raw := mail(fmt.Sprint(uid))
						fmt.Fprintf(w, "* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n", uid, uid, len(raw), raw)
					default:
						fmt.Fprintf(w, "* %d FETCH (UID %d)\r\n", uid, uid)
					}
				}
				return true, true
			}}
			h := newHouse()
			var passed atomic.Int64
			clock := func() time.Time { return time.Unix(1e9, 0).Add(time.Duration(passed.Load())) }
			pause := func(d time.Duration) <-chan time.Time {
				passed.Add(int64(10 * time.Minute))
				return time.After(time.Millisecond)
			}
			collect(t, h, []Mailbox{{ID: "m", IMAP: at(f.Test(t)), After: Delete}}, WithClock(clock, pause))
			eventually(t, "three letters", func() bool { return len(h.subjects()) == 3 })
			h.mu.Lock()
			defer h.mu.Unlock()
			for i, a := range h.got {
				if a.Mark.UID != uint32(i+1) || a.Withheld != (i == 1) || a.TooLarge {
					t.Errorf("letter %d is UID %d, withheld: %v, too large: %v", i, a.Mark.UID, a.Withheld, a.TooLarge)
				}
			}
			if passed.Load() < int64(time.Hour) {
				t.Errorf("given up after %v", time.Duration(passed.Load()))
			}
		})
	}
}

func repeat(w io.Writer, s string) {
	for block := []byte(strings.Repeat(s, 4096/len(s)+1)); ; {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

func keepBack(w io.Writer, tag string) {
	fmt.Fprintf(w, "* 1 FETCH (UID 1 RFC822.SIZE 5 FLAGS ())\r\n%s OK done\r\n", tag)
}

func TestAnAnswerWithoutTextDoesNotHang(t *testing.T) {
	answered := false
	f := mailtest.IMAPScript{Answer: func(w io.Writer, tag, command string) (bool, bool) {
		if strings.HasPrefix(command, "UID FETCH") && !strings.Contains(command, "BODY") && !answered {
			answered = true
			fmt.Fprintf(w, "* 1 FETCH (UID 1 RFC822.SIZE 5 FLAGS ())\r\n%s OK\r\n", tag)
			return true, false
		}
		if strings.Contains(command, "BODY") {
			fmt.Fprintf(w, "* 1 FETCH (UID 1 BODY[] \"A: b\")\r\n%s OK\r\n", tag)
			return true, false
		}
		return false, false
	}}
	h := newHouse()
	collect(t, h, []Mailbox{{ID: "m", IMAP: at(f.Test(t))}}, WithTimeout(2*time.Second))
	h.waitFor(t, 1)
	if string(h.got[0].Raw) != "A: b" {
		t.Errorf("got %q", h.got[0].Raw)
	}
}

func TestASilentGreetingAndEndlessIdleChatterEnd(t *testing.T) {
	silent := mailtest.IMAPScript{Greeting: " "}
	c, _ := collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: at(silent.Test(t))}}, WithTimeout(100*time.Millisecond), slowly)
	if got := troubled(t, c); got != TimedOut {
		t.Errorf("silent greeting: %q", got)
	}
	chatter := mailtest.IMAPScript{Capabilities: "IMAP4rev1 IDLE", Answer: func(w io.Writer, _, command string) (bool, bool) {
		if command != "IDLE" {
			return false, false
		}
		fmt.Fprint(w, "+ idling\r\n")
		go repeat(w, "* 1 FETCH (FLAGS ())\r\n")
		return true, false
	}}
	c, _ = collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: at(chatter.Test(t))}}, WithTimeout(2*time.Second), WithGlance(0), slowly)
	if got := troubled(t, c); got != Hostile {
		t.Errorf("chatter: %q", got)
	}
}

func TestALetterLargerThanAnnouncedIsCutToItsHeader(t *testing.T) {
	body := strings.Repeat("x", 26<<20)
	f := mailtest.IMAPScript{Answer: func(w io.Writer, tag, command string) (bool, bool) {
		switch {
		case strings.Contains(command, "BODY"):
			fmt.Fprintf(w, "* 1 FETCH (UID 1 BODY[] {%d}\r\nA: b\r\n\r\n%s)\r\n", len(body)+8, body)
			return true, true
		case strings.HasPrefix(command, "UID FETCH 1:"):
			fmt.Fprint(w, "* 1 FETCH (UID 1 RFC822.SIZE 5 FLAGS ())\r\n")
			return true, true
		}
		return false, false
	}}
	h := newHouse()
	collect(t, h, []Mailbox{{ID: "m", IMAP: at(f.Test(t))}})
	h.waitFor(t, 1)
	if a := h.got[0]; !a.TooLarge || string(a.Raw) != "A: b\r\n\r\n" || a.Size < 26<<20 {
		t.Errorf("%d bytes, size %d, too large %v", len(a.Raw), a.Size, a.TooLarge)
	}
}

func TestAServerThatOffersIdleAndRefusesItIsPolled(t *testing.T) {
	f := mailtest.IMAPScript{Capabilities: "IMAP4rev1 IDLE", Answer: func(w io.Writer, tag, command string) (bool, bool) {
		if command == "IDLE" {
			fmt.Fprintf(w, "%s NO not today\r\n", tag)
			return true, false
		}
		return false, false
	}}
	c, _ := collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: at(f.Test(t))}})
	eventually(t, "polling", func() bool { return c.Status()[0].State == Polling })
}
