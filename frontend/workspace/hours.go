package workspace

import (
	"slices"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
)

// gapsShown stand open on the page; a roster nobody wrote yet has hundreds.
const gapsShown = 6

// opening is what the page of hours is made from.
type opening struct {
	frontend.Words
	plan  hours.Plan
	here  []helpdesk.ID
	names map[helpdesk.ID]string
}

// hours shows the lines, what is missing, and two weeks ahead.
func (d *desk) hours(v *frontend.Visit) error { return d.showHours(v, 200, nil) }

// hoursSet are the settings behind the page, each with a page of its own that
// shows what a change of it promises otherwise.
var hoursSet = []string{office.Roster, office.Leave, office.Exceptions, office.Hours}

// showHours with the closing form that was not accepted, if one was not.
func (d *desk) showHours(v *frontend.Visit, status int, back *CloseForm) error {
	frame, err := d.frame(v, v.Say("hourpage.title"), "hours")
	if err != nil {
		return err
	}
	o, err := d.opening(v, frame.Words)
	if err != nil {
		return err
	}
	page := Hours{Desk: frame, Mine: "/w/hours/mine.ics"}
	if page.Lines, err = d.lineRows(v, o, back); err != nil {
		return err
	}
	now := v.Now()
	for _, g := range hours.Check(o.plan, now, now.AddDate(0, 0, hours.Fortnight)) {
		page.Gaps = append(page.Gaps, o.gap(g))
	}
	if len(page.Gaps) > gapsShown {
		page.Gaps, page.More = page.Gaps[:gapsShown], page.Gaps[gapsShown:]
		page.MoreText = v.Say("hourpage.gaps.more", len(page.More))
	}
	if len(page.Gaps) == 0 {
		page.Fine = &frontend.Empty{Icon: "circle-check", Title: v.Say("hourpage.fine.title"), Text: v.Say("hourpage.fine.text")}
	}
	page.Days = o.days(now)
	for _, name := range hoursSet {
		page.Set = append(page.Set, OfficeRow{Href: "/w/office/" + name, Name: v.Say("office.name." + name), What: what(frame.Words, name)})
	}
	return v.ShowAs(status, page)
}

func (d *desk) opening(v *frontend.Visit, w frontend.Words) (*opening, error) {
	o := &opening{Words: w, names: map[helpdesk.ID]string{}}
	var err error
	if o.plan, err = d.Office.Hours(v.Context); err != nil {
		return nil, err
	}
	present, err := d.Chat.Present(v.Context)
	if err != nil {
		return nil, err
	}
	for _, c := range present {
		if c.Presence != chat.Absent {
			o.here = append(o.here, c.User)
		}
	}
	users, err := d.Staff.Users(v.Context)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		o.names[u.ID] = u.Name
	}
	return o, nil
}

// line is what a line is called: the house's own lines by what they are.
func (o *opening) line(key string) string {
	l, ok := o.plan.Line(key)
	if !ok {
		return key
	}
	channel := o.Say("hourpage.channel." + string(l.Channel))
	if l.Number != "" {
		channel += " " + l.Number
	}
	return o.Say("hourpage.line", channel, o.Say("hourpage.audience."+string(l.Audience)))
}

func (d *desk) lineRows(v *frontend.Visit, o *opening, back *CloseForm) ([]LineRow, error) {
	closures, err := d.Office.Closures(v.Context)
	if err != nil {
		return nil, err
	}
	var out []LineRow
	for _, l := range o.plan.Lines {
		status := o.plan.At(l.Key, v.Now(), o.here)
		row := LineRow{Words: o.Words, Name: o.line(l.Key), Detail: l.Key, Feed: "/w/hours/line.ics?line=" + l.Key}
		row.Chip, row.Why = lineChip(o.Words, status)
		if i := slices.IndexFunc(closures, func(c office.Closure) bool { return c.Line == l.Key }); i >= 0 {
			c := closures[i]
			row.Closed = &ClosedLine{
				Words: o.Words, Line: l.Key, Note: c.Note,
				Text: o.Say("hourpage.closed", firstOf(o.names[c.By], o.Say("message.inside")), o.Say("hours.reason."+c.Reason), moment(o.Words, c.Until.In(o.plan.Zone(l.Key)))),
			}
		} else {
			row.Close = o.closeForm(l.Key, status)
		}
		if back != nil && back.Line == l.Key {
			row.Close = back
		}
		out = append(out, row)
	}
	return out, nil
}

