package consent

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestAPackageGoesOutReadsAsItWasShownAndComesBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter, other := w.organisation("Shelter", "partner", "SE"), w.organisation("Other", "partner", "SE")
		pia, olga := w.account(shelter, "pia"), w.account(other, "olga")
		id, out := w.asks(maria, ticket, w.package3(maria, ticket, shelter))
		if out.State != ReferralAwaiting || out.Permission == "" || out.Consent == "" {
			t.Fatalf("%+v", out)
		}
		show, err := w.Shown(w.ctx, g, id)
		w.must(err)
		if len(show.Items) != 3 || show.Items[0].Text != "My name is "+cutOut+". I am ill." || show.Items[0].Translation != "in Swedish" || show.Items[1].Size != 16 {
			t.Fatalf("the person is shown %q", fmt.Sprintf("%#v", show.Items))
		}
		o := w.enters(pia)
		if all, err := w.Arrivals(w.ctx, o); err != nil || len(all) != 0 {
			t.Fatal("something arrived before it was sent", all, err)
		}
		_, err = w.Released(w.ctx, o, id)
		w.fails(err, helpdesk.ErrNotFound)

		// Two yeses, each its own.
		if why := w.referral(maria, id).Missing; why != "refer.permission" {
			t.Errorf("before any yes: %q", why)
		}
		w.must(w.Answer(w.ctx, g, out.Permission, yes()))
		if why := w.referral(maria, id).Missing; why != "refer.consent" {
			t.Errorf("before the second yes: %q", why)
		}
		_, err = w.Send(w.ctx, maria, id, w.referral(maria, id).Version, Way{})
		w.refused(err, "refer.consent")
		w.saysYes(g, out)
		if why := w.referral(maria, id).Missing; why != "" {
			t.Errorf("after both: %q", why)
		}
		_, err = w.Send(w.ctx, maria, id, 1, Way{})
		w.fails(err, helpdesk.ErrConflict)
		mails := w.mails()
		sent, err := w.Send(w.ctx, maria, id, w.referral(maria, id).Version, Way{})
		w.must(err)
		if n := w.mails() - mails; n > 1 {
			t.Errorf("%d notices", n)
		}
		if sent.Code != "" || !sent.Due.Equal(monday.Add(72*time.Hour)) || !sent.Expires.Equal(monday.AddDate(0, 0, 90)) {
			t.Errorf("sent %v %v", sent.Due, sent.Expires)
		}

		// The recipient reads the restrictions first, and then exactly what was shown.
		first := w.released(o, id)
		if first.Confirmed || len(first.Handed.Items) > 0 || first.Handed.Reason != "" || len(first.Handed.Restrictions) != 1 {
			t.Fatal("more than the restrictions before they are confirmed")
		}
		if _, _, err := w.ReleasedFile(w.ctx, o, id, 1); err == nil {
			t.Error("a file before the restrictions are confirmed")
		}
		w.refused(w.Accept(w.ctx, o, id), "refer.restrictions")
		w.must(w.Agree(w.ctx, o, id))
		read := w.released(o, id)
		if !read.Confirmed || fmt.Sprintf("%#v", read.Handed) != fmt.Sprintf("%#v", show) {
			t.Errorf("not what was shown")
		}
		if _, b, err := w.ReleasedFile(w.ctx, o, id, 1); err != nil || string(b) != "the Kanariepaper" {
			t.Errorf("%q %v", b, err)
		}
		_, err = w.Released(w.ctx, w.enters(olga), id)
		w.fails(err, helpdesk.ErrNotFound)

		// The ticket goes on; what was frozen does not.
		w.letter(maria, ticket, "something new")
		w.must(w.AskBack(w.ctx, o, id, "at what hour Kanarieask?"))
		w.clock.Pass(time.Second)
		w.must(w.SayReferral(w.ctx, maria, id, "at noon"))
		w.clock.Pass(time.Second)
		w.must(w.SayAsPerson(w.ctx, g, id, "thank you"))
		read = w.released(o, id)
		if len(read.Handed.Items) != 3 || len(read.Words) != 3 || read.Words[1].Text != "at noon" || read.Words[2].Side != "person" {
			t.Errorf("%d items, %d words", len(read.Handed.Items), len(read.Words))
		}
		w.refused(w.UpdateItem(w.ctx, maria, id, show.Items[0].Key, "x"), "refer.updating")
		w.must(w.UpdateItem(w.ctx, maria, id, show.Items[2].Key, "on Tuesday"))
		if read = w.released(o, id); len(read.Updates) != 1 || read.Updates[0].Text != "on Tuesday" {
			t.Errorf("%d updates", len(read.Updates))
		}
		w.must(w.Accept(w.ctx, o, id))
		w.refused(w.Report(w.ctx, o, id, "wonderful", ""), "refer.outcome")
		w.must(w.Report(w.ctx, o, id, "helped", "a bed was found"))

		mine, err := w.MyReferrals(w.ctx, g)
		w.must(err)
		if len(mine) != 1 || mine[0].State != ReferralDone || mine[0].Outcome != "helped" || len(mine[0].Openings) < 3 || len(mine[0].Disclosed) != 2 {
			t.Errorf("the person sees %d, %d openings, %d disclosures", len(mine), len(mine[0].Openings), len(mine[0].Disclosed))
		}
		if d := mine[0].Disclosed[0]; d.Recipient.Name != "Shelter" || len(d.Items) != 3 || d.Channel != "account" || d.Consent != out.Consent {
			t.Error("the disclosure does not say what left")
		}
		w.must(w.ConfirmOutcome(w.ctx, g, id, "partly"))
		if r := w.referral(maria, id); r.State != ReferralClosed || r.Outcome != "helped" || r.Told != "partly" {
			t.Errorf("%s %s %s", r.State, r.Outcome, r.Told)
		}
		w.clock.Pass(7*24*time.Hour - time.Second)
		if w.released(o, id).Ended {
			t.Error("ended before seven days after closing")
		}
		w.clock.Pass(time.Second)
		w.ended(o, id, "seven days after closing")
		if r := w.verified(); r.Bad != nil {
			t.Errorf("the book: %+v", r)
		}
	})
}

