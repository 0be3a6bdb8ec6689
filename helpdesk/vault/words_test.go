package vault

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestEachListHas7776WordsNobodyCanMistake(t *testing.T) {
	for _, name := range []string{"sv", "en"} {
		words, err := wordList(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(words) != 7776 {
			t.Errorf("%s: %d words, a word is worth log2(7776) bits only with 7776", name, len(words))
		}
		sorted := slices.Sorted(slices.Values(words))
		for i, w := range sorted {
			if strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" || w == "" {
				t.Errorf("%s: %q has more than letters every keyboard has", name, w)
			}
			if norm.NFD.String(w) != w || NormalWords(w) != w {
				t.Errorf("%s: %q has two spellings", name, w)
			}
			// Sorted, a word that begins another stands right before one such.
			if i > 0 && strings.HasPrefix(w, sorted[i-1]) {
				t.Errorf("%s: %q begins %q", name, sorted[i-1], w)
			}
		}
	}
}

func TestTheTwoListsAreTwo(t *testing.T) {
	sv, _ := wordList("sv")
	en, _ := wordList("en")
	same := 0
	for _, w := range sv {
		if slices.Contains(en, w) {
			same++
		}
	}
	if same > 10 {
		t.Errorf("%d words stand in both lists", same)
	}
}

func TestGivenWordsAreSixOfTheList(t *testing.T) {
	for _, name := range []string{"sv", "en"} {
		words, _ := wordList(name)
		seen := map[string]bool{}
		for range 50 {
			given, err := NewWords(name)
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(given, " ")
			if len(parts) != GivenWords {
				t.Fatalf("%d words given", len(parts))
			}
			for _, w := range parts {
				if !slices.Contains(words, w) {
					t.Fatalf("a given word is not in the list %s", name)
				}
				seen[w] = true
			}
		}
		if len(seen) < 270 { // 300 draws of 7,776 repeat about six times
			t.Errorf("%s: only %d different words in 300 draws", name, len(seen))
		}
	}
	if _, err := NewWords("fi"); err == nil {
		t.Error("words of a list that is none")
	}
}

func TestTypingWordsIsForgiving(t *testing.T) {
	want := NormalWords("sommarstuga havshatt ölåda")
	for _, typed := range []string{
		"Sommarstuga HAVSHATT Ölåda", " sommarstuga\t havshatt\nölåda ", "sommarstuga-havshatt-ölåda",
		"sommar stuga havs hatt ö låda", "sommarstugahavshattölåda", norm.NFD.String("sommarstuga havshatt ölåda"),
		"sommarstuga, havshatt, ölåda.", "sommarstuga\u00a0havshatt\u2011ölåda",
	} {
		if NormalWords(typed) != want {
			t.Errorf("%q is not forgiven", typed)
		}
	}
	for _, typed := range []string{"sommarstuga havshatt olada", "sommarstuga havshatt öläda", "havshatt sommarstuga ölåda", "sommarstuga havshat ölåda"} {
		if NormalWords(typed) == want {
			t.Errorf("%q is another secret", typed)
		}
	}
}
