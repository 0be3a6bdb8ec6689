package office_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
)

func TestTheCrisisPanelStandsInEveryLanguage(t *testing.T) {
	each(t, func(w *world) {
		for _, lang := range []string{"sv", "en", "ti"} {
			all, err := w.office.Crisis(w.ctx, lang)
			w.must(err)
			var got string
			for _, c := range all {
				got += c.Key + " " + c.Number + " " + c.Hours + "; "
			}
			if want := "emergency 112 always; mind 90101 always; bris 116 111 always; care 1177 always; information 113 13 always; priest 112 nights; "; got != want {
				t.Errorf("%s: %s", lang, got)
			}
		}
		w.must(w.office.Set(w.ctx, "actor", office.CrisisPanel, "emergency | 112 | all | always\r\n# comment\nnight-line | 020-1 | ar, fa | evenings | Night line\n"))
		for lang, want := range map[string]int{"sv": 1, "ar": 2, "fa": 2} {
			all, err := w.office.Crisis(w.ctx, lang)
			w.must(err)
			if len(all) != want || want == 2 && all[1].Name != "Night line" {
				t.Errorf("%s: %+v", lang, all)
			}
		}
	})
}

func TestRowsThatAreNotUnderstoodAreRefusedWithTheirNumber(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []struct{ name, text, key string }{
			{office.CrisisPanel, "emergency | 112 | all", "cells"},
			{office.CrisisPanel, "emergency | 112 | all | always | x | y", "cells"},
			{office.CrisisPanel, "Emergency | 112 | all | always", "key"},
			{office.CrisisPanel, "emergency | | all | always", "number"},
			{office.CrisisPanel, "emergency | one | all | always", "number"},
			{office.CrisisPanel, "emergency | 112 | Swedish | always", "language"},
			{office.CrisisPanel, "emergency | 112 | all | often", "hours"},
			{office.CrisisPanel, "other | 112 | all | always", "name"},
			{office.CrisisPanel, "care | 1177\x00 | all | always", "characters"},
			{office.PosterBranches, "north", "cells"},
			{office.PosterBranches, "north | ", "name"},
			{office.PosterBranches, "North | North", "key"},
			{office.OnCall, "nobody", "address"},
			{office.OnCall, "a@b@c.example", "address"},
			{office.PublicNames, "arabic | name", "language"},
			{office.PublicNames, "ar | ", "name"},
		} {
			err := w.office.Set(w.ctx, "actor", c.name, "# first\n"+c.text)
			var r helpdesk.Refusal
			if !errors.As(err, &r) || r.Key != "setting.row."+c.key || fmt.Sprint(r.Args) != "[2]" {
				t.Errorf("%s %q: %#v", c.name, c.text, err)
			}
		}
		w.refused(w.office.Set(w.ctx, "actor", office.CrisisPanel, "# none"), "setting.row.empty")
		w.refused(w.office.Set(w.ctx, "actor", office.PosterBranches, "a | A\na | B"), "setting.row.key")
		for name, bad := range map[string][]string{
			office.FullPhone:      {"", "call", "112;"},
			office.ExitAddress:    {"", "http://weather.example/", "https://", "https://user@weather.example/", "javascript:alert(1)", "/x"},
			office.PresentMinimum: {"0", "21", "two"},
			office.ChatTyping:     {"", "on"},
			office.Funder:         {" x", "a\nb"},
		} {
			for _, value := range bad {
				w.refused(w.office.Set(w.ctx, "actor", name, value), "setting.invalid")
			}
		}
	})
}

func TestNamesBranchesAndAddresses(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.office.Set(w.ctx, "actor", office.PublicNames, "ar | حديث ودعم\nckb | قسە"))
		for lang, want := range map[string]string{"sv": "Samtalsstöd", "en": "Talk and support", "ti": "Talk and support", "ar": "حديث ودعم", "ckb": "قسە"} {
			if got, err := w.office.PublicName(w.ctx, lang); err != nil || got != want {
				t.Errorf("%s: %s, %v", lang, got, err)
			}
		}
		w.must(w.office.Set(w.ctx, "actor", office.PosterBranches, "north | North town | Tuesdays 17-19\nsouth | South"))
		branches, err := w.office.PosterBranches(w.ctx)
		w.must(err)
		if fmt.Sprint(branches) != "[{north North town Tuesdays 17-19} {south South }]" {
			t.Error(branches)
		}
		w.must(w.office.Set(w.ctx, "actor", office.OnCall, "first@work.example\nsecond@work.example"))
		if to, err := w.office.OnCall(w.ctx); err != nil || fmt.Sprint(to) != "[first@work.example second@work.example]" {
			t.Errorf("%v, %v", to, err)
		}
	})
}

func TestThePublicNameNeverSaysReturn(t *testing.T) {
	each(t, func(w *world) {
		for name, value := range map[string]string{
			office.PublicName: "Återvändandestöd", office.PublicNameEnglish: "Return help", office.PublicNames: "es | Returnsupport",
		} {
			w.refused(w.office.Set(w.ctx, "actor", name, value), "setting.name_return")
		}
		w.must(w.office.Set(w.ctx, "actor", office.PublicName, "Prata med oss"))
	})
}

func TestTheLimitsOfChat(t *testing.T) {
	each(t, func(w *world) {
		c, err := w.office.Chat(w.ctx)
		w.must(err)
		want := office.Chat{QueueLong: 8, Idle: 10 * time.Minute, SharedIdle: 5 * time.Minute, Absence: 2 * time.Minute,
			Accept: 20 * time.Minute, Hint: 35 * time.Minute, LastHint: 45 * time.Minute}
		if c != want {
			t.Errorf("%+v", c)
		}
		w.must(w.office.Set(w.ctx, "actor", office.ChatTyping, "yes"))
		w.must(w.office.Set(w.ctx, "actor", office.ChatAbsenceMinutes, "3"))
		if c, err = w.office.Chat(w.ctx); err != nil || !c.Typing || c.Read || c.Absence != 3*time.Minute {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

func TestEveryShippedValueMayStand(t *testing.T) {
	each(t, func(w *world) {
		all, err := w.office.Settings(w.ctx)
		w.must(err)
		for _, v := range all {
			if v.Fixed {
				continue
			}
			if err := w.office.Set(w.ctx, "actor", v.Name, v.Default); err != nil {
				t.Errorf("%s: its own default is refused: %v", v.Name, err)
			}
		}
	})
}
