package consent

import (
	"bytes"
	"testing"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestAYesToTwoOfThreeThingsAllowsThoseTwoToThatOneUntilThatDay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter, elsewhere := w.organisation("Shelter", "partner", "SE"), w.organisation("Other", "partner", "SE")
		id := w.asked(maria, w.share(ticket, shelter))
		waiting, err := w.Asked(w.ctx, g)
		w.must(err)
		if len(waiting) != 1 || waiting[0].Terms.Recipients[0].Name != "Shelter" || len(waiting[0].Terms.Items) != 3 || waiting[0].Valid {
			t.Fatalf("the person is asked %+v", waiting)
		}
		use := grants.Use{Purpose: Share, Recipient: shelter.ID, Country: "SE", Items: []string{"phone", "arrival"}}
		if why := w.why(maria, ticket, id, use); why != grants.NotValid {
			t.Errorf("before the yes: %q", why)
		}
		w.must(w.Answer(w.ctx, g, id, yes("phone", "arrival")))
		w.must(w.Answer(w.ctx, g, id, yes("phone", "arrival"))) // a second press
		w.refused(w.Answer(w.ctx, g, id, yes("phone", "arrival", "health")), "consent.given")
		for _, c := range []struct {
			what string
			use  grants.Use
			want Reason
		}{
			{"what was allowed", use, ""},
			{"one of it", grants.Use{Purpose: Share, Recipient: shelter.ID, Country: "SE", Items: []string{"phone"}}, ""},
			{"what was not", grants.Use{Purpose: Share, Recipient: shelter.ID, Country: "SE", Items: []string{"phone", "health"}}, grants.NotTicked},
			{"nothing", grants.Use{Purpose: Share, Recipient: shelter.ID, Country: "SE"}, grants.Empty},
			{"somebody else", grants.Use{Purpose: Share, Recipient: elsewhere.ID, Country: "SE", Items: []string{"phone"}}, grants.Stranger},
			{"another country", grants.Use{Purpose: Share, Recipient: shelter.ID, Country: "DK", Items: []string{"phone"}}, grants.Abroad},
			{"another purpose", grants.Use{Purpose: Refer, Recipient: shelter.ID, Country: "SE"}, grants.Purposed},
		} {
			if why := w.why(maria, ticket, id, c.use); why != c.want {
				t.Errorf("%s: %q, want %q", c.what, why, c.want)
			}
		}
		a := w.one(g, id)
		if !a.Valid || !a.Until.Equal(monday.AddDate(0, 0, 90)) || !a.CanStop() {
			t.Errorf("the person sees %+v", a)
		}
		w.clock.Pass(90 * 24 * time.Hour)
		if why := w.why(maria, ticket, id, use); why != grants.NotValid {
			t.Errorf("after its time: %q", why)
		}
		if a := w.one(g, id); a.State != Expired || a.Valid {
			t.Errorf("after its time the person sees %s", a.State)
		}
		if r := w.verified(); r.Bad != nil || r.Right != 2 {
			t.Errorf("the book: %+v", r)
		}
	})
}

func TestWithdrawingTakesOneStepAndEndsItAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		id := w.asked(maria, w.share(ticket, shelter))
		w.must(w.Answer(w.ctx, g, id, yes("phone")))
		delete(w.targets, shelter.ID) // whatever else is wrong
		var told []State
		w.changed = append(w.changed, func(_ ctxType, _ *store.Tx, consent helpdesk.ID, s State) error {
			if consent == id {
				told = append(told, s)
			}
			return nil
		})
		w.must(w.Withdraw(w.ctx, g, id, Web))
		w.must(w.Withdraw(w.ctx, g, id, Web)) // twice is once
		if holds, _, err := w.holds(w.ctx, w.DB, id); err != nil || holds {
			t.Errorf("after the withdrawal it holds: %v, %v", holds, err)
		}
		if len(told) != 1 || told[0] != Withdrawn {
			t.Errorf("what hangs on it was told %v", told)
		}
		stranger, _ := w.comes()
		w.fails(w.Withdraw(w.ctx, stranger, id, Web), helpdesk.ErrNotFound)
		// We may not ask again for two weeks, and they may begin it at any time.
		w.targets[shelter.ID] = Target{ID: shelter.ID, Name: "Shelter", Kind: "partner", Country: "SE", Vetted: true}
		_, err := w.ask(maria, w.share(ticket, shelter))
		w.refused(err, "consent.too_soon")
		w.must(w.Answer(w.ctx, g, id, yes("phone")))
		if a := w.one(g, id); !a.Valid {
			t.Errorf("their own new yes: %s", a.State)
		}
	})
}

