package partner

import (
	"log/slog"
	"strings"
	"testing"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/frontend/pagetest"
	"returnsupport/helpdesk/bus"
)

var pages = []frontend.Shown{&SignIn{}, &Closed{}, &Invited{}, &Enrolled{}, &Opening{}, &Arrivals{}, &Colleagues{}, &Handover{}}

func TestEveryTemplateIsRenderedInEveryLanguageOfTheDesk(t *testing.T) {
	words := pagetest.Words(t)
	s, err := frontend.New(frontend.Options{Log: slog.New(slog.DiscardHandler), Door: pagetest.Nobody{}, Outside: pagetest.Nobody{}, Bus: bus.InProcess(), Words: words, PublicName: "Samtalsstöd"})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{"partner.top": true, "partner.end": true, "partner.entering": true, "partner.restrictions": true, "partner.whole": true}
	for _, lang := range []string{"sv", "en"} {
		for _, full := range []bool{true, false} {
			for _, page := range pages {
				pagetest.Fill(page, s.WordsFor(lang), full, seen)
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
	words := pagetest.Words(t)
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
