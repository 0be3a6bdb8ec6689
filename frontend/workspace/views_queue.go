package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Queue is one list of tickets.
type Queue struct {
	Desk
	Name    string
	Live    string // where the list asks for itself anew; "" for one that was looked for
	Counted string // where the counts of sealed lists come from
	Team    string // for "take next"
	Found   string // how many there are, where that is known
	Notices []frontend.Notice
	Saved   []SavedRow
	Filter  FilterForm
	Bulk    *BulkForm
	Rows    []QueueRow
	Empty   *frontend.Empty
	Pager   frontend.Pager
	More    *MoreForm
}

// QueueRow is one line of a list of tickets.
type QueueRow struct {
	ID                  helpdesk.ID
	Href, Number, Title string
	Who                 string
	Chips               []frontend.Chip
	Wait, WaitExact     string
	First               bool   // something is lost if it is missed
	Pick, PickText      string // its box; "" for none
}

// SavedRow is a filter somebody keeps.
type SavedRow struct {
	frontend.Words
	ID         helpdesk.ID
	Name, Team string // Team "" for one's own
	Here       bool
}

// FilterForm asks for a list: by what stands in plain, and by what is sealed
// and known only once it is opened. It is posted, because the words somebody
// looks for are nothing for the log of a proxy.
type FilterForm struct {
	frontend.Words
	Open                                     bool
	Queues, Teams, Owners, Channels          []frontend.Option
	Languages, Priorities, Audiences, Topics []frontend.Option
	Tags, Centres, Share                     []frontend.Option
	From, Until, Waited, Text, Name          frontend.Field
}

// BulkForm does one thing to all tickets that are ticked.
type BulkForm struct {
	frontend.Words
	Back         string
	People, Tags []frontend.Option
	Own, Others  []frontend.Option // teams: one's own, and those one is not in
}

// MoreForm is the next page of a list that was looked for.
type MoreForm struct {
	frontend.Words
	After  string
	Values []Hidden
}

// SealedCounts are the lists' ways again, with the counts that had to be opened.
type SealedCounts struct {
	frontend.Page
	Nav []frontend.Tab
}

// DueList is what is due.
type DueList struct {
	Desk
	Mine  []frontend.Tab // whose, the chosen one marked
	Rows  []DueRow
	Later string
	Empty *frontend.Empty
}

// DueRow is one thing due, with what is lost if it is missed.
type DueRow struct {
	frontend.Words
	Ticket, Date              helpdesk.ID
	Back                      string
	Href, Number, Title, What string
	Whose, When               frontend.Chip
	Why                       string
	Hints                     []string
	CanDone, CanSnooze        bool
	Tomorrow                  string // the first day it can be put off to
}
