package stories

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// openPages are the pages of public.go that need no session.
var openPages = []string{"/", "/who", "/kept", "/safety", "/privacy", "/accessibility", "/numbers", "/call", "/child", "/helper",
	"/start", "/start/message", "/urgent", "/code", "/code/ended", "/code/lost", "/l", "/print", "/print/poster/malmo", "/print/leaflet",
	"/print/cards", "/nothing-here"}

// guestPages need one.
var guestPages = []string{"/talk", "/talk/log", "/code/mine", "/code/none", "/code/used", "/callback", "/notice", "/talk/end",
	"/talk/ended", "/talk/hide", "/talk/erase"}

// handedPages need what somebody forwarded: a link's answer, whose reader waits
// for a counsellor's yes.
var handedPages = []string{"/l/read"}

// Axe finds nothing on any person's page in any language, and nothing sticks
// out of it: not at 360 px, not with text twice as large. Every rule is asked of
// every page in every language, but the one for colours once for each direction
// and kind of script: other words in the same places have the same colours.
func TestEveryPersonsPageIsAccessibleAndFitsInEveryLanguage(t *testing.T) {
	t.Parallel()
	w := evening(t)
	w.ok(w.office.Set(t.Context(), w.user, office.Funder, "Arvsfonden"))
	w.ok(w.office.Set(t.Context(), w.user, office.PosterBranches, "malmo | Malmö | Tuesdays 17-19, by the library"))
	languages := w.site.WordsFor("en").Choices()
	if len(languages) != 16 {
		t.Fatalf("%d languages", len(languages))
	}
	handed := w.handed()
	for _, l := range languages {
		cookie := w.talking(l.Tag)
		t.Run(l.Tag, func(t *testing.T) {
			t.Parallel()
			v := visit(t, w, phone)
			v.opensInPlace(l.Tag)
			for _, path := range openPages {
				v.meets(l.Tag, path)
			}
			v.carries(cookie)
			for _, path := range guestPages {
				v.meets(l.Tag, path)
			}
			v.carries(handed)
			for _, path := range handedPages {
				v.meets(l.Tag, path)
			}
		})
	}
}

// talking is a person's session in the middle of a talk, with a code.
func (w *world) talking(lang string) (cookie string) {
	w.t.Helper()
	begun, err := w.room.Start(w.t.Context(), chat.First{
		Lang: lang, ClientID: string(helpdesk.NewID()), Live: true, Text: "Hello. I have a question.", Facts: tickets.Facts{Spoken: lang},
	})
	w.ok(err)
	g, err := w.people.Guest(w.t.Context(), begun.Cookie, false)
	w.ok(err)
	_, err = w.people.NewCode(w.t.Context(), g)
	w.ok(err)
	_, err = w.room.Tell(w.t.Context(), w.session(), begun.Ticket, chat.Words{ClientID: "told", Text: "Please ask.", Offers: []string{"Yes", "Later"}})
	w.ok(err)
	return begun.Cookie
}

// handed is the session of somebody who opened a link that another person, who
// has a conversation with us, forwarded.
func (w *world) handed() (cookie string) {
	w.t.Helper()
	s := w.session()
	begun, err := w.room.Start(w.t.Context(), chat.First{
		Lang: "en", ClientID: string(helpdesk.NewID()), Text: "Hello. I have a question.", Facts: tickets.Facts{Spoken: "en"},
	})
	w.ok(err)
	link, err := w.tickets.NewLink(w.t.Context())
	w.ok(err)
	w.ok(w.db.Write(w.t.Context(), "test", func(tx *store.Tx) error {
		c, err := w.tickets.With(w.t.Context(), tx, s, begun.Conversation)
		if err != nil {
			return err
		}
		m := tickets.Message{ID: helpdesk.NewID(), OwnKey: true, Kind: tickets.KindAnswer, Direction: tickets.Out, Author: s.User.ID,
			Content: tickets.Content{Text: "The court wrote."},
			Files:   []tickets.Upload{{Name: "decision.txt", Type: "text/plain", Data: []byte("Within three weeks.")}}}
		if _, err := c.Append(w.t.Context(), tx, m); err != nil {
			return err
		}
		_, err = w.tickets.MakeLink(w.t.Context(), tx, c, m.ID, link)
		return err
	}))
	cookie, waits, err := w.room.OpenLink(w.t.Context(), nil, link.Fragment(), false)
	w.ok(err)
	if !waits {
		w.t.Fatal("who opens a forwarded link need not wait")
	}
	return cookie
}

