package stories

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A counsellor takes the next ticket, ticks others, closes them and takes that
// back, and looks at what is due, without ever reaching for a mouse.
func TestTheQueueIsWorkedWithTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, subject := range []string{"First question", "Second question", "Third question"} {
		w.letter("Farid <farid"+string(rune('0'+i))+"@persons.example>", subject, "Hello\n")
		w.waitTickets(i + 1)
	}
	v := visit(t, w, desk)
	v.signIn()
	v.arrives("three letters", `document.querySelectorAll(".queue > li").length === 3 &&
		performance.getEntriesByType("resource").some(r => r.initiatorType === "xmlhttprequest")`)
	v.accessible("queue")
	v.narrow("queue")
	v.shot("queue-next")
	press := func(keys string) { t.Helper(); v.do(chromedp.KeyEvent(keys)) }

	press("n")
	v.arrives("the longest wait opens", `location.pathname.startsWith("/w/t/") && document.querySelector("h1").innerText.includes("First question")`)
	v.sees("Du fick det här därför att")
	press("u")
	v.arrives("one's own", `location.search.includes("mine")`)
	v.open("/w/queue")
	v.arrives("two are left", `document.querySelectorAll(".queue > li").length === 2`)

	press("j")
	press("x")
	v.until("ticked", `document.querySelectorAll("input[name=pick]:checked").length === 1`)
	press("x")
	v.until("unticked", `document.querySelectorAll("input[name=pick]:checked").length === 0`)
	press("x")
	press("j")
	press("x")
	v.until("both are ticked", `document.querySelectorAll("input[name=pick]:checked").length === 2`)
	press("e")
	v.arrives("both are closed", `document.body.innerText.includes("2 samtal är avslutade.")`)
	v.accessible("undo")
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelector(".toast button").focus()`))
	press(kb.Enter)
	v.arrives("both are back", `document.body.innerText.includes("2 samtal står som förut.") && document.querySelectorAll(".queue > li").length === 2`)

	press("j")
	press("t")
	v.arrives("one is taken", `document.body.innerText.includes("Du tog 1 samtal.") && document.querySelectorAll(".queue > li").length === 1`)
	press("j")
	press("o")
	v.arrives("the last one opens", `location.pathname.startsWith("/w/t/")`)
	press("?")
	v.until("the help sheet", `document.getElementById("keys").open && document.getElementById("keys").innerText.includes("markera")`)
	press(kb.Escape)

	for _, s := range []screen{desk, phone} {
		o := visit(t, w, s)
		o.signIn()
		o.open("/w/due?who=team")
		o.sees("Inget att passa")
		o.accessible("due")
		o.narrow("due")
		o.open("/w/queue")
		o.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("details.fold").open = true`))
		o.accessible("filter")
		o.narrow("filter")
		o.shot("filter")
	}
}
