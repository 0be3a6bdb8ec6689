package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Parts of the dates beside a ticket; their templates are in
// templates/workspace/dates.html.

// DatesCard lists what is due in a ticket, and takes more.
type DatesCard struct {
	frontend.Words
	Base    string
	Decides bool // else the dates are shown and nothing can be changed
	Problem *DateProblem
	Wait    *frontend.Chip
	Known   []Fact // decisions, which are never due themselves
	Rows    []DateRow
	Done    []DateRow
	Appeal  *AppealForm // "" on top of the page already
	Papers  PapersForm
	Forms   *DateForms
}

// DateProblem is why something was not done; with Anyway it can be all the same.
type DateProblem struct {
	frontend.Words
	Base   string
	Notice frontend.Notice
	Anyway []Hidden
}

// DateRow is one date.
type DateRow struct {
	frontend.Words
	Base                 string
	ID                   helpdesk.ID
	Kind, Day, Note, Why string
	Machine              string // the day as an input has it
	Chips                []frontend.Chip
	Hints                []string
	Decides              bool
	Confirm              bool   // this colleague may say that the day is right
	Who                  string // who else may
	Done, PutOff         bool   // may be settled, may be put off
	By                   string // who settled it, and when
}

// AppealForm asks the one question that is always asked.
type AppealForm struct {
	frontend.Words
	Base, Text string
	Decides    bool
	Who, Until frontend.Field
	Dated      bool // the last day is known already
}

// ListenPanel stands over a ticket so soon after a refusal.
type ListenPanel struct {
	frontend.Words
	First  string
	Appeal AppealForm
}

// PapersForm says which papers we have seen.
type PapersForm struct {
	frontend.Words
	Base    string
	Decides bool
	Chip    frontend.Chip
	Seen    []frontend.Option
}

// DateForms take new dates.
type DateForms struct {
	frontend.Words
	Base                                        string
	Open                                        string // the form that was refused
	Received, FinalDay                          frontend.Field
	Weeks, Kinds, Days                          []frontend.Option
	Day, At, Note, PromiseDay, Promised, Snooze frontend.Field
}
