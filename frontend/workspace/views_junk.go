package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// JunkList is what was called junk, and who is kept out.
type JunkList struct {
	Desk
	Rows   []JunkRow
	Blocks []BlockRow
	Empty  *frontend.Empty
	Nobody *frontend.Empty // nobody is kept out
}

// JunkRow is a ticket called junk.
type JunkRow struct {
	frontend.Words
	ID                            helpdesk.ID
	Href, Number, Title, Who, Day string
}

// BlockRow is a writer who is kept out.
type BlockRow struct {
	frontend.Words
	ID                          helpdesk.ID
	Address, Href, Since, Until string
}

// Unwanted is the menu to call a ticket junk and to keep its writer out.
type Unwanted struct {
	frontend.Words
	Base    string
	Version int64
	CanJunk bool
	Days    []frontend.Option // none where there is nobody to keep out
}
