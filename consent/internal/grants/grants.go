// Package grants decides what a consent allows: this, to them, for that,
// there, now. It is handed what stands in the book and computes each answer
// anew.
//
// Never: a database, a key or a clock of its own. Facts in, yes or no out, with
// the reason.
package grants

import (
	"log/slog"
	"time"

	"returnsupport/helpdesk"
)

// State is where a consent stands (in brackets the name in the W3C Data Privacy
// Vocabulary, DPV 2).
type State string

// The states of a consent.
const (
	Unknown     State = ""            // (ConsentUnknown)
	Requested   State = "requested"   // (ConsentRequested)
	Given       State = "given"       // (ConsentGiven)
	Renewed     State = "renewed"     // (RenewedConsentGiven)
	Refused     State = "refused"     // (ConsentRefused)
	Deferred    State = "deferred"    // (ConsentRequestDeferred)
	Withdrawn   State = "withdrawn"   // by the person (ConsentWithdrawn)
	Expired     State = "expired"     // (ConsentExpired)
	Revoked     State = "revoked"     // by us (ConsentRevoked)
	Invalidated State = "invalidated" // (ConsentInvalidated)
)

// Age is the band somebody is in; never a birth date.
type Age string

// The age bands.
const (
	AgeUnknown Age = ""
	Under13    Age = "under13"
	Under18    Age = "13-17"
	Adult      Age = "adult"
)

// Role is in what capacity somebody says yes or no.
type Role string

// The roles. Conflict stands for a guardian who must not be asked: a recorded
// conflict of interest.
const (
	Self           Role = "self"
	Guardian       Role = "guardian"
	Representative Role = "representative"
	Conflict       Role = "conflict"
)

// Method is how somebody told us.
type Method string

// The methods. The first three are the person's own and signed with their key;
// all others name a witness.
const (
	Web      Method = "web"      // a button on their own page
	Chat     Method = "chat"     // a button in the chat
	MailLink Method = "link"     // behind a mail link
	Together Method = "together" // at the counsellor's screen
	Phone    Method = "phone"
	Visit    Method = "visit"
	Paper    Method = "paper" // signed, with a scan
	Told     Method = "told"  // said to one of us, in whatever way: enough to stop
)

// Own tells whether the person used their own key.
func (m Method) Own() bool { return m == Web || m == Chat || m == MailLink }

// Known tells whether it is one of them.
func (m Method) Known() bool {
	switch m {
	case Together, Phone, Visit, Paper, Told:
		return true
	}
	return m.Own()
}

// Interpreter is who stood between the languages.
type Interpreter string

// The kinds of interpreter. What a child or a relative interpreted is written
// down, and is not valid.
const (
	NoInterpreter Interpreter = ""
	Professional  Interpreter = "professional"
	Volunteer     Interpreter = "volunteer" // trained
	Bilingual     Interpreter = "bilingual" // our own staff
	Machine       Interpreter = "machine"
	ChildSpoke    Interpreter = "child"
	RelativeSpoke Interpreter = "relative"
)

// Stands tells whether a yes by this interpreter can be valid.
func (i Interpreter) Stands() bool { return i != ChildSpoke && i != RelativeSpoke }

// Known tells whether it is one of them.
func (i Interpreter) Known() bool {
	switch i {
	case NoInterpreter, Professional, Volunteer, Bilingual, Machine, ChildSpoke, RelativeSpoke:
		return true
	}
	return false
}

// Recipient is somebody named to get something. All of it is sealed.
type Recipient struct {
	ID        helpdesk.ID `json:"id,omitempty"` // in the directory; "" for who is not there
	Name      string      `json:"name"`
	Kind      string      `json:"kind,omitempty"`     // as in the directory
	Country   string      `json:"country"`            // ISO 3166-1 alpha-2
	Authority bool        `json:"authority,omitzero"` // an authority, here or abroad
	Origin    bool        `json:"origin,omitzero"`    // in the person's country of origin
	// Shares: it shares with authorities, and the person is told so.
	Shares bool `json:"shares,omitzero"`
}

