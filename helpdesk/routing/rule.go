package routing

import (
	"time"

	"returnsupport/helpdesk"
)

// Fact is what a condition asks about.
type Fact string

// The facts conditions may ask about, with the values that they take.
const (
	FactChannel     Fact = "channel"     // chat, mail, phone, visit
	FactMailbox     Fact = "mailbox"     // ids
	FactTeam        Fact = "team"        // ids: where it came in
	FactLanguage    Fact = "language"    // tags
	FactAudience    Fact = "audience"    // everyone, detained, child, partner
	FactTopic       Fact = "topic"       // keys of the topics
	FactUrgent      Fact = "urgent"      // yes, no
	FactChild       Fact = "child"       // yes, no
	FactKnown       Fact = "known"       // yes, no: a counsellor knows them
	FactWish        Fact = "wish"        // woman, man, none
	FactCommunity   Fact = "community"   // yes, no: not from their own
	FactInterpreter Fact = "interpreter" // yes, no
	FactOpen        Fact = "open"        // yes, no: the line they came by
	FactWaited      Fact = "waited"      // over 4h, under 30min of open time
)

// Condition holds when the fact is one of Values, or with Not none of them; of
// FactWaited, when Over <= waited, and waited < Under where that is not zero.
type Condition struct {
	Fact        Fact
	Not         bool
	Values      []string
	Over, Under time.Duration
}

// Deed is what an effect does.
type Deed string

// The deeds. The first rule that says team or kind decides the team, the first
// that says owner or nobody the owner; skills of all rules add up; priorities
// only rise.
const (
	DeedTeam     Deed = "team"     // an id
	DeedKind     Deed = "kind"     // of team
	DeedOwner    Deed = "owner"    // an id
	DeedNobody   Deed = "nobody"   // it waits for whoever takes next
	DeedSkill    Deed = "skill"    // must be known by whoever takes it
	DeedPriority Deed = "priority" // 1 to MaxPriority, at least
)

// Effect is what a rule says.
type Effect struct {
	Deed  Deed
	Value string // id, kind or skill
	N     int    // priority
}

// Rule is one row of the ordered list a coordinator writes: when all its
// conditions hold, all its effects are said. One without conditions always
// holds.
type Rule struct {
	Name string
	Off  bool // kept, and never asked
	When []Condition
	Then []Effect
}

// decision groups deeds of which the first rule's counts.
type decision int

const (
	ofTeam decision = iota
	ofOwner
	decisions
)

// decides tells which decision an effect makes; ok is false for those that add
// up.
func (e Effect) decides() (decision, bool) {
	switch e.Deed {
	case DeedTeam, DeedKind:
		return ofTeam, true
	case DeedOwner, DeedNobody:
		return ofOwner, true
	}
	return 0, false
}

func (e Effect) id() helpdesk.ID { return helpdesk.ID(e.Value) }
