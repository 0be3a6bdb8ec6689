package keeper

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// family is a process, told apart from a later one with the same number by the
// time it was born.
type family struct {
	pid  int
	born string
}

// stat is the process's line in /proc (proc(5)) from the third field, its
// state, on; nothing where there is no /proc or no such process.
func stat(pid int) []string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	// The second field is the program's name and may hold blanks and brackets.
	fields := strings.Fields(string(b)[strings.LastIndexByte(string(b), ')')+1:])
	if len(fields) < 20 {
		return nil
	}
	return fields
}

// birth is the process's start time in the kernel's ticks (field 22), or "".
func birth(pid int) string {
	if fields := stat(pid); fields != nil {
		return fields[19]
	}
	return ""
}

// childrenOf lists the processes whose parent (field 4) is pid.
func childrenOf(pid int) []family {
	var list []family
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	for _, path := range all {
		number, err := strconv.Atoi(filepath.Base(path))
		if err != nil {
			continue
		}
		if fields := stat(number); fields != nil && fields[1] == strconv.Itoa(pid) {
			list = append(list, family{number, fields[19]})
		}
	}
	return list
}

// lives is true as long as this very process runs; one that has ended and is
// only not yet buried by its parent (state Z) does not. A signal it may not be
// sent (EPERM) still proves that it is there.
func (f family) lives() bool {
	if fields := stat(f.pid); fields != nil && fields[0] == "Z" {
		return false
	}
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
