package workspace_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// machine is the organisation's own LibreTranslate: it keeps what it was asked.
func (w *world) machine() string {
	s := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		var q struct{ Q, Source, Target string }
		if json.NewDecoder(r.Body).Decode(&q) != nil || q.Target == "ti" {
			out.WriteHeader(http.StatusBadRequest)
			return
		}
		w.asked = append(w.asked, q.Q)
		fmt.Fprintf(out, `{"translatedText":"%s: by a machine"}`, q.Target)
	}))
	w.Cleanup(s.Close)
	return s.URL
}

func (c *colleague) message(ticket helpdesk.ID) string {
	c.Helper()
	found := regexp.MustCompile(`<article class="message letter[^"]*" id="m-([a-z2-7]{26})"`).FindStringSubmatch(c.get(200, "/w/t/"+string(ticket)))
	if found == nil {
		c.Fatal("no letter stands on the page")
	}
	return found[1]
}

func TestATranslationStandsBesideItsLetterMarkedByWhom(t *testing.T) {
	w := newWorld(t)
	eva := w.hire("Eva", w.team)
	id := w.letterFrom("amina@example.org", w.team)
	page, m := "/w/t/"+string(id), eva.message(id)
	form := "/w/m/" + m + "/translation"
	w.has(eva.get(200, page), form, "Add a translation")
	// Without scripts the form is a page of its own, with the original above.
	w.has(eva.get(200, form), "Please help", `name="by"`, "Ask the machine")
	// With them it is a part of the ticket's page.
	w.lacks(eva.get(200, form, "HX-Request", "true"), "<html", "Please help")

	eva.post(303, form, form, "language", "fa", "text", "لطفا کمک کنید", "by", "interpreter")
	w.has(eva.get(200, page), "لطفا کمک کنید", "Persian", "interpreter", `lang="fa"`, "Eva")
	if len(w.asked) > 0 {
		t.Error("the machine heard of it")
	}
	// What is refused stays in the field.
	html := eva.post(422, form, form, "language", "xx yy", "text", "not lost", "by", "staff")
	w.has(html, "not lost", "Choose a language.")
	eva.post(404, form, form, "language", "en", "text", "typed", "by", "machine")

	// The machine is asked by hand alone, gets the words alone, and is marked.
	eva.post(303, form, "/w/m/"+m+"/machine", "language", "sv")
	html = eva.get(200, page)
	w.has(html, "sv: by a machine", "never build advice on it alone")
	if fmt.Sprint(w.asked) != "[Please help]" {
		t.Errorf("the machine was asked %q", w.asked)
	}
	w.has(eva.post(422, form, "/w/m/"+m+"/machine", "language", "ti"), "does not know this language")

	// Who has the page open hears of a change, and of nothing else.
	href := strings.ReplaceAll(regexp.MustCompile(`id="besides" hx-get="([^"]*)"`).FindStringSubmatch(html)[1], "&amp;", "&")
	eva.get(204, href)
	drop := regexp.MustCompile(`(?s)action="/w/m/` + m + `/translation/drop".*?name="translation" value="([a-z2-7]{26})"`).FindStringSubmatch(html)
	eva.press(303, html, "/w/m/"+m+"/translation/drop", "translation", drop[1])
	w.has(eva.get(200, href, "HX-Request", "true"), `hx-swap-oob="true"`, "beside-"+m)

	// A colleague of another team finds nothing.
	bo := w.hire("Bo", w.other)
	bo.get(404, form)
	bo.force(404, "/w/m/:id/translation", form, "language", "sv", "text", "x", "by", "staff")
	bo.force(404, "/w/m/:id/machine", "/w/m/"+m+"/machine", "language", "sv")
	bo.get(404, "/w/t/"+string(id)+"/translations")
	if len(w.asked) != 1 {
		t.Error("the machine was asked by somebody else")
	}
}

