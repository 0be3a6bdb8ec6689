package branches_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

func TestToldOnThursdayEveningAnsweredOnFriday(t *testing.T) {
	each(t, func(w *world) {
		maria := w.hire("maria", w.team)
		lena := w.in(w.branch("Redvik", "lena"))
		h := taps()
		h.Noticed = w.clock.Now().Add(-time.Hour)
		r := w.handedOn(lena, h)
		friday := time.Date(2026, 3, 6, 22, 59, 59, 0, time.UTC) // the day's end in Stockholm
		if r.Kind != branches.HandedOn || !r.Due.Equal(friday) {
			t.Fatalf("%v, due %v", r.Kind, r.Due.UTC())
		}
		queue, err := w.desk.Queue(w.ctx, maria)
		w.must(err)
		if len(queue) != 1 || queue[0].Answered || queue[0].Late || queue[0].Language != "prs" {
			t.Fatalf("%+v", queue)
		}
		ticket := queue[0].Ticket
		facts, err := w.tickets.Facts(w.ctx, maria, ticket)
		w.must(err)
		if facts.Channel != "branch" || facts.Team != w.team || facts.State != tickets.StateOpen || facts.WaitingSince.IsZero() ||
			facts.DueDay.Format(time.DateOnly) != "2026-03-06" {
			t.Errorf("%+v", facts)
		}
		if page, err := w.tickets.Queue(w.ctx, maria, tickets.Filter{Queue: tickets.QueueTeam, Channel: "branch"}, "", 10); err != nil || len(page.Rows) != 1 {
			t.Error("not in the queue of the channel", err)
		}

		mine, err := w.desk.Mine(w.ctx, lena)
		w.must(err)
		if len(mine) != 1 || mine[0].Status != branches.Received || !mine[0].Mine || !mine[0].First.IsZero() {
			t.Fatalf("%+v", mine)
		}
		w.clock.Pass(14*time.Hour + 20*time.Minute)
		w.reply(maria, ticket, "Canaryanswer")
		seen, err := w.desk.OnTicket(w.ctx, maria, ticket)
		w.must(err)
		if len(seen) != 1 || seen[0].HandOn.Line != "Canaryline" || seen[0].Org != lena.Org || !seen[0].Reads || seen[0].Took.Round(time.Minute) != 15*time.Hour+20*time.Minute {
			t.Fatalf("%+v took %v", seen, seen[0].Took)
		}
		mine, err = w.desk.Mine(w.ctx, lena)
		w.must(err)
		if mine[0].Status != branches.Answered || !mine[0].First.Equal(w.clock.Now()) {
			t.Errorf("%v at %v", mine[0].Status, mine[0].First)
		}
		w.clock.Pass(time.Second)
		w.must(w.desk.Say(w.ctx, lena, r.ID, "c1", "she asks again", true))
		w.must(w.desk.Say(w.ctx, lena, r.ID, "c1", "she asks again", true))
		thread, err := w.desk.Follow(w.ctx, lena, r.ID)
		w.must(err)
		if thread.Status != branches.Waiting || len(thread.Words) != 1 || !thread.Words[0].WroteFor || thread.Words[0].Author != lena.User.ID {
			t.Errorf("%+v", thread)
		}
		w.must(w.desk.EndFor(w.ctx, maria, r.ID, branches.EndHelped))
		if mine, _ = w.desk.Mine(w.ctx, lena); mine[0].Status != branches.Ended || mine[0].Ended != branches.EndHelped {
			t.Errorf("%+v", mine[0])
		}
	})
}

