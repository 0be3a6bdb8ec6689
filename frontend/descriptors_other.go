//go:build !unix

package frontend

// openFiles is the limit of this process; false when it cannot be known.
func openFiles() (uint64, bool) { return 0, false }
