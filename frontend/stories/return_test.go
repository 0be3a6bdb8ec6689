package stories

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// cookies lists the cookies a browser holds for the house.
func (v *visitor) cookies() []string {
	v.t.Helper()
	found, err := chromedp.Call(v.ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{v.base + "/"}})
	if err != nil {
		v.t.Fatal(err)
	}
	var all []string
	for _, c := range found.Cookies {
		all = append(all, c.Name)
	}
	return all
}

// forgotten: nothing of ours is kept in the browser besides the one cookie.
func (v *visitor) forgotten() {
	v.t.Helper()
	const all = `(async () => JSON.stringify([localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length,
		(await navigator.serviceWorker.getRegistrations()).length, document.cookie]))()`
	kept, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](all, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatal(err)
	}
	if kept != `[0,0,0,0,0,""]` {
		v.t.Errorf("the browser keeps %s", kept)
	}
}

func TestTheCodeOpensTheConversationInAnotherBrowser(t *testing.T) {
	t.Parallel()
	w := evening(t)
	p := visit(t, w, phone)
	p.begins("ar", "رفضوا طلبي", false)
	code := p.code("ar")
	p.open("/ar/talk")
	p.until("sent", `(`+personsLog+`).includes("رفضوا طلبي")`)
	p.forgotten()

	ada := visit(t, w, desk)
	ada.signIn()
	ada.open("/w/t/" + string(w.waitTickets(1)[0].Ticket.ID))
	ada.tells("Du kan överklaga.")
	ada.until("kept", `(`+deskLog+`).includes("överklaga")`)

	// Another profile, digits of another script, spaces as on the paper.
	q := visit(t, w, desk)
	since := w.now()
	q.returns("ar", "  "+arabic(code)+" ")
	q.sees("لم يُستخدم") // not used before
	q.shot("used-first")
	q.accessible("used for the first time")
	until := w.now()
	q.click(`main a.button.main`)
	q.isAt("/ar/talk")
	q.until("both earlier messages", `(`+personsLog+`) === '["رفضوا طلبي","Du kan överklaga."]'`)
	q.shot("returned")

	r := visit(t, w, phone)
	r.open("/ti/code")
	wrong := "1" + code[1:]
	if code[0] == '1' {
		wrong = "2" + code[1:]
	}
	r.typeInto("#code", wrong)
	r.click(`main form button.main`)
	r.arrives("the fault stands beside the field", `document.querySelector("#code-wrong") !== null`)
	r.accessible("a wrong digit")
	r.shot("wrong-digit")
	if kept := r.eval(`document.getElementById("code").value`); kept != wrong {
		t.Errorf("the digits to be mended became %q", kept)
	}
	r.returns("ti", strings.ReplaceAll(code, " ", ""))
	r.accessible("used before")
	r.shot("used-before")
	text := r.eval("document.querySelector('main').innerText")
	zone := w.site.WordsFor("ti").Zone
	var named bool
	for at := since; !at.After(until.Add(time.Minute)); at = at.Add(time.Minute) {
		named = named || strings.Contains(text, at.In(zone).Format("15:04"))
	}
	if !named {
		t.Errorf("used at %s, but the page says %s", since.In(zone).Format("15:04"), text)
	}
}

// left is a talk somebody was in when somebody else came.
func left(t *testing.T, s screen, lang, words string) (w *world, p, ada *visitor, code string) {
	w = evening(t)
	ada, p = counsellor(t, w, desk), visit(t, w, s)
	p.begins(lang, words, true)
	code = p.code(lang)
	p.open("/" + lang + "/talk")
	ada.takes()
	ada.tells("Are you alone?")
	p.until("the question", `(`+personsLog+`).includes("Are you alone?")`)
	return w, p, ada, code
}

// gone: the browser stands on the neutral page, and no way back shows a word.
func (v *visitor) gone(words, code string) {
	v.t.Helper()
	v.until("the neutral page", `location.href === "`+v.w.away+`"`)
	v.shot("left")
	// The page may be there before the answer to the last word of ours is.
	v.w.soon("the browser holds no cookie of ours", func() bool { return len(v.cookies()) == 0 })
	var at int64
	v.w.soon("where it stands", func() bool { at = v.entry(); return at >= 0 })
	for ; at > 0; at-- {
		v.eval("setTimeout(() => history.back(), 0)")
		v.w.soon("a step back", func() bool { return v.entry() == at-1 })
		v.arrives("a page", "true")
		text := v.eval("document.documentElement.innerText + document.title + [...document.querySelectorAll('input, textarea')].map(e => e.value).join()")
		if strings.Contains(text, words) || strings.Contains(text, "Are you alone?") || strings.Contains(text, code) || strings.Contains(text, code[:9]) {
			v.t.Errorf("Back shows %s", text)
		}
	}
	v.shot("left-back")
	v.open("/en/talk")
	v.isAt("/en/code")
}

