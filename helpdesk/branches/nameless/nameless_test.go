package nameless

import (
	"slices"
	"testing"
	"unicode/utf8"
)

func TestNamesNumbersDatesAndPlacesInSixScripts(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string // kind:stretch
	}{
		// Nothing to point at: a sentence's first capital, weekdays, small numbers.
		{"She is afraid and does not sleep. What can I say on Monday, after 2 talks?", nil},
		{"Han vill inte prata. Jag vet inte hur jag ska börja.", nil},
		{"", nil},

		// Latin.
		{"Yesterday I met Selam Haile in Boden.", []string{"name:Selam Haile", "place:Boden"}},
		{"En man som heter Karim ringde från 070-123 45 67.", []string{"name:Karim", "number:070-123 45 67"}},
		{"born 1987, decision of 12.3.2026, leaves on 3 March 2026", []string{"date:1987", "date:12.3.2026", "date:3 March 2026"}},
		{"case 12-345678 since March 5", []string{"number:12-345678", "date:March 5"}},
		{"he comes from kabul and is called ismail", []string{"place:kabul", "name:ismail"}},
		{"Alis mamma bor i Malmö", []string{"name:Alis", "place:Malmö"}},

		// Arabic script: no capitals, its own digits.
		{"محمد از کابل است و تلفن او ۰۷۰۱۲۳۴۵۶۷ است", []string{"name:محمد", "place:کابل", "number:۰۷۰۱۲۳۴۵۶۷"}},
		{"قرار في ١٢/٣/٢٠٢٦ وهي من دمشق", []string{"date:١٢/٣/٢٠٢٦", "place:دمشق"}},
		{"متولد ۱۳۶۵، ۵ حمل", []string{"date:۱۳۶۵", "date:۵ حمل"}},

		// Cyrillic.
		{"вчера пришла Мария из Ташкента, 5 марта 2026", []string{"name:Мария", "place:Ташкента", "date:5 марта 2026"}},

		// Ethiopic.
		{"ሳምራዊት ካብ ኣስመራ መጺኣ ብ 12 መጋቢት", []string{"name:ሳምራዊት", "place:ኣስመራ", "date:12 መጋቢት"}},

		// Georgian.
		{"ნინო თბილისიდან არის", []string{"name:ნინო", "place:თბილისიდან"}},

		// Hebrew.
		{"שרה גרה בשטוקהולם, טלפון 0701234567", []string{"name:שרה", "place:בשטוקהולם", "number:0701234567"}},
	} {
		if got := found(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"Selam in Boden 12.3.2026", "محمد ۰۷۰", "\xff1 2 3", "March", "ስሙ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, h := range Find(text) {
			if h.Start < last || h.End <= h.Start || h.End > len(text) {
				t.Fatalf("a hint at %d-%d after %d of %d", h.Start, h.End, last, len(text))
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[h.Start:h.End]) {
				t.Fatal("a hint cuts a letter")
			}
			last = h.End
		}
	})
}
