package workspace

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"returnsupport/frontend/static"
	"returnsupport/frontend/templates"
)

var drawn = regexp.MustCompile(`icon "([a-z0-9-]+)"`)

// An icon that is not in the sprite leaves a hole in front of its word.
func TestEveryIconOfTheDeskIsDrawn(t *testing.T) {
	sprite, err := static.Files.ReadFile("icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(templates.Files, "workspace/*.html")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d templates: %v", len(names), err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(templates.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range drawn.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(string(sprite), `id="i-`+m[1]+`"`) {
				t.Errorf("%s draws %s, which the sprite has not", name, m[1])
			}
		}
	}
}
