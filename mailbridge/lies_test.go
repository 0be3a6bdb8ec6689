package mailbridge

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
)

// lying is a mailbox behind a server that says some lines otherwise.
func lying(t *testing.T, w *mailtest.World, script func(n int) mailtest.Script) Server {
	t.Helper()
	return at(mailtest.TestProxy(t, w.IMAPAddr(), script).Addr())
}

func instead(old, replacement string) func(int) mailtest.Script {
	re := regexp.MustCompile(old)
	return func(int) mailtest.Script {
		return mailtest.Script{Say: func(line string) string { return re.ReplaceAllString(line, replacement) }}
	}
}

// TestWhatAServerSaysOfCountsIsNotBelieved: neither EXISTS nor sizes nor dates
// decide whether a letter comes.
func TestWhatAServerSaysOfCountsIsNotBelieved(t *testing.T) {
	for what, script := range map[string]func(int) mailtest.Script{
		"as it is":                  instead(`never`, ``),
		"no mails":                  instead(`\* \d+ EXISTS`, "* 0 EXISTS"),
		"four billion mails":        instead(`\* \d+ EXISTS`, "* 4294967295 EXISTS"),
		"more than numbers hold":    instead(`\* \d+ EXISTS`, "* 99999999999999999999 EXISTS"),
		"less than none":            instead(`\* \d+ EXISTS`, "* -1 EXISTS"),
		"a next UID behind us":      instead(`UIDNEXT \d+`, "UIDNEXT 1"),
		"sizes of nothing":          instead(`RFC822.SIZE \d+`, "RFC822.SIZE 0"),
		"sizes of 20 MB":            instead(`RFC822.SIZE \d+`, "RFC822.SIZE 20000000"),
		"sizes beyond numbers":      instead(`RFC822.SIZE \d+`, "RFC822.SIZE 99999999999999999999"),
		"sizes below none":          instead(`RFC822.SIZE \d+`, "RFC822.SIZE -5"),
		"sizes that are words":      instead(`RFC822.SIZE \d+`, "RFC822.SIZE many"),
		"no sizes":                  instead(` RFC822.SIZE \d+`, ""),
		"dates of no calendar":      instead(`INTERNALDATE "[^"]*"`, `INTERNALDATE "99-Foo-0000 99:99:99 +9999"`),
		"every mail twice":          instead(`(\* (\d+) FETCH \(UID.*SIZE.*\r\n)`, "$1$1"),
		"mails that are not there":  instead(`(\* \d+ FETCH \(UID.*SIZE.*\r\n)`, "$1* 9 FETCH (UID 77 RFC822.SIZE 5 FLAGS ())\r\n"),
		"a mail without a number":   instead(`(\* \d+ FETCH \(UID.*SIZE.*\r\n)`, "$1* 9 FETCH (UID 0 RFC822.SIZE 5 FLAGS ())\r\n"),
		"flags that nobody set":     instead(`(\* \d+ FETCH \(UID.*BODY)`, "* 1 FETCH (FLAGS (\\Deleted) UID 1)\r\n$1"),
		"mails that vanish and not": instead(`(\* \d+ FETCH \(UID.*BODY)`, "* 1 EXPUNGE\r\n$1"),
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w, h := world(t, mailtest.Options{}), newHouse()
			put(t, w, "one", "two", "three")
			c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: lying(t, w, script), After: Delete}}, quick)
			eventually(t, "three letters", func() bool { return len(h.subjects()) == 3 })
			eventually(t, "the folder is empty", func() bool { return len(w.Mails("house@return.test", "INBOX")) == 0 })
			put(t, w, "four")
			eventually(t, "four letters", func() bool { return len(h.subjects()) == 4 && c.Status()[0].Connected() })
			expect(t, h.subjects(), "one", "two", "three", "four")
		})
	}
}

