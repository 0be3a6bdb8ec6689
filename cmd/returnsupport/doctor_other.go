//go:build !linux

package main

import (
	"log/slog"
	"time"
)

// Elsewhere than on Linux nobody can be asked these things without more than the
// standard library; the doctor says so.

func forbidDumps(log *slog.Logger) {
	log.Warn("dumps of the memory can't be forbidden on this system")
}
func dumpsForbidden() bool                                { return false }
func openFileLimit() (uint64, bool)                       { return 0, false }
func clockKept() (kept, known bool, now time.Time)        { return false, false, time.Now() }
func diskUnder(string) (free uint64, network, known bool) { return 0, false, false }