// Invariant 10 of CONSENT.md, and what ends it: the person's own word, our word,
// and thirty days.
func TestTheVolunteerWhoHandedOnSeesStatusAndWhatWasWrittenToTheBranchAndNotTheTicket(t *testing.T) {
	each(t, func(w *world) {
		maria := w.hire("maria", w.team)
		lena := w.in(w.branch("Redvik", "lena"))
		cards, err := w.desk.Print(w.ctx, lena, 1)
		w.must(err)
		h := taps()
		h.Reach, h.Card = branches.ReachCard, cards[0].Ending
		r := w.handedOn(lena, h)
		ticket := w.ticketOf(maria, r.ID)
		w.reply(maria, ticket, "Canaryanswer to the person")
		_, err = w.tickets.Note(w.ctx, maria, ticket, "Canarynote among us", "n1")
		w.must(err)
		w.must(w.desk.SayToBranch(w.ctx, maria, r.ID, "s1", "Please go with her on Tuesday"))
		w.must(w.desk.Ask(w.ctx, maria, r.ID, "t1", branches.Task{Kind: branches.Accompany, Day: "2026-03-10", At: "14:00"}))

		_, guest, _, err := w.people.Return(w.ctx, cards[0].Code, false)
		w.must(err)
		threads, err := w.tickets.Mine(w.ctx, guest)
		w.must(err)
		if len(threads) != 1 || threads[0].Ticket != ticket {
			t.Fatalf("the card opens %d conversations", len(threads))
		}
		mine, err := w.desk.Mine(w.ctx, lena)
		w.must(err)
		thread, err := w.desk.Follow(w.ctx, lena, r.ID)
		w.must(err)
		for _, word := range []string{"Canaryanswer", "Canarynote", string(ticket), string(guest.Person), cards[0].Code} {
			if holds(mine, word) || holds(thread, word) {
				t.Errorf("the branch sees %q", word)
			}
		}
		if len(thread.Words) != 1 || thread.Words[0].Text != "Please go with her on Tuesday" || len(thread.Tasks) != 1 || thread.Ending != cards[0].Ending {
			t.Fatalf("%+v", thread)
		}
		// No id of ours opens anything else for them.
		for _, id := range []helpdesk.ID{ticket, threads[0].Conversation, guest.Person} {
			_, err := w.desk.Follow(w.ctx, lena, id)
			w.missing(err)
		}

		// It stands among the person's own consents, and there they stop it.
		all, err := w.door.Mine(w.ctx, guest)
		w.must(err)
		if len(all) != 1 || all[0].Purpose.Code != consent.BranchSupport || !all[0].Valid || all[0].Terms.Recipients[0].ID != lena.Org || all[0].Said.Witness == "" {
			t.Fatalf("%+v", all)
		}
		ring := w.bus.Listen(nil, bus.Ring{Topic: branches.TopicThread, Subject: r.ID})
		defer ring.Close()
		w.must(w.door.Withdraw(w.ctx, guest, all[0].ID, consent.Web))
		if e, ok := ring.Next(); !ok || e.Subject != r.ID {
			t.Error("an open page is not told")
		}
		_, err = w.desk.Follow(w.ctx, lena, r.ID)
		w.refused(err, "branches.over")
		w.refused(w.desk.Say(w.ctx, lena, r.ID, "c9", "still there?", false), "branches.over")
		w.refused(w.desk.SayToBranch(w.ctx, maria, r.ID, "s2", "after all"), "branches.over")
		if n := w.count(`SELECT COUNT(*) FROM consent_branch WHERE wrap IS NOT NULL`); n != 0 {
			t.Error("the wrap is still there")
		}
		mine, err = w.desk.Mine(w.ctx, lena)
		w.must(err)
		if len(mine) != 1 || !mine[0].Over || holds(mine, "Tuesday") || mine[0].Ending != "" || mine[0].Need != "" {
			t.Errorf("%+v", mine)
		}

		// They come back to it, and the branch reads once a counsellor looked.
		w.clock.Pass(73 * time.Hour) // their new code rests
		_, guest, _, err = w.people.Return(w.ctx, w.codeOf(guest), false)
		w.must(err)
		w.must(w.door.Answer(w.ctx, guest, all[0].ID, consent.Reply{State: consent.Given, Method: consent.Web, Language: "fa", Alone: true}))
		_, err = w.desk.Follow(w.ctx, lena, r.ID)
		w.refused(err, "branches.over")
		_, err = w.desk.OnTicket(w.ctx, maria, ticket)
		w.must(err)
		_, err = w.desk.Follow(w.ctx, lena, r.ID)
		w.must(err)

		// Thirty days after closing it ends by itself.
		facts, err := w.tickets.Facts(w.ctx, maria, ticket)
		w.must(err)
		w.must(w.tickets.CloseTicket(w.ctx, maria, ticket, facts.Version))
		w.clock.Pass(29 * 24 * time.Hour)
		thread, err = w.desk.Follow(w.ctx, lena, r.ID)
		w.must(err)
		if thread.Status != branches.Ended || thread.Until.Sub(w.clock.Now()) != 24*time.Hour {
			t.Errorf("%v until %v", thread.Status, thread.Until)
		}
		w.clock.Pass(24 * time.Hour)
		_, err = w.desk.Follow(w.ctx, lena, r.ID)
		w.refused(err, "branches.over")
	})
}

