package workspace

import (
	"testing"

	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/tickets"
)

// A conversation that a branch handed on begins with a line that says so.
func TestAConversationOfABranchSaysWhereItCameFrom(t *testing.T) {
	for lang, want := range map[string]string{"en": "A local branch handed this on to us.", "sv": "En lokalförening lämnade det här vidare till oss."} {
		s := &showing{Words: site(t).WordsFor(lang)}
		if got := s.system(tickets.Opened{Content: tickets.Content{Key: branches.SystemHandedOn}}); got != want {
			t.Errorf("%s: %q", lang, got)
		}
	}
}
