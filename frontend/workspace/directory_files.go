package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
)

// Files of the directory, in and out. For coordinators.

// shownRows is how many rows of a part a page lists; the command lists all.
const shownRows = 200

func (d *desk) importPage(v *frontend.Visit) error {
	return d.showImport(v, http.StatusOK, DirectoryImport{})
}

func (d *desk) showImport(v *frontend.Visit, status int, page DirectoryImport) error {
	var err error
	if page.Desk, err = d.frame(v, v.Say("directory.import.title"), "directory"); err != nil {
		return err
	}
	return v.ShowAs(status, page)
}

// importDirectory looks at a file, or brings it in. The page shows what changed
// and what was refused.
func (d *desk) importDirectory(v *frontend.Visit) error {
	o := directory.Options{Dry: v.Form.Value("do") != "go", Whole: v.Form.Has("whole")}
	page := DirectoryImport{Whole: o.Whole}
	if len(v.Form.Files) != 1 || len(v.Form.Files[0].Body) == 0 {
		page.Problem = &frontend.Notice{Kind: "warn", Text: v.Say("directory.import.choose")}
		return d.showImport(v, http.StatusUnprocessableEntity, page)
	}
	file := v.Form.Files[0]
	in, err := directory.Open(file.Name, bytes.NewReader(file.Body))
	var report directory.Report
	if err == nil {
		report, err = d.Directory.Import(v.Context, v.Session, in, o)
	}
	status := http.StatusOK
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		status, err = http.StatusUnprocessableEntity, nil
		page.Problem = &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}
	}
	if err != nil {
		return err
	}
	switch {
	case page.Problem != nil:
	case report.Written:
		page.Notice = &frontend.Notice{Kind: "ok", Text: v.Say("directory.import.written")}
	case len(report.Refused) > 0:
		page.Notice = &frontend.Notice{Kind: "warn", Text: v.Say("directory.import.refused", len(report.Refused))}
	default:
		page.Notice = &frontend.Notice{Text: v.Say("directory.import.again")}
	}
	page.Parts = importParts(v, report)
	return d.showImport(v, status, page)
}

func importParts(v *frontend.Visit, r directory.Report) []DirectoryPart {
	var out []DirectoryPart
	part := func(key string, n int, open bool, row func(int) string) {
		if n == 0 {
			return
		}
		p := DirectoryPart{Title: v.Say("directory.import." + key), Count: v.Say("directory.import.count", n), Open: open}
		for i := range min(n, shownRows) {
			if row != nil {
				p.Rows = append(p.Rows, row(i))
			}
		}
		if row != nil && n > shownRows {
			p.Rest = v.Say("directory.import.rest", n-shownRows)
		}
		out = append(out, p)
	}
	said := func(all []directory.Row) func(int) string {
		return func(i int) string {
			where := all[i].File
			if all[i].Line > 0 {
				where = join(", ", where, v.Say("directory.import.line", all[i].Line))
			}
			return where + ": " + v.Say(all[i].Key, all[i].Args...)
		}
	}
	changes := func(all []directory.Change) func(int) string {
		return func(i int) string {
			c := all[i]
			name := c.Name
			if name == "" {
				name = c.HSDS
			}
			text := fmt.Sprintf("%s · %s", c.Kind, name)
			if len(c.Columns) > 0 {
				text += ": " + strings.Join(c.Columns, ", ")
			}
			if c.File != "" {
				text += fmt.Sprintf(" (%s, %s)", c.File, v.Say("directory.import.line", c.Line))
			}
			return text
		}
	}
	part("refused.title", len(r.Refused), true, said(r.Refused))
	if r.More {
		out[len(out)-1].Rest = v.Say("directory.import.more")
	}
	part("ignored.title", len(r.Ignored), true, said(r.Ignored))
	part("added", len(r.Added), false, changes(r.Added))
	part("changed", len(r.Changed), true, changes(r.Changed))
	part("removed", len(r.Removed), true, changes(r.Removed))
	part("same", r.Same, false, nil)
	return out
}

// exportDirectory hands out the whole directory as one file.
func (d *desk) exportDirectory(v *frontend.Visit) error {
	as := directory.Format(v.Param("format"))
	names := map[directory.Format]string{directory.JSON: "directory.json", directory.CSV: "directory.zip"}
	if names[as] == "" {
		return helpdesk.ErrNotFound
	}
	var b bytes.Buffer
	if err := d.Directory.Export(v.Context, v.Session, &b, as); err != nil {
		return err
	}
	return v.Download(names[as], int64(b.Len()), &b)
}
