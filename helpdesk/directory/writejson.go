package directory

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"

	"returnsupport/helpdesk"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any // a string, a json.Number, an object or a []object
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// said is one thing a document tells: that a row names another in a column.
type said struct {
	row        helpdesk.ID
	column, id string
}

// nesting writes rows into one another and remembers what was told by it.
type nesting struct {
	*sheaf
	told map[said]bool
	seen map[helpdesk.ID]bool
}

// writeJSON writes organisations with all that HSDS nests in them. What hangs on
// none of them follows in a list for its kind, and so does a row that names
// another in a way no nesting tells.
func (s *sheaf) writeJSON(w io.Writer) error {
	n := &nesting{s, map[said]bool{}, map[helpdesk.ID]bool{}}
	b := bufio.NewWriter(w)
	b.WriteString(`{"version":"` + hsdsVersion + `"`) // its error is the last one's
	for i := range shapes {
		sh := &shapes[i]
		first := true
		put := func(o object) error {
			if first {
				b.WriteString(`,"` + sh.plural + `":[`)
			} else {
				b.WriteByte(',')
			}
			first = false
			line, err := json.Marshal(o)
			b.WriteByte('\n')
			b.Write(line)
			return err
		}
		for _, rec := range s.kinds[sh.kind] {
			if !n.seen[rec.ID] {
				if err := put(n.row(sh, rec, "")); err != nil {
					return err
				}
			}
		}
		if !first {
			b.WriteByte(']')
		}
	}
	if err := n.writeRest(b); err != nil {
		return err
	}
	b.WriteString("}\n")
	return b.Flush()
}

// writeRest writes what no nesting told, under the names of the tabular files,
// which is where HSDS keeps such columns.
func (n *nesting) writeRest(b *bufio.Writer) error {
	for i := range shapes {
		sh := &shapes[i]
		first := true
		for _, rec := range n.kinds[sh.kind] {
			for missing := n.untold(sh, rec); len(missing) > 0; missing = n.untold(sh, rec) {
				o := object{{"id", rec.HSDS}}
				for _, column := range slices.Sorted(maps.Keys(missing)) {
					o = append(o, member{column, missing[column]})
					n.told[said{rec.ID, column, missing[column]}] = true
				}
				for _, f := range sh.fields {
					if v := rec.Fields[f.name]; f.required && v != "" {
						o = append(o, member{f.name, f.form.value(v)})
					}
				}
				if first {
					b.WriteString(`,"` + sh.file + `":[`)
				} else {
					b.WriteByte(',')
				}
				first = false
				line, err := json.Marshal(o)
				if err != nil {
					return err
				}
				b.WriteByte('\n')
				b.Write(line)
			}
		}
		if !first {
			b.WriteByte(']')
		}
	}
	return nil
}

// untold is for each column the first row that rec names and no nesting told.
func (n *nesting) untold(sh *shape, rec Record) map[string]string {
	out := map[string]string{}
	for _, u := range sh.ups {
		for _, id := range rec.Up[u.column] {
			if !n.told[said{rec.ID, u.column, id}] {
				out[u.column] = id
				break
			}
		}
	}
	return out
}

// row is one row with what is nested in it. in is the column by which it stands
// where it stands; "" at the top.
func (n *nesting) row(sh *shape, rec Record, in string) object {
	o := n.plain(sh, rec, in)
	for _, name := range slices.Sorted(maps.Keys(sh.lists)) {
		o = n.list(o, sh, rec, name)
	}
	// What is said about attributes and metadata themselves stands beside them:
	// they may name each other in circles.
	if sh.kind != "attribute" && sh.kind != "metadata" {
		for _, name := range slices.Sorted(maps.Keys(anywhere)) {
			o = n.list(o, sh, rec, name)
		}
	}
	return o
}

// plain is a row without what belongs to it, but with the rows it uses itself:
// an organisation that stands inside one of its services does not list its
// services again. A place alone comes whole, as HSDS has it.
func (n *nesting) plain(sh *shape, rec Record, in string) object {
	n.seen[rec.ID] = true
	o := object{{"id", rec.HSDS}}
	for _, f := range sh.fields {
		if v := rec.Fields[f.name]; v != "" {
			o = append(o, member{f.name, f.form.value(v)})
		}
	}
	for _, u := range sh.ups {
		ids := rec.Up[u.column]
		if u.object == "" || u.column == in || len(ids) == 0 {
			continue
		}
		used, ok := n.find(u.kind, ids[0])
		if !ok {
			continue
		}
		n.told[said{rec.ID, u.column, ids[0]}] = true
		if shape := byKind[u.kind]; u.kind == "location" {
			o = append(o, member{u.object, n.row(shape, used, "")})
		} else {
			o = append(o, member{u.object, n.plain(shape, used, "")})
		}
	}
	return o
}

// list adds what belongs to a row, under the name JSON has for it.
func (n *nesting) list(o object, sh *shape, rec Record, name string) object {
	if name == "fundings" { // another name of funding, which is read and not written
		return o
	}
	kind, column := sh.list(name)
	var items []object
	for _, item := range n.below[below{kind, column, rec.HSDS}] {
		// attributes and metadata name any row by its id alone; ids of two kinds
		// may be the same only where both rows then are meant.
		n.told[said{item.ID, column, rec.HSDS}] = true
		items = append(items, n.row(byKind[kind], item, column))
	}
	if items == nil {
		return o
	}
	return append(o, member{name, items})
}

// value is how JSON writes a value.
func (f form) value(v string) any {
	if f == number && json.Valid([]byte(v)) {
		return json.Number(v)
	}
	return v
}
