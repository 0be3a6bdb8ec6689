package api

import (
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/frontend/uploads"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/webhooks"
)

// apiVersion moves when something is taken away; what is added breaks nobody.
const apiVersion = "1.0"

var pathName = regexp.MustCompile(`\{([a-z]+)\}`)

// Document is the OpenAPI 3.1 document of everything there is.
func Document() map[string]any {
	s := &schemas{named: map[string]any{}}
	problem := map[string]any{"description": "What went wrong (RFC 9457). " + statuses, "headers": textHeader("Retry-After", "With 429: seconds after which to come again."), "content": map[string]any{"application/problem+json": map[string]any{"schema": s.of(reflect.TypeFor[frontend.Told]())}}}
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
		"servers":  []any{map[string]any{"url": frontend.ProgramPath}},
		"paths":    paths,
		"webhooks": map[string]any{"ringing": map[string]any{"post": ringing(s)}},
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
	if r.in != nil {
		content := map[string]any{"application/json": map[string]any{"schema": s.of(r.in)}}
		if r.files {
			content["multipart/form-data"] = parts(s.of(r.in))
		}
		o["requestBody"] = map[string]any{"required": true, "content": content}
	}
	done, answers := map[string]any{"description": "Done."}, map[string]any{"default": map[string]any{"$ref": "#/components/responses/problem"}}
	if r.out != nil && r.out.Implements(reflect.TypeFor[tagged]()) {
		done["headers"] = textHeader("ETag", "Its version, for If-Match and If-None-Match.")
		if r.method == http.MethodGet {
			header("If-None-Match", "The ETag you have: 304 where it is still the same.", false)
			answers["304"] = map[string]any{"description": "You have it already."}
		}
	}
	if all != nil {
		o["parameters"] = all
	}
	if r.out != nil {
		kind := "application/json"
		if r.out == reflect.TypeFor[file]() {
			kind = "application/octet-stream"
		}
		done["content"] = map[string]any{kind: map[string]any{"schema": s.of(r.out)}}
	}
	answers[strconv.Itoa(r.status)] = done
	o["responses"] = answers
	return o
}

// statuses are what may go wrong with any line.
const statuses = "400 not understood, 401 no token that opens, 403 its scopes do not reach, 404 not there or not for this token, 409 and 412 changed meanwhile, " +
	"413 too large, 415 another kind of body, 422 refused for the reason that code and detail say, 428 a header is missing, 429 too often, 503 come again later."

func textHeader(name, says string) map[string]any {
	return map[string]any{name: map[string]any{"description": says, "schema": map[string]any{"type": "string"}}}
}

// parts is a body with files: the same JSON as a part of its own beside them.
func parts(in map[string]any) map[string]any {
	files := map[string]any{"type": "array", "maxItems": uploads.MostFiles, "items": map[string]any{"type": "string", "format": "binary"},
		"description": "Of at most " + strconv.Itoa(uploads.MostBytes>>20) + " MiB each: JPEG, PNG, PDF or plain text, told by what they hold. Pictures are drawn anew and papers lose what they say of their making."}
	return map[string]any{
		"schema":   map[string]any{"type": "object", "properties": map[string]any{"json": in, "file": files}, "required": []string{"json"}, "additionalProperties": false},
		"encoding": map[string]any{"json": map[string]any{"contentType": "application/json"}},
	}
}

// ringing is what we POST to an address of theirs.
func ringing(s *schemas) map[string]any {
	var headers []any
	for _, h := range [][2]string{
		{"webhook-id", "The same when it is rung again: take it once."},
		{"webhook-timestamp", "Seconds since 1970. Refuse what is older than five minutes."},
		{"webhook-signature", "v1, and the base64 of HMAC-SHA256 over id.timestamp.body, joined by dots, with the bytes behind whsec_ as key (Standard Webhooks). Compare in constant time."},
	} {
		headers = append(headers, map[string]any{"name": h[0], "in": "header", "required": true, "description": h[1], "schema": map[string]any{"type": "string"}})
	}
	return map[string]any{
		"operationId": "ringing", "summary": "A ticket moved. Ask for it with a token, also before you change or delete anything; at ticket.gone, and when it is not found, delete what you kept of it.",
		"description": "To each address that asked for it: of all teams, or of those it is for. Of restricted teams nothing. Who does not answer 2xx within ten seconds is rung again, later each time, for three days; then nothing is told until a coordinator says so, and from then on first what is gone of the last 30 days. Who was away for longer asks for all of what they keep.",
		"security":    []any{}, "parameters": headers,
		"requestBody": map[string]any{"required": true, "content": map[string]any{"application/json": map[string]any{"schema": s.of(reflect.TypeFor[webhooks.Ringing]())}}},
		"responses":   map[string]any{"2XX": map[string]any{"description": "Heard."}},
	}
}