func TestAWaitingHandOnSentTwiceFromTwoDevicesAndAfterTheAccountEnded(t *testing.T) {
	each(t, func(w *world) {
		maria := w.hire("maria", w.team)
		v := w.branch("Redvik", "lena")
		lena := w.in(v)
		olle := w.in(w.branch("Norrby", "olle"))
		key, err := w.desk.HandOnKey(w.ctx, lena)
		w.must(err)
		if again, _ := w.desk.HandOnKey(w.ctx, lena); again.ID != key.ID {
			t.Error("a key a look")
		}
		h := taps()
		h.Line, h.Noticed = "", w.clock.Now()
		waits := func(k branches.PhoneKey, h branches.HandOn) branches.Sealed {
			t.Helper()
			plain, err := json.Marshal(h)
			w.must(err)
			blob, err := vault.PhoneSeal(k.Public, branches.PhoneInfo(k.ID), plain)
			w.must(err)
			return branches.Sealed{Key: k.ID, Blob: blob}
		}
		first := waits(key, h)
		w.clock.Pass(13 * time.Hour)
		other, err := w.desk.HandOnKey(w.ctx, w.in(v)) // the second device
		w.must(err)
		if other.ID == key.ID {
			t.Error("the key was not made anew")
		}
		second := waits(other, h)

		// Both at once, and each twice.
		var wg sync.WaitGroup
		got := make([]branches.Receipt, 4)
		errs := make([]error, 4)
		for i, s := range []branches.Sealed{first, second, first, second} {
			wg.Add(1)
			go func() {
				defer wg.Done()
				got[i], errs[i] = w.desk.HandOnSealed(w.ctx, lena, s)
			}()
		}
		wg.Wait()
		fresh := 0
		for i := range got {
			if errs[i] != nil || got[i].ID != got[0].ID {
				t.Errorf("%+v, %v", got[i], errs[i])
			}
			if !got[i].Twice {
				fresh++
			}
		}
		queue, err := w.desk.Queue(w.ctx, maria)
		w.must(err)
		if len(queue) != 1 || fresh > 1 || w.count(`SELECT COUNT(*) FROM tickets_ticket`) != 1 || w.count(`SELECT COUNT(*) FROM ledger_subject`) != 1 {
			t.Errorf("%d in the queue, %d new", len(queue), fresh)
		}

		// Nobody else's, by whatever way.
		_, err = w.desk.HandOnSealed(w.ctx, olle, first)
		w.refused(err, "branches.late")
		// The id that a phone of theirs happens to have made tells nothing either: it is
		// another hand-on.
		own, err := w.desk.HandOn(w.ctx, olle, h)
		w.must(err)
		if own.Twice || own.ID == got[0].ID {
			t.Errorf("another branch's id is known: %+v", own)
		}
		if mine, err := w.desk.Mine(w.ctx, olle); err != nil || len(mine) != 1 || mine[0].ID != own.ID {
			t.Error(mine, err)
		}
		story := h
		story.Client, story.Line = client+"-2", "a story"
		_, err = w.desk.HandOnSealed(w.ctx, lena, waits(other, story))
		w.refused(err, "branches.late") // no word waits on a phone
		broken := waits(other, h)
		broken.Blob[70] ^= 1
		_, err = w.desk.HandOnSealed(w.ctx, lena, broken)
		w.refused(err, "branches.late")

		// The account ends, and begins anew: its phone's key does not come back.
		late := h
		late.Client = client + "-3"
		waiting := waits(other, late)
		w.must(w.staff.EndVolunteer(w.ctx, w.ada(), v.id))
		token, err := w.staff.InviteAgain(w.ctx, w.ada(), v.id, w.clock.Now().AddDate(0, 1, 0))
		w.must(err)
		v = w.accepted(v.org, v.login, token)
		_, err = w.desk.HandOnSealed(w.ctx, w.in(v), waiting)
		w.refused(err, "branches.ended")

		// Three days, and no more.
		lena = w.in(v)
		if key, err = w.desk.HandOnKey(w.ctx, lena); err != nil {
			t.Fatal(err)
		}
		late.Noticed = w.clock.Now()
		waiting = waits(key, late)
		w.clock.Pass(72*time.Hour + time.Second)
		_, err = w.desk.HandOnSealed(w.ctx, lena, waiting)
		w.refused(err, "branches.late")
		late.Noticed = w.clock.Now().Add(-73 * time.Hour)
		_, err = w.desk.HandOn(w.ctx, lena, late)
		w.refused(err, "branches.late")
	})
}

