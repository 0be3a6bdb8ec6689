package workspace

import (
	"slices"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
)

// The ordered list of rules as cards: a condition's fact is chosen when it is
// added, and then its values from those the fact takes.

// ruleDraft is a rule as far as it has come.
type ruleDraft struct {
	name       string
	off, open  bool
	when, then []partDraft
}

// partDraft is a condition or an effect as far as it has come.
type partDraft struct {
	kind        string
	not         bool
	values      []string
	over, under string
}

var ruleFacts = []routing.Fact{
	routing.FactChannel, routing.FactAudience, routing.FactLanguage, routing.FactTopic, routing.FactUrgent, routing.FactChild, routing.FactKnown,
	routing.FactWaited, routing.FactWish, routing.FactCommunity, routing.FactInterpreter, routing.FactOpen, routing.FactTeam, routing.FactMailbox,
}

var ruleDeeds = []routing.Deed{
	routing.DeedKind, routing.DeedTeam, routing.DeedOwner, routing.DeedNobody, routing.DeedSkill, routing.DeedPriority,
}

func draftsOf(text string) []ruleDraft {
	rules, err := routing.ReadRules(text)
	if err != nil {
		return nil // the page shows the refusal
	}
	var out []ruleDraft
	for _, r := range rules {
		draft := ruleDraft{name: r.Name, off: r.Off}
		for _, c := range r.When {
			p := partDraft{kind: string(c.Fact), not: c.Not, values: c.Values}
			words := strings.Fields(c.String())
			for i := 0; c.Fact == routing.FactWaited && i+1 < len(words); i++ {
				switch words[i] {
				case "over":
					p.over = words[i+1]
				case "under":
					p.under = words[i+1]
				}
			}
			draft.when = append(draft.when, p)
		}
		for _, e := range r.Then {
			_, value, _ := strings.Cut(e.String(), " ")
			draft.then = append(draft.then, partDraft{kind: string(e.Deed), values: []string{value}})
		}
		out = append(out, draft)
	}
	return out
}

// word keeps a posted value from becoming a row of its own.
func word(s string) string { return strings.Join(strings.Fields(s), "") }

func rulesText(drafts []ruleDraft) string {
	var b strings.Builder
	for _, r := range drafts {
		b.WriteString("rule " + strings.Join(strings.Fields(r.name), " ") + "\n")
		if r.off {
			b.WriteString("  off\n")
		}
		for _, p := range r.when {
			b.WriteString("  when ")
			if p.not {
				b.WriteString("not ")
			}
			b.WriteString(word(p.kind))
			if s := word(p.over); s != "" {
				b.WriteString(" over " + s)
			}
			if s := word(p.under); s != "" {
				b.WriteString(" under " + s)
			}
			for _, s := range p.values {
				b.WriteString(" " + word(s))
			}
			b.WriteString("\n")
		}
		for _, p := range r.then {
			b.WriteString(strings.TrimRight("  then "+word(p.kind)+" "+word(strings.Join(p.values, "")), " ") + "\n")
		}
	}
	return b.String()
}

// ruleAt is the number of the rule a row of the text belongs to; 0 for none.
func ruleAt(text string, row int) int {
	n := 0
	for i, s := range strings.Split(text, "\n") {
		if i < row && strings.HasPrefix(strings.TrimSpace(s), "rule") {
			n++
		}
	}
	return n
}

const mostRuleParts = 40

// rulesTyped reads the cards.
func rulesTyped(v *frontend.Visit) []ruleDraft {
	n, _ := strconv.Atoi(v.Form.Value("rows")) // none: an empty form
	var out []ruleDraft
	for i := range min(max(n, 0), mostTyped) {
		at := strconv.Itoa(i + 1)
		r := ruleDraft{name: v.Form.Value("n" + at), off: v.Form.Has("off" + at)}
		r.when, r.then = partsTyped(v, "w"+at), partsTyped(v, "t"+at)
		out = append(out, r)
	}
	return out
}

func partsTyped(v *frontend.Visit, at string) []partDraft {
	n, _ := strconv.Atoi(v.Form.Value(at)) // none: no parts
	var out []partDraft
	for i := range min(max(n, 0), mostRuleParts) {
		id := at + "." + strconv.Itoa(i+1)
		out = append(out, partDraft{
			kind: v.Form.Value(id + "k"), not: v.Form.Has(id + "not"), values: v.Form.All(id), over: v.Form.Value(id + "o"), under: v.Form.Value(id + "u"),
		})
	}
	return out
}

