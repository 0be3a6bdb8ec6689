package routing_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
)

func wishes(f routing.Facts, g routing.Gender) routing.Facts { f.Wish = g; return f }

func notOwn(f routing.Facts, community string) routing.Facts {
	f.NotOwnCommunity, f.Community = true, community
	return f
}

func next(who int, at time.Time) change {
	return func(h routing.House) routing.House {
		return with(h, h.Counsellors[who].ID, func(c *routing.Counsellor) { c.Next = at })
	}
}

func TestWishesAreMusts(t *testing.T) {
	tell(t, []story{
		{what: "a woman who asks for a woman gets one", f: wishes(chat("process"), routing.Woman),
			to: returns, owner: anna, reason: "topic process; woman; only_one"},
		{what: "however much she has", but: open(anna, 19), f: wishes(chat("process"), routing.Woman),
			to: returns, owner: anna, reason: "topic process; woman; only_one"},
		{what: "a man who asks for a man gets one", f: wishes(chat("law"), routing.Man),
			to: law, owner: david, reason: "topic law; man; only_one"},
		{what: "who did not say what they are fits no such wish", but: changes(anna, func(c *routing.Counsellor) { c.Gender = "" }), f: wishes(chat("process"), routing.Woman),
			to: returns, reason: "topic process; wish_nobody; nobody_fits"},
		{what: "a wish goes before a language", f: speaks(wishes(chat("process"), routing.Woman), "ar"),
			to: returns, owner: anna, reason: "topic process; interpreter ar; woman; only_one"},
		{what: "a wish goes before the counsellor who knows them", f: knows(wishes(chat("process"), routing.Woman), bilal),
			to: returns, owner: anna, reason: "topic process; woman; unfit bilal; only_one"},
		{what: "nobody from his own community: the Dari speaker who is not of it", f: speaks(notOwn(chat("process"), ""), "prs"),
			to: returns, owner: anna, reason: "topic process; language prs; community"},
		{what: "a community that is not the language's", but: changes(anna, func(c *routing.Counsellor) { c.Communities = []string{"hazara"} }),
			f:  speaks(notOwn(chat("process"), "hazara"), "prs"),
			to: returns, owner: bilal, reason: "topic process; interpreter prs; community; only_one"},
		{what: "where nothing tells which community is theirs, only who is of none", f: notOwn(chat("process"), ""),
			to: returns, owner: anna, reason: "topic process; community; only_one"},
		{what: "both wishes together", f: speaks(notOwn(wishes(chat("law"), routing.Man), ""), "prs"),
			to: law, owner: david, reason: "topic law; language prs; man; community; only_one"},
		{what: "the wish costs a wait, and it is said until when", but: all(out(anna), next(0, tomorrow.Add(4*time.Hour))), f: wishes(chat("process"), routing.Woman),
			to: returns, reason: "topic process; wish_next 1 10:00; woman; nobody_here"},
		{what: "the wish costs a wait, and nobody knows how long", but: out(anna), f: wishes(chat("process"), routing.Woman),
			to: returns, reason: "topic process; wish_waits 1; woman; nobody_here"},
		{what: "at night a wish costs nothing", but: night, f: wishes(chat("process"), routing.Woman),
			to: returns, reason: "topic process; nobody_now; woman; nobody_here"},
		{what: "a letter with a wish waits for her", but: off(anna), f: wishes(mail("process"), routing.Woman),
			to: returns, reason: "topic process; wish_waits 1; woman; nobody_here"},
		{what: "a wish no lawyer can ever meet goes to those they named", but: changes(cilla, func(c *routing.Counsellor) { c.Gender = routing.Man }),
			f: wishes(chat("law"), routing.Woman), to: general, owner: gun, reason: "topic law; fallback_wish law; woman; only_one"},
		{what: "a wish nobody can ever meet is said, not dropped", but: changes(anna, func(c *routing.Counsellor) { c.Gender = routing.Man }),
			f: wishes(chat("process"), routing.Woman), to: returns, reason: "topic process; wish_nobody; nobody_fits"},
		{what: "a girl who asks for a woman while the woman of the children's line is out", but: out(eva), f: child(wishes(chat(""), routing.Woman)),
			to: law, owner: cilla, prio: 2, reason: "child; fallback children; child_first; woman; only_one"},
		{what: "a boy who asks for a man is taken by those the children's line named", f: child(wishes(chat(""), routing.Man)),
			to: law, owner: david, prio: 2, reason: "child; fallback_wish children; child_first; man; only_one"},
		{what: "who travels at six waits for a woman if that is the wish", but: out(anna), f: travels(wishes(chat("process"), routing.Woman)),
			to: returns, prio: 3, reason: "topic process; travels 06:00; wish_waits 1; woman; nobody_here"},
		{what: "a substitute who is a man is no substitute for her", but: awayFor(anna, farid), f: knows(wishes(mail("process"), routing.Woman), anna),
			to: returns, reason: "topic process; wish_waits 1; woman; unfit farid; nobody_fits"},
	})
}