// TestALetterSaidToBeHugeComesAsAHeaderAndStays: what is fetched whole is decided
// by the size alone, and what is not whole is never removed.
func TestALetterSaidToBeHugeComesAsAHeaderAndStays(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	put(t, w, "one")
	collect(t, h, []Mailbox{{ID: "m", IMAP: lying(t, w, instead(`RFC822.SIZE \d+`, "RFC822.SIZE 4294967295")), After: Delete}}, quick)
	h.waitFor(t, 1)
	if a := h.got[0]; !a.TooLarge || !strings.HasSuffix(string(a.Raw), "Subject: one\r\n\r\n") {
		t.Errorf("%d bytes, too large: %v", len(a.Raw), a.TooLarge)
	}
	if n := len(w.Mails("house@return.test", "INBOX")); n != 1 {
		t.Errorf("%d mails in the folder", n)
	}
}

// TestALargeLetterInCrumbsIsWholeOrNotTaken: a server that hands out less than
// asked for has not reached the end.
func TestALargeLetterInCrumbsIsWholeOrNotTaken(t *testing.T) {
	body := strings.Repeat("0123456789abcdef", (9<<20)/16)
	for crumb, whole := range map[int]bool{700_000: true, 1_999_999: true, 1000: false} {
		t.Run(fmt.Sprint(crumb), func(t *testing.T) {
			s := mailtest.IMAPScript{Answer: crumbs(body, crumb)}
			h := newHouse()
			col, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: at(s.Test(t)), After: Delete}}, slowly)
			if !whole {
				if got := troubled(t, col); got != Incomplete {
					t.Errorf("code %q", got)
				}
				return
			}
			h.waitFor(t, 1)
			if a := h.got[0]; a.TooLarge || string(a.Raw) != body {
				t.Errorf("%d bytes of %d", len(a.Raw), len(body))
			}
		})
	}
}

func TestAFolderRenumberedInTheMiddleLosesAndDoublesNothing(t *testing.T) {
	for what, after := range map[string]After{"left": Leave, "deleted": Delete, "moved": Move("Done")} {
		t.Run(what, func(t *testing.T) {
			w, h := world(t, mailtest.Options{}), newHouse()
			var want []string
			for i := range 40 {
				want = append(want, fmt.Sprintf("letter %02d", i))
			}
			put(t, w, want...)
			var met atomic.Int32
			h.refuse = func(Arrival) error {
				if met.Add(1) == 20 { // the second batch is being fetched
					return w.Renumber("house@return.test", "INBOX")
				}
				return nil
			}
			collect(t, h, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr()), After: after}}, quick)
			eventually(t, "all letters", func() bool { return len(h.subjects()) == len(want) })
			left := map[After]int{Leave: 40}[after]
			eventually(t, "the folder as it should be", func() bool { return len(w.Mails("house@return.test", "INBOX")) == left })
			if after == Move("Done") {
				eventually(t, "all moved", func() bool { return len(w.Mails("house@return.test", "Done")) == 40 })
			}
			eventually(t, "noticed", func() bool {
				h.mu.Lock()
				defer h.mu.Unlock()
				return h.gaps > 0
			})
		})
	}
}

// TestUnderNewNumbersNothingIsRemoved: a server that renumbers within a session,
// which it must not, and says so, would have us delete other mails than we mean.
func TestUnderNewNumbersNothingIsRemoved(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	put(t, w, "one", "two")
	script := func(n int) mailtest.Script {
		if n > 0 {
			return mailtest.Script{Answer: func(string) (string, bool) { return "* BYE later\r\n", true }}
		}
		return mailtest.Script{Say: func(line string) string {
			if strings.Contains(line, "BODY[]") {
				return "* OK [UIDVALIDITY 4711] restored\r\n" + line
			}
			return line
		}}
	}
	c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: lying(t, w, script), After: Delete}}, slowly)
	if got := troubled(t, c); got != Protocol {
		t.Errorf("code %q", got)
	}
	if n := len(w.Mails("house@return.test", "INBOX")); n != 2 || len(h.subjects()) != 0 {
		t.Errorf("%d mails in the folder, %v received", n, h.subjects())
	}
}

