package workspace

import (
	"html/template"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Page structs across languages: translations, the interpreter's pages, and
// the shelf of answers. Their templates stand in across.html and answers.html.

// Beside is what stands beside a message: its translations, and the way to
// another one.
type Beside struct {
	frontend.Words
	ID   helpdesk.ID // of the message
	List []TranslationRow
	Add  string // where the form is; "" for who may not
	OOB  bool
}

// TranslationRow is one translation, marked by whom.
type TranslationRow struct {
	frontend.Words
	ID, Message            helpdesk.ID
	Language, Tag, Text    string
	Mark                   frontend.Chip
	Who, At, Exact         string
	Doubt                  *frontend.Notice
	Drop, Route            string // where the button posts to; "" for who may not
	Back                   string
	Machine, Broken, Plain bool
}

// BesideNews is what changed in translations since a page was shown.
type BesideNews struct {
	frontend.Page
	List     []Beside
	Listener BesideListener
}

// BesideAlone is one message's translations, after somebody changed them.
type BesideAlone struct {
	frontend.Page
	Beside Beside
}

// BesideListener asks for them when the bell rings.
type BesideListener struct{ Href, Trigger string }

// TranslateForm takes a translation by hand, or asks the machine for one.
type TranslateForm struct {
	frontend.Words
	ID               helpdesk.ID
	Action, Route    string
	Back             string
	Languages, Marks []frontend.Option
	Text, Wrong      string
	Machine          string // where the machine is asked; "" when there is none
	MachineRoute     string
	Targets          []frontend.Option
}

// TranslateHere is that form where a script puts it: below its message.
type TranslateHere struct {
	frontend.Page
	Form TranslateForm
}

// Translate is the page of one message and its translations.
type Translate struct {
	Desk
	Back     string
	Original string
	HTML     template.HTML
	Beside   Beside
	Form     TranslateForm
}

// LendCard lets an interpreter read a ticket for a time.
type LendCard struct {
	frontend.Words
	Base  string
	Who   []frontend.Option
	Stays []frontend.Option
}

// Lent lists what was lent to an interpreter.
type Lent struct {
	frontend.Page
	Me    string
	Desk  bool // a member's: the desk is one click away
	Rows  []LentRow
	Empty *frontend.Empty
	Said  *frontend.Notice
}

// LentRow is one conversation lent to them.
type LentRow struct{ Href, Number, Language, Until, Exact string }

// Interpret is the interpreter's page of one conversation: what was written,
// and their own field for each message.
type Interpret struct {
	frontend.Page
	Me, Number, Until string
	Messages          []LentMessage
	Listener          *LentListener
	Said              *frontend.Notice
	Empty             *frontend.Empty
}

// LentMessage is what was said, without who said it.
type LentMessage struct {
	frontend.Words
	ID                 helpdesk.ID
	Look, What         string
	At, Exact, Machine string
	Subject, Text      string
	HTML               template.HTML
	Files              []frontend.Attachment
	Offers             []string
	Notice             *frontend.Notice
	Beside             Beside
	Form               *TranslateForm
}

// LentListener asks for what is new in a conversation lent to them.
type LentListener struct{ Href string }

// LentNews is what came in since the interpreter's page was shown.
type LentNews struct {
	frontend.Page
	Messages []LentMessage
	List     []Beside
	Listener LentListener
}

// Answers is the shelf of canned answers and public information.
type Answers struct {
	Desk
	Tabs    []frontend.Tab
	Rows    []AnswerRow
	Phrases []PhraseGroup
	Empty   *frontend.Empty
}

// AnswerRow is one answer of the shelf.
type AnswerRow struct {
	Href, Title, Kind, Languages string
	Chip                         frontend.Chip
	Source, Owner                string
}

// AnswerPage is one answer with its history, or a new one.
type AnswerPage struct {
	Desk
	ID      helpdesk.ID // "" for a new one
	Chip    *frontend.Chip
	Dropped *frontend.Notice
	Form    *AnswerForm // nil for who may only read it
	Texts   []AnswerText
	Facts   []Fact
	History []AnswerVersion
}

// AnswerForm is where an answer is written.
type AnswerForm struct {
	frontend.Words
	ID      helpdesk.ID
	Version int64
	Problem *frontend.Notice
	Title   frontend.Field
	Source  frontend.Field
	Review  string
	Kinds   []frontend.Option
	Owners  []frontend.Option
	Texts   []AnswerText
	Known   []Fact // the variables and what they are filled with
	CanDrop bool
}

// AnswerText is an answer in one language.
type AnswerText struct {
	Tag, Language, Text string
	Open                bool
}

// AnswerVersion is one version of an answer.
type AnswerVersion struct {
	frontend.Words
	ID               helpdesk.ID
	To, Version      int64 // what undoing goes back to, and what stands
	What, Who        string
	At, Exact        string
	Texts            []AnswerText
	CanUndo, Dropped bool
}

// Insert lists what can be put into a ticket's composer.
type Insert struct {
	Desk
	List InsertList
}

// InsertHere is that list where a script puts it: under the composer.
type InsertHere struct {
	frontend.Page
	List InsertList
}

// InsertList is the answers for one ticket, the person's language first.
type InsertList struct {
	frontend.Words
	Base, Back string
	Rows       []InsertRow
	Empty      *frontend.Empty
}

// InsertRow is one answer that can be inserted, or why it can't.
type InsertRow struct {
	frontend.Words
	Base      string
	ID        helpdesk.ID
	Title     string
	Chip      *frontend.Chip
	Languages []frontend.Option
	Text, Tag string // as it would stand in the first of them
	Why       string // it can't be inserted
}

// Shelf opens the answers below a composer.
type Shelf struct {
	frontend.Words
	Href string
}
