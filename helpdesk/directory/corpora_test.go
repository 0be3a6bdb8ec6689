package directory_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"returnsupport/helpdesk/directory"
)

func TestTheTablesOfHSDSComeOutAsTheyWentIn(t *testing.T) {
	dir := filepath.Join(corpora(t), "csv")
	each(t, func(w *world) {
		report, err := w.room.Import(w.ctx, w.ada, directory.Folder(os.DirFS(dir)), directory.Options{})
		if err != nil {
			t.Fatal(err, report.Refused)
		}
		w.same("records added", len(report.Added), 21)
		w.same("columns not kept", len(report.Ignored), 0)
		b := w.export(directory.CSV)
		out, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		w.ok(err)
		files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
		w.ok(err)
		for _, path := range files {
			f, err := os.Open(path)
			w.ok(err)
			in := table(t, f)
			f.Close()
			kept, err := out.Open(filepath.Base(path))
			if err != nil {
				t.Errorf("%s is missing", filepath.Base(path))
				continue
			}
			if got := table(t, kept); !reflect.DeepEqual(got, in) {
				t.Errorf("%s:\n got %v\nwant %v", filepath.Base(path), got, in)
			}
		}
		again, err := directory.Open("all.zip", bytes.NewReader(b))
		w.ok(err)
		report, err = w.room.Import(w.ctx, w.ada, again, directory.Options{Whole: true})
		w.ok(err)
		w.same("changed by its own export", len(report.Added)+len(report.Changed)+len(report.Removed), 0)
	})
}

// table is each row by its id, without empty values.
func table(t *testing.T, r io.Reader) map[string]map[string]string {
	t.Helper()
	lines, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, v := range line {
			if v = strings.TrimSpace(v); v != "" {
				row[lines[0][i]] = v
			}
		}
		out[row["id"]] = row
	}
	return out
}

func TestTheDocumentsOfHSDSComeOutAsTheyWentIn(t *testing.T) {
	dir := corpora(t)
	each(t, func(w *world) {
		files, err := filepath.Glob(filepath.Join(dir, "*.json"))
		w.ok(err)
		read := 0
		for _, path := range files {
			name := filepath.Base(path)
			b, err := os.ReadFile(path)
			w.ok(err)
			in, err := directory.Open(name, bytes.NewReader(b))
			w.ok(err)
			o := directory.Options{Whole: true} // each file after the other, as if alone
			report, err := w.room.Import(w.ctx, w.ada, in, o)
			if name == "base.json" { // says where an interface stands, nothing else
				w.same(name, key(err), "directory.import.refused")
				continue
			}
			if err != nil {
				t.Fatal(name, err, report.Refused)
			}
			read++
			w.same(name+": columns not kept", report.Ignored, []directory.Row(nil))
			report, err = w.room.Import(w.ctx, w.ada, in, o)
			w.ok(err)
			w.same(name+" a second time", len(report.Added)+len(report.Changed)+len(report.Removed), 0)
			var was, is any
			w.ok(unmarshal(b, &was))
			out := w.export(directory.JSON)
			w.ok(unmarshal(out, &is))
			lost := leaves(was)
			for _, said := range leaves(is) {
				delete(lost, said)
			}
			for _, said := range lost {
				t.Errorf("%s: lost %s", name, said)
			}
			for _, as := range []directory.Format{directory.JSON, directory.CSV} {
				again, err := directory.Open("again", bytes.NewReader(w.export(as)))
				w.ok(err)
				if report, err = w.room.Import(w.ctx, w.ada, again, directory.Options{Whole: true}); err != nil {
					t.Errorf("%s as %s: %v %v", name, as, err, report.Refused)
				}
				if len(report.Added)+len(report.Changed)+len(report.Removed) != 0 {
					t.Errorf("%s as %s: changed by its own export: %v %v %v", name, as, report.Added, report.Changed, report.Removed)
				}
			}
		}
		if read < 11 {
			t.Errorf("only %d documents were read", read)
		}
	})
}

// unmarshal keeps numbers as they were written.
func unmarshal(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode(into)
}

// leaves are what each object with an id says of itself: id, name, value.
func leaves(v any) map[string]string {
	out := map[string]string{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			id, _ := v["id"].(string)
			for name, item := range v {
				switch item.(type) {
				case []any, map[string]any:
					walk(item)
				default:
					// What a row belongs to is told by where it stands, and that no
					// import of the export changes anything.
					if said := fmt.Sprintf("%s %s %v", id, name, item); id != "" && !strings.HasSuffix(name, "_id") {
						said = strings.TrimSpace(said)
						out[said] = said
					}
				}
			}
		}
	}
	walk(v)
	return out
}

// An organisation as HSDS nests it stands in the export just as it came.
func TestAnOrganisationKeepsItsNesting(t *testing.T) {
	dir := corpora(t)
	each(t, func(w *world) {
		b, err := os.ReadFile(filepath.Join(dir, "organization_full.json"))
		w.ok(err)
		in, err := directory.Open("organization_full.json", bytes.NewReader(b))
		w.ok(err)
		_, err = w.room.Import(w.ctx, w.ada, in, directory.Options{})
		w.ok(err)
		var was map[string]any
		var is struct{ Organizations []map[string]any }
		w.ok(json.Unmarshal(b, &was))
		w.ok(json.Unmarshal(w.export(directory.JSON), &is))
		lacks(t, "organization", was, is.Organizations[0])
	})
}

// lacks reports what stands in want and not at the same place in got.
func lacks(t *testing.T, path string, want, got any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s is missing", path)
			return
		}
		for name, v := range want {
			lacks(t, path+"."+name, v, got[name])
		}
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(want) {
			t.Errorf("%s: %d items, want %d", path, len(got), len(want))
			return
		}
		for i, v := range want {
			lacks(t, path, v, got[i])
		}
	case string:
		if s, _ := got.(string); strings.TrimSpace(want) != s {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	default:
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}
