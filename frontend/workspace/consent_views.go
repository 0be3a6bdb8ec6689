package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Page structs and parts of consents; their templates are in
// templates/workspace/consent.html.

// ConsentCard stands beside a ticket: what was asked and allowed, and what was
// handed on. The ticket does not wait for it: the page asks once it is shown.
type ConsentCard struct {
	frontend.Words
	Base                string
	Loaded              bool
	Consents, Referrals []frontend.Chip
	Waits               string
}

// AgreedNews is the card again, after the bell rang.
type AgreedNews struct {
	frontend.Page
	Card ConsentCard
}

// Consents lists what a ticket's person was asked.
type Consents struct {
	Desk
	Base, Number, Live string
	MayAsk             bool
	Rows               []ConsentRow
	Empty              *frontend.Empty
}

// ConsentRow is one question and what became of it.
type ConsentRow struct {
	frontend.Words
	ID                helpdesk.ID
	Base, Href, Title string
	Chips             []frontend.Chip
	When, Exact       string
	Items             []ConsentItem
	Stop              bool
}

// ConsentItem is one thing to be shared.
type ConsentItem struct {
	Key, Label string
	Chips      []frontend.Chip
}

// ConsentAsk is the question on its way: first what for, then the rest.
type ConsentAsk struct {
	Desk
	Base, Number string
	Purposes     []ConsentPurpose // while none is chosen
	Form         *AskForm
}

// ConsentPurpose is one of those a question may have.
type ConsentPurpose struct{ Href, Name, Text string }

// AskForm lays out a question for one purpose.
type AskForm struct {
	frontend.Words
	Base, Purpose, Name, Text string
	Warning                   *frontend.Notice
	Problem                   *frontend.Notice
	To                        []AskRecipient
	Find                      frontend.Field
	Found                     []AskRecipient
	None                      string // nothing was found
	Free                      *FreeRecipient
	HasItems, HasTo           bool
	Items, Special            frontend.Field
	Use, Limits, Keep, Days   frontend.Field
	Day                       *frontend.Field
	From                      frontend.Field
	Languages, Roles, Ages    []frontend.Option
	Spoken, Started           bool
}

// AskRecipient is one who was chosen, or could be.
type AskRecipient struct {
	frontend.Words
	ID    helpdesk.ID
	Name  string
	Value string // what the form carries of who is not in the directory
	Where string
	Chips []frontend.Chip
	Why   string // why it can't be chosen
}

// FreeRecipient is somebody who is not in the directory.
type FreeRecipient struct {
	frontend.Words
	Name, Country frontend.Field
	Authority     bool
}

// ConsentPage is one consent with everything that can be done about it.
type ConsentPage struct {
	Desk
	Base, Up, Number, Live string
	Here                   string // this consent's own address
	Chips                  []frontend.Chip
	Problem                *frontend.Notice
	Notices                []frontend.Notice
	Items                  []ConsentItem
	Facts                  []Fact
	Steps                  []StepRow
	Turn                   *TurnForm
	Spoke, Paper, Renew    *SaidForm
	Stop                   *StopForm
	End                    *EndConsent
	Receipt, Signed        bool
}

// StepRow is one thing that happened.
type StepRow struct{ Text, At, Exact, Machine string }

// Spokesman are the fields about who speaks, and between which languages.
type Spokesman struct {
	frontend.Words
	Under                       string // tells the fields of several forms apart
	Roles, Interpreters         []frontend.Option
	Guardian, Interpreted, Note frontend.Field
	Explained                   *frontend.Field // where nothing is written in their language
	Child                       string
}

// TurnForm begins a page that is turned to the person.
type TurnForm struct {
	frontend.Words
	Here string
	Who  Spokesman
}

// SaidForm writes down what somebody said otherwise than with their own key.
type SaidForm struct {
	frontend.Words
	Here, Action, Route, Button string
	Under                       string
	Open, Paper, Renew, Single  bool
	Methods, Answers, Alone     []frontend.Option
	Items                       []SaidItem
	Who                         Spokesman
	Witness                     frontend.Field
	Started                     bool // it is to be said whether they began
	StartedTicked               bool
}

// SaidItem is one thing with a tick of its own, never ticked beforehand.
type SaidItem struct {
	Key, Label string
	Ticked     bool
	Special    string
	// What exactly leaves, where that is laid down.
	Text, Translation, File string
}

// StopForm stops it because they told one of us.
type StopForm struct {
	frontend.Words
	Here string
	Note frontend.Field
}

// EndConsent ends it because we do.
type EndConsent struct {
	frontend.Words
	Here string
	Open bool
	Why  frontend.Field
}

// ConsentTurned is the question on the counsellor's screen, turned to the
// person, in the person's language.
type ConsentTurned struct {
	frontend.Page
	Here, Back            string
	BackText, BackLang    string
	Head, Pick, AloneText string
	Problem               string
	Items                 []SaidItem
	Lines                 []string
	Kept                  []Hidden
	Thanks                []string // after the answer; the question is gone then
	Also                  []string // what goes along with whatever is ticked
}

// ConsentPaper is the question on paper, to be signed, or a receipt to keep.
type ConsentPaper struct {
	frontend.Page
	Up, UpText, UpLang string
	From, Head         string
	Sign               bool
	Items              []PaperItem
	Lines              []string
	Steps              []string
	AloneText          string
	SignText, DayText  string
	HelperText         string
	JSON               string
	Mark               string // where our book stood
	Unwritten          string // there are no texts in that language
}

// PaperItem is one thing on paper, and what was said to it.
type PaperItem struct{ Label, Said string }
