package volunteer_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend/pagetest"
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
		ada.Get("/w/branches").Is(200).Sees("by the end of the next working day", "answer by Friday 6", "/w/t/"+string(at[id]), "/w/t/"+string(at[theirs])).SeesNot(`chip danger`)
		w.clock.Pass(30 * time.Hour)
		ada = w.asCounsellor()
		ada.Get("/w/branches").Is(200).Sees(`chip danger`) // the promise is past

		ada.Get(page).Is(200).Sees("What the branch sees", "North", "lo Ek", "Kanarieline", "the branch reads until").SeesNot("South", "eva Ek")
		ada.Press(page, "do", "say", "text-"+id, "").Is(422).Sees("Write something.")
		ada.Get(page).Press(page, "do", "say", "text-"+id, "We ring her at noon").Follows().Is(200).Sees("We ring her at noon")
		ada.Press(page, "do", "ask", "kind", "accompany", "day", "2026-01-01", "words-"+id, "x").Is(422)
		ada.Get(page).Press(page, "do", "ask", "kind", "accompany", "day", "2026-03-12", "at", "14:00", "words-"+id, "To the clinic").Follows().Sees("Go along with them", "2026-03-12 14:00", "To the clinic")
		lo.enters("lo", e).Get("/b/t/"+id).Is(200).Sees("We ring her at noon", "To the clinic", "Go along with them")

		// Nobody reaches another ticket's thread by the id in a form.
		ada.Get(page).Press("/w/t/"+string(at[id])+"/branch", "do", "say", "thread", theirs, "text-"+theirs, "x").Is(404)

		ada.Get(page).Press(page, "do", "link", "number", "R-999999").Is(422)
		ada.Get(page).Press(page, "do", "link", "number", fmt.Sprintf("R-%d", other[theirs])).Follows().Is(200).Sees("/w/t/"+string(at[theirs]), "Not the same")
		ada.Get("/w/t/" + string(at[theirs]) + "/branch").Is(200).Sees(fmt.Sprintf("R-%d", other[id]))
		lo.Get("/b/t/"+id).Is(200).SeesNot("South", "eva Ek", theirs, fmt.Sprintf("R-%d", other[theirs]))
		ada.Get(page).Press(page, "do", "unlink", "other", string(at[theirs])).Follows().SeesNot("Not the same")

		ada.Get(page).Press(page, "do", "end", "how", "helped").Follows().Sees("helped")
		lo.Get("/b/t/" + id).Is(200).Sees("The person says that it helped.")
	})
}