func TestAYesOfTheirOwnIsSignedByTheirKeyAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		id := w.asked(maria, w.share(ticket, shelter))
		use := grants.Use{Purpose: Share, Recipient: shelter.ID, Country: "SE", Items: []string{"phone"}}
		// Somebody of us, with the consent's key and the database, writes a yes in
		// the person's name: our own MAC stands on it, their signature does not.
		other, _ := w.comes()
		w.must(w.write(func(tx *store.Tx) error {
			m, _, err := w.teamsLocked(w.ctx, tx, maria, id)
			if err != nil {
				return err
			}
			a := grants.Answer{State: Given, Items: []string{"phone"}, Method: Web, Role: Self, Alone: true}
			return w.writeSaid(w.ctx, tx, m, []grants.Move{{State: Given, Outcome: string(Self)}}, w.Now().AddDate(1, 0, 0), a, other.Pair())
		}))
		if why := w.why(maria, ticket, id, use); why != grants.NotTicked {
			t.Errorf("a yes signed by somebody else: %q", why)
		}
		w.must(w.Withdraw(w.ctx, g, id, Web))
		w.must(w.Answer(w.ctx, g, id, yes("phone")))
		if why := w.why(maria, ticket, id, use); why != "" {
			t.Errorf("their own: %q", why)
		}
	})
}

func TestWhatIsSensitiveGoesNowhereWhenTheyWereNotAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		id := w.asked(maria, w.share(ticket, shelter))
		r := yes("phone", "health")
		r.Alone = false
		w.must(w.Answer(w.ctx, g, id, r))
		use := func(items ...string) grants.Use {
			return grants.Use{Purpose: Share, Recipient: shelter.ID, Country: "SE", Items: items}
		}
		if why := w.why(maria, ticket, id, use("phone", "health")); why != grants.NotAlone {
			t.Errorf("the illness: %q", why)
		}
		if why := w.why(maria, ticket, id, use("phone")); why != "" {
			t.Errorf("the number: %q", why)
		}
		// Renewed alone, it is still the yes of then.
		w.must(w.Renew(w.ctx, g, id, yes()))
		if why := w.why(maria, ticket, id, use("health")); why != grants.NotAlone {
			t.Errorf("the illness, renewed: %q", why)
		}
	})
}

func TestWhatAChildOrARelativeInterpretedIsAskedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		id := w.asked(maria, w.share(ticket, shelter))
		spoke := Spoke{State: Given, Items: []string{"phone"}, Method: Phone, Language: "fa", Alone: true, Witness: "Maria",
			Interpreter: RelativeSpoke, Interpreted: "her brother"}
		nobody := spoke
		nobody.Witness = " "
		_, err := w.Record(w.ctx, maria, id, nobody)
		w.refused(err, "consent.witness")
		done, err := w.Record(w.ctx, maria, id, spoke)
		w.must(err)
		if done.State != Invalidated || done.Again == "" || w.one(g, id).Valid {
			t.Fatalf("the brother's yes: %+v", done)
		}
		if again := w.one(g, done.Again); again.State != Requested || again.Terms.Recipients[0].Name != "Shelter" {
			t.Errorf("asked again: %+v", again)
		}
		spoke.Interpreter, spoke.Interpreted = Professional, "Interpreter 12"
		done, err = w.Record(w.ctx, maria, done.Again, spoke)
		w.must(err)
		if done.State != Given {
			t.Errorf("the interpreter's yes: %+v", done)
		}
	})
}

func TestForAChildUnderThirteenSomebodySpeaksAndItSaysItsOwnView(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		draft := w.share(ticket, shelter)
		draft.Age = Under13
		id := w.asked(maria, draft)
		w.must(w.Answer(w.ctx, g, id, yes("phone")))
		if a := w.one(g, id); a.Valid || !a.View || a.State != Requested {
			t.Fatalf("the child alone: %+v", a)
		}
		spoke := Spoke{State: Given, Items: []string{"phone"}, Method: Visit, Role: Guardian, Alone: true, Witness: "Maria"}
		_, err := w.Record(w.ctx, maria, id, spoke)
		w.refused(err, "consent.guardian")
		spoke.Guardian = "her mother"
		_, err = w.Record(w.ctx, maria, id, spoke)
		w.must(err)
		if a := w.one(g, id); !a.Valid {
			t.Fatalf("with her mother: %+v", a)
		}
		w.must(w.Withdraw(w.ctx, g, id, Web))
		if a := w.one(g, id); a.Valid {
			t.Error("the child can't stop it")
		}
		// The other way round: who speaks first is not enough alone.
		draft.Purpose, draft.Items = Refer, nil
		id = w.asked(maria, draft)
		spoke.Items = nil
		_, err = w.Record(w.ctx, maria, id, spoke)
		w.must(err)
		if a := w.one(g, id); a.Valid {
			t.Error("nobody asked the child")
		}
		w.must(w.Answer(w.ctx, g, id, yes()))
		if a := w.one(g, id); !a.Valid {
			t.Errorf("both: %+v", a)
		}
	})
}