func TestAFolderThatIsDeletedIsMissedAndFoundAgain(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	into := func(subject string) {
		t.Helper()
		if err := w.Append("house@return.test", "Help", mail(subject), nil, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.MakeFolder("house@return.test", "Help"); err != nil {
		t.Fatal(err)
	}
	into("one")
	c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr()), Folder: "Help", After: MarkSeen}}, quick)
	h.waitFor(t, 1)
	if err := w.RemoveFolder("house@return.test", "Help"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "missed", func() bool { return c.Status()[0].Trouble == NoFolder })
	if err := w.MakeFolder("house@return.test", "Help"); err != nil {
		t.Fatal(err)
	}
	into("two")
	eventually(t, "found", func() bool { s := c.Status()[0]; return s.Connected() && s.Trouble == "" })
	expect(t, h.subjects(), "one", "two")
}

// refusing is a server that says no to all that changes the folder while over is
// false.
func refusing(over *atomic.Bool, why string) func(int) mailtest.Script {
	return func(int) mailtest.Script {
		return mailtest.Script{
			Answer: func(line string) (string, bool) {
				tag, command, _ := strings.Cut(line, " ")
				for _, verb := range []string{"UID MOVE", "UID COPY", "UID STORE", "UID EXPUNGE", "CREATE"} {
					if !over.Load() && strings.HasPrefix(command, verb) {
						return tag + " NO " + why + "\r\n", true
					}
				}
				return "", false
			},
			Say: func(line string) string {
				if over.Load() {
					return line
				}
				return strings.Replace(line, "[READ-WRITE]", why, 1)
			},
		}
	}
}

func TestAReadOnlyOrFullMailboxIsCollectedOnceAndSaysSo(t *testing.T) {
	for what, c := range map[string]struct {
		why   string
		after After
	}{
		"read-only, to be moved":   {"[READ-ONLY]", Move("Done")},
		"read-only, to be deleted": {"[READ-ONLY]", Delete},
		"read-only, to be marked":  {"[READ-ONLY]", MarkSeen},
		"over quota":               {"[OVERQUOTA]", Move("Done")},
	} {
		t.Run(what, func(t *testing.T) {
			w, h := world(t, mailtest.Options{}), newHouse()
			var over atomic.Bool
			put(t, w, "one", "two")
			col, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: lying(t, w, refusing(&over, c.why)), After: c.after}}, quick)
			h.waitFor(t, 2)
			eventually(t, "noted, and listening", func() bool { s := col.Status()[0]; return s.Trouble == AfterFailed && s.State == Listening })
			put(t, w, "three")
			h.waitFor(t, 1)
			if h.again != 0 {
				t.Errorf("%d offered again", h.again)
			}
			// Somebody makes room: what stayed behind is disposed of with the next connection.
			over.Store(true)
			w.Disconnect()
			eventually(t, "all is well", func() bool { s := col.Status()[0]; return s.Trouble == "" && s.State == Listening })
			left := 0
			if c.after == MarkSeen {
				left = 3
			}
			eventually(t, "disposed of", func() bool { return len(w.Mails("house@return.test", "INBOX")) == left })
			expect(t, h.subjects(), "one", "two", "three")
		})
	}
}

// crumbs serves one mail in pieces smaller than asked for.
func crumbs(body string, crumb int) func(w io.Writer, tag, command string) (bool, bool) {
	re := regexp.MustCompile(`<(\d+)\.(\d+)>`)
	return func(w io.Writer, tag, command string) (bool, bool) {
		switch {
		case strings.HasPrefix(command, "UID FETCH 1:"):
			fmt.Fprintf(w, "* 1 FETCH (UID 1 RFC822.SIZE %d FLAGS ())\r\n", len(body)+1)
			return true, true
		case re.MatchString(command):
			var offset, length int
			fmt.Sscanf(re.FindString(command), "<%d.%d>", &offset, &length)
			said := body[min(offset, len(body)):min(offset+length, offset+crumb, len(body))]
			fmt.Fprintf(w, "* 1 FETCH (UID 1 BODY[]<%d> {%d}\r\n%s)\r\n", offset, len(said), said)
			return true, true
		}
		return false, false
	}
}
