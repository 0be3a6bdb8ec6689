// Package locale holds the catalogues: every sentence people read, in every
// language, with plural rules and the words for times near now.
//
// Never: a decision. It says what it is told to say, or fails the tests.
package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	// The zones lie in the binary: a bare container has none of its own.
	_ "time/tzdata"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.toml
var files embed.FS

// Languages are those that have a catalogue, in the order a chooser shows
// them: own tag and own name. To add one, add its line and its file.
//
// When prs and kmr come: go-i18n has no plural rules for either, so their
// bundles are made with the tags fa-AF and ku (the third field), while the
// rest of the house and the lang attribute keep our own tags.
var Languages = []Language{
	{Tag: "sv", Name: "Svenska", rules: "sv"},
	{Tag: "en", Name: "English", rules: "en"},
}

// Language is one line of a language chooser.
type Language struct {
	Tag   string // what we and the lang attribute call it
	Name  string // what its readers call it
	RTL   bool   // written from right to left
	rules string // whose plural rules it uses
}

// Catalogue says sentences. It is safe for concurrent use.
type Catalogue struct {
	speakers map[string]speaker
	keys     map[string][]string
}

type speaker struct {
	Language
	say *i18n.Localizer
	// forms names the sentences that have plural forms: the others take a
	// number like any other argument.
	forms map[string]bool
}

// Load parses every catalogue. One bundle a language, so that no matcher ever
// answers in a language nobody asked for.
func Load() (*Catalogue, error) { return load(files) }

func load(from fs.FS) (*Catalogue, error) {
	c := &Catalogue{speakers: map[string]speaker{}, keys: map[string][]string{}}
	for _, l := range Languages {
		text, err := fs.ReadFile(from, l.Tag+".toml")
		if err != nil {
			return nil, fmt.Errorf("read catalogue %s: %w", l.Tag, err)
		}
		tag := language.MustParse(l.rules)
		bundle := i18n.NewBundle(tag)
		bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
		parsed, err := bundle.ParseMessageFileBytes(text, l.rules+".toml")
		if err != nil {
			return nil, fmt.Errorf("parse catalogue %s: %w", l.Tag, err)
		}
		s := speaker{l, i18n.NewLocalizer(bundle, l.rules), map[string]bool{}}
		for _, m := range parsed.Messages {
			c.keys[l.Tag] = append(c.keys[l.Tag], m.ID)
			s.forms[m.ID] = m.Zero+m.One+m.Two+m.Few+m.Many != ""
		}
		slices.Sort(c.keys[l.Tag])
		c.speakers[l.Tag] = s
	}
	return c, nil
}

// Has tells whether lang has a catalogue.
func (c *Catalogue) Has(lang string) bool { _, ok := c.speakers[lang]; return ok }

// Keys lists the sentences of lang, sorted.
func (c *Catalogue) Keys(lang string) []string { return slices.Clone(c.keys[lang]) }

// Knows tells whether lang has a sentence for key.
func (c *Catalogue) Knows(lang, key string) bool {
	_, found := slices.BinarySearch(c.keys[lang], key)
	return found
}

// Say returns the sentence for key in lang. {0}, {1} … in it are replaced by
// args; the first whole number among them chooses the plural form. An unknown
// language speaks English; an unknown key comes back as ⟦key⟧, which every
// test that renders pages looks for.
func (c *Catalogue) Say(lang, key string, args ...any) string {
	s, ok := c.speakers[lang]
	if !ok {
		s = c.speakers["en"]
	}
	config := i18n.LocalizeConfig{MessageID: key}
	if n, ok := count(args); ok && s.forms[key] {
		config.PluralCount = n
	}
	text, err := s.say.Localize(&config)
	if err != nil {
		return "⟦" + key + "⟧"
	}
	return fill(text, args)
}

func count(args []any) (int, bool) {
	for _, a := range args {
		switch n := a.(type) {
		case int:
			return n, true
		case int64:
			return int(n), true
		}
	}
	return 0, false
}

// fill is not text/template on purpose: an argument can hold what a stranger
// wrote, and must stay an argument.
func fill(text string, args []any) string {
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", fmt.Sprint(a))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Words speaks one language at one instant in one zone; every page embeds it.
type Words struct {
	Lang string
	Now  time.Time
	Zone *time.Location
	c    *Catalogue
}

// Words returns the words of lang (English if there is none) as of now.
func (c *Catalogue) Words(lang string, now time.Time, zone *time.Location) Words {
	if !c.Has(lang) {
		lang = "en"
	}
	if zone == nil {
		zone = time.UTC
	}
	return Words{Lang: lang, Now: now.In(zone), Zone: zone, c: c}
}

// Say is Catalogue.Say in this language.
func (w Words) Say(key string, args ...any) string { return w.c.Say(w.Lang, key, args...) }

// Dir is the writing direction for the dir attribute.
func (w Words) Dir() string {
	if w.c.speakers[w.Lang].RTL {
		return "rtl"
	}
	return "ltr"
}

// Choices lists the languages there are.
func (w Words) Choices() []Language { return Languages }
