package office

import (
	"context"
	"slices"
	"strings"
)

// Term is a word the house chose for itself, in the languages of the desk.
type Term struct {
	Key              string
	Swedish, English string
}

// In is the term in a language of the desk; others read English.
func (t Term) In(lang string) string {
	if lang == "sv" {
		return t.Swedish
	}
	return t.English
}

const defaultSkills = `# key | in Swedish | in English
lawyer | Jurist | Lawyer
return | Återvändanderådgivning | Return counselling
children | Barn och unga | Children and young people
detention | Förvar | Detention
trauma | Kris och trauma | Crisis and trauma
`

// Few, because a tag nobody remembers finds nothing.
const (
	maxTags     = 30
	defaultTags = `# key | in Swedish | in English; a few, 30 at most
papers | Väntar på papper | Waiting for papers
second_look | En till ska läsa | Needs a second reader
interpreter | Tolk bokad | Interpreter booked
authority | Väntar på en myndighet | Waiting for an authority
press | Från pressen | From the press
`
)

func readTerms(text string) ([]Term, error) {
	rows, err := table(text, 3, 3)
	if err != nil {
		return nil, err
	}
	var all []Term
	for _, r := range rows {
		t := Term{r.cell[0], r.cell[1], r.cell[2]}
		switch {
		case !rowKey(t.Key) || slices.ContainsFunc(all, func(o Term) bool { return o.Key == t.Key }):
			return nil, r.refuse("key")
		case t.Swedish == "" || t.English == "":
			return nil, r.refuse("name")
		}
		all = append(all, t)
	}
	return all, nil
}

func readTags(text string) ([]Term, error) {
	all, err := readTerms(text)
	if err == nil && len(all) > maxTags {
		return nil, cells{n: rowOf(text, maxTags)}.refuse("too_many")
	}
	return all, err
}

// rowOf is the number of the row that holds the entry at a place, from 0.
func rowOf(text string, place int) int {
	n := 0
	for i, s := range strings.Split(text, "\n") {
		if s = strings.TrimSpace(s); s == "" || strings.HasPrefix(s, "#") {
			continue
		}
		if n == place {
			return i + 1
		}
		n++
	}
	return 1
}

// Skills lists what counsellors may know, for profiles and rules.
func (o *Office) Skills(ctx context.Context) ([]Term, error) { return o.terms(ctx, Skills, readTerms) }

// Tags lists the few tags a ticket may have.
func (o *Office) Tags(ctx context.Context) ([]Term, error) { return o.terms(ctx, Tags, readTags) }

func (o *Office) terms(ctx context.Context, name string, read func(string) ([]Term, error)) ([]Term, error) {
	v, err := o.values(ctx, name)
	if err != nil {
		return nil, err
	}
	return read(v[name])
}

// Centre is a detention centre. Which one somebody is in is asked late and
// kept sealed.
type Centre struct{ Key, Name string }

// The centres are to be checked before the house opens, and the coordinator's
// to keep right from then on.
const defaultCentres = `# key | name
astorp | Åstorp
flen | Flen
gavle | Gävle
kallered | Kållered
ljungbyhed | Ljungbyhed
marsta | Märsta
`

func readCentres(text string) ([]Centre, error) {
	rows, err := table(text, 2, 2)
	if err != nil {
		return nil, err
	}
	var all []Centre
	for _, r := range rows {
		c := Centre{r.cell[0], r.cell[1]}
		switch {
		case !rowKey(c.Key) || slices.ContainsFunc(all, func(o Centre) bool { return o.Key == c.Key }):
			return nil, r.refuse("key")
		case c.Name == "":
			return nil, r.refuse("name")
		}
		all = append(all, c)
	}
	return all, nil
}

// Centres lists the detention centres.
func (o *Office) Centres(ctx context.Context) ([]Centre, error) {
	v, err := o.values(ctx, Centres)
	if err != nil {
		return nil, err
	}
	return readCentres(v[Centres])
}