func TestWithoutTheirYesItIsAConsultationOrAnEmergencyWithItsException(t *testing.T) {
	each(t, func(w *world) {
		maria, otto := w.hire("maria", w.team), w.hire("otto", w.other)
		lena := w.in(w.branch("Redvik", "lena"))
		h := taps()
		h.Knows = false
		r := w.handedOn(lena, h)
		if again := w.handedOn(lena, h); r.Kind != branches.Consultation || again.ID != r.ID || !again.Twice {
			t.Fatalf("%+v %+v", r, again)
		}
		if n := w.count(`SELECT COUNT(*) FROM tickets_ticket`) + w.count(`SELECT COUNT(*) FROM ledger_subject`); n != 0 {
			t.Error("somebody who said no stands in a ticket, or in the book")
		}
		h.Client, h.Urgent = client+"-danger", true
		r = w.handedOn(lena, h)
		if again := w.handedOn(lena, h); r.Kind != branches.EmergencyNow || again.ID != r.ID {
			t.Fatalf("%+v %+v", r, again)
		}
		queue, err := w.desk.Queue(w.ctx, maria)
		w.must(err)
		if len(queue) != 1 || queue[0].Kind != branches.EmergencyNow {
			t.Fatalf("%+v", queue)
		}
		facts, err := w.tickets.Facts(w.ctx, maria, queue[0].Ticket)
		w.must(err)
		xs, err := w.door.Exceptions(w.ctx, maria, queue[0].Ticket)
		w.must(err)
		if facts.Priority != tickets.MaxPriority || len(xs) != 1 || !xs[0].Stands || xs[0].Kind != "vital" || xs[0].Decided != lena.User.ID || xs[0].Why != "Canaryline" {
			t.Fatalf("%+v %+v", facts, xs)
		}
		w.must(w.door.Review(w.ctx, maria, xs[0].ID, true, "right"))
		// The branch follows nothing of it: only a yes makes it a reader.
		if mine, err := w.desk.Mine(w.ctx, lena); err != nil || len(mine) != 0 {
			t.Error(mine, err)
		}
		_, err = w.desk.Follow(w.ctx, lena, queue[0].Thread)
		w.missing(err)

		// What they asked without names is answered, and learned from.
		open, err := w.desk.Consultations(w.ctx, maria, false)
		w.must(err)
		if len(open) != 2 || open[0].Org != lena.Org || open[0].By != lena.User.ID {
			t.Fatalf("%+v", open)
		}
		w.clock.Pass(time.Second)
		w.must(w.desk.AnswerTalk(w.ctx, maria, r.ID, "a1", "Wait with advice"))
		talk, err := w.desk.Talk(w.ctx, lena, r.ID)
		w.must(err)
		if len(talk.Words) != 2 || !talk.Words[1].Ours || talk.State != branches.TalkAnswered {
			t.Fatalf("%+v", talk)
		}
		w.must(w.desk.CloseTalk(w.ctx, maria, r.ID))
		w.must(w.desk.SayInTalk(w.ctx, lena, r.ID, "b1", "And now?"))
		if talk, _ = w.desk.OpenTalk(w.ctx, maria, r.ID); talk.State != branches.TalkWaits || talk.Due.IsZero() {
			t.Errorf("%+v", talk)
		}
		_, err = w.desk.OpenTalk(w.ctx, otto, r.ID)
		w.missing(err)
		w.missing(w.desk.AnswerTalk(w.ctx, otto, r.ID, "a2", "x"))
		id, err := w.desk.KeepAsPlaybook(w.ctx, maria, branches.Playbook{Title: "A knife on the table", Text: "Leave, call 112."})
		w.must(err)
		_, err = w.desk.KeepAsPlaybook(w.ctx, maria, branches.Playbook{ID: id, Title: "x", Text: "x", Version: 7})
		if !errors.Is(err, helpdesk.ErrConflict) {
			t.Error(err)
		}
		if all, err := w.desk.Playbooks(w.ctx); err != nil || len(all) != 1 || all[0].Title != "A knife on the table" {
			t.Error(all, err)
		}
	})
}

