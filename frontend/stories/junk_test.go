package stories

import (
	"strings"
	"testing"
)

func TestJunkIsMarkedListedAndTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, s := range []string{"Buy now", "Buy more", "A question"} {
		w.letter("Shop <shop@persons.example>", s, "words of "+s+"\n")
	}
	for _, size := range []screen{desk, phone} {
		v := visit(t, w, size)
		v.signIn()
		v.open("/w/queue?q=unassigned")
		v.click(`.queue > li:nth-child(1) a`)
		v.click(`.acts summary[data-key="junk"]`)
		v.sees("Inget lärs in om någon")
		v.accessible("the menu of junk")
		v.narrow("the menu of junk")
		v.shot("junk-menu")
		v.click(`form[action$="/junk"] button`)
		v.sees("En kollega har kallat det här skräp")
		v.click(`form[action$="/block"] button, .acts summary[data-key="junk"]`)
		v.click(`form[action$="/block"] button`)
		v.sees("Avsändaren hålls ute till")
		v.open("/w/junk")
		v.sees("shop@persons.example")
		v.accessible("junk")
		v.narrow("junk")
		v.shot("junk-list")
		v.click(`form[action^="/w/junk/out/"] button`)
		v.sees("Avsändarens brev kommer in igen")
		v.click(`form[action^="/w/junk/back/"] button`)
		v.sees("Det är inget skräp längre")
		v.sees("Inget är kallat skräp")
	}
}

func TestJunkTickedInAListIsTakenBackAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, s := range []string{"Buy now", "Buy more"} {
		w.letter("Shop <shop@persons.example>", s, "words of "+s+"\n")
	}
	v := visit(t, w, desk)
	v.signIn()
	v.open("/w/queue?q=unassigned")
	v.eval(`document.querySelectorAll(".queue input[name=pick]").forEach(function (b) { b.checked = true; }), ""`)
	v.click(`.bulk button[value="junk"]`)
	v.sees("2 samtal är kallade skräp")
	v.click(`#toasts button`)
	v.sees("2 samtal står som förut")
	v.open("/w/junk")
	v.sees("Inget är kallat skräp")
}

// A letter that can't be opened is shown by its headers, and a word to the writer
// lies ready in their language.
func TestALetterTooLargeIsAskedForAgainInTheWritersLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.letter("Farid <farid@persons.example>", "Моё решение и мои документы", strings.Repeat("x", 100)+"\n", "X-Long: "+strings.Repeat("x", 300<<10))
	v := visit(t, w, phone)
	v.signIn()
	v.open("/w/aside?kind=unreadable")
	v.click("details.aside > summary")
	v.sees("Brevhuvudet var för stort")
	v.accessible("aside, unreadable")
	v.narrow("aside, unreadable")
	v.click(`a[href^="/w/write?again="]`)
	v.sees("Skriv ett nytt brev")
	if to := v.eval(`document.getElementById("to").value`); to != "farid@persons.example" {
		t.Errorf("to %q", to)
	}
	if text := v.eval(`document.getElementById("text").value`); !strings.HasPrefix(text, "Здравствуйте.") {
		t.Errorf("text %q", text)
	}
	v.shot("ask-again")
	v.click(".composer button.main")
	v.sees("Ångra")
}

// What may do harm stands there as words: a link that leads elsewhere than it
// says, a program among the files.
func TestWhatMayDoHarmIsTextAndNoLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.letter("Bank <bank@persons.example>", "Your account", "--b\nContent-Type: text/html; charset=utf-8\n\n<p>Log in at <a href=\"https://evil.example/x\">www.bank.example</a> or <a href=\"https://good.example/\">here</a></p>\n"+
		"--b\nContent-Type: application/octet-stream; name=\"invoice.pdf.exe\"\nContent-Disposition: attachment\n\nMZ\n--b\nContent-Type: application/pdf; name=\"letter.pdf\"\nContent-Disposition: attachment\n\n%PDF\n--b--\n",
		"Content-Type: multipart/mixed; boundary=b")
	for _, size := range []screen{desk, phone} {
		v := visit(t, w, size)
		v.signIn()
		v.open("/w/queue?q=unassigned")
		v.click(`.queue > li:nth-child(1) a`)
		v.sees("Den här filen kan göra skada när den öppnas")
		v.sees("invoice.pdf.exe")
		v.accessible("what may do harm")
		v.narrow("what may do harm")
		v.shot("harm")
		if got := v.eval(`String([document.querySelectorAll(".message a[href*='evil.example']").length, document.querySelectorAll(".message a[href*='good.example']").length, document.querySelectorAll(".files a").length])`); got != "0,1,1" {
			t.Errorf("links that mislead, that do not, and files to download: %s", got)
		}
		if got := v.eval(`String(document.querySelector(".message .formatted").textContent.indexOf("[https://evil.example/x] www.bank.example") >= 0)`); got != "true" {
			t.Error("where the link leads is not said")
		}
	}
}
