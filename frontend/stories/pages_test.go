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
func (v *visitor) accessible(page string, rules ...string) {
	v.t.Helper()
	for _, one := range v.violations(rules...) {
		v.t.Errorf("%s: %s", page, one)
	}
}

// violations are what axe finds: by all rules, or by those that are named.
func (v *visitor) violations(rules ...string) []string {
	v.t.Helper()
	only := `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	if len(rules) > 0 {
		only = `{type: "rule", values: ["` + strings.Join(rules, `", "`) + `"]}`
	}
	if v.eval("typeof axe") != "object" {
		v.do(chromedp.Evaluate[chromedp.Void](axe))
	}
	// Style sheets are ours and lie in the page's own origin: axe need not fetch
	// them once more.
	run := `axe.run(document, {resultTypes: ["violations"], preload: false, runOnly: ` + only + `}).then(r => JSON.stringify(
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

// finds wants axe to name rules that were broken on purpose.
func (v *visitor) finds(rules ...string) {
	v.t.Helper()
	found := strings.Join(v.violations(), "\n")
	for _, rule := range rules {
		if !strings.Contains(found, rule) {
			v.t.Errorf("axe did not find %s in\n%s", rule, found)
		}
	}
}

// A test that cannot fail says nothing: what is broken on purpose is found.
func TestAxeFindsWhatIsBroken(t *testing.T) {
	t.Parallel()
	v := visit(t, newWorld(t), phone)
	v.open("/w/sign-in")
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("label[for=login]").remove(); document.querySelector("main").style.color = "#ddd"`))
	v.finds("label:", "color-contrast:")
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
	t.Parallel()
	for _, s := range []screen{phone, desk} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			before, within := w.deskPages()
			v := visit(t, w, s)
			for _, lang := range []string{"sv", "en"} {
				v.open("/w/sign-in")
				v.click(`button[name=lang][value=` + lang + `]`)
				v.arrives("the language", `document.documentElement.lang === "`+lang+`"`)
				for _, p := range before {
					v.look(p.name, p.path, lang)
				}
				v.signIn()
				v.open("/w/settings")
				v.click(`input[name=lang][value=` + lang + `]`)
				v.click(`form[action="/w/settings/look"] button`)
				v.arrives("the settings", `location.pathname === "/w/settings" && document.documentElement.lang === "`+lang+`"`)
				for _, p := range within {
					v.look(p.name, p.path, lang)
				}
				v.open("/w/settings")
				v.click(`form[action="/w/sign-out"] button`)
				v.arrives("the door", `location.pathname === "/w/sign-in"`)
			}
		})
	}
}

// deskPage is a page of the workspace and what its picture is called.
type deskPage struct{ name, path string }

// deskPages fills the house with what a desk sees, and lists the pages before
// and behind its door.
func (w *world) deskPages() (before, within []deskPage) {
	w.t.Helper()
	ctx := w.t.Context()
	w.week()
	rows := w.waitTickets(5)
	var ticket string
	for _, r := range rows {
		if strings.HasPrefix(r.Head.Title, "En familj") {
			ticket = "/w/t/" + string(r.Ticket.ID)
			w.note(r.Ticket.ID, "Pratade med Anna. Tolk på tigrinja finns på torsdag.")
		}
		if r.Head.Title == "Question about the decision" {
			w.ok(w.tickets.Prioritise(ctx, w.session(), r.Ticket.ID, r.Ticket.Version, 3, r.Ticket.DueDay))
		}
	}
	token, err := w.staff.Invite(ctx, w.session(), "bo", "Bo Ek", "bo@help.example", staff.Counsellor, w.team.ID)
	w.ok(err)
	waiting, err := w.staff.Invite(ctx, w.session(), "cleo", "Cleo Dahl", "cleo@help.example", staff.Counsellor, w.team.ID)
	w.ok(err)
	_, _, err = w.staff.Accept(ctx, waiting, "sv")
	w.ok(err)
	return []deskPage{
			{"sign-in", "/w/sign-in"}, {"lost", "/w/lost"}, {"sign-in-ended", "/w/sign-in?ended=writing"}, {"invitation", "/w/invitation/" + token},
		}, []deskPage{
			{"queue", "/w/queue"}, {"team-queue", "/w/queue?q=team"}, {"closed", "/w/queue?q=closed"}, {"ticket", ticket}, {"write", "/w/write"},
			{"aside", "/w/aside"}, {"outbox", "/w/outbox"}, {"team", "/w/team"}, {"settings", "/w/settings"}, {"mail", "/w/mail"},
			{"chats", "/w/chats"}, {"hours", "/w/hours"}, {"nothing", "/w/t/" + strings.Repeat("a", 26)},
		}
}

func (v *visitor) look(name, path, lang string) {
	v.t.Helper()
	v.open(path)
	page := name + " " + lang
	if text := v.eval("document.documentElement.innerText"); strings.Contains(text, "⟦") {
		v.t.Errorf("%s lacks words: %s", page, text[strings.Index(text, "⟦"):][:40])
	}
	v.narrow(page)
	v.accessible(page)
	v.shot("page-" + strings.ReplaceAll(page, " ", "-"))
	v.dark(true) // which changes nothing but colours
	v.accessible(page+" dark", "color-contrast")
	v.shot("page-" + strings.ReplaceAll(page, " ", "-") + "-dark")
	v.dark(false)
}

// A new colleague gets six words, must have written them down, and waits until
// a member admits them.
func TestANewColleagueWritesSixWordsDownAndIsAdmitted(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
