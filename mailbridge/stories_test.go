package mailbridge

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
)

func mails(subjects ...string) [][]byte {
	all := make([][]byte, len(subjects))
	for i, s := range subjects {
		all[i] = mail(s)
	}
	return all
}

func TestLettersComeInOrderThenByPush(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		h := newHouse()
		p.put(t, time.Time{}, nil, mails("one", "two", "three")...)
		c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server()}})
		h.waitFor(t, 3)
		for i := range 5 {
			eventually(t, "listening", func() bool { return c.Status()[0].State == Listening })
			p.put(t, time.Time{}, nil, mail(fmt.Sprint("push ", i)))
			h.waitFor(t, 1)
		}
		expect(t, h.subjects(), "one", "two", "three", "push 0", "push 1", "push 2", "push 3", "push 4")
		for _, l := range p.letters(t, "INBOX") {
			if slices.Contains(l.Flags, `\Seen`) {
				t.Errorf("UID %d was marked seen, though it should be left", l.UID)
			}
		}
	})
}

func TestARestartGoesOnWhereItStopped(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		h := newHouse()
		box := []Mailbox{{ID: "m", IMAP: p.server()}}
		p.put(t, time.Time{}, nil, mails("one", "two")...)
		_, end := collect(t, h, box)
		h.waitFor(t, 2)
		end()
		p.put(t, time.Time{}, nil, mails("three")...)
		collect(t, h, box)
		h.waitFor(t, 1)
		expect(t, h.subjects(), "one", "two", "three")
		if h.again != 0 || h.behind != 0 {
			t.Errorf("%d letters were offered twice", h.again)
		}
	})
}

func TestEachWayOfDisposing(t *testing.T) {
	subjects := func(letters []mailtest.Letter) string {
		var all []string
		for _, l := range letters {
			_, rest, _ := strings.Cut(string(l.Raw), "Subject: ")
			subject, _, _ := strings.Cut(rest, "\r\n")
			for _, f := range l.Flags {
				if f == `\Seen` || f == `\Deleted` {
					subject += f
				}
			}
			all = append(all, subject)
		}
		return strings.Join(all, " ")
	}
	cases := []struct {
		after        After
		inbox, there string // without a "keep" that somebody else has flagged \Deleted
	}{
		{Leave, "a b", ""},
		{MarkSeen, `a\Seen b\Seen`, ""},
		{Delete, "", ""},
		{Move("Besvarat återvändande"), "", "a b"},
	}
	check := func(t *testing.T, p site) {
		for _, c := range cases {
			t.Run(string(c.after), func(t *testing.T) {
				h := newHouse()
				p.put(t, time.Time{}, []string{`\Deleted`}, mail("keep"))
				p.put(t, time.Time{}, nil, mails("a", "b")...)
				_, end := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server(), After: c.after}})
				h.waitFor(t, 2)
				want := strings.TrimSpace(`keep\Deleted ` + c.inbox)
				eventually(t, "inbox "+want, func() bool { return subjects(p.letters(t, "INBOX")) == want })
				if f := c.after.folder(); f != "" {
					eventually(t, "moved", func() bool { return subjects(p.letters(t, f)) == c.there })
				}
				end()
				expect(t, h.subjects(), "a", "b")
			})
			// The next case begins with an empty INBOX.
			for _, l := range p.letters(t, "INBOX") {
				p.relocate(t, "INBOX", l.UID, "Archive")
			}
		}
	}
	everywhere(t, check)
	t.Run("memory without MOVE", func(t *testing.T) {
		check(t, inMemory{world(t, mailtest.Options{NoMove: true})})
	})
}

func TestWithoutUIDPlusNobodyElsesMailIsExpunged(t *testing.T) {
	w, h := world(t, mailtest.Options{NoMove: true, NoUIDPlus: true}), newHouse()
	p := inMemory{w}
	p.put(t, time.Time{}, []string{`\Deleted`}, mail("keep"))
	p.put(t, time.Time{}, nil, mails("a")...)
	collect(t, h, []Mailbox{{ID: "m", IMAP: p.server(), After: Move("Archive")}})
	h.waitFor(t, 1)
	eventually(t, "copied and flagged", func() bool {
		in := p.letters(t, "INBOX")
		return len(p.letters(t, "Archive")) == 1 && len(in) == 2 && slices.Contains(in[1].Flags, `\Deleted`)
	})
}

