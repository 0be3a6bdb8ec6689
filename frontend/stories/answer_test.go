package stories

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A counsellor signs in, answers a letter, and sees the reply come by itself.
func TestALetterIsAnsweredAndTheReplyComesWithoutReloading(t *testing.T) {
	t.Parallel()
	for _, s := range []screen{phone, desk} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			v := visit(t, w, s)
			v.open("/")
			v.shot("01-sign-in")
			v.signIn()
			v.shot("02-empty-queue")
			v.do(chromedp.Evaluate[chromedp.Void](`window.stayed = true`))

			w.letter("Farid Ahmadi <farid@persons.example>", "Question about the decision",
				"Hello,\n\nI got a no on 12 November. How many days do I have?\n\nFarid\n")
			v.sees("Question about the decision")
			v.until("it is announced", `document.getElementById("announce").textContent.includes("Question about")`)
			if v.eval("window.stayed") != "true" {
				t.Fatal("the page was loaded anew")
			}
			v.shot("03-queue")
			v.click(".queue a")
			v.sees("How many days do I have?")
			v.shot("04-ticket")

			v.typeInto("#text", "Hello Farid. Three weeks from the day you got the letter.")
			v.sees("Utkast sparat")
			v.shot("05-typed")
			v.click("#answer button.main")
			v.sees("Ångra")
			v.shot("06-sent")
			sent := w.delivered(1)
			if len(sent.To) != 1 || sent.To[0] != "farid@persons.example" {
				t.Fatalf("went to %v", sent.To)
			}
			v.do(chromedp.Evaluate[chromedp.Void](`window.stayed = true`))
			v.typeInto("#note", "Ring honom i morgon")

			w.letter("Farid Ahmadi <farid@persons.example>", "Re: Question about the decision", "Thank you so much!\n",
				"In-Reply-To: "+header(sent.Raw, "Message-ID"), "References: "+header(sent.Raw, "Message-ID"))
			v.sees("Thank you so much!")
			v.until("it is announced", `document.getElementById("announce").textContent.includes("Farid")`)
			if v.eval("window.stayed") != "true" {
				t.Fatal("the page was loaded anew")
			}
			if got := v.eval(`document.getElementById("note").value`); got != "Ring honom i morgon" {
				t.Fatalf("what was being typed became %q", got)
			}
			v.shot("07-reply")
			if strings.Contains(w.log.String(), "Farid") {
				t.Fatal("a name is in the log")
			}
		})
	}
}