// A contact with an authority is taken over as a task. It waits for the person's
// own yes to exactly that, and uses it up.
func TestAContactWithAnAuthorityIsTakenOverOnceWithTheirOwnYes(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	agency := w.organisation("Agency", directory.Authority, directory.TakesWarm)
	lo := w.browser().enters("lo", w.lead(w.branch("North"), "lo"))
	id := lo.hands("prs")
	lo.Get("/b/t/"+id).Press("/b/t/"+id+"/authority", "words", "Please ring them about her address").Is(303)
	s := w.session()
	waits, err := w.branches.Queue(t.Context(), s)
	w.ok(err)
	ticket := waits[0].Ticket
	page := "/w/t/" + string(ticket) + "/branch"
	ada := w.asCounsellor()
	ada.Get(page).Is(200).Sees("Contact an authority for them", "Please ring them about her address", "The person has not said yes to it", "/consents/new").SeesNot("this yes is used up")

	var yes helpdesk.ID
	w.ok(w.db.Write(t.Context(), "ask", func(tx *store.Tx) error {
		yes, err = w.door.Ask(t.Context(), tx, s, consent.Draft{Ticket: ticket, Purpose: consent.Authority, Language: "prs",
			Recipients: []consent.Recipient{{ID: agency, Authority: true}}, Items: []consent.Item{{Key: "address", Label: "Your address"}}})
		return err
	}))
	ada.Get(page).Sees("The person has not said yes to it") // asked is no yes
	_, err = w.door.Record(t.Context(), s, yes, consent.Spoke{State: consent.Given, Items: []string{"address"}, Method: consent.Phone, Witness: "Ada", Language: "prs", Alone: true})
	w.ok(err)
	ada.Get(page).Is(200).Sees("this yes is used up", string(yes))
	form := ada.Page
	ada.Press(page, "do", "authority", "consent", string(helpdesk.NewID()), "what", "I rang").Is(422)
	ada.Page = form
	ada.Press(page, "do", "authority", "consent", string(yes), "what", "I rang them").Follows().Is(200).SeesNot("this yes is used up")
	ada.Page = form
	ada.Press(page, "do", "authority", "consent", string(yes), "what", "and again").Is(422)
	lo.Get("/b/t/" + id).Is(200).SeesNot("I rang them") // what was said to whom is the person's
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
	lo.Get("/b/ask").Press("/b/ask", "text", "may i go along to the police when somebody wants to?").Is(303)
	ada := w.asCounsellor()
	ada.Get("/w/branches").Is(200).Sees("Questions without names", "may i go along", "North")
	talk := regexp.MustCompile(`/w/branches/talk/[a-z0-9]+`).FindString(ada.Page)
	ada.Get(talk).Is(200).Sees("may i go along").Press(talk, "text", "").Is(422)
	w.clock.Pass(time.Second)
	ada.Get(talk).Press(talk, "text", "Yes, and you need not speak for them.").Follows().Is(200).Sees("you need not speak")
	ada.Press("/w/branches/playbooks", "title", "Going along", "body", "You may go along. They speak for themselves.").Follows().Is(200).Sees("Going along")
	eva.Get("/b/know").Is(200).Sees("Going along", "They speak for themselves.").SeesNot("may i go along to the police", "North")
	ada.Get(talk).Press(talk, "do", "close").Is(303) // the first form answers; do says otherwise
	ada.Get("/w/branches").Is(200).SeesNot("may i go along")
	ada.Get("/w/branches?all=1").Is(200).Sees("may i go along")
}

// What a card was used for, that its time is over and that it was never theirs is
// said in words where it was typed, in the digits of any script.
func TestACardUsedTwiceTooOldOrNobodysIsRefusedOnThePage(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	e := w.lead(w.branch("North"), "lo")
	lo := w.browser().enters("lo", e)
	lo.Get("/b/cards").Press("/b/cards/print", "n", "5", "lang", "en").Is(200)
	var endings []string
	for _, code := range regexp.MustCompile(`<bdi dir="ltr" translate="no">([0-9 ]+)</bdi>`).FindAllStringSubmatch(lo.Page, -1) {
		endings = append(endings, strings.ReplaceAll(code[1], " ", "")[16:])
	}
	const next = "/b/hand-on/next"
	gives := func(card string) *pagetest.Browser {
		t.Helper()
		lo.Get("/b/hand-on").Press(next, "knows", "yes").Press(next, "urgent", "no").Press(next, "language", "ti").Press(next, "reach", "card").Is(200)
		return lo.Press(next, "card", card).Press(next, "need", "other", "send", "yes")
	}
	in := func(zero rune, s string) string {
		return strings.Map(func(r rune) rune { return r - '0' + zero }, s)
	}
	for i, zero := range []rune{'٠', '۰', '०'} { // Arabic, Persian, Devanagari
		gives(in(zero, endings[i])).Is(303)
	}
	gives(endings[0]).Is(422).Sees("That card has been used already. Take another one.")
	gives(in('۰', endings[1])).Is(422).Sees("That card has been used already.")
	lo.Get("/b/cards").Is(200).Press("/b/cards/drop").Is(303)
	lo.Get("/b/cards").Is(200)
	eva := w.browser().enters("eva", w.lead(w.branch("South"), "eva"))
	own := lo
	lo = eva
	gives(endings[4]).Is(422).Sees("We know no such card of your branch.")
	lo = own
	w.clock.Pass(91 * 24 * time.Hour)
	lo.enters("lo", e)
	gives(endings[3]).Is(422).Sees("That card is too old. Take another one.")
	w.ok(w.branches.Round(t.Context()))
	lo.Get("/b/cards").Is(200).Sees("given", "too old").SeesNot("in hand")
}

