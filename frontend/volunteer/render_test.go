package volunteer

import (
	"log/slog"
	"strings"
	"testing"

	"returnsupport/frontend"
	"returnsupport/frontend/pagetest"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/bus"
)

var pages = []frontend.Shown{&SignIn{}, &Again{}, &Invited{}, &Enrolled{}, &Home{}, &HandOn{}, &Danger{}, &Follow{}, &Ask{}, &Talk{}, &How{}, &Cards{}, &Sheet{}, &Know{}, &Guide{}, &Near{}, &NearOne{}, &Members{}}

func TestEveryTemplateIsRenderedInEveryLanguageOfTheDesk(t *testing.T) {
	words := pagetest.Words(t)
	s, err := frontend.New(frontend.Options{Log: slog.New(slog.DiscardHandler), Door: pagetest.Nobody{}, Branches: pagetest.Nobody{}, Bus: bus.InProcess(), Words: words, PublicName: "Samtalsstöd"})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, part := range []string{"top", "end", "up", "entering", "covered", "reach", "nameless", "unknowing", "last", "hours"} {
		seen["volunteer."+part] = true
	}
	for _, lang := range []string{"sv", "en"} {
		for _, full := range []bool{true, false} {
			for _, page := range pages {
				pagetest.Fill(page, s.WordsFor(lang), full, seen)
				shown := []frontend.Shown{page}
				switch p := page.(type) { // the faces a page has beside its full one
				case *Home:
					if one := *p; full {
						one.Waits = false
						shown = append(shown, &one)
					}
				case *Follow:
					if one := *p; full {
						one.Over = nil
						shown = append(shown, &one)
					}
				case *HandOn:
					if one := *p; full {
						one.Unknowing = false
						shown = append(shown, &one)
					}
				case *How:
					if one := *p; full {
						one.Asked = ""
						shown = append(shown, &one)
					}
				}
				for _, page := range shown {
					html, err := s.Render(page)
					if err != nil {
						t.Errorf("%T in %s: %v", page, lang, err)
						continue
					}
					for _, bad := range []string{"⟦", "<nil>", "%!", "ZgotmplZ", "<b>&\"x</", "style="} {
						if at := strings.Index(string(html), bad); at >= 0 {
							t.Errorf("%T in %s has %q: …%s", page, lang, bad, html[max(0, at-80):min(len(html), at+80)])
						}
					}
				}
			}
		}
	}
	for _, name := range s.Templates() {
		if strings.HasPrefix(name, "volunteer.") && !seen[name] {
			t.Errorf("template %s belongs to no page", name)
		}
	}
}

// Every code the house knows has its words, in each language.
func TestEveryStateNeedAndHintHasItsWords(t *testing.T) {
	words := pagetest.Words(t)
	var keys []string
	for _, n := range branches.Needs {
		keys = append(keys, "branch.need."+string(n), "volunteer.scope."+string(n))
	}
	for _, s := range []branches.Status{branches.Received, branches.Answered, branches.Waiting, branches.Ended} {
		keys = append(keys, "branch.status."+string(s), "branch.status."+string(s)+".text")
	}
	for _, e := range branches.Endings {
		keys = append(keys, "branch.ending."+endingKey(e), "branch.ending."+endingKey(e)+".text")
	}
	for _, k := range append([]branches.TaskKind{branches.Authority}, branches.TaskKinds...) {
		keys = append(keys, "branch.task."+string(k))
	}
	for _, s := range []branches.TaskState{branches.TaskOpen, branches.TaskTaken, branches.TaskDone, branches.TaskCannot} {
		keys = append(keys, "branch.taskstate."+string(s))
	}
	for _, s := range []branches.CardState{branches.CardFree, branches.CardGiven, branches.CardUsed, branches.CardExpired} {
		keys = append(keys, "branch.card."+string(s))
	}
	for _, s := range []branches.TalkState{branches.TalkWaits, branches.TalkAnswered, branches.TalkClosed} {
		keys = append(keys, "branch.talk."+string(s))
	}
	for _, r := range branches.Reaches {
		keys = append(keys, "volunteer.hand.reach."+string(r))
	}
	for _, w := range whens {
		keys = append(keys, "volunteer.how."+w)
	}
	for what := range dones {
		keys = append(keys, "volunteer.said."+what)
	}
	for _, lang := range []string{"sv", "en"} {
		for _, k := range keys {
			if !words.Knows(lang, k) {
				t.Errorf("%s lacks %s", lang, k)
			}
		}
	}
}
