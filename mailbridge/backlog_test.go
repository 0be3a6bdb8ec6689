package mailbridge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
)

// hurrying is a clock that runs a hundred times as fast, so that a backlog of
// a second is a long one.
func hurrying() Option {
	began := time.Now()
	return WithClock(func() time.Time { return began.Add(100 * time.Since(began)) },
		func(d time.Duration) <-chan time.Time { return time.After(min(d, 20*time.Millisecond)) })
}

// lie puts n letters into the folder: "old 0" and so on.
func lie(t *testing.T, p site, n int) []string {
	t.Helper()
	var raws [][]byte
	var subjects []string
	for i := range n {
		subjects = append(subjects, fmt.Sprint("old ", i))
		raws = append(raws, mail(subjects[i]))
	}
	p.put(t, time.Time{}, nil, raws...)
	return subjects
}

// onlyOnce fails unless all of these came, each once.
func onlyOnce(t *testing.T, h *house, want []string) {
	t.Helper()
	got := h.subjects()
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%d letters came, %d were sent", len(got), len(want))
	}
}

// true to its word: nothing at or below the bookmark is missing.
func (h *house) checkBookmark(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	mark, came := h.marks["m"], map[uint32]bool{}
	for _, a := range h.got {
		came[a.Mark.UID] = true
	}
	for uid := uint32(1); uid <= mark.UID; uid++ {
		if !came[uid] {
			t.Fatalf("the bookmark stands at %d, and %d never came", mark.UID, uid)
		}
	}
}

func TestOfALongListTheYoungestComeFirstAndThenAllInOrder(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		h := newHouse()
		old := lie(t, p, youngest+100)
		_, end := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server()}})
		h.waitFor(t, len(old))
		eventually(t, "bookmark at the end", func() bool { m, _ := h.Bookmark(t.Context(), "m"); return m.UID == uint32(len(old)) })
		end()
		expect(t, h.subjects(), append(slices.Clone(old[100:]), old[:100]...)...)
		p.put(t, time.Time{}, nil, mail("new"))
		collect(t, h, []Mailbox{{ID: "m", IMAP: p.server()}})
		h.waitFor(t, 1)
		if h.again != 0 || h.ahead != youngest {
			t.Errorf("%d offered again, %d ahead", h.again, h.ahead)
		}
	})
}

func TestWhatArrivesDuringABacklogComesBeforeIt(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		h := newHouse()
		h.refuse = func(Arrival) error { time.Sleep(500 * time.Microsecond); return nil }
		want := lie(t, p, 1500)
		c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server(), After: Move("Done")}}, hurrying())
		for i := range 5 {
			h.waitFor(t, 100)
			began := len(h.subjects())
			name := fmt.Sprint("new ", i)
			p.put(t, time.Time{}, nil, mail(name))
			want = append(want, name)
			eventually(t, name, func() bool { return slices.Contains(h.subjects(), name) })
			if behind := slices.Index(h.subjects(), name) - began; behind > 400 {
				t.Errorf("%s came after %d old ones", name, behind)
			}
		}
		if s := c.Status()[0]; s.Waiting == 0 || s.Taken < 500 || s.Begun.IsZero() || s.Left(c.now()) <= 0 {
			t.Errorf("no progress is told: %+v", s)
		}
		eventually(t, "all", func() bool { return c.Status()[0].Waiting == 0 && len(h.subjects()) == len(want) })
		eventually(t, "moved", func() bool { return len(p.letters(t, "INBOX")) == 0 })
		onlyOnce(t, h, want)
		h.checkBookmark(t)
		if s := c.Status()[0]; s.Taken != 0 || !s.Begun.IsZero() || s.Left(c.now()) != 0 {
			t.Errorf("progress is told at the end: %+v", s)
		}
	})
}

