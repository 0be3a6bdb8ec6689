package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Branches is what local branches handed on and asked, and how they are.
type Branches struct {
	Desk
	Live    string
	Rows    []BranchRow
	Empty   *frontend.Empty
	Talks   []BranchRow
	Debrief []BranchDebrief
	Silent  []BranchSilent
}

// BranchRow is a hand-on, or a talk.
type BranchRow struct {
	Href, Title, By, When, Exact string
	Chips                        []frontend.Chip
}

// BranchDebrief is a volunteer who asks to talk.
type BranchDebrief struct {
	frontend.Words
	ID              helpdesk.ID
	Who, When, Text string
	Taken           string
	CanTake         bool
}

// BranchSilent is a branch to write a friendly word to.
type BranchSilent struct {
	frontend.Words
	Org        helpdesk.ID
	Name, Text string
}

// BranchCard is the way from a ticket to what its branch sees.
type BranchCard struct {
	frontend.Words
	Href  string
	Chips []frontend.Chip
}

// BranchPage is exactly what branches see of a ticket, and what is said there.
type BranchPage struct {
	Desk
	Base, Number string
	Problem      *frontend.Notice
	Seen         []BranchSeen
	Empty        *frontend.Empty
	Links        []BranchLink
	Other        frontend.Field
}

// BranchLink is another hand-on about the same person.
type BranchLink struct {
	ID                 helpdesk.ID
	Href, Number, When string
}

// BranchSeen is what one branch sees.
type BranchSeen struct {
	frontend.Words
	ID             helpdesk.ID
	Base, Name, By string
	Chips          []frontend.Chip
	Facts          []BranchFact
	Line           string
	Said           []BranchWord
	Tasks          []BranchTask
	Reads          bool
	Client         string
	Text           frontend.Field
	Kinds, Endings []frontend.Option
	TaskWords      frontend.Field
	Consents       []frontend.Option
}

// BranchFact is one thing a branch told or sees.
type BranchFact struct{ Label, Text string }

// BranchWord is something said.
type BranchWord struct {
	Who, When, Exact, Text, Note string
	Own                          bool
}

// BranchTask is something asked of a branch, or by it.
type BranchTask struct {
	ID              helpdesk.ID
	What, Day, Text string
	Chip            frontend.Chip
	Authority       bool // for us to take over
}

// BranchTalk is a talk with a branch about nobody by name.
type BranchTalk struct {
	Desk
	ID      helpdesk.ID
	Name    string
	Problem *frontend.Notice
	Chip    frontend.Chip
	Spoken  []BranchWord
	Client  string
	Text    frontend.Field
	Closed  bool
	Keep    *BranchBook
}

// BranchBooks are what was learned, for all branches.
type BranchBooks struct {
	Desk
	Problem *frontend.Notice
	Rows    []BranchBook
	New     BranchBook
}

// BranchBook is one playbook.
type BranchBook struct {
	frontend.Words
	ID          helpdesk.ID
	Version     int64
	Head, When  string
	Title, Text frontend.Field
}

// BranchesBeside are the branches and who stands beside them.
type BranchesBeside struct {
	Desk
	Coordinator bool
	Rows        []BranchBeside
	Empty       *frontend.Empty
}

// BranchBeside is one of them.
type BranchBeside struct {
	frontend.Words
	Org         helpdesk.ID
	Name, Named string
	Last        string
	Chips       []frontend.Chip
	Loads       []BranchLoad
	People      []frontend.Option
	Days        []frontend.Option
	Coordinator bool
}

// BranchLoad is how much a volunteer carries.
type BranchLoad struct{ Who, Text string }

// BranchAccounts are the volunteers of a branch.
type BranchAccounts struct {
	Desk
	ID                  helpdesk.ID
	Problem             *frontend.Notice
	Link, Login         string
	Rows                []BranchAccount
	Name, User, Address frontend.Field
	Months, Langs       []frontend.Option
}

// BranchAccount is one of them.
type BranchAccount struct {
	User               helpdesk.ID
	Name, Login, Until string
	State              frontend.Chip
	CanClose, CanRenew bool
}
