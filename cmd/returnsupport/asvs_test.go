package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sections of ASVS 5.0.0, and how many requirements each has.
const sections = `1.1:2 1.2:10 1.3:12 1.4:3 1.5:3 2.1:3 2.2:3 2.3:5 2.4:2 3.1:1 3.2:3 3.3:5 3.4:8 3.5:8 3.6:1 3.7:5
	4.1:5 4.2:5 4.3:2 4.4:4 5.1:1 5.2:6 5.3:3 5.4:3 6.1:3 6.2:12 6.3:8 6.4:6 6.5:8 6.6:4 6.7:2 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5
	7.5:3 7.6:2 8.1:4 8.2:4 8.3:3 8.4:2 9.1:3 9.2:4 10.1:2 10.2:3 10.3:5 10.4:16 10.5:5 10.6:2 10.7:3 11.1:4 11.2:5 11.3:5
	11.4:4 11.5:2 11.6:2 11.7:2 12.1:5 12.2:2 12.3:5 13.1:4 13.2:6 13.3:4 13.4:7 14.1:2 14.2:8 14.3:3 15.1:5 15.2:5 15.3:7
	15.4:4 16.1:1 16.2:5 16.3:4 16.4:3 16.5:4 17.1:2 17.2:8 17.3:2`

var (
	requirement = regexp.MustCompile(`(?m)^\| ([0-9]+\.[0-9]+\.[0-9]+) \| ([123]) \| (yes|partly|no|none here) \| (.+) \|$`)
	testFunc    = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	backticked  = regexp.MustCompile("`([^`]+)`")
)

// TestTheTableOfRequirementsIsWholeAndNamesWhatIsThere: no requirement is left
// out, and no test or file is named that was renamed since.
func TestTheTableOfRequirementsIsWholeAndNamesWhatIsThere(t *testing.T) {
	page, err := os.ReadFile("ASVS.md")
	if err != nil {
		t.Fatal(err)
	}
	seen, met := map[string]int{}, map[string]int{}
	var short []string // of level 1 and 2, not met in full
	for _, m := range requirement.FindAllStringSubmatch(string(page), -1) {
		seen[m[1]]++
		met[m[3]]++
		if m[2] != "3" && (m[3] == "partly" || m[3] == "no") {
			short = append(short, m[1])
		}
		if m[3] == "no" && len(m[4]) < 20 {
			t.Errorf("%s is not met, and nobody says why", m[1])
		}
	}
	all := 0
	for _, s := range strings.Fields(sections) {
		section, n, _ := strings.Cut(s, ":")
		most, err := strconv.Atoi(n)
		if err != nil {
			t.Fatal(err)
		}
		for k := 1; k <= most; k++ {
			all++
			if id := fmt.Sprintf("%s.%d", section, k); seen[id] != 1 {
				t.Errorf("%s is there %d times", id, seen[id])
			}
		}
	}
	if len(seen) != all {
		t.Errorf("%d requirements are answered, and there are %d", len(seen), all)
	}
	if says := fmt.Sprintf("%d yes, %d partly, %d no, %d none here.", met["yes"], met["partly"], met["no"], met["none here"]); !strings.Contains(string(page), says) {
		t.Errorf("the page does not say: %s", says)
	}
	if says := strings.Join(short, ", ") + "."; !strings.Contains(string(page), says) {
		t.Errorf("not met of level 1 and 2: %s", says)
	}
	tests := map[string]bool{}
	err = filepath.WalkDir("../..", func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range testFunc.FindAllSubmatch(text, -1) {
			tests[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range backticked.FindAllStringSubmatch(string(page), -1) {
		switch name := m[1]; {
		case strings.HasPrefix(name, "Test"), strings.HasPrefix(name, "Fuzz"):
			if !tests[name] {
				t.Errorf("there is no test %s", name)
			}
		case strings.ContainsAny(name, "/.") && !strings.ContainsAny(name, " '"):
			_, above := os.Stat(filepath.Join("../..", name))
			_, beside := os.Stat(name)
			if above != nil && beside != nil {
				t.Errorf("there is no %s", name)
			}
		}
	}
}
