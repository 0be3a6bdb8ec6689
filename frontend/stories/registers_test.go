package stories

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// A coordinator opens the journal: what is unusual is pointed out first, then
// who opened what stands in words, and a look at one number leaves its lines
// alone.
func TestACoordinatorSeesWhoOpenedWhatAndWhatIsUnusual(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bo := w.hire("bo", "Bo Ekdal")
	for i, subject := range []string{"First question", "Second question"} {
		w.letter("Farid <farid"+string(rune('0'+i))+"@persons.example>", subject, question)
		w.waitTickets(i + 1)
	}
	var first helpdesk.ID
	for _, r := range w.waitTickets(2) {
		if r.Head.Title == "First question" {
			first = r.Ticket.ID
		}
	}
	_, err := w.tickets.Page(t.Context(), bo, first)
	w.ok(err)
	_, err = w.tickets.Queue(t.Context(), bo, tickets.Filter{Queue: tickets.QueueTeam, Words: "Ekdal"}, "", tickets.PageMost)
	w.ok(err)

	v := visit(t, w, phone)
	v.signIn()
	v.open("/w/journal")
	v.sees("Ovanligt de senaste sju dagarna")
	v.sees("sökte på sitt eget efternamn. Kanske är det en släkting.")
	if got := v.eval(`[...document.querySelectorAll("ol.lines > li")].some(e => e.innerText.startsWith("Bo Ekdal öppnade") && e.innerText.includes("R-"))`); got != "true" {
		t.Errorf("who opened what is not said: %s", v.eval(`document.querySelector("ol.lines").innerText`))
	}
	v.accessible("journal")
	v.narrow("journal")
	v.shot("journal")

	number := v.eval(`[...document.querySelectorAll("ol.lines > li")].find(e => e.innerText.startsWith("Bo Ekdal öppnade")).querySelector("a").innerText`)
	v.typeInto("#number", number)
	v.keys(kb.Enter)
	v.arrives("the lines of one", `location.search.includes("number=R-")`)
	if got := v.eval(`document.querySelector("ol.lines").innerText`); !strings.Contains(got, "Bo Ekdal öppnade") || strings.Contains(got, "sökte") {
		t.Errorf("the lines of %s are\n%s", number, got)
	}
	v.narrow("journal of one")

	// They themselves see their own, and nobody's else.
	other := visit(t, w, desk)
	other.signInAs("bo", w.others["bo"])
	other.open("/w/journal")
	other.sees("searched for their own surname")
	if got := other.eval(`document.body.innerText.includes("Unusual in")`); got != "false" {
		t.Error("a counsellor is shown what is unusual")
	}
	other.shot("journal-mine")
}

// tabTo moves the keyboard on, as far as it takes, to what a selector names.
func (v *visitor) tabTo(selector string) {
	v.t.Helper()
	for range 80 {
		if v.once(`!!document.activeElement?.matches(`+"`"+selector+"`"+`)`) == "true" {
			return
		}
		v.keys(kb.Tab)
	}
	v.shot("failed")
	v.t.Fatalf("the keyboard does not reach %s; it is at %s", selector, v.eval(`document.activeElement.outerHTML.slice(0, 200)`))
}

// An incident is written down with the keyboard alone: until when the authority
// must know and who is affected stand at once; told, the clock has ended.
func TestAnIncidentIsReportedAssessedAndToldWithTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := visit(t, w, phone)
	v.signIn()
	v.open("/w/incidents")
	v.tabTo("details.card > summary")
	v.keys(kb.Enter)
	v.tabTo("#what")
	v.keys("En lista med namn låg i hallen.")
	v.tabTo(`input[name=kind][value=confidentiality]`)
	v.keys(" ")
	v.tabTo("#affected")
	v.keys("12")
	v.tabTo("#who")
	v.keys("Tolv familjer: deras namn och telefoner.")
	v.shot("incident-new")
	v.tabTo(`form[action="/w/incidents"] button.main`)
	v.keys(kb.Enter)
	v.sees("myndigheten senast: ")
	v.sees("Tolv familjer: deras namn och telefoner.")
	v.accessible("incident")
	v.narrow("incident")
	v.shot("incident")

	v.tabTo("section.card details:has(input[value=assess]) > summary")
	v.keys(kb.Enter)
	v.tabTo(`input[name=risk]`)
	v.keys(kb.ArrowDown + kb.ArrowDown)
	v.until("a high risk", `document.querySelector("input[name=risk][value=high]").checked`)
	v.tabTo(`textarea[id^=consequences]`)
	v.keys("De kan bli funna.")
	v.tabTo(`form:has(input[value=assess]) button.main`)
	v.keys(kb.Enter)
	v.sees("hög risk")
	v.sees("myndigheten senast: ") // it runs on
	v.accessible("incident assessed")
	v.narrow("incident assessed")
	v.shot("incident-assessed")

	v.tabTo("section.card details:has(input[value=authority]) > summary")
	v.keys(kb.Enter)
	v.tabTo(`input[id^=reference]`)
	v.keys("D-77")
	v.tabTo(`form:has(input[value=authority]) button.main`)
	v.keys(kb.Enter)
	v.sees("D-77")
	if got := v.eval(`document.body.innerText.includes("myndigheten senast")`); got != "false" {
		t.Error("the clock runs on, though the authority knows")
	}
	v.shot("incident-told")

	// Who did not write it, and is no coordinator, reads nothing of it.
	w.hire("bo", "Bo Ek")
	bo := visit(t, w, desk)
	bo.signInAs("bo", w.others["bo"])
	bo.open("/w/incidents")
	if got := bo.eval(`document.body.innerText.includes("hallen")`); got != "false" {
		t.Error("a colleague reads it")
	}
	bo.accessible("no incident")
	bo.shot("incident-none")
}

// A request that came by letter is written down; its month stands there, and
// within its last two weeks on the page of how things stand; answered, its clock
// has ended.
func TestARequestByLawIsWrittenDownAnsweredAndItsClockEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hireAs(staff.Coordinator, "carla", "Carla Ek", w.team.ID)
	v := visit(t, w, desk)
	v.signInAs("carla", w.others["carla"])
	v.open("/w/rights")
	v.click("details.card > summary")
	v.typeInto("#who", "Nadia; hon visade sitt kort.")
	v.typeInto("#what", "Allt ni har om mig.")
	day := w.now().AddDate(0, 0, -20).Format(time.DateOnly)
	v.hand("#day", `e.value = words; e.dispatchEvent(new Event("change", {bubbles: true}))`, day)
	v.click(`form[action="/w/rights"] button.main`)
	v.sees("Allt ni har om mig.")
	v.sees("by ")
	v.accessible("right")
	v.shot("right")

	v.open("/w/mail")
	v.sees("due within two weeks")
	if got := v.eval(`document.querySelector("main").innerText.includes("Nadia")`); got != "false" {
		t.Error("the person is named")
	}
	v.accessible("right soon")
	v.shot("right-soon")

	v.open("/w/rights")
	v.click("section.card details > summary")
	v.typeInto("textarea[id^=text]", "Skickade en kopia.")
	v.click("section.card button[value=answer]")
	v.sees("Skickade en kopia.")
	v.accessible("right answered")
	v.shot("right-answered")
	v.open("/w/mail")
	if got := v.eval(`document.querySelector("main").innerText.includes("two weeks")`); got != "false" {
		t.Error("the clock runs on, though they have their answer")
	}
}
