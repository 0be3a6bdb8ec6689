package stories

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// From the first page to the last on a phone that runs no scripts.
func TestSomebodyTalksWithoutScripts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang   string
		screen screen
	}{{"ar", phone}, {"ti", desk}, {"ti", phone}} {
		t.Run(c.lang+" "+c.screen.name, func(t *testing.T) {
			t.Parallel()
			w := evening(t)
			ada := counsellor(t, w, desk)
			p := visit(t, w, c.screen)
			p.plain()
			say := w.site.WordsFor(c.lang)
			at := "/" + c.lang
			p.begins(c.lang, "first", true)
			code := p.code(c.lang)
			p.open(at + "/talk")
			p.frame("first")
			p.frame(say.Say("seat.first"))
			p.shot("plain-talk-" + c.lang)
			p.narrow("without scripts")
			first := p.eval(`document.querySelector("iframe.frame").contentWindow.location.href`)

			ada.takes()
			ada.tells("Hej, jag läser.", "Ja", "Nej")
			// Nobody touches the page: the frame asks by itself, and what is
			// being typed beside it stays.
			p.typeInto("#text", "half a ")
			p.frame("Hej, jag läser.")
			p.frame("Nej")
			if p.eval(`document.getElementById("say").getBoundingClientRect().top >= document.querySelector("iframe.frame").getBoundingClientRect().bottom`) != "true" {
				t.Error("the form stands over the frame")
			}
			if now := p.eval(`document.querySelector("iframe.frame").contentWindow.location.href`); now == first {
				t.Errorf("the frame is still at %s", now)
			}
			p.typeInto("#text", "sentence")
			p.click("#say button.main")
			p.frame("half a sentence")
			ada.until("the sentence", `(`+deskLog+`).includes("half a sentence")`)
			p.shot("plain-answered-" + c.lang)

			p.click(`a.button[href="` + at + `/talk/end"]`)
			p.isAt(at + "/talk/end")
			p.click("main form button.main")
			p.isAt(at + "/talk/ended")
			p.shot("plain-ended-" + c.lang)
			ada.sees("samtalet är slut")

			p.open(at + "/talk/erase")
			p.shot("plain-erase-" + c.lang)
			p.click("main form button.danger")
			p.sees(say.Say("hide.erased.title"))
			p.shot("plain-erased-" + c.lang)
			if all := p.cookies(); len(all) != 0 {
				t.Errorf("after erasing the browser holds %v", all)
			}
			if rows := w.queue(); rows != 0 {
				t.Errorf("the desk still lists %d conversations", rows)
			}
			p.returns(c.lang, code)
			p.open(at + "/talk")
			p.shot("plain-undo-" + c.lang)
			p.click(`form[action="` + at + `/talk/unerase"] button`)
			p.isAt(at + "/talk")
			p.frame("half a sentence")
			if rows := w.queue(); rows != 1 {
				t.Errorf("the desk lists %d conversations", rows)
			}
		})
	}
}

// queue counts what the desk's team can see.
func (w *world) queue() int {
	w.t.Helper()
	return len(w.waitTickets(0))
}

func TestASentencePostedTooLateWithoutScriptsIsNotLost(t *testing.T) {
	t.Parallel()
	w := evening(t)
	p := visit(t, w, desk)
	p.plain()
	p.begins("en", "first", false)
	code := p.code("en")
	p.open("/en/talk")
	p.frame("first")
	p.typeInto("#text", "Please do not lose this")
	w.pass(11 * time.Minute)
	p.click("#say button.main")
	p.isAt("/en/code/ended")
	p.sees("What you wrote last is kept")
	p.until("the frame showed nothing more", `!document.body.innerText.includes("lose this")`)
	p.returns("en", code)
	p.open("/en/talk")
	p.sees("Please do not lose this")
	p.press("do", "send")
	p.frame("Please do not lose this")
}

// The frame of a page that was left open closes itself when the session ends.
func TestThePageOfSomebodyWhoWentAwayShowsNothing(t *testing.T) {
	t.Parallel()
	w := evening(t)
	p, q := visit(t, w, phone), visit(t, w, phone)
	p.plain()
	for _, v := range []*visitor{p, q} {
		v.begins("en", "nobody may see this", false)
		v.press("do", "none")
		v.isAt("/en/code/none")
		v.open("/en/talk")
	}
	p.frame("nobody may see this")
	q.until("it is there", `(`+personsLog+`).includes("nobody may see this")`)
	w.pass(11 * time.Minute)
	p.until("the frame is empty", `!(`+inFrame+`).includes("nobody may see this") && (`+inFrame+`).includes("You were away")`)
	q.do(chromedp.Evaluate[chromedp.Void](`dispatchEvent(new Event("online"))`)) // it asks by the clock; here at once
	q.isAt("/en/code/ended")
	if text := q.eval("document.body.innerText"); strings.Contains(text, "nobody may see") {
		t.Error("the words are still there")
	}
}
