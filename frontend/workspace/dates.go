package workspace

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
)

// dateBack is a form of the dates that was refused.
type dateBack struct {
	form    string
	no      helpdesk.Refusal
	promise bool // it may be promised all the same
}

// dating is the dates of a ticket on their way to its page.
type dating struct {
	*showing
	v       *frontend.Visit
	base    string
	decides bool
	lawyer  bool
	lawyers []string // by name
	today   hours.Date
	items   []tasks.Item
	wait    tasks.Wait
	listen  tasks.Listen
	parts   routing.Parts
	back    *dateBack
}

// dates puts them onto the page: the card beside the ticket, what comes before
// everything else over it, and the warning beside the composer.
func (d *desk) dates(v *frontend.Visit, s *showing, page *Ticket, back *dateBack) error {
	t, head := s.sheet.Ticket, s.sheet.Head
	x := &dating{
		showing: s, v: v, base: ticketPath(t.ID), back: back,
		decides: v.Session.Member(t.Team) && s.sheet.Proven,
	}
	var err error
	if x.items, x.wait, err = d.Tasks.Of(v.Context, t, head); err != nil {
		return err
	}
	if x.today, err = d.Tasks.Today(v.Context); err != nil {
		return err
	}
	if x.listen, err = d.Tasks.Listen(v.Context, head.Facts); err != nil {
		return err
	}
	if x.parts, err = d.Office.Routing(v.Context); err != nil {
		return err
	}
	set, err := d.Office.Dates(v.Context)
	if err != nil {
		return err
	}
	d.lawyers(v, x)
	d.daters(v, s)
	page.Side.Dates = x.card()
	if x.decides {
		page.Side.Dates.Forms = x.forms(set.LeaveWeeks)
	}
	if x.listen.First {
		page.Listen = &ListenPanel{Words: s.Words, First: s.Say("task.listen.first", x.listen.Left), Appeal: x.appeal()}
	} else {
		appeal := x.appeal()
		page.Side.Dates.Appeal = &appeal
	}
	if warning, warns := tasks.Advice(head.Facts, x.legal()); warns {
		page.Advice = &frontend.Notice{Kind: "warn", Text: sayFact(s.Words, warning)}
	}
	return nil
}

// lawyers finds who may say when the right to appeal ends.
func (d *desk) lawyers(v *frontend.Visit, x *dating) {
	var ids []helpdesk.ID
	for _, p := range x.parts.Profiles {
		if slices.Contains(p.Skills, tasks.SkillLawyer) {
			ids = append(ids, p.Who)
			x.lawyer = x.lawyer || p.Who == v.Session.User.ID
		}
	}
	for _, name := range d.names(v, ids...) {
		x.lawyers = append(x.lawyers, name)
	}
	slices.Sort(x.lawyers)
}

// daters are the names of those who wrote, confirmed or settled a date.
func (d *desk) daters(v *frontend.Visit, s *showing) {
	var ids []helpdesk.ID
	for _, date := range s.sheet.Head.Facts.Dates {
		ids = append(ids, date.By, date.Confirmed)
	}
	maps.Copy(s.names, d.names(v, ids...))
}

// legal: an answer here may give legal advice, because of what it is about,
// whose it is, or what hangs on it.
func (x *dating) legal() bool {
	f, team := x.sheet.Head.Facts, x.sheet.Ticket.Team
	if _, open := f.Appeal(); open || x.lawyer {
		return true
	}
	return slices.ContainsFunc(x.parts.Topics, func(t routing.Topic) bool { return t.Key == f.Topic && t.Kind == "law" }) ||
		slices.ContainsFunc(x.parts.Kinds, func(k routing.TeamKind) bool { return k.Team == team && k.Kind == "law" })
}

// sayFact says a fact of the room: its days as a calendar has them, its instants
// as near as they are.
func sayFact(w frontend.Words, f tasks.Fact) string {
	args := make([]any, len(f.Args))
	for i, a := range f.Args {
		switch a := a.(type) {
		case time.Time:
			args[i] = w.Near(a)
		case string:
			args[i] = dayText(w, a)
		default:
			args[i] = a
		}
	}
	return w.Say(f.Key, args...)
}

// dayText is a day in words; what is no day stays as it is.
func dayText(w frontend.Words, s string) string {
	day, err := time.ParseInLocation(time.DateOnly, s, w.Zone)
	if err != nil {
		return s
	}
	return w.Day(day.Add(12 * time.Hour))
}

