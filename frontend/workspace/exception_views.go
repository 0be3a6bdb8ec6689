package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Page structs and parts of exceptions and of requests by authorities; their
// templates are in templates/workspace/exception.html.

// Exceptions are those of one ticket, and the form of another.
type Exceptions struct {
	Desk
	Base, Number string
	Problem      *frontend.Notice
	Rows         []ExceptionRow
	Form         *ExceptForm
}

// ExceptionList is what waits for a second look.
type ExceptionList struct {
	Desk
	Rows  []ExceptionRow
	Empty *frontend.Empty
}

// ExceptionRow is one decision that something may leave without the person's yes.
type ExceptionRow struct {
	frontend.Words
	ID               helpdesk.ID
	Base, Title      string
	Ticket           string // where it stands on another page
	Chips            []frontend.Chip
	Facts            []Fact
	When, Exact      string
	Review, Disclose bool
	Inform           bool // the person does not know yet
	Left             []LeftRow
	Referral         string
	Note             frontend.Field
	To, What         frontend.Field
	Channels         []frontend.Option
	Open             bool
}

// ExceptForm decides on one. There is no tick for it.
type ExceptForm struct {
	frontend.Words
	Base             string
	Kinds            []ExceptionKind
	Musts            []frontend.Option
	Emergency        bool
	Anonymous        []frontend.Option
	Law, Why, WhyNot frontend.Field
	Informed         []frontend.Option
	Referral, To     string
	Open             bool
}

// ExceptionKind is a kind as it stands in the public promise.
type ExceptionKind struct {
	Value, Text, Help string
	Chosen            bool
}

// Requests are what authorities asked, with the steps.
type Requests struct {
	Desk
	Problem *frontend.Notice
	Steps   []string
	Rows    []RequestRow
	Form    RequestForm
	Empty   *frontend.Empty
}

// RequestForm registers one.
type RequestForm struct {
	frontend.Words
	Open                             bool
	Authority, Person, What, Law, At frontend.Field
	Channels                         []frontend.Option
}

// RequestRow is one in the register.
type RequestRow struct {
	frontend.Words
	ID          helpdesk.ID
	Title       string
	Chips       []frontend.Chip
	Facts       []Fact
	When, Exact string
	Decide      bool
	Open        bool
	Why, Over   frontend.Field
}
