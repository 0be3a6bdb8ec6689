package mailbridge

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
)

// cutting is a dialer whose connections break after so many bytes; each
// connection may read a little more than the one before.
func cutting(address string, bytes, more int64) (DialFunc, *atomic.Int64) {
	var dialled atomic.Int64
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		n := dialled.Add(1)
		return &cut{Conn: c, left: bytes + n*more}, nil
	}, &dialled
}

type cut struct {
	net.Conn
	left int64
}

func (c *cut) Read(p []byte) (int, error) {
	if c.left <= 0 {
		c.Conn.Close()
		return 0, io.ErrUnexpectedEOF
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

func TestAConnectionCutAnywhereLosesAndDoublesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		h := newHouse()
		var want []string
		for _, s := range "abcdefghijklmnopqrstuvwxyz" {
			want = append(want, string(s))
		}
		p.put(t, time.Time{}, nil, mails(want...)...)
		address := p.server().address()
		dial, dialled := cutting(address, 500, 211)
		collect(t, h, []Mailbox{{ID: "m", IMAP: p.server(), After: MarkSeen}}, WithDial(dial), quick)
		h.waitFor(t, len(want))
		expect(t, h.subjects(), want...)
		if h.again != 0 {
			t.Errorf("%d offered twice", h.again)
		}
		if n := dialled.Load(); n < 5 {
			t.Errorf("only %d connections: the cut was never felt", n)
		}
	})
}

func TestAServerThatGoesAwayIsFoundAgain(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr())}}, quick)
	for i := range 3 {
		eventually(t, "listening", func() bool { return c.Status()[0].State == Listening })
		w.Disconnect()
		put(t, w, string(rune('a'+i)))
		h.waitFor(t, 1)
	}
	expect(t, h.subjects(), "a", "b", "c")
}

func TestAMailboxThatHangsDelaysNoOther(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	put(t, w, "one")
	hanging := mailtest.IMAPScript{Answer: onList(func(io.Writer, string) {})}
	c, _ := collect(t, h, []Mailbox{
		{ID: "hangs", IMAP: at(hanging.Test(t))},
		{ID: "works", IMAP: at(w.IMAPAddr())},
	}, WithTimeout(10*time.Second))
	h.waitFor(t, 1)
	put(t, w, "two")
	h.waitFor(t, 1)
	eventually(t, "one hangs, the other works", func() bool {
		s := c.Status()
		return s[0].Mailbox == "hangs" && s[0].State == Collecting && s[1].Received == 2
	})
}

func TestPausesGrowAndAreForgottenAfterALetter(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	pauses := make(chan time.Duration, 100)
	now := make(chan time.Time, 1)
	var down atomic.Bool
	down.Store(true)
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if down.Load() {
			return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	after := func(d time.Duration) <-chan time.Time { pauses <- d; return now }
	c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr())}}, WithDial(dial), WithClock(time.Now, after))
	next := func() time.Duration {
		select {
		case d := <-pauses:
			return d
		case <-time.After(10 * time.Second):
			t.Fatal("no pause")
			return 0
		}
	}
	for n := range 12 {
		full := min(time.Second<<n, 5*time.Minute)
		if d := next(); d > full || d < full-full/5-1 {
			t.Errorf("pause %d is %v, want about %v", n, d, full)
		}
		if s := c.Status()[0]; s.State != Resting || s.Failures != n+1 || s.Trouble != Unreachable || s.NextTry.Before(s.Since) {
			t.Errorf("status after failure %d: %+v", n+1, s)
		}
		if n == 11 {
			down.Store(false)
		}
		now <- time.Time{}
	}
	put(t, w, "one")
	h.waitFor(t, 1)
	down.Store(true)
	w.Disconnect()
	if d := next(); d > time.Second {
		t.Errorf("after a letter the pause is %v", d)
	}
}

