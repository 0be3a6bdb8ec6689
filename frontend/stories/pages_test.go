package stories

import (
	_ "embed"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"returnsupport/helpdesk/staff"
)

// axe-core 4.14.1, MPL-2.0, unchanged: its licence stands at its head.
//
//go:embed testdata/axe.min.js
var axe string

// accessible runs axe over the page as it is, and wants it to find nothing.
//
// The rule for colours takes longer than all others together. It is asked once
// for each page of a story and each screen, in however many languages that is
// told: other words in the same places have the same colours.
func (v *visitor) accessible(page string, rules ...string) {
	v.t.Helper()
	story, _, _ := strings.Cut(v.t.Name(), "/")
	if _, seen := coloured.LoadOrStore(story+"/"+v.name+"/"+page, true); seen && len(rules) == 0 {
		v.colourless(page)
		return
	}
	for _, one := range v.violations(rules...) {
		v.t.Errorf("%s: %s", page, one)
	}
}

// coloured are the pages of stories whose colours were looked at.
var coloured sync.Map

const allRules = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`

// violations are what axe finds: by all rules, or by those that are named.
func (v *visitor) violations(rules ...string) []string {
	v.t.Helper()
	if len(rules) > 0 {
		return v.asks(`runOnly: {type: "rule", values: ["` + strings.Join(rules, `", "`) + `"]}`)
	}
	return v.asks(`runOnly: ` + allRules)
}

// colourless is axe by all rules but the one for colours.
func (v *visitor) colourless(page string) {
	v.t.Helper()
	for _, one := range v.asks(`runOnly: ` + allRules + `, rules: {"color-contrast": {enabled: false}}`) {
		v.t.Errorf("%s: %s", page, one)
	}
}

func (v *visitor) asks(by string) []string {
	v.t.Helper()
	if v.eval("typeof axe") != "object" {
		v.do(chromedp.Evaluate[chromedp.Void](axe))
	}
	// Style sheets are ours and lie in the page's own origin: axe need not fetch
	// them once more.
	run := `axe.run(document, {resultTypes: ["violations"], preload: false, ` + by + `}).then(r => JSON.stringify(
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
		v.t.Errorf("%s is wider than the screen: %s", page, v.eval(`document.documentElement.scrollWidth + " by " + [...document.querySelectorAll("body *")].filter(e =>
			e.checkVisibility() && !e.closest(".nav") && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(" | ")`))
	}
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
		v.until("where lost words are told", `location.pathname === "/w/lost"`) // the door asks for a name, too
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