func TestTheWaitAWishCostsIsCounted(t *testing.T) {
	h := out(anna)(day())
	h = next(0, tomorrow)(h)
	c := routing.Decide(wishes(chat("process"), routing.Woman), h)
	want := routing.WishWait{Wished: true, Suit: 1, Others: 2, Next: tomorrow}
	if c.Wait != want || !c.Wait.Costs() {
		t.Errorf("%+v", c.Wait)
	}
	if c = routing.Decide(chat("process"), h); c.Wait.Wished || c.Wait.Costs() {
		t.Errorf("who wishes nothing waits for no wish: %+v", c.Wait)
	}
	h = day()
	if c = routing.Decide(wishes(chat("process"), routing.Woman), h); c.Wait.Costs() || c.Wait.Here != 1 || c.Wait.Others != 3 || !c.Wait.Next.IsZero() {
		t.Errorf("%+v", c.Wait)
	}
}

func TestWhoTakesTheNextTicketMustSuitIt(t *testing.T) {
	h := day()
	who := map[string]routing.Counsellor{}
	for _, c := range h.Counsellors {
		who[names[c.ID]] = c
	}
	gone, absent := who["anna"], who["anna"]
	gone.Gone, absent.Away = true, true
	for _, c := range []struct {
		what string
		who  routing.Counsellor
		f    routing.Facts
		why  string
	}{
		{"anybody may take what asks for nothing", who["gun"], routing.Facts{}, ""},
		{"a full desk is their own to judge", with(h, anna, func(c *routing.Counsellor) { c.Open = 99 }).Counsellors[0], routing.Facts{Team: returns}, ""},
		{"a ticket of another team", who["gun"], routing.Facts{Team: returns}, "routing.why.not.team"},
		{"a woman is wished for", who["bilal"], wishes(routing.Facts{}, routing.Woman), "routing.why.not.woman"},
		{"a man is wished for", who["anna"], wishes(routing.Facts{}, routing.Man), "routing.why.not.man"},
		{"not from the own community", who["farid"], notOwn(speaks(routing.Facts{}, "prs"), ""), "routing.why.not.community"},
		{"not from the own community, and they are not", who["bilal"], notOwn(speaks(routing.Facts{}, "prs"), ""), ""},
		{"a lawyer must look at it", who["anna"], routing.Facts{Skills: []string{"lawyer"}}, "routing.why.not.skill"},
		{"a lawyer may look at it", who["cilla"], routing.Facts{Skills: []string{"lawyer"}}, ""},
		{"who has left takes nothing", gone, routing.Facts{}, "routing.why.not.gone"},
		{"who is on leave takes nothing", absent, routing.Facts{}, "routing.why.not.away"},
	} {
		ok, why := routing.Suits(c.who, c.f)
		if ok != (c.why == "") || why.Key != c.why {
			t.Errorf("%s: %v, %s", c.what, ok, why.Key)
		}
	}
}

// Whatever is asked of it, a choice is lawful, and a child is served while
// anybody at all may serve them.
func TestNoChoiceBreaksTheLaw(t *testing.T) {
	texts := []string{"", "rule A\n when channel chat\n then kind law\n then skill lawyer\nrule B\n when not language sv\n then nobody\nrule C\n then priority 1"}
	n := 0
	for mask := range 1 << 7 {
		h := day()
		for i := range h.Counsellors {
			if mask>>i&1 == 0 {
				h.Counsellors[i].Present = false
			}
		}
		for _, text := range texts {
			board := routing.Ready(rules(text)(h))
			for _, channel := range []hours.Channel{hours.Chat, hours.Mail} {
				for _, topic := range []string{"", "law", "process", "violence"} {
					for _, wish := range []routing.Gender{"", routing.Woman, routing.Man} {
						for _, minor := range []bool{false, true} {
							f := routing.Facts{Channel: channel, Team: general, Topic: topic, Wish: wish, Child: minor, Language: "prs", NotOwnCommunity: mask%3 == 0}
							c := board.Decide(f)
							lawful(t, f, h, c)
							if minor && channel == hours.Chat && wish == "" && !f.NotOwnCommunity && mask != 0 && text == "" && c.Owner == "" {
								t.Fatalf("a child waits while somebody is there: %s", reasons(c))
							}
							n++
						}
					}
				}
			}
		}
	}
	if n != 128*2*2*4*3*2 {
		t.Errorf("%d choices", n)
	}
}
