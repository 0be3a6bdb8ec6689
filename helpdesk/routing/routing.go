// Package routing says which team and which counsellor a ticket goes to, and
// why.
//
// Never: a look at the clock, the database or the environment, never a
// sentence, and never a child turned away: facts in, a choice and its reasons
// out.
package routing

import (
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

// Gender is what a person may wish their counsellor to be.
type Gender string

// The genders a wish can name.
const (
	Woman Gender = "woman"
	Man   Gender = "man"
)

// The kinds of team the house itself knows; a coordinator may write others.
const (
	KindReturn   = "return"
	KindLaw      = "law"
	KindChildren = "children"
	KindGeneral  = "general"
)

// MaxPriority is for who must travel or is in danger; 0 is the least.
const MaxPriority = 3

// Facts are what is known about a ticket when it is routed.
type Facts struct {
	Channel hours.Channel
	Mailbox helpdesk.ID // of a letter
	Team    helpdesk.ID // where it came in or lies; "" for nowhere yet
	// Restricted: it lies with a restricted team, and stays there.
	Restricted bool

	Language    string // a tag; "" when not known
	Interpreter bool   // wants one: nobody need speak the language
	Audience    hours.Audience
	Child       bool
	Urgent      bool
	Travels     time.Time     // in the house's zone; zero when not known
	Topic       string        // a key of the topics; others count as none
	Waited      time.Duration // open time they have waited for us
	OutOfHours  bool          // the line they came by is closed
	Earlier     helpdesk.ID   // the counsellor who knows them

	// The wishes are musts.
	Wish            Gender // "" for none
	NotOwnCommunity bool
	Community       string   // their own; "" when not known, then Language stands for it
	Skills          []string // what somebody must know beyond what rules ask for
}

// LogValue keeps what a person told us out of logs.
func (Facts) LogValue() slog.Value { return slog.StringValue("[sealed]") }

func (f Facts) child() bool { return f.Child || f.Audience == hours.Child }

// live tells whether somebody waits at the other end.
func (f Facts) live() bool {
	return f.Channel == hours.Chat || f.Channel == hours.Phone || f.Channel == hours.Visit
}

// priority is what the facts alone ask for; rules can only raise it.
func (f Facts) priority() int {
	switch {
	case f.Urgent:
		return MaxPriority
	case f.child():
		return 2
	case f.Audience == hours.Detained:
		return 1
	}
	return 0
}

// Counsellor is somebody tickets may go to, and how they stand now.
type Counsellor struct {
	ID          helpdesk.ID
	Teams       []helpdesk.ID
	Skills      []string
	Languages   []string // tags
	Gender      Gender   // "" when they did not say
	Communities []string // that they belong to: keys or language tags
	Capacity    int      // open tickets they may have before new ones go to others; 0: no limit
	Open        int      // tickets they have
	OnRoster    bool     // rostered now
	Present     bool     // at their desk now
	Away        bool     // on leave
	Gone        bool     // no longer works here
	Next        time.Time
	Substitute  helpdesk.ID // whoever stands in; "" for nobody named
}

// out tells whether nothing may go to them.
func (c *Counsellor) out() bool { return c.Away || c.Gone }

func (c *Counsellor) full() bool { return c.Capacity > 0 && c.Open >= c.Capacity }

// Team is one of the house's teams as routing sees it.
type Team struct {
	ID         helpdesk.ID
	Kind       string // one of the kinds; "" for none
	Restricted bool
	Fallback   helpdesk.ID // takes what this one cannot; "" for none named
}

// Topic is what a ticket can be about.
type Topic struct {
	Key              string
	Swedish, English string
	Kind             string // of the team it goes to; "" for wherever it came in
}

// House is everything a choice depends on besides the facts. It is a value to
// read: who shares one must not change it.
type House struct {
	Teams       []Team // the first that is not restricted takes what nothing else says
	Counsellors []Counsellor
	Rules       []Rule
	Topics      []Topic
	Mailboxes   []helpdesk.ID // for Check alone; nil when not known
}

// Reason is one step of a choice, to be turned into words: Key is
// "routing.why." and more, Args are strings (keys, names of rules), ints,
// time.Duration, time.Time and helpdesk.ID.
type Reason struct {
	Key  string
	Args []any
}

// WishWait is what a wish costs. All counts are of the chosen team.
type WishWait struct {
	Wished bool
	Suit   int       // who fit the wish, away or not
	Here   int       // who fit it and could begin now
	Others int       // who could begin now if there were no wish
	Next   time.Time // when the first who fits works next; zero when Here, or not known
}

// Costs tells whether they wait longer for their wish.
func (w WishWait) Costs() bool { return w.Wished && w.Here == 0 && w.Others > 0 }

// Choice is where a ticket goes. Team is "" only in a house without teams.
type Choice struct {
	Team       helpdesk.ID
	Owner      helpdesk.ID // "" stays in the team's queue
	Priority   int         // 0 to MaxPriority
	Skills     []string    // what whoever takes it must know
	Reasons    []Reason    // of team, priority and owner, in this order
	Wait       WishWait
	Candidates []helpdesk.ID // who could take it, best first, at most CandidatesMost
}

// CandidatesMost is how many candidates a choice names.
const CandidatesMost = 5

// Because tells whether a choice has a reason.
func (c Choice) Because(key string) bool {
	for _, r := range c.Reasons {
		if r.Key == key {
			return true
		}
	}
	return false
}

func why(key string, args ...any) Reason { return Reason{"routing.why." + key, args} }
