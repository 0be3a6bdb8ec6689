package people_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
)

var evening = people.Notice{Kind: people.ByPhone, Address: "+46 70-123 45 67", From: 18, To: 21, Language: "ti"}

func (w *world) sent(person helpdesk.ID) error {
	return w.write(func(tx *store.Tx) error { return w.people.NoticeSent(w.ctx, tx, person, w.clock.now()) })
}

func TestWhoWantsItIsToldThatSomethingWaits(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.withCode()
		if _, ok, err := w.people.Notice(w.ctx, g.Person); ok || err != nil {
			t.Errorf("before they agreed: %v, %v", ok, err)
		}
		w.must(w.people.SetNotice(w.ctx, g, evening))
		w.restart() // nobody is signed in: the server reads it alone
		got, ok, err := w.people.Notice(w.ctx, g.Person)
		if err != nil || !ok || got != evening {
			t.Errorf("%v, %v", ok, err)
		}
		other := people.Notice{Kind: people.ByMail, Address: "kanin@example.org", Language: "sv"}
		w.must(w.people.SetNotice(w.ctx, g, other))
		if got, _, err := w.people.Notice(w.ctx, g.Person); err != nil || got != other {
			t.Errorf("the second address: %v", err)
		}
		drop := func() error {
			return w.write(func(tx *store.Tx) error { return w.people.DropNotice(w.ctx, tx, g.Person) })
		}
		w.must(drop())
		w.must(drop())
		if _, ok, err := w.people.Notice(w.ctx, g.Person); ok || err != nil {
			t.Errorf("after it was dropped: %v, %v", ok, err)
		}
	})
}

func TestTheyAreToldOnceUntilTheyWereHereAgain(t *testing.T) {
	each(t, func(w *world) {
		cookie, g, code := w.withCode()
		w.fails(w.sent(g.Person), helpdesk.ErrConflict) // they agreed to nothing
		w.must(w.people.SetNotice(w.ctx, g, evening))
		w.must(w.sent(g.Person))
		w.fails(w.sent(g.Person), helpdesk.ErrConflict)
		if n, _, err := w.people.Notice(w.ctx, g.Person); err != nil || !n.Sent.Equal(w.clock.now()) {
			t.Errorf("sent %v, %v", n.Sent, err)
		}
		for name, here := range map[string]func(){
			"an action":     func() { w.clock.pass(time.Minute); w.guest(cookie) },
			"a return":      func() { w.comeBack(code) },
			"still here":    func() { w.must(w.people.Awake(w.ctx, g)) },
			"a new address": func() { w.must(w.people.SetNotice(w.ctx, g, evening)) },
		} {
			here()
			if err := w.sent(g.Person); err != nil {
				t.Errorf("after %s: %v", name, err)
			}
		}
		w.clock.pass(time.Minute)
		if _, err := w.people.Guest(w.ctx, cookie, true); err != nil {
			t.Fatal(err)
		}
		w.fails(w.sent(g.Person), helpdesk.ErrConflict) // a poll is nobody
	})
}

func TestANoticeThatCanNotBeUsedIsRefused(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.withCode()
		for name, n := range map[string]people.Notice{
			"no kind": {Address: "a@b.se"}, "no address": {Kind: people.ByMail}, "a name": {Kind: people.ByMail, Address: "Anna <a@b.se>"},
			"two": {Kind: people.ByMail, Address: "a@b.se, c@d.se"}, "a line break": {Kind: people.ByMail, Address: "a@b.se\r\nBcc: c@d.se"},
			"letters": {Kind: people.ByPhone, Address: "070 ring mig"}, "short": {Kind: people.ByPhone, Address: "112"},
			"long": {Kind: people.ByPhone, Address: "+46 701 234 567 890 123 456 789"}, "language": {Kind: people.ByPhone, Address: "070-1234567", Language: "swedish of Finland"},
		} {
			t.Log(name)
			w.refused(w.people.SetNotice(w.ctx, g, n), "notice.address")
		}
		for _, h := range [][2]int{{-1, 3}, {3, 25}, {25, 3}, {3, -1}} {
			n := evening
			n.From, n.To = h[0], h[1]
			w.refused(w.people.SetNotice(w.ctx, g, n), "notice.hours")
		}
	})
}

func TestSafeHours(t *testing.T) {
	for _, c := range []struct {
		from, to int
		safe     []int
		not      []int
	}{
		{18, 21, []int{18, 20}, []int{17, 21, 0}},
		{21, 6, []int{21, 23, 0, 5}, []int{6, 20}},
		{0, 24, []int{0, 12, 23}, nil},
		{0, 0, []int{0, 12, 23}, nil},
		{22, 24, []int{22, 23}, []int{0, 21}},
	} {
		n := people.Notice{From: c.from, To: c.to}
		for _, h := range c.safe {
			if !n.Safe(h) {
				t.Errorf("%d to %d: %d is not safe", c.from, c.to, h)
			}
		}
		for _, h := range c.not {
			if n.Safe(h) {
				t.Errorf("%d to %d: %d is safe", c.from, c.to, h)
			}
		}
	}
}
