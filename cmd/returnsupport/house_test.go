package main

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// TestTheHouseKeepsItsLaw reads every Go file of the house and fails by name,
// with the reason as the message.
func TestTheHouseKeepsItsLaw(t *testing.T) {
	files := 0
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); p != "." && (strings.HasPrefix(name, ".") || name == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		text, err := fs.ReadFile(root, p)
		if err != nil {
			return err
		}
		s, err := parseSource(path.Dir(p), path.Base(p), text)
		if err != nil {
			return err
		}
		files++
		for _, o := range offences(s) {
			t.Error(o)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 10 {
		t.Fatalf("read only %d files: the walk does not see the house", files)
	}
}

// TestTheLawBites breaks each rule once: a law that lets this pass is no law.
func TestTheLawBites(t *testing.T) {
	for _, c := range []struct{ dir, text, want string }{
		{"mailbridge", `import "returnsupport/helpdesk"`, "cannot be fuzzed"},
		{"mailbridge/letter", `import "returnsupport/helpdesk/tickets"`, "cannot be fuzzed"},
		{"helpdesk/post", `import "returnsupport/frontend/locale"`, "no exporter"},
		{"helpdesk/tickets", `import "returnsupport/consent"`, "no exporter"},
		{"consent", `import "returnsupport/mailbridge"`, "who paints it"},
		{"frontend/volunteer", `import "returnsupport/helpdesk/tickets"`, "somebody else's ticket"},
		{"frontend/partner", `import "returnsupport/helpdesk/search"`, "somebody else's ticket"},
		{"frontend/public", `import "returnsupport/helpdesk/staff"`, "not our desk"},
		{"frontend/workspace", `import "returnsupport/helpdesk/store"`, "rooms ask the database"},
		{"frontend", `import "returnsupport/helpdesk/tickets"`, "knows helpdesk, bus, staff and people alone"},
		{"helpdesk/hours", `import "returnsupport/helpdesk/store"`, "facts in, choice out"},
		{"helpdesk/hours", "import \"time\"\nvar now = time.Now()", "facts in, choice out"},
		{"helpdesk/search", "const q = `UPDATE search_hit SET n = 1`", "looking must not touch"},
		{"helpdesk/figures", "const q = `INSERT INTO tickets_ticket VALUES (1)`", "not by figures"},
		{"helpdesk/post", "const q = `DELETE FROM tickets_message`", "not by post"},
		{"helpdesk/post", "import \"os\"\nvar v = os.Getenv(\"X\")", "rooms get values"},
		{"helpdesk/bus", "type Event struct{ Text string }", "never sees a sentence"},
		{"frontend/workspace", "import \"returnsupport/helpdesk/vault\"\nvar k vault.OutsideKey", "only the door"},
		{"helpdesk/store", `import "returnsupport/helpdesk/tickets"`, "stands after it"},
		{"helpdesk/office", `import "returnsupport/helpdesk/staff"`, "stands after it"},
		{"helpdesk/util", ``, "not in the plan"},
		{"helpdesk/tickets", `import "github.com/gofiber/fiber/v2"`, "whose home is"},
		{"helpdesk/tickets", `import "example.org/new"`, "needs a line"},
		{"helpdesk/staff", `import "crypto/hpke"`, "vault alone"},
		{"helpdesk/staff", `import "math/rand/v2"`, "foretold"},
		{"helpdesk/people", `import "math/rand"`, "foretold"},
		{"helpdesk/answers", `import "net/http"`, "translate alone"},
		{"frontend", `import "returnsupport/cmd/returnsupport"`, "nobody imports it"},
	} {
		s, err := parseSource(c.dir, "x.go", "package x\n"+c.text)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(offences(s), "\n")
		if !strings.Contains(got, c.want) {
			t.Errorf("%s with %q: want %q, got %q", c.dir, c.text, c.want, got)
		}
	}
}

// TestTheTableOfLibrariesIsTrue: a library nobody imports any more, or one
// that go.mod does not name, has no line.
func TestTheTableOfLibrariesIsTrue(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for name, lib := range libraries {
		if !strings.Contains(string(mod), name+" v") {
			t.Errorf("%s has a line in the table and none in go.mod", name)
		}
		if lib.why == "" || len(lib.home) == 0 {
			t.Errorf("%s lacks its home or its reason", name)
		}
	}
}
