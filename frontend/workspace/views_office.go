package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Page structs of the office: the organisation's settings, mailboxes, and what
// of them is one's own. Their templates stand in office.html.

// Office lists the settings in groups.
type Office struct {
	Desk
	Grave  []frontend.Notice // for coordinators
	Groups []OfficeGroup
}

// OfficeGroup is some settings that belong together.
type OfficeGroup struct {
	Title, Text string
	Rows        []OfficeRow
}

// OfficeRow is one setting: what it does, and how it stands.
type OfficeRow struct{ Href, Name, What, Value, Changed string }

// OfficePage is one setting.
type OfficePage struct {
	Desk
	Back, BackText string
	What           string
	Problem        *frontend.Notice
	Theirs         string // what somebody else saved meanwhile
	Ask            *OfficeAsk
	Form           *OfficeForm    // for who may change it
	Cards          []OfficeFacts  // for the others: rows
	Plain          string         // or text
	Changed        string         // who changed it last, for the others
	History        []OfficeChange // newest first
	Older          string
}

// OfficeFacts is a row to be read.
type OfficeFacts struct{ Facts []Fact }

// OfficeAsk is what saving would change, shown before.
type OfficeAsk struct {
	frontend.Words
	Promises    []PromiseChange
	PromiseText string
	MorePromise string
	Findings    []string
	FindingText string
	Trial       *OfficeTrial
}

// PromiseChange is one promise of the pages, as it is and as it would be.
type PromiseChange struct {
	Line, Day, Was, Is string
	Chip               *frontend.Chip
}

// OfficeTrial is what rules would have done with past tickets.
type OfficeTrial struct {
	Text    string
	Changed []TrialRow
	More    string
	Hits    []Fact
}

// TrialRow is one ticket that would go elsewhere.
type TrialRow struct{ Href, Number, Title, Was, Is string }

// OfficeForm changes a setting. One of Field, Choices, Cards and Rules is its
// value.
type OfficeForm struct {
	frontend.Words
	Action, Route string
	Version       int64
	Seen          string // marks the value whose consequences were shown
	Steps, Ready  bool   // consequences are shown before saving; they stand above
	Field         *frontend.Field
	Label         string
	Choices       []frontend.Option
	Rows          int // of cards or rules
	Cards         []OfficeCard
	Rules         []RuleCard
	Add           string // the button that adds a row
	Known         []Fact // what can stand in it
	KnownText     string
	Names         []Fact // user names, for texts that name people
}

// OfficeCard is one row of a setting, a field for each cell.
type OfficeCard struct {
	frontend.Words
	N           int
	Title       string
	Wrong       string
	First, Last bool
	Cells       []OfficeCell
}

// OfficeCell is one field of a row: a choice of one or many, or a text.
type OfficeCell struct {
	ID, Label, Help, Type, Value string
	Options, Checks              []frontend.Option
	Wide                         bool
}

// RuleCard is one rule.
type RuleCard struct {
	frontend.Words
	N            int
	Title, Name  string
	Wrong        string
	Summary      string
	Off, Open    bool
	First, Last  bool
	When, Then   []RulePart
	Facts, Deeds []frontend.Option
}

// RulePart is one condition of a rule, or one effect.
type RulePart struct {
	frontend.Words
	ID, Drop, Kind, Label string
	Not, CanNot           bool
	Checks, Options       []frontend.Option
	Waited                bool
	Over, Under           string
}

// OfficeChange is one version of a setting, and the way back behind it.
type OfficeChange struct {
	frontend.Words
	Action, Route   string
	What, Who       string
	At, Exact       string
	Back, Version   int64
	Newest, CanUndo bool
	Lines           []ChangeLine
	Same            string
}

// ChangeLine is a line that came, or went.
type ChangeLine struct {
	Text string
	Gone bool
}

// OfficeMail lists the mailboxes.
type OfficeMail struct {
	Desk
	Rows   []OfficeMailRow
	Empty  *frontend.Empty
	CanAdd bool
}

// OfficeMailRow is one mailbox.
type OfficeMailRow struct {
	Href, Address, Team, What string
	State                     frontend.Chip
}

// OfficeMailbox is one mailbox, or a new one.
type OfficeMailbox struct {
	Desk
	Problem                               *frontend.Notice
	Form                                  *MailboxForm
	Facts                                 []Fact
	ID                                    helpdesk.ID
	Paused, CanPause, CanRemove, Collects bool
	Connect                               *MailboxConnect
	History                               []OfficeChange
	Older                                 string
}

// MailboxConnect is the way to sign in for a mailbox at its issuer. Issuer is
// where that is and Go the address, once somebody wants to.
type MailboxConnect struct {
	frontend.Words
	ID         helpdesk.ID
	Connected  bool
	Issuer, Go string
}

// MailboxForm holds a mailbox; its passwords are never shown again.
type MailboxForm struct {
	frontend.Words
	Action, Route string
	Teams         []frontend.Option
	Address, Name frontend.Field
	In, Out       []frontend.Field
	Afters        []frontend.Option
	More          []frontend.Field
	// Ways are how it signs in, and Tokens what the ways without a password need.
	Ways         []frontend.Option
	Tokens       []frontend.Field
	ByTokens     bool
	Secure, Plus bool
	Version      int64
}

// Mine is a counsellor's own part of the office.
type Mine struct {
	Desk
	Problem  *frontend.Notice
	Profile  []Fact
	None     string
	Notify   []frontend.Option
	From, To string
	Leave    []MyLeave
	Ask      *OfficeAsk
	Form     LeaveForm
}

// MyLeave is one leave of one's own.
type MyLeave struct {
	frontend.Words
	Text, Substitute, From, To string
}

// LeaveForm adds one.
type LeaveForm struct {
	frontend.Words
	Seen       string
	Ready      bool
	From, To   string
	Substitute []frontend.Option
}

// OfficePeople lists everybody who works here, and makes teams.
type OfficePeople struct {
	Desk
	Problem *frontend.Notice
	Link    string
	People  []OfficePerson
	Form    *TeamForm
}

// OfficePerson is one of them.
type OfficePerson struct {
	User               helpdesk.ID
	Name, Login, Kind  string
	Teams              string
	State              *frontend.Chip
	CanClose, CanRenew bool
}

// TeamForm makes a team with its first members.
type TeamForm struct {
	frontend.Words
	Name       frontend.Field
	Restricted bool
	First      []frontend.Option
}
