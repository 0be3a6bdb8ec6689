package office

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"returnsupport/helpdesk"
)

// The rows below hold cells divided by |, because names have spaces.

const (
	maxPanelRows  = 100
	maxPanelBytes = 20_000
	maxPanelCell  = 120 // characters
)

type cells struct {
	n    int // row, from 1
	cell []string
}

func (c cells) refuse(what string) error { return helpdesk.Refuse("setting.row."+what, c.n) }

// table cuts a text into rows of least to most cells; empty rows and those
// that begin with # are left out. What is wrong with a row is a Refusal
// setting.row.… with its number.
func table(text string, least, most int) ([]cells, error) {
	return wideTable(text, least, most, maxPanelCell, maxPanelRows)
}

// wideTable is table for longer cells and more rows.
func wideTable(text string, least, most, cellMost, rowsMost int) ([]cells, error) {
	if len(text) > maxPanelBytes*max(1, cellMost/maxPanelCell) {
		return nil, cells{n: 1}.refuse("too_long")
	}
	var all []cells
	for i, s := range strings.Split(text, "\n") {
		c := cells{n: i + 1}
		s = strings.TrimSpace(s)
		if s == "" || strings.HasPrefix(s, "#") {
			continue
		}
		if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return nil, c.refuse("characters")
		}
		for _, cell := range strings.Split(s, "|") {
			c.cell = append(c.cell, strings.TrimSpace(cell))
		}
		if len(c.cell) < least || len(c.cell) > most {
			return nil, c.refuse("cells")
		}
		for _, cell := range c.cell {
			if utf8.RuneCountInString(cell) > cellMost {
				return nil, c.refuse("too_long")
			}
		}
		if all = append(all, c); len(all) > rowsMost {
			return nil, c.refuse("too_many")
		}
	}
	return all, nil
}

// Crisis is one row of the panel for a hard night.
type Crisis struct {
	Key       string   // "crisis." and Key names it in the catalogues, where Name is ""
	Number    string   // as dialled and read
	Languages []string // in which the page shows it; none: in all
	Hours     string   // one of CrisisHours: "crisis.hours." and it in the catalogues
	Name      string   // the house's own, shown as it is
}

// CrisisKeys are the rows the catalogues can name.
var CrisisKeys = []string{"emergency", "information", "care", "mind", "bris", "priest"}

// CrisisHours are the times the catalogues can say.
var CrisisHours = []string{"always", "nights", "evenings", "weekdays"}

// The numbers and times are to be checked with the services before the house
// opens, and the coordinator's to keep right from then on.
const defaultCrisis = `# key | number | languages or all | always, nights, evenings or weekdays | own name, for other keys
emergency | 112 | all | always
mind | 90101 | all | always
bris | 116 111 | all | always
care | 1177 | all | always
information | 113 13 | all | always
priest | 112 | all | nights
`

func readCrisis(text string) ([]Crisis, error) {
	rows, err := table(text, 4, 5)
	if err != nil {
		return nil, err
	}
	var all []Crisis
	for _, r := range rows {
		c := Crisis{Key: r.cell[0], Number: r.cell[1], Hours: r.cell[3]}
		if len(r.cell) == 5 {
			c.Name = r.cell[4]
		}
		if r.cell[2] != "all" {
			c.Languages = strings.Split(strings.ReplaceAll(r.cell[2], " ", ""), ",")
		}
		switch {
		case !rowKey(c.Key) || slices.ContainsFunc(all, func(o Crisis) bool { return o.Key == c.Key }):
			return nil, r.refuse("key")
		case c.Number == "" || !phone(c.Number):
			return nil, r.refuse("number")
		case slices.ContainsFunc(c.Languages, func(l string) bool { return !language(l) }):
			return nil, r.refuse("language")
		case !slices.Contains(CrisisHours, c.Hours):
			return nil, r.refuse("hours")
		case c.Name == "" && !slices.Contains(CrisisKeys, c.Key):
			return nil, r.refuse("name")
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		// The panel is the one thing every page has at every hour.
		return nil, cells{n: 1}.refuse("empty")
	}
	return all, nil
}

// Crisis is the panel for a language, in its order.
func (o *Office) Crisis(ctx context.Context, lang string) ([]Crisis, error) {
	v, err := o.values(ctx, CrisisPanel)
	if err != nil {
		return nil, err
	}
	all, err := readCrisis(v[CrisisPanel])
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(c Crisis) bool {
		return len(c.Languages) > 0 && !slices.Contains(c.Languages, lang)
	}), nil
}