func TestABranchGuessingAtAnothersThreadsTalksAndCardsFindsNothing(t *testing.T) {
	each(t, func(w *world) {
		maria := w.hire("maria", w.team)
		lena, olle := w.in(w.branch("Redvik", "lena")), w.in(w.branch("Norrby", "olle"))
		cards, err := w.desk.Print(w.ctx, lena, 2)
		w.must(err)
		h := taps()
		h.Reach, h.Card = branches.ReachCard, cards[0].Ending
		r := w.handedOn(lena, h)
		asked, err := w.desk.Consult(w.ctx, lena, client+"-ask", "What to do with a knife?")
		w.must(err)
		_, standing, err := w.desk.Counsellor(w.ctx, lena)
		w.must(err)
		w.must(w.desk.Ask(w.ctx, maria, r.ID, "t1", branches.Task{Kind: branches.Fetch}))
		thread, err := w.desk.Follow(w.ctx, lena, r.ID)
		w.must(err)

		for _, id := range []helpdesk.ID{r.ID, asked.ID, standing, w.ticketOf(maria, r.ID), cards[1].ID, thread.Tasks[0].ID, helpdesk.NewID(), "x"} {
			_, err := w.desk.Follow(w.ctx, olle, id)
			w.missing(err)
			_, err = w.desk.Talk(w.ctx, olle, id)
			w.missing(err)
			w.missing(w.desk.Say(w.ctx, olle, id, "c", "x", false))
			w.missing(w.desk.SayInTalk(w.ctx, olle, id, "c", "x"))
			w.missing(w.desk.TakeOver(w.ctx, olle, id, "c", "x"))
			w.missing(w.desk.Turn(w.ctx, olle, id, thread.Tasks[0].ID, branches.TaskDone, ""))
			w.missing(w.desk.DropCard(w.ctx, olle, id))
		}
		h = taps()
		h.Client, h.Reach, h.Card = client+"-other", branches.ReachCard, cards[1].Ending
		_, err = w.desk.HandOn(w.ctx, olle, h)
		w.refused(err, "branches.card")
		if mine, err := w.desk.Mine(w.ctx, olle); err != nil || len(mine) != 0 {
			t.Error(mine, err)
		}
		if all, err := w.desk.Cards(w.ctx, olle); err != nil || len(all) != 0 {
			t.Error(all, err)
		}
		if all, err := w.desk.Consulted(w.ctx, olle); err != nil || len(all) != 0 {
			t.Error(all, err)
		}
		// An id of theirs by chance begins a talk of their own.
		if own, err := w.desk.Consult(w.ctx, olle, client+"-ask", "x"); err != nil || own.Twice || own.ID == asked.ID {
			t.Errorf("another branch's id is known: %+v %v", own, err)
		}
		if own := w.handedOn(olle, taps()); own.Twice || own.ID == r.ID {
			t.Errorf("another branch's id is told as used: %+v", own)
		}
		_, err = w.desk.Loads(w.ctx, olle)
		w.must(err)

		// A counsellor of another team reads none of it either.
		otto := w.hire("otto", w.other)
		w.missing(w.desk.SayToBranch(w.ctx, otto, r.ID, "s", "x"))
		w.missing(w.desk.EndFor(w.ctx, otto, r.ID, branches.EndHelped))
		_, err = w.desk.OnTicket(w.ctx, otto, w.ticketOf(maria, r.ID))
		w.missing(err)
		if queue, err := w.desk.Queue(w.ctx, otto); err != nil || len(queue) != 0 {
			t.Error(queue, err)
		}

		// Until the ticket is handed to it: the thread goes along, and stays the branch's.
		ticket := w.ticketOf(maria, r.ID)
		w.must(w.desk.Follows(w.ctx, maria, ticket, w.other))
		facts, err := w.tickets.Facts(w.ctx, maria, ticket)
		w.must(err)
		w.must(w.tickets.Give(w.ctx, maria, ticket, facts.Version, tickets.To{Team: w.other}))
		w.must(w.desk.SayToBranch(w.ctx, otto, r.ID, "s9", "I am Otto"))
		if thread, err = w.desk.Follow(w.ctx, lena, r.ID); err != nil || len(thread.Words) != 1 {
			t.Error(thread.Words, err)
		}
		_, err = w.desk.OnTicket(w.ctx, maria, ticket)
		w.missing(err)
	})
}

