package staff

import (
	"slices"
	"strings"

	"returnsupport/helpdesk"
)

// Scope is one thing a program may do.
type Scope string

// The scopes. Reading and writing are apart, and so is what is about persons
// from what is not.
const (
	ReadTickets    Scope = "tickets:read"
	WriteTickets   Scope = "tickets:write"
	ReadDirectory  Scope = "directory:read"
	WriteDirectory Scope = "directory:write"
	ReadHours      Scope = "hours:read"
	ReadFigures    Scope = "figures:read"
)

// Scopes are all there are, in the order pages show them.
func Scopes() []Scope {
	return []Scope{ReadTickets, WriteTickets, ReadDirectory, WriteDirectory, ReadHours, ReadFigures}
}

// aboutTickets tells the scopes that need a team's key.
func (s Scope) aboutTickets() bool { return s == ReadTickets || s == WriteTickets }

// scopesText is the same text for the same scopes, in whatever order they were
// named.
func scopesText(all []Scope) (string, error) {
	var out []string
	for _, s := range Scopes() {
		if slices.Contains(all, s) {
			out = append(out, string(s))
		}
	}
	for _, s := range all {
		if !slices.Contains(Scopes(), s) {
			return "", helpdesk.Refuse("program.scopes")
		}
	}
	if len(out) == 0 {
		return "", helpdesk.Refuse("program.scopes")
	}
	return strings.Join(out, " "), nil
}

func scopesOf(text string) []Scope {
	var out []Scope
	for _, s := range strings.Fields(text) {
		out = append(out, Scope(s))
	}
	return out
}
