package routing_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
)

func TestACoordinatorsRules(t *testing.T) {
	toLaw := "rule All to the lawyers\n then kind law"
	tell(t, []story{
		{what: "a rule goes before the topic", but: rules(toLaw), f: mail("process"),
			to: law, owner: cilla, reason: "rule All to the lawyers; alike"},
		{what: "a rule that is off is not asked", but: rules("rule All to the lawyers\n off\n then kind law"), f: mail("process"),
			to: returns, owner: anna, reason: "topic process; alike"},
		{what: "the first rule that says a team decides it", but: rules("rule Talks\n when channel chat\n then kind return\n" + toLaw), f: chat("law"),
			to: returns, owner: anna, reason: "rule Talks; alike"},
		{what: "and the second where the first does not hold", but: rules("rule Talks\n when channel chat\n then kind return\n" + toLaw), f: mail("process"),
			to: law, owner: cilla, reason: "rule All to the lawyers; alike"},
		{what: "all conditions must hold", but: rules("rule Both\n when channel chat\n when language ar\n then kind law"), f: speaks(chat("process"), "prs"),
			to: returns, owner: anna, reason: "topic process; language prs; alike"},
		{what: "one of several values is enough", but: rules("rule Either\n when language ar prs\n then kind law"), f: speaks(chat("process"), "prs"),
			to: law, owner: david, reason: "rule Either; language prs"},
		{what: "a language that is none of these", but: rules("rule Others\n when not language sv en\n then kind law"), f: speaks(chat("process"), "ti"),
			to: law, owner: cilla, reason: "rule Others; interpreter ti; alike"},
		{what: "a language nobody knows is none of these either", but: rules("rule Others\n when not language sv en none\n then kind law"), f: chat("process"),
			to: returns, owner: anna, reason: "topic process; alike"},
		{what: "a team by its id", but: rules("rule Night mail\n then team " + string(law)), f: mail("process"),
			to: law, owner: cilla, reason: "rule Night mail; alike"},
		{what: "a rule for a team that is gone leaves it to the next", but: rules("rule Old\n then team " + string(id("old")) + "\nrule New\n then kind law"), f: mail("process"),
			to: law, owner: cilla, reason: "rule New; alike"},
		{what: "a rule for a kind nobody made leaves it to the topic", but: rules("rule Old\n then kind museum"), f: mail("process"),
			to: returns, owner: anna, reason: "topic process; alike"},
		{what: "a rule names an owner", but: rules("rule Farid has the north\n when mailbox " + string(id("north")) + "\n then owner " + string(farid)),
			f:  at(mail("process"), func(f *routing.Facts) { f.Mailbox = id("north") }),
			to: returns, owner: farid, reason: "topic process; rule_owner Farid has the north"},
		{what: "and whoever stands in for him on leave", but: all(awayFor(farid, bilal), rules("rule North\n then owner "+string(farid))), f: mail("process"),
			to: returns, owner: bilal, reason: "topic process; substitute farid; rule_owner North"},
		{what: "an owner by rule goes before who knows them", but: rules("rule North\n then owner " + string(farid)), f: knows(mail("process"), anna),
			to: returns, owner: farid, reason: "topic process; rule_owner North"},
		{what: "an owner by rule who is away leaves it to who knows them", but: all(away(farid), rules("rule North\n then owner "+string(farid))), f: knows(mail("process"), anna),
			to: returns, owner: anna, reason: "topic process; away farid; known"},
		{what: "an owner by rule is no must: the wish is", but: rules("rule North\n then owner " + string(farid)), f: wishes(mail("process"), routing.Woman),
			to: returns, owner: anna, reason: "topic process; woman; unfit farid; only_one"},
		{what: "an owner by rule who is not at their desk takes no chat", but: all(out(farid), rules("rule North\n then owner "+string(farid))), f: chat("process"),
			to: returns, owner: anna, reason: "topic process; absent farid; alike"},
		{what: "a letter waits for whoever takes next", but: rules("rule Letters wait\n when channel mail\n then nobody"), f: mail("process"),
			to: returns, reason: "topic process; take_next Letters wait"},
		{what: "a rule asks for a lawyer in the evening", but: rules("rule Evening\n when audience detained\n then kind law\n then skill lawyer"),
			f:  at(chat(""), func(f *routing.Facts) { f.Audience = hours.Detained }),
			to: law, owner: cilla, prio: 1, reason: "rule Evening; detained; skill lawyer; alike"},
		{what: "and nobody of the team is one", but: rules("rule Evening\n then skill lawyer"), f: chat("process"),
			to: returns, reason: "topic process; skill_nobody lawyer; nobody_fits"},
		{what: "skills of several rules add up", but: all(rules("rule A\n then skill lawyer\nrule B\n then skill children"), changes(david, func(c *routing.Counsellor) { c.Skills = []string{"lawyer", "children"} })), f: chat("law"),
			to: law, owner: david, reason: "topic law; skill lawyer; skill children; only_one"},
		{what: "who waits for long comes first", but: rules("rule Long\n when waited over 4h\n then priority 2"), f: at(mail("process"), func(f *routing.Facts) { f.Waited = 4 * time.Hour }),
			to: returns, owner: anna, prio: 2, reason: "topic process; rule_priority Long; alike"},
		{what: "who waits for less does not", but: rules("rule Long\n when waited over 4h\n then priority 2"), f: at(mail("process"), func(f *routing.Facts) { f.Waited = 4*time.Hour - 1 }),
			to: returns, owner: anna, reason: "topic process; alike"},
		{what: "between two times of waiting", but: rules("rule Between\n when waited over 30min under 4h\n then priority 1"), f: at(mail("process"), func(f *routing.Facts) { f.Waited = 4 * time.Hour }),
			to: returns, owner: anna, reason: "topic process; alike"},
		{what: "a rule never makes a journey less urgent", but: rules("rule Low\n then priority 1"), f: travels(mail("process")),
			to: returns, owner: anna, prio: 3, reason: "topic process; travels 06:00; alike"},
		{what: "of several priorities the highest counts", but: rules("rule A\n then priority 1\nrule B\n then priority 2\nrule C\n then priority 1"), f: mail("process"),
			to: returns, owner: anna, prio: 2, reason: "topic process; rule_priority B; alike"},
		{what: "after hours", but: rules("rule Closed\n when open no\n then nobody"), f: at(mail("process"), func(f *routing.Facts) { f.OutOfHours = true }),
			to: returns, reason: "topic process; take_next Closed"},
		{what: "a wish is something a rule may ask about", but: rules("rule Wishes\n when wish woman\n then kind law"), f: wishes(chat("process"), routing.Woman),
			to: law, owner: cilla, reason: "rule Wishes; woman; only_one"},
		{what: "so is not wanting somebody of one's own community", but: rules("rule Own\n when community yes\n when interpreter yes\n then kind law"),
			f:  at(notOwn(chat("process"), "x"), func(f *routing.Facts) { f.Interpreter = true }),
			to: law, owner: cilla, reason: "rule Own; interpreter_wished ; community; alike"},
		{what: "so is being known", but: rules("rule Known\n when known yes\n then priority 1"), f: knows(mail("process"), bilal),
			to: returns, owner: bilal, prio: 1, reason: "topic process; rule_priority Known; known"},
		{what: "so is the team it came to", but: rules("rule Came\n when team " + string(law) + "\n then kind return"), f: at(mail("law"), func(f *routing.Facts) { f.Team = law }),
			to: returns, owner: anna, reason: "rule Came; alike"},
		{what: "a topic in somebody's own words has no topic", but: rules("rule No topic\n when topic none\n then kind return"), f: mail("my own words"),
			to: returns, owner: anna, reason: "rule No topic; alike"},
		{what: "who is at the children's door is a child to every rule", but: rules("rule Grown up\n when child no\n then kind law"), f: at(chat(""), func(f *routing.Facts) { f.Audience = hours.Child }),
			to: children, owner: eva, prio: 2, reason: "child; child_first; only_one"},
		{what: "no rule moves what lies with a restricted team", but: rules(toLaw), f: at(mail("process"), func(f *routing.Facts) { f.Team, f.Restricted = children, true }),
			to: children, owner: eva, reason: "restricted; only_one"},
		{what: "the shipped rules let a letter wait for whoever takes next", but: rules(routing.DefaultRules), f: mail("process"),
			to: returns, reason: "topic process; take_next Letters wait for whoever takes next"},
		{what: "the shipped rules give a known person's letter to who knows them", but: rules(routing.DefaultRules), f: knows(mail("process"), bilal),
			to: returns, owner: bilal, reason: "topic process; known"},
		{what: "the shipped rules give a journey to somebody at once", but: rules(routing.DefaultRules), f: travels(mail("process")),
			to: returns, owner: anna, prio: 3, reason: "topic process; travels 06:00; alike"},
		{what: "by the shipped rules who is detained waits half as long", but: rules(routing.DefaultRules),
			f:  at(chat("detention"), func(f *routing.Facts) { f.Audience, f.Waited = hours.Detained, 7*time.Hour }),
			to: law, owner: cilla, prio: 2, reason: "topic detention; detained; rule_priority Detained people wait half as long; alike"},
	})
}

