package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
)

// The year of week: how many come, and when ten times as many do.
const (
	weeks     = 52
	minutes   = weeks * 7 * 24 * 60
	yearMails = 8000
	yearCalls = 1200
	yearChats = 3000
	tenfold   = 19 // the week, from 0, in which everything comes ten times
)

// Of the service's work.
const (
	letterWork  = 27 // minutes, as most letters take; some take several times as long
	callWork    = 15
	chatWork    = 30
	chatsAtOnce = 2
	patience    = 20 // minutes somebody waits in a talk's queue before it becomes a letter
)

// service is the house as it is staffed.
type service struct {
	begins  time.Time
	plan    hours.Plan
	parts   routing.Parts
	teams   []routing.Team
	staff   []routing.Counsellor
	board   *routing.Switchboard
	on      map[string][][]bool // by line, of each counsellor: minutes on duty
	opens   map[string][]int32  // by line: the next minute from each at which it shows as open, of letters at which somebody works; -1 for none
	dues    map[int]int         // of letters, by the minute in which work on them could begin
	evening bool
}

var (
	teamReturn, teamLaw, teamChildren = benchID("return", 0), benchID("law", 0), benchID("child", 0)
	liveLines                         = []string{"chat_detained", "chat_everyone", "advice_phone", "general_line"}
)

// newService staffs the house: three return counsellors, three lawyers and one
// for children. Whoever works an evening begins at one that day, so both
// rosters have the same hours.
func newService(b *bench, evening bool) *service {
	s := &service{begins: time.Date(2027, 1, 4, 0, 0, 0, 0, time.UTC), evening: evening, on: map[string][][]bool{}, opens: map[string][]int32{}, dues: map[int]int{}}
	text := hours.Default
	if !evening {
		from := strings.Index(text, "line chat_detained")
		text = text[:from] + text[strings.Index(text, "# mail comes in"):]
	}
	var err error
	s.plan, err = hours.Read(text)
	b.check(err)
	s.plan.Needed = 2
	s.teams = []routing.Team{{ID: teamReturn}, {ID: teamLaw}, {ID: teamChildren, Restricted: true}}
	languages := []string{"sv, en, prs", "sv, ar, en", "sv, fa, ru", "sv, en, so", "sv, prs, ps", "sv, ar, ckb", "sv, en"}
	var profiles, leave strings.Builder
	for i := range 7 {
		team, skill := teamReturn, "return"
		if i >= 3 {
			team, skill = teamLaw, "lawyer"
		}
		teams := []helpdesk.ID{team}
		if i == 6 {
			teams, skill = []helpdesk.ID{teamChildren, teamLaw}, "children"
		}
		id, gender, substitute := benchID("staff", i), "woman", i/3*3+(i+1)%3
		if i%3 == 1 {
			gender = "man"
		}
		if i == 6 {
			substitute = 3
		}
		s.staff = append(s.staff, routing.Counsellor{ID: id, Teams: teams})
		fmt.Fprintf(&profiles, "%s | %s | %s | %s | - | 30 | %s\n", id, languages[i], skill, gender, benchID("staff", substitute))
		summer, winter := hours.DateOf(s.begins).Add(7*(24+i%4)), hours.DateOf(s.begins).Add(7*(5+6*i))
		fmt.Fprintf(&leave, "%s | %s | %s\n%s | %s | %s\n", id, summer, summer.Add(27), id, winter, winter.Add(6))
	}
	s.plan.Roster, err = hours.ReadRoster(s.roster())
	b.check(err)
	s.parts.Profiles, err = routing.ReadProfiles(profiles.String())
	b.check(err)
	s.parts.Leave, err = routing.ReadLeave(leave.String())
	b.check(err)
	s.parts.Rules, err = routing.ReadRules(routing.DefaultRules)
	b.check(err)
	s.parts.Topics, err = routing.ReadTopics(routing.DefaultTopics)
	b.check(err)
	s.parts.Kinds, err = routing.ReadTeamKinds(fmt.Sprintf("%s | return\n%s | law | %s\n%s | children | %s", teamReturn, teamLaw, teamReturn, teamChildren, teamLaw))
	b.check(err)
	s.plan.Roster.Absences = routing.Absences(s.parts.Leave)
	s.board = routing.Ready(s.parts.House(s.teams, s.staff, s.plan, s.begins))
	s.lay()
	return s
}