// entry is where in its history a browser stands: 0 is the first page, -1 while
// it is between two.
func (v *visitor) entry() int64 {
	all, err := chromedp.Run(v.ctx, chromedp.NavigationEntries())
	if err != nil {
		return -1
	}
	return all.CurrentIndex
}

func TestWhoeverComesAfterTheExitFindsNothing(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(v *visitor){
		"link": func(v *visitor) { v.click("a.exit") },
		"keys": func(v *visitor) {
			// Three within two seconds; a machine that is slower presses again.
			v.w.soon("it leaves", func() bool {
				v.do(chromedp.KeyEvent(kb.Shift), chromedp.KeyEvent(kb.Shift), chromedp.KeyEvent(kb.Shift))
				return v.eval(`location.pathname + (document.querySelector(".over") !== null)`) != "/en/talkfalse"
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const words = "My husband must not see this"
			s := phone
			if name == "keys" {
				s = desk
			}
			_, p, ada, code := left(t, s, "en", words)
			p.typeInto("#text", "half a sent")
			leave(p)
			p.gone(words, code)
			ada.sees("lämnade snabbt")
			ada.sees("Skriv inte först på något annat sätt")
			ada.accessible("somebody left quickly")
			ada.shot("left-quickly-" + name)
			p.returns("en", code)
			p.open("/en/talk")
			p.until("with the code all is there", `(`+personsLog+`) === '["`+words+`","Are you alone?"]'`)
		})
	}
}

func TestASentenceSentAfterThePageClosedIsNotLost(t *testing.T) {
	t.Parallel()
	for how, sockets := range map[string]string{"by a socket": "", "by posts": `window.WebSocket = undefined`} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			closesInMidSentence(t, sockets)
		})
	}
}

func closesInMidSentence(t *testing.T, script string) {
	w := evening(t)
	p := visit(t, w, phone)
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	w.ok(err)
	p.begins("ti", "ሰላም", false)
	code := p.code("ti")
	p.open("/ti/talk")
	p.until("sent", `(`+personsLog+`).includes("ሰላም")`)
	p.typeInto("#text", "እዚ ኣይጥፋእ")
	w.pass(11 * time.Minute)
	p.click("#say button.main")
	p.isAt("/ti/code/ended")
	p.accessible("the page closed")
	p.narrow("the page closed")
	p.shot("ended")
	kept := w.site.WordsFor("ti").Say("enter.kept")
	p.sees(kept)
	if text := p.eval("document.body.innerText"); strings.Contains(text, "ኣይጥፋእ") || strings.Contains(text, "ሰላም") {
		t.Errorf("the closed page shows %s", text)
	}
	if n := len(w.spoken()); n != 1 {
		t.Errorf("%d messages reached the desk", n)
	}
	p.returns("ti", code)
	p.open("/ti/talk")
	p.sees("እዚ ኣይጥፋእ")
	p.arrives("offered once", `document.querySelectorAll("button[name=do][value=send]").length === 1`)
	p.eval(`document.querySelector(".late").scrollIntoView({block: "center"})`) // not half behind the field, which stays in sight
	p.accessible("late words")
	p.narrow("late words")
	p.shot("late-words")
	p.press("do", "send")
	p.until("sent now", `(`+personsLog+`) === '["ሰላም","እዚ ኣይጥፋእ"]'`)
	p.arrives("it is not offered to be sent again", `document.querySelectorAll("button[name=do][value=send]").length === 0`)
}

// spoken is what the desk has of the first ticket, without what the house says.
func (w *world) spoken() []string {
	w.t.Helper()
	sheet, err := w.tickets.Page(w.t.Context(), w.session(), w.waitTickets(1)[0].Ticket.ID)
	w.ok(err)
	var all []string
	for _, m := range sheet.Messages {
		if m.Content.Text != "" {
			all = append(all, m.Content.Text)
		}
	}
	return all
}
