package routing_test

import (
	"slices"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/routing"
)

func said(list []routing.Finding) string {
	var all []string
	for _, f := range list {
		what := f.What
		if n, ok := names[helpdesk.ID(what)]; ok && what != "" {
			what = n
		}
		all = append(all, strings.Join(strings.Fields(strings.Join([]string{f.Kind, f.Rule, f.Other, what}, " ")), " "))
	}
	return strings.Join(all, "; ")
}

func TestWhatRulesCannotDoIsSaidBeforeTheyAreSaved(t *testing.T) {
	for _, c := range []struct{ what, text, want string }{
		{"the shipped rules are in order", routing.DefaultRules, ""},
		{"no rules are in order", "", ""},
		{"two that overlap at the corners", `
			rule Children
			  when child yes
			  then kind children
			rule Chats
			  when channel chat
			  when child yes no
			  then kind return`, "contradict Chats Children team"},
		{"a narrower rule before a wider one says nothing new", `
			rule Dari chats
			  when channel chat
			  when language prs
			  then kind law
			rule Chats
			  when channel chat
			  then kind return`, ""},
		{"two rules that overlap and differ", `
			rule Dari
			  when language prs
			  then kind law
			rule Chats
			  when channel chat
			  then kind return`, "contradict Chats Dari team"},
		{"two that overlap and say the same", `
			rule Dari
			  when language prs
			  then kind law
			rule Chats
			  when channel chat
			  then team ` + string(law), ""},
		{"two that never hold at once", `
			rule Dari
			  when language prs
			  then kind law
			rule Chats
			  when channel chat
			  when not language prs
			  then kind return`, ""},
		{"the same conditions twice, and another word", `
			rule One
			  when channel chat
			  then kind return
			rule Two
			  when channel chat
			  then kind law`, "contradict Two One team"},
		{"owner and nobody at once", `
			rule One
			  when channel chat
			  then nobody
			rule Two
			  when urgent yes
			  then owner ` + string(anna), "contradict Two One owner"},
		{"a rule that always holds", `
			rule All
			  then kind return`, "everything All"},
		{"a rule whose conditions are no conditions", `
			rule All
			  when child yes no
			  when channel chat mail phone visit none
			  then priority 1`, "everything All"},
		{"what follows a rule that always holds is never heard", `
			rule All
			  then kind return
			rule Chats
			  when channel chat
			  then kind law`, "everything All; shadowed Chats All team"},
		{"but it may still raise the priority", `
			rule All
			  then kind return
			rule Chats
			  when channel chat
			  then priority 2`, "everything All"},
		{"a rule that an earlier one shadows", `
			rule Chats
			  when channel chat
			  then kind return
			rule Dari chats
			  when channel chat
			  when language prs
			  then kind law`, "shadowed Dari chats Chats team"},
		{"a rule that several earlier ones shadow together", `
			rule Children
			  when child yes
			  then kind return
			rule Grown up
			  when child no
			  then kind return
			rule Chats
			  when channel chat
			  then kind return`, "shadowed Chats team"},
		{"times of waiting that leave no gap shadow, too", `
			rule Short
			  when waited under 4h
			  then kind return
			rule Long
			  when waited over 4h
			  then kind return
			rule Chats
			  when channel chat
			  then kind return`, "shadowed Chats team"},
		{"times of waiting with a gap do not", `
			rule Short
			  when waited under 4h
			  then kind return
			rule Long
			  when waited over 5h
			  then kind return
			rule Chats
			  when channel chat
			  then kind return`, ""},
		{"languages that leave none out shadow", `
			rule Ours
			  when language sv en
			  then kind return
			rule Others
			  when not language sv en
			  then kind return
			rule Chats
			  when channel chat
			  then kind return`, "shadowed Chats team"},
		{"conditions that exclude each other", `
			rule Never
			  when channel chat
			  when channel mail
			  then kind law`, "nothing Never"},
		{"a language that is and is not", `
			rule Never
			  when language prs
			  when not language prs fa
			  then kind law`, "nothing Never"},
		{"waited over more than under", `
			rule Never
			  when waited over 4h under 1h
			  then kind law`, "nothing Never"},
		{"no child at the children's door", `
			rule Never
			  when audience child
			  when child no
			  then kind law`, "nothing Never"},
		{"a rule that is off is not looked at", `
			rule All
			  off
			  when channel chat
			  when channel mail
			  then team ` + string(id("nowhere")), ""},
		{"a team that is not there", `
			rule Old
			  when channel chat
			  then team ` + string(id("old")), "no_team Old " + string(id("old"))},
		{"a condition on a team that is not there", `
			rule Old
			  when team ` + string(id("old")) + `
			  then priority 1`, "no_team Old " + string(id("old"))},
		{"a kind no team has", `
			rule Old
			  when channel chat
			  then kind museum`, "no_kind Old museum"},
		{"a skill nobody has", `
			rule Old
			  when channel chat
			  then skill harp`, "no_skill Old harp"},
		{"two skills nobody has both of", `
			rule One
			  when channel chat
			  then skill lawyer
			rule Two
			  when urgent yes
			  then skill children`, "no_both Two One skill"},
		{"two skills never asked for at once", `
			rule One
			  when urgent no
			  then skill lawyer
			rule Two
			  when urgent yes
			  then skill children`, ""},
		{"an owner who does not work here", `
			rule Old
			  when channel chat
			  then owner ` + string(id("old")), "no_owner Old " + string(id("old"))},
		{"an owner of another team", `
			rule Mixed
			  when channel chat
			  then kind law
			  then owner ` + string(anna), "owner_elsewhere Mixed anna"},
		{"a topic that is not there", `
			rule Old
			  when topic museum law none
			  then priority 1`, "no_topic Old museum"},
		{"a mailbox that is not there", `
			rule Old
			  when mailbox ` + string(id("old")) + ` ` + string(id("north")) + `
			  then priority 1`, "no_mailbox Old " + string(id("old"))},
	} {
		list, err := routing.ReadRules(c.text)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		h := day()
		h.Rules, h.Mailboxes = list, []helpdesk.ID{id("north")}
		ofRules := slices.DeleteFunc(routing.Check(h), func(f routing.Finding) bool { return f.Rule == "" })
		if got := said(ofRules); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.what, got, c.want)
		}
	}
}