// A branch that fell silent is a friendly task of its counsellor, told once, and stands on
// the page until somebody has written.
func TestASilentBranchIsAFriendlyTask(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	org := w.branch("North")
	lo := w.browser().enters("lo", w.lead(org, "lo"))
	lo.Get("/b").Is(200)
	s := w.session()
	w.ok(w.branches.NameCounsellor(t.Context(), s, org, s.User.ID, []time.Weekday{time.Tuesday}))
	lo.Get("/b").Is(200).Sees("Your counsellor", "Ada", "Tuesday")
	lo.Get("/b/ask").Press("/b/ask", "text", "how do i begin?").Is(303)
	w.asCounsellor().Get("/w/branches").Is(200).SeesNot("Write a friendly word")
	w.clock.Pass(61 * 24 * time.Hour)
	w.ok(w.branches.Round(t.Context()))
	w.ok(w.branches.Round(t.Context()))
	var told int
	w.ok(w.db.QueryRow(t.Context(), `SELECT COUNT(*) FROM branches_told`).Scan(&told))
	if told != 1 {
		t.Errorf("told %d times of one silence", told)
	}
	ada := w.asCounsellor()
	ada.Get("/w/branches").Is(200).Sees("Write a friendly word", "North", "last heard of")
	ada.Press("/w/branches/write/" + string(org)).Follows().Is(200)
	at := regexp.MustCompile(`action="(/w/branches/talk/[a-z0-9]+)"`).FindStringSubmatch(ada.Page)[1]
	ada.Press(at, "text", "How are you all?").Follows().Is(200).Sees("How are you all?")
	ada.Get("/w/branches").Is(200).SeesNot("Write a friendly word")
}

// Whoever carried something heavy asks for somebody to talk with, may take that
// back, and hears who gets in touch; what they wrote is gone once they have talked.
func TestAVolunteerAsksForSomebodyToTalkWith(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	e := w.lead(w.branch("North"), "lo")
	lo := w.browser().enters("lo", e)
	lo.Get("/b/how").Is(200).Press("/b/how", "when", "someday", "text", "x").Is(422)
	lo.Get("/b/how").Press("/b/how", "when", "now", "text", "It was a hard day").Follows().Is(200).Sees("You asked").SeesNot("It was a hard day")
	lo.Get("/b").Is(200).Sees(`<span class="chip ok">asked</span>`)
	lo.Get("/b/how").Press("/b/how/drop").Follows().Is(200).SeesNot("You asked")
	w.asCounsellor().Get("/w/branches").Is(200).SeesNot("It was a hard day")

	lo.Get("/b/how").Press("/b/how", "when", "today", "text", "It was a hard day").Follows().Is(200)
	ada := w.asCounsellor()
	ada.Get("/w/branches").Is(200).Sees("It was a hard day", "lo Ek", "Some time today")
	asked := regexp.MustCompile(`name="debrief" value="([a-z0-9]+)"`).FindStringSubmatch(ada.Page)[1]
	ada.Press("/w/branches/debrief", "debrief", asked).Follows().Is(200)
	lo.enters("lo", e).Get("/b/how").Is(200).Sees("Ada gets in touch with you.")
	ada.Get("/w/branches").Press("/w/branches/debrief", "debrief", asked, "do", "end").Follows().Is(200).SeesNot("It was a hard day")
	lo.enters("lo", e).Get("/b/how").Is(200).SeesNot("You asked", "Ada gets in touch")
}
