package routing_test

import (
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
)

func speaks(f routing.Facts, tag string) routing.Facts { f.Language = tag; return f }

func knows(f routing.Facts, who helpdesk.ID) routing.Facts { f.Earlier = who; return f }

func travels(f routing.Facts) routing.Facts { f.Urgent, f.Travels = true, tomorrow; return f }

func TestWhoIsUnderstoodAndWhoHasAHandFree(t *testing.T) {
	tell(t, []story{
		{what: "the line under a ticket: Dari, travels at six, knows you, fewest open",
			but: all(open(anna, 7), open(farid, 3)), f: travels(speaks(knows(chat("process"), ""), "prs")),
			to: returns, owner: farid, prio: 3, reason: "topic process; language prs; travels 06:00; fewest_open 3"},
		{what: "who knows them goes before who has fewest open",
			but: all(open(anna, 7), open(farid, 3)), f: travels(speaks(knows(chat("process"), anna), "prs")),
			to: returns, owner: anna, prio: 3, reason: "topic process; language prs; travels 06:00; known"},
		{what: "Arabic goes to who speaks it, however much they have", but: open(bilal, 15), f: speaks(chat("process"), "ar"),
			to: returns, owner: bilal, reason: "topic process; language ar"},
		{what: "unless they have no room at all", but: open(bilal, 20), f: speaks(chat("process"), "ar"),
			to: returns, owner: anna, reason: "topic process; language_later ar 1; alike"},
		{what: "a language nobody speaks needs an interpreter", f: speaks(chat("process"), "ti"),
			to: returns, owner: anna, reason: "topic process; interpreter ti; alike"},
		{what: "who wants an interpreter still rather gets who speaks their language", but: open(anna, 1), f: at(speaks(chat("process"), "prs"), func(f *routing.Facts) { f.Interpreter = true }),
			to: returns, owner: farid, reason: "topic process; interpreter_wished prs; fewest_open 0"},
		{what: "Dari is spoken, but not now", but: all(out(anna), out(farid)), f: speaks(chat("process"), "prs"),
			to: returns, owner: bilal, reason: "topic process; language_later prs 2; only_one"},
		{what: "a letter in Dari waits for nobody: who is at work takes it", but: all(off(anna), off(farid)), f: speaks(mail("process"), "prs"),
			to: returns, owner: bilal, reason: "topic process; language_later prs 2; only_one"},
		{what: "nobody is at work, and who will be speaks Dari", but: night, f: speaks(mail("process"), "prs"),
			to: returns, reason: "topic process; language prs; nobody_here"},
		{what: "fewest open decides among equals", but: all(open(anna, 4), open(bilal, 2), open(farid, 3)), f: chat("process"),
			to: returns, owner: bilal, reason: "topic process; fewest_open 2"},
		{what: "among those who stand alike the first of the list", but: all(open(anna, 2), open(bilal, 2), open(farid, 3)), f: chat("process"),
			to: returns, owner: anna, reason: "topic process; alike"},
		{what: "who knows the topic goes before who has fewer open", but: open(anna, 9), f: chat("reintegration"),
			to: returns, owner: anna, reason: "topic reintegration"},
		{what: "who is full gets nothing new", but: open(anna, 20), f: chat("reintegration"),
			to: returns, owner: bilal, reason: "topic reintegration; alike"},
		{what: "somebody without a limit always has room", but: changes(anna, func(c *routing.Counsellor) { c.Capacity, c.Open = 0, 400 }), f: chat("reintegration"),
			to: returns, owner: anna, reason: "topic reintegration"},
		{what: "when all are full a letter waits", but: all(open(anna, 20), open(bilal, 21), open(farid, 22)), f: mail("process"),
			to: returns, reason: "topic process; all_full 3"},
		{what: "when all are full, who travels at six is taken all the same", but: all(open(anna, 22), open(bilal, 21), open(farid, 20)), f: travels(chat("process")),
			to: returns, owner: farid, prio: 3, reason: "topic process; travels 06:00; fewest_open 20; full 20"},
		{what: "what is urgent goes to who is here, not to who has room tomorrow", but: all(open(anna, 20), off(bilal), off(farid)), f: travels(mail("process")),
			to: returns, owner: anna, prio: 3, reason: "topic process; travels 06:00; only_one; full 20"},
		{what: "danger without a journey is urgent, too", f: at(chat("law"), func(f *routing.Facts) { f.Urgent = true }),
			to: law, owner: cilla, prio: 3, reason: "topic law; urgent; alike"},
		{what: "a detained man goes before others, after children", f: at(chat("detention"), func(f *routing.Facts) { f.Audience = hours.Detained }),
			to: law, owner: cilla, prio: 1, reason: "topic detention; detained; alike"},
		{what: "a letter goes to who is at work, at their desk or not", but: all(off(anna), out(bilal), off(farid)), f: mail("process"),
			to: returns, owner: bilal, reason: "topic process; only_one"},
		{what: "a letter goes rather to who is at their desk", but: all(out(anna), out(bilal)), f: mail("process"),
			to: returns, owner: farid, reason: "topic process"},
		{what: "a chat goes to nobody who is not at their desk", but: all(out(anna), out(bilal), out(farid)), f: chat("process"),
			to: returns, reason: "topic process; nobody_now; nobody_here"},
		{what: "a visitor is met by somebody who is there", but: all(out(anna), out(bilal)), f: routing.Facts{Channel: hours.Visit, Team: returns},
			to: returns, owner: farid, reason: "arrived; only_one"},
		{what: "a partner's letter is nothing special", f: at(mail("process"), func(f *routing.Facts) { f.Audience = hours.Partner }),
			to: returns, owner: anna, reason: "topic process; alike"},
	})
}

