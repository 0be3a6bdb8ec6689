package api

import (
	"reflect"
	"strings"
	"time"

	"returnsupport/helpdesk"
)

// schemas describe Go types as JSON Schema (2020-12, as OpenAPI 3.1 has it): what
// encoding/json makes of a type, and nothing by hand, so that the document cannot
// tell of another form than is read and written. A type is described once, under
// its name.
type schemas struct{ named map[string]any }

func (s *schemas) of(t reflect.Type) map[string]any {
	switch t {
	case reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case reflect.TypeFor[helpdesk.ID]():
		return map[string]any{"type": "string", "pattern": "^[a-z2-7]{26}$"}
	case reflect.TypeFor[file]():
		return map[string]any{"type": "string", "format": "binary"}
	}
	switch t.Kind() {
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Pointer:
		return s.of(t.Elem()) // absent, never null: every pointer here is omitempty
	case reflect.Struct:
		if _, known := s.named[t.Name()]; !known {
			s.named[t.Name()] = nil // it may hold itself
			s.named[t.Name()] = s.object(t)
		}
		return map[string]any{"$ref": "#/components/schemas/" + t.Name()}
	}
	panic("no schema for " + t.String()) // met when the house is built, not when somebody asks
}

func (s *schemas) object(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || name == "" {
			panic(t.Name() + "." + f.Name + " has no name in JSON")
		}
		p := s.of(f.Type)
		if doc := f.Tag.Get("doc"); doc != "" {
			p["description"] = doc
		}
		if one := f.Tag.Get("one"); one != "" {
			p["enum"] = strings.Fields(one)
		}
		if eg := f.Tag.Get("eg"); eg != "" {
			p["examples"] = []any{eg}
		}
		properties[name] = p
		if !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	o := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}
