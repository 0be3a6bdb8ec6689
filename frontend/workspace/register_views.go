package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Page structs of the registers of data protection; their templates stand in
// register.html.

// Incidents is the register of incidents, and the form that reports one.
type Incidents struct {
	Desk
	Problem *frontend.Notice
	Late    *frontend.Notice
	Form    IncidentForm
	Rows    []IncidentRow
	Empty   *frontend.Empty
}

// IncidentForm reports one.
type IncidentForm struct {
	frontend.Words
	Open                         bool
	What, At, Who, Affected, Tix frontend.Field
	Kinds                        []frontend.Option
}

// IncidentRow is one, with what a coordinator can do next.
type IncidentRow struct {
	frontend.Words
	ID          helpdesk.ID
	Title       string
	Chips       []frontend.Chip
	When, Exact string
	Facts       []Fact
	Decide      bool
	Open        bool // what was typed comes back in this row
	// The steps: to weigh it, to tell the authority, the persons, to close.
	Assess, Tell, Close              bool
	Risks                            []frontend.Option
	Consequences, Measures, Affected frontend.Field
	AuthorityAt, Reference, WhyLate  frontend.Field
	PersonsAt, PersonsWords          frontend.Field
}

// Rights is the register of what people asked for by law.
type Rights struct {
	Desk
	Problem *frontend.Notice
	Late    *frontend.Notice
	Form    RightForm
	Own     []RightOwn // asked on their own page, in tickets of the session's teams
	Rows    []RightRow
	Empty   *frontend.Empty
}

// RightOwn is one that stands among a ticket's dates.
type RightOwn struct {
	Href, Number, Kind string
	Chip               frontend.Chip
}

// RightForm writes one down.
type RightForm struct {
	frontend.Words
	Open            bool
	Kinds, Channels []frontend.Option
	Who, What, Day  frontend.Field
}

// RightRow is one, with the answer a coordinator can give.
type RightRow struct {
	frontend.Words
	ID             helpdesk.ID
	Title          string
	Chips          []frontend.Chip
	When, Exact    string
	Facts          []Fact
	Decide, Extend bool
	Open           bool
	Text, Longer   frontend.Field
}

// Records is the record of processing activities, for paper.
type Records struct {
	frontend.Page
	At       string
	Head     RecordHead
	Rows     []RecordRow
	Security []string
}

// RecordHead is who answers for it all.
type RecordHead struct {
	frontend.Words
	Facts []RecordFact
}

// RecordFact is one thing the organisation says of itself; Missing leads to
// where it is said.
type RecordFact struct {
	Label, Text, Href string
	Missing           bool
}

// RecordRow is one activity.
type RecordRow struct {
	Title string
	Facts []Fact
}

// Assessment is the draft of an impact assessment, for paper.
type Assessment struct {
	frontend.Page
	At, Name string
	Head     RecordHead
	Rows     []RecordRow
	Facts    []string
	Dangers  []DangerRow
	Human    []string
}

// DangerRow is a danger and what is done against it; the rest is to be written
// by hand.
type DangerRow struct{ Danger, Against string }