func TestARenumberedFolderIsOfferedAgainAndNothingIsDoubled(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		h := newHouse()
		box := []Mailbox{{ID: "m", IMAP: p.server()}}
		p.put(t, time.Time{}, nil, mails("one", "two")...)
		_, end := collect(t, h, box)
		h.waitFor(t, 2)
		end()
		p.renumber(t)
		p.put(t, time.Time{}, nil, mails("three")...)
		collect(t, h, box)
		h.waitFor(t, 3)
		expect(t, h.subjects(), "one", "two", "three")
		if h.gaps != 1 || h.again != 2 {
			t.Errorf("%d gaps, %d offered again", h.gaps, h.again)
		}
	})
}

func TestAMailMovedAwayAndBackIsOfferedAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		h := newHouse()
		p.put(t, time.Time{}, nil, mails("one", "two")...)
		collect(t, h, []Mailbox{{ID: "m", IMAP: p.server()}})
		h.waitFor(t, 2)
		p.relocate(t, "INBOX", p.letters(t, "INBOX")[0].UID, "Archive")
		p.relocate(t, "Archive", p.letters(t, "Archive")[0].UID, "INBOX")
		h.waitFor(t, 1)
		expect(t, h.subjects(), "one", "two")
		if h.again != 1 {
			t.Errorf("%d offered again", h.again)
		}
	})
}

func TestOneLetterInTwoMailboxesIsTwoDeliveries(t *testing.T) {
	w, h := mailtest.Test(t, mailtest.Options{}), newHouse()
	var boxes []Mailbox
	for _, a := range []string{"adults@return.test", "children@return.test"} {
		if err := w.AddUser(a, "secret"); err != nil {
			t.Fatal(err)
		}
		s := at(w.IMAPAddr())
		s.User = a
		boxes = append(boxes, Mailbox{ID: a, IMAP: s})
	}
	if err := w.Send("a@persons.test", []string{"adults@return.test", "children@return.test"}, mail("both")); err != nil {
		t.Fatal(err)
	}
	collect(t, h, boxes)
	h.waitFor(t, 2)
	expect(t, h.subjects(), "both", "both")
}

func TestTheFirstConnectionBeginsAtADateAndLaterOnesAskForNone(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		old, young := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
		h := newHouse()
		box := []Mailbox{{ID: "m", IMAP: p.server(), Since: young}}
		p.put(t, old, nil, mails("old", "older")...)
		c, end := collect(t, h, box)
		eventually(t, "looked", func() bool { return !c.Status()[0].LastLook.IsZero() })
		if s := c.Status()[0]; s.Skipped != 2 {
			t.Errorf("%d skipped", s.Skipped)
		}
		end()
		if h.begun["m"].UID != 2 {
			t.Fatalf("began at %+v", h.begun["m"])
		}
		// Moved here from elsewhere, it keeps its old date; it is still new to us.
		p.put(t, old, nil, mail("moved in"))
		p.put(t, young, nil, mail("young"))
		collect(t, h, box)
		h.waitFor(t, 2)
		expect(t, h.subjects(), "moved in", "young")
	})
}

func TestTheFirstConnectionTakesTheYoungAmongTheOld(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	p := inMemory{w}
	day := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	p.put(t, day.Add(-time.Second), nil, mail("too old"))
	p.put(t, day, nil, mail("just young enough"))
	p.put(t, day.AddDate(-1, 0, 0), nil, mail("old"))
	p.put(t, day.AddDate(0, 1, 0), nil, mail("young"))
	collect(t, h, []Mailbox{{ID: "m", IMAP: p.server(), Since: day}})
	h.waitFor(t, 2)
	expect(t, h.subjects(), "just young enough", "young")
	if h.begun["m"].UID != 1 {
		t.Errorf("began at %+v", h.begun["m"])
	}
}

