package helpdesk

import "strings"

// Cell is a value as a table for a spreadsheet may hold it: what the spreadsheet
// would run begins with an apostrophe, and is text to it. Telephone numbers and
// other numbers are as they were.
func Cell(s string) string {
	if runs(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// OfCell is what Cell was made of.
func OfCell(s string) string {
	if strings.HasPrefix(s, "'") && runs(strings.TrimLeft(s, "'")) {
		return s[1:]
	}
	return s
}

// runs tells whether a spreadsheet would take a text for something to work out.
func runs(s string) bool {
	if s == "" {
		return false
	}
	switch s[0] {
	case '=', '@', '\t', '\r', '\x00':
		return true
	case '+', '-':
		return strings.Trim(s[1:], "0123456789 ().-/,") != ""
	}
	return false
}
