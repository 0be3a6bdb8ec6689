package routing_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
)

// refused checks key and row.
func refused(t *testing.T, what string, err error, key string, row int) {
	t.Helper()
	var r helpdesk.Refusal
	if !errors.As(err, &r) || r.Key != "routing.text."+key || len(r.Args) != 1 || r.Args[0] != row {
		t.Errorf("%q: want %s in row %d, got %#v", what, key, row, err)
	}
}

const ruleHead = "# ours\nrule A\n"

func TestRulesThatAreNotUnderstoodAreRefusedWithTheirRow(t *testing.T) {
	for _, c := range []struct {
		text, key string
		row       int
	}{
		{"when channel chat", "no_rule", 1},
		{"then nobody", "no_rule", 1},
		{"rule", "name", 1},
		{"rule " + strings.Repeat("å", 81), "name", 1},
		{"rule A\n then nobody\nrule A\n then nobody", "twice", 3},
		{"rule A\n\nrule B\n then nobody", "no_effect", 1},
		{ruleHead + "when channel chat", "no_effect", 2},
		{ruleHead + "whenever channel chat", "word", 3},
		{ruleHead + "off off", "word", 3},
		{ruleHead + "off\noff", "word", 4},
		{ruleHead + "when", "condition", 3},
		{ruleHead + "when not channel", "condition", 3},
		{ruleHead + "when weather fine", "fact", 3},
		{ruleHead + "when channel fax", "value", 3},
		{ruleHead + "when channel chat chat", "twice", 3},
		{ruleHead + "when language Swedish", "value", 3},
		{ruleHead + "when mailbox info", "value", 3},
		{ruleHead + "when topic Law", "value", 3},
		{ruleHead + "when child maybe", "value", 3},
		{ruleHead + "when waited 4h", "waited", 3},
		{ruleHead + "when waited over 4", "waited", 3},
		{ruleHead + "when waited under 1h over 4h", "waited", 3},
		{ruleHead + "when not waited over 4h", "waited", 3},
		{ruleHead + "when waited over 4h under", "waited", 3},
		{ruleHead + "then", "effect", 3},
		{ruleHead + "then kind law now", "effect", 3},
		{ruleHead + "then kind Law", "effect", 3},
		{ruleHead + "then kind", "effect", 3},
		{ruleHead + "then team law", "effect", 3},
		{ruleHead + "then owner anna", "effect", 3},
		{ruleHead + "then nobody else", "effect", 3},
		{ruleHead + "then priority 4", "effect", 3},
		{ruleHead + "then priority 0", "effect", 3},
		{ruleHead + "then priority 01", "effect", 3},
		{ruleHead + "then applaud", "effect", 3},
		{ruleHead + "then kind law\nthen team " + string(law), "twice", 4},
		{ruleHead + "then nobody\nthen owner " + string(anna), "twice", 4},
		{ruleHead + "then skill a\nthen skill a", "twice", 4},
		{ruleHead + "then priority 1\nthen priority 2", "twice", 4},
		{ruleHead + "then nobody\x00", "characters", 3},
		{ruleHead + "then nobody\xff", "characters", 3},
		{ruleHead + "when language " + strings.Repeat("sv ", 700), "too_long", 3},
		{ruleHead + strings.Repeat("when child yes\n", 21), "too_many", 23},
		{strings.Repeat("#", 256<<10+1), "too_long", 1},
	} {
		_, err := routing.ReadRules(c.text)
		refused(t, c.text[:min(len(c.text), 60)], err, c.key, c.row)
	}
}

