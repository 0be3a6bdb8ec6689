package stories

import (
	"testing"

	"github.com/chromedp/chromedp"
)

func TestALetterSetAsideIsLookedAtAndMadeAConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.letter("Away <away@persons.example>", "Automatic reply", "I am away, but please call my sister.\n", "Auto-Submitted: auto-replied")
	v := visit(t, w, phone)
	v.signIn()
	v.open("/w/aside")
	v.sees("Automatic reply")
	v.click("details.aside > summary")
	v.sees("Ett program skrev det här")
	v.accessible("aside, opened")
	v.narrow("aside, opened")
	v.shot("aside-open")
	v.click(`details.aside form button`)
	v.sees("Brevet är nu ett samtal")
	v.sees("call my sister")
}

func TestALetterThatCannotBeDeliveredSaysSoInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := visit(t, w, desk)
	v.signIn()
	v.open("/w/write")
	v.typeInto("#to", "not an address")
	v.typeInto("#subject", "Hello")
	v.typeInto("#text", "First words")
	v.click(".composer button.main")
	v.sees("Mottagare 1 är ingen e-postadress")
	if got := v.eval(`document.getElementById("text").value`); got != "First words" {
		t.Fatalf("the text became %q", got)
	}
	v.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("to").value = "farid@persons.example"`))
	v.click(".composer button.main")
	v.sees("Ångra")
	v.open("/w/outbox")
	v.sees("farid@persons.example")
	v.shot("outbox-held")
	v.accessible("outbox")
	w.delivered(1)
}
