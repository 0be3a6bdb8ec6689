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

// The machine burns, with the secrets. Somebody has the backup's two files, and two
// people a sheet each.
func TestABackupAndTwoSheetsAreEnough(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	sheets := o.sheets(o.must("", "init", "--login", "maria", "--name", "Maria Sund", "--address", "maria@stod.example"))
	away := t.TempDir()
	o.must("", "backup", "--to", away)
	secrets, err := os.ReadFile(filepath.Join(o.data, "server.secrets"))
	if err != nil {
		t.Fatal(err)
	}
	files := func() (pair []string) {
		for _, part := range []string{"content", "keys"} {
			found, err := filepath.Glob(filepath.Join(away, "*-"+part+".backup"))
			if err != nil || len(found) != 1 {
				t.Fatalf("%s: %v", part, found)
			}
			pair = append(pair, "--"+part, found[0])
		}
		return pair
	}()

	o.data = t.TempDir() // another machine
	file := filepath.Join(o.data, "server.secrets")
	back := append([]string{"recover", "secrets"}, files...)
	for _, wrong := range []struct {
		said string
		args []string
	}{
		{sheets[0] + "\n" + sheets[0] + "\n", back},
		{sheets[0] + "\n" + sheets[1] + "\n", back[:4]},
		{sheets[0] + "\n" + sheets[1] + "\n", []string{"recover", "secrets", "--content", files[3], "--keys", files[1]}},
	} {
		if code, _, complaint := o.do(wrong.said, wrong.args...); code == 0 || complaint == "" {
			t.Errorf("%q brought secrets back", wrong.args)
		}
	}
	whole, err := os.ReadFile(files[1])
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(away, "changed")
	last := len(whole) - 1
	if err := os.WriteFile(changed, append(whole[:last:last], whole[last]^1), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := o.do(sheets[0]+"\n"+sheets[1]+"\n", "recover", "secrets", "--content", changed, "--keys", files[3]); code != 1 {
		t.Error("a file that was changed brought secrets back")
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("secrets lie there that nothing vouches for")
	}

	o.must(sheets[1]+"\n"+sheets[2]+"\n", back...)
	if again, err := os.ReadFile(file); err != nil || string(again) != string(secrets) {
		t.Fatalf("other secrets came back: %v", err)
	}
	o.must("", append([]string{"restore"}, files...)...)
	o.sheets(o.must(sheets[0]+"\n"+sheets[1]+"\nyes\n", "recover", "sheets"))
	o.must("", "verify")
}
