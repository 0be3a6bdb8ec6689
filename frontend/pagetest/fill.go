package pagetest

import (
	"context"
	"html/template"
	"reflect"
	"testing"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
)

// Nobody is behind every door.
type Nobody struct{}

func (Nobody) Session(context.Context, string, bool) (*staff.Session, error) {
	return nil, helpdesk.ErrDenied
}

func (Nobody) Outsider(context.Context, string, bool) (frontend.Outsider, error) {
	return nil, helpdesk.ErrDenied
}

func (Nobody) Leave(context.Context, string) error { return nil }

func (Nobody) Author(context.Context, string) (helpdesk.ID, error) { return "", helpdesk.ErrDenied }

func (Nobody) Guest(context.Context, string, bool) (*people.Guest, error) {
	return nil, helpdesk.ErrDenied
}

// Words are the house's catalogues.
func Words(t testing.TB) *locale.Catalogue {
	t.Helper()
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	return words
}

// Fill gives every field of a page something to show, or nothing at all, and
// notes which types it met.
func Fill(page frontend.Shown, words frontend.Words, full bool, seen map[string]bool) {
	v := reflect.ValueOf(page).Elem()
	v.SetZero()
	fill(v, words, full, seen)
}

func fill(v reflect.Value, words frontend.Words, full bool, seen map[string]bool) {
	seen[v.Type().String()] = true
	switch v.Type() {
	case reflect.TypeFor[frontend.Words]():
		v.Set(reflect.ValueOf(words))
		return
	case reflect.TypeFor[template.HTML]():
		if full {
			v.SetString("<p>harmless</p>")
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Brings" { // files that must be there
				fill(v.Field(i), words, full, seen)
			}
		}
	case reflect.Pointer:
		if full {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), words, full, seen)
		}
	case reflect.Slice:
		if full {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			for i := range 2 {
				fill(v.Index(i), words, full, seen)
			}
		}
	case reflect.String:
		if full {
			v.SetString("<b>&\"x")
		}
	case reflect.Bool:
		v.SetBool(full)
	case reflect.Int, reflect.Int64:
		if full {
			v.SetInt(3)
		}
	}
}
