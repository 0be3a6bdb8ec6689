package tickets

import (
	"log/slog"

	"returnsupport/helpdesk/hours"
)

// Facts are what a person told us in the start questions, or a colleague found
// out later. They lie in the sealed head.
type Facts struct {
	Audience        string `json:"audience,omitempty"` // as hours.Audience: detained, child, partner; "" for everyone else
	Helper          bool   `json:"helper,omitempty"`   // writes for somebody else
	Spoken          string `json:"spoken,omitempty"`   // the language wished for, a tag
	Interpreter     bool   `json:"interpreter,omitempty"`
	NotOwnCommunity bool   `json:"not_own_community,omitempty"` // nor an interpreter from it
	Wish            string `json:"wish,omitempty"`              // woman, man or ""
	Urgent          bool   `json:"urgent,omitempty"`            // must travel within three days, or danger
	Child           bool   `json:"child,omitempty"`
	Alone           string `json:"alone,omitempty"`     // a child: alone, parents or ""
	CallBack        string `json:"call_back,omitempty"` // a number and the hours that are safe, as they wrote it
	// Secure is the person's own choice between plain mail and answers behind a
	// link; nil where the mailbox decides.
	Secure      *bool  `json:"secure,omitempty"`
	LeftQuickly bool   `json:"left_quickly,omitempty"` // don't write first by another way
	Topic       string `json:"topic,omitempty"`
	Centre      string `json:"centre,omitempty"` // where somebody is detained, a key
	// Tags are a few keys of the house's own list.
	Tags []string `json:"tags,omitempty"`
	// Dates are all days that matter, done ones too.
	Dates []Date `json:"dates,omitempty"`
	// Papers are those we have seen of the case: PapersNone, PapersPart,
	// PapersAll, or "" while nobody asked.
	Papers string `json:"papers,omitempty"`
	// AppealBy is who looks after the appeal, as the person or a colleague says.
	AppealBy string `json:"appeal_by,omitempty"`
	// Why is how the ticket came to its team, owner and priority.
	Why []Because `json:"why,omitempty"`
}

// What we have seen of somebody's papers.
const (
	PapersNone = "none"
	PapersPart = "part"
	PapersAll  = "all"
)

// LogValue keeps content out of logs.
func (Facts) LogValue() slog.Value { return sealedValue }

// Whose is the audience whose hours count for them.
func (f Facts) Whose() hours.Audience {
	switch {
	case f.Child:
		return hours.Child
	case f.Audience == "":
		return hours.Everyone
	}
	return hours.Audience(f.Audience)
}

// Priority is the one number of them that stands in plain: MaxPriority for who
// must travel or is in danger and while a right to appeal can be lost, 2 for a
// child, 1 for who is detained.
func (f Facts) Priority() int {
	_, appeal := f.Appeal()
	switch {
	case f.Urgent || appeal:
		return MaxPriority
	case f.Child || f.Audience == "child":
		return 2
	case f.Audience == "detained":
		return 1
	}
	return 0
}
