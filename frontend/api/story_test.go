package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/frontend/api"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/staff"
)

// lines are all there are, each asked as it should be: what is missing here fails.
func (w *world) lines() map[string]call {
	w.t.Helper()
	org, err := w.places.Put(w.ctx, w.ada(), directory.Named("Legal advice", "Free"))
	w.must(err)
	_, err = w.places.Vet(w.ctx, w.ada(), org.ID, vetted)
	w.must(err)
	ticket, err := w.tickets.Facts(w.ctx, w.ada(), w.ticket)
	w.must(err)
	return map[string]call{
		"GET /v1/token":                           {path: "/v1/token"},
		"GET /v1/teams":                           {path: "/v1/teams"},
		"GET /v1/tags":                            {path: "/v1/tags"},
		"GET /v1/tickets":                         {path: "/v1/tickets?queue=team&team=" + string(w.team) + "&limit=10&since=2026-01-01T00:00:00Z"},
		"GET /v1/tickets/{id}":                    {path: "/v1/tickets/" + string(w.ticket)},
		"GET /v1/messages/{id}/files/{position}":  {path: "/v1/messages/" + string(w.letter) + "/files/0"},
		"POST /v1/tickets":                        {path: "/v1/tickets", body: `{"team":"` + string(w.team) + `","title":"A question","text":"May I?"}`, headers: []string{"Idempotency-Key", "form-0001"}},
		"POST /v1/tickets/{id}/notes":             {path: "/v1/tickets/" + string(w.ticket) + "/notes", body: `{"text":"Booked."}`, headers: []string{"Idempotency-Key", "note-0001"}},
		"PATCH /v1/tickets/{id}":                  {path: "/v1/tickets/" + string(w.ticket), body: `{"state":"closed"}`, headers: []string{"If-Match", fmt.Sprintf(`"v%d"`, ticket.Version)}},
		"POST /v1/directory/search":               {path: "/v1/directory/search", body: `{"need":"legal"}`},
		"GET /v1/directory/organizations/{id}":    {path: "/v1/directory/organizations/" + string(org.ID)},
		"GET /v1/directory/records/{kind}/{hsds}": {path: "/v1/directory/records/organization/" + org.HSDS},
		"PUT /v1/directory/records/{kind}/{hsds}": {path: "/v1/directory/records/organization/new-one", body: `{"fields":{"name":"Another","description":"x"}}`, headers: []string{"If-None-Match", "*"}},
		"GET /v1/open":                            {path: "/v1/open"},
		"GET /v1/hours":                           {path: "/v1/hours"},
		"GET /v1/figures":                         {path: "/v1/figures"},
	}
}

// scopeOf is what the document says a line needs: "" for nobody's token, "token"
// for any.
func scopeOf(line map[string]any) string {
	all := line["security"].([]any)
	if len(all) == 0 {
		return ""
	}
	for _, s := range all[0].(map[string]any)["token"].([]any) {
		return s.(string)
	}
	return "token"
}

// TestEveryLineAnswersAsTheDocumentSaysAndToWhom asks each line without a token
// and with one of each scope alone, and holds every answer against the document.
func TestEveryLineAnswersAsTheDocumentSaysAndToWhom(t *testing.T) {
	each(t, func(w *world) {
		w.clock.Pass(time.Minute)
		lines, seen := w.lines(), 0
		tokens := map[string]string{"": ""}
		for _, s := range staff.Scopes() {
			_, tokens[string(s)] = w.token(s)
		}
		for path, methods := range w.doc["paths"].(map[string]any) {
			for method, said := range methods.(map[string]any) {
				name := strings.ToUpper(method) + " " + path
				c, ok := lines[name]
				if !ok {
					t.Errorf("%s is not asked here", name)
					continue
				}
				seen++
				c.method = strings.ToUpper(method)
				needs := scopeOf(said.(map[string]any))
				for scope, token := range tokens {
					c.token = token
					status, h, body := w.ask(c)
					kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
					may := needs == "" || scope != "" && (needs == "token" || needs == scope)
					switch {
					case may && status >= 300:
						t.Errorf("%s with %q: %d %s\n%s", name, scope, status, body, w.log)
					case !may && scope == "" && status != http.StatusUnauthorized, !may && scope != "" && status != http.StatusForbidden:
						t.Errorf("%s with %q: %d", name, scope, status)
					}
					w.answerFits(c.method, path, status, kind, body)
					if !may && bytes.Contains(body, []byte("Canary")) {
						t.Errorf("%s with %q tells %s", name, scope, body)
					}
				}
			}
		}
		if seen != len(lines) {
			t.Errorf("%d lines in the document, %d here", seen, len(lines))
		}
	})
}