func TestWhatAHouseLacksIsSaid(t *testing.T) {
	h := day()
	if got, want := said(routing.Check(h)), "topic_no_team persecution; no_members violence"; got != want {
		t.Errorf("%q", got)
	}
	h.Teams[1].Fallback = id("old")
	h.Teams[2].Kind = ""
	h.Teams[3].Fallback = general
	h = all(substitute(anna, gun), substitute(bilal, farid), substitute(cilla, id("old")), gone(farid))(h)
	if got, want := said(routing.Check(h)), "topic_no_team children; topic_no_team persecution; no_children; fallback_gone law; fallback_open children; fallback_open violence; no_members violence; substitute_gone bilal; substitute_gone cilla"; got != want {
		t.Errorf("%q", got)
	}
	h = day()
	h.Teams[2].Fallback = ""
	if got, want := said(routing.Check(h)), "topic_no_team persecution; no_fallback children; no_members violence"; got != want {
		t.Errorf("%q", got)
	}
	for _, f := range routing.Check(h) {
		if r := f.Say(); r.Key != "routing.finding."+f.Kind || len(r.Args) != 3 {
			t.Errorf("%+v", r)
		}
	}
}

// Three hundred rules that all overlap are looked at while somebody waits.
func TestManyRulesAreCheckedInNoTime(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		n := string(rune('a'+i%26)) + string(rune('a'+i/26))
		b.WriteString("rule " + n + "\n when language " + n + " sv en ar\n when not topic " + n + "\n when channel chat mail\n then kind law\n")
	}
	list, err := routing.ReadRules(b.String())
	if err != nil {
		t.Fatal(err)
	}
	h := day()
	h.Rules = list
	if len(routing.Check(h)) == 0 {
		t.Error("topics that are not there are found in no rule")
	}
}

func TestRulesAreTriedAgainstPastTickets(t *testing.T) {
	h := rules("rule Old\n when channel chat\n then kind return")(day())
	list, err := routing.ReadRules("rule Law\n when topic law\n then kind law\n then nobody\nrule Never here\n when channel visit\n then priority 3\nrule Off\n off\n then priority 3\nrule Late\n when topic law\n then kind return\n then priority 2")
	if err != nil {
		t.Fatal(err)
	}
	past := []routing.Facts{chat("law"), mail("law"), mail("process"), chat("process")}
	trial := routing.Try(h, list, past)
	if len(trial.Choices) != 4 || trial.Choices[0].Team != law || trial.Choices[0].Owner != "" || trial.Choices[0].Priority != 2 {
		t.Errorf("%+v", trial.Choices)
	}
	if len(trial.Changed) != 2 || trial.Changed[0] != 0 || trial.Changed[1] != 1 {
		t.Errorf("changed %v", trial.Changed)
	}
	want := []routing.Hit{{Rule: "Law", Held: 2, Team: 2, Owner: 2}, {Rule: "Never here"}, {Rule: "Late", Held: 2, Priority: 2}}
	if len(trial.Hits) != 3 || trial.Hits[0] != want[0] || trial.Hits[1] != want[1] || trial.Hits[2] != want[2] {
		t.Errorf("%+v", trial.Hits)
	}
	if len(h.Rules) != 1 || h.Rules[0].Name != "Old" {
		t.Error("trying switched them on")
	}
	if empty := routing.Try(h, list, nil); len(empty.Choices) != 0 || len(empty.Hits) != 3 {
		t.Errorf("%+v", empty)
	}
}
