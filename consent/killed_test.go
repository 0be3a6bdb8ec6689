package consent

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// dying is the context of a process that is killed at the nth thing it does
// with the database: database/sql asks Done before and during each statement.
type dying struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func diesAfter(n int64) *dying {
	ctx, cancel := context.WithCancel(context.Background())
	d := &dying{Context: ctx, cancel: cancel}
	d.left.Store(n)
	return d
}

func (d *dying) Done() <-chan struct{} {
	if d.left.Add(-1) < 0 {
		d.cancel()
	}
	return d.Context.Done()
}

// footprint is everything a deed leaves behind: the book's steps, the referral's
// row, the recipient's wrap, mails, sealed bodies, the journal.
func (w *world) footprint(c *referring) string {
	w.t.Helper()
	row, err := w.book.Load(w.ctx, w.DB, c.id)
	w.must(err)
	count := func(query string, args ...any) (n int) {
		w.must(w.DB.QueryRow(w.ctx, query, args...).Scan(&n))
		return n
	}
	return fmt.Sprint(w.states(c.out.Permission), "|", w.states(c.out.Consent), "|", w.states(c.id), "|", row.State, row.Version, "|",
		count(`SELECT COUNT(*) FROM referrals_wrap WHERE referral = $1`, c.id), count(`SELECT COUNT(*) FROM ledger_body WHERE subject IN ($1, $2, $3)`, c.id, c.out.Consent, c.out.Permission),
		"|", w.mails(), count(`SELECT COUNT(*) FROM journal_entry`), count(`SELECT COUNT(*) FROM ledger_event`))
}

// TestAProcessThatIsKilledLeavesAllOrNothing: saying yes, sending and withdrawing
// are killed at every point of what they do with the database.
func TestAProcessThatIsKilledLeavesAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.mailbox()
		maria := w.hire("maria", w.team)
		to := w.organisation("Shelter", "partner", "SE")
		w.account(to, "pia")
		c := &referring{}
		c.g, c.ticket = w.comes()
		c.id, c.out = w.asks(maria, c.ticket, w.package3(maria, c.ticket, to))
		var keys []string
		for _, i := range w.one(c.g, c.out.Consent).Terms.Items {
			keys = append(keys, i.Key)
		}
		answer := func(id func() helpdesk.ID, items ...string) func(context.Context, *people.Guest, *staff.Session) error {
			return func(ctx context.Context, g *people.Guest, _ *staff.Session) error {
				return w.Answer(ctx, g, id(), yes(items...))
			}
		}
		for _, deed := range []struct {
			name string
			do   func(context.Context, *people.Guest, *staff.Session) error
		}{
			{"permit", answer(func() helpdesk.ID { return c.out.Permission })},
			{"allow", answer(func() helpdesk.ID { return c.out.Consent }, keys...)},
			{"send", func(ctx context.Context, _ *people.Guest, s *staff.Session) error {
				_, err := w.Send(ctx, s, c.id, w.referral(s, c.id).Version, Way{})
				return err
			}},
			{"withdraw", func(ctx context.Context, g *people.Guest, _ *staff.Session) error {
				return w.Withdraw(ctx, g, c.out.Consent, Web)
			}},
		} {
			before, deaths := w.footprint(c), 0
			for n := int64(1); ; n += 2 {
				ctx := diesAfter(n)
				err := deed.do(ctx, c.g, maria)
				ctx.cancel()
				now := w.footprint(c)
				if err == nil || now != before {
					// All of it, also where death came between the commit and its answer.
					if err := deed.do(w.ctx, c.g, maria); err == nil && deed.name == "send" {
						t.Error("sent twice")
					}
					break
				}
				if deaths++; deaths > 2000 {
					t.Fatalf("%s never lives: %v", deed.name, err)
				}
			}
			if deaths < 5 {
				t.Errorf("%s died %d times: nothing was tested", deed.name, deaths)
			}
			t.Logf("%s died %d times", deed.name, deaths)
			if r := w.verified(); r.Bad != nil {
				t.Fatalf("after %s the book: %+v", deed.name, r.Bad)
			}
			whole := map[string]func() bool{
				"permit": func() bool { return w.one(c.g, c.out.Permission).Valid },
				"allow":  func() bool { return w.one(c.g, c.out.Consent).Valid && len(w.one(c.g, c.out.Consent).Said.Items) == 3 },
				"send": func() bool {
					r := w.referral(maria, c.id)
					return r.State == ReferralSent && len(r.Disclosed) == 1 && w.mails() == 1
				},
				"withdraw": func() bool {
					r := w.referral(maria, c.id)
					return r.State == ReferralRevoked && w.one(c.g, c.out.Consent).State == Withdrawn
				},
			}[deed.name]
			if !whole() {
				t.Errorf("%s is done by half: %s", deed.name, w.footprint(c))
			}
		}
		if _, err := w.book.Outside(w.ctx, w.DB, c.id); !isNotFound(err) {
			t.Errorf("the wrap outlives the withdrawal: %v", err)
		}
	})
}
