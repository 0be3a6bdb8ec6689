package hours

import (
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // clock changes must not depend on what the machine has installed
)

// Default is the text the house ships with. The times of the two phones are
// the service's own; the chat's evening hours are every day, holidays too,
// because a detention centre has no holidays.
const Default = `# site KEY ZONE: the first is where lines stand that name none
site main Europe/Stockholm

# eves on which lines are closed, as on public holidays; or: eves none
eves midsummer_eve christmas_eve new_years_eve

# hours in which nobody works alone; or: late none
late 17:00-08:00

line advice_phone phone everyone
  number 020-41 50 00
  open wed 09:00-12:00

line general_line phone everyone
  number 0771-19 95 00
  open mon-fri 10:00-12:00 13:00-16:00

line chat_everyone chat everyone
  open mon-fri 10:00-16:00
  present house

line chat_detained chat detained
  open daily 18:00-21:00
  holidays open
  present house

# mail comes in at any hour; these are the hours in which answers are written
line mail mail everyone
  open mon-fri 10:00-16:00
  answer 6h
`

// Read reads the text of the hours: sites, eves, late hours and lines; the
// plan has no exceptions, closures or roster yet. A row that is not understood
// is a Refusal with its number.
//
//	site main Europe/Stockholm
//	eves midsummer_eve christmas_eve     or: none
//	late 17:00-08:00                     or: none
//	line KEY CHANNEL AUDIENCE            then, of that line:
//	  number 020-41 50 00                phones, and only they
//	  at main
//	  open mon-fri 10:00-12:00 22:00-02:00 from 2026-01-01 to 2026-06-30
//	  holidays open                      or: closed, which holds without it
//	  answer 6h                          or: 90min; none without it
//	  present house                      or: a number; 0 without it
//	  rostered usual                     or: a number; usual without it
func Read(text string) (Plan, error) {
	var p Plan
	all, err := rows(text)
	if err != nil {
		return Plan{}, err
	}
	said := map[string]bool{} // words that may stand once, of the house or the line at hand
	for _, r := range all {
		word, rest := r.words[0], r.words[1:]
		switch word {
		case "site", "line", "open":
		default:
			if said[word] {
				return Plan{}, r.refuse("twice")
			}
			said[word] = true
		}
		switch word {
		case "site":
			err = p.readSite(r, rest)
		case "eves":
			err = p.readEves(r, rest)
		case "late":
			err = p.readLate(r, rest)
		case "line":
			said = map[string]bool{}
			err = p.readLine(r, rest)
		default:
			if len(p.Lines) == 0 {
				return Plan{}, r.refuse("word")
			}
			err = p.Lines[len(p.Lines)-1].read(r, word, rest)
		}
		if err != nil {
			return Plan{}, err
		}
	}
	return p, p.whole(all)
}

// whole refuses what only the end of the text can show.
func (p Plan) whole(all []row) error {
	end := row{n: 1}
	if len(all) > 0 {
		end = all[len(all)-1]
	}
	if len(p.Sites) == 0 {
		return end.refuse("no_site")
	}
	for _, l := range p.Lines {
		if l.Channel == Phone && l.Number == "" {
			return lineRow(all, l.Key).refuse("no_number")
		}
		if l.Site != "" && !slices.ContainsFunc(p.Sites, func(s Site) bool { return s.Key == l.Site }) {
			return lineRow(all, l.Key).refuse("site")
		}
	}
	return nil
}

func lineRow(all []row, line string) row {
	for _, r := range all {
		if len(r.words) > 1 && r.words[0] == "line" && r.words[1] == line {
			return r
		}
	}
	return row{n: 1}
}

func (p *Plan) readSite(r row, rest []string) error {
	if len(p.Lines) > 0 {
		return r.refuse("order")
	}
	if len(rest) != 2 || !key(rest[0]) {
		return r.refuse("site")
	}
	if slices.ContainsFunc(p.Sites, func(s Site) bool { return s.Key == rest[0] }) {
		return r.refuse("twice")
	}
	if len(p.Sites) == maxSites {
		return r.refuse("too_many")
	}
	// "Local" would be whatever the machine is set to.
	zone, err := time.LoadLocation(rest[1])
	if err != nil || rest[1] == "Local" {
		return r.refuse("zone")
	}
	p.Sites = append(p.Sites, Site{rest[0], zone})
	return nil
}

