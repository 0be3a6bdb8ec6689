package public

import (
	"crypto/rand"
	"encoding/base64"
	"slices"

	"returnsupport/frontend"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/tickets"
)

// The questions before the first message, in their order. Each can be skipped,
// and each answer travels as a hidden field of the next form: nothing is kept
// of somebody who has not written yet, and nothing stands in an address.
const (
	askShared      = "shared"
	askLanguage    = "tongue"
	askInterpreter = "interpreter"
	askDetained    = "detained"
	askAbout       = "about"
	askAlone       = "alone"
)

var questions = []string{askShared, askLanguage, askInterpreter, askDetained, askAbout, askAlone}

// written are the languages our counsellors write themselves.
var written = []string{"sv", "en"}

// Answers to who one is.
const (
	adult  = "adult"
	child  = "child"
	family = "family"
	helper = "helper"
)

// answers are what was answered so far: a key that is there was asked, "" was
// skipped.
type answers map[string]string

// carried are the fields a form of ours may bring along besides the questions.
var carried = append(slices.Clone(questions), "foreign", "message")

// answered reads what a form brought; of anything else it takes nothing. undo
// names the question to be asked again.
func answered(f frontend.Form) answers {
	a := answers{}
	for _, key := range carried {
		if f.Has(key) && len(f.Value(key)) <= 20 {
			a[key] = f.Value(key)
		}
	}
	if f.Has("chosen") { // the button beside the list of languages
		a[askLanguage] = cut(f.Value("other"), 20)
	}
	delete(a, f.Value("undo"))
	return a
}

// hidden carries the answers on.
func (a answers) hidden() []Hidden {
	var all []Hidden
	for _, key := range carried {
		if v, ok := a[key]; ok {
			all = append(all, Hidden{key, v})
		}
	}
	return all
}

// next is the first question that was not asked and makes sense; "" when it is
// time to write.
func (a answers) next(lang string) string {
	for _, key := range questions {
		if _, ok := a[key]; ok || !a.needs(key, lang) {
			continue
		}
		return key
	}
	return ""
}

func (a answers) needs(key, lang string) bool {
	switch key {
	case askInterpreter:
		return a[askAbout] != helper && !slices.Contains(written, a.spoken(lang))
	case askDetained:
		return a[askAbout] != helper
	case askAlone:
		return a[askAbout] == child
	}
	return true
}

// after are the questions that may follow one: an interpreter's whatever
// language is spoken, and none that only another answer brings up.
func (a answers) after(asked string) []string {
	var all []string
	for _, key := range questions[slices.Index(questions, asked)+1:] {
		if _, answered := a[key]; !answered && a.needs(key, "") {
			all = append(all, key)
		}
	}
	return all
}

// last is the question answered last, to go back to.
func (a answers) last() string {
	for _, key := range slices.Backward(questions) {
		if _, ok := a[key]; ok {
			return key
		}
	}
	return ""
}

func (a answers) spoken(lang string) string {
	if a[askLanguage] != "" {
		return a[askLanguage]
	}
	return lang
}

func (a answers) wantsToTalk() bool { return a["message"] == "" }

func (a answers) shared() bool { return a[askShared] == "yes" }

// audience is whose hours count.
func (a answers) audience() hours.Audience {
	switch {
	case a[askAbout] == child:
		return hours.Child
	case a[askDetained] == "yes":
		return hours.Detained
	}
	return hours.Everyone
}

// facts are the answers as they are sealed with the first message.
func (a answers) facts(lang string) tickets.Facts {
	f := tickets.Facts{
		Helper: a[askAbout] == helper, Child: a[askAbout] == child, Spoken: a.spoken(lang),
		NotOwnCommunity: a["foreign"] != "",
	}
	if a[askDetained] == "yes" {
		f.Audience = string(hours.Detained)
	}
	if f.Child && (a[askAlone] == "alone" || a[askAlone] == "parents") {
		f.Alone = a[askAlone]
	}
	switch want := a[askInterpreter]; want {
	case "woman", "man":
		f.Interpreter, f.Wish = true, want
	case "yes":
		f.Interpreter = true
	}
	return f
}

// newClientID draws what makes a form harmless when it is posted twice: 22
// characters.
func newClientID() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