func (o *opening) closeForm(line string, s hours.Status) *CloseForm {
	until := s.Until
	if until.IsZero() {
		until = o.Now.Add(2 * time.Hour)
	}
	f := &CloseForm{
		Words: o.Words, Line: line,
		Until: frontend.Field{Name: "until", Type: "datetime-local", Label: o.Say("hourpage.until"), Value: until.In(o.plan.Zone(line)).Format(localTime)},
		Note:  frontend.Field{Name: "note", Label: o.Say("hourpage.note"), Help: o.Say("hourpage.note.help"), Optional: true, Spellcheck: true, Complete: "off"},
	}
	for _, r := range hours.Reasons {
		f.Reasons = append(f.Reasons, frontend.Option{Value: r, Text: o.Say("hours.reason." + r), Chosen: r == "many_waiting"})
	}
	return f
}

func (o *opening) gap(g hours.Gap) GapRow {
	row := GapRow{Line: o.line(g.Line), When: o.span(g.From, g.To)}
	var who []string
	for _, id := range g.Who {
		who = append(who, firstOf(o.names[id], o.Say("message.inside")))
	}
	switch g.Kind {
	case hours.GapFew:
		row.Text, row.Chip = o.Say("hourpage.gap.few", g.Have, g.Need), frontend.Chip{Kind: "warn", Icon: "users", Text: o.Say("hourpage.gap.few.chip")}
		if len(who) > 0 {
			row.Text += " (" + strings.Join(who, ", ") + ")"
		}
	case hours.GapAlone:
		row.Text = o.Say("hourpage.gap.alone", strings.Join(who, ", "))
		row.Chip = frontend.Chip{Kind: "danger", Icon: "user", Text: o.Say("hourpage.gap.alone.chip")}
	case hours.GapPromise:
		row.Text = o.Say("hourpage.gap.promise", o.Short(g.Due))
		row.Chip = frontend.Chip{Kind: "warn", Icon: "clock", Text: o.Say("hourpage.gap.promise.chip")}
	case hours.GapNoLine:
		row.Text, row.When = o.Say("hourpage.gap.no_line", g.Line), ""
		row.Chip = frontend.Chip{Kind: "warn", Icon: "circle-alert", Text: o.Say("hourpage.gap.no_line.chip")}
	}
	return row
}

// span says a stretch of time within one day shortly, and others whole.
func (o *opening) span(from, to time.Time) string {
	if from.IsZero() {
		return ""
	}
	end := to.Format("15:04")
	switch {
	case to.Sub(from) > 24*time.Hour:
		end = o.Short(to)
	case end == "00:00":
		end = "24:00"
	}
	return o.Short(from) + "–" + end
}

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (o *opening) days(now time.Time) []DayRow {
	var out []DayRow
	today := hours.DateOf(now.In(o.plan.Zone("")))
	for _, p := range o.plan.Preview(today, hours.Fortnight) {
		noon := time.Date(p.Date.Year, p.Date.Month, p.Date.Day, 12, 0, 0, 0, o.plan.Zone(""))
		if name := o.Say("weekday.long."+weekdays[noon.Weekday()]) + " " + o.Day(noon); len(out) == 0 || out[len(out)-1].Name != name {
			out = append(out, DayRow{Name: name, Today: p.Date == today})
		}
		day := &out[len(out)-1]
		if p.Holiday != "" {
			day.Holiday = o.Say("hours.day." + p.Holiday)
		}
		day.Lines = append(day.Lines, o.dayLine(p))
	}
	return out
}

func (o *opening) dayLine(p hours.Preview) DayLine {
	row := DayLine{Name: o.line(p.Line), Hours: o.Say("hourpage.closed.day")}
	var spans, who []string
	for _, s := range p.Hours {
		spans = append(spans, clocks(s))
	}
	if len(spans) > 0 {
		row.Hours = strings.Join(spans, ", ")
	}
	for _, duty := range p.Duties {
		name := firstOf(o.names[duty.Who], o.Say("message.inside"))
		if !slices.Contains(who, name) {
			who = append(who, name)
		}
	}
	row.Who = strings.Join(who, ", ")
	if p.Except != nil {
		row.Chips = append(row.Chips, frontend.Chip{Kind: "accent", Icon: "calendar", Text: o.Say("hours.reason." + p.Except.Reason)})
	}
	for _, s := range p.Closed {
		row.Chips = append(row.Chips, frontend.Chip{Kind: "warn", Icon: "hand", Text: o.Say("hourpage.full", clocks(s))})
	}
	var kinds []string
	for _, g := range p.Gaps {
		if slices.Contains(kinds, g.Kind) {
			continue
		}
		kinds = append(kinds, g.Kind)
		row.Chips = append(row.Chips, o.gap(g).Chip)
	}
	return row
}

func clocks(s hours.Span) string {
	to := s.To.Format("15:04")
	if to == "00:00" {
		to = "24:00"
	}
	return s.From.Format("15:04") + "–" + to
}
