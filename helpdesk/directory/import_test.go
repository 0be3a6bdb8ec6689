package directory_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
)

// small is an organisation with a service in Flen.
func small() map[string]string {
	return map[string]string{
		"organizations.csv":       "id,name,description\no1,Hjälpen,A help\n",
		"services.csv":            "id,organization_id,name,status,description\ns1,o1,Legal advice,active,We explain decisions\n",
		"locations.csv":           "id,location_type,name,latitude,longitude\nl1,physical,The house,59.058,16.588\n",
		"service_at_location.csv": "id,service_id,location_id\nm1,s1,l1\n",
		"languages.csv":           "id,service_id,code\nt1,s1,prs\n",
		"contacts.csv":            "id,service_id,name,email\nc1,s1,Kontakt Kontaktsson,kontakt@hjalpen.example\n",
	}
}

func TestBrokenTablesAreRefusedByRowAndReason(t *testing.T) {
	cases := []struct {
		what, file, text string
		line             int
		key, column      string
	}{
		{"no name", "organizations.csv", "id,name\no1,Hjälpen\no2,\n", 3, "required", "name"},
		{"no id", "organizations.csv", "id,name\n,Hjälpen\n", 2, "id", ""},
		{"no id column", "organizations.csv", "name\nHjälpen\n", 1, "columns", ""},
		{"a column twice", "organizations.csv", "id,name,name\no1,A,B\n", 1, "column_twice", "name"},
		{"an id twice", "organizations.csv", "id,name\no1,A\no1,B\n", 3, "twice", "2"},
		{"too few values", "organizations.csv", "id,name,description\no1,A\n", 2, "ragged", "2"},
		{"a quote that never ends", "organizations.csv", "id,name\no1,\"A\no2,B\n", 3, "csv", ""},
		{"not UTF-8", "organizations.csv", "id,name\no1,Hj\xe4lpen\n", 2, "encoding", "name"},
		{"no status", "services.csv", "id,organization_id,name\ns1,o1,X\n", 2, "required", "status"},
		{"an unknown status", "services.csv", "id,organization_id,name,status\ns1,o1,X,sometimes\n", 2, "form", "status"},
		{"an organisation that is nowhere", "services.csv", "id,organization_id,name,status\ns1,o9,X,active\n", 2, "unknown", "organization_id"},
		{"no organisation", "services.csv", "id,organization_id,name,status\ns1,,X,active\n", 2, "required", "organization_id"},
		{"a place that is nowhere", "service_at_location.csv", "id,service_id,location_id\nm1,s1,l9\n", 2, "unknown", "location_id"},
		{"a latitude in words", "locations.csv", "id,location_type,latitude\nl1,physical,north\n", 2, "form", "latitude"},
		{"no kind of place", "locations.csv", "id,latitude\nl1,59\n", 2, "required", "location_type"},
		{"a language of nothing", "languages.csv", "id,service_id,code\nt1,s9,prs\n", 2, "orphan", ""},
		{"a script for an address", "services.csv", "id,organization_id,name,status,url\ns1,o1,X,active,javascript:alert(1)\n", 2, "form", "url"},
		{"a mail address of two lines", "services.csv", "id,organization_id,name,status,email\ns1,o1,X,active,\"a@b.example\nBcc: c@d.example\"\n", 2, "form", "email"},
		{"hours that are none", "schedules.csv", "id,service_id,opens_at,closes_at\nh1,s1,25:00,26:00\n", 2, "form", "opens_at"},
		{"too much in one value", "services.csv", "id,organization_id,name,status,description\ns1,o1,X,active," + strings.Repeat("x", 70_000) + "\n", 2, "long", "description"},
	}
	each(t, func(w *world) {
		for _, c := range cases {
			tables := small()
			tables[c.file] = c.text
			if c.file == "organizations.csv" && !strings.Contains(c.text, "o1") {
				tables = map[string]string{c.file: c.text}
			}
			for _, o := range []directory.Options{{Dry: true}, {}} {
				report, err := w.take(o, tables)
				if want := "directory.import.refused"; !o.Dry && key(err) != want {
					t.Errorf("%s: %v, want %s", c.what, err, want)
				}
				hit := false
				for _, r := range report.Refused {
					hit = hit || r.File == c.file && r.Line == c.line && r.Key == "directory.import."+c.key &&
						(c.column == "" || len(r.Args) > 0 && fmt.Sprint(r.Args[0]) == c.column)
				}
				if !hit || report.Written {
					t.Errorf("%s: %v, want %s:%d %s %s", c.what, report.Refused, c.file, c.line, c.key, c.column)
				}
			}
		}
		w.same("found after broken imports", names(w.find(directory.Query{})), "")
		w.same("rows in the export", strings.Count(string(w.export(directory.JSON)), `"id"`), 0)
	})
}

