package stories

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/tickets"
)

const question = "Hello,\n\nHow many days do I have?\n\nFarid\n"

// opened is a world with one letter, its ticket and a counsellor before it.
func opened(t *testing.T, s screen) (*world, *visitor, string) {
	w := newWorld(t)
	w.letter("Farid Ahmadi <farid@persons.example>", "Question about the decision", question)
	row := w.waitTickets(1)[0]
	v := visit(t, w, s)
	v.signIn()
	path := "/w/t/" + string(row.Ticket.ID)
	v.open(path)
	v.sees("How many days")
	return w, v, path
}

func TestSomethingNewStopsTheSendingAndNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	w, v, _ := opened(t, desk)
	v.typeInto("#text", "You have three weeks.")
	v.sees("Utkast sparat")
	sheet := w.waitTickets(1)[0]
	// The same person writes again while the answer is being typed.
	w.letter("Farid Ahmadi <farid@persons.example>", "Re: Question about the decision", "I have found my lawyer!\n", "References: "+firstID(w, sheet))
	v.sees("I have found my lawyer!")
	v.click("#answer button.main")
	v.sees("Svaret är inte skickat")
	v.until("the new letter is ringed", `document.querySelectorAll(".message.fresh").length === 1`)
	if got := v.eval(`document.getElementById("text").value`); got != "You have three weeks." {
		t.Fatalf("the text became %q", got)
	}
	v.accessible("stopped")
	v.shot("stopped")
	if n := len(w.mail.Outbox()); n != 0 {
		t.Fatalf("%d mails left", n)
	}
	v.click("#answer button[name=anyway]")
	v.sees("Ångra")
	w.delivered(1)
	v.until("it is said to be sent", `document.querySelector(".message.answer .chip.ok") !== null`)
}

// firstID is the Message-ID of a ticket's first letter.
func firstID(w *world, row tickets.Row) string {
	sheet, err := w.tickets.Page(w.t.Context(), w.session(), row.Ticket.ID)
	w.ok(err)
	return "<" + sheet.Messages[0].Content.MessageID + ">"
}

func TestAnAnswerIsUndoneAndItsWordsComeBack(t *testing.T) {
	t.Parallel()
	w, v, _ := opened(t, phone)
	w.ok(w.office.Set(t.Context(), w.user, office.UndoSeconds, "120"))
	w.stops() // however slow the machine is, the answer is still in the house
	v.typeInto("#text", "Too early.")
	v.click("#answer button.main")
	v.click(".toast button")
	v.sees("Svaret skickades inte")
	if got := v.eval(`document.getElementById("text").value`); got != "Too early." {
		t.Fatalf("the text became %q", got)
	}
	v.shot("undone")
	if n := len(w.mail.Outbox()); n != 0 {
		t.Fatalf("%d mails left", n)
	}
}

// Leaving the field saves a draft, and the button is outside the field: what was
// sent must not come back as a draft that was saved a moment later.
func TestADraftOnItsWayArrivesBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	_, v, _ := opened(t, desk)
	v.do(chromedp.Evaluate[chromedp.Void](`{
		const fetched = window.fetch;
		window.fetch = (path, how) => !String(path).includes("draft") ? fetched(path, how) :
			new Promise(done => setTimeout(done, 1500)).then(() => fetched(path, how)).then(r => { sessionStorage.setItem("draft", "saved"); return r; });
	}`))
	v.typeInto("#text", "You have three weeks.")
	v.click("#answer button.main")
	v.sees("Ångra")
	if v.eval(`sessionStorage.getItem("draft")`) != "saved" {
		t.Error("the answer overtook its draft")
	}
	if got := v.eval(`document.getElementById("text").value`); got != "" {
		t.Errorf("the composer holds what was sent: %q", got)
	}
}

