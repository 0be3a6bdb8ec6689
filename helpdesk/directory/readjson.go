package directory

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"returnsupport/helpdesk"
)

// node is a JSON value with the line it begins on.
type node struct {
	line   int
	kind   byte // '{', '[', '"' for any plain value, 0 for null
	text   string
	items  []node
	names  []string // of an object's members, as items
	joined map[string]int
}

func (n *node) member(name string) *node {
	if i, ok := n.joined[name]; ok {
		return &n.items[i]
	}
	return nil
}

// tree reads a whole document with the line of each value, which json.Unmarshal
// does not tell.
type tree struct {
	dec   *json.Decoder
	b     []byte
	at    int64
	line  int
	nodes int
}

var (
	errDeep = errors.New("nested too deep")
	errMany = errors.New("too many values")
)

func parse(b []byte) (node, int, error) {
	t := &tree{dec: json.NewDecoder(bytes.NewReader(b)), b: b, line: 1}
	t.dec.UseNumber()
	n, err := t.value(0)
	if err == nil {
		if _, more := t.dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one document")
		}
	}
	t.count()
	return n, t.line, err
}

// count moves the line to where the decoder stands.
func (t *tree) count() {
	if to := min(t.dec.InputOffset(), int64(len(t.b))); to > t.at {
		t.line += bytes.Count(t.b[t.at:to], []byte("\n"))
		t.at = to
	}
}

func (t *tree) value(depth int) (node, error) {
	if depth > depthLimit {
		return node{}, errDeep
	}
	token, err := t.dec.Token()
	t.count()
	n := node{line: t.line}
	if err != nil {
		return n, err
	}
	if t.nodes++; t.nodes > nodeLimit {
		return n, errMany
	}
	switch v := token.(type) {
	case string:
		n.kind, n.text = '"', v
	case json.Number:
		n.kind, n.text = '"', v.String()
	case bool:
		n.kind, n.text = '"', strconv.FormatBool(v)
	case json.Delim:
		n.kind = byte(v)
		if v == '{' {
			n.joined = map[string]int{}
		}
		for t.dec.More() {
			name := ""
			if v == '{' {
				key, err := t.dec.Token()
				if err != nil {
					return n, err
				}
				name, _ = key.(string)
			}
			item, err := t.value(depth + 1)
			if err != nil {
				return n, err
			}
			if v == '{' {
				n.joined[name] = len(n.items)
				n.names = append(n.names, name)
			}
			n.items = append(n.items, item)
		}
		if _, err := t.dec.Token(); err != nil { // the closing one
			return n, err
		}
	}
	return n, nil
}

// readJSON reads one document: an organisation, service, service at location,
// location, taxonomy or term with all that HSDS nests in it; a list or a page
// ("contents") of them; or an object with a list for each kind, also under the
// names of the tabular files.
func readJSON(in *intake, file string, b []byte) error {
	in.nested = true
	if len(b) > fileLimit {
		return helpdesk.Refuse("directory.import.large", fileLimit>>20)
	}
	root, line, err := parse(bytes.TrimPrefix(b, mark))
	if err != nil {
		switch {
		case errors.Is(err, errDeep):
			in.refuse(file, line, "deep", depthLimit)
		case errors.Is(err, errMany):
			in.refuse(file, line, "many", nodeLimit)
		default:
			in.refuse(file, line, "json")
		}
		return nil
	}
	before := len(in.rows) + len(in.refused)
	in.document(file, &root)
	if len(in.rows)+len(in.refused) == before {
		in.refuse(file, root.line, "shape")
	}
	return nil
}

func (in *intake) document(file string, root *node) {
	if page := root.member("contents"); page != nil && page.kind == '[' {
		root = page
	}
	switch root.kind {
	case '[':
		for i := range root.items {
			in.guess(file, &root.items[i])
		}
	case '{':
		lists := 0
		if root.member("id") == nil {
			for i, name := range root.names {
				if s := collection(name); s != nil && root.items[i].kind == '[' {
					lists++
					for j := range root.items[i].items {
						in.object(file, s, &root.items[i].items[j], up{}, "")
					}
				}
			}
		}
		if lists == 0 {
			in.guess(file, root)
		}
	}
}

func collection(name string) *shape {
	if s := byList[name]; s != nil {
		return s
	}
	return byFile[strings.ToLower(name)]
}

// guess says what an object is: HSDS names no type in it.
func (in *intake) guess(file string, n *node) {
	has := func(names ...string) bool {
		for _, name := range names {
			if n.member(name) != nil {
				return true
			}
		}
		return false
	}
	kind := ""
	switch {
	case n.kind != '{' || !has("id"):
	case has("location_type"):
		kind = "location"
	case has("status"):
		kind = "service"
	case has("service", "location", "service_id"):
		kind = "service_at_location"
	case has("taxonomy", "taxonomy_detail", "term_uri", "code"):
		kind = "taxonomy_term"
	case has("version"):
		kind = "taxonomy"
	case has("name"):
		kind = "organization"
	}
	if kind == "" {
		in.refuse(file, n.line, "shape")
		return
	}
	in.object(file, byKind[kind], n, up{}, "")
}

// object reads one row and all that is nested in it. by and parent say in which
// row it stood; parent is "" where it stood in none. It returns its id.
func (in *intake) object(file string, s *shape, n *node, by up, parent string) string {
	if in.done() {
		return ""
	}
	if n.kind != '{' {
		in.refuse(file, n.line, "shape")
		return ""
	}
	c := &came{Record: Record{Kind: s.kind, Fields: map[string]string{}, Up: map[string][]string{}}, file: file, line: n.line, own: map[string]bool{}}
	if id := n.member("id"); id != nil {
		c.HSDS = strings.TrimSpace(id.text)
	}
	in.point(c, by, parent)
	for i, name := range n.names {
		item := &n.items[i]
		if name == "id" || item.kind == 0 {
			continue
		}
		if u, ok := s.object(name); ok && item.kind == '{' {
			in.point(c, u, in.object(file, byKind[u.kind], item, up{}, ""))
			continue
		}
		if kind, column := s.list(name); kind != "" && item.kind == '[' {
			u, _ := byKind[kind].up(column)
			for j := range item.items {
				in.object(file, byKind[kind], &item.items[j], u, c.HSDS)
			}
			continue
		}
		if item.kind != '"' {
			in.ignore(file, item.line, name)
			continue
		}
		in.set(c, s, name, item.text)
	}
	in.add(c, s)
	return c.HSDS
}
