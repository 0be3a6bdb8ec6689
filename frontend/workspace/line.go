package workspace

import (
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk/hours"
)

// lineChip says how a line stands, and why it is not open.
func lineChip(w frontend.Words, s hours.Status) (frontend.Chip, string) {
	switch s.State {
	case hours.Open:
		chip := frontend.Chip{Kind: "ok", Icon: "circle-check", Text: w.Say("line.open")}
		if !s.Until.IsZero() {
			chip.Text = w.Say("line.open.until", moment(w, s.Until))
		}
		return chip, ""
	case hours.Capacity:
		return frontend.Chip{Kind: "warn", Icon: "hand", Text: w.Say("line.capacity")}, because(w, s)
	case hours.Few:
		return frontend.Chip{Kind: "warn", Icon: "users", Text: w.Say("line.short")}, because(w, s)
	}
	return frontend.Chip{Icon: "clock", Text: w.Say("line.closed")}, because(w, s)
}

// because says why a line is not open, and when it opens next.
func because(w frontend.Words, s hours.Status) string {
	var why string
	switch a := s.Why.Args; s.Why.Key {
	case "hours.why.holiday":
		why = w.Say("line.why.holiday", w.Say("hours.day."+text(a, 0)))
	case "hours.why.exception":
		why = w.Say("line.why.exception", w.Say("hours.reason."+text(a, 0)))
	case "hours.why.capacity":
		why = w.Say("line.why.capacity", w.Say("hours.reason."+text(a, 0)), moment(w, instant(a, 1)))
	case "hours.why.few":
		why = w.Say("line.why.few", count(a, 0), count(a, 1))
	case "hours.why.no_line":
		why = w.Say("line.why.no_line")
	default:
		why = w.Say("line.why.outside")
	}
	if s.Next.IsZero() {
		return why
	}
	return why + " " + w.Say("line.next", moment(w, s.Next))
}

func text(args []any, i int) string {
	if i < len(args) {
		if s, ok := args[i].(string); ok {
			return s
		}
	}
	return ""
}

func count(args []any, i int) int {
	if i < len(args) {
		if n, ok := args[i].(int); ok {
			return n
		}
	}
	return 0
}

func instant(args []any, i int) time.Time {
	if i < len(args) {
		if t, ok := args[i].(time.Time); ok {
			return t
		}
	}
	return time.Time{}
}

// moment is a clock today, and a weekday with its date on other days.
func moment(w frontend.Words, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	here := w.Now.In(t.Location())
	if t.Year() == here.Year() && t.YearDay() == here.YearDay() {
		return t.Format("15:04")
	}
	return w.Short(t)
}
