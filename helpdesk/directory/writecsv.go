package directory

import (
	"archive/zip"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strconv"

	"returnsupport/helpdesk"
)

// resource describes one table (Frictionless Data, tabular data resource).
type resource struct {
	Name      string       `json:"name"`
	Path      string       `json:"path"`
	Profile   string       `json:"profile"`
	MediaType string       `json:"mediatype"`
	Schema    schemaOfFile `json:"schema"`
}

type schemaOfFile struct {
	Fields []schemaField `json:"fields"`
	Key    string        `json:"primaryKey"`
}

type schemaField struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

var dataTypes = map[form]string{number: "number", date: "date", moment: "datetime"}

// writeCSV writes the tables that have rows. A table's row names one row of a
// kind in each column: what belongs to several is written several times, each
// time under an id of its own, as HSDS says of contacts.
func (s *sheaf) writeCSV(w io.Writer) error {
	z := zip.NewWriter(w)
	var resources []resource
	for i := range shapes {
		sh := &shapes[i]
		if len(s.kinds[sh.kind]) == 0 {
			continue
		}
		f, err := z.Create(sh.file)
		if err != nil {
			return err
		}
		res := resource{Name: sh.kind, Path: sh.file, Profile: "tabular-data-resource", MediaType: "text/csv", Schema: schemaOfFile{Key: "id"}}
		header := sh.header()
		for _, name := range header {
			t := "string"
			if column, ok := sh.field(name); ok && dataTypes[column.form] != "" {
				t = dataTypes[column.form]
			}
			res.Schema.Fields = append(res.Schema.Fields, schemaField{name, t})
		}
		resources = append(resources, res)
		out := csv.NewWriter(f)
		out.Write(header) // its error is the last one's
		for _, rec := range s.kinds[sh.kind] {
			for _, line := range sh.lines(rec) {
				out.Write(line)
			}
		}
		if out.Flush(); out.Error() != nil {
			return out.Error()
		}
	}
	f, err := z.Create("datapackage.json")
	if err != nil {
		return err
	}
	e := json.NewEncoder(f)
	e.SetIndent("", "  ")
	if err := e.Encode(map[string]any{"name": "human_services_data", "profile": "tabular-data-package", "version": hsdsVersion, "resources": resources}); err != nil {
		return err
	}
	return z.Close()
}

// hsdsVersion is the version of HSDS that exports are of.
const hsdsVersion = "3.1"

func (s *shape) header() []string {
	out := []string{"id"}
	for _, u := range s.ups {
		out = append(out, u.column)
	}
	for _, f := range s.fields {
		out = append(out, f.name)
	}
	return out
}

// lines are the rows a record is in a table.
func (s *shape) lines(rec Record) [][]string {
	n := 1
	for _, ids := range rec.Up {
		n = max(n, len(ids))
	}
	var out [][]string
	for i := range n {
		id := rec.HSDS
		if i > 0 {
			id = derivedUUID(rec.Kind + "\x00" + rec.HSDS + "\x00" + strconv.Itoa(i))
		}
		line := []string{id}
		for _, u := range s.ups {
			ids := rec.Up[u.column]
			switch {
			case i < len(ids):
				line = append(line, ids[i])
			case u.single && len(ids) > 0:
				line = append(line, ids[0])
			default:
				line = append(line, "")
			}
		}
		for _, f := range s.fields {
			line = append(line, helpdesk.Cell(rec.Fields[f.name]))
		}
		out = append(out, slices.Clip(line))
	}
	return out
}
