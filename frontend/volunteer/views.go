package volunteer

import (
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
)

// Frame is what stands around every page of theirs.
type Frame struct {
	frontend.Page
	User      helpdesk.ID // "" while nobody is in
	Me, Login string
	Inside    bool
	Back      string // where choosing a language leads back
	Idle      int    // seconds until the page locks
	Languages []locale.Language
}

// frameOf makes it.
func frameOf(v *frontend.Visit, title string) Frame {
	f := Frame{Page: v.Page(title), Back: v.Path(), Languages: v.Languages(), Idle: int(idle.Seconds())}
	f.Brings = []string{"volunteer.css", "volunteer.js"}
	if s, is := v.Outsider.(somebody); is {
		f.Inside, f.User, f.Me, f.Login = true, s.User.ID, s.User.Name, s.User.Login
		f.Brings = append(f.Brings, "volunteer-lock.js")
	}
	return f
}

// Hidden is a value a form carries along.
type Hidden struct{ Name, Value string }

// SignIn is where accounts come in. What was being sent when a session ended is
// carried through it.
type SignIn struct {
	Frame
	Notice          *frontend.Notice
	Locked          bool // the session lives: the words alone are asked
	Login, SixWords frontend.Field
	Code            frontend.Digits
	To              string
	Carried         []Hidden
}

// Again shows what was being sent when the session ended, to be sent now.
type Again struct {
	Frame
	To, Route string
	Carried   []Hidden
	Texts     []string
}

// Invited is an invitation before it is used.
type Invited struct {
	Frame
	Action string
}

// Enrolled shows words and second factor, once.
type Enrolled struct {
	Frame
	Kit   frontend.Kit
	Waits bool
	Form  SignIn
}

// Home is the volunteer's screen.
type Home struct {
	Frame
	Waits    bool // somebody of the branch has to let them in
	Done     *frontend.Notice
	Ends     *frontend.Notice // the account ends soon
	Form     *HandForm
	Cards    int // in hand
	Rows     []Row
	Talks    []Row
	Beside   *Counsellor
	Lead     bool
	Waiting  int // colleagues who wait to be let in
	Branch   string
	HowAsked bool
	Phone    *frontend.Notice
}

// Row is one hand-on, or one talk.
type Row struct {
	Href, Name, Told, Exact string
	Chips                   []frontend.Chip
	Asks                    []string
	Over                    string
}

// Counsellor stands beside the branch.
type Counsellor struct {
	Name, Days string
	Write      string // the standing talk
	Call, Dial string
}

// HandOn is one question of a hand-on, for who has no scripts, and all of them
// for who has.
type HandOn struct {
	Frame
	Problem   *frontend.Notice
	Number    string // "2 of 5"
	Unknowing bool
	Hidden    []Hidden
	Step      *Step
	Way       *Way
	Last      *Last
	Form      *HandForm
}

// Last is the last question, with what was answered before.
type Last struct {
	Title, Summary string
	Needs          []frontend.Option
	Line           frontend.Field
}

// Danger is what to do now, and how to hand on without a yes.
type Danger struct {
	Frame
	Problem  *frontend.Notice
	Numbers  []Number
	Client   string
	Language []frontend.Option
	Needs    []frontend.Option
	Line     frontend.Field
}

// Number is one to call.
type Number struct{ Name, Number, Dial, Hours string }

// Follow is a hand-on as its branch may see it at this request.
type Follow struct {
	Frame
	ID      helpdesk.ID
	State   string // what the script compares
	Name    string
	Done    *frontend.Notice
	Problem *frontend.Notice
	Over    *Over
	Told    string
	Exact   string
	Chips   []frontend.Chip
	Status  string
	Ending  string
	Until   string
	Tasks   []TaskRow
	Said    []Said
	Client  string
	Text    frontend.Field
	Beside  bool
	Office  frontend.Field
}

// Over stands where there is nothing to see any more.
type Over struct{ Title, Text, Stop string }

// TaskRow is something the branch is asked to do.
type TaskRow struct {
	frontend.Words
	Base, ID, What, Day, Text string
	Chip                      frontend.Chip
	CanTake, CanEnd           bool
}

