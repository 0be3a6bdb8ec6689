package volunteer

import (
	"strings"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/hours"
)

// paper is what stands on every card of a sheet: who answers, where, when, and
// nothing of return. It may be found by somebody else.
func (h *hall) paper(v *frontend.Visit, lang string) (Paper, error) {
	w := h.site.WordsFor(lang)
	name, err := h.Office.PublicName(v.Context, lang)
	if err != nil {
		return Paper{}, err
	}
	if name == "" {
		name = w.Public
	}
	p := Paper{Lang: lang, Dir: w.Dir(), Name: name, Lead: w.Say("card.lead"), Web: w.Say("card.web"), Address: webAddress(v, lang),
		Call: w.Say("card.phone"), Code: w.Say("enter.label"), Door: w.Say("enter.title"), Names: languages(w)}
	plan, err := h.Office.Hours(v.Context)
	if err != nil {
		return Paper{}, err
	}
	for _, key := range plan.For(hours.Phone, hours.Everyone) {
		l, _ := plan.Line(key)
		p.Phones = append(p.Phones, PaperPhone{Name: lineName(w.Words, key), Number: l.Number, Hours: week(w.Words, plan.Week(key, v.Now()))})
	}
	return p, nil
}

// lineName is the catalogue's name for a line, or just "our phone" for one the
// house added.
func lineName(w locale.Words, key string) string {
	if key == "advice_phone" || key == "general_line" {
		return w.Say("line." + key)
	}
	return w.Say("line.any")
}

// week says when a line is open, days of the same hours together.
func week(w locale.Words, days [7][]hours.Span) []string {
	var out []string
	for from := 0; from < 7; {
		times, to := clocks(w, days[from]), from
		for to+1 < 7 && clocks(w, days[to+1]) == times {
			to++
		}
		if times != "" {
			name := func(i int) string { return w.Say("weekday.long." + weekdayKeys[days[i][0].From.Weekday()]) }
			day := name(from)
			if to > from {
				day = w.Say("moment.days", day, name(to))
			}
			out = append(out, day+" "+times)
		}
		from = to + 1
	}
	return out
}

func clocks(w locale.Words, spans []hours.Span) string {
	var all []string
	for _, s := range spans {
		all = append(all, w.Say("moment.hours", s.From.Format("15:04"), s.To.Format("15:04")))
	}
	return strings.Join(all, ", ")
}
