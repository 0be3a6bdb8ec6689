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
)

func repeat(w io.Writer, s string) {
	for block := []byte(strings.Repeat(s, 4096/len(s)+1)); ; {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

func TestAHostileServerEndsWithACodeAndTheProcessLives(t *testing.T) {
	cases := map[string]struct {
		say  func(w io.Writer, tag string)
		want Code
	}{
		"nesting without end":         {func(w io.Writer, _ string) { fmt.Fprint(w, "* 1 FETCH (BODYSTRUCTURE "); repeat(w, "(") }, Hostile},
		"a literal of 3.5 GB":         {func(w io.Writer, _ string) { fmt.Fprint(w, "* 1 FETCH (UID 1 BODY[] {3500000000}\r\n"); repeat(w, "x") }, Hostile},
		"literals too large together": {func(w io.Writer, _ string) { fmt.Fprint(w, "* 1 FETCH (X {9}\r\n123456789 Y {67108860}\r\n") }, Hostile},
		"an atom without end":         {func(w io.Writer, _ string) { fmt.Fprint(w, "* "); repeat(w, "x") }, Hostile},
		"a line without end":          {func(w io.Writer, _ string) { fmt.Fprint(w, "* X \""); repeat(w, "x ") }, Hostile},
		"a text without end":          {func(w io.Writer, _ string) { fmt.Fprint(w, "* OK "); repeat(w, "x ") }, Hostile},
		"a literal size without end":  {func(w io.Writer, _ string) { fmt.Fprint(w, "* X {"); repeat(w, "\r\n") }, Hostile},
		"a literal of negative size":  {func(w io.Writer, _ string) { fmt.Fprint(w, "* X {-1}\r\n") }, Hostile},
		"silence":                     {func(io.Writer, string) {}, TimedOut},
		"a flood of honest lines":     {func(w io.Writer, _ string) { repeat(w, "* 1 FETCH (UID 1 RFC822.SIZE 5)\r\n") }, TimedOut},
		"one byte now and then":       {drip, TimedOut},
		"a goodbye":                   {func(w io.Writer, _ string) { fmt.Fprint(w, "* BYE tired\r\n") }, Closed},
		"a refusal":                   {func(w io.Writer, tag string) { fmt.Fprint(w, tag+" NO secret words\r\n") }, Declined},
		"another language":            {func(w io.Writer, _ string) { fmt.Fprint(w, "220 smtp.example.test ESMTP\r\n\r\n") }, Protocol},
		"what makes the parser panic": {func(w io.Writer, tag string) {
			fmt.Fprint(w, "* 1 FETCH (\"BODY][\" x)\r\n* EXPUNGE\r\n* 1 FETCH\r\n* EXISTS\r\n"+tag+" NO\r\n")
		}, Declined},
		"a mail listed and kept back":  {keepBack, Incomplete},
		"a UIDVALIDITY that is no one": {nil, NoUIDs},
	}
	for what, c := range cases {
		t.Run(what, func(t *testing.T) {
			f := fake{}
			if c.say == nil {
				f.answer = func(_ io.Writer, _, command string) (bool, bool) { return strings.HasPrefix(command, "SELECT"), true }
			} else {
				f.answer = onList(c.say)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			col, _ := collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: at(f.start(t))}}, WithTimeout(100*time.Millisecond), slowly)
			if got := troubled(t, col); got != c.want {
				t.Errorf("code %q, want %q", got, c.want)
			}
			if d := time.Since(began); d > 5*time.Second {
				t.Errorf("it took %v", d)
			}
			runtime.ReadMemStats(&after)
			if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 300<<20 {
				t.Errorf("the heap grew by %d MB", grown>>20)
			}
		})
	}
}

// TestOneMailThatDoesNotComeHoldsUpNoOther: servers answer NO or nothing for a
// mail that is damaged in their store, often for years.
func TestOneMailThatDoesNotComeHoldsUpNoOther(t *testing.T) {
	for what, refusal := range map[string]string{"said": "NO", "left out": "OK"} {
		t.Run(what, func(t *testing.T) {
			f := fake{answer: func(w io.Writer, tag, command string) (bool, bool) {
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
			collect(t, h, []Mailbox{{ID: "m", IMAP: at(f.start(t)), After: Delete}}, WithClock(clock, pause))
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

func drip(w io.Writer, _ string) {
	for {
		if _, err := io.WriteString(w, "*"); err != nil {
			return
		}
		time.Sleep(30 * time.Millisecond)
	}
}

func keepBack(w io.Writer, tag string) {
	fmt.Fprintf(w, "* 1 FETCH (UID 1 RFC822.SIZE 5 FLAGS ())\r\n%s OK done\r\n", tag)
}

func TestAnAnswerWithoutTextDoesNotHang(t *testing.T) {
	answered := false
	f := fake{answer: func(w io.Writer, tag, command string) (bool, bool) {
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
	collect(t, h, []Mailbox{{ID: "m", IMAP: at(f.start(t))}}, WithTimeout(2*time.Second))
	h.waitFor(t, 1)
	if string(h.got[0].Raw) != "A: b" {
		t.Errorf("got %q", h.got[0].Raw)
	}
}

func TestASilentGreetingAndEndlessIdleChatterEnd(t *testing.T) {
	silent := fake{greeting: " "}
	c, _ := collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: at(silent.start(t))}}, WithTimeout(100*time.Millisecond), slowly)
	if got := troubled(t, c); got != TimedOut {
		t.Errorf("silent greeting: %q", got)
	}
	chatter := fake{caps: "IMAP4rev1 IDLE", answer: func(w io.Writer, _, command string) (bool, bool) {
		if command != "IDLE" {
			return false, false
		}
		fmt.Fprint(w, "+ idling\r\n")
		go repeat(w, "* 1 FETCH (FLAGS ())\r\n")
		return true, false
	}}
	c, _ = collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: at(chatter.start(t))}}, WithTimeout(2*time.Second), WithGlance(0), slowly)
	if got := troubled(t, c); got != Hostile {
		t.Errorf("chatter: %q", got)
	}
}

func TestALetterLargerThanAnnouncedIsCutToItsHeader(t *testing.T) {
	body := strings.Repeat("x", 26<<20)
	f := fake{answer: func(w io.Writer, tag, command string) (bool, bool) {
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
	collect(t, h, []Mailbox{{ID: "m", IMAP: at(f.start(t))}})
	h.waitFor(t, 1)
	if a := h.got[0]; !a.TooLarge || string(a.Raw) != "A: b\r\n\r\n" || a.Size < 26<<20 {
		t.Errorf("%d bytes, size %d, too large %v", len(a.Raw), a.Size, a.TooLarge)
	}
}

func TestAServerThatOffersIdleAndRefusesItIsPolled(t *testing.T) {
	f := fake{caps: "IMAP4rev1 IDLE", answer: func(w io.Writer, tag, command string) (bool, bool) {
		if command == "IDLE" {
			fmt.Fprintf(w, "%s NO not today\r\n", tag)
			return true, false
		}
		return false, false
	}}
	c, _ := collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: at(f.start(t))}})
	eventually(t, "polling", func() bool { return c.Status()[0].State == Polling })
}
