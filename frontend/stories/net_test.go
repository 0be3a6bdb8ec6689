package stories

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// atTheTable is a talk that goes on, with a net of their own for both.
func atTheTable(t *testing.T, s screen, lang, first string, mine mood) (w *world, p, ada *visitor, persons, desks *wire) {
	t.Helper()
	w = evening(t)
	persons, desks = newWire(t, w), newWire(t, w)
	persons.set(mine)
	ada, p = visit(t, w, desk), visit(t, w, s)
	ada.base, p.base = desks.url(), persons.url()
	ada.present()
	p.begins(lang, first, true)
	p.open("/" + lang + "/talk")
	ada.takes()
	p.until("Ada is here", `document.getElementById("seat").innerText.includes("Ada")`)
	return w, p, ada, persons, desks
}

func TestWhatIsWrittenWhileTheNetIsGoneArrivesOnceAndInOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang   string
		screen screen
	}{{"ar", phone}, {"en", desk}} {
		t.Run(c.screen.name, func(t *testing.T) {
			t.Parallel()
			w, p, ada, persons, desks := atTheTable(t, c.screen, c.lang, "first", well)
			p.stays()
			ada.stays()

			// The person's net is gone: both write on.
			persons.set(cut)
			p.writes("second", "third")
			p.until("both wait", `document.querySelectorAll(".said.late").length === 2`)
			p.until("it is said that the net is gone", `document.getElementById("net").textContent !== ""`)
			p.shot("net-gone-" + c.lang)
			p.accessible("without a net")
			p.narrow("without a net")
			ada.tells("fourth")
			ada.until("fourth is kept", `(`+deskLog+`).includes("fourth")`)
			persons.set(well)
			p.until("everything is there", `(`+personsLog+`) === '["first","fourth","second","third"]'`)
			ada.until("everything is there", `(`+deskLog+`) === '["first","fourth","second","third"]'`)

			// The counsellor's net is gone.
			desks.set(cut)
			ada.tells("fifth")
			ada.tells("sixth")
			ada.until("both wait", `document.querySelectorAll("#pending li").length === 2`)
			ada.until("it is said", `document.querySelector("#say .saved").classList.contains("bad")`)
			ada.shot("net-gone-desk")
			ada.accessible("the desk without a net")
			p.writes("seventh")
			p.until("seventh is kept", `document.querySelectorAll(".said.late").length === 0`)
			desks.set(well)
			const all = `'["first","fourth","second","third","seventh","fifth","sixth"]'`
			ada.until("everything is there", `(`+deskLog+`) === `+all)
			p.until("everything is there", `(`+personsLog+`) === `+all)

			// The house hears, and its answer is lost: it is sent again, and
			// still stands there once. Nothing overtakes what is not answered yet,
			// so all that went before is.
			p.until("nothing waits", `document.querySelectorAll(".said.late").length === 0`)
			ada.until("nothing waits", `document.querySelectorAll("#pending li").length === 0`)
			persons.set(swallowed)
			desks.set(swallowed)
			p.writes("eighth")
			w.soon("the house has it", func() bool { return slices.Contains(w.spoken(), "eighth") })
			ada.tells("ninth")
			w.soon("the house has it", func() bool { return slices.Contains(w.spoken(), "ninth") })
			persons.set(well)
			desks.set(well)
			const more = `'["first","fourth","second","third","seventh","fifth","sixth","eighth","ninth"]'`
			p.until("everything is there, once", `(`+personsLog+`) === `+more)
			ada.until("everything is there, once", `(`+deskLog+`) === `+more)
			ada.until("nothing waits", `document.querySelectorAll("#pending li").length === 0`)
			p.stayed()
			ada.stayed()
			p.open("/" + c.lang + "/talk")
			p.until("also when the page is opened anew", `(`+personsLog+`) === `+more)
		})
	}
}

