package stories

import (
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
)

// authenticator is the app in somebody's telephone.
type authenticator struct{ secret string }

func (v *visitor) code6(a authenticator) string {
	v.t.Helper()
	code, err := staff.FactorCode(a.secret, v.w.now())
	v.w.ok(err)
	return code
}

// enrols makes the second factor on the page that asks for it, and returns it with its spare codes.
func (v *visitor) enrols(lang string) (authenticator, []string) {
	v.t.Helper()
	v.arrives("the square", `!!(document.querySelector("svg.qr") && document.querySelector("#code"))`)
	v.accessible("factor-make-" + lang)
	v.narrow("factor-make")
	v.shot("factor-make-" + lang)
	a := authenticator{v.eval(`document.querySelector("input[name=secret]").value`)}
	v.typeInto("#code", v.code6(a))
	v.click(`form[action="/w/factor/new"] button.main`)
	v.arrives("the spare codes", `!!(document.querySelectorAll("ol.wordlist li").length === 8)`)
	v.accessible("factor-spares-" + lang)
	v.narrow("factor-spares")
	v.shot("factor-spares-" + lang)
	return a, strings.Split(v.eval(`[...document.querySelectorAll("ol.wordlist li")].map(e => e.innerText.trim()).join(" ")`), " ")
}

// A colleague's telephone is gone. A spare code opens the door, and from their
// settings they put another telephone in its place; the old one opens nothing.
func TestALostPhone(t *testing.T) {
	t.Parallel()
	w := evening(t)
	w.ok(w.office.Set(t.Context(), w.user, office.SecondFactor, "yes"))
	v := visit(t, w, phone)
	v.signInto("ada", w.words, "/w/factor")
	lost, spares := v.enrols("en")
	v.click("main a.button.main")
	v.arrives("the desk", `!!(location.pathname === "/w/queue")`)

	w.pass(time.Minute)
	other := visit(t, w, phone)
	other.signInto("ada", w.words, "/w/factor")
	other.accessible("factor")
	other.narrow("factor")
	other.shot("factor")
	other.open("/w/queue") // words alone lead nowhere else
	other.arrives("the page that asks", `!!(location.pathname === "/w/factor")`)
	other.typeInto("#code", "123456")
	other.click(`form[action="/w/factor"] button.main`)
	other.arrives("that it does not fit", `!!(document.querySelector("#code-wrong"))`)
	other.accessible("factor-wrong")
	other.typeInto("#code", strings.ToUpper(spares[2]))
	other.click(`form[action="/w/factor"] button.main`)
	other.arrives("the desk", `!!(location.pathname === "/w/queue")`)

	w.pass(6 * time.Minute) // somebody may have left the desk open
	other.open("/w/settings/factor")
	other.arrives("whether it is still them", `!!(document.querySelector("#prove"))`)
	other.accessible("prove")
	other.narrow("prove")
	other.shot("prove")
	other.typeInto("#prove", spares[3])
	other.click("main button.main")
	fresh, _ := other.enrols("another")
	other.click("main a.button.main")
	other.arrives("the settings", `!!(location.pathname === "/w/settings")`)
	other.sees("8")

	w.pass(time.Minute)
	third := visit(t, w, desk)
	third.signInto("ada", w.words, "/w/factor")
	third.typeInto("#code", third.code6(lost))
	third.click(`form[action="/w/factor"] button.main`)
	third.arrives("that the lost one opens nothing", `!!(document.querySelector("#code-wrong"))`)
	third.typeInto("#code", spares[0])
	third.click(`form[action="/w/factor"] button.main`)
	third.arrives("that its spare codes end, too", `!!(document.querySelector("#code-wrong") && document.querySelector("#code").value === "")`)
	third.typeInto("#code", third.code6(fresh))
	third.click(`form[action="/w/factor"] button.main`)
	third.arrives("the desk", `!!(location.pathname === "/w/queue")`)
}

// A colleague leaves: a coordinator who stood up for a while proves that it is
// still them, the colleague's open page ends by itself, and they come in no more.
func TestAColleagueLeaves(t *testing.T) {
	t.Parallel()
	w := evening(t)
	carl := w.hire("carl", "Carl Lund")
	ada, his := visit(t, w, desk), visit(t, w, phone)
	ada.signIn()
	his.signInAs("carl", w.others["carl"])

	w.pass(6 * time.Minute)
	ada.open("/w/office/people")
	ada.accessible("people")
	form := `form[action="/w/office/people/close"]:has(input[value="` + string(carl.User.ID) + `"])`
	ada.eval(`document.querySelector('` + form + `').closest("details").open = true`)
	ada.click(form + ` button`)
	ada.arrives("whether it is still her", `!!(document.querySelector("#prove"))`)
	ada.typeInto("#prove", w.words)
	ada.click("main button.main")
	ada.arrives("that it is done", `!!(location.pathname === "/w/office/people" && !document.querySelector("#prove"))`)
	his.until("that his page has ended", `!!(!document.querySelector("#ended")?.hidden || location.pathname === "/w/sign-in")`)
	his.open("/w/queue")
	his.arrives("the door", `!!(location.pathname === "/w/sign-in")`)
	his.typeInto("#login", "carl")
	his.typeInto("#words", w.others["carl"])
	his.click("main button.main")
	his.arrives("that he comes in no more", `!!(document.querySelector("#words-wrong"))`)
}