func TestListsThatAreNotUnderstoodAreRefusedWithTheirRow(t *testing.T) {
	a, b := string(anna), string(bilal)
	profiles := func(s string) error { _, err := routing.ReadProfiles(s); return err }
	leave := func(s string) error { _, err := routing.ReadLeave(s); return err }
	topics := func(s string) error { _, err := routing.ReadTopics(s); return err }
	kinds := func(s string) error { _, err := routing.ReadTeamKinds(s); return err }
	for _, c := range []struct {
		read      func(string) error
		text, key string
	}{
		{profiles, a, "cells"},
		{profiles, a + strings.Repeat("|", 8), "cells"},
		{profiles, "anna | sv", "no_id"},
		{profiles, a + " | Swedish", "language"},
		{profiles, a + " | sv sv", "twice"},
		{profiles, a + " | sv | Lawyer", "key"},
		{profiles, a + " | sv | - | lady", "gender"},
		{profiles, a + " | sv | - | - | PRS", "key"},
		{profiles, a + " | sv | - | - | - | many", "capacity"},
		{profiles, a + " | sv | - | - | - | 0", "capacity"},
		{profiles, a + " | sv | - | - | - | - | bilal", "no_id"},
		{profiles, a + " | sv | - | - | - | - | " + a, "substitute"},
		{profiles, a + " | sv | - | - | - | - | - | sometimes", "notify"},
		{profiles, a + " | sv | - | - | - | - | - | quiet", "notify"},
		{profiles, a + " | sv | - | - | - | - | - | quiet 25:00-07:00", "notify"},
		{leave, a + " | 2026-12-01", "cells"},
		{leave, "anna | 2026-12-01 | 2026-12-02", "no_id"},
		{leave, a + " | 2026-12-01 | 2026-11-30", "date"},
		{leave, a + " | 2027-02-29 | 2027-03-01", "date"},
		{leave, a + " | 2026-12-01 | -", "date"},
		{leave, a + " | 2026-12-01 | 2026-12-02 | " + a, "substitute"},
		{topics, "law | Juridik", "cells"},
		{topics, "Law | Juridik | Law", "key"},
		{topics, "none | Juridik | Law", "key"},
		{topics, "law | - | Law", "name"},
		{topics, "law | Juridik | " + strings.Repeat("x", 81), "name"},
		{topics, "law | Juridik | Law | Lawyers", "kind"},
		{kinds, string(law), "cells"},
		{kinds, "law | law", "no_id"},
		{kinds, string(law) + " | Law", "kind"},
		{kinds, string(law) + " | -", "kind"},
		{kinds, string(law) + " | law | general", "no_id"},
		{kinds, string(law) + " | law | " + string(law), "fallback"},
	} {
		refused(t, c.text, c.read("# first\n"+c.text), c.key, 2)
	}
	for _, c := range []struct {
		read func(string) error
		text string
	}{
		{profiles, a + " | sv\n" + a + " | en"},
		{leave, a + " | 2026-12-01 | 2026-12-03\n" + a + " | 2026-12-03 | 2026-12-04 | " + b},
		{topics, "law | a | b\nlaw | c | d"},
		{kinds, string(law) + " | law\n" + string(law) + " | return"},
	} {
		refused(t, c.text, c.read(c.text), "twice", 2)
	}
}

func TestAProfileSaysWhatSomebodyKnows(t *testing.T) {
	list, err := routing.ReadProfiles(string(anna) + " | prs, fa sv | lawyer | woman | prs | 25 | " + string(bilal) + " | quiet 20:00-07:00\n" + string(bilal) + " | -")
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	want := routing.Profile{Who: anna, Languages: []string{"prs", "fa", "sv"}, Skills: []string{"lawyer"}, Gender: routing.Woman, Communities: []string{"prs"},
		Capacity: 25, Substitute: bilal, Notify: routing.Notify{Quiet: hours.Interval{From: 20 * 60, To: 7 * 60}}}
	if !reflect.DeepEqual(list[0], want) || !reflect.DeepEqual(list[1], routing.Profile{Who: bilal}) {
		t.Errorf("%+v", list)
	}
	if s := list[0].LogValue().String(); strings.Contains(s, "prs") || strings.Contains(s, "woman") {
		t.Errorf("the log says %s", s)
	}
}