func TestAnInterpreterSeesWhatIsLentAndNothingElseOfTheDesk(t *testing.T) {
	w := newWorld(t)
	eva := w.hire("Eva Counsellor", w.team)
	lela := w.hireAs(staff.Interpreter, "Lela")
	id, other := w.letterFrom("amina@example.org", w.team), w.letterFrom("bahram@example.org", w.team)
	page, m := "/w/t/"+string(id), eva.message(id)
	w.ok(func() error {
		_, err := w.tickets.Note(t.Context(), w.session(eva.login, eva.words), id, "only among us", "n")
		return err
	}())

	w.has(lela.get(200, "/w/lent"), "Nothing is lent to you")
	lela.get(404, "/w/lent/"+string(id))
	eva.post(303, page, page+"/lend", "user", string(lela.id), "stay", "day")
	w.has(eva.get(200, page), "Lela")

	// Every other page of the desk leads back to theirs.
	for _, path := range []string{"/w/queue", "/w/chats", page, "/w/team", "/w/settings", "/w/answers", "/w/hours", "/w/outbox", "/w/aside", "/w/mail", "/w/m/" + m + "/original.eml", "/w/m/" + m + "/file/0", "/w/chats/bar", page + "/news?after=0"} {
		lela.get(303, path)
	}
	for route, path := range map[string]string{
		"/w/t/:id/take": page + "/take", "/w/t/:id/note": page + "/note", "/w/m/:id/machine": "/w/m/" + m + "/machine", "/w/t/:id/lend": page + "/lend",
		"/w/m/:id/translation": "/w/m/" + m + "/translation", "/w/answers": "/w/answers",
	} {
		lela.force(303, route, path, "version", "1", "text", "x")
	}

	mine := "/w/lent/" + string(id)
	w.has(lela.get(200, "/w/lent"), mine, "R-")
	html := lela.get(200, mine)
	w.has(html, "Please help", "The person")
	w.lacks(words(html), "amina", "Eva", "only among us", "/w/queue", "/w/t/", "original.eml", "Read by", "machine")
	lela.get(404, "/w/lent/"+string(other))

	form := "/w/lent/m/" + m + "/translation"
	lela.press(303, html, form, "back", mine, "language", "sv", "text", "Snälla hjälp 🙏")
	w.has(eva.get(200, page), "Snälla hjälp 🙏", "Lela", "interpreter")
	html = lela.get(200, mine)
	w.has(html, "Snälla hjälp 🙏")
	w.has(lela.press(422, html, form, "back", mine, "language", "", "text", "kept in the field"), "kept in the field", "Choose a language.")
	// Somebody else's can't be taken away, nor a message of another ticket named.
	hers, err := w.tickets.AddTranslation(t.Context(), w.session(eva.login, eva.words), helpdesk.ID(m), "en", "Please help me", tickets.ByStaff)
	w.ok(err)
	html = lela.get(200, mine)
	w.has(html, "Please help me")
	lela.press(403, html, form+"/drop", "back", mine, "translation", string(hers.ID))
	lela.press(404, html, form, "back", "/w/lent/"+string(other), "language", "sv", "text", "x")

	// Their page fetches what comes, and is over when their time is.
	href := strings.ReplaceAll(regexp.MustCompile(`id="lentnews" hx-get="([^"]*)"`).FindStringSubmatch(html)[1], "&amp;", "&")
	lela.get(204, href, "HX-Request", "true")
	w.ok(func() error {
		_, err := w.tickets.AddTranslation(t.Context(), w.session(eva.login, eva.words), helpdesk.ID(m), "ru", "Помогите", tickets.ByStaff)
		return err
	}())
	w.has(lela.get(200, href, "HX-Request", "true"), "Помогите", `hx-swap-oob="true"`)
	w.clock.pass(25 * time.Hour)
	again := w.browser(lela.id, lela.login, lela.words)
	again.get(404, mine)
	w.has(again.get(200, "/w/lent"), "Nothing is lent to you")
}

