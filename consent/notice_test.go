package consent

import (
	"strings"
	"testing"

	"returnsupport/consent/internal/grants"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestEveryPurposeIsAskedInSixteenLanguages(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range grants.Purposes {
		all := ""
		for _, l := range locale.Languages {
			for _, key := range NoticeKeys(p) {
				if !words.Knows(l.Tag, key) {
					t.Errorf("%s is not said in %s", key, l.Tag)
				}
				if l.Tag == "en" {
					all += words.Say("en", key) + " "
				}
			}
		}
		// Who, for what, until when, how to stop, what is not promised, alone
		// now, and that no changes nothing here.
		must := []string{"{2}", "stop it", "say no", "alone"}
		if p.To {
			must = append(must, "{0}", "promise")
		}
		if p.Items {
			must = append(must, "{1}", "remember")
		}
		for _, part := range must {
			if !strings.Contains(all, part) {
				t.Errorf("%s is asked without %q", p.Code, part)
			}
		}
	}
}

func TestWhatWasShownOnADayCanBeShownAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		g, ticket := w.comes()
		one := w.one(g, w.asked(maria, w.share(ticket, w.organisation("One", "partner", "SE"))))
		same := w.one(g, w.asked(maria, w.share(ticket, w.organisation("Two", "partner", "SE"))))
		before := w.Words
		w.Words = changed{before}
		later := w.one(g, w.asked(maria, w.share(ticket, w.organisation("Three", "partner", "SE"))))
		if one.Notice != same.Notice || one.Notice == later.Notice {
			t.Fatalf("notices %s, %s and %s", one.Notice, same.Notice, later.Notice)
		}
		first, err := w.Notice(w.ctx, one.Notice)
		w.must(err)
		second, err := w.Notice(w.ctx, later.Notice)
		w.must(err)
		if first.Version != 1 || second.Version != 2 || first.Language != "fa" || len(first.Lines) != len(NoticeKeys(grants.Purposes[1])) {
			t.Errorf("versions %d and %d, %d lines", first.Version, second.Version, len(first.Lines))
		}
		for i, l := range first.Lines {
			if l.Text != before.Say("fa", l.Key) || second.Lines[i].Text == l.Text {
				t.Errorf("%s: %q, then %q", l.Key, l.Text, second.Lines[i].Text)
			}
		}
		d := w.share(ticket, w.organisation("Four", "partner", "SE"))
		d.Language = "tlh"
		_, err = w.ask(maria, d)
		w.refused(err, "consent.language")
		d.Spoken = true
		id := w.asked(maria, d)
		spoke := Spoke{State: Given, Items: []string{"phone"}, Method: Visit, Alone: true, Witness: "Maria", Interpreter: Bilingual, Interpreted: "Bo"}
		_, err = w.Record(w.ctx, maria, id, spoke)
		w.refused(err, "consent.explained")
		spoke.Explained = "Bo"
		_, err = w.Record(w.ctx, maria, id, spoke)
		w.must(err)
	})
}

// changed says everything in other words.
type changed struct{ Words }

func (c changed) Say(lang, key string, args ...any) string {
	return c.Words.Say(lang, key, args...) + " ."
}