func TestWhatThePersonTakesBackIsEmptyAtTheNextRequest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		shelter := w.organisation("Shelter", "partner", "SE")
		pia := w.account(shelter, "pia")
		for _, name := range []string{"the consent", "the permission", "the referral", "told to a colleague", "revoked", "recalled", "invalid", "expired by use"} {
			g, ticket := w.comes()
			id, out := w.sent(maria, g, ticket, shelter)
			o := w.enters(pia)
			w.must(w.Agree(w.ctx, o, id))
			w.must(w.Accept(w.ctx, o, id))
			w.released(o, id)
			rings := w.Bus.Listen(nil, bus.Ring{Topic: TopicReferral, Subject: id})
			switch name {
			case "the consent":
				w.must(w.Withdraw(w.ctx, g, out.Consent, Web))
			case "the permission":
				w.must(w.Withdraw(w.ctx, g, out.Permission, Web))
			case "the referral":
				w.must(w.TakeBack(w.ctx, g, id))
				w.must(w.TakeBack(w.ctx, g, id)) // twice is no error
				if w.one(g, out.Consent).State != Withdrawn || w.one(g, out.Permission).State != Withdrawn {
					t.Error("the yeses were left standing")
				}
			case "told to a colleague":
				w.must(w.WithdrawTold(w.ctx, maria, out.Consent, "by phone"))
			case "revoked":
				w.must(w.Revoke(w.ctx, maria, out.Consent, "a mistake"))
			case "recalled":
				w.must(w.Recall(w.ctx, w.ada(), id))
			case "invalid":
				w.must(w.Invalidate(w.ctx, maria, out.Consent, "they were pressed"))
			case "expired by use":
				w.must(w.write(func(tx *store.Tx) error { return w.finish(w.ctx, tx, out.Consent) }))
				if w.released(o, id).Ended {
					t.Fatal("a consent that was used up ended what it released")
				}
				w.must(w.Withdraw(w.ctx, g, out.Consent, Web))
			}
			w.ended(o, id, name)
			if r := w.referral(maria, id); r.State != ReferralRevoked || !r.Until.IsZero() {
				t.Errorf("%s: %s", name, r.State)
			}
			if _, more := rings.Next(); !more {
				t.Errorf("%s: nobody's open page was rung", name)
			}
			rings.Close()
			var n int
			w.must(w.DB.QueryRow(w.ctx, `SELECT COUNT(*) FROM referrals_wrap WHERE referral = $1`, id).Scan(&n))
			if n != 0 {
				t.Errorf("%s: the wrap is still there", name)
			}
			if all, err := w.Arrivals(w.ctx, o); err != nil || len(all) == 0 || all[0].State != ReferralRevoked {
				t.Errorf("%s: the recipient is not told", name)
			}
		}
	})
}

