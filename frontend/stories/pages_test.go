package stories

import (
	_ "embed"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"returnsupport/helpdesk/staff"
)

// axe-core 4.14.1, MPL-2.0, unchanged: its licence stands at its head.
//
//go:embed testdata/axe.min.js
var axe string

// accessible runs axe over the page as it is, and wants it to find nothing.
func (v *visitor) accessible(page string, without ...string) {
	v.t.Helper()
	for _, one := range v.violations(without...) {
		v.t.Errorf("%s: %s", page, one)
	}
}

func (v *visitor) violations(without ...string) []string {
	v.t.Helper()
	if v.eval("typeof axe") != "object" {
		v.do(chromedp.Evaluate[chromedp.Void](axe))
	}
	rules := map[string]map[string]bool{}
	for _, rule := range without {
		rules[rule] = map[string]bool{"enabled": false}
	}
	off, err := json.Marshal(rules)
	if err != nil {
		v.t.Fatal(err)
	}
	run := `axe.run(document, {rules: ` + string(off) + `, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify(
		r.violations.map(x => x.id + ": " + x.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.failureSummary).join(" | "))))`
	found, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("axe: %v", err)
	}
	var all []string
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		v.t.Fatal(err)
	}
	return all
}

// A test that cannot fail says nothing: what is broken on purpose is found.
func TestAxeFindsWhatIsBroken(t *testing.T) {
	v := visit(t, newWorld(t), phone)
	v.open("/w/sign-in")
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("label[for=login]").remove(); document.querySelector("main").style.color = "#ddd"`))
	found := strings.Join(v.violations(), "\n")
	for _, rule := range []string{"label:", "color-contrast:"} {
		if !strings.Contains(found, rule) {
			t.Errorf("axe did not find %s in\n%s", rule, found)
		}
	}
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("h1").style.width = "2000px"`))
	if v.eval(`document.documentElement.scrollWidth <= document.documentElement.clientWidth`) == "true" {
		t.Error("a page that is too wide is not noticed")
	}
}

// narrow: nothing sticks out of the page, at any width.
func (v *visitor) narrow(page string) {
	v.t.Helper()
	if got := v.eval(`document.documentElement.scrollWidth <= document.documentElement.clientWidth`); got != "true" {
		v.t.Errorf("%s is wider than the screen: %s", page, v.eval(`document.documentElement.scrollWidth`))
	}
}

// Every page is looked at in both languages, light and dark, on a phone and on
// a desk, and axe finds nothing.
func TestEveryPageIsAccessibleInBothLanguagesLightAndDark(t *testing.T) {
	w := newWorld(t)
	w.week()
	rows := w.waitTickets(5)
	var ticket string
	for _, r := range rows {
		if strings.HasPrefix(r.Head.Title, "En familj") {
			ticket = "/w/t/" + string(r.Ticket.ID)
			w.note(r.Ticket.ID, "Pratade med Anna. Tolk på tigrinja finns på torsdag.")
		}
		if r.Head.Title == "Question about the decision" {
			w.ok(w.tickets.Prioritise(t.Context(), w.session(), r.Ticket.ID, r.Ticket.Version, 3, r.Ticket.DueDay))
		}
	}
	token, err := w.staff.Invite(t.Context(), w.session(), "bo", "Bo Ek", "bo@help.example", staff.Counsellor, w.team.ID)
	w.ok(err)
	waiting, err := w.staff.Invite(t.Context(), w.session(), "cleo", "Cleo Dahl", "cleo@help.example", staff.Counsellor, w.team.ID)
	w.ok(err)
	_, _, err = w.staff.Accept(t.Context(), waiting, "sv")
	w.ok(err)

	pages := []struct{ name, path string }{
		{"queue", "/w/queue"}, {"team-queue", "/w/queue?q=team"}, {"closed", "/w/queue?q=closed"}, {"ticket", ticket}, {"write", "/w/write"},
		{"aside", "/w/aside"}, {"outbox", "/w/outbox"}, {"team", "/w/team"}, {"settings", "/w/settings"}, {"mail", "/w/mail"},
		{"nothing", "/w/t/" + strings.Repeat("a", 26)},
	}
	before := []struct{ name, path string }{
		{"sign-in", "/w/sign-in"}, {"lost", "/w/lost"}, {"sign-in-ended", "/w/sign-in?ended=writing"}, {"invitation", "/w/invitation/" + token},
	}
	for _, s := range []screen{phone, desk} {
		v := visit(t, w, s)
		for _, lang := range []string{"sv", "en"} {
			v.open("/w/sign-in")
			v.click(`button[name=lang][value=` + lang + `]`)
			v.until("the language", `document.documentElement.lang === "`+lang+`"`)
			for _, dark := range shades(s, lang) {
				v.dark(dark)
				for _, p := range before {
					v.look(p.name, p.path, lang, dark)
				}
			}
			v.signIn()
			v.open("/w/settings")
			v.click(`input[name=lang][value=` + lang + `]`)
			v.click(`form[action="/w/settings/look"] button`)
			v.until("the settings", `location.pathname === "/w/settings" && document.documentElement.lang === "`+lang+`"`)
			for _, dark := range shades(s, lang) {
				v.dark(dark)
				for _, p := range pages {
					v.look(p.name, p.path, lang, dark)
				}
			}
			v.open("/w/settings")
			v.click(`form[action="/w/sign-out"] button`)
			v.until("the door", `location.pathname === "/w/sign-in"`)
		}
	}
}

