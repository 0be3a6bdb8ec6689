package stories

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"returnsupport/helpdesk/office"
)

// keys are typed where the keyboard is.
func (v *visitor) keys(typed string, more ...chromedp.KeyOption) {
	v.t.Helper()
	v.do(chromedp.KeyEvent(typed, more...))
}

// command presses a letter as a keyboard does, its sign with it: what the page
// keeps for itself must write nothing into the field it leads to.
func (v *visitor) command(letter string) {
	v.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		p := input.DispatchKeyEventParams{Type: kind, Key: letter}
		if kind == input.DispatchKeyEventTypeKeyDown {
			p.Text, p.UnmodifiedText = letter, letter
		}
		if _, err := chromedp.Call(v.ctx, input.DispatchKeyEvent, p); err != nil {
			v.t.Fatal(err)
		}
	}
}

// sends what is being written.
func (v *visitor) sends() {
	v.t.Helper()
	v.keys(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))
}

// at waits until the keyboard is in a field.
func (v *visitor) at(field string) {
	v.t.Helper()
	v.until("the keyboard is at "+field, `document.activeElement.id === "`+field+`"`)
}

// days types a day into the date field the keyboard is in, in the order the
// browser asks for it.
func (v *visitor) days(day time.Time) {
	v.t.Helper()
	for _, order := range []string{"01022006", "20060102", "02012006"} {
		v.keys(day.Format(order))
		if v.eval("document.activeElement.value") == day.Format(time.DateOnly) {
			return
		}
		v.eval(`(document.activeElement.value = "", document.activeElement.blur())`)
		v.t.Fatalf("the browser asks for a day otherwise than %s", order)
	}
}

// away takes the keyboard out of a field, as Escape does for who is used to it.
func (v *visitor) away() {
	v.t.Helper()
	v.do(chromedp.Evaluate[chromedp.Void](`document.activeElement?.blur()`))
}

// A counsellor's day: take next, read, answer, note, set a date, put it off,
// search, act on many, undo, hand over and close, without ever reaching for a
// mouse.
func TestADayIsWorkedWithTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ok(w.office.Set(t.Context(), w.user, office.UndoSeconds, "60"))
	w.hire("bo", "Bo Ek")
	for i, subject := range []string{"First question", "Second question", "Third question"} {
		w.letter("Farid <farid"+string(rune('0'+i))+"@persons.example>", subject, question)
		w.waitTickets(i + 1)
	}
	v := visit(t, w, desk)
	v.signIn()
	v.arrives("the queue", `document.querySelectorAll(".queue > li").length === 3`)
	v.command("n")
	v.arrives("the first letter", `location.pathname.startsWith("/w/t/") && document.querySelector("h1").innerText.includes("First question")`)
	v.sees("Du fick det här därför att")

	// A note first; nothing of it is for the person.
	v.command("n")
	v.at("note")
	v.keys("Ring tolken. سلام")
	v.sends()
	v.arrives("noted", `document.querySelector("#messages .message.note .text")?.innerText === "Ring tolken. سلام"`)

	// A date, by its kind and its day.
	v.command("d")
	v.at("date-kind")
	v.keys(kb.ArrowDown + kb.ArrowDown + kb.ArrowDown + kb.ArrowDown)
	v.until("its kind", `document.activeElement.value === "follow_up"`)
	v.keys(kb.Tab)
	v.at("day")
	v.days(w.now().AddDate(0, 0, 5))
	v.keys(kb.Enter)
	v.arrives("the date", `document.querySelector("#dates .lines strong")?.innerText.includes("Följ upp") && document.body.innerText.includes("Datum")`)

	// Later: it stands in the due list until then.
	v.command("s")
	v.until("the day to look again", `document.activeElement.type === "date"`)
	v.days(w.now().AddDate(0, 0, 2))
	v.keys(kb.Enter)
	v.arrives("two dates", `document.querySelectorAll("#dates .lines > li").length === 2`)

	// The answer, taken back once, and sent.
	v.command("r")
	v.at("text")
	v.keys("Hej Farid. Tre veckor.")
	v.sends()
	v.until("the offer to take it back", `document.querySelector('[data-key=undo]') !== null`)
	v.away()
	v.command("z")
	v.arrives("the words are back", `document.querySelector("#text")?.value.startsWith("Hej Farid. Tre veckor")`)
	v.command("r")
	v.sends()
	v.arrives("it is sent again", `document.querySelector("#messages .message.answer") !== null && document.querySelector('[data-key=undo]') !== null`)

	// Handed over to a colleague.
	v.away()
	v.command("a")
	v.at("give-to")
	v.keys("Bo")
	v.until("Bo is chosen", `document.activeElement.selectedOptions?.[0].text.includes("Bo Ek")`)
	v.keys(kb.Tab)
	v.keys(kb.Enter)
	v.arrives("handed over", `document.body.innerText.includes("Samtalet är överlämnat.")`)

	// Searched for, and closed with others; one press takes that back.
	v.open("/w/queue")
	v.arrives("two are left", `document.querySelectorAll(".queue > li").length === 2`)
	v.command("/")
	v.at("words")
	v.keys("third")
	v.keys(kb.Enter)
	v.arrives("the third", `document.querySelectorAll(".queue > li").length === 1 && document.querySelector(".queue .title").innerText.includes("Third question")`)
	v.command("j")
	v.command("e")
	v.arrives("it is closed", `document.body.innerText.includes("1 samtal är avslutat.")`)
	v.command("z")
	v.arrives("it is back", `document.body.innerText.includes("1 samtal står som förut.")`)

	// Called junk, and taken back as well.
	v.command("j")
	v.command("!")
	v.arrives("it is junk", `document.body.innerText.includes("1 samtal är kallat skräp.")`)
	v.command("z")
	v.arrives("it is none", `document.body.innerText.includes("1 samtal står som förut.")`)

	// Every key of the help sheet does something somewhere above, or in the other
	// story of keys.
	v.command("?")
	v.until("the help sheet", `document.getElementById("keys").open`)
	if got, want := v.eval(`[...document.querySelectorAll("#keys dt")].map(e => e.innerText.replace(/\s+/g, "+")).join(" ")`),
		"j+k enter+o x u r n t a e ! d s z / c alt+j+k ctrl+enter ctrl+k ?"; got != want {
		t.Errorf("the sheet lists %s, told are %s", got, want)
	}
}