func TestABacklogLongerThanOneListing(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	p := inMemory{w}
	h.refuse = func(Arrival) error { time.Sleep(200 * time.Microsecond); return nil }
	want := lie(t, p, 2000)
	c, end := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server()}}, hurrying(), func(c *Collector) { c.keeps = 300 })
	h.waitFor(t, 1)
	if s := c.Status()[0]; s.Waiting+s.Taken < len(want) {
		t.Errorf("%d of %d waiting are told", s.Waiting+s.Taken, len(want))
	}
	h.waitFor(t, 499)
	p.put(t, time.Time{}, nil, mail("new"))
	want = append(want, "new")
	h.waitFor(t, 500)
	if !slices.Contains(h.subjects(), "new") {
		t.Error("the new one waits for the old ones")
	}
	h.checkBookmark(t)
	h.waitFor(t, 1001)
	eventually(t, "bookmark at the end", func() bool { m, _ := h.Bookmark(t.Context(), "m"); return m.UID == uint32(len(want)) })
	end()
	onlyOnce(t, h, want)
	if h.again != 0 {
		t.Errorf("%d offered again", h.again)
	}
}

func TestAFirstConnectionWithADateLongerThanOneListing(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	p := inMemory{w}
	young := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	for i := range 900 {
		p.put(t, young.AddDate(-1, 0, 0), nil, mail(fmt.Sprint("too old ", i)))
	}
	var want []string
	for i := range 700 {
		want = append(want, fmt.Sprint("young ", i))
		p.put(t, young, nil, mail(want[i]))
	}
	_, end := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server(), Since: young}}, func(c *Collector) { c.keeps = 300 })
	h.waitFor(t, len(want))
	eventually(t, "bookmark at the end", func() bool { m, _ := h.Bookmark(t.Context(), "m"); return m.UID == 1600 })
	end()
	onlyOnce(t, h, want)
}

func TestEndedAgainAndAgainInABacklogNothingIsLostOrDoubled(t *testing.T) {
	waiting := 900
	if testing.Short() {
		waiting = youngest + 100
	}
	everywhere(t, func(t *testing.T, p site) {
		for _, after := range []After{Leave, Delete} {
			h := newHouse()
			want := lie(t, p, waiting)
			for i := 0; ; i++ {
				_, end := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server(), After: after}}, hurrying())
				eventually(t, "some", func() bool { return len(h.subjects()) >= min(len(want), 130*(i+1)) })
				end()
				if after == Leave {
					h.checkBookmark(t)
				}
				if len(h.subjects()) == len(want) {
					break
				}
				name := fmt.Sprint(after, " new ", i)
				p.put(t, time.Time{}, nil, mail(name))
				want = append(want, name)
			}
			onlyOnce(t, h, want)
			for _, l := range p.letters(t, "INBOX") {
				p.relocate(t, "INBOX", l.UID, "Archive") // the next case begins with an empty one
			}
		}
	})
}

func TestTwoCollectorsOfOneBacklogAreHarmless(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	p := inMemory{w}
	h.refuse = func(Arrival) error { time.Sleep(100 * time.Microsecond); return nil }
	want := lie(t, p, 800)
	var all []*Collector
	for range 2 {
		c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server()}}, hurrying())
		all = append(all, c)
	}
	h.waitFor(t, 400)
	p.put(t, time.Time{}, nil, mail("new"))
	want = append(want, "new")
	for range 40 {
		h.checkBookmark(t)
		time.Sleep(2 * time.Millisecond)
	}
	for _, c := range all {
		eventually(t, "both are done", func() bool { return !c.Status()[0].LastLook.IsZero() && c.Status()[0].Waiting == 0 })
	}
	eventually(t, "new", func() bool { return len(h.subjects()) == len(want) })
	onlyOnce(t, h, want)
	h.checkBookmark(t)
}