func TestTheSameFactsAlwaysGoTheSameWay(t *testing.T) {
	board := routing.Ready(rules(routing.DefaultRules)(day()))
	f := travels(speaks(chat("process"), "prs"))
	first := reasons(board.Decide(f))
	for range 50 {
		if got := reasons(board.Decide(f)); got != first {
			t.Fatalf("%s, then %s", first, got)
		}
	}
}

// Nobody is named twice, and never more than a page can show.
func TestCandidatesAreTheBestFew(t *testing.T) {
	h := day()
	for i := range 40 {
		c := h.Counsellors[0]
		c.ID, c.Open = id("x"+string(rune('a'+i%26))+string(rune('a'+i/26))), 40-i
		c.Capacity = 0
		h.Counsellors = append(h.Counsellors, c)
	}
	c := routing.Decide(chat("process"), h)
	if len(c.Candidates) != routing.CandidatesMost || c.Candidates[0] != c.Owner {
		t.Errorf("%d candidates", len(c.Candidates))
	}
	seen := map[helpdesk.ID]bool{}
	for _, who := range c.Candidates {
		if seen[who] {
			t.Errorf("%s twice", who)
		}
		seen[who] = true
	}
}

func TestABoardStaysReadyWhileItsPeopleComeAndGo(t *testing.T) {
	h := rules("rule North\n then owner " + string(farid))(day())
	board := routing.Ready(h)
	if c := board.Now(away(farid)(h).Counsellors).Decide(mail("process")); c.Owner != anna {
		t.Error(reasons(c))
	}
	if c := board.Now(nil).Decide(mail("process")); c.Owner != "" || c.Team != returns {
		t.Error(reasons(c))
	}
	if c := board.Decide(mail("process")); c.Owner != farid {
		t.Error(reasons(c))
	}
}