func TestTheSameCounsellorAgain(t *testing.T) {
	tell(t, []story{
		{what: "a letter goes to who knows them", f: knows(mail("process"), farid),
			to: returns, owner: farid, reason: "topic process; known"},
		{what: "also when that counsellor is at work tomorrow", but: off(farid), f: knows(mail("process"), farid),
			to: returns, owner: farid, reason: "topic process; known"},
		{what: "also when that counsellor has no room: a conversation is not begun anew", but: open(farid, 25), f: knows(mail("process"), farid),
			to: returns, owner: farid, reason: "topic process; full 25; known"},
		{what: "a chat goes to who knows them when they are there", f: knows(chat("process"), bilal),
			to: returns, owner: bilal, reason: "topic process; known"},
		{what: "and to somebody else while they are not", but: out(bilal), f: knows(chat("process"), bilal),
			to: returns, owner: anna, reason: "topic process; absent bilal; alike"},
		{what: "an urgent letter does not wait for them", but: off(bilal), f: travels(knows(mail("process"), bilal)),
			to: returns, owner: anna, prio: 3, reason: "topic process; travels 06:00; absent bilal; alike"},
		{what: "unless nobody at all is at work", but: night, f: travels(knows(mail("process"), bilal)),
			to: returns, owner: bilal, prio: 3, reason: "topic process; travels 06:00; known"},
		{what: "on leave, the named substitute stands in", but: awayFor(bilal, farid), f: knows(mail("process"), bilal),
			to: returns, owner: farid, reason: "topic process; substitute bilal"},
		{what: "the substitute is on leave, too, and theirs stands in", but: all(awayFor(bilal, farid), awayFor(farid, anna)), f: knows(mail("process"), bilal),
			to: returns, owner: anna, reason: "topic process; substitute bilal"},
		{what: "two who stand in for each other are both away", but: all(awayFor(bilal, farid), awayFor(farid, bilal)), f: knows(mail("process"), bilal),
			to: returns, owner: anna, reason: "topic process; away bilal; only_one"},
		{what: "nobody was named, and the best of the others takes it", but: away(bilal), f: knows(speaks(mail("process"), "ps"), bilal),
			to: returns, owner: farid, reason: "topic process; language ps; away bilal"},
		{what: "a substitute who is not at their desk takes no chat", but: all(awayFor(bilal, farid), out(farid)), f: knows(chat("process"), bilal),
			to: returns, owner: anna, reason: "topic process; substitute bilal; absent farid; only_one"},
		{what: "a substitute of another team can't read it", but: awayFor(bilal, cilla), f: knows(mail("process"), bilal),
			to: returns, owner: anna, reason: "topic process; other_team cilla; alike"},
		{what: "a question of law goes to the lawyers, not to the return counsellor who knows them", f: knows(mail("law"), anna),
			to: law, owner: cilla, reason: "topic law; other_team anna; alike"},
		{what: "a counsellor who has left is gone, and who was named for them takes over", but: all(gone(bilal), substitute(bilal, farid)), f: knows(mail("process"), bilal),
			to: returns, owner: farid, reason: "topic process; substitute bilal"},
		{what: "a counsellor who has left without a substitute leaves it to the others", but: gone(bilal), f: knows(mail("process"), bilal),
			to: returns, owner: anna, reason: "topic process; gone bilal; alike"},
		{what: "somebody nobody remembers is gone", f: knows(mail("process"), id("nobody")),
			to: returns, owner: anna, reason: "topic process; gone ; alike"},
		{what: "who knows them is in two teams and keeps them in both", but: changes(anna, func(c *routing.Counsellor) { c.Teams = append(c.Teams[:1:1], law) }), f: knows(mail("law"), anna),
			to: law, owner: anna, reason: "topic law; known"},
	})
}

// A counsellor is removed while owning tickets: each finds somebody new, by
// the same rules, and none is left to who can't open it any more.
func TestACounsellorIsRemovedWhileOwningTickets(t *testing.T) {
	h := day()
	owned := []routing.Facts{
		knows(mail("process"), anna), knows(speaks(mail("readmission"), "ps"), anna), travels(knows(mail("process"), anna)),
		child(knows(mail(""), anna)), knows(mail("law"), anna), at(knows(mail(""), anna), func(f *routing.Facts) { f.Wish = routing.Woman }),
	}
	h.Counsellors = h.Counsellors[1:] // anna is no longer there at all
	for i, f := range owned {
		c := routing.Decide(f, h)
		if c.Owner == anna || c.Team == "" || c.Owner == "" || !c.Because("routing.why.gone") {
			t.Errorf("ticket %d: %s to %s of %s", i, reasons(c), names[c.Owner], names[c.Team])
		}
		lawful(t, f, h, c)
	}
	// With a profile that names who stands in, those who fit go there.
	h = all(gone(anna), substitute(anna, farid))(day())
	if c := routing.Decide(owned[0], h); c.Owner != farid {
		t.Errorf("%s", reasons(c))
	}
}
