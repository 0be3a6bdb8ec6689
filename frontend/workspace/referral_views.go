package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Page structs and parts of referrals; their templates are in
// templates/workspace/referral.html.

// Referrals lists those of one ticket.
type Referrals struct {
	Desk
	Base, Number, Live string
	MayRefer           bool
	Rows               []ReferralRow
	Empty              *frontend.Empty
}

// Underway lists what one, or a team of one's, has begun.
type Underway struct {
	Desk
	Returned, Late, Rest []ReferralRow
	Lates                []LateRow // a coordinator's: of others
	Empty                *frontend.Empty
	Exceptions, Requests string
	Notices              string // a coordinator's
}

// ReferralRow is one of them.
type ReferralRow struct {
	frontend.Words
	ID                 helpdesk.ID
	Href, To, Need     string
	Ticket, TicketHref string
	Chips              []frontend.Chip
	Owner, When, Exact string
	Reason             string // why it came back
}

// LateRow is one that is late, by what stands in plain.
type LateRow struct {
	Href, Text, Owner string
	Chip              frontend.Chip
}

// ReferralNew begins one: what for, and to whom. Nobody is chosen beforehand. Of a
// draft it chooses another recipient.
type ReferralNew struct {
	Desk
	Up, Here, Route              string
	Draft                        bool
	Base, Number                 string
	Problem                      *frontend.Notice
	Twice                        bool // another one is open for this need
	Need, Find, From             frontend.Field
	Languages, Modes, Priorities []frontend.Option
	Found                        []ReferralHit
	None                         string
}

// ReferralHit is an organisation that was found, and whether it takes what we
// would send.
type ReferralHit struct {
	frontend.Words
	ID    helpdesk.ID
	Name  string
	Where string
	Chips []frontend.Chip
	Why   string // why it can't be chosen for this
}

// ReferralPage is one referral.
type ReferralPage struct {
	Desk
	ID                           helpdesk.ID
	Base, Up, Number, Here, Live string
	Version                      int64
	Chips                        []frontend.Chip
	Problem                      *frontend.Notice
	Notices                      []frontend.Notice
	Gates                        []Gate
	Facts                        []Fact
	Draft                        *DraftForm
	Send                         *SendForm
	Reduce                       bool
	Card                         bool
	Items                        []ConsentItem
	Preview                      bool
	Talk                         []TalkWord
	Word                         *frontend.Field
	Updates                      []UpdateForm
	Openings                     []StepRow
	Left                         []LeftRow
	Owners                       []frontend.Option
	Cancel, Recall, Back, Except bool
}

// Gate is one of what has to be true before anything goes.
type Gate struct {
	Text, Why, Href, HrefText string
	Chip                      frontend.Chip
}

// DraftForm lays a referral out.
type DraftForm struct {
	frontend.Words
	Here                                string
	Version                             int64
	Modes, Priorities, Services         []frontend.Option
	Need, Reason, Limits, From          frontend.Field
	Likely, Unpromised, Agreed          bool
	Parts                               []PartRow
	Texts                               []TextPart
	Signpost                            bool
	Twice                               bool
	Use, Keep, Days                     frontend.Field
	Languages, Roles, Ages, Permissions []frontend.Option
	Spoken, Started                     bool
}

// PartRow is something written or a file of the ticket that could be handed over.
type PartRow struct {
	frontend.Words
	Key                string // "m-ID" or "f-ID-N"
	What, Who, When    string
	Text               string
	In, Special        bool
	Label, Cut, Beside frontend.Field
	Lines              []PartLine // of a note
	Offers             []frontend.Option
	File               bool
}

// PartLine is one line of a note.
type PartLine struct {
	Value, Text string
	In          bool
}

// TextPart is something written for this referral.
type TextPart struct {
	frontend.Words
	Key                 string
	Label, Text, Beside frontend.Field
	Special, Updating   bool
}

// SendForm hands it over.
type SendForm struct {
	frontend.Words
	Here      string
	Version   int64
	Address   frontend.Field
	Languages []frontend.Option
	Exception bool
}

// TalkWord is something said about a referral by one of its three readers.
type TalkWord struct {
	Who, Kind, Text, At, Exact, Machine string
}

// UpdateForm sends a newer text of what was allowed as changing.
type UpdateForm struct {
	frontend.Words
	Here, Key, Label string
	Last             []StepRow
	Text             frontend.Field
}

// LeftRow is something that left the house.
type LeftRow struct{ Text, More, At, Exact, Machine string }

// ReferralShown is the package as its recipient will see it.
type ReferralShown struct {
	Desk
	Up, To, From, Need, Reason string
	Frozen                     bool
	Restrictions               []string
	Items                      []ShownItem
	Empty                      *frontend.Empty
}

// ShownItem is one thing in it.
type ShownItem struct {
	Label, Text, Translation, File string
	Chips                          []frontend.Chip
}

// ReferralCode is the twelve digits, shown once.
type ReferralCode struct {
	Desk
	Back, To, Until string
	Groups          []string
}

// ContactCard is what the person gets of a signpost, in their language.
type ContactCard struct {
	frontend.Page
	Up, UpText, UpLang string
	Action, ActionText string
	Name, By           string
	Lines              []string
	Facts              []Fact
	Warning            string
}
