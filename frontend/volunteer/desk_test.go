package volunteer_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// The counsellors' side: a queue with its own promise, the thread beside the
// ticket with exactly what the branch sees, something asked of the branch, and two
// hand-ons about one person linked without either branch learning of the other.
func TestCounsellorsAnswerAskAndLinkWhatTwoBranchesHandOn(t *testing.T) {
	each(t, func(w *world) {
		e := w.lead(w.branch("North"), "lo")
		lo := w.browser().enters("lo", e)
		eva := w.browser().enters("eva", w.lead(w.branch("South"), "eva"))
		id, theirs := lo.hands("prs"), eva.hands("prs")
		waits, err := w.branches.Queue(w.Context(), w.session())
		w.ok(err)
		at, other := map[string]helpdesk.ID{}, map[string]int64{}
		for _, is := range waits {
			at[string(is.Thread)], other[string(is.Thread)] = is.Ticket, is.Number
		}
		page := "/w/t/" + string(at[id]) + "/branch"
		ada := w.asCounsellor()
		ada.get("/w/branches").is(200).sees("by the end of the next working day", "answer by Friday 6", "/w/t/"+string(at[id]), "/w/t/"+string(at[theirs])).seesNot(`chip danger`)
		w.clock.Pass(30 * time.Hour)
		ada = w.asCounsellor()
		ada.get("/w/branches").is(200).sees(`chip danger`) // the promise is past

		ada.get(page).is(200).sees("What the branch sees", "North", "lo Ek", "Kanarieline", "the branch reads until").seesNot("South", "eva Ek")
		ada.press(page, "do", "say", "text-"+id, "").is(422).sees("Write something.")
		ada.get(page).press(page, "do", "say", "text-"+id, "We ring her at noon").follows().is(200).sees("We ring her at noon")
		ada.press(page, "do", "ask", "kind", "accompany", "day", "2026-01-01", "words-"+id, "x").is(422)
		ada.get(page).press(page, "do", "ask", "kind", "accompany", "day", "2026-03-12", "at", "14:00", "words-"+id, "To the clinic").follows().sees("Go along with them", "2026-03-12 14:00", "To the clinic")
		lo.enters("lo", e).get("/b/t/"+id).is(200).sees("We ring her at noon", "To the clinic", "Go along with them")

		// Nobody reaches another ticket's thread by the id in a form.
		ada.get(page).press("/w/t/"+string(at[id])+"/branch", "do", "say", "thread", theirs, "text-"+theirs, "x").is(404)

		ada.get(page).press(page, "do", "link", "number", "R-999999").is(422)
		ada.get(page).press(page, "do", "link", "number", fmt.Sprintf("R-%d", other[theirs])).follows().is(200).sees("/w/t/"+string(at[theirs]), "Not the same")
		ada.get("/w/t/" + string(at[theirs]) + "/branch").is(200).sees(fmt.Sprintf("R-%d", other[id]))
		lo.get("/b/t/"+id).is(200).seesNot("South", "eva Ek", theirs, fmt.Sprintf("R-%d", other[theirs]))
		ada.get(page).press(page, "do", "unlink", "other", string(at[theirs])).follows().seesNot("Not the same")

		ada.get(page).press(page, "do", "end", "how", "helped").follows().sees("helped")
		lo.get("/b/t/" + id).is(200).sees("The person says that it helped.")
	})
}

