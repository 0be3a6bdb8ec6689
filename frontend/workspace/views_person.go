package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Page structs and parts of the person panel and of calls; their templates are
// in templates/workspace/person.html.

// Person is what we know of a ticket's person.
type Person struct {
	Desk
	Base, Number, Up string
	Name, Where      string
	Careful          []frontend.Notice
	Problem          *frontend.Notice
	Ways             []WayRow
	Proxies          []ProxyRow
	Address          AddressForm
	Way              WayForm
	Proxy            ProxyForm
	Earlier          []EarlierRow
	Merge            MergeForm
	Split            SplitForm
	Conflict         ConflictForm
}

// PersonLink stands beside a ticket and leads to the panel.
type PersonLink struct {
	frontend.Words
	Base    string
	Notices []frontend.Notice
	Doubted []Doubted // messages that came from an address they gave up
}

// Doubted leads to a message that may be anybody's.
type Doubted struct{ Href, Text string }

// WayRow is one way to reach somebody. Elsewhere names the ticket whose card it
// is on; what stands there is changed there.
type WayRow struct {
	ID              helpdesk.ID
	By, Where, When string
	Language, Note  string
	Leave           frontend.Chip
	Elsewhere, Href string
}

// ProxyRow is one who writes or speaks for the person.
type ProxyRow struct {
	ID                    helpdesk.ID
	Role, Name, Where     string
	Days, Note            string
	Chips                 []frontend.Chip
	Elsewhere, Href, Seen string
}

// WayForm adds a way.
type WayForm struct {
	frontend.Words
	Base            string
	Open            bool
	By, Languages   []frontend.Option
	Where, From, To frontend.Field
	Note            frontend.Field
	Leave, Never    bool
}

// ProxyForm adds a proxy.
type ProxyForm struct {
	frontend.Words
	Base                     string
	Open, Seen               bool
	Roles                    []frontend.Option
	Name, Where, From, Until frontend.Field
	Note                     frontend.Field
}

// AddressForm changes the address, and lists those given up.
type AddressForm struct {
	frontend.Words
	Base    string
	Open    bool
	Current string
	New     frontend.Field
	Former  []FormerRow
}

// FormerRow is an address that was given up.
type FormerRow struct{ Address, Since string }

// EarlierRow is another ticket of the same person.
type EarlierRow struct {
	ID                  helpdesk.ID
	Href, Number, Title string
	Channel, When       string
	State               frontend.Chip
}

// MergeForm says that another ticket's person is this one.
type MergeForm struct {
	frontend.Words
	Base   string
	Open   bool
	Number frontend.Field
	Offers []Other // from the same address
	Merged []MergedRow
}

// MergedRow is a merge that can be undone, by the tickets it brought.
type MergedRow struct {
	Person  helpdesk.ID
	Tickets string
}

// SplitForm says that tickets concern somebody else.
type SplitForm struct {
	frontend.Words
	Base    string
	Known   bool // there is a person to split from
	CanUndo bool
	Tickets []frontend.Option // this one first
}

// ConflictForm marks two persons as in conflict.
type ConflictForm struct {
	frontend.Words
	Base   string
	Open   bool
	Number frontend.Field
	Teams  []frontend.Option
	Rows   []ConflictRow
}

// ConflictRow is somebody they are in conflict with. Without Href the other
// ticket is not this session's to see, and nothing of it is said.
type ConflictRow struct {
	Ticket       helpdesk.ID
	Href, Number string
}

// CallForm is the form of a note of a call, in a ticket or before there is one.
type CallForm struct {
	Desk
	Action, Route, Client string
	Number, Up            string // of its ticket, "" before there is one
	Problem               *frontend.Notice
	Careful               []frontend.Notice
	How, Ours, With       []frontend.Option
	Turn                  []frontend.Option
	Languages             []frontend.Option
	Nobody, Left          bool
	Minutes, At, Text     frontend.Field
	New                   *NewCall
}

// NewCall is what a ticket needs that begins with a call.
type NewCall struct {
	frontend.Words
	Teams         []frontend.Option
	About, Called frontend.Field
	Facts         []frontend.Option // detained, child, urgent
}