func TestCardsAreUsedOnceLapseAndAreReadInAnyScript(t *testing.T) {
	each(t, func(w *world) {
		lena := w.in(w.branch("Redvik", "lena"))
		cards, err := w.desk.Print(w.ctx, lena, 6)
		w.must(err)
		_, err = w.desk.Print(w.ctx, lena, branches.CardsMost+1)
		w.refused(err, "branches.cards")
		with := func(n int, card string) error {
			h := taps()
			h.Client, h.Reach, h.Card = client+string(rune('a'+n)), branches.ReachCard, card
			_, err := w.desk.HandOn(w.ctx, lena, h)
			return err
		}
		in := func(zero rune, s string) string {
			return strings.Map(func(r rune) rune { return zero + r - '0' }, s)
		}
		// Arabic-Indic, Persian, Devanagari; an ending, and a whole code in groups.
		w.must(with(0, in('٠', cards[0].Ending)))
		w.must(with(1, in('۰', cards[1].Ending)))
		w.must(with(2, in('०', cards[2].Code[:10])+" - "+in('०', cards[2].Code[10:])))
		w.refused(with(3, cards[0].Ending), "branches.card_used")
		w.refused(with(4, "12"), "branches.card")
		w.refused(with(5, "four"), "branches.card")
		w.must(w.desk.DropCard(w.ctx, lena, cards[3].ID))
		w.refused(with(6, cards[3].Ending), "branches.card_expired")
		w.refused(w.desk.DropCard(w.ctx, lena, cards[0].ID), "branches.card_used")
		_, _, _, err = w.people.Return(w.ctx, cards[3].Code, false)
		w.refused(err, "code.wrong")

		// The first use replaces the code, also before anybody was handed on with it.
		_, guest, _, err := w.people.Return(w.ctx, in('٠', cards[4].Code), false)
		w.must(err)
		if !guest.MustShowCode {
			t.Error("the new code is not shown")
		}
		_, _, _, err = w.people.Return(w.ctx, cards[4].Code, false)
		w.refused(err, "code.wrong")
		w.must(with(7, cards[4].Ending))

		w.clock.Pass(90 * 24 * time.Hour)
		w.refused(with(8, cards[5].Ending), "branches.card_expired")
		_, _, _, err = w.people.Return(w.ctx, cards[5].Code, false)
		w.refused(err, "code.wrong")
		_, _, _, err = w.people.Return(w.ctx, cards[1].Code, false) // given: it waits for them
		w.must(err)
		w.must(w.desk.Round(w.ctx))
		states := map[string]branches.CardState{}
		all, err := w.desk.Cards(w.ctx, lena)
		w.must(err)
		for _, c := range all {
			states[c.Ending] = c.State
			if holds(c, cards[0].Code) {
				t.Error("the list shows a code")
			}
		}
		for i, want := range []branches.CardState{branches.CardGiven, branches.CardUsed, branches.CardGiven, branches.CardExpired, branches.CardUsed, branches.CardExpired} {
			if states[cards[i].Ending] != want {
				t.Errorf("card %d is %s, not %s", i, states[cards[i].Ending], want)
			}
		}
	})
}

// codeOf is a person's code as their page shows it.
func (w *world) codeOf(g *people.Guest) string {
	w.t.Helper()
	code, has, err := w.people.Code(w.ctx, g)
	w.must(err)
	if !has {
		w.t.Fatal("no code")
	}
	return code
}
