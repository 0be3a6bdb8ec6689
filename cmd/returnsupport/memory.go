package main

import (
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
)

// headroom is what of a container's memory the garbage collector leaves to what
// it does not count: the program itself, the kernel's buffers, a rush.
const headroom = 4 // one part in so many

// limitMemory tells the garbage collector how much the container we run in may
// use, so that it works harder before that rather than be killed at it. Who sets
// GOMEMLIMIT knows better.
func limitMemory(env func(string) string, log *slog.Logger) {
	if env("GOMEMLIMIT") != "" {
		return
	}
	if most := memoryOf(os.DirFS("/")); most < math.MaxInt64 {
		debug.SetMemoryLimit(most - most/headroom)
		log.Info("memory is limited", "bytes", most)
	}
}

// memoryOf is the least memory.max of our control group and those around it,
// math.MaxInt64 for none.
func memoryOf(root fs.FS) int64 {
	most := int64(math.MaxInt64)
	for _, n := range ofGroups(root, "memory.max") {
		if n > 0 {
			most = min(most, n)
		}
	}
	return most
}

// keptFromSwap tells whether our control group, or one around it, may swap nothing
// (MemorySwapMax=0 of a unit).
func keptFromSwap(root fs.FS) bool { return slices.Contains(ofGroups(root, "memory.swap.max"), 0) }

// ofGroups is a limit of our control group and of those around it, where they have
// one (cgroup v2, Documentation/admin-guide/cgroup-v2.rst).
func ofGroups(root fs.FS, limit string) (all []int64) {
	own, _ := fs.ReadFile(root, "proc/self/cgroup")
	for line := range strings.Lines(string(own)) {
		group, v2 := strings.CutPrefix(strings.TrimSpace(line), "0::")
		if !v2 {
			continue
		}
		for group = path.Clean("/" + group); ; group = path.Dir(group) {
			said, _ := fs.ReadFile(root, path.Join("sys/fs/cgroup", group, limit))
			if n, err := strconv.ParseInt(strings.TrimSpace(string(said)), 10, 64); err == nil {
				all = append(all, n)
			}
			if group == "/" {
				break
			}
		}
	}
	return all
}
