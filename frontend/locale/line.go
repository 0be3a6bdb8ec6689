package locale

import (
	"strings"

	"returnsupport/helpdesk/hours"
)

// Line is the catalogue's name for a phone line, or just "our phone" for one the
// house added.
func (w Words) Line(key string) string {
	if key == "advice_phone" || key == "general_line" {
		return w.Say("line." + key)
	}
	return w.Say("line.any")
}

// Week says the hours of seven days, days alike together: "Monday–Friday
// 10:00–12:00, 13:00–16:00".
func (w Words) Week(days [7][]hours.Span) []string {
	var out []string
	for from := 0; from < 7; {
		times, to := w.clocks(days[from]), from
		for to+1 < 7 && w.clocks(days[to+1]) == times {
			to++
		}
		if times != "" {
			day := w.weekday(days[from][0].From, "long")
			if to > from {
				day = w.Say("moment.days", day, w.weekday(days[to][0].From, "long"))
			}
			out = append(out, day+" "+times)
		}
		from = to + 1
	}
	return out
}

func (w Words) clocks(spans []hours.Span) string {
	var all []string
	for _, s := range spans {
		all = append(all, w.Say("moment.hours", s.From.Format("15:04"), s.To.Format("15:04")))
	}
	return strings.Join(all, ", ")
}
