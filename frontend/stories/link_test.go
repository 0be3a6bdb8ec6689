package stories

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/post"
	"returnsupport/mailbridge/letter"
)

const hush = "You can still appeal until 3 December."

// secured is a letter that was answered behind a link: the mail that left, the
// link and the digits in it.
func (w *world) secured(n int) (ticket helpdesk.ID, mail *letter.Letter, link, digits string) {
	w.t.Helper()
	w.letter("Farid Ahmadi <farid@persons.example>", "Question about the decision", question)
	row := w.waitTickets(n)[0]
	_, err := w.post.Reply(w.t.Context(), w.session(), post.Answer{
		Ticket: row.Ticket.ID, To: []string{"farid@persons.example"}, Text: hush, Seen: row.Ticket.Last, ClientID: "secure", Secure: true,
	})
	w.ok(err)
	sent := w.delivered(n)
	mail, err = letter.Parse(w.t.Context(), sent.Raw, letter.DefaultLimits())
	w.ok(err)
	link = regexp.MustCompile(`http://\S+/l#\S+`).FindString(mail.Readable())
	digits = regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4} \d{4}`).FindString(mail.Readable())
	if link == "" || digits == "" {
		w.t.Fatalf("no link or digits in:\n%s", mail.Readable())
	}
	return row.Ticket.ID, mail, link, digits
}

func TestASecureAnswerIsReadByThePersonAndByNoScanner(t *testing.T) {
	t.Parallel()
	for _, s := range []screen{phone, desk} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := evening(t)
			ticket, mail, link, _ := w.secured(1)
			text := mail.Subject + "\n" + mail.Readable()
			for _, never := range []string{hush, "appeal", "Question about", "Farid", "Samtalsstöd", "asyl", "How many days"} {
				if strings.Contains(text, never) || mail.From[0].Name != "" {
					t.Errorf("the mail says %q:\n%s", never, text)
				}
			}
			w.scanned(link)

			p := visit(t, w, s)
			p.do(chromedp.Navigate(link))
			p.until("the button", `!document.querySelector("form[data-fragment]").hidden`)
			if rest := p.eval("location.href + history.state"); strings.Contains(rest, "#") {
				t.Errorf("the secret stays in the address: %s", rest)
			}
			p.accessible("a link")
			p.narrow("a link")
			p.shot("link")
			p.click("form[data-fragment] button.main")
			lang := "/" + strings.Split(link, "/")[3]
			p.isAt(lang + "/talk")
			p.until("the answer", `(`+personsLog+`).includes("`+hush+`")`)
			p.accessible("the answer")
			p.shot("link-read")
			p.writes("Thank you. I will do it tomorrow.")
			p.until("sent", `document.querySelectorAll(".said.late").length === 0 && (`+personsLog+`).includes("tomorrow")`)

			ada := visit(t, w, desk)
			ada.signIn()
			ada.open("/w/t/" + string(ticket))
			ada.sees("I will do it tomorrow.")
			ada.accessible("an answer behind a link, at the desk")
			ada.shot("link-desk")

			// Whoever opens it after that.
			q := visit(t, w, s)
			q.do(chromedp.Navigate(link))
			q.click("form[data-fragment] button.main")
			q.arrives("gone", `document.querySelector("form[action='`+lang+`/l/new'] button") !== null`)
			if shown := q.eval("document.body.innerText"); strings.Contains(shown, hush) {
				t.Error("it opens twice")
			}
			q.accessible("a link that is gone")
			q.narrow("a link that is gone")
			q.shot("link-gone")
			q.click(`form[action="` + lang + `/l/new"] button`)
			q.arrives("the wish is taken", `document.querySelector(".notice.ok") !== null`)
			q.shot("link-asked")
			q.accessible("a wish for a link")
			if all := q.cookies(); len(all) != 0 {
				t.Errorf("a link that opens nothing gave cookies: %v", all)
			}
		})
	}
}

func TestACounsellorChoosesThatAnAnswerWaitsBehindALink(t *testing.T) {
	t.Parallel()
	w, v, _ := opened(t, desk)
	v.click("#answer input[name=how][value=secure]")
	v.typeInto("#text", hush)
	v.accessible("a secure answer")
	v.click("#answer button.main")
	v.sees("Ångra")
	mail, err := letter.Parse(t.Context(), w.delivered(1).Raw, letter.DefaultLimits())
	w.ok(err)
	if text := mail.Readable(); strings.Contains(text, "appeal") || !strings.Contains(text, "/l#") {
		t.Errorf("the mail says:\n%s", text)
	}
}

// scanned: programs that look at mails open what they find in them, some with
// a browser that runs scripts. None of them presses.
func (w *world) scanned(link string) {
	w.t.Helper()
	plain, _, _ := strings.Cut(link, "#")
	for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
		r, err := http.NewRequestWithContext(w.t.Context(), method, plain, nil)
		w.ok(err)
		answer, err := http.DefaultClient.Do(r)
		w.ok(err)
		body, err := io.ReadAll(answer.Body)
		w.ok(err)
		answer.Body.Close()
		if strings.Contains(string(body), hush) || len(answer.Cookies()) != 0 {
			w.t.Errorf("%s of the link shows or gives something", method)
		}
	}
	robot := visit(w.t.(*testing.T), w, desk)
	robot.do(chromedp.Navigate(link))
	robot.until("the button", `!document.querySelector("form[data-fragment]").hidden`)
	if shown := robot.eval("document.documentElement.outerHTML"); strings.Contains(shown, hush) {
		w.t.Error("a link that was only looked at shows the answer")
	}
}

func TestTheDigitsOfAMailOpenTheAnswerWithoutScripts(t *testing.T) {
	t.Parallel()
	w := evening(t)
	_, _, link, digits := w.secured(1)
	p := visit(t, w, phone)
	p.plain()
	p.do(chromedp.Navigate(link))
	p.do(chromedp.WaitVisible("#digits"))
	p.shot("digits")
	p.typeInto("#digits", arabic(digits))
	p.click(`main form:not([data-fragment]) button`)
	p.frame(hush)
	p.typeInto("#text", "I have read it.")
	p.click("#say button.main")
	p.frame("I have read it.")
	p.shot("digits-read")
	if all := w.spoken(); !strings.Contains(strings.Join(all, "|"), "I have read it.") {
		t.Errorf("the desk has %q", all)
	}
}

// plain is a browser that runs no scripts.
func (v *visitor) plain() {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		v.t.Fatal(err)
	}
}

// inFrame is what the log shows in its frame.
const inFrame = `document.querySelector("iframe.frame")?.contentDocument?.body?.innerText ?? ""`

// frame waits until the frame with the log shows words.
func (v *visitor) frame(words string) {
	v.t.Helper()
	v.until("the frame shows "+words, `(`+inFrame+`).includes("`+words+`")`)
}
