package api

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk/staff"
)

// apiVersion moves when something is taken away; what is added breaks nobody.
const apiVersion = "1.0"

var pathName = regexp.MustCompile(`\{([a-z]+)\}`)

// Document is the OpenAPI 3.1 document of everything there is.
func Document() map[string]any {
	s := &schemas{named: map[string]any{}}
	problem := map[string]any{"description": "What went wrong (RFC 9457).", "content": map[string]any{"application/problem+json": map[string]any{"schema": s.of(reflect.TypeFor[frontend.Told]())}}}
	paths := map[string]map[string]any{}
	for _, r := range routes {
		if paths[r.path] == nil {
			paths[r.path] = map[string]any{}
		}
		paths[r.path][strings.ToLower(r.method)] = r.describe(s)
	}
	scopes := []string{}
	for _, scope := range staff.Scopes() {
		scopes = append(scopes, string(scope))
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "API", "version": apiVersion,
			"description": "A token is a reader: it opens what the teams that let it in can open, as far as its scopes reach (" + strings.Join(scopes, ", ") +
				"). Restricted teams are never among them. It ends on its day, or when a coordinator ends it. Every reading stands in the journal under its name. Answers to persons are sent by counsellors alone.",
		},
		"servers": []any{map[string]any{"url": frontend.ProgramPath}},
		"paths":   paths,
		"components": map[string]any{
			"schemas": s.named,
			// Which scope a line needs stands in the line: OpenAPI has places for it
			// under a token, but only names none of its own there.
			"securitySchemes": map[string]any{"token": map[string]any{"type": "http", "scheme": "bearer"}},
			"responses":       map[string]any{"problem": problem},
		},
	}
}

func (r route) describe(s *schemas) map[string]any {
	o := map[string]any{"operationId": r.id, "summary": r.says}
	switch r.may {
	case frontend.Anybody:
		o["security"] = []any{}
	case frontend.AnyProgram:
		o["security"] = []any{map[string]any{"token": []string{}}}
	default:
		o["security"] = []any{map[string]any{"token": []string{string(r.may)}}}
	}
	var all []any
	for _, m := range pathName.FindAllStringSubmatch(r.path, -1) {
		all = append(all, map[string]any{"name": m[1], "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
	}
	for _, q := range r.query {
		schema := map[string]any{"type": "string"}
		if q.number {
			schema["type"] = "integer"
		}
		if q.one != nil {
			schema["enum"] = q.one
		}
		all = append(all, map[string]any{"name": q.name, "in": "query", "required": false, "description": q.says, "schema": schema})
	}
	header := func(name, says string, required bool) {
		all = append(all, map[string]any{"name": name, "in": "header", "required": required, "description": says, "schema": map[string]any{"type": "string"}})
	}
	switch r.guards {
	case keyed:
		header("Idempotency-Key", "Sent twice with one key, it is done once and answered twice.", true)
	case matched:
		header("If-Match", "The ETag you read.", true)
	case either:
		header("If-Match", "The ETag you read; without it, If-None-Match: *.", false)
		header("If-None-Match", "* for what is to be new.", false)
	}
	if all != nil {
		o["parameters"] = all
	}
	if r.in != nil {
		o["requestBody"] = map[string]any{"required": true, "content": map[string]any{"application/json": map[string]any{"schema": s.of(r.in)}}}
	}
	done := map[string]any{"description": "Done."}
	if r.out != nil {
		kind := "application/json"
		if r.out == reflect.TypeFor[file]() {
			kind = "application/octet-stream"
		}
		done["content"] = map[string]any{kind: map[string]any{"schema": s.of(r.out)}}
	}
	o["responses"] = map[string]any{strconv.Itoa(r.status): done, "default": map[string]any{"$ref": "#/components/responses/problem"}}
	return o
}