func TestNoticesKeepQuietHours(t *testing.T) {
	night, noon := routing.Notify{Quiet: hours.Interval{From: 20 * 60, To: 7 * 60}}, routing.Notify{Quiet: hours.Interval{From: 12 * 60, To: 13 * 60}}
	for _, c := range []struct {
		n    routing.Notify
		at   hours.Clock
		want bool
	}{
		{routing.Notify{}, 0, true}, {routing.Notify{Never: true}, 600, false},
		{night, 19*60 + 59, true}, {night, 20 * 60, false}, {night, 0, false}, {night, 7*60 - 1, false}, {night, 7 * 60, true},
		{noon, 12*60 - 1, true}, {noon, 12 * 60, false}, {noon, 13 * 60, true},
	} {
		if got := c.n.At(c.at); got != c.want {
			t.Errorf("%s at %s: %v", c.n, c.at, got)
		}
	}
}

func TestTheShippedTopicsAreTheFourOfReturnAndMore(t *testing.T) {
	list, err := routing.ReadTopics(routing.DefaultTopics)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{}
	for _, topic := range list {
		kinds[topic.Key] = topic.Kind
	}
	for key, kind := range map[string]string{"reintegration": "return", "process": "return", "readmission": "return", "authorities": "return",
		"appeal": "law", "law": "law", "children": "children", "other": ""} {
		if got, ok := kinds[key]; !ok || got != kind {
			t.Errorf("%s goes to %q", key, got)
		}
	}
}

// backAgain: what was understood is written so that it reads back the same.
func backAgain[T any](t *testing.T, text string, read func(string) (T, error), write func(T) string) {
	t.Helper()
	list, err := read(text)
	if err != nil {
		if r := (helpdesk.Refusal{}); !errors.As(err, &r) || !strings.HasPrefix(r.Key, "routing.text.") || len(r.Args) != 1 {
			t.Fatalf("not a refusal of a row: %v", err)
		}
		return
	}
	back, err := read(write(list))
	if err != nil || !reflect.DeepEqual(list, back) {
		t.Fatalf("%v\n%+v\n%+v\n%s", err, list, back, write(list))
	}
}

const someRules = "rule Å {0} 😀\n off\n when not language prs none\n when waited over 30min under 4h\n when topic law none\n then kind law\n then owner annaaaaaaaaaaaaaaaaaaaaaaq\n then skill lawyer\n then priority 2\n"

func FuzzReadRules(f *testing.F) {
	f.Add(routing.DefaultRules)
	f.Add(someRules)
	f.Add("rule A\n then nobody\nrule B\n when channel chat none\n when mailbox none\n then team lawaaaaaaaaaaaaaaaaaaaaaaaq")
	h := day()
	f.Fuzz(func(t *testing.T, text string) {
		backAgain(t, text, routing.ReadRules, routing.WriteRules)
		// Whatever was understood can be checked and asked.
		if list, err := routing.ReadRules(text); err == nil && len(list) < 30 {
			h := h
			h.Rules = list
			for _, found := range routing.Check(h) {
				if found.Kind == "" {
					t.Fatal("an empty finding")
				}
			}
			if c := routing.Decide(child(chat("law")), h); c.Team == "" || c.Owner == "" && !c.Because("routing.why.take_next") && !c.Because("routing.why.nobody_fits") {
				t.Fatalf("a child is turned away by %q: %s", text, reasons(c))
			}
		}
	})
}

func FuzzReadLists(f *testing.F) {
	f.Add(routing.DefaultTopics)
	f.Add(string(anna) + " | prs, fa | lawyer | woman | prs | 25 | " + string(bilal) + " | quiet 20:00-07:00")
	f.Add(string(anna) + " | 2026-12-21 | 2027-01-06 | " + string(bilal))
	f.Add(string(law) + " | law | " + string(general))
	f.Fuzz(func(t *testing.T, text string) {
		backAgain(t, text, routing.ReadProfiles, routing.WriteProfiles)
		backAgain(t, text, routing.ReadLeave, routing.WriteLeave)
		backAgain(t, text, routing.ReadTopics, routing.WriteTopics)
		backAgain(t, text, routing.ReadTeamKinds, routing.WriteTeamKinds)
	})
}