func TestWithdrawingSucceedsWhateverElseIsWrong(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		shelter := w.organisation("Shelter", "partner", "SE")
		pia := w.account(shelter, "pia")
		g, ticket := w.comes()
		var ids []helpdesk.ID
		var outs []Submitted
		for range 4 {
			f := w.package3(maria, ticket, shelter)
			f.Again, f.Need = true, "need "+string(helpdesk.NewID())
			w.clock.Pass(15 * 24 * time.Hour) // asked anew
			id, err := w.Refer(w.ctx, maria, ticket, f)
			w.must(err)
			out, err := w.Submit(w.ctx, maria, id, 1, Asking{Language: "fa", Started: true})
			w.must(err)
			w.saysYes(g, out)
			_, err = w.Send(w.ctx, maria, id, w.referral(maria, id).Version, Way{})
			w.must(err)
			ids, outs = append(ids, id), append(outs, out)
			if len(ids) < 4 { // only one at a time may be asked about the same recipient
				w.must(w.Withdraw(w.ctx, g, out.Permission, Web))
				w.must(w.Withdraw(w.ctx, g, out.Consent, Web))
			}
		}
		o := w.enters(pia)
		last, out := ids[3], outs[3]
		delete(w.targets, shelter.ID)                              // the organisation is gone
		w.must(w.Staff.Disable(w.ctx, w.Staff.Console(), pia.id))  // and their account
		w.exec("UPDATE referrals_referral SET outcome = 'forged'") // and the row is nobody's
		w.exec("UPDATE referrals_wrap SET version = 7")            // and the wrap
		w.must(w.Withdraw(w.ctx, g, out.Consent, Web))
		var n int
		w.must(w.DB.QueryRow(w.ctx, `SELECT COUNT(*) FROM referrals_wrap WHERE referral = $1`, last).Scan(&n))
		if n != 0 {
			t.Error("the wrap is still there")
		}
		if _, err := w.Released(w.ctx, o, last); err == nil {
			t.Error("a forged row releases")
		}
	})
}

func TestNothingIsSentWithoutAYesThatCoversExactlyIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		w.account(shelter, "pia")
		id, out := w.asks(maria, ticket, w.package3(maria, ticket, shelter))
		w.must(w.Answer(w.ctx, g, out.Permission, yes()))
		items := w.one(g, out.Consent).Terms.Items
		w.must(w.Answer(w.ctx, g, out.Consent, yes(items[1].Key, items[2].Key)))
		_, err := w.Send(w.ctx, maria, id, w.referral(maria, id).Version, Way{})
		w.refused(err, "refer.consent")
		w.must(w.Reduce(w.ctx, maria, id, w.referral(maria, id).Version))
		show, err := w.Shown(w.ctx, g, id)
		w.must(err)
		if len(show.Items) != 2 || show.Items[0].Kind != PartFile || show.Items[0].Key != items[1].Key {
			t.Fatal("not what they allowed")
		}

		// Vetting ran out, the country is another one, the yes has ended: each stops.
		version := w.referral(maria, id).Version
		target := w.targets[shelter.ID]
		for name, c := range map[string]struct {
			change func(*Target)
			key    string
		}{
			"vetting ran out": {func(t *Target) { t.Vetted = false }, "refer.reliable"},
			"another country": {func(t *Target) { t.Country = "DK" }, "refer.reliable"},
			"an authority":    {func(t *Target) { t.Kind = "authority" }, "refer.reliable"},
		} {
			now := target
			c.change(&now)
			w.targets[shelter.ID] = now
			if _, err := w.Send(w.ctx, maria, id, version, Way{}); err == nil {
				t.Errorf("%s: sent", name)
			} else {
				w.refused(err, c.key)
			}
		}
		w.targets[shelter.ID] = target
		w.clock.Pass(91 * 24 * time.Hour)
		_, err = w.Send(w.ctx, maria, id, version, Way{})
		w.refused(err, "refer.permission")
		w.clock.Pass(-91 * 24 * time.Hour)
		_, err = w.Send(w.ctx, maria, id, version, Way{})
		w.must(err)
		read, p, err := w.handed(w.ctx, w.DB, id, w.keyOf(maria, id))
		w.must(err)
		if len(read.Items) != 2 || p == nil {
			t.Error("more was sent than allowed")
		}
	})
}

func TestASignpostSendsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		unknown := w.organisation("Unknown", "unverified", "SE")
		target := w.targets[unknown.ID]
		target.Vetted, target.Takes = false, "no"
		w.targets[unknown.ID] = target
		f := Referring{Mode: Package, Target: unknown.ID, Priority: PriorityNormal, Need: "Legal  advice", Likely: true, Agreed: true,
			Parts: []Part{{Kind: PartText, Label: "x", Text: "y"}}}
		_, err := w.Refer(w.ctx, maria, ticket, f)
		w.refused(err, "refer.reliable")
		f.Mode = Signpost
		_, err = w.Refer(w.ctx, maria, ticket, f)
		w.refused(err, "refer.signpost_empty")
		f.Parts = nil
		for _, gate := range []struct {
			change func(*Referring)
			key    string
		}{
			{func(f *Referring) { f.Likely = false }, "refer.likely"},
			{func(f *Referring) { f.Promised = true }, "refer.promised"},
			{func(f *Referring) { f.Agreed = false }, "refer.agreed"},
		} {
			bad := f
			bad.Again = true
			gate.change(&bad)
			id, err := w.Refer(w.ctx, maria, ticket, bad)
			w.must(err)
			_, err = w.Submit(w.ctx, maria, id, 1, Asking{Language: "fa"})
			w.refused(err, gate.key)
			w.must(w.CancelReferral(w.ctx, maria, id, 1))
		}
		id, err := w.Refer(w.ctx, maria, ticket, f)
		w.must(err)
		f.Need = "legal advice"
		_, err = w.Refer(w.ctx, maria, ticket, f)
		w.refused(err, "refer.twice")
		out, err := w.Submit(w.ctx, maria, id, 1, Asking{Language: "fa"})
		w.must(err)
		if out.State != ReferralClosed || out.Card != unknown.ID || out.Consent != "" {
			t.Errorf("%+v", out)
		}
		for _, table := range []string{"referrals_package", "referrals_wrap", "referrals_link"} {
			var n int
			w.must(w.DB.QueryRow(w.ctx, `SELECT COUNT(*) FROM `+table).Scan(&n))
			if n != 0 {
				t.Errorf("%d rows in %s", n, table)
			}
		}
		mine, err := w.MyReferrals(w.ctx, g)
		w.must(err)
		if len(mine) == 0 || len(mine[len(mine)-1].Disclosed) != 0 {
			t.Error("the person does not see it, or something was disclosed")
		}
	})
}

func TestALinkOpensWithTheDigitsAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		small := w.organisation("Small one", "partner", "SE")
		id, out := w.asks(maria, ticket, w.package3(maria, ticket, small))
		w.saysYes(g, out)
		version := w.referral(maria, id).Version
		_, err := w.Send(w.ctx, maria, id, version, Way{})
		w.refused(err, "refer.way")
		var fragment string
		way := Way{Address: "office@small.example", Language: "en", Link: func(f string) string { fragment = f; return "https://desk.example/h#" + f }}
		sent, err := w.Send(w.ctx, maria, id, version, way)
		w.must(err)
		if len(sent.Code) != 12 || fragment == "" {
			t.Fatalf("%d digits", len(sent.Code))
		}
		try := func(link, code string) string {
			cookie, err := w.OpenLink(w.ctx, link, code)
			if err != nil {
				w.refused(err, "refer.link")
			}
			return cookie
		}
		wrong := "000000000000"
		if wrong == sent.Code {
			wrong = "000000000001"
		}
		for _, bad := range [][2]string{{fragment, wrong}, {fragment, ""}, {fragment, sent.Code[:11]}, {fragment[:21] + "A", sent.Code}, {"", sent.Code}} {
			if bad[0] == fragment && bad[1] == sent.Code {
				continue
			}
			if try(bad[0], bad[1]) != "" {
				t.Errorf("opened by %d and %d characters", len(bad[0]), len(bad[1]))
			}
		}
		cookie := try(" "+fragment, sent.Code[:4]+" "+sent.Code[4:8]+"-"+sent.Code[8:])
		o, err := w.Visitor(w.ctx, cookie, false)
		w.must(err)
		w.must(w.Agree(w.ctx, o, id))
		if r := w.released(o, id); len(r.Handed.Items) != 3 {
			t.Error("nothing behind the link")
		}
		if all, err := w.Arrivals(w.ctx, o); err != nil || len(all) != 1 || !all[0].Opened {
			t.Error(all, err)
		}
		w.must(w.Accept(w.ctx, o, id))

		// Another referral is nothing to this visit.
		g2, ticket2 := w.comes()
		id2, out2 := w.asks(maria, ticket2, w.package3(maria, ticket2, small))
		w.saysYes(g2, out2)
		_, err = w.Send(w.ctx, maria, id2, w.referral(maria, id2).Version, way)
		w.must(err)
		_, err = w.Released(w.ctx, o, id2)
		w.fails(err, helpdesk.ErrNotFound)

		// Guessing ends: ten wrong ones, and the right one comes too late.
		for range 12 {
			if try(fragment, wrong) != "" {
				t.Fatal("opened by a wrong code")
			}
		}
		second := fragment
		if try(second, wrong) != "" {
			t.Fatal("opened")
		}
		var guessed int
		w.must(w.DB.QueryRow(w.ctx, `SELECT COUNT(*) FROM journal_entry WHERE verb = $1`, VerbGuessed).Scan(&guessed))
		if guessed < 10 || !strings.Contains(w.log.String(), "referral_link_guessed") {
			t.Errorf("%d wrong codes in the journal, or no alarm", guessed)
		}

		// What the person takes back is empty behind the link, too, for who is in.
		w.must(w.TakeBack(w.ctx, g, id))
		if _, err := w.Visitor(w.ctx, cookie, false); err == nil {
			t.Error("the visit goes on")
		}
		w.ended(o, id, "behind the link") // the page that was open
	})
}

func TestTimeAloneEndsAndTells(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria, per := w.hire("maria", w.team), w.hire("per", w.team)
		g, ticket := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		o := w.enters(w.account(shelter, "pia"))
		id, _ := w.sent(maria, g, ticket, shelter)
		late := func() int {
			all, err := w.LateReferrals(w.ctx, maria)
			w.must(err)
			return len(all)
		}
		w.clock.Pass(72*time.Hour - time.Second)
		if late() != 0 || w.referral(maria, id).State != ReferralSent {
			t.Error("late too early")
		}
		w.clock.Pass(time.Second)
		if late() != 1 || w.referral(maria, id).State != ReferralOverdue {
			t.Error("not late in time")
		}
		if all, err := w.LateReferrals(w.ctx, per); err != nil || len(all) != 0 {
			t.Error("late to who does not own it", err)
		}
		if all, err := w.LateReferrals(w.ctx, w.ada()); err != nil || len(all) != 1 {
			t.Error("not late to the coordinator", err)
		}
		w.must(w.Own(w.ctx, maria, id, w.referral(maria, id).Version, per.User.ID))
		if all, err := w.LateReferrals(w.ctx, per); err != nil || len(all) != 1 {
			t.Error("not late to who owns it now", err)
		}
		w.must(w.Agree(w.ctx, o, id))
		w.clock.Pass(87*24*time.Hour - time.Second)
		if w.released(o, id).Ended {
			t.Error("ended early")
		}
		w.clock.Pass(time.Second)
		w.ended(o, id, "expired")
		if s := w.referral(maria, id).State; s != ReferralLapsed {
			t.Errorf("%s", s)
		}
	})
}

func TestAReturnedReferralIsReadNoMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		o := w.enters(w.account(shelter, "pia"))
		id, _ := w.sent(maria, g, ticket, shelter)
		w.refused(w.ReturnReferral(w.ctx, o, id, " "), "refer.reason")
		w.must(w.ReturnReferral(w.ctx, o, id, "no bed is free"))
		w.ended(o, id, "returned")
		r := w.referral(maria, id)
		if r.State != ReferralReturned || len(r.Words) != 1 || r.Words[0].Text != "no bed is free" {
			t.Error("the team does not learn why")
		}
		mine, err := w.MyReferrals(w.ctx, g)
		w.must(err)
		if mine[0].State != ReferralReturned {
			t.Error("the person is not told")
		}
	})
}

