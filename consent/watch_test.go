package consent

import (
	"context"
	"testing"
	"time"

	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// mailbox gives notices somewhere to leave from.
func (w *world) mailbox() {
	w.t.Helper()
	_, err := w.Office.AddMailbox(w.ctx, "", office.Mailbox{Team: w.team, Address: "desk@desk.example", Name: "Desk", IMAP: "imaps://desk@imap.example/",
		SMTP: "smtps://desk@smtp.example", Password: "p", After: office.AfterDelete, State: office.Collecting})
	w.must(err)
}

// watched is how many mails one look lays into the outbox.
func (w *world) watched() int {
	w.t.Helper()
	before := w.mails()
	w.must(w.Watch(w.ctx))
	again := w.mails()
	w.must(w.Watch(w.ctx))
	if w.mails() != again {
		w.t.Fatal("told twice of one thing")
	}
	return again - before
}

// TestWhatIsLateOrCameBackIsToldOnceAndWithoutContent: an answer that did not
// come is told to owner and coordinators, a return to its owner.
func TestWhatIsLateOrCameBackIsToldOnceAndWithoutContent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.mailbox()
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		o := w.enters(w.account(shelter, "pia"))
		id, _ := w.sent(maria, g, ticket, shelter)
		if n := w.watched(); n != 0 {
			t.Errorf("told of nothing by %d mails", n)
		}
		w.clock.Pass(72*time.Hour + 5*time.Hour - 10*time.Hour) // Thursday at five
		if n := w.watched(); n != 0 {
			t.Error("told too early")
		}
		w.clock.Pass(13 * time.Hour) // six in the evening
		if n := w.watched(); n != 2 {
			t.Errorf("what is late is told by %d mails, want the owner's and the coordinator's", n)
		}
		w.must(w.Agree(w.ctx, o, id))
		w.must(w.ReturnReferral(w.ctx, o, id, "no Kanariebed is free"))
		if holds, _, err := w.holds(w.ctx, w.DB, w.referral(maria, id).Consent); err != nil || holds {
			t.Error("what was allowed for it is still allowed", err)
		}
		w.clock.Pass(8 * time.Hour) // at night
		if n := w.watched(); n != 0 {
			t.Error("woken by a mail")
		}
		w.clock.Pass(8 * time.Hour)
		if n := w.watched(); n != 1 {
			t.Errorf("what came back is told by %d mails, want the owner's", n)
		}
		if contains(w.log.String(), "Kanarie") {
			t.Error("the log says what it is about")
		}
	})
}

func TestAReferralThatRestsEndsWhatWasAllowedForIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		o := w.enters(w.account(shelter, "pia"))
		id, out := w.sent(maria, g, ticket, shelter)
		w.must(w.Agree(w.ctx, o, id))
		w.must(w.Accept(w.ctx, o, id))
		w.must(w.Report(w.ctx, o, id, "helped", ""))
		w.clock.Pass(14*24*time.Hour - time.Second)
		w.must(w.Watch(w.ctx))
		if w.one(g, out.Consent).State != Given || w.referral(maria, id).State != ReferralDone {
			t.Error("ended early")
		}
		w.clock.Pass(time.Second)
		w.must(w.Watch(w.ctx))
		if r := w.referral(maria, id); r.State != ReferralClosed || r.Version < 5 {
			t.Errorf("%s was not written down", r.State)
		}
		if w.one(g, out.Consent).State != Expired {
			t.Error("what was allowed outlives its purpose")
		}
		// For a week it may still be read, and no longer.
		if w.released(o, id).Ended {
			t.Error("taken away at closing")
		}
		w.clock.Pass(7 * 24 * time.Hour)
		w.ended(o, id, "a week after closing")
		if report := w.verified(); report.Bad != nil {
			t.Errorf("the book: %+v", report.Bad)
		}
	})
}

func TestWhoVettedIsWarnedOnceBeforeItEnds(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.mailbox()
	maria := w.hire("maria", w.team)
	ends := []Ending{{Organisation: "o1", Owner: maria.User.ID, Until: monday.AddDate(0, 0, 30)}}
	w.Endings = func(context.Context) ([]Ending, error) { return ends, nil }
	if n := w.watched(); n != 1 {
		t.Errorf("%d mails", n)
	}
	ends[0].Until = monday.AddDate(1, 0, 30) // vetted again, and a year has passed
	if n := w.watched(); n != 1 {
		t.Errorf("%d mails in another year", n)
	}
	ends[0].Owner = "nobody who works here"
	ends[0].Until = monday.AddDate(2, 0, 0)
	if n := w.watched(); n != 1 { // the coordinator's
		t.Errorf("%d mails for who has left", n)
	}
}
