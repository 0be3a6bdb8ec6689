package workspace_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"returnsupport/helpdesk/staff"
)

// anyWords run from right to left and back, with a family made of four signs
// and a letter beyond the first plane.
const anyWords = "سلام 👩‍👧 שלום 𐒖 ok"

var (
	anyForm  = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)"[^>]*>.*?</form>`)
	anyField = regexp.MustCompile(`<(?:input|textarea) [^>]*>`)
)

// Every field for words at the desk takes words of any script: they are kept or
// refused in a sentence, and never lost on the way.
func TestEveryFieldTakesWordsOfAnyScript(t *testing.T) {
	w := newWorld(t)
	letter := w.letterFrom("p@example.org", w.team)
	pages := []string{
		"/w/queue", "/w/call", "/w/team", "/w/hours", "/w/answers/new", "/w/office/mailboxes/new", "/w/office/people", "/w/office/mine",
		ticketAt(letter, ""), ticketAt(letter, "/person"), ticketAt(letter, "/call"),
	}
	settings, err := w.office.Settings(t.Context())
	w.ok(err)
	for _, s := range settings {
		pages = append(pages, "/w/office/"+s.Name)
	}
	_, err = w.staff.AddTeam(t.Context(), w.staff.Console(), staff.NewTeam{Name: "Lag 🙂 فريق"}, w.ada)
	w.ok(err)
	ada := w.coordinator() // who is in the new team, too
	tried := 0
	for _, path := range pages {
		page := ada.get(200, path)
		for _, form := range anyForm.FindAllStringSubmatch(page, -1) {
			if strings.Contains(form[0], "multipart/form-data") || strings.Contains(form[1], "/sign-out") {
				continue // letters with files have stories of their own
			}
			for _, field := range anyField.FindAllString(form[0], -1) {
				name, kind := attribute(field, "name"), attribute(field, "type")
				if name == "" || strings.HasPrefix(field, "<input") && kind != "text" && kind != "" && kind != "search" || strings.Contains(field, "readonly") {
					continue
				}
				tried++
				ada.takesAnyWords(path, form[1], name)
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d fields were tried: the pattern is wrong", tried)
	}
}

// takesAnyWords fills one field of a fresh form with them.
func (c *colleague) takesAnyWords(path, action, field string) {
	c.Helper()
	page := c.get(200, path)
	var html string
	for _, form := range anyForm.FindAllStringSubmatch(page, -1) {
		if form[1] == action && strings.Contains(form[0], `name="`+field+`"`) {
			html = form[0]
		}
	}
	if html == "" {
		return // what was said of another field took its place
	}
	form := typing(c, html, action)
	form.Set(field, anyWords)
	for _, do := range []string{"save", "show"} {
		if strings.Contains(html, `name="do" value="`+do+`"`) {
			form.Set("do", do)
		}
	}
	req, err := http.NewRequest("POST", c.url+action, strings.NewReader(form.Encode()))
	c.ok(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", c.url)
	res, err := c.client.Do(req)
	c.ok(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	c.ok(err)
	if res.StatusCode == http.StatusSeeOther {
		to := res.Header.Get("Location")
		if strings.Contains(c.get(200, to), anyWords) || strings.Contains(c.get(200, path), anyWords) {
			return
		}
		c.Errorf("%s: %s of %s led to %s, and the words are not there", path, field, action, to)
		return
	}
	text := string(body)
	if res.StatusCode >= 500 || !strings.Contains(text, anyWords) && !strings.Contains(text, `class="wrong"`) && !strings.Contains(text, `class="notice`) {
		c.Errorf("%s: %s of %s: %s\n%s", path, field, action, res.Status, words(text))
	}
}
