package routing_test

import (
	"testing"

	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
)

func mail(topic string) routing.Facts {
	return routing.Facts{Channel: hours.Mail, Team: general, Topic: topic}
}

func chat(topic string) routing.Facts {
	return routing.Facts{Channel: hours.Chat, Team: general, Topic: topic}
}

func child(f routing.Facts) routing.Facts { f.Child = true; return f }

func at(f routing.Facts, change func(*routing.Facts)) routing.Facts { change(&f); return f }

func TestEveryTopicFindsThoseWhoKnowIt(t *testing.T) {
	tell(t, []story{
		{what: "a question about reintegration programmes goes to the return counsellors", f: mail("reintegration"),
			to: returns, owner: anna, reason: "topic reintegration"},
		{what: "a question about the return process goes to the return counsellors", f: mail("process"),
			to: returns, owner: anna, reason: "topic process; alike"},
		{what: "a question about readmission goes to the return counsellors", f: mail("readmission"),
			to: returns, owner: anna, reason: "topic readmission; alike"},
		{what: "a question about how authorities work goes to the return counsellors", f: mail("authorities"),
			to: returns, owner: anna, reason: "topic authorities; alike"},
		{what: "material support is assessed by return counsellors", f: mail("material"),
			to: returns, owner: anna, reason: "topic material; alike"},
		{what: "an appeal goes to the lawyers", f: mail("appeal"),
			to: law, owner: cilla, reason: "topic appeal; alike"},
		{what: "law goes to the lawyers", f: mail("law"),
			to: law, owner: cilla, reason: "topic law; alike"},
		{what: "detention is the lawyers'", f: mail("detention"),
			to: law, owner: cilla, reason: "topic detention; alike"},
		{what: "health stays where it came in", f: mail("health"),
			to: general, owner: gun, reason: "arrived; only_one"},
		{what: "what has no topic stays where it came in", f: mail(""),
			to: general, owner: gun, reason: "arrived; only_one"},
		{what: "a topic in somebody's own words is no topic", f: mail("my brother's passport"),
			to: general, owner: gun, reason: "arrived; only_one"},
		{what: "a letter to the lawyers' own mailbox about nothing we know stays with them", f: at(mail(""), func(f *routing.Facts) { f.Team = law }),
			to: law, owner: cilla, reason: "arrived; alike"},
		{what: "a letter to the lawyers about the return process goes to the return counsellors", f: at(mail("process"), func(f *routing.Facts) { f.Team = law }),
			to: returns, owner: anna, reason: "topic process; alike"},
		{what: "what came in nowhere goes to the general team", f: routing.Facts{Channel: hours.Mail},
			to: general, owner: gun, reason: "usual; only_one"},
		{what: "what came to a team that is gone goes to the general team", f: at(mail(""), func(f *routing.Facts) { f.Team = id("gone") }),
			to: general, owner: gun, reason: "usual; only_one"},
		{what: "violence goes to its restricted team, where nobody works today, and waits there", f: mail("violence"),
			to: violence, reason: "topic violence; nobody_now; nobody_fits"},
		{what: "a topic whose team nobody made stays where it came in, and says so", f: mail("persecution"),
			to: general, owner: gun, reason: "topic_no_team persecution; arrived; only_one"},
		{what: "what lies with a restricted team stays there, whatever it is about",
			f:  at(mail("law"), func(f *routing.Facts) { f.Team, f.Restricted = violence, true }),
			to: violence, reason: "restricted; nobody_fits"},
		{what: "of two teams for law it stays with the one it came to",
			but: func(h routing.House) routing.House { h.Teams[4].Kind = routing.KindLaw; return h }, f: mail("law"),
			to: general, owner: gun, reason: "topic law; only_one"},
		{what: "of two teams for law a chat goes to the one where somebody is",
			but: all(out(cilla), out(david), func(h routing.House) routing.House { h.Teams[4].Kind = routing.KindLaw; return h }),
			f:   at(chat("law"), func(f *routing.Facts) { f.Team = returns }),
			to:  general, owner: gun, reason: "topic law; only_one"},
		{what: "a chat about law while no lawyer is at their desk goes to those named to take it", but: all(out(cilla), out(david)), f: chat("law"),
			to: general, owner: gun, reason: "topic law; fallback law; only_one"},
		{what: "a letter about law waits for the lawyers of tomorrow", but: all(off(cilla), off(david)), f: mail("law"),
			to: law, reason: "topic law; nobody_here"},
		{what: "a letter about law while all lawyers are on leave goes to those named to take it", but: all(away(cilla), away(david)), f: mail("law"),
			to: general, owner: gun, reason: "topic law; fallback law; only_one"},
		{what: "a chat about return at night waits with the return counsellors", but: night, f: chat("process"),
			to: returns, reason: "topic process; nobody_now; nobody_here"},
		{what: "two teams that fall back to each other do not go round for ever",
			but: all(night, func(h routing.House) routing.House { h.Teams[4].Fallback = law; return h }), f: chat("law"),
			to: law, reason: "topic law; nobody_now; nobody_here"},
		{what: "a house with one restricted team alone still takes everything",
			but: func(h routing.House) routing.House { h.Teams = h.Teams[3:4]; return h }, f: mail("law"),
			to: violence, reason: "topic_no_team law; usual; nobody_now; nobody_fits"},
		{what: "a house without teams says so",
			but: func(h routing.House) routing.House { h.Teams = nil; return h }, f: mail("law"), reason: "topic_no_team law; no_teams"},
	})
}