func TestRightsAreCheckedOnTheReferralsOwnTicket(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria, other := w.hire("maria", w.team), w.hire("other", w.other)
		g, ticket := w.comes()
		stranger, strange := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		id, out := w.asks(maria, ticket, w.package3(maria, ticket, shelter))
		_, err := w.Referral(w.ctx, other, id)
		w.fails(err, helpdesk.ErrNotFound)
		_, err = w.Refer(w.ctx, other, ticket, w.package3(maria, ticket, shelter))
		w.fails(err, helpdesk.ErrNotFound)
		_, err = w.Send(w.ctx, other, id, 2, Way{})
		w.fails(err, helpdesk.ErrNotFound)
		w.fails(w.CancelReferral(w.ctx, other, id, 2), helpdesk.ErrNotFound)
		w.fails(w.Recall(w.ctx, other, id), helpdesk.ErrNotFound)
		w.fails(w.SayReferral(w.ctx, other, id, "x"), helpdesk.ErrNotFound)
		_, err = w.Shown(w.ctx, stranger, id)
		w.fails(err, helpdesk.ErrNotFound)
		w.fails(w.TakeBack(w.ctx, stranger, id), helpdesk.ErrNotFound)
		w.fails(w.ConfirmOutcome(w.ctx, stranger, id, "helped"), helpdesk.ErrNotFound)
		w.saysYes(g, out)

		// A part of another ticket is nothing to hand over here, and a yes of
		// another ticket none that counts.
		f := w.package3(maria, strange, shelter)
		f.Need = "another"
		wrong, err := w.Refer(w.ctx, maria, ticket, f)
		w.must(err)
		_, err = w.Submit(w.ctx, maria, wrong, 1, Asking{Language: "fa"})
		w.fails(err, helpdesk.ErrNotFound)
		w.exec("UPDATE referrals_referral SET ticket = '" + string(strange) + "' WHERE id = '" + string(id) + "'")
		_, err = w.Send(w.ctx, maria, id, 2, Way{})
		w.refused(err, "refer.unproven")
	})
}

func TestAThiefReadsNothingOfAReferral(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter := w.organisation("Kanarieshelter", "partner", "SE")
		pia := w.account(shelter, "pia")
		id, out := w.sent(maria, g, ticket, shelter)
		o := w.enters(pia)
		w.must(w.Agree(w.ctx, o, id))
		w.must(w.AskBack(w.ctx, o, id, "Kanarieask"))
		w.must(w.UpdateItem(w.ctx, maria, id, w.referral(maria, id).Items[2].Key, "Kanarieupdate"))
		_, err := w.Register(w.ctx, maria, Inquiry{Authority: "Kanariepolice", What: "Kanariewhat", Channel: "phone"})
		w.must(err)
		_, err = w.Except(w.ctx, maria, Excepting{Ticket: ticket, Kind: "child", Must: true, Law: "Kanarielaw", Why: "Kanariewhy", WhyNot: "Kanarienot"})
		w.must(err)
		fmt.Fprintf(w.log, "%v %+v %v %v", w.referral(maria, id).LogValue(), o, g, out)
		dump := bytes.ToLower(append(storetest.Dump(t, w.DB), w.log.String()...))
		for _, canary := range []string{"kanarie", "in swedish", "what you wrote", "your paper", "a bed"} {
			if i := bytes.Index(dump, []byte(canary)); i >= 0 {
				t.Errorf("found %q in %q", canary, dump[max(0, i-60):min(len(dump), i+60)])
			}
		}
		// Whom it went to stands nowhere beside the referral, nor does an account of
		// theirs, which leads there; the house knows it all the same.
		users, err := w.Staff.PartnerUsers(w.ctx)
		w.must(err)
		r := w.referral(maria, id)
		if len(users) != 1 || len(r.Openings) == 0 || r.Openings[0].Who != users[0].User.ID || r.Words[0].Author != users[0].User.ID {
			t.Errorf("who opened and who asked is not told: %+v %+v", r.Openings, r.Words)
		}
		for _, table := range w.tables(w.DB) {
			for _, row := range w.rows(w.DB, table) {
				beside := contains(row, string(id)) || contains(row, string(ticket))
				if beside && (contains(row, string(shelter.ID)) || contains(row, string(users[0].User.ID))) {
					t.Errorf("a row of %s shows the recipient", table)
				}
			}
		}
	})
}
