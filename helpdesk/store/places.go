package store

import (
	"strconv"
	"strings"
)

// Places writes n placeholders from $first on, for IN (…).
func Places(n, first int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(first+i))
	}
	return b.String()
}

// Tuples writes n groups of width placeholders from $first on, for VALUES.
func Tuples(n, width, first int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + Places(width, first+i*width) + ")")
	}
	return b.String()
}
