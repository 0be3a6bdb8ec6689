package frontend

import (
	"strings"
	"testing"
	"time"
)

// guessing is a house whose person's door POST /code may be knocked at.
func guessing(t *testing.T, change ...func(*Options)) (*house, *guests) {
	return publicHouse(t, func(s *Site) {
		s.Public("POST", "/code", Public, Knocking(func(v *Visit) error { return v.Text("tried") }))
		s.Route("POST", "/w/sign-in", Anyone, Knocking(func(v *Visit) error { return v.Text("tried") }))
	}, change...)
}

func TestWhoIsRefusedAgainAndAgainIsBlockedForAWhileAndNobodyElse(t *testing.T) {
	var clock tick
	h, g := guessing(t, func(o *Options) { o.Now = clock.now })
	g.come("anna")
	anna, flood := h.guest("anna"), h.guest("")
	_, proof := h.ask(anna, "GET", "/en/talk", "", nil)
	guess := func(lang string) (int, string, string) {
		res, text := h.ask(flood, "POST", "/"+lang+"/code", formKind, form("code", "1"))
		return res.StatusCode, res.Header.Get("Retry-After"), text
	}
	for n := range personKnockRate.Burst + refusedRate.Burst {
		status, after, text := guess("en")
		if allowed := n < personKnockRate.Burst; (status == 200) != allowed || !allowed && (after != "1" || !strings.Contains(text, "Very many try")) {
			t.Fatalf("try %d: %d, %s, %s", n, status, after, text)
		}
	}
	for lang, says := range map[string][]string{
		"en": {"We cannot take messages from you here just now.", "This ends by itself: in 15 minutes", "You can call us.", "020-41 50 00"},
		"sv": {"Vi kan inte ta emot", "Det går över av sig självt: om 15 minuter", "020-41 50 00"},
	} {
		status, after, text := guess(lang)
		for _, s := range says {
			if status != 429 || after != "900" || !strings.Contains(text, s) {
				t.Errorf("%s: %d, %s, no %q in\n%s", lang, status, after, s, text)
			}
		}
	}
	// A line that has long emptied does not end it, and nothing else is begun.
	clock.forward(blockedFor - time.Second)
	if status, _, text := guess("en"); status != 429 || !strings.Contains(text, "in 1 minute") {
		t.Errorf("before its end: %d %s", status, text)
	}
	if res, _ := h.ask(h.guest(""), "POST", "/en/begin", formKind, form("text", "hej")); res.StatusCode != 429 {
		t.Errorf("a beginning: %d", res.StatusCode)
	}
	// Others behind the same address go on.
	if res, text := h.ask(anna, "POST", "/en/talk/say", formKind, form("proof", proof, "text", "hej")); res.StatusCode != 200 || text != "said hej" {
		t.Errorf("a talk that lives: %d %s", res.StatusCode, text)
	}
	if res, _ := h.ask(anna, "GET", "/en/talk/news", "", nil); res.StatusCode != 200 {
		t.Errorf("its news: %d", res.StatusCode)
	}
	if res, _ := h.ask(h.guest(""), "GET", "/en/who", "", nil); res.StatusCode != 200 {
		t.Errorf("a page to read: %d", res.StatusCode)
	}
	if res, _ := h.ask(h.browser(""), "POST", "/w/sign-in", formKind, form("login", "ada")); res.StatusCode != 200 {
		t.Errorf("the desk's door: %d", res.StatusCode)
	}
	if res, text := h.ask(flood, "GET", "/x", "", nil); res.StatusCode != 303 {
		t.Errorf("the exit: %d %s", res.StatusCode, text)
	}
	clock.forward(time.Second)
	if status, _, text := guess("en"); status != 200 {
		t.Errorf("after its end: %d %s", status, text)
	}
}

func TestWhoWaitsAsToldIsNeverBlocked(t *testing.T) {
	var clock tick
	h, _ := guessing(t, func(o *Options) { o.Now = clock.now })
	c := h.guest("")
	for n := range personKnockRate.Burst + 4*refusedRate.Burst {
		res, text := h.ask(c, "POST", "/en/code", formKind, form("code", "1"))
		if res.StatusCode == 429 {
			if res.Header.Get("Retry-After") != "1" || strings.Contains(text, "ends by itself") {
				t.Fatalf("try %d: %s", n, text)
			}
			clock.forward(3 * time.Second)
		}
	}
}

func TestAFloodOfBeginningsTakesNothingFromTalks(t *testing.T) {
	var clock tick
	h, g := guessing(t, func(o *Options) { o.Now = clock.now; o.Ceiling.Burst, o.Ceiling.Every = 3, time.Minute })
	g.come("anna")
	anna := h.guest("anna")
	_, proof := h.ask(anna, "GET", "/en/talk", "", nil)
	status := 0
	for range 10 {
		res, _ := h.ask(h.guest(""), "POST", "/en/begin", formKind, form("text", "hej"))
		status = res.StatusCode
	}
	if status != 429 {
		t.Fatalf("the flood is not stopped: %d", status)
	}
	if res, text := h.ask(anna, "POST", "/en/talk/say", formKind, form("proof", proof, "text", "hej")); res.StatusCode != 200 {
		t.Errorf("a talk that lives: %d %s", res.StatusCode, text)
	}
}
