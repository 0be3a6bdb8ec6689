package locale

import "testing"

func TestABrowsersLanguageIsFoundAmongOurs(t *testing.T) {
	c := &Catalogue{speakers: map[string]speaker{}}
	for _, l := range Languages {
		c.speakers[l.Tag] = speaker{Language: l}
	}
	for accept, want := range map[string]string{
		"": "sv", "xx": "en", "fa": "fa", "fa-IR,fa;q=0.9,en;q=0.8": "fa", "fa-AF": "prs", "prs": "prs", "ku": "kmr",
		"ku-Arab-IQ": "ckb", "ckb-IR": "ckb", "en;q=0.3, ti;q=0.9": "ti", "ti-ER": "ti", "sv;q=bad, ru": "ru",
		"ar;q=0, en": "en", "es-419": "es", "ka-GE , en": "ka", "*": "en", "so;q=0.5,*;q=0.9": "so",
	} {
		if got := c.Match(accept); got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}

// Whatever a browser says, the answer is a language we have.
func FuzzMatch(f *testing.F) {
	c, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Add("fa-AF;q=0.5, *;q=1e9")
	f.Fuzz(func(t *testing.T, accept string) {
		if got := c.Match(accept); !c.Has(got) {
			t.Fatalf("%q: %q", accept, got)
		}
	})
}
