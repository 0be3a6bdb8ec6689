package routing

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk/hours"
)

// DefaultRules is the text the house ships with: children, topics and
// languages need no rule. A letter that nobody must have waits for whoever
// takes next, and waiting is not without end.
const DefaultRules = `# rule NAME, then: when FACT VALUES (all must hold), and then WHAT. The first rule that says a team or an owner decides it.
rule Nobody waits for more than two days of ours
  when waited over 12h
  then priority 1

rule Detained people wait half as long
  when audience detained
  when waited over 6h
  then priority 2

rule Letters wait for whoever takes next
  when channel mail
  when known no
  when urgent no
  then nobody
`

// ReadRules reads the ordered list. A row that is not understood is a Refusal
// with its number.
//
//	rule Dari in the evening
//	  off                                   or not there: it is asked
//	  when channel chat phone               one of them
//	  when not language sv en               none of them
//	  when waited over 1h under 4h          open time
//	  then kind law                         or: team ID
//	  then owner ID                         or: nobody
//	  then skill lawyer
//	  then priority 2
func ReadRules(text string) ([]Rule, error) {
	all, err := rows(text)
	if err != nil {
		return nil, err
	}
	var list []Rule
	var begun row
	for _, r := range all {
		words := strings.Fields(r.whole)
		if words[0] == "rule" {
			if err := ended(list, begun); err != nil {
				return nil, err
			}
			begun = r
			if list, err = r.begin(list, strings.Join(words[1:], " ")); err != nil {
				return nil, err
			}
			continue
		}
		if len(list) == 0 {
			return nil, r.refuse("no_rule")
		}
		now := &list[len(list)-1]
		switch {
		case words[0] == "off" && len(words) == 1 && !now.Off:
			now.Off = true
		case words[0] == "when":
			err = r.when(now, words[1:])
		case words[0] == "then":
			err = r.then(now, words[1:])
		default:
			err = r.refuse("word")
		}
		if err != nil {
			return nil, err
		}
	}
	return list, ended(list, begun)
}

// ended refuses a rule that says nothing.
func ended(list []Rule, begun row) error {
	if n := len(list); n > 0 && len(list[n-1].Then) == 0 {
		return begun.refuse("no_effect")
	}
	return nil
}

func (r row) begin(list []Rule, name string) ([]Rule, error) {
	switch {
	case name == "" || utf8.RuneCountInString(name) > maxName:
		return nil, r.refuse("name")
	case slices.ContainsFunc(list, func(o Rule) bool { return o.Name == name }):
		return nil, r.refuse("twice")
	case len(list) == maxRules:
		return nil, r.refuse("too_many")
	}
	return append(list, Rule{Name: name}), nil
}

func (r row) when(to *Rule, words []string) error {
	c := Condition{}
	if len(words) > 0 && words[0] == "not" {
		c.Not, words = true, words[1:]
	}
	if len(words) < 2 {
		return r.refuse("condition")
	}
	if len(to.When) == maxParts || len(words) > maxValues {
		return r.refuse("too_many")
	}
	c.Fact, words = Fact(words[0]), words[1:]
	if c.Fact == FactWaited {
		if c.Not {
			return r.refuse("waited")
		}
		if err := r.waited(&c, words); err != nil {
			return err
		}
		to.When = append(to.When, c)
		return nil
	}
	fits := valuesOf(c.Fact)
	if fits == nil {
		return r.refuse("fact")
	}
	for i, w := range words {
		if !fits(w) {
			return r.refuse("value")
		}
		if slices.Contains(words[:i], w) {
			return r.refuse("twice")
		}
	}
	c.Values = words
	to.When = append(to.When, c)
	return nil
}

// valuesOf tells which values a fact takes; nil for no fact.
func valuesOf(fact Fact) func(string) bool {
	if f, ok := fieldOf(fact); ok {
		return func(s string) bool { return slices.Contains(f.values, s) }
	}
	switch fact {
	case FactMailbox, FactTeam:
		return func(s string) bool { return s == none || isID(s) }
	case FactLanguage:
		return func(s string) bool { return s == none || tag(s) }
	case FactTopic:
		return func(s string) bool { return s == none || key(s) }
	}
	return nil
}

// waited reads over 1h, under 4h, or both in this order.
func (r row) waited(c *Condition, words []string) error {
	for _, w := range []struct {
		word string
		to   *time.Duration
	}{{"over", &c.Over}, {"under", &c.Under}} {
		if len(words) < 2 || words[0] != w.word {
			continue
		}
		d, ok := hours.ParseDuration(words[1])
		if !ok {
			return r.refuse("waited")
		}
		*w.to, words = d, words[2:]
	}
	if len(words) > 0 || c.Over == 0 && c.Under == 0 {
		return r.refuse("waited")
	}
	return nil
}

func (r row) then(to *Rule, words []string) error {
	if len(words) == 0 || len(words) > 2 {
		return r.refuse("effect")
	}
	if len(to.Then) == maxParts {
		return r.refuse("too_many")
	}
	e := Effect{Deed: Deed(words[0])}
	value := ""
	if len(words) == 2 {
		value = words[1]
	}
	fits := false
	switch e.Deed {
	case DeedTeam, DeedOwner:
		e.Value, fits = value, isID(value)
	case DeedKind, DeedSkill:
		e.Value, fits = value, key(value)
	case DeedNobody:
		fits = value == ""
	case DeedPriority:
		e.N, fits = number(value, 1, MaxPriority)
	}
	if !fits {
		return r.refuse("effect")
	}
	// One rule says one team, one owner and one priority.
	for _, o := range to.Then {
		a, decides := o.decides()
		b, also := e.decides()
		if o == e || decides && also && a == b || o.Deed == DeedPriority && e.Deed == DeedPriority {
			return r.refuse("twice")
		}
	}
	to.Then = append(to.Then, e)
	return nil
}

// WriteRules makes the text that ReadRules reads back.
func WriteRules(list []Rule) string {
	var b strings.Builder
	for i, r := range list {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString("rule " + r.Name + "\n")
		if r.Off {
			b.WriteString("  off\n")
		}
		for _, c := range r.When {
			b.WriteString("  when " + c.String() + "\n")
		}
		for _, e := range r.Then {
			b.WriteString("  then " + e.String() + "\n")
		}
	}
	return b.String()
}

// String is the condition as its row says it.
func (c Condition) String() string {
	s := string(c.Fact)
	if c.Not {
		s = "not " + s
	}
	if c.Over > 0 {
		s += " over " + duration(c.Over)
	}
	if c.Under > 0 {
		s += " under " + duration(c.Under)
	}
	for _, v := range c.Values {
		s += " " + v
	}
	return s
}

// String is the effect as its row says it.
func (e Effect) String() string {
	switch e.Deed {
	case DeedNobody:
		return string(e.Deed)
	case DeedPriority:
		return string(e.Deed) + " " + strconv.Itoa(e.N)
	}
	return string(e.Deed) + " " + e.Value
}

func duration(d time.Duration) string {
	if d%time.Hour == 0 {
		return strconv.Itoa(int(d/time.Hour)) + "h"
	}
	return strconv.Itoa(int(d/time.Minute)) + "min"
}