func (p *Plan) readEves(r row, rest []string) error {
	if len(p.Lines) > 0 {
		return r.refuse("order")
	}
	if len(rest) == 1 && rest[0] == none {
		return nil
	}
	if len(rest) == 0 {
		return r.refuse("eve")
	}
	for _, e := range rest {
		if !slices.Contains(Eves(), e) {
			return r.refuse("eve")
		}
		if slices.Contains(p.Eves, e) {
			return r.refuse("twice")
		}
		p.Eves = append(p.Eves, e)
	}
	return nil
}

func (p *Plan) readLate(r row, rest []string) error {
	if len(p.Lines) > 0 {
		return r.refuse("order")
	}
	if len(rest) != 1 {
		return r.refuse("interval")
	}
	if rest[0] == none {
		return nil
	}
	var ok bool
	if p.Late, ok = readInterval(rest[0]); !ok {
		return r.refuse("interval")
	}
	return nil
}

func (p *Plan) readLine(r row, rest []string) error {
	if len(rest) != 3 || !key(rest[0]) {
		return r.refuse("line")
	}
	l := Line{Key: rest[0], Channel: Channel(rest[1]), Audience: Audience(rest[2]), Rostered: Usual}
	if !slices.Contains([]Channel{Chat, Phone, Visit, Mail}, l.Channel) {
		return r.refuse("channel")
	}
	if !slices.Contains([]Audience{Everyone, Detained, Child, Partner}, l.Audience) {
		return r.refuse("audience")
	}
	if _, there := p.Line(l.Key); there {
		return r.refuse("twice")
	}
	if len(p.Lines) == maxLines {
		return r.refuse("too_many")
	}
	p.Lines = append(p.Lines, l)
	return nil
}

// read takes one row about the line.
func (l *Line) read(r row, word string, rest []string) error {
	if len(rest) == 0 {
		return r.refuse("word")
	}
	one := rest[0]
	if word != "open" && word != "number" && len(rest) > 1 {
		return r.refuse("word")
	}
	switch word {
	case "number":
		return l.readNumber(r, strings.Join(rest, " "))
	case "at":
		l.Site = one
	case "open":
		return l.readRule(r, rest)
	case "holidays":
		if l.Holidays = one == "open"; !l.Holidays && one != "closed" {
			return r.refuse("holidays")
		}
	case "answer":
		d, ok := readDuration(one)
		if !ok {
			return r.refuse("answer")
		}
		l.Answer = d
	case "present":
		return people(r, one, "house", House, &l.Present)
	case "rostered":
		return people(r, one, "usual", Usual, &l.Rostered)
	default:
		return r.refuse("word")
	}
	return nil
}

// people reads a word that stands for a number, or a number of people.
func people(r row, word, special string, means int, to *int) error {
	if word == special {
		*to = means
		return nil
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 || n > 20 || strconv.Itoa(n) != word {
		return r.refuse("people")
	}
	*to = n
	return nil
}

func (l *Line) readNumber(r row, number string) error {
	if l.Channel != Phone || len(number) > 40 || strings.ContainsFunc(number, func(c rune) bool {
		return !(c >= '0' && c <= '9' || c == ' ' || c == '-' || c == '+')
	}) {
		return r.refuse("number")
	}
	l.Number = number
	return nil
}

func (l *Line) readRule(r row, rest []string) error {
	rule, err := r.rule(rest)
	if err != nil {
		return err
	}
	if len(l.Rules) == maxRules {
		return r.refuse("too_many")
	}
	l.Rules = append(l.Rules, rule)
	return nil
}

// rule reads days, intervals and limits.
func (r row) rule(words []string) (Rule, error) {
	if len(words) == 0 {
		return Rule{}, r.refuse("days")
	}
	days, ok := readWeek(words[0])
	if !ok {
		return Rule{}, r.refuse("days")
	}
	at, rest, err := r.intervals(words[1:])
	if err != nil {
		return Rule{}, err
	}
	if len(at) == 0 {
		return Rule{}, r.refuse("interval")
	}
	from, to, err := r.limits(rest)
	return Rule{Days: days, At: at, From: from, To: to}, err
}

// readDuration reads whole hours or minutes of open time, 2,000 hours at most.
func readDuration(s string) (time.Duration, bool) {
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"h", time.Hour}, {"min", time.Minute}} {
		if n, cut := strings.CutSuffix(s, u.name); cut {
			v, err := strconv.Atoi(n)
			d := time.Duration(v) * u.unit
			return d, err == nil && strconv.Itoa(v) == n && v > 0 && v <= 120_000 && d <= 2000*time.Hour
		}
	}
	return 0, false
}