func TestWhatACrashLeftBehindIsMovedLater(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		h := newHouse()
		p.put(t, time.Time{}, nil, mails("one", "two")...)
		_, end := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server()}}) // Leave: as if killed before moving
		h.waitFor(t, 2)
		end()
		collect(t, h, []Mailbox{{ID: "m", IMAP: p.server(), After: Move("Done")}})
		eventually(t, "moved", func() bool { return len(p.letters(t, "INBOX")) == 0 && len(p.letters(t, "Done")) == 2 })
		if h.again != 2 || h.behind != 2 || len(h.subjects()) != 2 {
			t.Errorf("%d offered again, %d behind the bookmark, %v", h.again, h.behind, h.subjects())
		}
	})
}

func TestNothingIsRemovedThatWasNotReceived(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		h := newHouse()
		old, young := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
		p.put(t, old, nil, mail("old"))
		p.put(t, young, nil, mail("young"))
		_, end := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server(), Since: young, After: Delete}})
		h.waitFor(t, 1)
		eventually(t, "deleted", func() bool { return len(p.letters(t, "INBOX")) == 1 })
		end()
		// Somebody takes the date away: what it kept out was never received.
		c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server(), After: Delete}})
		eventually(t, "looked", func() bool { return !c.Status()[0].LastLook.IsZero() })
		if there := len(p.letters(t, "INBOX")); there+len(h.subjects()) != 2 {
			t.Errorf("%d letters there, received %v: one is lost", there, h.subjects())
		}
	})
}

func TestLargeLettersComeInPiecesAndTooLargeOnesAsAHeader(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		h := newHouse()
		fill := func(subject string, size int) []byte {
			line := []byte(strings.Repeat("x", 76) + "\r\n")
			return append(mail(subject), bytes.Repeat(line, size/len(line))...)
		}
		large, huge := fill("large", 9<<20), fill("huge", 26<<20)
		p.put(t, time.Time{}, nil, mail("small"), large, huge, mail("last"))
		collect(t, h, []Mailbox{{ID: "m", IMAP: p.server(), After: Delete}})
		h.waitFor(t, 4)
		h.mu.Lock()
		defer h.mu.Unlock()
		if a := h.got[1]; a.TooLarge || !bytes.Equal(a.Raw, large) || a.Size != int64(len(large)) {
			t.Errorf("large: %d bytes of %d, too large: %v", len(a.Raw), len(large), a.TooLarge)
		}
		head, _, _ := bytes.Cut(mail("huge"), []byte("hello"))
		if a := h.got[2]; !a.TooLarge || !bytes.Equal(a.Raw, head) || a.Size != int64(len(huge)) {
			t.Errorf("huge: %d bytes, size %d, too large: %v", len(a.Raw), a.Size, a.TooLarge)
		}
		eventually(t, "only the huge one stays", func() bool {
			in := p.letters(t, "INBOX")
			return len(in) == 1 && len(in[0].Raw) == len(huge)
		})
	})
}

func TestManyLettersKeepTheirOrder(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		h := newHouse()
		var all [][]byte
		var want []string
		for i := range youngest {
			want = append(want, fmt.Sprint("letter ", i))
			all = append(all, mail(want[i]))
		}
		p.put(t, time.Time{}, nil, all...)
		c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server(), After: MarkSeen}})
		h.waitFor(t, len(all))
		expect(t, h.subjects(), want...)
		eventually(t, "nothing waits", func() bool { return c.Status()[0].Waiting == 0 && c.Status()[0].Received == len(all) })
	})
}

func TestTheLetterInHandIsFinishedWhenTheHouseStops(t *testing.T) {
	w := world(t, mailtest.Options{})
	put(t, w, "one", "two")
	slow := &slowHouse{house: newHouse(), entered: make(chan struct{}), leave: make(chan struct{})}
	_, end := collect(t, slow, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr())}})
	<-slow.entered
	stopped := make(chan struct{})
	go func() { end(); close(stopped) }()
	time.Sleep(50 * time.Millisecond)
	close(slow.leave)
	<-stopped
	expect(t, slow.subjects(), "one")
}

type slowHouse struct {
	*house
	entered, leave chan struct{}
}

func (s *slowHouse) Receive(ctx context.Context, box string, a Arrival) error {
	close(s.entered)
	<-s.leave
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.house.Receive(ctx, box, a)
}
