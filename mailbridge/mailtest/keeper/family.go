package keeper

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// family is a process, told apart from a later one with the same number by the
// time it was born.
type family struct {
	pid  int
	born string
}

// birth is the process's start time in the kernel's ticks (proc(5), field 22
// of stat), or "" where there is no /proc or no such process.
func birth(pid int) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The second field is the program's name and may hold blanks and brackets.
	fields := strings.Fields(string(b)[strings.LastIndexByte(string(b), ')')+1:])
	if len(fields) < 20 {
		return ""
	}
	return fields[19]
}

// lives is true as long as this very process runs. A signal it may not be sent
// (EPERM) still proves that it is there.
func (f family) lives() bool {
	err := syscall.Kill(f.pid, 0)
	return (err == nil || err == syscall.EPERM) && birth(f.pid) == f.born
}

func (f family) String() string { return fmt.Sprintf("%d-%s", f.pid, f.born) }

func parseFamily(s string) family {
	var f family
	number, born, _ := strings.Cut(s, "-")
	fmt.Sscan(number, &f.pid)
	f.born = born
	return f
}

func folderPrefix() string { return fmt.Sprintf("returnsupport-test-%d-", os.Getuid()) }

// ground is where services lie: in memory where there is plenty, because a
// database server makes some hundred files for each database, and on some
// disks that takes half a second.
func ground() string {
	const memory, plenty = "/dev/shm", 4 << 30
	var free syscall.Statfs_t
	if syscall.Statfs(memory, &free) == nil && int64(free.Bavail)*free.Bsize > plenty {
		if probe, err := os.MkdirTemp(memory, folderPrefix()); err == nil {
			os.Remove(probe)
			return memory
		}
	}
	return os.TempDir()
}

func meetingPlace(parent family, service string) string {
	return filepath.Join(ground(), folderPrefix()+parent.String()+"-"+service)
}

// sweep removes what keepers that were killed left behind: folders of ours
// whose go command is gone and that no keeper holds.
func sweep() {
	old, err := filepath.Glob(filepath.Join(ground(), folderPrefix()+"*"))
	if err != nil {
		return
	}
	for _, folder := range old {
		name := strings.TrimPrefix(filepath.Base(folder), folderPrefix())
		pid, rest, _ := strings.Cut(name, "-")
		born, _, _ := strings.Cut(rest, "-")
		if parseFamily(pid + "-" + born).lives() {
			continue
		}
		if free, err := tryLock(filepath.Join(folder, fileKeeper)); err == nil {
			os.RemoveAll(folder)
			free.Close()
		}
	}
}
