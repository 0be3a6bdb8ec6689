package partner

import (
	"context"
	"html/template"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
)

var pages = []frontend.Shown{&SignIn{}, &Closed{}, &Invited{}, &Enrolled{}, &Opening{}, &Arrivals{}, &Colleagues{}, &Handover{}}

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
	s, err := frontend.New(frontend.Options{Log: slog.New(slog.DiscardHandler), Door: nobody{}, Outside: nobody{}, Bus: bus.InProcess(), Words: words, PublicName: "Samtalsstöd"})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{"partner.top": true, "partner.end": true, "partner.entering": true, "partner.restrictions": true, "partner.whole": true}
	for _, lang := range []string{"sv", "en"} {
		for _, full := range []bool{true, false} {
			for _, page := range pages {
				v := reflect.ValueOf(page).Elem()
				v.SetZero()
				fill(v, s.WordsFor(lang), full, seen)
				shown := []frontend.Shown{page}
				if h, is := page.(*Handover); is && full { // what ended, what waits for a yes, and the whole
					one, two := *h, *h
					one.Ended, two.Ended, two.Confirm = nil, nil, false
					shown = append(shown, &one, &two)
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
		if strings.HasPrefix(name, "partner.") && !seen[name] {
			t.Errorf("template %s belongs to no page", name)
		}
	}
}

// Every code the house knows has its words, in each language.
func TestEveryStateOutcomeAndSideHasItsWords(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, s := range []consent.ReferralState{consent.ReferralDraft, consent.ReferralAwaiting, consent.ReferralReady, consent.ReferralSent, consent.ReferralOverdue,
		consent.ReferralAccepted, consent.ReferralReturned, consent.ReferralDone, consent.ReferralClosed, consent.ReferralLapsed, consent.ReferralRevoked, consent.ReferralCancelled} {
		keys = append(keys, "partner.state."+string(s))
	}
	for _, o := range consent.Outcomes {
		keys = append(keys, "partner.outcome."+o)
	}
	for _, k := range []string{"side.partner", "side.house", "side.person", "word.return", "word.ask", "word.report", "word.word"} {
		keys = append(keys, "partner."+k)
	}
	for what := range dones {
		keys = append(keys, "partner.said."+what)
	}
	for _, lang := range []string{"sv", "en"} {
		for _, k := range keys {
			if !words.Knows(lang, k) {
				t.Errorf("%s lacks %s", lang, k)
			}
		}
	}
}