// TestWhatIsServedStandsInTheDocument: not a route more, not one less.
func TestWhatIsServedStandsInTheDocument(t *testing.T) {
	doc := api.Document()
	b, err := json.Marshal(doc)
	if err != nil || !bytes.HasPrefix([]byte(doc["openapi"].(string)), []byte("3.1")) || len(b) < 1000 {
		t.Fatalf("%v: %.200s", err, b)
	}
	each(t, func(w *world) {
		inDoc := map[string]bool{"GET /api/openapi.json": true}
		for path, methods := range w.doc["paths"].(map[string]any) {
			for method := range methods.(map[string]any) {
				inDoc[strings.ToUpper(method)+" /api"+path] = true
			}
		}
		names := regexp.MustCompile(`:([a-z]+)`)
		for _, p := range w.routes() {
			name := p.Method + " " + names.ReplaceAllString(p.Path, "{$1}")
			if strings.HasPrefix(p.Path, "/api/") && !inDoc[name] {
				t.Errorf("%s is served and stands nowhere", name)
			}
			delete(inDoc, name)
		}
		for name := range inDoc {
			t.Errorf("%s stands there and is not served", name)
		}
	})
}

func TestAProgramReadsWhatTheTeamAndAPersonWroteAndNoMore(t *testing.T) {
	each(t, func(w *world) {
		id, token := w.token(staff.ReadTickets)
		var list api.Tickets
		w.gets(200, call{method: "GET", path: "/v1/tickets", token: token}, &list)
		if len(list.Items) != 1 || list.Items[0].ID != w.ticket || list.Items[0].Title != "Canarytitle" || list.Items[0].Unproven {
			t.Fatalf("listed %+v", list)
		}
		var one api.Ticket
		h := w.gets(200, call{method: "GET", path: "/v1/tickets/" + string(w.ticket), token: token}, &one)
		if len(one.Messages) != 1 || one.Messages[0].Text != "Canaryletter" || len(one.Messages[0].Files) != 1 {
			t.Errorf("read %+v", one.Messages)
		}
		_, _, body := w.ask(call{method: "GET", path: "/v1/messages/" + string(w.letter) + "/files/0", token: token})
		if string(body) != "Canaryfile" {
			t.Errorf("file %q", body)
		}
		if got, _, _ := w.ask(call{method: "GET", path: "/v1/tickets/" + string(w.ticket), token: token, headers: []string{"If-None-Match", h.Get("ETag")}}); got != http.StatusNotModified {
			t.Errorf("what it has already: %d", got)
		}
		// Colleagues' notes, and restricted teams.
		sheet, err := w.tickets.Page(w.ctx, w.ada(), w.ticket)
		w.must(err)
		for _, m := range sheet.Messages {
			if m.Content.Text == "Canarynote" {
				w.gets(404, call{method: "GET", path: "/v1/messages/" + string(m.ID) + "/files/0", token: token}, nil)
			}
		}
		w.gets(404, call{method: "GET", path: "/v1/tickets/" + string(w.hidden), token: token}, nil)
		w.gets(404, call{method: "GET", path: "/v1/tickets?team=" + string(w.closed), token: token}, nil)
		// Under its own name in the journal.
		var opened int
		w.must(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM journal_entry WHERE actor = $1 AND verb = 'conversation.opened'`, string(id)).Scan(&opened))
		if opened == 0 {
			t.Error("nobody knows that it read")
		}
		// Ended, it is nobody in the next moment.
		w.must(w.staff.EndProgram(w.ctx, w.ada(), id))
		w.gets(401, call{method: "GET", path: "/v1/tickets", token: token}, nil)
	})
}

func TestPagesOfTicketsFollowOneAnother(t *testing.T) {
	each(t, func(w *world) {
		_, token := w.token(staff.ReadTickets)
		want := map[helpdesk.ID]bool{w.ticket: true}
		for range 6 {
			want[w.comes(w.team, "x")] = true
		}
		path, pages := "/v1/tickets?limit=3", 0
		for path != "" {
			var page api.Tickets
			w.gets(200, call{method: "GET", path: path, token: token}, &page)
			for _, one := range page.Items {
				if !want[one.ID] {
					t.Errorf("%s twice, or never", one.ID)
				}
				delete(want, one.ID)
			}
			if path = ""; page.Next != "" {
				path = "/v1/tickets?limit=3&after=" + page.Next
			}
			pages++
		}
		if len(want) > 0 || pages != 3 {
			t.Errorf("%d never listed, %d pages", len(want), pages)
		}
		w.clock.Pass(time.Hour)
		since := w.clock.Now().Format(time.RFC3339)
		newer := w.comes(w.team, "y")
		var page api.Tickets
		w.gets(200, call{method: "GET", path: "/v1/tickets?since=" + since, token: token}, &page)
		if len(page.Items) != 1 || page.Items[0].ID != newer {
			t.Errorf("since then: %+v", page.Items)
		}
	})
}

func TestWhatIsSentTwiceIsDoneOnce(t *testing.T) {
	each(t, func(w *world) {
		_, token := w.token(staff.ReadTickets, staff.WriteTickets)
		form := call{method: "POST", path: "/v1/tickets", token: token, headers: []string{"Idempotency-Key", "form-0001"},
			body: `{"team":"` + string(w.team) + `","title":"A question","text":"Ask me","name":"Amina","address":"amina@example.org","language":"fa"}`}
		var first, again api.Made
		w.gets(201, form, &first)
		w.gets(201, form, &again)
		note := call{method: "POST", path: "/v1/tickets/" + string(first.ID) + "/notes", token: token, headers: []string{"Idempotency-Key", "note-0001"}, body: `{"text":"Booked","proposal":true}`}
		var one, two api.Noted
		w.gets(201, note, &one)
		w.gets(201, note, &two)
		sheet, err := w.tickets.Page(w.ctx, w.ada(), first.ID)
		w.must(err)
		if first != again || one != two || len(sheet.Messages) != 2 || !strings.Contains(sheet.Messages[1].Content.Text, "Booked") || sheet.Messages[1].Content.Text == "Booked" {
			t.Errorf("%v %v, %v %v, %d messages", first, again, one, two, len(sheet.Messages))
		}
		// Another program's key is another key.
		_, other := w.token(staff.WriteTickets)
		form.token = other
		w.gets(201, form, &again)
		if again == first {
			t.Error("two programs share a key")
		}
		form.headers = nil
		w.gets(400, form, nil)
		for body, status := range map[string]int{
			`{"team":"` + string(w.closed) + `","title":"x","text":"y"}`:              404,
			`{"team":"` + string(w.team) + `","title":"x","text":""}`:                 422,
			`{"team":"` + string(w.team) + `","title":"x","text":"y","address":"no"}`: 422,
			`{"team":"` + string(w.team) + `","owner":"x"}`:                           400,
			`{`:                                      400,
			`[]`:                                     400,
			`{} {}`:                                  400,
			`"` + strings.Repeat("x", 300<<10) + `"`: 413,
		} {
			w.gets(status, call{method: "POST", path: "/v1/tickets", token: token, body: body, headers: []string{"Idempotency-Key", "form-0002"}}, nil)
		}
	})
}

func TestNothingUnseenIsChanged(t *testing.T) {
	each(t, func(w *world) {
		_, token := w.token(staff.ReadTickets, staff.WriteTickets)
		path := "/v1/tickets/" + string(w.ticket)
		etag := w.gets(200, call{method: "GET", path: path, token: token}, nil).Get("ETag")
		change := call{method: "PATCH", path: path, token: token, body: `{"state":"closed"}`}
		w.gets(428, change, nil)
		change.headers = []string{"If-Match", `"v999"`}
		w.gets(412, change, nil)
		change.headers = []string{"If-Match", "x"}
		w.gets(412, change, nil)
		change.headers = []string{"If-Match", etag}
		var now api.Ticket
		next := w.gets(200, change, &now).Get("ETag")
		if now.State != "closed" || next == etag {
			t.Errorf("%s after %s: %+v", next, etag, now)
		}
		w.gets(412, change, nil)
		change.headers = []string{"If-Match", next}
		for _, body := range []string{`{}`, `{"state":"joined"}`, `{"state":"open","tags":{}}`, `{"tags":{"add":["no_such_tag"]}}`} {
			change.body = body
			w.gets(422, change, nil)
		}
	})
}

func TestTheDirectoryIsWrittenInItsOwnShape(t *testing.T) {
	each(t, func(w *world) {
		_, token := w.token(staff.ReadDirectory, staff.WriteDirectory)
		org := call{method: "PUT", path: "/v1/directory/records/organization/org-1", token: token, body: `{"fields":{"name":"Advice","description":"Free"}}`}
		w.gets(428, org, nil)
		org.headers = []string{"If-None-Match", "*"}
		var rec api.Record
		etag := w.gets(200, org, &rec).Get("ETag")
		w.gets(412, org, nil) // it is there by now
		service := call{method: "PUT", path: "/v1/directory/records/service/s-1", token: token, headers: []string{"If-None-Match", "*"},
			body: `{"fields":{"name":"Lawyers","status":"active"},"up":{"organization_id":["org-1"]}}`}
		w.gets(200, service, nil)
		opening := call{method: "PUT", path: "/v1/directory/records/schedule/h-1", token: token, headers: []string{"If-None-Match", "*"},
			body: `{"fields":{"freq":"WEEKLY","byday":"MO,TU","opens_at":"09:00","closes_at":"12:00"},"up":{"service_id":["s-1"]}}`}
		w.gets(200, opening, nil)
		for _, bad := range []string{`{"fields":{"nonsense":"x"}}`, `{"fields":{"description":"no name"}}`} {
			w.gets(422, call{method: "PUT", path: "/v1/directory/records/organization/org-2", token: token, headers: []string{"If-None-Match", "*"}, body: bad}, nil)
		}
		w.gets(403, call{method: "PUT", path: "/v1/directory/records/vetting/org-1", token: token, headers: []string{"If-None-Match", "*"}, body: `{"fields":{}}`}, nil)
		// Nobody sees it before it is vetted, which no program does.
		var found api.Found
		w.gets(200, call{method: "POST", path: "/v1/directory/search", token: token, body: `{"need":"lawyers"}`}, &found)
		w.gets(404, call{method: "GET", path: "/v1/directory/organizations/" + string(rec.ID), token: token}, nil)
		if len(found.Items) != 0 {
			t.Errorf("found %+v", found.Items)
		}
		_, err := w.places.Vet(w.ctx, w.ada(), rec.ID, vetted)
		w.must(err)
		var shown api.Organization
		w.gets(200, call{method: "GET", path: "/v1/directory/organizations/" + string(rec.ID), token: token}, &shown)
		w.gets(200, call{method: "POST", path: "/v1/directory/search", token: token, body: `{"need":"lawyers"}`}, &found)
		if len(found.Items) != 1 || len(shown.Services) != 1 || len(shown.Services[0].Schedules) != 1 || shown.Services[0].Schedules[0].OpensAt != "09:00" {
			t.Errorf("found %+v, shown %+v", found.Items, shown)
		}
		org.headers, org.body = []string{"If-Match", etag}, `{"fields":{"name":"Advice","description":"Free"},"gone":true}`
		w.gets(200, org, &rec)
		if !rec.Gone || rec.Version != 2 {
			t.Errorf("gone: %+v", rec)
		}
	})
}

func TestWhatGoesWrongIsAProblemAndNeverAPage(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []call{{method: "GET", path: "/v1/nowhere"}, {method: "DELETE", path: "/v1/tickets"}, {method: "POST", path: "/v1/open", body: "{}"}, {method: "GET", path: "/v1/tickets"},
			{method: "GET", path: "/v1/tickets", token: "rst_" + strings.Repeat("A", 43)}, {method: "GET", path: "/v1/tickets", token: strings.Repeat("x", 5000)}} {
			status, h, body := w.ask(c)
			if status < 400 || status >= 500 || h.Get("Content-Type") != "application/problem+json" || !json.Valid(body) || h.Get("Set-Cookie") != "" {
				t.Errorf("%s %s: %d %s %s", c.method, c.path, status, h.Get("Content-Type"), body)
			}
		}
		// A browser's session is nobody here, and no other site makes one ask.
		cookie, err := w.staff.SignIn(w.ctx, "ada", w.words)
		w.must(err)
		w.gets(401, call{method: "GET", path: "/v1/tickets", headers: []string{"Cookie", "desk=" + cookie + "~en~"}}, nil)
		w.gets(401, call{method: "GET", path: "/v1/tickets", headers: []string{"Authorization", "Bearer " + cookie}}, nil)
		_, token := w.token(staff.ReadTickets)
		for _, q := range []string{"queue=mine", "limit=x", "since=yesterday", "after=" + strings.Repeat("1", 200)} {
			w.gets(400, call{method: "GET", path: "/v1/tickets?" + q, token: token}, nil)
		}
		w.gets(404, call{method: "GET", path: "/v1/tickets?after=zzz", token: token}, nil)
		w.gets(404, call{method: "GET", path: "/v1/tickets/zzz", token: token}, nil)
		w.gets(415, call{method: "POST", path: "/v1/directory/search", token: func() string { _, s := w.token(staff.ReadDirectory); return s }(), body: "{}", headers: []string{"Content-Type", "text/plain"}}, nil)
	})
}

func TestOneTokenDoesNotAskWithoutEnd(t *testing.T) {
	each(t, func(w *world) {
		_, busy := w.token(staff.ReadHours)
		_, calm := w.token(staff.ReadHours)
		for n := 0; ; n++ {
			status, h, _ := w.ask(call{method: "GET", path: "/v1/token", token: busy})
			if status == http.StatusTooManyRequests {
				if n < 100 || h.Get("Retry-After") == "" {
					t.Errorf("after %d: %q", n, h.Get("Retry-After"))
				}
				break
			}
			if n > 200 {
				t.Fatal("without end")
			}
		}
		w.gets(200, call{method: "GET", path: "/v1/token", token: calm}, nil)
		w.clock.Pass(time.Second)
		w.gets(200, call{method: "GET", path: "/v1/token", token: busy}, nil)
	})
}

// words splits a line as a shell does, as far as the notes need one.
var word = regexp.MustCompile(`(?:'[^']*'|"[^"]*"|[^\s'"]+)+`)
var quoted = regexp.MustCompile(`'([^']*)'|"([^"]*)"`)

// TestTheNotesExamplesRun asks every example of README.md.
func TestTheNotesExamplesRun(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(w *world) {
		_, token := w.token(staff.Scopes()...)
		ran := 0
		for line := range strings.SplitSeq(string(text), "\n") {
			if !strings.HasPrefix(line, "curl ") {
				continue
			}
			version, err := w.tickets.Facts(w.ctx, w.ada(), w.ticket)
			w.must(err)
			line = strings.NewReplacer("$SITE", "", "$TOKEN", token, "$TICKET", string(w.ticket), "$MESSAGE", string(w.letter), "$TEAM", string(w.team), "$ETAG", fmt.Sprintf("%%22v%d%%22", version.Version)).Replace(line)
			c := call{method: "GET"}
			var files []sent
			parts := word.FindAllString(line, -1)
			for i := 1; i < len(parts); i++ {
				arg := func() string {
					i++
					return strings.ReplaceAll(quoted.ReplaceAllString(parts[i], "$1$2"), "%22", `"`)
				}
				switch parts[i] {
				case "-X":
					c.method = arg()
				case "-H":
					name, value, _ := strings.Cut(arg(), ": ")
					c.headers = append(c.headers, name, value)
				case "-d":
					c.body = arg()
				case "-F":
					if name, value, _ := strings.Cut(arg(), "="); name == "json" {
						c.body = value
					} else {
						files = append(files, sent{strings.TrimPrefix(value, "@"), []byte("%PDF-1.4")})
					}
				default:
					c.path = strings.TrimPrefix(quoted.ReplaceAllString(parts[i], "$1$2"), "/api")
				}
			}
			if files != nil {
				c = w.with(c, files...)
			}
			status, _, body := w.ask(c)
			if status >= 300 {
				t.Errorf("%s\n%d %s", line, status, body)
			}
			ran++
		}
		if ran < 14 {
			t.Errorf("%d examples", ran)
		}
	})
}
