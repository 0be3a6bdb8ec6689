package public

import (
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"returnsupport/frontend"
	"returnsupport/frontend/pagetest"
	"returnsupport/helpdesk/bus"
)

// pages are all page structs; what they hold is found by reflection.
var pages = []frontend.Shown{
	&Landing{}, &Reading{}, &Numbers{}, &Call{}, &Helper{}, &Info{}, &Child{}, &Urgent{}, &Prints{}, &Poster{}, &Leaflet{}, &Cards{},
	&Before{}, &Question{}, &Write{}, &Again{}, &Offer{}, &Code{}, &Declined{}, &Enter{}, &Used{}, &CallBack{}, &NoticeForm{},
	&Ask{}, &Adult{}, &Mine{}, &Left{}, &Receipt{}, &Saved{}, &Copy{}, &Talk{}, &Log{}, &LogEnded{}, &End{}, &Ended{}, &Hide{}, &Erase{}, &Erased{}, &Link{}, &LinkGone{}, &Handed{},
}

func site(t *testing.T) *frontend.Site {
	t.Helper()
	words := pagetest.Words(t)
	s, err := frontend.New(frontend.Options{
		Log: slog.New(slog.DiscardHandler), Door: pagetest.Nobody{}, Guests: pagetest.Nobody{}, Bus: bus.InProcess(), Words: words, PublicName: "Samtalsstöd",
		Now: func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryPageIsRenderedInEveryLanguage(t *testing.T) {
	s := site(t)
	seen := map[string]bool{}
	languages := s.WordsFor("en").Choices()
	if len(languages) < 2 {
		t.Fatalf("only %d languages", len(languages))
	}
	for _, l := range languages {
		for _, full := range []bool{true, false} {
			for _, page := range pages {
				pagetest.Fill(page, s.WordsFor(l.Tag), full, seen)
				html, err := s.Render(page)
				if err != nil {
					t.Errorf("%T in %s: %v", page, l.Tag, err)
					continue
				}
				for _, bad := range []string{"⟦", "<nil>", "%!", "ZgotmplZ", "<b>&\"x</", "style=", "onclick", "<script>", "{0}", "{1}", "http://", "https://"} {
					if at := strings.Index(strings.ReplaceAll(string(html), "http://www.w3.org/2000/svg", ""), bad); at >= 0 {
						t.Errorf("%T in %s has %q", page, l.Tag, bad)
					}
				}
			}
		}
	}
	for _, name := range s.Templates() {
		if strings.HasPrefix(name, "public.") && !seen[name] && name != "public.top" && name != "public.end" && name != "public.sprite" {
			t.Errorf("template %s belongs to no page", name)
		}
	}
}

// TestEverySentenceIsUsed keeps fourteen translators from work for nothing.
func TestEverySentenceIsUsed(t *testing.T) {
	var all strings.Builder
	for _, dir := range []string{".", "../templates/public", "..", "../../consent"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() || strings.HasSuffix(e.Name(), "_test.go") || strings.HasSuffix(e.Name(), ".md") {
				continue
			}
			text, err := os.ReadFile(dir + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	code := all.String()
	words := pagetest.Words(t)
	for _, key := range words.Keys("en") {
		group, _, _ := strings.Cut(key, ".")
		if elsewhere[group] || elsewhere[key] || strings.Contains(code, `"`+key+`"`) || made(key, code) {
			continue
		}
		t.Errorf("nobody says %s", key)
	}
}

// elsewhere are groups that other rooms of the house say.
var elsewhere = map[string]bool{
	"letter": true, "phrase": true, "system": true, "crisis": true, "chat": true, "code": true, "late": true, "erase": true, "line": true,
	"upload": true, "notice.address": true, "trouble": true, "when": true, "span": true, "size": true, "weekday": true, "month": true, "moment": true,
}

// made tells whether a key is put together: "privacy." + k.
func made(key, code string) bool {
	for at := len(key) - 1; at > 0; at-- {
		if key[at] == '.' && strings.Contains(code, `"`+key[:at+1]+`"`) {
			return true
		}
	}
	return false
}
