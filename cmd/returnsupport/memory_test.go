package main

import (
	"math"
	"testing"
	"testing/fstest"
)

func TestTheContainersMemoryIsTheLeastOfItsGroups(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  int64
	}{
		"no groups at all": {fstest.MapFS{}, math.MaxInt64},
		"no limit":         {fstest.MapFS{"proc/self/cgroup": file("0::/a\n"), "sys/fs/cgroup/a/memory.max": file("max\n")}, math.MaxInt64},
		"our own":          {fstest.MapFS{"proc/self/cgroup": file("0::/a\n"), "sys/fs/cgroup/a/memory.max": file("268435456\n")}, 256 << 20},
		"in a container":   {fstest.MapFS{"proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("1000\n")}, 1000},
		"one around us": {fstest.MapFS{"proc/self/cgroup": file("1:cpu:/x\n0::/a/b\n"),
			"sys/fs/cgroup/a/b/memory.max": file("2000\n"), "sys/fs/cgroup/a/memory.max": file("1500\n"), "sys/fs/cgroup/memory.max": file("max\n")}, 1500},
		"a path that leads out": {fstest.MapFS{"proc/self/cgroup": file("0::/../a\n"), "sys/fs/cgroup/a/memory.max": file("7\n")}, 7},
		"nonsense":              {fstest.MapFS{"proc/self/cgroup": file("0::/a\n"), "sys/fs/cgroup/a/memory.max": file("-5\n")}, math.MaxInt64},
	} {
		if got := memoryOf(c.files); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
