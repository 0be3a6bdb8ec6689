package workspace

import "returnsupport/frontend"

// Page structs of the journal; their templates stand in journal.html.

// Journal is the book, or one's own part of it.
type Journal struct {
	Desk
	Views   []frontend.Tab // for coordinators, who read all of it
	Text    string
	Unusual *JournalWatch
	Form    JournalForm
	Problem *frontend.Notice
	Rows    []JournalRow
	Empty   *frontend.Empty
	Pager   frontend.Pager
	Privacy bool // the way to the registers
}

// JournalForm says which lines.
type JournalForm struct {
	frontend.Words
	View          string
	Who           []frontend.Option // none on one's own page
	Number        string
	Kinds         []frontend.Option
	Day           string
	ByWhoAndWhich bool
}

// JournalRow is one line: who, what they did, and of what.
type JournalRow struct {
	Who, Did, Object, Href string
	At, Exact, Machine     string
}

// JournalWatch is what was pointed out.
type JournalWatch struct {
	frontend.Words
	Rows []JournalSign
	Cut  bool
}

// JournalSign is one of it.
type JournalSign struct {
	Text, At, Exact string
	Grave           bool
	Tickets         []JournalLink
	More            int
}

// JournalLink is a ticket; without Href it is only named.
type JournalLink struct{ Number, Href string }
