package workspace

import (
	"html/template"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
)

// Page structs and their parts; each has a template of its own name in
// templates/workspace. They hold words and addresses, no rules.

// Desk is what stands around every member's page.
type Desk struct {
	frontend.Page
	Me    string
	Here  string // this page's own address
	Nav   []frontend.Tab
	Bar   Bar
	Mail  MailState
	You   ForYou
	Load  string // a quiet word to who carries much
	Said  *frontend.Notice
	Toast *frontend.Toast
}

// MailState says whether letters come in.
type MailState struct {
	Bad         bool
	Text, Title string
}

// SignIn is the page of the door.
type SignIn struct {
	frontend.Page
	To              string
	Notice          *frontend.Notice
	Login, SixWords frontend.Field
	Passkey         frontend.Passkey
	Chooser         Languages
}

// Languages is the language chooser of pages before a session.
type Languages struct {
	Label, Back, Lang string
	Choices           []locale.Language
}

// Invitation is the first page of a new colleague.
type Invitation struct {
	frontend.Page
	Action  string
	Chooser Languages
}

// NewWords shows the six words once and asks for two of them.
type NewWords struct {
	frontend.Page
	Six           []string
	Joined        string
	Warning       frontend.Notice
	First, Second frontend.Field
}

// Lost opens the door with the recovery code when the words are lost.
type Lost struct {
	frontend.Page
	Login, Code frontend.Field
	Chooser     Languages
}

// RecoveryCode offers to make the code, or shows it, once.
type RecoveryCode struct {
	frontend.Page
	Groups  []string // four letters each; none before it is made
	Warning frontend.Notice
}

// Admission is what a colleague sees until a member has admitted them.
type Admission struct{ frontend.Page }

// Ticket is the page of one matter.
type Ticket struct {
	Desk
	Head     Head
	Talk     *Talk // a chat's own dress
	Danger   DangerPanel
	Messages []Message
	Listener Listener
	Newer    *frontend.Notice
	Answer   *Answer
	Note     *NoteForm
	Shelf    *Shelf
	Besides  *BesideListener
	Side     Side
	Asked    *AskedPanel      // to who was asked for advice
	Passed   []PassedCard     // drafts that were handed over
	Listen   *ListenPanel     // so soon after a refusal
	Advice   *frontend.Notice // beside the composer
}

// Head is a ticket's head: what, who reads it, who is there, what can be done.
type Head struct {
	frontend.Words
	OOB                          bool
	Base, Up, Number, Title      string
	Version                      int64
	Chips                        []frontend.Chip
	Readers                      frontend.Readers
	Guests                       []GuestRow // single readers, who can be sent away
	Lookers                      string
	Notices                      []Question
	Strangers                    []Stranger // who wait for a yes
	Unwanted                     *Unwanted  // the menu about junk
	CanTake, CanClose, CanReopen bool
	Guest                        bool // who decides nothing here
	Drafted                      bool // something of theirs would go along
	People, Teams, Priorities    []frontend.Option
	Due                          string // the due day as an input of type date has it
}

// Question is a notice with one click that decides.
type Question struct {
	frontend.Words
	Kind, Text, More      string
	Look, LookText        string
	Action, Route, Button string
	Values                []Hidden
}

// Hidden is a hidden field of a form.
type Hidden struct{ Name, Value string }

// Listener asks for what is new when the bell rings.
type Listener struct {
	Href string
	Last int64
	Talk bool // a talk has a bell of its own: here only what colleagues add is asked for
}

// News is what came in since a page was shown.
type News struct {
	frontend.Page
	Messages []Message
	Listener Listener
	Head     Head
	Announce string
}

// SentNews is what became of our letters since a page was shown.
type SentNews struct {
	frontend.Page
	Messages []Message
}

// Message is a letter, an answer, a note or a system line; Look says which.
type Message struct {
	frontend.Words
	ID                       helpdesk.ID
	Look, Icon, What, Who    string
	At, Exact, Machine       string
	Ways                     []Fact
	Notices                  []frontend.Notice
	Pieces                   []Piece
	HTML                     template.HTML
	HTMLOnly                 bool
	Files                    []frontend.Attachment
	Original                 string
	Deliveries               []frontend.Chip
	Offers                   []string         // short answers that were offered
	Doubt                    *frontend.Notice // about who sent it
	Beside                   *Beside          // its translations
	Fresh, Withdrawn, Broken bool
	OOB                      bool
}

// Piece is a stretch of text; with Fold it is folded under those words.
type Piece struct{ Text, Fold string }

// Fact is a labelled line.
type Fact struct{ Label, Text string }