func (x *dating) card() *DatesCard {
	c := &DatesCard{Words: x.Words, Base: x.base, Decides: x.decides, Papers: x.papers()}
	if x.back != nil {
		c.Problem = x.problem()
	}
	if chip, waits := x.waiting(); waits {
		c.Wait = &chip
	}
	for _, date := range x.sheet.Head.Facts.Dates {
		if date.Kind == tickets.DateDecision || date.Kind == tickets.DateFinal {
			c.Known = append(c.Known, Fact{x.Say("task.kind." + string(date.Kind)), dayText(x.Words, date.Day)})
		}
	}
	for _, item := range x.items {
		if item.Kind != tasks.KindAnswer {
			c.Rows = append(c.Rows, x.row(item))
		}
	}
	for _, date := range x.sheet.Head.Facts.Dates {
		if !date.Done.IsZero() {
			c.Done = append(c.Done, DateRow{
				Words: x.Words, Base: x.base, ID: date.ID, Kind: x.Say("task.kind." + string(date.Kind)), Day: dayText(x.Words, date.Day),
				Note: date.Note, Decides: x.decides, By: x.Say("datecard.done.by", x.colleague(date.By), x.Near(date.Done)),
			})
		}
	}
	return c
}

// waiting is how long the promised answer has left.
func (x *dating) waiting() (frontend.Chip, bool) {
	switch {
	case x.wait.Due.IsZero():
		return frontend.Chip{}, false
	case x.wait.Late(x.v.Now()):
		return frontend.Chip{Kind: "danger", Icon: "clock", Text: x.Say("task.when.late", x.Near(x.wait.Due))}, true
	case x.wait.Alarming(x.v.Now()):
		return frontend.Chip{Kind: "warn", Icon: "clock", Text: x.Say("task.when.answer", x.Near(x.wait.Due))}, true
	}
	return frontend.Chip{Icon: "clock", Text: x.Say("task.when.answer", x.Near(x.wait.Due))}, true
}

func (x *dating) row(i tasks.Item) DateRow {
	date := i.Date
	r := DateRow{
		Words: x.Words, Base: x.base, ID: date.ID, Kind: x.Say("task.kind." + string(i.Kind)), Day: dayText(x.Words, i.Day.String()),
		Machine: date.Day, Note: date.Note, Why: sayFact(x.Words, i.Why), Decides: x.decides,
		Done: x.decides && (!date.Proposed || date.Kind != tickets.DateAppeal || x.lawyer),
	}
	if date.At != "" {
		r.Day += " " + date.At
	}
	chip := frontend.Chip{Icon: "clock", Text: sayFact(x.Words, i.When)}
	switch {
	case i.Step == tasks.StepOverdue:
		chip.Kind, chip.Icon = "danger", "triangle-alert"
	case i.Step.Alarming():
		chip.Kind = "warn"
	}
	r.Chips = append(r.Chips, chip)
	switch {
	case date.Proposed:
		r.Chips = append(r.Chips, frontend.Chip{Kind: "warn", Icon: "circle-alert", Text: x.Say("datecard.proposed")})
		r.Confirm = x.decides && (date.Kind != tickets.DateAppeal || x.lawyer)
		if date.Kind == tickets.DateAppeal && !x.lawyer {
			r.Who = x.Say("datecard.lawyers.none")
			if len(x.lawyers) > 0 {
				r.Who = x.Say("datecard.lawyers", strings.Join(x.lawyers, ", "))
			}
		}
	case date.Confirmed != "":
		r.Chips = append(r.Chips, frontend.Chip{Kind: "ok", Icon: "check", Text: x.Say("datecard.confirmed", x.colleague(date.Confirmed))})
	}
	for _, hint := range i.Hints {
		if hint.Key != "task.hint.unconfirmed" && hint.Key != "task.hint.nobody" && hint.Key != "task.hint.closed" {
			r.Hints = append(r.Hints, sayFact(x.Words, hint))
		}
	}
	// What is lost by waiting is never put off: the room refuses it.
	switch date.Kind {
	case tickets.DateFollowUp, tickets.DateOther, tickets.DateSnooze:
		r.PutOff = x.decides
	}
	return r
}

func (x *dating) appeal() AppealForm {
	f := x.sheet.Head.Facts
	_, dated := f.Appeal()
	return AppealForm{
		Words: x.Words, Base: x.base, Text: sayFact(x.Words, x.listen.Appeal), Decides: x.decides, Dated: dated,
		Who:   frontend.Field{Name: "appeal-by", Label: x.Say("datecard.appeal.who"), Help: x.Say("datecard.appeal.who.help"), Value: f.AppealBy, Optional: true, Complete: "off"},
		Until: frontend.Field{Name: "appeal-until", Label: x.Say("datecard.appeal.until"), Help: x.Say("datecard.appeal.until.help"), Type: "date", Optional: true},
	}
}