// shades: all four combinations on a phone; on a desk, where only the layout
// differs, two of them.
func shades(s screen, lang string) []bool {
	if s.phone {
		return []bool{false, true}
	}
	return []bool{lang == "en"}
}

func (v *visitor) look(name, path, lang string, dark bool) {
	v.t.Helper()
	v.open(path)
	page := name + " " + lang
	if dark {
		page += " dark"
	}
	if text := v.eval("document.documentElement.innerText"); strings.Contains(text, "⟦") {
		v.t.Errorf("%s lacks words: %s", page, text[strings.Index(text, "⟦"):][:40])
	}
	v.narrow(page)
	v.accessible(page)
	v.shot("page-" + strings.ReplaceAll(page, " ", "-"))
}

// A new colleague gets six words, must have written them down, and waits until
// a member admits them.
func TestANewColleagueWritesSixWordsDownAndIsAdmitted(t *testing.T) {
	w := newWorld(t)
	token, err := w.staff.Invite(t.Context(), w.session(), "bo", "Bo Ek", "bo@help.example", staff.Counsellor, w.team.ID)
	w.ok(err)
	v := visit(t, w, phone)
	v.open("/w/invitation/" + url.PathEscape(token))
	v.click("main form button.main")
	v.until("six words", `document.querySelectorAll(".wordlist li").length === 6`)
	v.accessible("words")
	v.narrow("words")
	v.shot("new-words")
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("input[name^=word]:not([name=words])").forEach(f => f.value = "nonsense")`))
	v.click("main form button.main")
	v.until("the fault", `document.querySelectorAll(".wrong").length === 2`)
	v.shot("new-words-wrong")
	v.accessible("wrong words")
	v.do(chromedp.Evaluate[chromedp.Void](`(() => { const all = document.querySelector("input[name=words]").value.split(" ");
		document.querySelectorAll("input[name^=word]:not([name=words])").forEach(f => f.value = all[Number(f.name.slice(4)) - 1].toUpperCase()); })()`))
	v.click("main form button.main")
	v.until("the offer of a code", `location.pathname === "/w/code"`)
	v.accessible("offered code")
	v.click(`form[action="/w/code"] button`)
	v.until("the code", `/^[a-z]{4}(-[a-z]{4}){6}$/.test(document.querySelector(".lettercode")?.textContent)`)
	v.accessible("code")
	v.narrow("code")
	v.shot("code")
	v.click("main a.button.main")
	v.until("waiting", `location.pathname === "/w/waiting"`)
	v.accessible("waiting")
	v.shot("waiting")

	ada := visit(t, w, desk)
	ada.signIn()
	ada.open("/w/team")
	ada.sees("Bo Ek")
	ada.click(`form[action="/w/team/admit"] button`)
	ada.until("admitted", `document.querySelectorAll('form[action="/w/team/admit"]').length === 0`)
	v.click(`a[href="/w/queue"]`)
	v.until("the queue", `location.pathname === "/w/queue"`)
	v.shot("admitted")
}

// Whoever lost their six words signs in with the code from their drawer, gets
// six new words, and works on. The old words open nothing, nor does a code that
// a newer one ended.
func TestLostWordsAreReplacedWithTheRecoveryCode(t *testing.T) {
	w := newWorld(t)
	v := visit(t, w, phone)
	v.signIn()
	v.open("/w/settings")
	makeCode := func() string {
		t.Helper()
		v.click(`form[action="/w/code"] button`)
		v.arrives("the code", `document.querySelector(".lettercode") !== null`)
		return v.eval(`document.querySelector(".lettercode").textContent`)
	}
	ended := makeCode()
	v.open("/w/settings")
	code := makeCode()
	if code == ended {
		t.Fatal("the second code is the first")
	}
	v.open("/w/settings")
	v.click(`form[action="/w/sign-out"] button`)
	v.until("the door", `location.pathname === "/w/sign-in"`)

	try := func(code string) {
		t.Helper()
		v.open("/w/sign-in")
		v.click(`a[href="/w/lost"]`)
		v.typeInto("#login", "ada")
		v.typeInto("#code", code)
		v.click("main button.main")
	}
	try(ended)
	v.sees("Namnet och koden hör inte ihop")
	v.accessible("wrong code")
	v.shot("lost-wrong")
	try(strings.ToUpper(strings.ReplaceAll(code, "-", " ")))
	v.until("six words", `document.querySelectorAll(".wordlist li").length === 6`)
	v.shot("lost-new-words")
	words := v.eval(`document.querySelector("input[name=words]").value`)
	v.do(chromedp.Evaluate[chromedp.Void](`(() => { const all = document.querySelector("input[name=words]").value.split(" ");
		document.querySelectorAll("input[name^=word]:not([name=words])").forEach(f => f.value = all[Number(f.name.slice(4)) - 1]); })()`))
	v.click("main form button.main")
	v.until("the session is open", `location.pathname === "/w/code"`)
	v.open("/w/queue")
	v.until("the queue", `location.pathname === "/w/queue"`)

	if _, err := w.staff.SignIn(t.Context(), "ada", w.words); err == nil {
		t.Error("the lost words still open the door")
	}
	if _, err := w.staff.SignIn(t.Context(), "ada", words); err != nil {
		t.Errorf("the new words do not: %v", err)
	}
}
