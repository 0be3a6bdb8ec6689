package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sheets are the three of a page that shows them once.
func (o operator) sheets(page string) []string {
	o.t.Helper()
	found := regexp.MustCompile(`(?m)^ {4}([ABC] [0-9A-Z-]{20,})$`).FindAllStringSubmatch(page, -1)
	if len(found) != 3 {
		o.t.Fatalf("%d sheets on\n%s", len(found), page)
	}
	return []string{found[0][1], found[1][1], found[2][1]}
}

// Two people with a sheet each bring back the server's secrets, and somebody into
// a team that nobody is in; each time there are new sheets.
func TestTwoSheetsBringBackWhatWasLost(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	sheets := o.sheets(o.must("", "init", "--login", "maria", "--name", "Maria Sund", "--address", "maria@stod.example"))
	file := filepath.Join(o.data, "server.secrets")
	if code, _, complaint := o.do(sheets[0]+"\n"+sheets[1]+"\n", "recover", "secrets"); code != 1 || !strings.Contains(complaint, "there already") {
		t.Errorf("over a file that is there: exit %d, %q", code, complaint)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	o.must("", "rotate")
	after, err := os.ReadFile(file)
	if err != nil || string(before) == string(after) {
		t.Fatalf("nothing was drawn anew: %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := o.do("", "user", "list"); code == 0 {
		t.Error("the house opens without its secrets")
	}
	if code, _, _ := o.do(sheets[0]+"\n"+sheets[0]+"\n", "recover", "secrets"); code != 1 {
		t.Error("one sheet twice was enough")
	}
	o.must(sheets[0]+"\n"+sheets[2]+"\n", "recover", "secrets")
	back, err := os.ReadFile(file)
	if err != nil || string(back) != string(after) {
		t.Errorf("other secrets came back: %v", err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is for everybody: %v", err)
	}
	// Who is cut off before the new ones are on paper goes on with the old ones.
	for _, said := range []string{"", "no\n"} {
		code, out, complaint := o.do(sheets[1]+"\n"+sheets[0]+"\n"+said, "recover", "sheets")
		if code != 1 || !strings.Contains(complaint, "are void, and the old ones count") || len(o.sheets(out)) != 3 {
			t.Fatalf("cut off: exit %d, %q", code, complaint)
		}
	}
	fresh := o.sheets(o.must(sheets[1]+"\n"+sheets[0]+"\nyes\n", "recover", "sheets"))
	if code, _, _ := o.do(sheets[0]+"\n"+sheets[1]+"\n", "recover", "sheets"); code != 1 {
		t.Error("the old sheets still open")
	}
	again := o.sheets(o.must(fresh[1]+"\n"+fresh[2]+"\nyes\n", "recover", "member", "maria", "--team", "Returnsupport"))
	if again[0] == fresh[0] {
		t.Error("sheets that were used are not replaced")
	}
	o.must("", "verify")
}
