package stories

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// colleague is bo at a desk of his own.
func colleague(t *testing.T, w *world) *visitor {
	t.Helper()
	bo := visit(t, w, desk)
	bo.signInAs("bo", w.others["bo"])
	bo.open("/w/chats")
	return bo
}

// seatSays waits until the person's page names who is there.
func (v *visitor) seatSays(name string) {
	v.t.Helper()
	v.until(name+" is there", `document.getElementById("seat").innerText.includes("`+name+`")`)
}

// round has the room look at its tables now instead of in a moment.
func (w *world) round() { w.t.Helper(); w.ok(w.room.Round(w.t.Context())) }

// Two minutes a counsellor without a net keeps the talk; then a colleague is
// asked, and the person reads on where they are.
func TestWhenACounsellorLosesTheNetAColleagueIsAsked(t *testing.T) {
	t.Parallel()
	w, p, _, _, desks := atTheTable(t, phone, "ti", "first", well)
	bo := colleague(t, w)
	p.stays()
	desks.set(cut)
	w.pass(time.Minute)
	w.round()
	bo.open("/w/chats")
	if n := bo.eval(`document.querySelectorAll(".waits li").length`); n != "0" {
		t.Errorf("after a minute %s wait", n)
	}
	bo.stays()
	w.pass(75 * time.Second)
	bo.until("bo is asked", `document.querySelectorAll(".waits button").length === 1`)
	bo.stayed()
	bo.accessible("a colleague is asked")
	p.sees(w.site.WordsFor("ti").Say("seat.away", "Ada"))
	p.accessible("the counsellor has gone")
	p.narrow("the counsellor has gone")
	bo.takes()
	bo.tells("I go on.")
	p.until("bo goes on", `(`+personsLog+`) === '["first","I go on."]'`)
	p.seatSays("Bo")
	p.stayed()
}

// Warm: who hands over stays until the other one has come. Cold: whoever is free.
func TestATalkIsHandedOverWarmAndThenCold(t *testing.T) {
	t.Parallel()
	w, p, ada, _, _ := atTheTable(t, phone, "ar", "first", well)
	bo := colleague(t, w)
	p.stays()
	over := func(v *visitor, to, how string) {
		t.Helper()
		v.click(`details.menu-of:has(#over-to) > summary`)
		v.accessible("handing over")
		v.eval(`document.getElementById("over-to").value = "` + to + `"`)
		v.click(`input[name=how][value=` + how + `]`)
		v.click(`form[action$="/over"] button.main`)
	}
	var id string
	for _, c := range w.present() {
		if c != string(w.user) {
			id = c
		}
	}
	over(ada, id, "warm")
	bo.until("bo is asked", `document.querySelectorAll(".waits button").length === 1`)
	p.seatSays("Ada") // who has not gone yet
	bo.takes()
	p.seatSays("Bo")
	bo.tells("Ada told me.")
	p.until("bo goes on", `(`+personsLog+`) === '["first","Ada told me."]'`)

	over(bo, "", "cold")
	p.until("nobody is there", `!document.getElementById("seat").innerText.includes("Bo")`)
	ada.takes()
	p.seatSays("Ada")
	p.stayed()
}

// present lists who is here.
func (w *world) present() (all []string) {
	w.t.Helper()
	here, err := w.room.Present(w.t.Context())
	w.ok(err)
	for _, c := range here {
		all = append(all, string(c.User))
	}
	return all
}

func TestDangerToLifeLeadsStepByStep(t *testing.T) {
	t.Parallel()
	w, p, ada, _, _ := atTheTable(t, phone, "ti", "I cannot any more", well)
	bo := colleague(t, w)
	bo.stays()
	ada.click("#danger > summary")
	ada.accessible("danger")
	for i, step := range []string{"ask-where", "emergency", "second-person", "told", "aftercare"} {
		ada.typeInto("#remark-"+step, "done "+step)
		ada.click(`form:has(#remark-` + step + `) button`)
		ada.arrives(step+" is noted", `document.querySelectorAll("#danger li.done").length === `+strconv.Itoa(i+1))
		if step == "emergency" {
			bo.sees("Ada Lind")
			bo.until("bo is called", `document.querySelectorAll("section.calls li").length === 1`)
			bo.accessible("a call for a second person")
			bo.stayed()
		}
	}
	bo.until("the call is over", `document.querySelectorAll("section.calls li").length === 0`)
	ada.accessible("danger, all done")
	ada.narrow("danger, all done")
	if text := p.eval("document.body.innerText"); strings.Contains(text, "done ") {
		t.Errorf("the person reads what is noted: %s", text)
	}
	for _, step := range []string{"ask-where", "aftercare"} {
		ada.until(step+" stands in the notes", `document.body.innerText.includes("done `+step+`")`)
	}
}

// The page closes when nobody does anything. It says so first, and one press
// keeps it.
func TestThePageSaysThatItClosesAndCanBeKept(t *testing.T) {
	t.Parallel()
	w := evening(t)
	p := visit(t, w, phone)
	p.begins("ti", "first", false)
	p.press("do", "none")
	p.isAt("/ti/code/none")
	p.open("/ti/talk")
	p.until("sent", `(`+personsLog+`).includes("first")`)
	p.stays()
	mine := p.session()
	for range 2 { // eighteen minutes in all: without the press it would have closed
		w.pass(9 * time.Minute)
		p.eval(`dispatchEvent(new Event("online"))`) // it asks by the clock; here at once
		p.until("it says that it closes", `!document.getElementById("idle").hidden`)
		p.until("who hears it can press", `document.activeElement.closest("#idle") !== null`)
		p.accessible("the warning")
		p.narrow("the warning")
		p.click("#idle button")
		p.until("the warning goes", `document.getElementById("idle").hidden`)
		w.soon("the house has heard it", func() bool {
			g, err := w.people.Guest(t.Context(), mine, true) // a look that counts as nothing they did
			w.ok(err)
			return g.Ends.Sub(w.now()) > 9*time.Minute
		})
	}
	p.writes("still here")
	p.until("it is sent", `document.querySelectorAll(".said.late").length === 0 && (`+personsLog+`) === '["first","still here"]'`)
	p.stayed()
}

// Hidden here: nothing to read for whoever takes the phone, everything still
// there for who answers.
func TestWhatIsHiddenHereIsStillAtTheDesk(t *testing.T) {
	t.Parallel()
	w := evening(t)
	p := visit(t, w, phone)
	p.begins("ar", "nobody may see this", false)
	code := p.code("ar")
	p.open("/ar/talk")
	p.until("sent", `(`+personsLog+`).includes("nobody may see this")`)
	p.click(`a[href="/ar/talk/hide"]`)
	p.isAt("/ar/talk/hide")
	p.click(`form[action="/ar/talk/hide"] button`)
	p.isAt("/ar/talk")
	hidden := w.site.WordsFor("ar").Say("hide.hidden")
	p.sees(hidden)
	p.accessible("hidden")
	p.narrow("hidden")
	if text := p.eval("document.body.innerText"); strings.Contains(text, "nobody may see") {
		t.Errorf("it is still shown: %s", text)
	}
	// Also to who comes with the code.
	q := visit(t, w, desk)
	q.returns("ar", code)
	q.open("/ar/talk")
	q.until("the talk", `document.querySelector("[role=log]") !== null`)
	q.writes("and more")
	q.until("only what is new", `(`+personsLog+`) === '["and more"]' && document.querySelectorAll(".said.late").length === 0`)
	if all := strings.Join(w.spoken(), "|"); all != "nobody may see this|and more" {
		t.Errorf("the desk has %s", all)
	}
}
