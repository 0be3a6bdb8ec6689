package office

import (
	"context"
	"strings"
	"unicode/utf8"
)

// Phrase is something counsellors often say, in the person's language.
type Phrase struct {
	Language string
	Text     string
}

const (
	maxPhrases = 400
	maxPhrase  = 600 // characters: what still reads as one thing said
)

// What counsellors say in every talk; houses write their own, in the languages
// their counsellors can vouch for.
const defaultPhrases = `# LANGUAGE: what is said
sv: Hej! Jag är rådgivare. Berätta gärna, i din takt. Du bestämmer vad du vill säga.
sv: Jag läser det du skriver. Ge mig några minuter.
sv: Det vet jag inte. Jag tar reda på det och skriver till dig här.
sv: Vem tar hand om ditt överklagande? Till vilken dag?
sv: Är du ensam just nu? Är det säkert att skriva?
en: Hello! I am a counsellor. Tell me as much as you like, at your own pace.
en: I am reading what you write. Give me a few minutes.
en: I do not know that. I will find out and write to you here.
en: Who looks after your appeal? Until which day?
en: Are you alone right now? Is it safe to write?
`

func readPhrases(text string) ([]Phrase, error) {
	var all []Phrase
	for i, s := range strings.Split(text, "\n") {
		row := cells{n: i + 1}
		s = strings.TrimSpace(s)
		if s == "" || strings.HasPrefix(s, "#") {
			continue
		}
		if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return nil, row.refuse("characters")
		}
		lang, said, found := strings.Cut(s, ":")
		lang, said = strings.TrimSpace(lang), strings.TrimSpace(said)
		switch {
		case !found || !language(lang):
			return nil, row.refuse("phrase")
		case said == "" || utf8.RuneCountInString(said) > maxPhrase:
			return nil, row.refuse("too_long")
		case len(all) == maxPhrases:
			return nil, row.refuse("too_many")
		}
		all = append(all, Phrase{lang, said})
	}
	return all, nil
}

// Phrases lists what is often said, in the order it was written down.
func (o *Office) Phrases(ctx context.Context) ([]Phrase, error) {
	v, err := o.values(ctx, Phrases)
	if err != nil {
		return nil, err
	}
	return readPhrases(v[Phrases])
}