func TestAFolderRenumberedInABacklogIsOfferedAgain(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	p := inMemory{w}
	h.refuse = func(Arrival) error { time.Sleep(200 * time.Microsecond); return nil }
	want := lie(t, p, 700)
	c, _ := collect(t, h, []Mailbox{{ID: "m", IMAP: p.server()}}, hurrying())
	h.waitFor(t, 400)
	p.renumber(t)
	p.put(t, time.Time{}, nil, mail("new"))
	want = append(want, "new")
	eventually(t, "all", func() bool { return c.Status()[0].Waiting == 0 && len(h.subjects()) == len(want) })
	onlyOnce(t, h, want)
}

func TestALostConnectionDoesNotBringAgainWhatCameAhead(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	p := inMemory{w}
	h.refuse = func(Arrival) error { time.Sleep(100 * time.Microsecond); return nil }
	want := lie(t, p, 700)
	collect(t, h, []Mailbox{{ID: "m", IMAP: p.server()}}, hurrying())
	h.waitFor(t, youngest+100)
	w.Disconnect()
	h.waitFor(t, len(want)-youngest-100)
	onlyOnce(t, h, want)
	if h.again > 2*batchMails {
		t.Errorf("%d were offered again", h.again)
	}
}

// A receiver that keeps no beginnings is still never given a gap.
func TestWithoutABeginnerABacklogEndsAllTheSame(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	want := lie(t, inMemory{w}, youngest+50)
	plain := struct{ Receiver }{onlyReceiver{h}}
	collect(t, plain, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr())}})
	h.waitFor(t, len(want))
	put(t, w, "new")
	h.waitFor(t, 1)
	onlyOnce(t, h, append(want, "new"))
}

type onlyReceiver struct{ h *house }

func (o onlyReceiver) Bookmark(ctx context.Context, box string) (Mark, error) {
	return o.h.Bookmark(ctx, box)
}
func (o onlyReceiver) Receive(ctx context.Context, box string, a Arrival) error {
	return o.h.Receive(ctx, box, a)
}
func (o onlyReceiver) Gap(ctx context.Context, box string, old, now uint32) error {
	return o.h.Gap(ctx, box, old, now)
}

func TestWhileTheHouseIsAwayNoServerIsAskedAndItIsNoticedSoonThatItIsBack(t *testing.T) {
	w, h := world(t, mailtest.Options{}), newHouse()
	put(t, w, "one", "two")
	var mu sync.Mutex
	var away bool
	var pauses []time.Duration
	connected := 0
	h.refuse = func(a Arrival) error {
		mu.Lock()
		defer mu.Unlock()
		if a.Mark.UID == 2 && len(pauses) == 0 {
			away = true
			return errors.New("no database")
		}
		return nil
	}
	r := awayHouse{h, func() error {
		mu.Lock()
		defer mu.Unlock()
		if away = away && len(pauses) < 12; away {
			return errors.New("no database")
		}
		return nil
	}}
	c, _ := collect(t, r, []Mailbox{{ID: "m", IMAP: at(w.IMAPAddr())}}, WithClock(time.Now, func(d time.Duration) <-chan time.Time {
		mu.Lock()
		defer mu.Unlock()
		pauses = append(pauses, d)
		return time.After(time.Millisecond)
	}), WithDial(func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		connected++
		return new(net.Dialer).DialContext(ctx, network, address)
	}))
	h.waitFor(t, 2)
	expect(t, h.subjects(), "one", "two")
	eventually(t, "well", func() bool { return c.Status()[0].Trouble == "" })
	mu.Lock()
	defer mu.Unlock()
	if connected != 2 {
		t.Errorf("the server was asked %d times, want 2", connected)
	}
	for _, d := range pauses {
		if d > houseDelay {
			t.Errorf("a pause of %v", d)
		}
	}
}

// awayHouse asks before it tells where it stands.
type awayHouse struct {
	*house
	ask func() error
}

func (h awayHouse) Bookmark(ctx context.Context, box string) (Mark, error) {
	if err := h.ask(); err != nil {
		return Mark{}, err
	}
	return h.house.Bookmark(ctx, box)
}
