package frontend

// The parts of pages, each once: a struct and the template of its name in
// templates/parts.

// Notice says what happened. Kind is "", "ok", "warn" or "danger".
type Notice struct {
	Kind string
	Text string
	More string // "" without
}

// Icon is the symbol beside the words: colour never says something alone.
func (n Notice) Icon() string {
	switch n.Kind {
	case "ok":
		return "circle-check"
	case "warn":
		return "triangle-alert"
	case "danger":
		return "circle-alert"
	}
	return "info"
}

// Field is one line of a form: label above, help under, error beside it.
type Field struct {
	Name, Label, Help, Wrong, Value string
	Type                            string // "" means text
	Complete                        string // autocomplete
	Rows                            int    // more than 0 makes a textarea
	Key                             string // keys.js finds it by this
	Optional, Spellcheck, Focus     bool
}

// Described lists what describes the field, for aria-describedby.
func (f Field) Described() string {
	var s string
	if f.Help != "" {
		s = f.Name + "-help"
	}
	if f.Wrong != "" {
		if s != "" {
			s += " "
		}
		s += f.Name + "-wrong"
	}
	return s
}

// Chip is a small fact: state, priority, due. Kind is as Notice's, or "accent".
type Chip struct{ Kind, Icon, Text, Title string }

// Empty is what stands where nothing is yet: what will stand here, and how it
// gets here.
type Empty struct{ Icon, Title, Text string }

// Attachment is a file to be saved.
type Attachment struct {
	Name, Size, Href string
}

// Readers is who can read a conversation; always in its head.
type Readers struct {
	Label string
	Names []string
}

// Toast says what just happened; with Route it can be undone for Seconds.
type Toast struct {
	Words
	Text    string
	Action  string // where undo posts to
	Route   string // the same as mounted, for its proof
	Undo    string // the button's words
	Back    string // where undoing leads
	Seconds int
}

// Pager leads on through a list that is longer than a page.
type Pager struct {
	First, FirstText string // "" on the first page
	Next, NextText   string // "" on the last
}

// Tab is one way of a filter bar; Count below 0 is not shown. Many stands in its
// place where counting ended early.
type Tab struct {
	Text, Href, Icon string
	Count            int64
	Many             string
	Here, Gap        bool
}

// Option is one line of a select.
type Option struct {
	Value, Text string
	Chosen      bool
}