// A contact with an authority is taken over as a task. It waits for the person's
// own yes to exactly that, and uses it up.
func TestAContactWithAnAuthorityIsTakenOverOnceWithTheirOwnYes(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	agency := w.organisation("Agency", directory.Authority, directory.TakesWarm)
	lo := w.browser().enters("lo", w.lead(w.branch("North"), "lo"))
	id := lo.hands("prs")
	lo.get("/b/t/"+id).press("/b/t/"+id+"/authority", "words", "Please ring them about her address").is(303)
	s := w.session()
	waits, err := w.branches.Queue(t.Context(), s)
	w.ok(err)
	ticket := waits[0].Ticket
	page := "/w/t/" + string(ticket) + "/branch"
	ada := w.asCounsellor()
	ada.get(page).is(200).sees("Contact an authority for them", "Please ring them about her address", "The person has not said yes to it", "/consents/new").seesNot("this yes is used up")

	var yes helpdesk.ID
	w.ok(w.db.Write(t.Context(), "ask", func(tx *store.Tx) error {
		yes, err = w.door.Ask(t.Context(), tx, s, consent.Draft{Ticket: ticket, Purpose: consent.Authority, Language: "prs",
			Recipients: []consent.Recipient{{ID: agency, Authority: true}}, Items: []consent.Item{{Key: "address", Label: "Your address"}}})
		return err
	}))
	ada.get(page).sees("The person has not said yes to it") // asked is no yes
	_, err = w.door.Record(t.Context(), s, yes, consent.Spoke{State: consent.Given, Items: []string{"address"}, Method: consent.Phone, Witness: "Ada", Language: "prs", Alone: true})
	w.ok(err)
	ada.get(page).is(200).sees("this yes is used up", string(yes))
	form := ada.page
	ada.press(page, "do", "authority", "consent", string(helpdesk.NewID()), "what", "I rang").is(422)
	ada.page = form
	ada.press(page, "do", "authority", "consent", string(yes), "what", "I rang them").follows().is(200).seesNot("this yes is used up")
	ada.page = form
	ada.press(page, "do", "authority", "consent", string(yes), "what", "and again").is(422)
	lo.get("/b/t/" + id).is(200).seesNot("I rang them") // what was said to whom is the person's
	given, err := w.door.Of(t.Context(), s, ticket)
	w.ok(err)
	for _, c := range given {
		if c.ID == yes && c.Valid {
			t.Error("the yes can be used twice")
		}
	}
}

// A question without names is answered, and kept for every branch.
func TestAGoodAnswerBecomesAPlaybookForEveryBranch(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	lo := w.browser().enters("lo", w.lead(w.branch("North"), "lo"))
	eva := w.browser().enters("eva", w.lead(w.branch("South"), "eva"))
	lo.get("/b/ask").press("/b/ask", "text", "may i go along to the police when somebody wants to?").is(303)
	ada := w.asCounsellor()
	ada.get("/w/branches").is(200).sees("Questions without names", "may i go along", "North")
	talk := regexp.MustCompile(`/w/branches/talk/[a-z0-9]+`).FindString(ada.page)
	ada.get(talk).is(200).sees("may i go along").press(talk, "text", "").is(422)
	w.clock.Pass(time.Second)
	ada.get(talk).press(talk, "text", "Yes, and you need not speak for them.").follows().is(200).sees("you need not speak")
	ada.press("/w/branches/playbooks", "title", "Going along", "body", "You may go along. They speak for themselves.").follows().is(200).sees("Going along")
	eva.get("/b/know").is(200).sees("Going along", "They speak for themselves.").seesNot("may i go along to the police", "North")
	ada.get(talk).press(talk, "do", "close").is(303) // the first form answers; do says otherwise
	ada.get("/w/branches").is(200).seesNot("may i go along")
	ada.get("/w/branches?all=1").is(200).sees("may i go along")
}

// What a card was used for, that its time is over and that it was never theirs is
// said in words where it was typed, in the digits of any script.
func TestACardUsedTwiceTooOldOrNobodysIsRefusedOnThePage(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	e := w.lead(w.branch("North"), "lo")
	lo := w.browser().enters("lo", e)
	lo.get("/b/cards").press("/b/cards/print", "n", "5", "lang", "en").is(200)
	var endings []string
	for _, code := range regexp.MustCompile(`<bdi dir="ltr" translate="no">([0-9 ]+)</bdi>`).FindAllStringSubmatch(lo.page, -1) {
		endings = append(endings, strings.ReplaceAll(code[1], " ", "")[16:])
	}
	const next = "/b/hand-on/next"
	gives := func(card string) *browser {
		t.Helper()
		lo.get("/b/hand-on").press(next, "knows", "yes").press(next, "urgent", "no").press(next, "language", "ti").press(next, "reach", "card").is(200)
		return lo.press(next, "card", card).press(next, "need", "other", "send", "yes")
	}
	in := func(zero rune, s string) string {
		return strings.Map(func(r rune) rune { return r - '0' + zero }, s)
	}
	for i, zero := range []rune{'٠', '۰', '०'} { // Arabic, Persian, Devanagari
		gives(in(zero, endings[i])).is(303)
	}
	gives(endings[0]).is(422).sees("That card has been used already. Take another one.")
	gives(in('۰', endings[1])).is(422).sees("That card has been used already.")
	lo.get("/b/cards").is(200).press("/b/cards/drop").is(303)
	lo.get("/b/cards").is(200)
	eva := w.browser().enters("eva", w.lead(w.branch("South"), "eva"))
	own := lo
	lo = eva
	gives(endings[4]).is(422).sees("We know no such card of your branch.")
	lo = own
	w.clock.Pass(91 * 24 * time.Hour)
	lo.enters("lo", e)
	gives(endings[3]).is(422).sees("That card is too old. Take another one.")
	w.ok(w.branches.Round(t.Context()))
	lo.get("/b/cards").is(200).sees("given", "too old").seesNot("in hand")
}