func TestWeAskAgainAfterTwoWeeksAndNeverAfterTwoRefusals(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		id := w.asked(maria, w.share(ticket, shelter))
		_, err := w.ask(maria, w.share(ticket, shelter))
		w.refused(err, "consent.open")
		w.must(w.Answer(w.ctx, g, id, Reply{State: Refused, Method: Chat}))
		w.clock.Pass(13 * 24 * time.Hour)
		_, err = w.ask(maria, w.share(ticket, shelter))
		w.refused(err, "consent.too_soon")
		w.asked(maria, w.share(ticket, w.organisation("Another", "partner", "SE"))) // somebody else is another question
		w.clock.Pass(24 * time.Hour)
		id = w.asked(maria, w.share(ticket, shelter))
		w.must(w.Answer(w.ctx, g, id, Reply{State: Refused, Method: Chat}))
		w.clock.Pass(400 * 24 * time.Hour)
		_, err = w.ask(maria, w.share(ticket, shelter))
		w.refused(err, "consent.never")
		own := w.share(ticket, shelter)
		own.Started = true
		w.asked(maria, own)
	})
}

func TestAuthoritiesAndTheCountryOfOriginAreAskedAboutAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		agency, sister, shelter := w.organisation("Agency", "authority", "SE"), w.organisation("Sister", "sister", "AF"), w.organisation("Shelter", "partner", "SE")
		draft := func(purpose string, to ...Recipient) Draft {
			d := w.share(ticket, to[0])
			d.Purpose, d.Recipients, d.FromCountry = purpose, to, "af"
			return d
		}
		for what, d := range map[string]Draft{
			"an authority for the usual purpose":            draft(Share, agency),
			"an authority among others":                     draft(Authority, agency, shelter),
			"the country of origin for the usual purpose":   draft(Share, sister),
			"the country of origin, as an authority":        draft(Authority, sister),
			"somebody else with an authority's own purpose": draft(Authority, shelter),
		} {
			_, err := w.ask(maria, d)
			var ref helpdesk.Refusal
			if !asRefusal(err, &ref) || ref.Key != "consent.alone_only" {
				t.Errorf("%s: %v", what, err)
			}
		}
		w.asked(maria, draft(Origin, sister))
		id := w.asked(maria, draft(Authority, agency))
		w.must(w.Answer(w.ctx, g, id, yes("phone")))
		use := grants.Use{Purpose: Authority, Recipient: agency.ID, Country: "SE", Items: []string{"phone"}}
		if why := w.why(maria, ticket, id, use); why != "" {
			t.Fatalf("the first use: %q", why)
		}
		w.must(w.write(func(tx *store.Tx) error { return w.spend(w.ctx, tx, id) }))
		if why := w.why(maria, ticket, id, use); why != grants.NotValid {
			t.Errorf("a second use: %q", why)
		}
	})
}

func TestWithdrawalToldToAnyOfUsCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria, bo, eva := w.hire("maria", w.team), w.hire("bo", w.team), w.hire("eva", w.other)
		g, ticket := w.comes()
		shelter := w.organisation("Shelter", "partner", "SE")
		for _, who := range []string{"a colleague", "a coordinator"} {
			d := w.share(ticket, shelter)
			d.Started = true
			id := w.asked(maria, d)
			w.must(w.Answer(w.ctx, g, id, yes("phone")))
			w.fails(w.WithdrawTold(w.ctx, eva, id, "by phone"), helpdesk.ErrNotFound)
			s := bo
			if who == "a coordinator" {
				s = w.Staff.Console()
			}
			w.must(w.WithdrawTold(w.ctx, s, id, "by phone"))
			if a := w.one(g, id); a.State != Withdrawn {
				t.Errorf("told to %s: %s", who, a.State)
			}
		}
	})
}