// Branch is a local branch a poster can be printed for.
type Branch struct {
	Key  string
	Name string
	Text string // where and when to meet them; "" for none
}

func readBranches(text string) ([]Branch, error) {
	rows, err := table(text, 2, 3)
	if err != nil {
		return nil, err
	}
	var all []Branch
	for _, r := range rows {
		b := Branch{Key: r.cell[0], Name: r.cell[1]}
		if len(r.cell) == 3 {
			b.Text = r.cell[2]
		}
		switch {
		case !rowKey(b.Key) || slices.ContainsFunc(all, func(o Branch) bool { return o.Key == b.Key }):
			return nil, r.refuse("key")
		case b.Name == "":
			return nil, r.refuse("name")
		}
		all = append(all, b)
	}
	return all, nil
}

// PosterBranches lists the branches posters can be printed for.
func (o *Office) PosterBranches(ctx context.Context) ([]Branch, error) {
	v, err := o.values(ctx, PosterBranches)
	if err != nil {
		return nil, err
	}
	return readBranches(v[PosterBranches])
}

func readAddresses(text string) ([]string, error) {
	rows, err := table(text, 1, 1)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, r := range rows {
		a := r.cell[0]
		if !address(a) || slices.Contains(all, a) {
			return nil, r.refuse("address")
		}
		all = append(all, a)
	}
	return all, nil
}

// OnCall lists the work addresses a neutral notice goes to when somebody must
// travel within three days. They are never logged.
func (o *Office) OnCall(ctx context.Context) ([]string, error) {
	v, err := o.values(ctx, OnCall)
	if err != nil {
		return nil, err
	}
	return readAddresses(v[OnCall])
}

func readNames(text string) (map[string]string, error) {
	rows, err := table(text, 2, 2)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, r := range rows {
		lang, name := r.cell[0], r.cell[1]
		switch {
		case !language(lang) || all[lang] != "":
			return nil, r.refuse("language")
		case !line(1, 80)(name):
			return nil, r.refuse("name")
		}
		if err := neutral(name); err != nil {
			return nil, err
		}
		all[lang] = name
	}
	return all, nil
}

// PublicName is the name outsiders see in a language: the language's own where
// one is set, else in Swedish for "sv" and in English for the others.
func (o *Office) PublicName(ctx context.Context, lang string) (string, error) {
	v, err := o.values(ctx, PublicNames, PublicName, PublicNameEnglish)
	if err != nil {
		return "", err
	}
	names, err := readNames(v[PublicNames])
	if err != nil {
		return "", err
	}
	switch {
	case names[lang] != "":
		return names[lang], nil
	case lang == "sv":
		return v[PublicName], nil
	}
	return v[PublicNameEnglish], nil
}

func rowKey(s string) bool {
	return s != "" && len(s) <= 40 && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	})
}

// language is a tag of the house's: two or three letters.
func language(s string) bool {
	return (len(s) == 2 || len(s) == 3) && !strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
}

// phone is a number as people dial and read it.
func phone(s string) bool {
	return s != "" && len(s) <= 40 && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r == ' ' || r == '-' || r == '+')
	})
}

// secureAddress is a page of its own somewhere else.
func secureAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= 200 && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && line(1, 200)(s)
}

func secureOrNone(s string) bool { return s == "" || secureAddress(s) }
