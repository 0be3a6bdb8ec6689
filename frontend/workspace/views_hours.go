package workspace

import "returnsupport/frontend"

// Hours is when who is open, why not, and whether the roster keeps what the
// pages promise.
type Hours struct {
	Desk
	Lines    []LineRow
	Gaps     []GapRow
	More     []GapRow // those after the first, folded
	MoreText string
	Fine     *frontend.Empty // no gap in two weeks
	Days     []DayRow
	Set      []OfficeRow // the settings behind it
	Mine     string      // one's own duties as a calendar
}

// LineRow is one line as it stands now.
type LineRow struct {
	frontend.Words
	Name, Detail, Why string
	Chip              frontend.Chip
	Closed            *ClosedLine
	Close             *CloseForm
	Feed              string
}

// ClosedLine is a line closed for capacity, and who did it.
type ClosedLine struct {
	frontend.Words
	Line, Text, Note string
}

// CloseForm closes a line for capacity.
type CloseForm struct {
	frontend.Words
	Line    string
	Open    bool
	Reasons []frontend.Option
	Until   frontend.Field
	Note    frontend.Field
	Wrong   string
}

// GapRow is one thing the roster cannot keep.
type GapRow struct {
	Line, Text, When string
	Chip             frontend.Chip
}

// DayRow is one day of the preview.
type DayRow struct {
	Name, Holiday string
	Today         bool
	Lines         []DayLine
}

// DayLine is one line on one day.
type DayLine struct {
	Name, Hours, Who string
	Chips            []frontend.Chip
}
