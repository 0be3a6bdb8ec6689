package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// ForYou is the way to what waits for somebody by name, with how much it is.
type ForYou struct {
	frontend.Words
	N int64
}

// ForYouNews is that way again, after the bell rang.
type ForYouNews struct {
	frontend.Page
	You      ForYou
	Announce string
}

// Yours is the page of what waits for somebody by name.
type Yours struct {
	Desk
	Drafts, Named   []YoursRow
	Asked, Asking   []ConsultRow
	Debriefs        []DebriefRow
	Debrief         *DebriefForm // nil while one is asked for
	Empty           *frontend.Empty
	DraftsSay, None string
}

// YoursRow is a ticket in which one was named or handed a draft.
type YoursRow struct {
	frontend.Words
	Href, Number, Title  string
	Text                 string
	When, Exact, Machine string
	New                  bool
	Message              helpdesk.ID // to put aside, "" for a draft
}

// ConsultRow is an open question.
type ConsultRow struct {
	frontend.Words
	ID                  helpdesk.ID
	Href, Number, Title string // the ticket, where the row stands on another page
	Text, Until         string
	Chips               []frontend.Chip
	Base, Button        string // to end it, where one may
}

// DebriefRow is somebody who asks to talk, or whom one asked.
type DebriefRow struct {
	frontend.Words
	ID             helpdesk.ID
	Text, When     string
	Said           string
	CanTake        bool
	EndText        string
	Exact, Machine string
}

// DebriefForm asks for a talk after a hard one.
type DebriefForm struct {
	frontend.Words
	Who, When []frontend.Option
	Said      frontend.Field
	Wrong     string
}

// PassedCard is a draft that was handed over.
type PassedCard struct {
	frontend.Words
	ID           helpdesk.ID
	Base         string
	Title, Text  string
	Saved        string
	Mine         bool // it went to the reader: to take or to drop
	TakeText, No string
}

// ConsultCard asks a colleague or a team, and lists what is asked.
type ConsultCard struct {
	frontend.Words
	Base, Client string
	People       []frontend.Option
	Teams        []frontend.Option
	Stays        []frontend.Option
	Question     frontend.Field
	Open         []ConsultRow
}

// AskedPanel tells whoever was asked why they read this ticket.
type AskedPanel struct {
	frontend.Words
	Text, More string
	Row        ConsultRow
}

// Names are the colleagues a note can name.
type Names struct {
	frontend.Words
	All  []frontend.Option
	Open bool
}

// NameAsk asks before a note names somebody who can't read it.
type NameAsk struct {
	frontend.Words
	Base, Text, More string
	Question, Client string
	Stays            []frontend.Option
	People           []frontend.Option // whom it names and who can't read it
}
