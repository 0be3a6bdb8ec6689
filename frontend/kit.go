package frontend

import (
	"strings"

	"returnsupport/helpdesk/staff"
)

// Kit is what somebody outside is given at their first visit, once: six words and
// a second factor.
type Kit struct {
	Words
	Six, Secret []string
	Square      Square
	Warning     Notice
}

// Kit lays it out to be written down.
func (v *Visit) Kit(made staff.Enrolment) (Kit, error) {
	square, err := DrawSquare(made.URI, v.Say("partner.square"))
	if err != nil {
		return Kit{}, err
	}
	return Kit{Words: v.Page("").Words, Six: strings.Fields(made.Words), Secret: Fours(made.Secret), Square: square,
		Warning: Notice{Kind: "warn", Text: v.Say("partner.enrolled.once"), More: v.Say("partner.enrolled.once.more")}}, nil
}