func TestBrokenDocumentsAreRefusedByLineAndReason(t *testing.T) {
	cases := []struct {
		what, text string
		line       int
		key        string
	}{
		{"half a document", "{\"id\":\"o1\",\n\"name\":\"A\",", 2, "json"},
		{"two documents", "{\"id\":\"o1\",\"name\":\"A\"}\n{}", 2, "json"},
		{"nested too deep", strings.Repeat("[", 40) + strings.Repeat("]", 40), 1, "deep"},
		{"something else", "{\"hello\":\n\"world\"}", 1, "shape"},
		{"a list of numbers", "[1,\n2]", 1, "shape"},
		{"a service without its organisation", "{\"id\":\"s1\",\n\"name\":\"A\",\"status\":\"active\"}", 1, "required"},
		{"one row in two ways", "[{\"id\":\"o1\",\"name\":\"A\"},\n{\"id\":\"o1\",\"name\":\"B\"}]", 2, "differs"},
		{"a service of two organisations", "{\"organizations\":[{\"id\":\"o1\",\"name\":\"A\",\"services\":[{\"id\":\"s\",\"name\":\"S\",\"status\":\"active\"}]},\n" +
			"{\"id\":\"o2\",\"name\":\"B\",\"services\":[{\"id\":\"s\",\"name\":\"S\",\"status\":\"active\"}]}]}", 2, "two"},
	}
	each(t, func(w *world) {
		for _, c := range cases {
			report, err := w.takeJSON(c.text)
			w.same(c.what, key(err), "directory.import.refused")
			if len(report.Refused) == 0 || report.Refused[0].Line != c.line || report.Refused[0].Key != "directory.import."+c.key || report.Refused[0].File != "x.json" {
				t.Errorf("%s: %v, want line %d %s", c.what, report.Refused, c.line, c.key)
			}
		}
		w.same("found after broken imports", names(w.find(directory.Query{})), "")
	})
}

func TestWhatIsNoDirectoryAtAllIsRefused(t *testing.T) {
	for text, want := range map[string]string{"": "shape", "hello": "shape", "PK\x03\x04 not really": "zip", strings.Repeat("[", 65<<20): "large"} {
		if _, err := directory.Open("x", strings.NewReader(text)); key(err) != "directory.import."+want {
			t.Errorf("%.10q: %v, want %s", text, err, want)
		}
	}
}

// A zip that unpacks to more than it may is refused while it is unpacked.
func TestAZipBombIsRefused(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create("organizations.csv")
	if err != nil {
		t.Fatal(err)
	}
	f.Write([]byte("id,name\n"))
	line := []byte(strings.Repeat("\n", 1<<20)) // empty lines are no rows
	for range 70 {
		f.Write(line)
	}
	z.Close()
	each(t, func(w *world) {
		in, err := directory.Open("bomb.zip", bytes.NewReader(b.Bytes()))
		w.ok(err)
		report, err := w.room.Import(w.ctx, w.ada, in, directory.Options{})
		w.same("bomb", key(err), "directory.import.refused")
		if len(report.Refused) != 1 || report.Refused[0].Key != "directory.import.large" {
			t.Errorf("%v", report.Refused)
		}
	})
}

