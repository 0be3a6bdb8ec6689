package hours

import (
	"strconv"
	"strings"
	"time"
)

// Write makes the text that Read reads back into the same sites, eves, late
// hours and lines.
func Write(p Plan) string {
	var b strings.Builder
	for _, s := range p.Sites {
		b.WriteString("site " + s.Key + " " + s.Zone.String() + "\n")
	}
	b.WriteString("eves " + orNone(strings.Join(p.Eves, " ")) + "\n")
	late := ""
	if p.Late != (Interval{}) {
		late = p.Late.String()
	}
	b.WriteString("late " + orNone(late) + "\n")
	for _, l := range p.Lines {
		l.write(&b)
	}
	return b.String()
}

func (l Line) write(b *strings.Builder) {
	b.WriteString("\nline " + l.Key + " " + string(l.Channel) + " " + string(l.Audience) + "\n")
	if l.Number != "" {
		b.WriteString("  number " + l.Number + "\n")
	}
	if l.Site != "" {
		b.WriteString("  at " + l.Site + "\n")
	}
	for _, r := range l.Rules {
		b.WriteString("  open " + r.Days.String())
		writeIntervals(b, r.At)
		writeLimits(b, r.From, r.To)
		b.WriteString("\n")
	}
	if l.Holidays {
		b.WriteString("  holidays open\n")
	}
	if l.Answer > 0 {
		b.WriteString("  answer " + writeDuration(l.Answer) + "\n")
	}
	switch l.Present {
	case 0:
	case House:
		b.WriteString("  present house\n")
	default:
		b.WriteString("  present " + strconv.Itoa(l.Present) + "\n")
	}
	if l.Rostered != Usual {
		b.WriteString("  rostered " + strconv.Itoa(l.Rostered) + "\n")
	}
}

func orNone(s string) string {
	if s == "" {
		return none
	}
	return s
}

func writeDuration(d time.Duration) string {
	if d%time.Hour == 0 {
		return strconv.Itoa(int(d/time.Hour)) + "h"
	}
	return strconv.Itoa(int(d/time.Minute)) + "min"
}
