package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestADirectoryGoesInAndOutByCommands(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	o.init()
	tables := filepath.Join("demo", "directory")
	out := o.must("", "directory", "import", tables, "--dry")
	if !strings.Contains(out, "add     organization jur") || !strings.Contains(out, "Nothing was written") {
		t.Errorf("dry run:\n%s", out)
	}
	out = o.must("", "directory", "import", tables)
	if !strings.Contains(out, "0 refused. Written.") {
		t.Errorf("import:\n%s", out)
	}
	package1, document := filepath.Join(o.data, "all.zip"), filepath.Join(o.data, "all.json")
	o.must("", "directory", "export", package1)
	o.must("", "directory", "export", document)
	for _, path := range []string{tables, package1, document} {
		if out = o.must("", "directory", "import", path, "--whole"); !strings.Contains(out, "0 to add, 0 to change, 0 to remove") {
			t.Errorf("%s again:\n%s", path, out)
		}
	}
	broken := filepath.Join(o.data, "services.csv")
	if err := os.WriteFile(broken, []byte("id,organization_id,name,status\nx,nowhere,X,active\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(o.data, "broken")
	os.Mkdir(folder, 0o700)
	os.Rename(broken, filepath.Join(folder, "services.csv"))
	code, out, complaint := o.do("", "directory", "import", folder)
	if code != 1 || !strings.Contains(out, "services.csv, line 2: ") || strings.Contains(out+complaint, "directory.") {
		t.Errorf("a broken one: exit %d\n%s\n%s", code, out, complaint)
	}
}
