package api_test

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
)

// fits checks a value against a JSON Schema, as far as the document uses one.
func fits(doc, schema map[string]any, v any, at string) []string {
	if ref, ok := schema["$ref"].(string); ok {
		name, _ := strings.CutPrefix(ref, "#/components/schemas/")
		to, ok := doc["components"].(map[string]any)["schemas"].(map[string]any)[name].(map[string]any)
		if !ok {
			return []string{at + ": nothing at " + ref}
		}
		return fits(doc, to, v, at)
	}
	if one, ok := schema["enum"].([]any); ok && !slices.Contains(one, v) {
		return []string{fmt.Sprintf("%s: %v is none of %v", at, v, one)}
	}
	bad := []string{fmt.Sprintf("%s: %v is no %v", at, v, schema["type"])}
	switch schema["type"] {
	case "string":
		s, ok := v.(string)
		if !ok {
			return bad
		}
		if p, ok := schema["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(s) {
			return []string{at + ": " + s + " does not fit " + p}
		}
		if _, err := time.Parse(time.RFC3339Nano, s); schema["format"] == "date-time" && err != nil {
			return []string{at + ": " + s + " is no instant"}
		}
	case "integer":
		if n, ok := v.(float64); !ok || n != math.Trunc(n) {
			return bad
		}
	case "number":
		if _, ok := v.(float64); !ok {
			return bad
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return bad
		}
	case "array":
		all, ok := v.([]any)
		if !ok {
			return bad
		}
		var out []string
		for i, one := range all {
			out = append(out, fits(doc, schema["items"].(map[string]any), one, fmt.Sprintf("%s[%d]", at, i))...)
		}
		return out
	case "object":
		o, ok := v.(map[string]any)
		if !ok {
			return bad
		}
		return members(doc, schema, o, at)
	default:
		return []string{fmt.Sprintf("%s: a schema of type %v", at, schema["type"])}
	}
	return nil
}

func members(doc, schema, o map[string]any, at string) (out []string) {
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, there := o[name.(string)]; !there {
			out = append(out, at+": lacks "+name.(string))
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, v := range o {
		if p, ok := properties[name].(map[string]any); ok {
			out = append(out, fits(doc, p, v, at+"."+name)...)
		} else if more, ok := schema["additionalProperties"].(map[string]any); ok {
			out = append(out, fits(doc, more, v, at+"."+name)...)
		} else {
			out = append(out, at+": has "+name+", which stands nowhere")
		}
	}
	return out
}

// answerFits checks an answer's body against what the document says of a line.
func (w *world) answerFits(method, path string, status int, kind string, body []byte) {
	w.t.Helper()
	line, ok := w.doc["paths"].(map[string]any)[path].(map[string]any)[strings.ToLower(method)].(map[string]any)
	if !ok {
		w.t.Fatalf("%s %s stands nowhere", method, path)
	}
	answers := line["responses"].(map[string]any)
	answer, ok := answers[fmt.Sprint(status)].(map[string]any)
	if !ok {
		answer = w.doc["components"].(map[string]any)["responses"].(map[string]any)["problem"].(map[string]any)
	}
	content, _ := answer["content"].(map[string]any)
	media, ok := content[kind].(map[string]any)
	if !ok {
		w.t.Errorf("%s %s answers %d with %q, which stands nowhere", method, path, status, kind)
		return
	}
	schema := media["schema"].(map[string]any)
	if schema["format"] == "binary" {
		return
	}
	var v any
	w.must(json.Unmarshal(body, &v))
	for _, wrong := range fits(w.doc, schema, v, method+" "+path) {
		w.t.Error(wrong)
	}
}