func TestWhatIsTypedOutlivesTheSession(t *testing.T) {
	t.Parallel()
	w, v, path := opened(t, desk)
	v.typeInto("#text", "Half an answer")
	v.sees("Utkast sparat")
	all, err := w.staff.Sessions(t.Context(), w.session())
	w.ok(err)
	for _, s := range all {
		w.ok(w.staff.EndSession(t.Context(), w.session(), s.ID))
	}
	v.until("it is said on the page", `!document.getElementById("ended").hidden`)
	v.shot("ended")
	v.accessible("ended")
	v.click("#answer button.main")
	v.until("the door", `location.pathname === "/w/sign-in"`)
	v.sees("Texten finns sparad som utkast")
	v.shot("ended-door")
	v.typeInto("#login", "ada")
	v.typeInto("#words", w.words)
	v.click("main button.main")
	v.arrives("back at the ticket", `location.pathname === "`+path+`"`)
	if got := v.eval(`document.getElementById("text").value`); got != "Half an answer" {
		t.Fatalf("the text became %q", got)
	}
	if n := len(w.mail.Outbox()); n != 0 {
		t.Fatalf("%d mails left", n)
	}
}

func TestTheDeskIsWorkedWithTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.letter("Farid Ahmadi <farid@persons.example>", "First question", question)
	w.waitTickets(1)
	w.letter("Maryam <maryam@persons.example>", "Second question", question)
	w.waitTickets(2)
	v := visit(t, w, desk)
	v.signIn()
	v.arrives("both letters", `document.querySelectorAll(".queue a").length === 2 &&
		performance.getEntriesByType("resource").some(r => r.initiatorType === "xmlhttprequest")`) // the bell has rung in
	press := func(keys string) { t.Helper(); v.do(chromedp.KeyEvent(keys)) }
	press("j")
	v.until("the first is chosen", `document.activeElement.innerText.includes("First question")`)
	press("j")
	press("k")
	press("j")
	v.until("the second is chosen", `document.activeElement.innerText.includes("Second question")`)
	press(kb.Enter)
	v.arrives("it opens", `document.querySelector("h1") && document.querySelector("h1").innerText.includes("Second question")`)
	press("?")
	v.until("the keys", `document.getElementById("keys").open`)
	v.accessible("keys")
	v.shot("keys")
	press(kb.Escape)
	v.until("no keys", `!document.getElementById("keys").open`)
	press("t")
	v.arrives("taken", `document.body.innerText.includes("Du har tagit samtalet")`)
	press("n")
	v.until("the note", `document.activeElement.id === "note"`)
	press("a")
	v.until("a letter is a letter there", `document.getElementById("note").value.endsWith("a")`)
	v.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	press("r")
	v.until("the answer", `document.activeElement.id === "text"`)
	v.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	press("a")
	v.until("the menu", `document.activeElement.id === "give-to"`)
	v.accessible("menu")
	v.shot("menu")
	press(kb.Escape)
	v.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	press("e")
	v.arrives("closed", `document.body.innerText.includes("Samtalet är avslutat")`)
	press("u")
	v.arrives("the closed ones", `location.search.includes("closed")`)
	v.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	v.until("the palette", `document.getElementById("palette").open && document.activeElement.id === "palette-find"`)
	v.accessible("palette")
	press("utg")
	v.shot("palette")
	press(kb.Enter)
	v.until("the outbox", `location.pathname === "/w/outbox"`)
}

func TestWithoutASocketThePageAsksByTheClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := visit(t, w, phone)
	_, err := chromedp.Call(v.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `window.WebSocket = function () { var s = this; s.close = function () {}; setTimeout(function () { s.onclose && s.onclose({code: 1006}); }, 10); };`,
	})
	if err != nil {
		t.Fatal(err)
	}
	v.signIn()
	v.do(chromedp.Evaluate[chromedp.Void](`window.stayed = true`))
	w.letter("Farid Ahmadi <farid@persons.example>", "By the clock", question)
	v.sees("By the clock")
	if v.eval("window.stayed") != "true" {
		t.Error("the page was loaded anew")
	}
	// A menu on a narrow screen stays on it.
	v.click(".queue a")
	v.click(`summary[data-say="Hur bråttom?"]`)
	v.narrow("ticket with a menu")
}

func TestTheDeskWorksWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.letter("Farid Ahmadi <farid@persons.example>", "Question about the decision", question)
	w.waitTickets(1)
	v := visit(t, w, phone)
	if _, err := chromedp.Call(v.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	v.open("/w/sign-in")
	v.typeInto("#login", "ada")
	v.typeInto("#words", w.words)
	v.click("main button.main")
	v.click(".queue a")
	v.typeInto("#text", "Three weeks.")
	v.click("#answer button.main")
	v.click(".toast button")
	v.do(chromedp.WaitVisible(".notice.ok"))
	v.click("#answer button.main")
	v.do(chromedp.WaitVisible(".toast"))
	sent := w.delivered(1)
	if !strings.Contains(string(sent.Raw), "Three weeks.") {
		t.Fatalf("left: %s", sent.Raw)
	}
}

func TestALetterOfWebPagesLoadsNothingAndRunsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const gif = "R0lGODlhAQABAIAAAP8AAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
	w.letter("Farid Ahmadi <farid@persons.example>", "Pictures",
		"--b\nContent-Type: text/html; charset=utf-8\n\n<p>Hello <b>you</b> <img src=\"cid:dot\" alt=\"a dot\"><img src=\"http://evil.example/p.gif\"></p><script>document.title='owned'</script></section></main><p onclick=\"x()\">After</p>\n"+
			"--b\nContent-Type: image/gif\nContent-ID: <dot>\nContent-Disposition: inline; filename=dot.gif\nContent-Transfer-Encoding: base64\n\n"+gif+"\n--b--\n",
		`Content-Type: multipart/related; boundary="b"`)
	row := w.waitTickets(1)[0]
	v := visit(t, w, desk)
	v.signIn()
	v.open("/w/t/" + string(row.Ticket.ID))
	v.sees("After")
	v.until("its own picture is shown", `document.querySelector(".formatted img[alt='a dot']") && document.querySelector(".formatted img[alt='a dot']").naturalWidth === 1`)
	if strings.Contains(v.eval("document.title"), "owned") || v.eval(`document.querySelectorAll(".formatted script, .formatted [onclick]").length`) != "0" {
		t.Error("something of the letter runs")
	}
	if got := v.eval(`performance.getEntriesByType("resource").filter(r => !r.name.startsWith(location.origin)).length`); got != "0" {
		t.Errorf("%s things were loaded from elsewhere", got)
	}
	if v.eval(`document.querySelector("#answer") !== null && document.querySelector(".ticket").contains(document.querySelector("#answer"))`) != "true" {
		t.Error("the letter broke out of its frame")
	}
	v.accessible("a letter of web pages")
	v.shot("html")
}

// A letter that begins a conversation is kept while it is typed, too: the page
// shows it again until it is sent.
func TestALetterNobodyHasYetIsKeptWhileItIsTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := visit(t, w, phone)
	v.signIn()
	v.open("/w/write")
	v.typeInto("#to", "farid@persons.example")
	v.typeInto("#subject", "Your question")
	v.typeInto("#text", "You have three weeks.")
	v.sees("Utkast sparat")
	written := `["to", "subject", "text"].map(n => document.getElementById(n).value).join("|")`
	const all = "farid@persons.example|Your question|You have three weeks."
	v.open("/w/queue")
	v.open("/w/write")
	if got := v.eval(written); got != all {
		t.Fatalf("the page shows %q", got)
	}
	v.sees("Utkast sparat")
	// A pause in typing saves, and so does leaving a field: only that it is
	// saved once more is certain, not how often.
	before := v.eval(`document.querySelector("[name=draft-version]").value`)
	v.typeInto("#text", " Call us.")
	v.until("saved again", `Number(document.querySelector("[name=draft-version]").value) > `+before)
	v.click("main .send button")
	v.sees("Ångra")
	w.delivered(1)
	v.open("/w/write")
	if got := v.eval(written); got != "||" {
		t.Fatalf("after sending the page shows %q", got)
	}

	v.typeInto("#to", "nobody")
	v.typeInto("#subject", "Your question")
	v.typeInto("#text", "Hello")
	v.click("main .send button")
	v.sees("Brevet är inte skickat")
	v.open("/w/write")
	if got := v.eval(written); got != "nobody|Your question|Hello" {
		t.Fatalf("after a refusal the page shows %q", got)
	}
}
