package consent

import (
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// TestAPersonIsToldThatARecipientSaidSomething: by a mail without content, where
// they agreed to one, in their hours, once until they have been here again.
func TestAPersonIsToldThatARecipientSaidSomething(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.mailbox()
		maria := w.hire("maria", w.team)
		shelter := w.organisation("Shelter", "partner", "SE")
		o := w.enters(w.account(shelter, "pia"))
		g, ticket := w.comes()
		notice := people.Notice{Kind: people.ByMail, Address: "amina@example.org", From: 18, To: 20, Language: "ar"}
		w.must(w.People.SetNotice(w.ctx, g, notice))
		id, _ := w.sent(maria, g, ticket, shelter)
		silent, theirs := w.comes()
		other, _ := w.sent(maria, silent, theirs, shelter)
		told := func(when string, want int) {
			t.Helper()
			before := w.mails()
			w.must(w.news(w.ctx))
			if got := w.mails() - before; got != want {
				t.Errorf("%s: %d mails, want %d", when, got, want)
			}
		}
		told("nobody said anything", 0)
		for _, r := range []helpdesk.ID{id, other} {
			w.must(w.Agree(w.ctx, o, r))
			w.must(w.AskBack(w.ctx, o, r, "Which Kanarieday?"))
		}
		told("at eleven, who agreed to evenings", 0)
		w.clock.Pass(8 * time.Hour)
		told("in the evening", 1)
		told("a second look", 0)
		w.must(w.ReturnReferral(w.ctx, o, id, "no bed"))
		told("who has not been here since", 0)

		again, ticket2 := w.comes()
		w.must(w.People.SetNotice(w.ctx, again, notice))
		id2, _ := w.sent(maria, again, ticket2, shelter)
		w.must(w.Agree(w.ctx, o, id2))
		w.must(w.Accept(w.ctx, o, id2))
		w.must(w.Report(w.ctx, o, id2, "helped", ""))
		told("they reported", 1)

		// What left without a yes is news to who knows of it alone.
		third, ticket3 := w.comes()
		w.must(w.People.SetNotice(w.ctx, third, notice))
		f := w.package3(maria, ticket3, shelter)
		hidden, err := w.Refer(w.ctx, maria, ticket3, f)
		w.must(err)
		_, err = w.Except(w.ctx, maria, Excepting{Ticket: ticket3, Referral: hidden, Kind: "child", Must: true, Law: "SoL 19:1", Why: "a child", WhyNot: "danger"})
		w.must(err)
		_, err = w.Send(w.ctx, maria, hidden, w.referral(maria, hidden).Version, Way{})
		w.must(err)
		w.must(w.Agree(w.ctx, o, hidden))
		w.must(w.AskBack(w.ctx, o, hidden, "who?"))
		told("what they were not told of", 0)
		if contains(w.log.String(), "Kanarie") {
			t.Error("the log says what it is about")
		}
	})
}
