package api_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"returnsupport/frontend/api"
	"returnsupport/helpdesk/webhooks"
)

// TestTheDocumentHoldsTogether: what OpenAPI 3.1 asks of a document of this form,
// so that a generator of clients reads it.
func TestTheDocumentHoldsTogether(t *testing.T) {
	plain, err := json.Marshal(api.Document())
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(plain, &doc); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				used[ref] = true
				var to any = doc
				for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
					to = to.(map[string]any)[name]
				}
				if to == nil {
					t.Errorf("%s: nothing at %s", at, ref)
				}
			}
			for name, one := range v {
				walk(at+"/"+name, one)
			}
		case []any:
			for i, one := range v {
				walk(fmt.Sprint(at, "/", i), one)
			}
		case nil:
			t.Errorf("%s is null", at)
		}
	}
	walk("", doc)
	for name := range doc["components"].(map[string]any)["schemas"].(map[string]any) {
		if !used["#/components/schemas/"+name] {
			t.Errorf("nothing refers to %s", name)
		}
	}
	ids := map[string]bool{}
	inPath := regexp.MustCompile(`\{([a-z]+)\}`)
	line := func(name, path string, o map[string]any) {
		id, _ := o["operationId"].(string)
		if id == "" || ids[id] || o["summary"] == nil || len(o["responses"].(map[string]any)) == 0 {
			t.Errorf("%s: operation %q is without name, answer or summary, or stands twice", name, id)
		}
		ids[id] = true
		var wanted, told []string
		for _, m := range inPath.FindAllStringSubmatch(path, -1) {
			wanted = append(wanted, m[1])
		}
		seen := map[string]bool{}
		all, _ := o["parameters"].([]any)
		for _, one := range all {
			p := one.(map[string]any)
			key := fmt.Sprint(p["in"], " ", p["name"])
			if seen[key] || p["schema"] == nil {
				t.Errorf("%s: %s stands twice, or without a schema", name, key)
			}
			if seen[key] = true; p["in"] == "path" {
				told = append(told, p["name"].(string))
			}
		}
		if !slices.Equal(wanted, told) {
			t.Errorf("%s tells of %v", name, told)
		}
	}
	for path, methods := range doc["paths"].(map[string]any) {
		for method, o := range methods.(map[string]any) {
			if !slices.Contains([]string{"get", "post", "put", "patch"}, method) {
				t.Errorf("%s %s", method, path)
			}
			line(method+" "+path, path, o.(map[string]any))
		}
	}
	line("webhook", "", doc["webhooks"].(map[string]any)["ringing"].(map[string]any)["post"].(map[string]any))
}

// TestTheDocumentTellsOfEveryBell: all that an address may hear, and not a word
// more.
func TestTheDocumentTellsOfEveryBell(t *testing.T) {
	plain, err := json.Marshal(api.Document())
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(plain, &doc); err != nil {
		t.Fatal(err)
	}
	kinds := doc["components"].(map[string]any)["schemas"].(map[string]any)["Ringing"].(map[string]any)["properties"].(map[string]any)["type"].(map[string]any)["enum"].([]any)
	for _, e := range append(webhooks.Events(), webhooks.Test) {
		if !slices.Contains(kinds, any(string(e))) {
			t.Errorf("%s stands nowhere", e)
		}
		body := map[string]any{"type": string(e), "timestamp": "2026-03-02T08:00:00Z", "data": map[string]any{"id": "x"}}
		for _, wrong := range fits(doc, map[string]any{"$ref": "#/components/schemas/Ringing"}, body, "body") {
			t.Error(wrong)
		}
	}
	if len(kinds) != len(webhooks.Events())+1 {
		t.Errorf("told of %v", kinds)
	}
}
