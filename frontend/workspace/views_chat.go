package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Bar stands on every page: whether the counsellor is here, what calls for
// them, and their own talks. It carries counts, and no word of a person.
type Bar struct {
	frontend.Words
	Back                   string // where the switch leads without scripts
	On                     helpdesk.ID
	State                  string
	Choices                []frontend.Option
	Waiting, Unread, Calls int
	Here                   int
	Talks                  []TalkRow
}

// News is how much asks to be looked at: the title's mark.
func (b Bar) News() int { return b.Waiting + b.Unread + b.Calls }

// BarNews is the bar alone, for the script that keeps it fresh.
type BarNews struct {
	frontend.Page
	Bar Bar
}

// TalkRow is one of the counsellor's talks, in the list beside every page.
type TalkRow struct {
	frontend.Words
	Href, Title, Language string
	Unread                int
	Here, Typing, Away    bool
}

// Chats is who waits, who calls for help, and who is here.
type Chats struct {
	Desk
	List  ChatList
	Doors []DoorRow
	Every string // address at which the page renews itself without scripts
}

// ChatList is what changes by itself on the page.
type ChatList struct {
	frontend.Words
	Calls      []CallRow
	Waiting    []WaitRow
	Colleagues []ColleagueRow
	Empty      *frontend.Empty
}

// CallRow is a colleague who asks for a second person.
type CallRow struct {
	frontend.Words
	Href, Who, Title string
	At, Exact        string
}

// WaitRow is somebody who waits for a counsellor.
type WaitRow struct {
	frontend.Words
	Base, Title, Language string
	Chips                 []frontend.Chip
	Wait, Exact           string
	Why                   string // handed over, or left by a counsellor; "" for a first wait
	First, Next           bool   // Next: the one to take now
}

// ColleagueRow is somebody who is here.
type ColleagueRow struct {
	Name  string
	Chip  frontend.Chip
	Talks string
}

// DoorRow is how the chat stands for one audience, as persons see it.
type DoorRow struct {
	Name string
	Chip frontend.Chip
	Why  string
}

// Talk is a chat's ticket in its own dress: live messages, and a composer that
// speaks into the conversation.
type Talk struct {
	frontend.Words
	Base   string
	Ticket helpdesk.ID
	After  int64 // the newest message of the person's conversation on the page
	Live   bool  // this counsellor's own table
	Seat   SeatLine
	Form   *SayForm
	Over   []frontend.Option // whom a talk can be handed to
	Bring  []frontend.Option // who can be brought in
	End    *EndForm
}

// SeatLine is how both sit. It is sent anew with each ring.
type SeatLine struct {
	frontend.Words
	Base    string
	State   string // changes when what can be done changes
	Chip    frontend.Chip
	Text    string
	CanTake bool
	Take    string // what the button says
	Guest   string // what is known of the other side just now
	Hint    *frontend.Notice
	Closing []string // closing questions, to be put into the composer
}

// SayForm speaks into the conversation.
type SayForm struct {
	frontend.Words
	Base, Client  string
	Way, To, More string
	Text          frontend.Field
	Offers        string
	Beside        BesideField
	Phrases       []PhraseGroup
	DraftVersion  int64
	Saved         string
	Typing        bool // the house shows who writes
}

// PhraseGroup is what is often said, in one language.
type PhraseGroup struct {
	Language, Tag string
	Texts         []string
	Open          bool
}

// GuestRow is a colleague or an interpreter who reads along.
type GuestRow struct {
	User        helpdesk.ID
	Name, Until string
}

// EndForm ends a talk with a note and a topic.
type EndForm struct {
	frontend.Words
	Base        string
	Note, Topic frontend.Field
}

// TalkNews answers the bell of a talk: what was said since, and how both sit.
type TalkNews struct {
	frontend.Page
	Messages []Message
	After    int64
	Seat     *SeatLine // nil when they sit as before
	Announce string
	shut     bool // something does not open with the session's keys
}

// DangerPanel leads through what is done when a life is in danger.
type DangerPanel struct {
	frontend.Words
	Base  string
	Open  bool
	Steps []DangerStep
	Warn  string // what is still asked for
}

// DangerStep is one step: done by somebody, or to be done.
type DangerStep struct {
	frontend.Words
	Base, Step, Client  string
	Title, Text, Button string
	Phrase              string // what can be said to the person, in their language
	Done, Remark        string
}

// About is what the person told, or a colleague found out.
type About struct {
	frontend.Words
	Base   string
	Facts  []Fact
	Chips  []frontend.Chip
	Child  bool
	Alone  []frontend.Option
	Secure []frontend.Option
	Code   *CodeForm
}

// CodeForm offers a new return code to who lost theirs.
type CodeForm struct {
	frontend.Words
	Base string
	Two  bool // a second counsellor has to want it, too
}

// ClaimCode shows a code once, to be told.
type ClaimCode struct {
	Desk
	Back   string
	Number string
	Groups []string
	Noted  bool
}