var weekDays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func (s *service) roster() string {
	var text strings.Builder
	shift := func(who int, line, day, at string) {
		fmt.Fprintf(&text, "shift %s %s %s %s\n", benchID("staff", who), line, day, at)
	}
	for d, day := range weekDays {
		late := []int{d % 3, 3 + (d+1)%3}
		if s.evening {
			for _, who := range late {
				shift(who, "chat_detained", day, "18:00-21:00")
			}
		}
		if d > 4 {
			continue
		}
		back := late
		switch d { // Saturday's evening is taken back on Monday, Sunday's on Tuesday
		case 0:
			back = append(slices.Clone(late), 5%3, 3+6%3)
		case 1:
			back = append(slices.Clone(late), 6%3, 3+7%3)
		}
		for who := range 7 {
			at := "10:00-16:00"
			if s.evening && slices.Contains(back, who) {
				at = "13:00-16:00"
			}
			shift(who, "mail", day, at)
		}
		for _, who := range []int{(d + 1) % 3, 3 + (d+2)%3, 6} {
			shift(who, "chat_everyone", day, "10:00-16:00")
		}
		shift((d+2)%3, "general_line", day, "10:00-12:00 13:00-16:00")
		if day == "wed" {
			shift(3, "advice_phone", day, "09:00-12:00")
			shift(4, "advice_phone", day, "09:00-12:00")
		}
	}
	return text.String()
}

func (s *service) minute(t time.Time) int { return int(t.Sub(s.begins) / time.Minute) }

func (s *service) time(minute int) time.Time {
	return s.begins.Add(time.Duration(minute) * time.Minute).In(s.plan.Zone(""))
}

// lay writes the year's roster and openings out by the minute.
func (s *service) lay() {
	end := s.time(minutes)
	for _, line := range append([]string{"mail"}, liveLines...) {
		on := make([][]bool, len(s.staff))
		for i := range on {
			on[i] = make([]bool, minutes)
		}
		s.on[line] = on
	}
	for _, d := range s.plan.Duties(s.begins, end) {
		who := slices.IndexFunc(s.staff, func(c routing.Counsellor) bool { return c.ID == d.Who })
		for m := max(0, s.minute(d.From)); m < min(minutes, s.minute(d.To)); m++ {
			s.on[d.Line][who][m] = true
		}
	}
	for _, line := range liveLines {
		shown := make([]bool, minutes)
		need := 1
		if strings.HasPrefix(line, "chat") {
			need = s.plan.Needed
		}
		for _, open := range s.plan.Open(line, s.begins, end) {
			for m := max(0, s.minute(open.From)); m < min(minutes, s.minute(open.To)); m++ {
				have := 0
				for _, on := range s.on[line] {
					if on[m] {
						have++
					}
				}
				shown[m] = have >= need
			}
		}
		opens, at := make([]int32, minutes), int32(-1)
		for m := minutes - 1; m >= 0; m-- {
			if shown[m] {
				at = int32(m)
			}
			opens[m] = at
		}
		s.opens[line] = opens
	}
	at := int32(-1)
	s.opens["mail"] = make([]int32, minutes)
	for m := minutes - 1; m >= 0; m-- {
		if slices.ContainsFunc(s.on["mail"], func(on []bool) bool { return on[m] }) {
			at = int32(m)
		}
		s.opens["mail"][m] = at
	}
}

// promise is the minute by which a letter of a minute is promised to be
// answered; 0 for none. Letters of one night have the same promise.
func (s *service) promise(minute int) int {
	from := int(s.opens["mail"][minute])
	if from < 0 {
		return 0
	}
	due, known := s.dues[from]
	if !known {
		if at, ok := s.plan.Promise("mail", s.time(from)); ok {
			due = s.minute(at)
		}
		s.dues[from] = due
	}
	return due
}

// contact is one time somebody asks.
type contact struct {
	facts    routing.Facts
	asked    int // minute of the year
	promised int // 0 for no promise
	answered int // 0 while not
	work     int // minutes, and what is left of them
	letter   bool
	line     string // of a talk, once it waits there
	since    int    // waits there since
	owner    helpdesk.ID
	priority int
}

