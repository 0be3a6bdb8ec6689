package stories

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/tickets"
)

// openPages are the pages of public.go that need no session.
var openPages = []string{"/", "/who", "/kept", "/safety", "/privacy", "/accessibility", "/numbers", "/call", "/child", "/helper",
	"/start", "/start/message", "/urgent", "/code", "/code/ended", "/code/lost", "/l", "/print", "/print/poster/malmo", "/print/leaflet",
	"/print/cards", "/nothing-here"}

// guestPages need one.
var guestPages = []string{"/talk", "/talk/log", "/code/mine", "/code/none", "/code/used", "/callback", "/notice", "/talk/end",
	"/talk/ended", "/talk/hide", "/talk/erase"}

// Axe finds nothing on any person's page in any language, and nothing sticks
// out of it: not at 360 px, not with text twice as large.
func TestEveryPersonsPageIsAccessibleAndFitsInEveryLanguage(t *testing.T) {
	w := evening(t)
	w.ok(w.office.Set(t.Context(), w.user, office.Funder, "Arvsfonden"))
	w.ok(w.office.Set(t.Context(), w.user, office.PosterBranches, "malmo | Malmö | Tuesdays 17-19, by the library"))
	languages := w.site.WordsFor("en").Choices()
	if len(languages) != 16 {
		t.Fatalf("%d languages", len(languages))
	}
	for _, l := range languages {
		cookie := w.talking(l.Tag)
		t.Run(l.Tag, func(t *testing.T) {
			t.Parallel()
			v := visit(t, w, phone)
			for _, path := range openPages {
				v.meets(l.Tag, path)
			}
			v.carries(cookie)
			for _, path := range guestPages {
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

// carries gives the browser a person's cookie.
func (v *visitor) carries(cookie string) {
	v.t.Helper()
	_, err := chromedp.Call(v.ctx, network.SetCookies, network.SetCookiesParams{Cookies: []*network.CookieParam{{Name: "talk", Value: cookie, URL: v.base}}})
	if err != nil {
		v.t.Fatal(err)
	}
}

// painted are the languages whose pages are measured for contrast and kept as
// pictures: colours are the same in all, and this is most of the time it takes.
var painted = map[string]bool{"sv": true, "en": true, "ar": true, "ti": true}

// meets opens a page and looks at it as a screen reader, a phone and somebody
// with weak eyes do.
func (v *visitor) meets(lang, path string) {
	v.t.Helper()
	v.open("/" + lang + path)
	page := lang + path
	if at := v.eval("location.pathname"); at != "/"+lang+path {
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
	if painted[lang] {
		v.accessible(page)
		v.shot("every-" + page)
	} else {
		v.accessible(page, "color-contrast")
	}
	if strings.HasPrefix(path, "/print/") {
		return // as large as its paper
	}
	v.do(chromedp.Evaluate[chromedp.Void](`document.documentElement.style.fontSize = "200%"`))
	v.narrow(page + " with text twice as large")
	if painted[lang] && (path == "/" || path == "/talk" || path == "/code/mine") {
		v.shot("large-" + page)
	}
}