// A net that changes under an open page ends nothing and tells nobody: what was
// open is dead, and looks alive. Both write on, and hear each other, without a
// hand on the page.
func TestWhenTheNetDiesUnnoticedBothWriteOn(t *testing.T) {
	t.Parallel()
	w, p, ada, persons, desks := atTheTable(t, phone, "ar", "first", well)
	for _, v := range []*visitor{p, ada} {
		v.hurries()
		v.do(chromedp.Reload())
	}
	p.arrives("the talk", `(`+personsLog+`).includes("first")`)
	ada.arrives("the talk", `(`+deskLog+`).includes("first")`)
	p.stays()
	ada.stays()
	// The person alone: they hear what is said without having written.
	persons.moves()
	ada.tells("second")
	p.until("the person hears", `(`+personsLog+`) === '["first","second"]'`)
	// A word that was under way when the way changed holds up nothing.
	desks.moves()
	persons.moves()
	ada.tells("third")
	ada.tells("fourth")
	p.until("third and fourth", `(`+personsLog+`) === '["first","second","third","fourth"]'`)
	p.writes("fifth", "sixth")
	const all = `'["first","second","third","fourth","fifth","sixth"]'`
	ada.until("fifth and sixth", `(`+deskLog+`) === `+all)
	p.until("nothing waits", `document.querySelectorAll(".said.late").length === 0 && (`+personsLog+`) === `+all)
	ada.until("nothing waits", `document.querySelectorAll("#pending li").length === 0`)
	// Who waits in the list is heard of, too, though its bell hung on the old way.
	bo := visit(t, w, desk)
	bos := newWire(t, w)
	bo.base = bos.url()
	bo.hurries()
	bo.signInAs("bo", w.others["bo"])
	bo.open("/w/queue?q=team")
	bo.arrives("the queue", `document.querySelector("#list") !== null`)
	bo.stays()
	bos.moves()
	w.letter("Farid <farid@persons.example>", "Question", "How many days?\n")
	w.waitTickets(2)
	bo.sees("Question")
	bo.stayed()
	p.stayed()
	ada.stayed()
}

// Networks of detention centres refuse websockets, or open them and let
// nothing through.
func TestWhereWebsocketsAreBlockedTheTalkGoesOnByPolls(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]mood{"refused": noSockets, "deaf": deafSockets} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, p, ada, persons, _ := atTheTable(t, phone, "ti", "first", m)
			p.stays()
			ada.tells("second")
			p.until("second", `(`+personsLog+`) === '["first","second"]'`)
			p.writes("third")
			ada.until("third", `(`+deskLog+`) === '["first","second","third"]'`)
			for _, words := range []string{"fourth", "fifth"} { // one poll after the other
				ada.tells(words)
				p.until(words, `(`+personsLog+`).includes("`+words+`")`)
			}
			p.stayed()
			if persons.tried() == 0 {
				t.Error("no websocket was tried, so nothing was proved")
			}
			if words := p.eval(`document.getElementById("net").textContent`); words != "" {
				t.Errorf("the page says %q though everything arrives", words)
			}
		})
	}
}

// hurries lets the clock of every page run five times as fast: what scripts wait
// for comes sooner, and they are the same scripts.
func (v *visitor) hurries() {
	v.t.Helper()
	_, err := chromedp.Call(v.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `(() => {
		const times = 5, since = Date.now(), real = Date.now.bind(Date), once = setTimeout.bind(window), often = setInterval.bind(window);
		Date.now = () => since + (real() - since) * times;
		window.setTimeout = (f, ms, ...more) => once(f, ms / times, ...more);
		window.setInterval = (f, ms, ...more) => often(f, ms / times, ...more);
		AbortSignal.timeout = ms => { const c = new AbortController(); setTimeout(() => c.abort(), ms); return c.signal; };
	})()`})
	if err != nil {
		v.t.Fatal(err)
	}
}

// writes sends what a person types, one message each.
func (v *visitor) writes(all ...string) {
	v.t.Helper()
	for _, text := range all {
		v.typeInto("#text", text)
		v.click("#say button.main")
	}
}
