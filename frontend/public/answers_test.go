package public

import (
	"reflect"
	"slices"
	"testing"

	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/tickets"
)

func TestEachQuestionIsAskedOnceAndOnlyWhereItMakesSense(t *testing.T) {
	for _, row := range []struct {
		what string
		lang string
		have answers
		next string
	}{
		{"first the computer", "ar", answers{}, askShared},
		{"then the language", "ar", answers{askShared: ""}, askLanguage},
		{"then an interpreter", "ar", answers{askShared: "", askLanguage: "ar"}, askInterpreter},
		{"none for Swedish", "sv", answers{askShared: "", askLanguage: ""}, askDetained},
		{"one for who reads Swedish but speaks Dari", "sv", answers{askShared: "", askLanguage: "prs"}, askInterpreter},
		{"skipped is asked", "ar", answers{askShared: "", askLanguage: "", askInterpreter: ""}, askDetained},
		{"then who", "ar", answers{askShared: "", askLanguage: "", askInterpreter: "", askDetained: ""}, askAbout},
		{"a child hears what we report first", "en", answers{askShared: "", askLanguage: "", askDetained: "", askAbout: child}, askAlone},
		{"and once", "en", answers{askShared: "", askLanguage: "", askDetained: "", askAbout: child, askAlone: ""}, ""},
		{"a helper is asked little", "ar", answers{askAbout: helper, askShared: "no", askLanguage: "ar"}, ""},
		{"an adult writes now", "en", answers{askShared: "", askLanguage: "", askDetained: "no", askAbout: adult}, ""},
	} {
		if got := row.have.next(row.lang); got != row.next {
			t.Errorf("%s: %q, want %q", row.what, got, row.next)
		}
	}
}

func TestAPageBringsTheQuestionsThatMayFollow(t *testing.T) {
	for _, row := range []struct {
		what  string
		have  answers
		asked string
		after []string
	}{
		{"all of them", answers{}, askShared, []string{askLanguage, askInterpreter, askDetained, askAbout}},
		{"a helper is asked little", answers{askAbout: helper}, askShared, []string{askLanguage}},
		{"who was a child before", answers{askAbout: child, askAlone: "alone"}, askShared, []string{askLanguage, askInterpreter, askDetained}},
		{"what was answered is not asked", answers{askShared: "no", askLanguage: "ar", askDetained: "no"}, askInterpreter, []string{askAbout}},
		{"after the last there is none", answers{askShared: "no", askLanguage: "ar"}, askAbout, nil},
	} {
		if got := row.have.after(row.asked); !slices.Equal(got, row.after) {
			t.Errorf("%s: %q, want %q", row.what, got, row.after)
		}
	}
}

func TestAnswersBecomeFacts(t *testing.T) {
	for _, row := range []struct {
		have answers
		want tickets.Facts
		whom hours.Audience
	}{
		{answers{}, tickets.Facts{Spoken: "ar"}, hours.Everyone},
		{answers{askDetained: "yes", askInterpreter: "woman", "foreign": "1"},
			tickets.Facts{Spoken: "ar", Audience: "detained", Interpreter: true, Wish: "woman", NotOwnCommunity: true}, hours.Detained},
		{answers{askAbout: child, askAlone: "parents", askLanguage: "ti"},
			tickets.Facts{Spoken: "ti", Child: true, Alone: "parents"}, hours.Child},
		{answers{askAbout: child, askAlone: "<b>", askInterpreter: "drop table"}, tickets.Facts{Spoken: "ar", Child: true}, hours.Child},
		{answers{askAbout: helper}, tickets.Facts{Spoken: "ar", Helper: true}, hours.Everyone},
		{answers{askAbout: adult, askAlone: "alone"}, tickets.Facts{Spoken: "ar"}, hours.Everyone},
	} {
		if got := row.have.facts("ar"); !reflect.DeepEqual(got, row.want) {
			t.Errorf("%v: %+v, want %+v", row.have, got, row.want)
		}
		if got := row.have.audience(); got != row.whom {
			t.Errorf("%v: %s, want %s", row.have, got, row.whom)
		}
	}
}
