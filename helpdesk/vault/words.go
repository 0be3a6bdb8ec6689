package vault

import (
	"crypto/rand"
	"embed"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed words/en.txt words/sv.txt
var wordFiles embed.FS

// GivenWords is how many words are given: 6 of 7,776 are 77 bits.
const GivenWords = 6

// NewWords draws six words of the list "sv" or "en", apart by spaces. Secrets
// of staff are given, never chosen.
func NewWords(list string) (string, error) {
	words, err := wordList(list)
	if err != nil {
		return "", err
	}
	given := make([]string, GivenWords)
	for i := range given {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(words)))) // without bias
		if err != nil {
			return "", fmt.Errorf("draw words: %w", err)
		}
		given[i] = words[n.Int64()]
	}
	return strings.Join(given, " "), nil
}

var readLists = sync.OnceValue(func() map[string][]string {
	lists := map[string][]string{}
	for _, name := range []string{"sv", "en"} {
		b, err := wordFiles.ReadFile("words/" + name + ".txt")
		if err != nil {
			panic("vault: " + err.Error()) // embedded: the build has it or fails
		}
		lists[name] = strings.Fields(string(b))
	}
	return lists
})

func wordList(name string) ([]string, error) {
	words := readLists()[name]
	if words == nil {
		return nil, fmt.Errorf("draw words: no list %q", name)
	}
	return words, nil
}

// NormalWords is the one form of typed words: letters alone, lower case, NFC.
// Spaces, hyphens, case and decomposed å ä ö are forgiven; another letter is
// another secret. No word of a list begins another one, so leaving the spaces
// out costs nothing of the 77 bits.
func NormalWords(s string) string {
	s = norm.NFC.String(s)
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}
