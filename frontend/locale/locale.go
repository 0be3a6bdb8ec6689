// Package locale holds the catalogues: every sentence people read, in every
// language, with plural rules and the words for times near now.
//
// Never: a decision. It says what it is told to say, or fails the tests.
package locale

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	// The zones lie in the binary: a bare container has none of its own.
	_ "time/tzdata"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.toml public/*.toml
var files embed.FS

// Languages are those of person's pages, in the order a chooser shows them:
// own tag and own name. Each has its catalogue in public/TAG.toml; one whose
// file is not there yet is not offered. Those of the desk have a second one
// beside it.
//
// go-i18n has no plural rules for prs and kmr: their bundles are made with the
// tags fa-AF and ku, while the rest of the house and the lang attribute keep
// our own tags.
var Languages = []Language{
	{Tag: "sv", Name: "Svenska", Desk: true},
	{Tag: "en", Name: "English", Desk: true},
	{Tag: "ar", Name: "العربية", RTL: true},
	{Tag: "fa", Name: "فارسی", RTL: true},
	{Tag: "prs", Name: "دری", RTL: true, rules: "fa-AF"},
	{Tag: "ps", Name: "پښتو", RTL: true},
	{Tag: "ckb", Name: "کوردیی ناوەندی", RTL: true},
	{Tag: "kmr", Name: "Kurmancî", rules: "ku"},
	{Tag: "so", Name: "Soomaali"},
	{Tag: "ti", Name: "ትግርኛ"},
	{Tag: "sq", Name: "Shqip"},
	{Tag: "ru", Name: "Русский"},
	{Tag: "uz", Name: "Oʻzbekcha"},
	{Tag: "ka", Name: "ქართული"},
	{Tag: "mn", Name: "Монгол"},
	{Tag: "es", Name: "Español"},
}

// Language is one line of a language chooser.
type Language struct {
	Tag   string // what we and the lang attribute call it
	Name  string // what its readers call it
	RTL   bool   // written from right to left
	Desk  bool   // the desk speaks it, too
	rules string // whose plural rules it uses; "" for its own
}

// Catalogue says sentences. It is safe for concurrent use.
type Catalogue struct {
	speakers map[string]speaker
	desk     map[string][]string // the keys of the desk's own catalogues
	public   map[string][]string // the keys of person's catalogues
}

type speaker struct {
	Language
	say *i18n.Localizer
	// plain are the sentences without plural forms, which take a number like any
	// other argument. They are most of them, and a page says hundreds.
	plain map[string]string
}

// Load returns every catalogue, parsed once for all who ask: they lie in the
// binary, and nothing of a Catalogue changes. One bundle a language, so that no
// matcher ever answers in a language nobody asked for. A person's catalogue that
// is not there leaves its language out; one of the desk's languages must be whole.
func Load() (*Catalogue, error) { return theCatalogue() }

var theCatalogue = sync.OnceValues(func() (*Catalogue, error) { return load(files) })

func load(from fs.FS) (*Catalogue, error) {
	c := &Catalogue{map[string]speaker{}, map[string][]string{}, map[string][]string{}}
	for _, l := range Languages {
		err := c.learn(from, l)
		if errors.Is(err, fs.ErrNotExist) && !l.Desk {
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Catalogue) learn(from fs.FS, l Language) error {
	rules := l.rules
	if rules == "" {
		rules = l.Tag
	}
	bundle := i18n.NewBundle(language.MustParse(rules))
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	s := speaker{l, i18n.NewLocalizer(bundle, rules), map[string]string{}}
	read := func(name string) ([]string, error) {
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, fmt.Errorf("read catalogue %s: %w", name, err)
		}
		parsed, err := bundle.ParseMessageFileBytes(text, rules+".toml")
		if err != nil {
			return nil, fmt.Errorf("parse catalogue %s: %w", name, err)
		}
		var keys []string
		for _, m := range parsed.Messages {
			keys = append(keys, m.ID)
			delete(s.plain, m.ID)
			if m.Zero+m.One+m.Two+m.Few+m.Many == "" && m.Other != "" {
				s.plain[m.ID] = m.Other
			}
		}
		slices.Sort(keys)
		return keys, nil
	}
	var err error
	if c.public[l.Tag], err = read("public/" + l.Tag + ".toml"); err != nil {
		delete(c.public, l.Tag)
		return err
	}
	if l.Desk {
		if c.desk[l.Tag], err = read(l.Tag + ".toml"); err != nil {
			return err
		}
	}
	c.speakers[l.Tag] = s
	return nil
}

// Desk tells whether lang is one of the desk's.
func (c *Catalogue) Desk(lang string) bool { return c.speakers[lang].Desk }

// Choices lists the languages there are: those of person's pages, or the
// desk's alone.
func (c *Catalogue) Choices(desk bool) []Language {
	var out []Language
	for _, l := range Languages {
		if s, ok := c.speakers[l.Tag]; ok && (s.Desk || !desk) {
			out = append(out, l)
		}
	}
	return out
}

// Has tells whether lang has a catalogue.
func (c *Catalogue) Has(lang string) bool { _, ok := c.speakers[lang]; return ok }

// Keys lists the sentences a person may read in lang, sorted.
func (c *Catalogue) Keys(lang string) []string { return slices.Clone(c.public[lang]) }

// DeskKeys lists the sentences only the desk reads, sorted.
func (c *Catalogue) DeskKeys(lang string) []string { return slices.Clone(c.desk[lang]) }

// Knows tells whether lang has a sentence for key.
func (c *Catalogue) Knows(lang, key string) bool {
	_, found := slices.BinarySearch(c.public[lang], key)
	if !found {
		_, found = slices.BinarySearch(c.desk[lang], key)
	}
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
	if text, ok := s.plain[key]; ok {
		return fill(text, args, s.RTL)
	}
	config := i18n.LocalizeConfig{MessageID: key}
	if n, ok := count(args); ok {
		config.PluralCount = n
	}
	text, err := s.say.Localize(&config)
	if err != nil {
		return "⟦" + key + "⟧"
	}
	return fill(text, args, s.RTL)
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

// isolate and its end keep a phone number, a name or a code in the order it is
// read in, also inside a sentence that runs from right to left (Unicode
// Standard Annex 9, FSI and PDI).
const isolate, endIsolate = "\u2068", "\u2069"

// isolateWords keeps what we said ourselves in the reader's direction (RLI). Whose
// own words all stand in isolates, as those of a date do, has none that would tell
// its direction: the 20th of February 2027 was shown as the 2027th.
const isolateWords = "\u2067"

// fill is not text/template on purpose: an argument can hold what a stranger
// wrote, and must stay an argument.
func fill(text string, args []any, rtl bool) string {
	if len(args) == 0 {
		return text
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		digits, after, closed := strings.Cut(rest, "}")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		n, err := strconv.Atoi(digits)
		if !closed || err != nil || n < 0 || n >= len(args) {
			out.WriteByte('{')
			text = rest
			continue
		}
		said, words := args[n].(string)
		switch {
		case !words:
			said = fmt.Sprint(args[n])
		case rtl && strings.Contains(said, endIsolate):
			said = isolateWords + said + endIsolate
		case rtl && said != "":
			said = isolate + said + endIsolate
		}
		out.WriteString(said)
		text = after
	}
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

// Choices lists the languages a person may choose.
func (w Words) Choices() []Language { return w.c.Choices(false) }