func TestADryRunTellsAndWritesNothing(t *testing.T) {
	each(t, func(w *world) {
		report, err := w.take(directory.Options{Dry: true}, small())
		w.ok(err)
		w.same("would add", len(report.Added), 6)
		w.same("written", report.Written, false)
		w.same("found", len(w.find(directory.Query{})), 0)
		w.took(small())
		changed := small()
		changed["services.csv"] = "id,organization_id,name,status,description\ns1,o1,Legal counsel,active,\n"
		report, err = w.take(directory.Options{Dry: true}, changed)
		w.ok(err)
		w.same("would change", len(report.Changed), 1)
		c := report.Changed[0]
		w.same("what", fmt.Sprint(c.Kind, c.Name, c.File, c.Line, c.Columns), fmt.Sprint("service", "Legal counsel", "services.csv", 2, []string{"description", "name"}))
		w.same("found", names(w.find(directory.Query{})), "Legal advice")
	})
}

func TestTheSameImportTwiceChangesNothing(t *testing.T) {
	each(t, func(w *world) {
		w.took(small())
		report := w.took(small())
		w.same("a second time", fmt.Sprint(len(report.Added), len(report.Changed), len(report.Removed), report.Same), "0 0 0 6")
		history, err := w.room.History(w.ctx, report2id(w))
		w.ok(err)
		w.same("versions", len(history), 1)
	})
}

func report2id(w *world) helpdesk.ID { return w.find(directory.Query{})[0].Service }

func TestWhatAWholeImportLacksGoesAndComesBack(t *testing.T) {
	each(t, func(w *world) {
		w.took(small())
		made, err := w.room.Put(w.ctx, w.ada, directory.Named("By hand", "Made here"))
		w.ok(err)
		less := map[string]string{"organizations.csv": "id,name\no1,Hjälpen\n"}
		report, err := w.take(directory.Options{Whole: true, Dry: true}, less)
		w.ok(err)
		w.same("would go", len(report.Removed), 5)
		_, err = w.take(directory.Options{Whole: true}, less)
		w.ok(err)
		w.same("found", names(w.find(directory.Query{})), "")
		if kept, err := w.room.Record(w.ctx, made.ID); err != nil || kept.Gone {
			t.Errorf("what was made by hand went: %v", err)
		}
		report = w.took(small())
		w.same("comes back", len(report.Added), 5)
		w.same("found", names(w.find(directory.Query{Language: "prs"})), "Legal advice")
	})
}

// A page of services says nothing of their phones, and takes none away.
func TestAPartOfAnOrganisationTakesNothingAway(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.takeJSON(`{"id":"o1","name":"A","phones":[{"id":"p1","number":"08-1"}],"services":[{"id":"s1","name":"S","status":"active","phones":[{"id":"p1","number":"08-1"}]}]}`)
		w.ok(err)
		_, err = w.takeJSON(`{"contents":[{"id":"s1","name":"S, renamed","status":"active","organization":{"id":"o1","name":"A"}}]}`)
		w.ok(err)
		o, s, err := w.room.Service(w.ctx, directory.ForCounsellors, report2id(w))
		w.ok(err)
		w.same("name", s.Name, "S, renamed")
		w.same("phones", fmt.Sprint(o.Phones, s.Phones), "[{08-1  }] [{08-1  }]")
	})
}

func TestOnlyCoordinatorsChangeTheDirectory(t *testing.T) {
	each(t, func(w *world) {
		w.took(small())
		bo := w.hire("bo")
		org := w.organisation("Legal advice")
		_, put := w.room.Put(w.ctx, bo, directory.Named("X", ""))
		_, vet := w.room.Vet(w.ctx, bo, org, directory.Vetting{})
		_, in := w.room.Import(w.ctx, bo, directory.Folder(nil), directory.Options{})
		for what, err := range map[string]error{"import": in, "put": put, "vet": vet, "undo": w.room.Undo(w.ctx, bo, org, 1, 1),
			"export": w.room.Export(w.ctx, bo, &bytes.Buffer{}, directory.CSV)} {
			if !errors.Is(err, helpdesk.ErrDenied) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}