// shiftRules does what a button of a card says.
func shiftRules(rules []ruleDraft, do, at string, v *frontend.Visit) []ruleDraft {
	rule, part, _ := strings.Cut(at, ".")
	n, err := strconv.Atoi(rule)
	if err == nil && n >= 1 && n <= len(rules) {
		r := &rules[n-1]
		r.open = do != "save" && do != "look"
		switch do {
		case "when":
			r.when = append(r.when, partDraft{kind: v.Form.Value("fact" + rule)})
		case "then":
			r.then = append(r.then, partDraft{kind: v.Form.Value("deed" + rule)})
		case "nowhen":
			r.when = moved(r.when, "drop", part)
		case "nothen":
			r.then = moved(r.then, "drop", part)
		}
	}
	rules = moved(rules, do, at)
	rules = slices.DeleteFunc(rules, func(r ruleDraft) bool { return strings.TrimSpace(r.name) == "" && len(r.when)+len(r.then) == 0 })
	if do == "add" {
		rules = append(rules, ruleDraft{open: true})
	}
	return rules
}

// values are what a fact can be, or what an effect can say.
func (n *naming) values(kind string) []frontend.Option {
	var out []frontend.Option
	say := func(prefix string, all ...string) {
		for _, s := range all {
			out = append(out, frontend.Option{Value: s, Text: n.Say(prefix + s)})
		}
	}
	none := frontend.Option{Value: "none", Text: n.Say("office.unknown")}
	switch kind {
	case string(routing.FactChannel):
		say("hourpage.channel.", string(hours.Chat), string(hours.Mail), string(hours.Phone), string(hours.Visit))
	case string(routing.FactAudience):
		say("hourpage.audience.", string(hours.Everyone), string(hours.Detained), string(hours.Child), string(hours.Partner))
	case string(routing.FactUrgent), string(routing.FactChild), string(routing.FactKnown), string(routing.FactCommunity), string(routing.FactInterpreter), string(routing.FactOpen):
		say("office.", "yes", "no")
	case string(routing.FactWish):
		say("office.gender.", "woman", "man")
		out = append(out, frontend.Option{Value: "none", Text: n.Say("office.nowish")})
	case string(routing.FactLanguage):
		out = append(n.languageOptions(), none)
	case string(routing.FactTopic):
		for _, t := range n.parts.Topics {
			out = append(out, frontend.Option{Value: t.Key, Text: n.topicName(t)})
		}
		out = append(out, none)
	case string(routing.FactTeam): // and routing.DeedTeam
		out = n.teamOptions("")
	case string(routing.FactMailbox):
		for _, b := range n.boxes {
			out = append(out, frontend.Option{Value: string(b.ID), Text: b.Address})
		}
	case string(routing.DeedKind):
		out = n.kindOptions("")
	case string(routing.DeedOwner):
		out = n.userOptions("")
	case string(routing.DeedSkill):
		out = n.skillOptions()
	case string(routing.DeedPriority):
		say("office.priority.", "1", "2", "3")
	}
	return out
}

func (n *naming) topicName(t routing.Topic) string {
	if n.Lang == "sv" {
		return t.Swedish
	}
	return t.English
}

func (n *naming) isFact(kind string) bool { return slices.Contains(ruleFacts, routing.Fact(kind)) }
func (n *naming) isDeed(kind string) bool { return slices.Contains(ruleDeeds, routing.Deed(kind)) }

func (e *edit) ruleCards(v *frontend.Visit, wrong int) []RuleCard {
	var out []RuleCard
	for i, r := range e.rules {
		at := strconv.Itoa(i + 1)
		card := RuleCard{
			Words: e.Words, N: i + 1, Name: r.name, Off: r.off, Open: r.open || i+1 == wrong, First: i == 0, Last: i == len(e.rules)-1,
			Title: e.Say("office.row.n", i+1, firstOf(r.name, e.Say("office.rule.new"))), Summary: e.summary(r),
		}
		if i+1 == wrong && wrong > 0 {
			card.Wrong = v.Say("office.rule.wrong")
		}
		for j, p := range r.when {
			card.When = append(card.When, e.condition(p, "w"+at+"."+strconv.Itoa(j+1), "nowhen:"+at+"."+strconv.Itoa(j+1)))
		}
		for j, p := range r.then {
			card.Then = append(card.Then, e.effect(p, "t"+at+"."+strconv.Itoa(j+1), "nothen:"+at+"."+strconv.Itoa(j+1)))
		}
		for _, f := range ruleFacts {
			card.Facts = append(card.Facts, frontend.Option{Value: string(f), Text: e.Say("office.fact." + string(f))})
		}
		for _, deed := range ruleDeeds {
			card.Deeds = append(card.Deeds, frontend.Option{Value: string(deed), Text: e.Say("office.deed." + string(deed))})
		}
		out = append(out, card)
	}
	return out
}

