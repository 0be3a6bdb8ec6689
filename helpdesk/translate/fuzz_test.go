package translate

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzAnswers: whatever a server says, it is words, tags or a refusal, and
// what comes in is never longer than what was read.
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{
		``, `{}`, `[]`, `null`, `{"translatedText":"hej"}`, `{"translatedText":["hej"]}`, `{"translatedText":"\u202Eabc\u0000"}`,
		`{"error":"x"}`, `[{"code":"en","name":"English","targets":["sv","SV","<b>"]}]`, `[{"code":"../x"}]`, strings.Repeat(`[`, 20_000),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		text, err := readTranslation(body)
		if (err == nil) == (text == "") {
			t.Fatalf("%q and %v", text, err)
		}
		if !utf8.ValidString(text) || len(text) > len(body) || strings.ContainsAny(text, "\x00\r\u202e\u2066") {
			t.Fatalf("%q", text)
		}
		all, err := readLanguages(body)
		if (err == nil) == (len(all) == 0) {
			t.Fatalf("%v and %v", all, err)
		}
		for _, l := range all {
			for _, c := range append(l.Targets, l.Code) {
				if !wellFormed(c) {
					t.Fatalf("%q is no language", c)
				}
			}
		}
	})
}
