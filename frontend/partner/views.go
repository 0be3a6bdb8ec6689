package partner

import (
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
)

// Frame is what stands around every page of theirs.
type Frame struct {
	frontend.Page
	Me        string // who signed in; "" behind a link
	Inside    bool   // somebody is in: they may leave
	Account   bool
	Back      string // where choosing a language leads back
	Languages []locale.Language
}

// frameOf makes it.
func frameOf(v *frontend.Visit, title string) Frame {
	f := Frame{Page: v.Page(title), Back: v.Path(), Languages: v.Languages()}
	if r, is := v.Outsider.(*recipient); is {
		f.Inside = true
		if r.account != nil {
			f.Me, f.Account = r.account.User.Name, true
		}
	}
	return f
}

// SignIn is where accounts come in.
type SignIn struct {
	Frame
	Notice          *frontend.Notice
	Login, SixWords frontend.Field
	Code            frontend.Digits
}

// Closed is what stands there when the visit of somebody behind a link is over.
type Closed struct {
	Frame
	Notice           *frontend.Notice
	Text, Stop, More string
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

// Opening is where a link leads: a page that knows nothing.
type Opening struct {
	Frame
	Action  string
	Tongues []Tongue
	Key     frontend.Field
	Code    frontend.Digits
}

// Tongue is one way of reading the same page.
type Tongue struct {
	Tag, Name, Href string
	Here            bool
}

// Arrivals lists what was handed over, without anything that is in it.
type Arrivals struct {
	Frame
	Waits   bool // a colleague has to let them in
	Waiting int  // colleagues who wait for them
	Rows    []Arrival
	Empty   *frontend.Empty
}

// Arrival is one of them.
type Arrival struct {
	Href, Ref, When, Exact string
	Chips                  []frontend.Chip
}

// Colleagues are those who wait to be let in.
type Colleagues struct {
	Frame
	Done  *frontend.Notice
	Rows  []Colleague
	Empty *frontend.Empty
}

// Colleague is one of them.
type Colleague struct {
	ID          helpdesk.ID
	Name, Login string
}

// Handover is what was handed over, at this request.
type Handover struct {
	Frame
	ID           helpdesk.ID
	State        string // what the script compares
	Ref          string
	Chips        []frontend.Chip
	Done         *frontend.Notice
	Problem      *frontend.Notice
	Ended        *Ended
	From, Need   string
	Reason       string
	Restrictions []string
	Confirm      bool // the restrictions first
	Items        []Item
	Talk         []Said
	CanAccept    bool
	Return       *Text
	Report       *Report
	Ask          *Text
}

// Ended stands where there is nothing to read any more.
type Ended struct{ Title, Text, Stop, More string }

// Item is one thing that was handed over.
type Item struct {
	Label, Icon       string
	Text, Language    string
	Translation       string
	Newer             []Newer
	File              *frontend.Attachment
	Special, Updating string // words, or ""
}

// Newer is a later text of an item that may change.
type Newer struct{ When, Exact, Text string }

// Said is something said about it.
type Said struct {
	Who, Kind, When, Exact, Text string
	Own                          bool
}

// Report is the form of what came of it.
type Report struct {
	Outcomes []frontend.Option
	Note     Text
}

// Text is a field for words; Of tells it from the others of its page.
type Text struct {
	Of, Label, Help, Value string
	Optional               bool
}
