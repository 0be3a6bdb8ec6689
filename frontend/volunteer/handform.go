package volunteer

import (
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
)

// The five questions of a hand-on, in their order.
const (
	askKnows    = "knows"
	askUrgent   = "urgent"
	askLanguage = "language"
	askReach    = "reach"
	askNeed     = "need"
)

// HandForm is all five questions on one page, of which a script shows one at a
// time: so they can be answered where no net is.
type HandForm struct {
	frontend.Words
	Now        bool   // begun at once
	Key, KeyID string // what waits on the phone is sealed to it; "" where nothing may wait
	Steps      []Step
	Phone      Way
	Mail       Way
	Card       Way
	Line       frontend.Field
}

// Step is one question. Its buttons are its answers; without any its form is
// filled in.
type Step struct {
	frontend.Words
	Name, Title, Text string
	Choices           []Choice
	Grid              bool // many short answers
}

// Choice is one answer: a button.
type Choice struct {
	Name, Value, Text, Help, Icon, Lang string
	Card                                string // of a card that is known by its ending
}

// Way is how somebody is reached: what has to be written for it.
type Way struct {
	Title, Next string
	When, Till  string
	Field       frontend.Field
	Hours       bool // and between which hours of their day it is safe
	From, To    []frontend.Option
}

// steps are the questions in the words of a page; cards are the endings of those
// the volunteer has in hand.
func steps(w frontend.Words, needs, cards []string) []Step {
	step := func(name string, choices ...Choice) Step {
		s := Step{Words: w, Name: name, Title: w.Say("volunteer.hand." + name), Choices: choices}
		for i := range s.Choices {
			s.Choices[i].Name = name
		}
		return s
	}
	say := func(key string, args ...any) string { return w.Say("volunteer.hand."+key, args...) }
	langs := make([]Choice, 0, len(locale.Languages)+1)
	for _, l := range locale.Languages {
		langs = append(langs, Choice{Value: l.Tag, Text: l.Name, Lang: l.Tag})
	}
	langs = append(langs, Choice{Value: "other", Text: say("language.other")})
	var reach []Choice
	for _, c := range cards {
		reach = append(reach, Choice{Value: "card", Card: c, Text: say("reach.this", c), Icon: "key-round"})
	}
	reach = append(reach,
		Choice{Value: "card", Text: say("reach.card"), Help: say("reach.card.help"), Icon: "key-round"},
		Choice{Value: "phone", Text: say("reach.phone"), Icon: "bell"},
		Choice{Value: "safemail", Text: say("reach.safemail"), Icon: "mail"},
		Choice{Value: "branch", Text: say("reach.branch"), Help: say("reach.branch.help"), Icon: "users"})
	need := make([]Choice, len(needs))
	for i, n := range needs {
		need[i] = Choice{Value: n, Text: w.Say("branch.need." + n)}
	}
	out := []Step{
		step(askKnows, Choice{Value: "yes", Text: say("knows.yes"), Icon: "check"}, Choice{Value: "no", Text: say("knows.no"), Icon: "x"}),
		step(askUrgent, Choice{Value: "no", Text: say("urgent.no"), Help: say("urgent.no.help"), Icon: "clock"}, Choice{Value: "yes", Text: say("urgent.yes"), Help: say("urgent.yes.help"), Icon: "triangle-alert"}),
		step(askLanguage, langs...),
		step(askReach, reach...),
		step(askNeed, need...),
	}
	out[0].Text = say("knows.text")
	out[2].Grid = true
	return out
}
