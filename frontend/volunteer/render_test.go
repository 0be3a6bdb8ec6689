package volunteer

import (
	"context"
	"html/template"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
)

var pages = []frontend.Shown{&SignIn{}, &Again{}, &Invited{}, &Enrolled{}, &Home{}, &HandOn{}, &Danger{}, &Follow{}, &Ask{}, &Talk{}, &How{}, &Cards{}, &Sheet{}, &Know{}, &Guide{}, &Near{}, &NearOne{}, &Members{}}

type nobody struct{}

func (nobody) Session(context.Context, string, bool) (*staff.Session, error) {
	return nil, helpdesk.ErrDenied
}

func (nobody) Outsider(context.Context, string, bool) (frontend.Outsider, error) {
	return nil, helpdesk.ErrDenied
}

// fill gives every field something to show, or nothing at all.
func fill(v reflect.Value, words frontend.Words, full bool, seen map[string]bool) {
	seen[v.Type().String()] = true
	if v.Type() == reflect.TypeFor[frontend.Words]() {
		v.Set(reflect.ValueOf(words))
		return
	}
	if v.Type() == reflect.TypeFor[template.HTML]() {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Brings" {
				fill(v.Field(i), words, full, seen)
			}
		}
	case reflect.Pointer:
		if full {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), words, full, seen)
		}
	case reflect.Slice:
		if full {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			for i := range 2 {
				fill(v.Index(i), words, full, seen)
			}
		}
	case reflect.String:
		if full {
			v.SetString("<b>&\"x")
		}
	case reflect.Bool:
		v.SetBool(full)
	case reflect.Int, reflect.Int64:
		if full {
			v.SetInt(3)
		}
	}
}

func TestEveryTemplateIsRenderedInEveryLanguageOfTheDesk(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := frontend.New(frontend.Options{Log: slog.New(slog.DiscardHandler), Door: nobody{}, Branches: nobody{}, Bus: bus.InProcess(), Words: words, PublicName: "Samtalsstöd"})
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
				v := reflect.ValueOf(page).Elem()
				v.SetZero()
				fill(v, s.WordsFor(lang), full, seen)
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
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
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
