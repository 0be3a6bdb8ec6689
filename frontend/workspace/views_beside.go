package workspace

import "returnsupport/frontend"

// Parts beside a ticket: what it is filed under, the guide; their templates are
// in templates/workspace/beside.html.

// TagCard is what a ticket is filed under.
type TagCard struct {
	frontend.Words
	Base                  string
	Version               int64
	Decides               bool
	Topic, Centre         string
	On                    []frontend.Chip
	Topics, Tags, Centres []frontend.Option
}

// GuideCard is the conversation guide.
type GuideCard struct {
	frontend.Words
	Steps []GuideStep
}

// GuideStep is one step of it.
type GuideStep struct {
	Step  string
	Lines []string
}
