package workspace_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/office"
)

var helpers = map[string]string{
	"organizations.csv": "id,name,description,website\no1,Asyljuristerna,They take cases,https://jur.example\no2,Okänt hus,Nobody looked,\n",
	"services.csv": "id,organization_id,name,status,description\ns1,o1,Legal advice,active,A lawyer reads the decision\n" +
		"s2,o2,A bed,active,For one night\n",
	"locations.csv":           "id,location_type,name,latitude,longitude\nl1,physical,The house,59.0583,16.5878\n",
	"addresses.csv":           "id,location_id,address_1,city\na1,l1,Gatan 1,Flen\n",
	"service_at_location.csv": "id,service_id,location_id\nm1,s1,l1\n",
	"languages.csv":           "id,service_id,code\nt1,s1,prs\n",
	"schedules.csv":           "id,service_id,freq,byday,opens_at,closes_at\nh1,s1,WEEKLY,\"MO,TU,WE\",10:00,12:00\n",
	"contacts.csv":            "id,organization_id,name,email\nc1,o1,Juristen,juristen@jur.example\n",
}

// helps fills the directory and returns the organisation that was vetted.
func (w *world) helps() helpdesk.ID {
	w.Helper()
	files := fstest.MapFS{}
	for name, text := range helpers {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	_, err := w.directory.Import(w.Context(), w.staff.Console(), directory.Folder(files), directory.Options{})
	w.ok(err)
	page, err := w.directory.Find(w.Context(), directory.Query{View: directory.ForCounsellors, Need: "legal"})
	w.ok(err)
	return page.Hits[0].Organisation
}

func TestWhoHelpsIsFoundByOneForm(t *testing.T) {
	w := newWorld(t)
	w.helps()
	lisa := w.hire("Lisa", w.team)
	page := lisa.get(200, "/w/directory?need=legal&near=flen&within=50&language=prs&open=1")
	for _, want := range []string{"Legal advice", "Asyljuristerna", "Flen, Flens Kommun", "less than 1 km", "Speaks Dari", "Open until", "Nobody vetted it", "informationsverige.se"} {
		if !strings.Contains(page, want) {
			t.Errorf("the card does not say %q:\n%s", want, words(page))
		}
	}
	if strings.Contains(page, "A bed") || strings.Contains(page, "/w/directory/import") {
		t.Errorf("too much is shown:\n%s", words(page))
	}
	if page = lisa.get(200, "/w/directory?near=Atlantis&need=bed"); !strings.Contains(page, "No place in Sweden") || !strings.Contains(page, "A bed") {
		t.Errorf("a place nobody knows:\n%s", words(page))
	}
	if page = lisa.get(200, "/w/directory?need="+strings.Repeat("x", 300)); !strings.Contains(page, "at most 200") {
		t.Errorf("too long a need:\n%s", words(page))
	}
	if page = lisa.get(200, "/w/directory?near=as"); !strings.Contains(page, "Or did you mean") || !strings.Contains(page, "Krokom") {
		t.Errorf("one name of several places:\n%s", words(page))
	}
	w.ok(w.office.Set(w.Context(), w.ada, office.MapTool, "https://map.example/"))
	if page = lisa.get(200, "/w/directory?need=legal"); !strings.Contains(page, `href="https://map.example/"`) {
		t.Errorf("the map of activities is not linked:\n%s", words(page))
	}
	w.ok(w.office.Set(w.Context(), w.ada, office.Activities, ""))
	if page = lisa.get(200, "/w/directory?need=nothing"); !strings.Contains(page, "Nothing fits") || strings.Contains(page, "informationsverige") {
		t.Errorf("nothing found:\n%s", words(page))
	}
}

func TestACoordinatorVetsAndGoesBack(t *testing.T) {
	w := newWorld(t)
	id := w.helps()
	path := "/w/directory/" + string(id)
	ada := w.browser(w.ada, "ada", w.words)
	page := ada.get(200, path)
	if !strings.Contains(page, "Juristen") || !strings.Contains(page, "Gatan 1") || !strings.Contains(page, "https://jur.example") {
		t.Errorf("the page lacks its facts:\n%s", words(page))
	}
	page = ada.send(422, page, path+"/vetting", "kind", "partner", "country", "SE")
	if !strings.Contains(page, "until which day") || !strings.Contains(page, `value="SE"`) {
		t.Errorf("what was typed is lost:\n%s", words(page))
	}
	ada.send(303, page, path+"/vetting", "on", "2026-02-01", "until", "2026-03-20", "takes", "package", "shares", "no", "shown", "public", "how", "They want the decision.")
	ends := ada.get(200, "/w/directory/expiring")
	if !strings.Contains(ends, "Asyljuristerna") || !strings.Contains(ends, "16 days left") || !strings.Contains(ends, "Ada Lind") {
		t.Errorf("what ends is not listed:\n%s", words(ends))
	}
	stale := ada.send(409, page, path+"/vetting", "on", "2026-02-01", "until", "2026-12-31")
	if !strings.Contains(stale, "Somebody changed it") || !strings.Contains(stale, "2026-12-31") {
		t.Errorf("over somebody else's:\n%s", words(stale))
	}
	ada.send(303, stale, path+"/vetting", "how", "Ring first.")
	page = ada.get(200, path)
	ada.send(303, page, path+"/undo")
	if v, err := w.directory.Vetting(w.Context(), id); err != nil || v.How != "They want the decision." || v.Version != 3 {
		t.Errorf("undone: %+v %v", v, err)
	}
	lisa := w.hire("Lisa", w.team)
	page = lisa.get(200, path)
	if strings.Contains(page, "/vetting\"") || !strings.Contains(page, "They want the decision.") || !strings.Contains(page, "Takes a package") {
		t.Errorf("a counsellor's page:\n%s", words(page))
	}
	lisa.get(403, "/w/directory/import")
	lisa.get(403, "/w/directory/export/json")
}

func TestAFileIsLookedAtAndBroughtIn(t *testing.T) {
	w := newWorld(t)
	ada := w.browser(w.ada, "ada", w.words)
	file := `{"organizations":[{"id":"o9","name":"New help","description":"x","services":[{"id":"s9","name":"A walk","status":"active"}]}]}`
	page := ada.upload(200, "dry", "all.json", file)
	if !strings.Contains(page, "Nothing is written yet") || !strings.Contains(page, "organization · New help (all.json, line 1)") {
		t.Errorf("looked at:\n%s", words(page))
	}
	page = ada.upload(422, "go", "all.json", strings.ReplaceAll(file, "active", "asleep"))
	if !strings.Contains(page, "1 row was refused") && !strings.Contains(page, "rows were refused") || !strings.Contains(page, "Not of the right form: status") {
		t.Errorf("refused:\n%s", words(page))
	}
	ada.upload(422, "go", "all.json", "")
	ada.upload(422, "go", "all.txt", "hello")
	if page = ada.get(200, "/w/directory"); !strings.Contains(page, "Nothing here yet") {
		t.Errorf("half of it came in:\n%s", words(page))
	}
	page = ada.upload(200, "go", "all.json", file)
	if !strings.Contains(page, "Done.") {
		t.Errorf("brought in:\n%s", words(page))
	}
	if page = ada.get(200, "/w/directory"); !strings.Contains(page, "A walk") {
		t.Errorf("not found:\n%s", words(page))
	}
	if out := ada.get(200, "/w/directory/export/json"); !strings.Contains(out, "New help") {
		t.Errorf("taken out: %s", out)
	}
	if out := ada.get(200, "/w/directory/export/csv"); !strings.HasPrefix(out, "PK") {
		t.Errorf("taken out as tables: %.20q", out)
	}
	ada.get(404, "/w/directory/export/xml")
}

// upload posts a file as a browser does.
func (c *colleague) upload(status int, do, name, text string) string {
	c.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	c.ok(form.WriteField("proof", proofOf(c.get(200, "/w/directory/import"), "/w/directory/import")))
	f, err := form.CreateFormFile("file", name)
	c.ok(err)
	_, err = f.Write([]byte(text))
	c.ok(err)
	c.ok(form.WriteField("do", do))
	c.ok(form.Close())
	r, err := http.NewRequest("POST", c.url+"/w/directory/import", &body)
	c.ok(err)
	return c.do(r, status, []string{"Content-Type", form.FormDataContentType(), "Sec-Fetch-Site", "same-origin"})
}
