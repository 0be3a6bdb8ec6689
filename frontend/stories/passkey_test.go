package stories

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"returnsupport/helpdesk/office"
)

// chip gives the visitor's device an authenticator that knows its owner.
func (v *visitor) chip(computes bool) {
	v.t.Helper()
	v.base = strings.Replace(v.base, "127.0.0.1", "localhost", 1) // numbers are no name to bind a passkey to
	if _, err := chromedp.Call(v.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		v.t.Fatal(err)
	}
	_, err := chromedp.Call(v.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Ctap2version: webauthn.Ctap2versionCtap21, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, HasPrf: computes, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		v.t.Fatal(err)
	}
}

func (v *visitor) leaves() {
	v.t.Helper()
	v.open("/w/settings")
	v.click(`form[action="/w/sign-out"] button`)
	v.arrives("the door", `location.pathname === "/w/sign-in"`)
}

const inSettings = `location.pathname === "/w/settings"`

// A first visit makes a passkey in place of a telephone. It is asked for after the
// words, proves that it is still them, and opens the door without any.
func TestAPasskeyInPlaceOfATelephoneAndOfTheWords(t *testing.T) {
	t.Parallel()
	w := evening(t)
	w.ok(w.office.Set(t.Context(), w.user, office.SecondFactor, "yes"))
	v := visit(t, w, phone)
	v.chip(true)
	v.signInto("ada", w.words, "/w/factor")
	v.click(`main a[href^="/w/factor/passkey"]`)
	v.arrives("how to make one", `!!document.querySelector("input[name=opens]")`)
	v.accessible("passkey-make")
	v.narrow("passkey-make")
	v.shot("passkey-make")
	v.typeInto("#name", "Min telefon")
	v.click("button[data-makes]")
	v.arrives("the spare codes", `document.querySelectorAll("ol.wordlist li").length === 8`)
	v.click("main a.button.main")
	v.arrives("the desk", `location.pathname === "/w/queue"`)

	v.open("/w/factor/passkey")
	v.typeInto("#name", "En till")
	v.click("button[data-makes]") // the authenticator has one for this house
	v.until("that nothing has happened", `!document.querySelector("[data-passkey-wrong]").hidden`)
	v.accessible("passkey-make-wrong")
	v.shot("passkey-make-wrong")
	v.open("/w/settings")
	v.sees("Min telefon")
	v.sees("öppnar utan ord")
	v.accessible("passkey-mine")
	v.narrow("passkey-mine")
	v.shot("passkey-mine")
	v.click(`form[action="/w/settings/passkey"] button`)
	v.arrives("that the last one stays", `document.body.innerText.includes("enda andra faktor")`)

	v.leaves()
	v.accessible("passkey-door")
	v.narrow("passkey-door")
	v.shot("passkey-door")
	v.click("button[data-passkey]") // no name, no words
	v.arrives("the desk", `location.pathname === "/w/queue"`)

	w.pass(6 * time.Minute)
	v.open("/w/settings/factor")
	v.arrives("whether it is still them", `!!document.querySelector("#prove")`)
	v.accessible("passkey-prove")
	v.narrow("passkey-prove")
	v.shot("passkey-prove")
	v.click("button[data-passkey]")
	v.arrives("the square", `!!document.querySelector("svg.qr")`)

	v.leaves()
	v.signInto("ada", w.words, "/w/factor")
	v.accessible("passkey-factor")
	v.narrow("passkey-factor")
	v.shot("passkey-factor")
	v.click("button[data-passkey]")
	v.arrives("the desk", `location.pathname === "/w/queue"`)
	if strings.Contains(w.log.String(), "Min telefon") {
		t.Error("what they call it is in the log")
	}
}

// A passkey that computes nothing stands beside the words and says so at the door;
// from the desk one more is made, and one is taken away.
func TestAPasskeyThatComputesNothingDoesNotOpenTheDoor(t *testing.T) {
	t.Parallel()
	w := evening(t)
	v := visit(t, w, desk)
	v.chip(false)
	v.signIn()
	v.open("/w/settings")
	v.click(`a[href="/w/factor/passkey"]`)
	v.arrives("how to make one", `!!document.querySelector("input[name=opens]")`)
	v.typeInto("#name", "Nyckeln")
	v.click("button[data-makes]")
	v.arrives("the spare codes", `document.querySelectorAll("ol.wordlist li").length === 8`)
	v.open("/w/settings")
	v.sees("Nyckeln")
	if got := v.eval(`document.querySelector("#factor").innerText.includes("utan ord")`); got != "false" {
		t.Error("it is said to open the door")
	}
	v.leaves()
	v.click("button[data-passkey]")
	v.arrives("that it does not open the door", `document.querySelector(".notice") && document.querySelector(".notice").innerText.includes("sex ord")`)
	v.accessible("passkey-shut")
	v.signInto("ada", w.words, "/w/factor")
	v.click("button[data-passkey]")
	v.arrives("the desk", `location.pathname === "/w/queue"`)
	v.open("/w/settings/factor")
	v.arrives("the square", `!!document.querySelector("svg.qr")`)
	v.typeInto("#code", v.code6(authenticator{v.eval(`document.querySelector("input[name=secret]").value`)}))
	v.click(`form[action="/w/factor/new"] button.main`)
	v.arrives("the spare codes", `document.querySelectorAll("ol.wordlist li").length === 8`)
	v.open("/w/settings")
	v.click(`form[action="/w/settings/passkey"] button`)
	v.arrives("the settings", inSettings+` && !document.querySelector('form[action="/w/settings/passkey"]')`)
}
