// Package api is what programs of other houses may ask and write here, with a
// token that is a reader: the tickets of teams that let it in, the directory, the
// hours, figures. What there is stands in one table (routes.go), and the OpenAPI
// document is made of that table and of the very types that are read and written.
//
// Never: an answer to a person, which a counsellor alone sends; a colleague's
// note, which is for colleagues; and nobody's words in an address.
package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"returnsupport/frontend"
	"returnsupport/frontend/uploads"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// Rooms is what the routes work with.
type Rooms struct {
	Staff     *staff.Desk
	Tickets   *tickets.Desk
	Directory *directory.Room
	Office    *office.Office
}

// desk holds the rooms behind the handlers.
type desk struct{ Rooms }

// route is one line of the table.
type route struct {
	method, path string // below frontend.ProgramPath, with {names}
	id, says     string
	may          staff.Scope
	query        []query
	in, out      reflect.Type // nil for none; out file for bytes
	status       int
	guards       guards
	files        bool // it may come as a form of parts, with files
	do           func(*desk, *frontend.Visit) error
}

// guards are the headers a write needs.
type guards int

const (
	unguarded guards = iota
	keyed            // Idempotency-Key: sent twice, done once
	matched          // If-Match: nothing that was not seen is changed
	either           // If-Match, or If-None-Match: * for what is new
)

// query is a part of the query string.
type query struct {
	name, says string
	one        []string // the only values there are; nil for any
	number     bool
}

// file stands for bytes.
type file struct{}

// none stands for no body.
type none struct{}

func typeOf[T any]() reflect.Type {
	t := reflect.TypeFor[T]()
	if t == reflect.TypeFor[none]() {
		return nil
	}
	return t
}

// ask is a line that reads.
func ask[Out any](path, id, says string, may staff.Scope, do func(*desk, *frontend.Visit) (Out, error), q ...query) route {
	return route{method: http.MethodGet, path: path, id: id, says: says, may: may, query: q, out: typeOf[Out](), status: http.StatusOK,
		do: func(d *desk, v *frontend.Visit) error {
			out, err := do(d, v)
			if err != nil {
				return err
			}
			return show(v, http.StatusOK, out)
		}}
}

// tell is a line that writes, or asks with a body because what is sought is
// nothing for an address.
func tell[In, Out any](method, path, id, says string, may staff.Scope, status int, g guards, do func(*desk, *frontend.Visit, In) (Out, error)) route {
	return route{method: method, path: path, id: id, says: says, may: may, in: typeOf[In](), out: typeOf[Out](), status: status, guards: g,
		do: func(d *desk, v *frontend.Visit) error {
			if err := g.check(v); err != nil {
				return err
			}
			var in In
			if err := v.ReadJSON(&in); err != nil {
				return err
			}
			out, err := do(d, v, in)
			if err != nil {
				return g.explain(err)
			}
			return show(v, status, out)
		}}
}

// bring is a line that makes something, be it with files.
func bring[In, Out any](path, id, says string, may staff.Scope, do func(*desk, *frontend.Visit, In, []tickets.Upload) (Out, error)) route {
	return route{method: http.MethodPost, path: path, id: id, says: says, may: may, in: typeOf[In](), out: typeOf[Out](), status: http.StatusCreated, guards: keyed, files: true,
		do: func(d *desk, v *frontend.Visit) error {
			if err := keyed.check(v); err != nil {
				return err
			}
			var in In
			posted, err := v.ReadWithFiles(&in)
			if err != nil {
				return err
			}
			kept, err := uploads.Clean(posted)
			if err != nil {
				return err
			}
			out, err := do(d, v, in, kept)
			if err != nil {
				return err
			}
			return show(v, http.StatusCreated, out)
		}}
}

// most is how much may be sent.
func (r route) most() frontend.Limit {
	if r.files {
		return uploads.Most
	}
	return frontend.JSONBody
}

// tagged is an answer that has a version.
type tagged interface{ tag() string }

func show(v *frontend.Visit, status int, out any) error {
	if t, ok := out.(tagged); ok {
		v.Header("ETag", t.tag())
		if status == http.StatusOK && v.Sent("If-None-Match") == t.tag() {
			return v.Answered(http.StatusNotModified)
		}
	}
	if _, bare := out.(none); bare {
		return v.Answered(status)
	}
	return v.JSON(status, out)
}

// Mount adds every route for programs to site, and the document that describes
// them.
func Mount(site *frontend.Site, rooms Rooms) error {
	d := &desk{rooms}
	for _, r := range routes {
		site.Program(r.method, strings.NewReplacer("{", ":", "}", "").Replace(r.path), r.may, func(v *frontend.Visit) error { return r.do(d, v) }, r.most())
	}
	doc, err := json.Marshal(Document())
	if err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	site.Program(http.MethodGet, "/openapi.json", frontend.Anybody, func(v *frontend.Visit) error { return v.JSON(http.StatusOK, json.RawMessage(doc)) })
	return nil
}