// carries gives the browser a person's cookie.
func (v *visitor) carries(cookie string) {
	v.t.Helper()
	_, err := chromedp.Call(v.ctx, network.SetCookies, network.SetCookiesParams{Cookies: []*network.CookieParam{{Name: "talk", Value: cookie, URL: v.base}}})
	if err != nil {
		v.t.Fatal(err)
	}
}

// pictured are the languages whose colours are looked at, and whose pages are
// kept as pictures where somebody wants to look at them.
var pictured = map[string]bool{"sv": true, "en": true, "ar": true, "ti": true}

// inPlace writes a page over the one that is there, scripts and all, so that one
// tab sees many pages without loading axe for each: that was most of the time it
// took. That such a page is the page itself is proved below.
const inPlace = `window.inPlace = async (path, scripts) => {
	const answer = await fetch(path, {headers: {Accept: "text/html"}});
	let words = await answer.text();
	if (!scripts) words = words.replace(/<script[^>]*><\/script>/g, "");
	history.replaceState(null, "", answer.url);
	document.open();
	document.write(words);
	document.close();
	if (document.readyState !== "complete") await new Promise(done => addEventListener("load", done, {once: true}));
	return location.pathname;
}`

// opensInPlace prepares a tab for it.
func (v *visitor) opensInPlace(lang string) {
	v.t.Helper()
	v.open("/" + lang + "/who")
	v.do(chromedp.Evaluate[chromedp.Void](axe), chromedp.Evaluate[chromedp.Void](inPlace))
}

func (v *visitor) replace(path string, scripts bool) (at string) {
	v.t.Helper()
	at, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](fmt.Sprintf("inPlace(%q, %t)", path, scripts), chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("%s: %v", path, err)
	}
	return at
}

// meets opens a page and looks at it as a screen reader, a phone and somebody
// with weak eyes do.
func (v *visitor) meets(lang, path string) {
	v.t.Helper()
	page := lang + path
	if at := v.replace("/"+page, true); at != "/"+page {
		v.t.Errorf("%s led to %s", page, at)
		return
	}
	if path == "/talk" {
		v.until("the talk", `document.querySelectorAll(".offers button").length === 2`)
	}
	if text := v.eval("document.documentElement.innerText"); strings.Contains(text, "⟦") || strings.Contains(text, "{0}") {
		v.t.Errorf("%s lacks words", page)
	}
	v.narrow(page)
	if pictured[lang] {
		v.accessible(page)
		v.shot("every-" + page)
	} else {
		v.colourless(page)
	}
	if strings.HasPrefix(path, "/print/") {
		return // as large as its paper
	}
	v.do(chromedp.Evaluate[chromedp.Void](`document.documentElement.style.fontSize = "200%"`))
	v.narrow(page + " with text twice as large")
	if pictured[lang] && (path == "/" || path == "/talk" || path == "/code/mine") {
		v.shot("large-" + page)
	}
}

// A page written over another one is the page a browser opens: the same
// document, as long and as wide, in the same colours, and what is broken in it
// is found.
func TestAPageWrittenInPlaceIsThePageItself(t *testing.T) {
	t.Parallel()
	w := evening(t)
	cookie := w.talking("ar")
	w.stops() // the door is as open at the second look as at the first
	opened, written := visit(t, w, phone), visit(t, w, phone)
	written.opensInPlace("ar")
	// What is drawn by lot for each page is left out.
	const seen = `JSON.stringify([document.compatMode, document.contentType, document.title, document.documentElement.scrollWidth, document.documentElement.scrollHeight,
		getComputedStyle(document.body).fontFamily, [...document.querySelectorAll("*")].map(e => getComputedStyle(e).color).join(),
		document.documentElement.outerHTML.replace(/(name="(client|proof|key)" value=)"[^"]*"/g, "$1")])`
	same := func(path string) {
		t.Helper()
		opened.open("/ar" + path)
		written.replace("/ar"+path, true)
		if path == "/talk" {
			return // it moves: its own stories look at it
		}
		// A page's script may come a moment after its words.
		for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
			a, b := opened.eval(seen), written.eval(seen)
			if a == b {
				return
			}
			if time.Since(began) > 15*time.Second {
				t.Errorf("%s opened:\n%s\nwritten in place:\n%s", path, a, b)
				return
			}
		}
	}
	for _, path := range openPages {
		same(path)
	}
	opened.carries(cookie)
	written.carries(cookie)
	for _, path := range guestPages {
		same(path)
	}
	written.replace("/ar/code", true)
	written.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("label[for=code]").remove(); document.querySelector("main").style.color = "#ddd"`))
	written.finds("label:", "color-contrast:")
}
