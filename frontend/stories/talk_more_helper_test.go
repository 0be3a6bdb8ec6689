package stories

import (
	"testing"
)

// Somebody who helps asks without a name, and takes a card along for the one
// they help.
func TestAHelperAsksWithoutANameAndPrintsACard(t *testing.T) {
	t.Parallel()
	for _, s := range []screen{phone, desk} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := evening(t)
			ada := counsellor(t, w, desk)
			p := visit(t, w, s)
			p.open("/en/helper")
			p.accessible("the helper's page")
			p.narrow("the helper's page")
			p.click(`a.door[href="/en/start/helper"]`)
			p.arrives("the questions", `document.querySelector("main button, main textarea") !== null`)
			for range 4 {
				if p.eval(`document.querySelector("#text") !== null`) == "true" {
					break
				}
				at := p.eval(`document.querySelector("main h1").textContent`)
				p.click(`main form button`)
				p.arrives("the next question", `document.querySelector("main h1").textContent !== `+quoted(at))
			}
			p.typeInto("#text", "Who looks after an appeal when the lawyer has gone?")
			p.press("live", "1")
			p.isAt("/en/code/offer")
			row := w.waitTickets(1)[0]
			if !row.Head.Facts.Helper || row.Head.Name != "" || row.Head.Address != "" {
				t.Errorf("the desk knows of a helper: %v, name and address %q %q", row.Head.Facts.Helper, row.Head.Name, row.Head.Address)
			}
			ada.takes()
			ada.tells("Call us together tomorrow.")
			p.open("/en/talk")
			p.until("the answer", `(`+personsLog+`).includes("together tomorrow")`)

			p.open("/en/helper")
			p.click(`a.door[href="/en/print/cards"]`)
			p.arrives("the cards", `document.querySelectorAll(".cards .sheet svg.qr").length === 8`)
			p.accessible("cards to cut out")
			p.narrow("cards to cut out")
		})
	}
}
