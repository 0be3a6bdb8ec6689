package stories

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
)

// holds puts the mouse down on an element and leaves it there.
func (v *visitor) holds(selector string) (release func()) {
	v.t.Helper()
	v.until(selector+" is there", `document.querySelector('`+selector+`') !== null`)
	at := func(side string) float64 {
		t := `(() => { const box = document.querySelector('` + selector + `').getBoundingClientRect(); return box.` + side + `})()`
		n, err := chromedp.Run(v.ctx, chromedp.Evaluate[float64](t))
		if err != nil {
			v.t.Fatal(err)
		}
		return n
	}
	x, y := at("x + box.width / 2"), at("y + box.height / 2")
	once := func(p *input.DispatchMouseEventParams) { p.ClickCount = 1 }
	v.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x, y, chromedp.ButtonLeft, once))
	return func() {
		v.t.Helper()
		v.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x, y, chromedp.ButtonLeft, once))
	}
}

// asked counts how often the page fetched something.
func (v *visitor) asked(path string) string {
	return `performance.getEntriesByType("resource").filter(r => new URL(r.name).pathname === "` + path + `").length`
}

// sits has somebody write who talks by other means than a browser.
func (w *world) sits(text string) {
	w.t.Helper()
	_, err := w.room.Start(w.t.Context(), chat.First{Lang: "en", ClientID: string(helpdesk.NewID()), Live: true, Text: text})
	w.ok(err)
}

// What comes just while somebody presses does not take the button from under
// their finger.
func TestAPressCountsThoughTheListChangesUnderIt(t *testing.T) {
	t.Parallel()
	w := evening(t)
	ada := counsellor(t, w, desk)
	w.sits("the first")
	ada.sees("the first")

	during := func(selector, path, text string) {
		t.Helper()
		before := ada.eval(ada.asked(path))
		release := ada.holds(selector)
		w.sits(text)
		ada.until("the page asked for news", ada.asked(path)+" > "+before)
		ada.eval(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))`)
		release()
	}
	during(`#duty button[value=capacity]`, "/w/chats/bar", "the second")
	ada.until("she has her hands full", `document.querySelector('#duty button[value=capacity]').getAttribute("aria-pressed") === "true"`)
	ada.here()
	ada.sees("the second")
	during(`.waits button`, "/w/chats", "the third")
	ada.arrives("the talk", `document.querySelector("#say") !== null`)
	ada.sees("the first")

	// What was pressed meanwhile, the list shows afterwards.
	ada.open("/w/chats")
	ada.sees("the third")
}

// A letter somebody reads in a list stays open when another one comes, and who
// works with the keyboard stays where they were.
func TestWhatIsOpenInAListStaysOpenWhenItIsDrawnAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.letter("Away <away@persons.example>", "Automatic reply", "I am away.\n", "Auto-Submitted: auto-replied")
	v := visit(t, w, phone)
	v.signIn()
	v.open("/w/aside")
	v.sees("Automatic reply")
	v.click("details.aside > summary")
	v.sees("Ett program skrev det här")
	w.letter("Gone <gone@persons.example>", "Out of office", "I am gone.\n", "Auto-Submitted: auto-replied")
	v.sees("Out of office")
	v.sees("Ett program skrev det här")
	if v.eval(`document.activeElement.textContent.includes("Automatic reply")`) != "true" {
		t.Errorf("the keyboard is at %s", v.eval(`document.activeElement.outerHTML.slice(0, 200)`))
	}
}