func (e *edit) condition(p partDraft, id, drop string) RulePart {
	out := RulePart{Words: e.Words, ID: id, Drop: drop, Kind: p.kind, Label: p.kind, Not: p.not, Over: p.over, Under: p.under}
	if e.isFact(p.kind) {
		out.Label = e.Say("office.fact." + p.kind)
	}
	if p.kind == string(routing.FactWaited) {
		out.Waited = true
		return out
	}
	out.CanNot = true
	out.Checks = e.chosen(e.values(p.kind), p.values...)
	return out
}

func (e *edit) effect(p partDraft, id, drop string) RulePart {
	out := RulePart{Words: e.Words, ID: id, Drop: drop, Kind: p.kind, Label: p.kind}
	if e.isDeed(p.kind) {
		out.Label = e.Say("office.deed." + p.kind)
	}
	if p.kind != string(routing.DeedNobody) {
		out.Options = e.chosen(append([]frontend.Option{{Text: e.Say("office.choose")}}, e.values(p.kind)...), p.values...)
	}
	return out
}

// summary is a rule in one line.
func (e *edit) summary(r ruleDraft) string {
	var when, then []string
	for _, p := range r.when {
		c := e.condition(p, "", "")
		text := chosenText(c.Checks)
		if c.Waited {
			text = strings.TrimSpace(joined(e.Say("office.waited.over"), p.over) + " " + joined(e.Say("office.waited.under"), p.under))
		}
		if p.not {
			text = e.Say("office.not") + " " + text
		}
		when = append(when, c.Label+": "+text)
	}
	for _, p := range r.then {
		c := e.effect(p, "", "")
		then = append(then, strings.TrimSuffix(c.Label+": "+chosenText(c.Options), ": "))
	}
	if len(when) == 0 {
		when = []string{e.Say("office.always")}
	}
	text := strings.Join(when, " · ") + " → " + strings.Join(then, " · ")
	if r.off {
		text = e.Say("office.off") + " · " + text
	}
	return text
}

func joined(words, value string) string {
	if value == "" {
		return ""
	}
	return words + " " + value
}

func chosenText(options []frontend.Option) string {
	var out []string
	for _, o := range options {
		if o.Chosen && o.Value != "" {
			out = append(out, o.Text)
		}
	}
	return strings.Join(out, ", ")
}

func (e *edit) rulesToRead() []OfficeFacts {
	var out []OfficeFacts
	for _, r := range e.rules {
		out = append(out, OfficeFacts{[]Fact{{r.name, e.summary(r)}}})
	}
	return out
}

// choice names where a ticket goes.
func (n *naming) choice(c routing.Choice) string {
	team, ok := n.name(c.Team)
	if !ok {
		team = n.Say("office.gone")
	}
	owner := n.Say("office.nobody")
	if c.Owner != "" {
		if owner, ok = n.name(c.Owner); !ok {
			owner = n.Say("office.gone")
		}
	}
	return n.Say("office.choice", team, owner, c.Priority)
}

// finding says a finding with names for ids.
func (n *naming) finding(f routing.Finding) string {
	what := f.What
	switch f.Kind {
	case routing.FindNoKind:
		what = n.kindName(what)
	case routing.FindNoTopic, routing.FindTopicNoTeam:
		for _, t := range n.parts.Topics {
			if t.Key == what {
				what = n.topicName(t)
			}
		}
	case routing.FindContradict, routing.FindShadowed, routing.FindNoBoth:
		what = n.Say("office.about." + what)
	case routing.FindNoSkill:
		for _, t := range n.skills {
			if t.Key == what {
				what = t.In(n.Lang)
			}
		}
	default:
		if _, err := helpdesk.ParseID(what); err == nil {
			what = n.inText(what)
		}
	}
	return n.Say("routing.finding."+f.Kind, f.Rule, f.Other, what)
}