func TestAChildIsNeverTurnedAway(t *testing.T) {
	tell(t, []story{
		{what: "a child goes to the children's line", f: child(chat("")),
			to: children, owner: eva, prio: 2, reason: "child; child_first; only_one"},
		{what: "who chose the children's door is a child", f: at(chat(""), func(f *routing.Facts) { f.Audience = hours.Child }),
			to: children, owner: eva, prio: 2, reason: "child; child_first; only_one"},
		{what: "a child with a question of law goes to the children's line first", f: child(chat("law")),
			to: children, owner: eva, prio: 2, reason: "child; child_first; only_one"},
		{what: "an adult who asks about children goes to the children's line, without a child's place in it", f: chat("children"),
			to: children, owner: eva, reason: "topic children; only_one"},
		{what: "a child while the children's line is closed is taken by those named", but: out(eva), f: child(chat("")),
			to: law, owner: cilla, prio: 2, reason: "child; fallback children; child_first; alike"},
		{what: "and when those are closed, too, by the ones they named", but: all(out(eva), out(cilla), out(david)), f: child(chat("")),
			to: general, owner: gun, prio: 2, reason: "child; fallback children; child_first; only_one"},
		{what: "and when all those are closed, by whoever is there", but: only(farid), f: child(chat("")),
			to: returns, owner: farid, prio: 2, reason: "child; fallback_child children; child_first; only_one"},
		{what: "and when nobody named anybody, by the team whose door it was",
			but: all(out(eva), func(h routing.House) routing.House { h.Teams[2].Fallback = ""; return h }), f: child(chat("")),
			to: general, owner: gun, prio: 2, reason: "child; fallback_child children; child_first; only_one"},
		{what: "and in a house without a children's line, by the team of the question", f: child(chat("law")),
			but: func(h routing.House) routing.House { h.Teams[2].Kind = ""; return h },
			to:  law, owner: cilla, prio: 2, reason: "child_no_line; topic law; child_first; alike"},
		{what: "at night a child's chat waits on the children's line", but: night, f: child(chat("")),
			to: children, prio: 2, reason: "child; nobody_now; child_first; nobody_here"},
		{what: "a child's letter waits for the children's counsellor of tomorrow", but: off(eva), f: child(mail("")),
			to: children, prio: 2, reason: "child; child_first; nobody_here"},
		{what: "a child's letter while the children's counsellor is on leave is taken by those named", but: away(eva), f: child(mail("")),
			to: law, owner: cilla, prio: 2, reason: "child; fallback children; child_first; alike"},
		{what: "a child's call goes to who has a hand free", but: all(out(eva), out(cilla)), f: child(routing.Facts{Channel: hours.Phone, Team: general}),
			to: law, owner: david, prio: 2, reason: "child; fallback children; child_first; only_one"},
		{what: "a child never lands with a restricted team nobody named",
			but: all(night, func(h routing.House) routing.House {
				h.Teams[2].Fallback = ""
				h = with(h, gun, func(c *routing.Counsellor) { c.Present = true; c.Teams = append(c.Teams[:0:0], violence) })
				return h
			}), f: child(chat("")),
			to: children, prio: 2, reason: "child; nobody_now; child_first; nobody_here"},
		{what: "a rule may send older children to the lawyers", f: child(chat("appeal")),
			but: rules("rule Appeals of children\n when child yes\n when topic appeal\n then kind law"),
			to:  law, owner: cilla, prio: 2, reason: "rule Appeals of children; child_first; alike"},
		{what: "and even then somebody takes them", f: child(chat("appeal")),
			but: all(only(bilal), rules("rule Appeals of children\n when child yes\n when topic appeal\n then kind law")),
			to:  returns, owner: bilal, prio: 2, reason: "rule Appeals of children; fallback_child law; child_first; only_one"},
		{what: "a child who must travel goes before all others", f: child(at(chat(""), func(f *routing.Facts) { f.Urgent, f.Travels = true, tomorrow })),
			to: children, owner: eva, prio: 3, reason: "child; travels 06:00; only_one"},
	})
}
