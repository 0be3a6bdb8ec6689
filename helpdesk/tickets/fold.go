package tickets

import "strings"

// Fold makes text comparable for a search: lower case, one space between
// words.
func Fold(text string) string { return strings.Join(strings.Fields(strings.ToLower(text)), " ") }