// A branch that fell silent is a friendly task of its counsellor, told once, and stands on
// the page until somebody has written.
func TestASilentBranchIsAFriendlyTask(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	org := w.branch("North")
	lo := w.browser().enters("lo", w.lead(org, "lo"))
	lo.get("/b").is(200)
	s := w.session()
	w.ok(w.branches.NameCounsellor(t.Context(), s, org, s.User.ID, []time.Weekday{time.Tuesday}))
	lo.get("/b").is(200).sees("Your counsellor", "Ada", "Tuesday")
	lo.get("/b/ask").press("/b/ask", "text", "how do i begin?").is(303)
	w.asCounsellor().get("/w/branches").is(200).seesNot("Write a friendly word")
	w.clock.Pass(61 * 24 * time.Hour)
	w.ok(w.branches.Round(t.Context()))
	w.ok(w.branches.Round(t.Context()))
	var told int
	w.ok(w.db.QueryRow(t.Context(), `SELECT COUNT(*) FROM branches_told`).Scan(&told))
	if told != 1 {
		t.Errorf("told %d times of one silence", told)
	}
	ada := w.asCounsellor()
	ada.get("/w/branches").is(200).sees("Write a friendly word", "North", "last heard of")
	ada.press("/w/branches/write/" + string(org)).follows().is(200)
	at := regexp.MustCompile(`action="(/w/branches/talk/[a-z0-9]+)"`).FindStringSubmatch(ada.page)[1]
	ada.press(at, "text", "How are you all?").follows().is(200).sees("How are you all?")
	ada.get("/w/branches").is(200).seesNot("Write a friendly word")
}

// Whoever carried something heavy asks for somebody to talk with, may take that
// back, and hears who gets in touch; what they wrote is gone once they have talked.
func TestAVolunteerAsksForSomebodyToTalkWith(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	e := w.lead(w.branch("North"), "lo")
	lo := w.browser().enters("lo", e)
	lo.get("/b/how").is(200).press("/b/how", "when", "someday", "text", "x").is(422)
	lo.get("/b/how").press("/b/how", "when", "now", "text", "It was a hard day").follows().is(200).sees("You asked").seesNot("It was a hard day")
	lo.get("/b").is(200).sees(`<span class="chip ok">asked</span>`)
	lo.get("/b/how").press("/b/how/drop").follows().is(200).seesNot("You asked")
	w.asCounsellor().get("/w/branches").is(200).seesNot("It was a hard day")

	lo.get("/b/how").press("/b/how", "when", "today", "text", "It was a hard day").follows().is(200)
	ada := w.asCounsellor()
	ada.get("/w/branches").is(200).sees("It was a hard day", "lo Ek", "Some time today")
	asked := regexp.MustCompile(`name="debrief" value="([a-z0-9]+)"`).FindStringSubmatch(ada.page)[1]
	ada.press("/w/branches/debrief", "debrief", asked).follows().is(200)
	lo.enters("lo", e).get("/b/how").is(200).sees("Ada gets in touch with you.")
	ada.get("/w/branches").press("/w/branches/debrief", "debrief", asked, "do", "end").follows().is(200).seesNot("It was a hard day")
	lo.enters("lo", e).get("/b/how").is(200).seesNot("You asked", "Ada gets in touch")
}