func (x *dating) papers() PapersForm {
	seen := x.sheet.Head.Facts.Papers
	p := PapersForm{Words: x.Words, Base: x.base, Decides: x.decides, Chip: frontend.Chip{Kind: "warn", Icon: "file-text", Text: x.Say("datecard.papers." + firstOf(seen, "unasked"))}}
	if seen == tickets.PapersAll {
		p.Chip.Kind = "ok"
	}
	for _, value := range []string{tickets.PapersNone, tickets.PapersPart, tickets.PapersAll} {
		p.Seen = append(p.Seen, frontend.Option{Value: value, Text: x.Say("datecard.papers." + value), Chosen: value == seen})
	}
	return p
}

func (x *dating) problem() *DateProblem {
	p := &DateProblem{Words: x.Words, Base: x.base, Notice: frontend.Notice{Kind: "warn", Text: x.refusal(x.back.no), More: x.Say("datecard.again")}}
	if x.back.promise {
		p.Notice.More = ""
		p.Anyway = []Hidden{{"do", "promise"}, {"anyway", "1"}, {"promise-day", x.typed("promise", "promise-day")}, {"by", x.typed("promise", "by")}, {"promised", x.typed("promise", "promised")}}
	}
	return p
}

func (x *dating) refusal(no helpdesk.Refusal) string {
	return sayFact(x.Words, tasks.Fact{Key: no.Key, Args: no.Args})
}

// typed is what was typed into a refused form.
func (x *dating) typed(form, field string) string {
	if x.back == nil || x.back.form != form {
		return ""
	}
	return x.v.Form.Value(field)
}

// dateKinds can be written by hand; decisions and promises have their own forms.
var dateKinds = []tickets.DateKind{
	tickets.DateTalk, tickets.DateReporting, tickets.DateTravel, tickets.DateAdult, tickets.DateFollowUp, tickets.DateLeaveBy, tickets.DateAppeal, tickets.DateOther,
}

func (x *dating) forms(weeks []int) *DateForms {
	day := func(name, label, help, form string) frontend.Field {
		f := frontend.Field{Name: name, Label: x.Say(label), Value: x.typed(form, name), Type: "date", Optional: true}
		if help != "" {
			f.Help = x.Say(help)
		}
		return f
	}
	f := &DateForms{
		Words: x.Words, Base: x.base,
		Received:   day("received", "datecard.received", "datecard.received.help", "decision"),
		FinalDay:   day("final", "datecard.final.day", "", "final"),
		Day:        day("day", "datecard.day", "", "add"),
		At:         frontend.Field{Name: "at", Label: x.Say("datecard.at"), Value: x.typed("add", "at"), Type: "time", Optional: true},
		Note:       frontend.Field{Name: "date-note", Label: x.Say("datecard.note"), Value: x.typed("add", "date-note"), Optional: true, Spellcheck: true, Complete: "off"},
		PromiseDay: day("promise-day", "datecard.promise.other", "", "promise"),
		Promised:   frontend.Field{Name: "promised", Label: x.Say("datecard.promised"), Help: x.Say("datecard.promised.help"), Value: x.typed("promise", "promised"), Optional: true, Spellcheck: true, Complete: "off"},
		Snooze:     day("until", "datecard.snooze.until", "datecard.snooze.help", "snooze"),
	}
	f.Received.Optional, f.FinalDay.Optional, f.Day.Optional, f.Snooze.Optional = false, false, false, false
	if x.back != nil {
		f.Open = x.back.form
	}
	for i, w := range weeks {
		f.Weeks = append(f.Weeks, frontend.Option{Value: strconv.Itoa(w), Text: x.Say("datecard.weeks", w), Chosen: i == 0 && x.typed("final", "weeks") == "" || x.typed("final", "weeks") == strconv.Itoa(w)})
	}
	for _, k := range dateKinds {
		f.Kinds = append(f.Kinds, frontend.Option{Value: string(k), Text: x.Say("task.kind." + string(k)), Chosen: string(k) == x.typed("add", "kind")})
	}
	for n := range 8 {
		on := x.today.Add(n)
		f.Days = append(f.Days, frontend.Option{Value: on.String(), Text: x.Say("weekday.long."+weekdays[on.Weekday()]) + " " + dayText(x.Words, on.String()), Chosen: x.typed("promise", "by") == on.String()})
	}
	f.Days = append(f.Days, frontend.Option{Text: x.Say("datecard.promise.below"), Chosen: x.back != nil && x.back.form == "promise" && x.typed("promise", "by") == ""})
	return f
}