func (c *contact) audience() string {
	switch {
	case c.facts.Child:
		return "child"
	case c.facts.Audience == hours.Detained:
		return "detained"
	}
	return "everyone"
}

func (c *contact) way() string {
	if c.facts.Channel == hours.Mail {
		return "mail"
	}
	return "talk"
}

// people draws who asks in the year, in the order of time.
func (s *service) people(draw *rand.Rand) []*contact {
	var all []*contact
	for _, way := range []struct {
		channel         hours.Channel
		n               int
		detained, child float64
		work            float64
	}{{hours.Mail, yearMails, .08, .06, letterWork}, {hours.Phone, yearCalls, .12, .17, callWork}, {hours.Chat, yearChats, .3, .08, chatWork}} {
		for range way.n {
			week := draw.IntN(weeks)
			times := 1
			if week == tenfold {
				times = 10
			}
			for range times {
				c := &contact{letter: way.channel == hours.Mail, work: max(5, int(way.work*math.Exp(.6*draw.NormFloat64())))}
				c.facts = someone(draw, way.channel, way.detained, way.child)
				c.asked = week*7*24*60 + moment(draw, c)
				c.asked = min(c.asked, minutes-1)
				all = append(all, c)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *contact) int { return a.asked - b.asked })
	return all
}

func someone(draw *rand.Rand, channel hours.Channel, detained, child float64) routing.Facts {
	f := routing.Facts{Channel: channel, Team: teamLaw, Language: []string{"sv", "en", "ar", "prs", "fa", "so", "ps", "ckb", "ti", "ru"}[draw.IntN(10)]}
	if channel != hours.Mail {
		f.Team = teamReturn
	}
	switch p := draw.Float64(); {
	case p < child:
		f.Child = true
	case p < child+detained:
		f.Audience = hours.Detained
	}
	switch p := draw.Float64(); {
	case p < .45:
		f.Topic = []string{"appeal", "law"}[draw.IntN(2)]
	case p < .75:
		f.Topic = []string{"process", "readmission", "authorities", "reintegration"}[draw.IntN(4)]
	}
	if f.Audience == hours.Detained && draw.IntN(2) == 0 {
		f.Topic = "detention"
	}
	f.Urgent = draw.IntN(50) == 0
	switch p := draw.Float64(); {
	case p < .06:
		f.Wish = routing.Woman
	case p < .08:
		f.Wish = routing.Man
	}
	if draw.IntN(3) == 0 {
		f.Earlier = benchID("staff", draw.IntN(7))
	}
	return f
}

// moment is a minute of the week: letters at all hours, talks when people are
// awake; a detained person's day is turned.
func moment(draw *rand.Rand, c *contact) int {
	day := draw.IntN(7)
	if draw.IntN(3) > 0 {
		day = draw.IntN(5)
	}
	middle, spread := 13.5, 4.5
	if c.facts.Audience == hours.Detained {
		middle, spread = 19.5, 3.5
		day = draw.IntN(7)
	}
	hour := math.Mod(middle+spread*draw.NormFloat64()+48, 24)
	return day*24*60 + int(hour*60)
}

// awake tells whether somebody could talk at a minute, as their clocks show it.
func (s *service) awake(c *contact, minute int) bool {
	h := s.time(minute).Hour()
	if c.facts.Audience == hours.Detained {
		return h >= 13 || h < 3
	}
	return h >= 8 && h < 22
}

// nextTalk is the next minute from one on at which a line is open to somebody
// who is awake; false when there is none within a week.
func (s *service) nextTalk(c *contact, from int) (line string, minute int, ok bool) {
	best := minutes
	for _, key := range s.plan.For(c.facts.Channel, audienceOf(c)) {
		opens := s.opens[key]
		for m := from; m < min(minutes, from+7*24*60); {
			at := int(opens[m])
			if at < 0 {
				break
			}
			if s.awake(c, at) {
				if at < best {
					best, line = at, key
				}
				break
			}
			m = at + 15
		}
	}
	return line, best, best < min(minutes, from+7*24*60)
}

func audienceOf(c *contact) hours.Audience {
	switch c.audience() {
	case "child":
		return hours.Child
	case "detained":
		return hours.Detained
	}
	return hours.Everyone
}
