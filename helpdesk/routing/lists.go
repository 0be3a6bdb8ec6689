package routing

import (
	"slices"
	"strings"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

// Leave takes somebody away on whole days. Where it names no substitute, the
// profile's stands in.
type Leave struct {
	Who        helpdesk.ID
	From, To   hours.Date // both included
	Substitute helpdesk.ID
}

// On tells whether the leave takes a day.
func (l Leave) On(d hours.Date) bool { return !d.Before(l.From) && !l.To.Before(d) }

// ReadLeave reads one leave a row; two of one counsellor may not overlap:
//
//	ID | 2026-12-21 | 2027-01-06 | ID of the substitute
func ReadLeave(text string) ([]Leave, error) {
	all, err := rows(text)
	if err != nil {
		return nil, err
	}
	var list []Leave
	for _, r := range all {
		l, err := r.leave()
		if err != nil {
			return nil, err
		}
		for _, o := range list {
			if o.Who == l.Who && !l.To.Before(o.From) && !o.To.Before(l.From) {
				return nil, r.refuse("twice")
			}
		}
		list = append(list, l)
	}
	return list, nil
}

func (r row) leave() (l Leave, err error) {
	cell, err := r.cells(3, 4)
	if err != nil {
		return l, err
	}
	if l.Who, err = r.id(cell[0]); err != nil {
		return l, err
	}
	var okFrom, okTo bool
	l.From, okFrom = hours.ParseDate(cell[1])
	l.To, okTo = hours.ParseDate(cell[2])
	if !okFrom || !okTo || l.To.Before(l.From) {
		return l, r.refuse("date")
	}
	if l.Substitute, err = r.idOrNone(cell[3]); err != nil {
		return l, err
	}
	if l.Substitute == l.Who {
		return l, r.refuse("substitute")
	}
	return l, nil
}

// WriteLeave makes the text that ReadLeave reads back.
func WriteLeave(list []Leave) string {
	var b strings.Builder
	for _, l := range list {
		writeRow(&b, string(l.Who), l.From.String(), l.To.String(), string(l.Substitute))
	}
	return b.String()
}

// Absences are the same days as the hours count them, so that no page promises
// what somebody on leave would have to keep.
func Absences(list []Leave) []hours.Absence {
	all := make([]hours.Absence, len(list))
	for i, l := range list {
		all[i] = hours.Absence{Who: l.Who, From: l.From, To: l.To}
	}
	return all
}

// DefaultTopics are the four topics of return, and what else people bring.
const DefaultTopics = `# key | in Swedish | in English | kind of the team it goes to; - for wherever it came in
reintegration | Återintegrering och stöd efter återvändande | Reintegration programmes | return
process | Hur ett återvändande går till | The return process | return
readmission | Återtagande och resehandlingar | Readmission and travel papers | return
authorities | Hur myndigheterna arbetar | How authorities work | return
appeal | Överklagande | Appeal | law
law | Andra juridiska frågor | Other questions of law | law
detention | Förvar, uppsikt och anmälningsplikt | Detention, supervision and reporting | law
children | Barn och unga | Children and young people | children
violence | Våld och hot | Violence and threats | violence
persecution | Förföljelse för sexualitet eller tro | Persecution for sexuality or belief | persecution
material | Materiellt stöd | Material support | return
health | Hälsa och vård | Health and care | -
other | Något annat | Something else | -
`

// ReadTopics reads one topic a row, as DefaultTopics stands.
func ReadTopics(text string) ([]Topic, error) {
	all, err := rows(text)
	if err != nil {
		return nil, err
	}
	var list []Topic
	for _, r := range all {
		cell, err := r.cells(3, 4)
		if err != nil {
			return nil, err
		}
		t := Topic{cell[0], cell[1], cell[2], cell[3]}
		switch {
		case !key(t.Key):
			return nil, r.refuse("key")
		case slices.ContainsFunc(list, func(o Topic) bool { return o.Key == t.Key }):
			return nil, r.refuse("twice")
		case !named(t.Swedish) || !named(t.English):
			return nil, r.refuse("name")
		case t.Kind != "" && !key(t.Kind):
			return nil, r.refuse("kind")
		}
		list = append(list, t)
	}
	return list, nil
}

func named(s string) bool { return s != "" && utf8.RuneCountInString(s) <= maxName }

// WriteTopics makes the text that ReadTopics reads back.
func WriteTopics(list []Topic) string {
	var b strings.Builder
	for _, t := range list {
		writeRow(&b, t.Key, t.Swedish, t.English, t.Kind)
	}
	return b.String()
}

// TeamKind says what a team is for, and who takes what it cannot.
type TeamKind struct {
	Team     helpdesk.ID
	Kind     string
	Fallback helpdesk.ID // "" for none named
}

// ReadTeamKinds reads one team a row:
//
//	ID | children | ID of the team that takes what it cannot
func ReadTeamKinds(text string) ([]TeamKind, error) {
	all, err := rows(text)
	if err != nil {
		return nil, err
	}
	var list []TeamKind
	for _, r := range all {
		cell, err := r.cells(2, 3)
		if err != nil {
			return nil, err
		}
		k := TeamKind{Kind: cell[1]}
		if k.Team, err = r.id(cell[0]); err != nil {
			return nil, err
		}
		if k.Fallback, err = r.idOrNone(cell[2]); err != nil {
			return nil, err
		}
		switch {
		case !key(k.Kind):
			return nil, r.refuse("kind")
		case k.Fallback == k.Team:
			return nil, r.refuse("fallback")
		case slices.ContainsFunc(list, func(o TeamKind) bool { return o.Team == k.Team }):
			return nil, r.refuse("twice")
		}
		list = append(list, k)
	}
	return list, nil
}

// WriteTeamKinds makes the text that ReadTeamKinds reads back.
func WriteTeamKinds(list []TeamKind) string {
	var b strings.Builder
	for _, k := range list {
		writeRow(&b, string(k.Team), k.Kind, string(k.Fallback))
	}
	return b.String()
}
