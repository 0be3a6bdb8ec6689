package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// Directory is the search for who helps, with what was found.
type Directory struct {
	Desk
	Form        DirectoryForm
	Problem     *frontend.Notice
	Found       string // the place that was meant
	Others      []DirectoryLink
	Hits        []DirectoryHit
	Empty       *frontend.Empty
	Pager       frontend.Pager
	Links       []DirectoryLink // outside
	Expiring    string
	Coordinator bool
}

// DirectoryForm is one form for all that can be asked.
type DirectoryForm struct {
	frontend.Words
	Need, Near                   frontend.Field
	Withins, Languages, Audience []frontend.Option
	Open                         bool
}

// DirectoryLink leads somewhere.
type DirectoryLink struct{ Text, Href string }

// DirectoryHit is a card of a service that was found.
type DirectoryHit struct {
	Href, Name, By, Where, Languages string
	Chips                            []frontend.Chip
}

// DirectoryOrganisation is the page of one organisation.
type DirectoryOrganisation struct {
	Desk
	Back     string
	Chips    []frontend.Chip
	Text     string
	Facts    []Fact
	Links    []DirectoryLink
	Services []DirectoryService
	Gates    string
	Found    []Fact // the vetting, for who may not change it
	Form     *VettingForm
	History  []VettingVersion
}

// DirectoryService is one service on its organisation's page.
type DirectoryService struct {
	frontend.Words
	ID     helpdesk.ID
	Name   string
	Text   string
	Alert  *frontend.Notice
	Chips  []frontend.Chip
	Facts  []Fact
	Links  []DirectoryLink
	Places []DirectoryPlace
}

// DirectoryPlace is where a service is given.
type DirectoryPlace struct {
	Name  string
	Chips []frontend.Chip
	Facts []Fact
}

// VettingForm is what we found out about an organisation, to be changed.
type VettingForm struct {
	frontend.Words
	ID                          helpdesk.ID
	Version                     int64
	Problem                     *frontend.Notice
	Kinds, Shares, Takes, Shown []frontend.Option
	Country, On, Until, How     frontend.Field
	Languages, Audiences        []frontend.Option
}

// VettingVersion is what was found out earlier.
type VettingVersion struct {
	frontend.Words
	ID             helpdesk.ID
	To, Version    int64
	What, Who      string
	At, Exact      string
	Facts          []Fact
	CanUndo, Newer bool
}

// DirectoryExpiring lists vettings that end.
type DirectoryExpiring struct {
	Desk
	Rows  []DirectoryEnd
	Empty *frontend.Empty
}

// DirectoryEnd is a vetting that ends.
type DirectoryEnd struct {
	Href, Name, Kind, Owner string
	Chip                    frontend.Chip
}

// DirectoryImport brings a file in.
type DirectoryImport struct {
	Desk
	Problem *frontend.Notice
	Whole   bool
	Notice  *frontend.Notice
	Parts   []DirectoryPart
}

// DirectoryPart is a part of what an import did, or would do.
type DirectoryPart struct {
	Title, Count string
	Rows         []string
	Rest         string
	Open         bool
}
