package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// OfficePrograms is what other systems may do here, and where we ring.
type OfficePrograms struct {
	Desk
	Docs     string
	Made     *Once // what was just made
	Programs []ProgramRow
	Token    TokenForm
	Hooks    []HookRow
	Hook     HookForm
}

// Once is a secret that is shown once.
type Once struct{ Title, Text, Secret string }

// ProgramRow is one token.
type ProgramRow struct {
	ID                       helpdesk.ID
	Name, Teams, Until, Used string
	May                      []string
	State                    *frontend.Chip
	Why                      string
	CanEnd                   bool
}

// TokenForm makes one.
type TokenForm struct {
	frontend.Words
	Problem       *frontend.Notice
	Name, Until   frontend.Field
	Scopes, Teams []frontend.Option
}

// HookRow is one address.
type HookRow struct {
	ID                                  helpdesk.ID
	Name, Address, When, Teams, Waiting string
	Broken                              *frontend.Notice
	Bells                               []string
}

// HookForm adds one.
type HookForm struct {
	frontend.Words
	Problem       *frontend.Notice
	Name, Address frontend.Field
	Events, Teams []frontend.Option
}