// Said is something said.
type Said struct {
	Who, When, Exact, Text, Note string
	Own                          bool
}

// Ask is a question without names.
type Ask struct {
	Frame
	Problem *frontend.Notice
	Client  string
	Text    frontend.Field
	Found   *Found
}

// Found is what looks like a name, a number, a date or a place.
type Found struct {
	frontend.Words
	Parts []Part
	Kinds string
}

// Part is a piece of the text; Mark says what it looks like, "" for nothing.
type Part struct{ Text, Mark string }

// Talk is a conversation with the counsellors about nobody by name.
type Talk struct {
	Frame
	ID      helpdesk.ID
	State   string
	Done    *frontend.Notice
	Problem *frontend.Notice
	Chip    frontend.Chip
	Said    []Said
	Client  string
	Text    frontend.Field
}

// How is "How are you?".
type How struct {
	Frame
	Problem *frontend.Notice
	Done    *frontend.Notice
	Asked   string // already
	Whens   []frontend.Option
	Text    frontend.Field
}

// Cards is the list of a branch's cards, and how to print more.
type Cards struct {
	Frame
	Problem *frontend.Notice
	Done    *frontend.Notice
	Rows    []CardRow
	Empty   *frontend.Empty
	Numbers []frontend.Option
	Langs   []frontend.Option
}

// CardRow is one card.
type CardRow struct {
	ID           helpdesk.ID
	Name, Made   string
	Chip         frontend.Chip
	CanDrop      bool
	Exact, Until string
}

// Sheet is the paper with the cards to cut out, shown once.
type Sheet struct {
	Frame
	Warning frontend.Notice
	Paper   Paper
	Each    []PaperCard
}

// Paper is what stands on each card, in the person's language.
type Paper struct {
	Lang, Dir, Name          string
	Lead, Web, Address, Call string
	Code, Door               string
	Phones                   []PaperPhone
	Names                    []locale.Language
}

// PaperPhone is a number with its hours.
type PaperPhone struct {
	Name, Number string
	Hours        []string
}

// PaperCard is one card.
type PaperCard struct{ Code, Until string }

// Know is what we can help with, and what was learned.
type Know struct {
	Frame
	Scopes    []Scope
	Playbooks []Playbook
	Empty     *frontend.Empty
	Leaflets  string
}

// Scope is one thing we can help with.
type Scope struct{ Title, Text string }

// Playbook is what was learned from a consultation.
type Playbook struct{ Title, Text, When string }

// Guide is how to talk.
type Guide struct {
	Frame
	Steps []GuideStep
}

// GuideStep is one part of it.
type GuideStep struct {
	Step  string
	Lines []string
}

// Near finds help near a place.
type Near struct {
	Frame
	Need, Place frontend.Field
	Langs       []frontend.Option
	Problem     *frontend.Notice
	Found       string
	Others      []Other
	Hits        []Hit
	Empty       *frontend.Empty
	Pager       frontend.Pager
}

// Other is another place of that name.
type Other struct{ Text, Href string }

// Hit is somebody who helps.
type Hit struct {
	Href, Name, By, Where, Languages string
	Chips                            []frontend.Chip
}

// NearOne is one service.
type NearOne struct {
	Frame
	Back   string
	By     string
	Text   string
	Shares string
	Facts  []Fact
	Phones []Number
}

// Fact is one thing known about it.
type Fact struct{ Label, Text string }

// Members are the people of the branch.
type Members struct {
	Frame
	Problem                *frontend.Notice
	Done                   *frontend.Notice
	Link, For              string // shown once
	Rows                   []Member
	Lead                   bool
	Name, Account, Address frontend.Field
	Months                 []frontend.Option
	Langs                  []frontend.Option
}

// Member is one of them.
type Member struct {
	frontend.Words
	ID                       helpdesk.ID
	Name, Login, Until, Load string
	State                    frontend.Chip
	CanAdmit, CanRenew       bool
	CanAgain, CanEnd         bool
}