// Item is one thing to be shared.
type Item struct {
	Key      string `json:"key"`   // names it in this consent: "phone", or an id
	Label    string `json:"label"` // as the person reads it
	Special  bool   `json:"special,omitzero"`
	Updating bool   `json:"updating,omitzero"` // may be sent again when it changes
}

// Consent is what somebody is asked. It is sealed as a whole.
type Consent struct {
	ID         helpdesk.ID `json:"id"`
	Person     helpdesk.ID `json:"person"`
	Ticket     helpdesk.ID `json:"ticket"`
	Purpose    string      `json:"purpose"`
	Version    int         `json:"version"` // of the purpose
	Notice     helpdesk.ID `json:"notice"`
	Language   string      `json:"language"` // in which it was asked
	Controller string      `json:"controller"`
	Recipients []Recipient `json:"recipients,omitempty"`
	Items      []Item      `json:"items,omitempty"`
	Countries  []string    `json:"countries,omitempty"` // where it may go; those of the recipients
	// Restrictions the recipient confirms before reading ("do not …").
	Restrictions []string    `json:"restrictions,omitempty"`
	Use          string      `json:"use,omitempty"`       // what they use it for, as the person reads it
	Retention    int         `json:"retention,omitempty"` // days the recipient keeps it; 0 for not said
	Role         Role        `json:"role"`                // of whom is asked
	Age          Age         `json:"age,omitempty"`
	Day          string      `json:"day,omitempty"`  // of the return, where the purpose counts from it
	Days         int         `json:"days,omitempty"` // holds for so many days at most; 0 for the purpose's own
	By           helpdesk.ID `json:"by"`             // who asks
}

// LogValue keeps it out of logs.
func (Consent) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Answer is what somebody said. It is sealed as a whole.
type Answer struct {
	State       State       `json:"state"`
	Items       []string    `json:"items,omitempty"` // the keys of those allowed
	Method      Method      `json:"method"`
	Role        Role        `json:"role"`
	Language    string      `json:"language,omitempty"`
	Alone       bool        `json:"alone"`
	Interpreter Interpreter `json:"interpreter,omitempty"`
	// Interpreted names the interpreter, Witness who heard it, Guardian who
	// spoke for a child; Explained who explained it aloud, where the text is not
	// there in the person's language.
	Interpreted string `json:"interpreted,omitempty"`
	Witness     string `json:"witness,omitempty"`
	Guardian    string `json:"guardian,omitempty"`
	Explained   string `json:"explained,omitempty"`
	Note        string `json:"note,omitempty"` // why a guardian is not asked, why we revoke
	Scan        *Scan  `json:"scan,omitempty"`
}

// LogValue keeps it out of logs.
func (Answer) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Scan is a signed paper.
type Scan struct {
	Type  string `json:"type"` // media type
	Bytes []byte `json:"bytes"`
}

// LogValue keeps it out of logs.
func (Scan) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// maxScan is how large a signed paper's picture may be, in bytes.
const maxScan = 5 << 20

// Fits tells whether it is a picture we keep: a PDF, PNG or JPEG of at most
// 5 MiB.
func (s *Scan) Fits() bool {
	known := s.Type == "application/pdf" || s.Type == "image/png" || s.Type == "image/jpeg"
	return known && len(s.Bytes) > 0 && len(s.Bytes) <= maxScan
}

// Event is a step of a consent as the book has it, without what is sealed.
type Event struct {
	State   State
	Outcome string // Outcome… below, or the Role of who said it
	View    bool   // what a child said for itself: State is Given or Refused
	At      time.Time
	Until   time.Time // of Given and Renewed; zero for never valid
}

// Outcomes stand in plain beside a state.
const (
	OutcomeInterpreter = "interpreter" // invalidated: a child or a relative interpreted
	OutcomeUsed        = "used"        // expired: it was for one use
	OutcomeClosed      = "closed"      // expired: what it was for is over
	OutcomeTime        = "time"        // expired: nobody answered, or its time was over
	OutcomeErased      = "erased"      // withdrawn: the person had everything erased
	OutcomeTold        = "told"        // withdrawn or refused: told to one of us
)