// Answer is the form of an answer. It has its own ground, its own key and its
// own button, and so has NoteForm: a note is never sent by accident.
type Answer struct {
	frontend.Words
	Base, Client, From    string
	Seen, DraftVersion    int64
	To, Cc, Subject, Text frontend.Field
	ReplyAll, Signature   string
	Beside                BesideField
	How                   []frontend.Option // plain mail, secure, or in the conversation
	Saved                 string
	Open                  bool
	Stop                  *frontend.Notice
}

// NoteForm is the form of an internal note.
type NoteForm struct {
	frontend.Words
	Base, Client, Team string
	DraftVersion       int64
	Saved              string
	Text               frontend.Field
	Names              Names
	Ask                *NameAsk
}

// Side is what surrounds a ticket.
type Side struct {
	frontend.Words
	Version                         int64
	Base                            string
	Name, Address, Language, Opened string
	HasWriter, Shared               bool
	Forwarded                       *Forwarded
	Earlier                         []Other // conversations of the same person
	Others, Joined                  []Other
	Twins                           []string // other teams that got the same letter
	About                           About
	Person                          PersonLink
	Agreed                          ConsentCard
	Lend                            *LendCard
	Consult                         *ConsultCard
	Dates                           *DatesCard
	Filing                          *TagCard
	Guide                           *GuideCard
	Branch                          *BranchCard
}

// Forwarded offers to make a colleague's forwarded letter its first sender's.
type Forwarded struct {
	Message helpdesk.ID
	Sender  string
}

// Other is another ticket beside this one.
type Other struct {
	ID                        helpdesk.ID
	Href, Number, Title, When string
}

// WriteFirst is the form of a letter that begins a conversation.
type WriteFirst struct {
	Desk
	Client                string
	DraftVersion          int64
	Saved                 string
	Problem               *frontend.Notice
	Mailboxes             []frontend.Option
	To, Cc, Subject, Text frontend.Field
}

// Asides lists letters that did not become messages.
type Asides struct {
	Desk
	Tabs  []frontend.Tab
	Rows  []AsideRow
	Empty *frontend.Empty
	Pager frontend.Pager
}

// AsideRow is one of them, with all we know of it folded under its line.
type AsideRow struct {
	frontend.Words
	ID                   helpdesk.ID
	Title, Who           string
	When, Exact, Machine string
	Chip                 frontend.Chip
	Why                  frontend.Notice
	Facts, Headers       []Fact
	Original, Again      string // Again leads to a letter that asks for it once more
	CanRecover           bool
}

// Outbox lists our letters on their way.
type Outbox struct {
	Desk
	Rows  []OutboxRow
	Empty *frontend.Empty
}

// OutboxRow is one letter of ours.
type OutboxRow struct {
	ID                   helpdesk.ID
	Href, Title, Author  string
	Made, Exact, Machine string
	State                frontend.Chip
	Next                 string
	CanUndo, CanNote     bool
	People               []Recipient
}

// Recipient is the fate of one copy.
type Recipient struct {
	Address string
	Chip    frontend.Chip
	Why     string
}

// Mail lists the mailboxes and whether letters come in.
type Mail struct {
	Desk
	Rows    []MailRow
	Empty   *frontend.Empty
	Bus     *frontend.Notice // where there are several processes
	Hooks   *frontend.Notice // webhooks that were given up, for coordinators
	Overdue []Overdue
	Ailing  *Ailing
}

// MailRow is one mailbox.
type MailRow struct {
	Address, Team string
	State         frontend.Chip
	Why           string
	Alarms        []frontend.Notice
	Progress      string // with letters that had been waiting
}

// Team lists teams, members and who waits to be admitted.
type Team struct {
	Desk
	Problem *frontend.Notice
	Link    string
	Waiting []WaitingRow
	Teams   []TeamCard
	Invite  *InviteForm
}

// WaitingRow is somebody who waits to be admitted to a team.
type WaitingRow struct {
	User, TeamID      helpdesk.ID
	Name, Login, Team string
	Why               string
	CanAdmit          bool
}

// TeamCard is one team.
type TeamCard struct {
	ID      helpdesk.ID
	Name    string
	Members []MemberRow
}

// MemberRow is one member of a team.
type MemberRow struct {
	User       helpdesk.ID
	Name, Kind string
	Chip       *frontend.Chip
	CanRemove  bool
}

// InviteForm invites a colleague.
type InviteForm struct {
	Name, Login, Address frontend.Field
	Kinds, Teams         []frontend.Option
}

// Settings is a member's own page.
type Settings struct {
	Desk
	Themes, Langs []frontend.Option
	Sessions      []SessionRow
	Others        bool // there are more than this
	Factor        MyFactor
	News          []SignInRow // lately about their sign-in, newest first
}

// SignInRow is one thing that was done about the member's sign-in, or tried.
type SignInRow struct{ What, When, Exact, Machine string }

// SessionRow is one of the member's sessions.
type SessionRow struct {
	ID          helpdesk.ID
	Since, Last string
	Own         *frontend.Chip
}