func TestAnAnswerIsWrittenUsedAndUndone(t *testing.T) {
	w := newWorld(t)
	eva, ada := w.hire("Eva", w.team), w.browser(w.ada, "ada", w.words)
	w.has(eva.get(200, "/w/answers"), "No answer here", "Phrases for talks")
	fields := func(more ...string) []string {
		return append([]string{"kind", "canned", "title", "After a refusal", "source", "Aliens Act", "owner", string(eva.id), "review", "2026-06-01"}, more...)
	}
	html := eva.post(422, "/w/answers/new", "/w/answers", fields("text-en", "Call {number} or {who}.")...)
	w.has(html, "{who} is nothing the house can fill in", "Call {number} or {who}.")
	eva.press(303, html, "/w/answers", fields("text-en", "You can appeal, says {counsellor}. Call {phone}. <b>", "text-fa", "می توانید {phone}")...)
	found := regexp.MustCompile(`href="(/w/answers/[a-z2-7]{26})"`).FindStringSubmatch(eva.get(200, "/w/answers"))
	if found == nil {
		t.Fatal("it is not on the shelf")
	}
	one := found[1]
	id := strings.TrimPrefix(one, "/w/answers/")
	w.has(eva.get(200, "/w/answers"), "After a refusal", "English, Persian", "Aliens Act", "Eva")

	// Into the composer, behind what is written there, as a draft.
	ticket := w.letterFrom("amina@example.org", w.team)
	page := "/w/t/" + string(ticket)
	w.has(eva.get(200, page), page+"/answers")
	list := eva.get(200, page+"/answers")
	w.has(list, "You can appeal, says Eva. Call 0771-19 95 00. &lt;b&gt;")
	w.lacks(eva.get(200, page+"/answers", "HX-Request", "true"), "<html")
	_, err := w.tickets.SaveDraft(t.Context(), w.session(eva.login, eva.words), ticket, tickets.Draft{Kind: tickets.KindAnswer, To: []string{"x@example.org"}, Subject: "mine", Text: "Dear you,\n"})
	w.ok(err)
	eva.press(303, list, page+"/insert", "answer", id, "language", "en")
	draft, err := w.tickets.Draft(t.Context(), w.session(eva.login, eva.words), ticket, tickets.KindAnswer)
	w.ok(err)
	if draft.Text != "Dear you,\n\nYou can appeal, says Eva. Call 0771-19 95 00. <b>" || draft.Subject != "mine" || len(draft.To) != 1 {
		t.Errorf("the draft: %+v", draft)
	}
	w.has(eva.press(422, list, page+"/insert", "answer", id, "language", "so"), "not written in that language")
	eva.press(422, list, page+"/insert", "answer", id, "language", "\"><x")

	// Two who change it at once: nothing typed is lost.
	html = ada.get(200, one)
	eva.post(303, one, "/w/answers", fields("answer", id, "version", "1", "text-en", "Newer")...)
	html = ada.press(409, html, "/w/answers", fields("answer", id, "version", "1", "text-en", "Typed by Ada")...)
	w.has(html, "Somebody else saved meanwhile", "Typed by Ada", "Newer")
	ada.press(303, html, "/w/answers", fields("answer", id, "version", "2", "text-en", "Typed by Ada")...)
	html = eva.get(200, one)
	w.has(html, "Version 3", "Version 1", "Ada Lind")
	eva.press(303, html, one+"/undo", "version", "3", "to", "1")
	w.has(eva.get(200, one), "You can appeal, says {counsellor}")
	// Who does not answer for it reads it, and changes nothing.
	bo := w.hire("Bo", w.team)
	html = bo.get(200, one)
	w.has(html, "You can appeal, says {counsellor}")
	w.lacks(html, `action="/w/answers"`, one+"/drop")
	bo.force(403, "/w/answers/:id/drop", one+"/drop", "version", "4")

	// Near its date it says so; after it nobody can put it in, also not from a
	// list that was opened before.
	w.clock.pass(75 * 24 * time.Hour)
	eva = w.browser(eva.id, eva.login, eva.words)
	list = eva.get(200, page+"/answers")
	w.has(list, "look at before")
	w.has(eva.get(200, "/w/answers?show=near"), "After a refusal")
	w.clock.pass(15 * 24 * time.Hour)
	eva = w.browser(eva.id, eva.login, eva.words)
	w.has(eva.force(422, "/w/t/:id/insert", page+"/insert", "answer", id, "language", "en"), "somebody has to look at it first")
	list = eva.get(200, page+"/answers")
	w.has(list, "expired on")
	w.lacks(list, `value="`+id+`"`)
	w.has(eva.get(200, "/w/answers?show=expired"), "After a refusal")

	eva.post(303, one, one+"/drop", "version", "4")
	w.has(eva.get(200, one), "taken off the shelf")
	w.has(eva.get(200, "/w/answers?show=dropped"), "After a refusal")
	if all, err := w.shelf.List(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("still there: %v, %v", all, err)
	}
	if a, err := w.shelf.Answer(t.Context(), helpdesk.ID(id)); err != nil || a.Kind != answers.Canned || a.Version != 5 {
		t.Errorf("%+v, %v", a, err)
	}
}
