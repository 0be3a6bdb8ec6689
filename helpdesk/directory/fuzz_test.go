package directory

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"returnsupport/helpdesk"
)

// seeds gives a fuzz test HSDS' own files, where they are.
func seeds(f *testing.F, pattern string) {
	root := os.Getenv("RETURNSUPPORT_CORPORA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "corpora")
	}
	files, _ := filepath.Glob(filepath.Join(root, "hsds", pattern))
	for _, path := range files {
		if b, err := os.ReadFile(path); err == nil {
			f.Add(b)
		}
	}
}

// sane holds what a decoder made of any bytes against what an import relies on,
// and lets an import be planned of it and written out.
func sane(t *testing.T, in *intake) {
	t.Helper()
	if len(in.refused) > reportLimit || len(in.ignored) > reportLimit || len(in.rows) > recordLimit {
		t.Fatalf("%d refused, %d ignored, %d rows", len(in.refused), len(in.ignored), len(in.rows))
	}
	for _, c := range in.rows {
		if c.HSDS == "" || c.ID != houseID(c.Kind, c.HSDS) || c.line < 1 {
			t.Fatalf("%+v", c.Record)
		}
		for column, v := range c.Fields {
			if f, ok := byKind[c.Kind].field(column); !ok || v == "" || strings.ContainsRune(v, 0) || !f.form.fits(v) {
				t.Fatalf("%s of %s is %q", column, c.Kind, v)
			}
		}
		for column := range c.Up {
			if _, ok := byKind[c.Kind].up(column); !ok {
				t.Fatalf("%s has no column %s", c.Kind, column)
			}
		}
		c.check(func(string, ...any) {})
		readTiming(c.Fields, nil)
	}
	report, writes := plan(in, nil, Options{})
	if len(report.Refused) > 0 {
		return
	}
	all := map[helpdesk.ID]Record{}
	for _, w := range writes {
		all[w.ID] = w
	}
	for _, write := range []func(*sheaf, *bytes.Buffer) error{
		func(s *sheaf, b *bytes.Buffer) error { return s.writeJSON(b) },
		func(s *sheaf, b *bytes.Buffer) error { return s.writeCSV(b) },
	} {
		var b bytes.Buffer
		if err := write(newSheaf(all), &b); err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 {
			continue
		}
		again, err := Open("again", &b)
		if err != nil {
			t.Fatal(err)
		}
		second := newIntake()
		if err := again.read(second); err != nil {
			t.Fatal(err)
		}
		report, _ := plan(second, all, Options{})
		if len(report.Refused)+len(report.Added)+len(report.Changed) > 0 && !several(all) {
			t.Fatalf("its own export changes it: %v %v %v", report.Refused, report.Added, report.Changed)
		}
	}
}

// several tells whether a row belongs to several of a kind, which tables can
// only tell by writing it several times.
func several(all map[helpdesk.ID]Record) bool {
	for _, rec := range all {
		for _, ids := range rec.Up {
			if len(ids) > 1 {
				return true
			}
		}
	}
	return false
}

func FuzzReadJSON(f *testing.F) {
	seeds(f, "*.json")
	f.Add([]byte(`{"attributes":[{"id":"a","link_id":"a","taxonomy_term":{"id":"t","attributes":[{"id":"a"}]}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := newIntake()
		if err := readJSON(in, "x.json", b); err == nil {
			sane(t, in)
		}
	})
}

func FuzzReadCSV(f *testing.F) {
	seeds(f, "csv/*.csv")
	f.Add([]byte("id;name;status\n1;\"a;b\";active\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for i := range shapes {
			in := newIntake()
			readCSV(in, &shapes[i], shapes[i].file, bytes.NewReader(b))
			sane(t, in)
		}
	})
}
