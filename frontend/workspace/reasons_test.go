package workspace

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/routing"
)

// Whatever routing can give as a reason, find in rules or refuse in a text
// stands in the catalogues.
func TestEveryReasonOfRoutingIsThere(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "helpdesk", "routing", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := []struct {
		prefix string
		said   *regexp.Regexp
	}{
		{"routing.why.", regexp.MustCompile(`why\("([a-z_.]+[a-z])"`)},
		{"routing.why.", regexp.MustCompile(`(?:reason|key) :?= "([a-z_]+)"`)},
		{"routing.finding.", regexp.MustCompile(`Find[A-Za-z]+ += "([a-z_]+)"`)},
		{"routing.text.", regexp.MustCompile(`refuse\("([a-z_]+)"\)`)},
		{"routing.text.", regexp.MustCompile(`list\(.*"([a-z_]+)"\)`)},
	}
	found := map[string]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, k := range kinds {
			for _, m := range k.said.FindAllStringSubmatch(string(text), -1) {
				found[k.prefix]++
				if !words.Knows("sv", k.prefix+m[1]) {
					t.Errorf("%s says %s%s, which no catalogue has", filepath.Base(file), k.prefix, m[1])
				}
			}
		}
	}
	if found["routing.why."] < 40 || found["routing.finding."] < 15 || found["routing.text."] < 20 {
		t.Errorf("only %v: the pattern is wrong", found)
	}
	for _, g := range []routing.Gender{routing.Woman, routing.Man} {
		for _, key := range []string{"routing.why." + string(g), "routing.why.not." + string(g)} {
			if !words.Knows("sv", key) {
				t.Errorf("%s is in no catalogue", key)
			}
		}
	}
	if !words.Knows("sv", "routing.why.not.community") {
		t.Error("routing.why.not.community is in no catalogue")
	}
	for _, step := range office.GuideSteps {
		if !words.Knows("sv", "guide."+step) {
			t.Errorf("guide.%s is in no catalogue", step)
		}
	}
}
