// Package hours says when which line is open, why it is not, when an answer
// is due, and whether the roster can keep what the pages promise.
//
// Never: a look at the clock, the database or the environment, and never a
// sentence: instants and facts in, keys and arguments out.
package hours

import (
	"time"

	"returnsupport/helpdesk"
)

// Channel is a way to reach the house.
type Channel string

// The channels that keep hours.
const (
	Chat  Channel = "chat"
	Phone Channel = "phone"
	Visit Channel = "visit"
	Mail  Channel = "mail" // its open hours are those in which answers are written
)

// Audience is whom a line is for.
type Audience string

// The audiences.
const (
	Everyone Audience = "everyone"
	Detained Audience = "detained"
	Child    Audience = "child"
	Partner  Audience = "partner"
)

// House as a line's Present means: as many as the house's setting says.
const House = -1

// Usual as a line's Rostered means: as many as must be present, and at least
// one where somebody waits at the other end; mail is held to its promises.
const Usual = -1

// Site is a place with its own time zone.
type Site struct {
	Key  string
	Zone *time.Location
}

// Line is one door with hours of its own. Several may share a channel.
type Line struct {
	Key      string
	Channel  Channel
	Audience Audience
	Site     string
	Number   string        // as people dial and read it; phones only
	Rules    []Rule        // additive
	Holidays bool          // keeps its weekly hours on public holidays and eves, too
	Answer   time.Duration // open time within which a question is answered; 0: no promise
	Present  int           // counsellors who must be there for it to show as open; House, or a number
	Rostered int           // counsellors the roster must have while it is open; Usual, or a number: 0 for lines staffed elsewhere
}

// Rule opens a line on some weekdays, between two dates.
type Rule struct {
	Days     Week
	At       []Interval
	From, To Date // both included; zero: no limit
}

// Exception replaces a line's hours on some dates, holidays included. Line ""
// means every line; an exception for the line itself goes before it.
type Exception struct {
	Line     string
	From, To Date       // both included
	At       []Interval // none: closed
	Reason   string     // one of Reasons
}

// Closure is a line closed because it can't take more, within its hours.
type Closure struct {
	Line        string
	From, Until time.Time // Until is the first instant after it
	Reason      string    // one of Reasons
}

// Reasons are the reasons an exception or a closure may give: keys, because
// they are read in sixteen languages.
var Reasons = []string{"event", "illness", "many_waiting", "practical", "short_staffed", "technical", "training"}

// Plan is everything the house's hours depend on. It is a value to read: who
// shares one must not change it.
type Plan struct {
	Sites      []Site // the first is where a line stands that names none
	Lines      []Line
	Eves       []string // keys of the eves on which lines are closed
	Late       Interval // local hours in which nobody works alone; zero: none
	Exceptions []Exception
	Closures   []Closure
	Roster     Roster
	Needed     int // counsellors who must be present on lines that say House
}

// Fact is an answer to be turned into words: Key is "hours." and more, Args
// are strings (keys), ints and time.Time in the zone of the line.
type Fact struct {
	Key  string
	Args []any
}

// Line finds a line by its key.
func (p Plan) Line(key string) (Line, bool) {
	for _, l := range p.Lines {
		if l.Key == key {
			return l, true
		}
	}
	return Line{}, false
}

// For returns the keys of the lines an audience may use on a channel, in the
// plan's order: its own and everyone's. A child may use any line but the
// partners': nobody turns a child away because the children's line is closed.
func (p Plan) For(c Channel, a Audience) []string {
	var keys []string
	for _, l := range p.Lines {
		if l.Channel == c && (l.Audience == a || l.Audience == Everyone || a == Child && l.Audience != Partner) {
			keys = append(keys, l.Key)
		}
	}
	return keys
}

// AnswerLine is the mail line whose hours count for an audience's answers: its
// own before everyone's.
func (p Plan) AnswerLine(a Audience) (Line, bool) {
	for _, want := range []Audience{a, Everyone} {
		for _, l := range p.Lines {
			if l.Channel == Mail && l.Audience == want && l.Answer > 0 {
				return l, true
			}
		}
	}
	return Line{}, false
}

// Zone is the time zone of a line, or the house's own for one the plan does
// not know.
func (p Plan) Zone(line string) *time.Location {
	l, _ := p.Line(line)
	return p.zone(l)
}

func (p Plan) zone(l Line) *time.Location {
	for i, s := range p.Sites {
		if s.Key == l.Site || l.Site == "" && i == 0 {
			return s.Zone
		}
	}
	if len(p.Sites) > 0 {
		return p.Sites[0].Zone
	}
	return time.UTC
}

// needed is how many must be present for the line to show as open at t: two
// at least in late hours, where a line asks for anybody at all.
func (p Plan) needed(l Line, t time.Time) int {
	n := l.Present
	if n == House {
		n = p.Needed
	}
	if n == 1 && p.late(p.zone(l), t) {
		return 2
	}
	return n
}

// staffed is how many the roster must have on the line at t.
func (p Plan) staffed(l Line, t time.Time) int {
	switch {
	case l.Rostered != Usual:
		return l.Rostered
	case l.Channel == Mail:
		return p.needed(l, t)
	}
	return max(1, p.needed(l, t))
}

// present counts those of here who are rostered on the line at t.
func (p Plan) present(line string, t time.Time, here []helpdesk.ID) int {
	n := 0
	for _, who := range p.Rostered(line, t) {
		for _, h := range here {
			if h == who {
				n++
				break
			}
		}
	}
	return n
}
