package frontend

import "returnsupport/helpdesk"

// Digits is a field for a code: from left to right in every language, with the
// keys of a telephone.
type Digits struct{ Name, Label, Help, Wrong, Complete string }

// Latin reads a code as people type it, in any script; see helpdesk.Latin.
func Latin(typed string) string { return helpdesk.Latin(typed) }

// Fours parts a long code into fours, to be typed.
func Fours(code string) []string {
	var out []string
	for len(code) > 4 {
		out, code = append(out, code[:4]), code[4:]
	}
	return append(out, code)
}