func TestWhoReadsAConsentIsTheTeamAndThePerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria, eva := w.hire("maria", w.team), w.hire("eva", w.other)
		g, ticket := w.comes()
		shelter := w.organisation("KANARIE shelter", "partner", "SE")
		d := w.share(ticket, shelter)
		d.Items[0].Label, d.Use, d.Restrictions = "KANARIE item", "KANARIE use", []string{"KANARIE restriction"}
		id := w.asked(maria, d)
		w.must(w.Answer(w.ctx, g, id, yes("phone")))
		_, err := w.Of(w.ctx, eva, ticket)
		w.fails(err, helpdesk.ErrNotFound)
		_, err = w.ask(eva, w.share(ticket, shelter))
		w.fails(err, helpdesk.ErrNotFound)
		_, err = w.ReceiptFor(w.ctx, eva, id)
		w.fails(err, helpdesk.ErrNotFound)
		if bytes.Contains(storetest.Dump(t, w.DB), []byte("KANARIE")) || bytes.Contains([]byte(w.log.String()), []byte("KANARIE")) {
			t.Error("a thief of the database or the log reads it")
		}
		// Handed to another team, it is theirs to read once somebody took it along.
		facts, err := w.Tickets.Facts(w.ctx, maria, ticket)
		w.must(err)
		w.must(w.Tickets.Give(w.ctx, maria, ticket, facts.Version, giveTo(w.other)))
		all, err := w.Of(w.ctx, eva, ticket)
		w.must(err)
		if len(all) != 1 || all[0].Open {
			t.Fatalf("before it was taken along: %+v", all)
		}
		w.must(w.Follow(w.ctx, w.ada(), ticket))
		if all, err = w.Of(w.ctx, eva, ticket); err != nil || !all[0].Open || all[0].Terms.Recipients[0].Name != "KANARIE shelter" {
			t.Errorf("after: %+v, %v", all, err)
		}
	})
}

func TestANoticeOrAPurposeDeclaredVoidEndsWhatWasGivenOnIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		one := w.asked(maria, w.share(ticket, w.organisation("One", "partner", "SE")))
		d := w.share(ticket, w.organisation("Two", "partner", "SE"))
		d.Language = "sv"
		two := w.asked(maria, d)
		for _, id := range []helpdesk.ID{one, two} {
			w.must(w.Answer(w.ctx, g, id, yes("phone")))
		}
		w.fails(w.VoidNotice(w.ctx, maria, w.one(g, one).Notice), helpdesk.ErrDenied)
		w.must(w.VoidNotice(w.ctx, w.ada(), w.one(g, one).Notice))
		if w.one(g, one).Valid || !w.one(g, two).Valid {
			t.Error("the notice's consents alone end")
		}
		w.must(w.VoidPurpose(w.ctx, w.ada(), Share, 1))
		if w.one(g, two).Valid {
			t.Error("the purpose's consents end, too")
		}
		w.must(w.Withdraw(w.ctx, g, two, Web)) // and can be stopped all the same
	})
}

func TestWhatIsErasedIsNobodysAndTheBookStaysWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		id := w.asked(maria, w.share(ticket, w.organisation("Shelter", "partner", "SE")))
		w.must(w.Answer(w.ctx, g, id, yes("phone")))
		w.must(w.write(func(tx *store.Tx) error { return w.Stop(w.ctx, tx, []helpdesk.ID{ticket}) }))
		if a := w.one(g, id); a.State != Withdrawn {
			t.Errorf("while the erasure waits: %s", a.State)
		}
		w.must(w.write(func(tx *store.Tx) error { return w.Forget(w.ctx, tx, []helpdesk.ID{ticket}) }))
		if mine, err := w.Mine(w.ctx, g); err != nil || len(mine) != 0 {
			t.Errorf("after: %+v, %v", mine, err)
		}
		if r := w.verified(); r.Bad != nil || r.Right != 3 || r.Erased != 2 {
			t.Errorf("the book: %+v", r)
		}
	})
}

func TestAYesByWebRestsWhileTheCodeIsNew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		id := w.asked(maria, w.share(ticket, w.organisation("Shelter", "partner", "SE")))
		for range 2 {
			_, err := w.People.NewCode(w.ctx, g)
			w.must(err)
		}
		w.refused(w.Answer(w.ctx, g, id, yes("phone")), "consent.rests")
		w.must(w.Answer(w.ctx, g, id, Reply{State: Deferred, Method: Web})) // anything but a yes is taken
		w.clock.Pass(72 * time.Hour)
		w.must(w.Answer(w.ctx, g, id, yes("phone")))
		if !w.one(g, id).Valid {
			t.Error("after three days it is taken")
		}
	})
}
