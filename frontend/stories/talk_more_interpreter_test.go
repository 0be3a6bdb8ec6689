package stories

import (
	"strings"
	"testing"

	"returnsupport/helpdesk/staff"
)

// interpreter lets somebody in who belongs to no team, and has them sign in.
func interpreter(t *testing.T, w *world, login, name string) *visitor {
	t.Helper()
	token, err := w.staff.Invite(t.Context(), w.session(), login, name, login+"@help.example", staff.Interpreter)
	w.ok(err)
	words, _, err := w.staff.Accept(t.Context(), token, "en")
	w.ok(err)
	v := visit(t, w, desk)
	v.open("/w/sign-in")
	v.typeInto("#login", login)
	v.typeInto("#words", strings.ToUpper(words)+" ")
	v.click("main button.main")
	v.arrives("their own page", `location.pathname.startsWith("/w/lent")`)
	return v
}

// In a talk that goes on an interpreter is brought in for an hour: the person is
// told, and the interpreter sees this conversation and nothing else.
func TestAnInterpreterIsBroughtIntoALiveTalkAndSeesThatAlone(t *testing.T) {
	t.Parallel()
	w, p, ada, _, _ := atTheTable(t, phone, "ti", "ሰላም", well)
	lela := interpreter(t, w, "lela", "Lela Tesfay")
	ti := w.site.WordsFor("ti")
	p.stays()
	other := visit(t, w, phone)
	other.begins("en", "a stranger's words", false)
	_, err := w.tickets.Note(t.Context(), w.session(), id(w.ticketOf("ሰላም")), "sounds tired", "a note")
	w.ok(err)
	ada.open("/w/t/" + w.ticketOf("ሰላም")) // the list of colleagues is that of when the page was made
	ada.tells("Du kan överklaga.")
	p.sees("Du kan överklaga.")

	if text := lela.eval("document.body.innerText"); strings.Contains(text, "R-") {
		t.Errorf("before, she sees %s", text)
	}
	ada.click(`details.menu-of:has(#bring-user) > summary`)
	ada.accessible("bringing in")
	ada.eval(`document.getElementById("bring-user").selectedIndex = [...document.getElementById("bring-user").options].findIndex(o => o.textContent.includes("Lela"))`)
	ada.eval(`document.getElementById("bring-role").value = "interpreter"`)
	ada.click(`form[action$="/bring"] button.main`)
	p.sees(ti.Say("system.chat.brought", "Lela", ti.Say("system.chat.role.interpreter")))
	if text := p.eval("document.body.innerText"); strings.Contains(text, "Tesfay") {
		t.Error("a surname is shown")
	}

	lela.open("/w/lent")
	lela.click(`main a[href^="/w/lent/"]`)
	lela.sees("Du kan överklaga.")
	lela.sees("ሰላም")
	if text := lela.eval("document.body.innerText"); strings.Contains(text, "sounds tired") || strings.Contains(text, "stranger") {
		t.Errorf("she sees %s", text)
	}
	lela.accessible("the interpreter's page")
	p.stayed()
}