func TestMailboxesComeGoAndChangeWhileItRuns(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	put(t, w, "one")
	wrong := at(w.IMAPAddr())
	wrong.Password = "guess"
	c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: wrong}}, slowly)
	if got := troubled(t, c); got != SignIn {
		t.Fatalf("code %q", got)
	}
	right := Mailbox{ID: "m", IMAP: at(w.IMAPAddr())}
	c.Set([]Mailbox{right, {ID: "n", IMAP: at(w.IMAPAddr())}})
	h.waitFor(t, 2) // one letter, two mailboxes
	eventually(t, "both listening", func() bool {
		s := c.Status()
		return len(s) == 2 && s[0].State == Listening && s[1].State == Listening
	})
	since := c.Status()[0].Since
	c.Set([]Mailbox{right})
	eventually(t, "one left", func() bool {
		s := c.Status()
		return len(s) == 1 && s[0].Mailbox == "m" && s[0].Received == 1
	})
	put(t, w, "two")
	h.waitFor(t, 1)
	if c.Status()[0].Since.Before(since) || h.again != 0 {
		t.Error("the mailbox that stayed began anew")
	}
}

func TestWakeCutsAPauseShort(t *testing.T) {
	w, h := world(t, mailtest.Options{NoIdle: true}), newHouse()
	var down atomic.Bool
	down.Store(true)
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if down.Load() {
			return nil, errors.New("down")
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr())}}, WithDial(dial), slowly)
	if got := troubled(t, c); got != Unreachable {
		t.Fatalf("code %q", got)
	}
	down.Store(false)
	c.Wake("m")
	eventually(t, "polling", func() bool { return c.Status()[0].State == Polling })
	put(t, w, "one")
	c.Wake("m")
	c.Wake("nobody")
	h.waitFor(t, 1)
}

func TestWakeEndsAnIdle(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr())}}, WithGlance(0))
	eventually(t, "listening", func() bool { return c.Status()[0].State == Listening })
	looked := c.Status()[0].LastLook
	c.Wake("m")
	eventually(t, "looked again", func() bool { return c.Status()[0].LastLook.After(looked) })
}

func TestWhatTheServerRefusesToMoveIsNotedAndHoldsNothingUp(t *testing.T) {
	f := newMoveless()
	h := newHouse()
	c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: at(f.Test(t)), After: Move("Done")}})
	h.waitFor(t, 1)
	eventually(t, "noted", func() bool { return c.Status()[0].Trouble == AfterFailed && c.Status()[0].Connected() })
}

// newMoveless has one mail and neither MOVE nor COPY nor CREATE.
func newMoveless() mailtest.IMAPScript {
	return mailtest.IMAPScript{Answer: func(w io.Writer, tag, command string) (bool, bool) {
		say := func(s string) (bool, bool) { io.WriteString(w, s); return true, true }
		switch {
		case command == "UID FETCH 1:* (UID RFC822.SIZE FLAGS INTERNALDATE)":
			return say("* 1 FETCH (UID 1 RFC822.SIZE 1 FLAGS ())\r\n")
		case command == "UID FETCH 1 (UID BODY.PEEK[])":
			return say("* 1 FETCH (UID 1 BODY[] {1}\r\nx)\r\n")
		case len(command) > 8 && (command[:8] == "UID COPY" || command[:6] == "CREATE"):
			io.WriteString(w, tag+" NO\r\n")
			return true, false
		}
		return false, false
	}}
}

func TestLookingAgainAndAgainOffersNothingTwice(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		h := newHouse()
		p.put(t, time.Time{}, nil, mails("one", "two")...)
		c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server()}}, WithGlance(0))
		h.waitFor(t, 2)
		for range 3 {
			looked := c.Status()[0].LastLook
			eventually(t, "looked again", func() bool {
				c.Wake("m")
				return c.Status()[0].LastLook.After(looked)
			})
		}
		if s := c.Status()[0]; s.Trouble != "" || s.Failures != 0 {
			t.Errorf("status %+v", s)
		}
		expect(t, h.subjects(), "one", "two")
	})
}

func TestWhatArrivesWhileCollectingIsNotLeftForLater(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	put(t, w, "one")
	h.refuse = func(a Arrival) error {
		if a.Mark.UID < 5 {
			put(t, w, "next")
		}
		return nil
	}
	collect(t, h, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr()), After: MarkSeen}}, WithGlance(0))
	h.waitFor(t, 5)
}
