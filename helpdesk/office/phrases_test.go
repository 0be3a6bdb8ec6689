package office

import (
	"errors"
	"strings"
	"testing"

	"returnsupport/helpdesk"
)

func TestPhrasesAreRowsOfALanguageAndWhatIsSaid(t *testing.T) {
	all, err := readPhrases("# ours\n\nsv: Hej: kom in!\n ar:مرحبا \n")
	if err != nil || len(all) != 2 || all[0] != (Phrase{"sv", "Hej: kom in!"}) || all[1] != (Phrase{"ar", "مرحبا"}) {
		t.Fatal(all, err)
	}
	if all, err := readPhrases(defaultPhrases); err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	for text, want := range map[string]string{
		"sv: a\nhello":     "setting.row.phrase",
		"Svenska: a":       "setting.row.phrase",
		"sv: ":             "setting.row.too_long",
		"sv: a\x00b":       "setting.row.characters",
		"sv: " + long(601): "setting.row.too_long",
		many(401):          "setting.row.too_many",
	} {
		_, err := readPhrases(text)
		var no helpdesk.Refusal
		if !errors.As(err, &no) || no.Key != want {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
}

func long(n int) string { return strings.Repeat("å", n) }

func many(n int) string { return strings.Repeat("sv: a\n", n) }

func FuzzPhrases(f *testing.F) {
	f.Add(defaultPhrases)
	f.Add("sv:")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := readPhrases(text)
		var no helpdesk.Refusal
		if err != nil && (!errors.As(err, &no) || !strings.HasPrefix(no.Key, "setting.row.")) {
			t.Fatalf("not a refusal: %v", err)
		}
		for _, p := range all {
			if p.Language == "" || p.Text == "" || strings.ContainsAny(p.Text, "\r\n") {
				t.Fatalf("%+v", p)
			}
		}
	})
}
