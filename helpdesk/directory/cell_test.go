package directory_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"returnsupport/helpdesk/directory"
)

// What somebody named so that a spreadsheet would run it leaves as text, and comes
// back as it was.
func TestNoTableOfOursIsRunByASpreadsheet(t *testing.T) {
	each(t, func(w *world) {
		w.took(map[string]string{
			"organizations.csv": "id,name,description\no1,\"=HYPERLINK(\"\"https://evil.example\"\")\",@SUM(A1)\n",
			"phones.csv":        "id,organization_id,number\np1,o1,+46 8-123 45\n",
		})
		b := w.export(directory.CSV)
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		w.ok(err)
		var all strings.Builder
		for _, f := range z.File {
			if !strings.HasSuffix(f.Name, ".csv") {
				continue
			}
			r, err := f.Open()
			w.ok(err)
			text, err := io.ReadAll(r)
			w.ok(err)
			all.Write(text)
		}
		for _, want := range []string{`"'=HYPERLINK(""https://evil.example"")"`, "'@SUM(A1)", ",+46 8-123 45"} {
			if !strings.Contains(all.String(), want) {
				t.Errorf("the tables lack %s:\n%s", want, all.String())
			}
		}
		in, err := directory.Open("again.zip", bytes.NewReader(b))
		w.ok(err)
		report, err := w.room.Import(w.ctx, w.ada, in, directory.Options{Whole: true})
		w.ok(err)
		if len(report.Added)+len(report.Changed)+len(report.Removed) != 0 {
			t.Errorf("changed by its own export: %v %v %v", report.Added, report.Changed, report.Removed)
		}
	})
}
