package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// prSetDumpable is prctl(2)'s PR_SET_DUMPABLE.
const prSetDumpable, prGetDumpable = 4, 3

// forbidDumps: a dump of the memory would hold letters and the keys of whoever
// is signed in. The limit alone does not stop a program that core_pattern
// (core(5)) hands the dump to; not being dumpable does, and keeps other processes
// of the same user from looking in.
func forbidDumps(log *slog.Logger) {
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		log.Warn("dumps of the memory can't be limited", "error", err)
	}
	if _, _, no := syscall.RawSyscall(syscall.SYS_PRCTL, prSetDumpable, 0, 0); no != 0 {
		log.Warn("dumps of the memory can't be forbidden", "error", no)
	}
}

// dumpsForbidden tells whether a process here can forbid them, by looking at
// how it stands after it tried. It is left forbidden: the doctor has keys, too.
func dumpsForbidden() bool {
	forbidDumps(slog.New(slog.DiscardHandler))
	is, _, no := syscall.RawSyscall(syscall.SYS_PRCTL, prGetDumpable, 0, 0)
	return no == 0 && is != 1
}

// openFileLimit is how many files this process may have open.
func openFileLimit() (uint64, bool) {
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return limit.Cur, err == nil
}

// clockKept asks the kernel whether a time server keeps its clock (adjtimex(2):
// STA_UNSYNC). Under a unit with ProtectClock= it does not answer, but
// systemd-timesyncd leaves a word.
func clockKept() (kept, known bool, now time.Time) {
	const unsynchronised = 0x40
	var state syscall.Timex
	if _, err := syscall.Adjtimex(&state); err != nil {
		_, err = os.Stat("/run/systemd/timesync/synchronized")
		return err == nil, err == nil, time.Now()
	}
	return state.Status&unsynchronised == 0, true, time.Now()
}

// Magic numbers of file systems of a network (statfs(2)).
var networks = map[int64]bool{0x6969: true, 0x517b: true, 0xff534d42: true, 0xfe534d42: true, 0x01021997: true}

// diskUnder tells how many bytes are free for us under a path, or the nearest
// folder above it that is there, and whether a network lies in between.
func diskUnder(path string) (free uint64, network, known bool) {
	path, err := filepath.Abs(path)
	if err != nil {
		return 0, false, false
	}
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			break
		}
		path = filepath.Dir(path)
	}
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, false, false
	}
	return s.Bavail * uint64(s.Bsize), networks[int64(s.Type)], true
}
