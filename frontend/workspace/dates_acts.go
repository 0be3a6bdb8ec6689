package workspace

import (
	"errors"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
)

// changeDates does what a form of the dates asks for. One that was refused
// comes back with what was typed.
func (d *desk) changeDates(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	do, f := v.Form.Value("do"), v.Form
	switch do {
	case "decision", "final", "add", "promise", "snooze":
		err = d.newDate(v, id, do)
	case "papers":
		err = d.Tasks.Papers(v.Context, v.Session, id, f.Value("seen"))
	case "appeal":
		err = d.appealBy(v, id)
	case "done", "undone", "confirm", "putoff":
		err = d.changeDate(v, id, do)
	default:
		return helpdesk.ErrNotFound
	}
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		back := &dateBack{form: do, no: no, promise: no.Key == "task.promise.roster"}
		return d.ticketPage(v, 422, id, nil, back)
	}
	if err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "date") + "#dates")
}

// newDate writes a date by one of the forms.
func (d *desk) newDate(v *frontend.Visit, id helpdesk.ID, do string) error {
	f := v.Form
	name := map[string]string{"decision": "received", "final": "final", "add": "day", "promise": "by", "snooze": "until"}[do]
	if do == "promise" && f.Value("by") == "" {
		name = "promise-day"
	}
	day, err := tasks.ParseDay(strings.TrimSpace(f.Value(name)))
	if err != nil {
		return err
	}
	switch do {
	case "decision":
		_, err = d.Tasks.Decision(v.Context, v.Session, id, day)
	case "final":
		weeks, wrong := strconv.Atoi(f.Value("weeks"))
		if wrong != nil {
			return helpdesk.Refuse("task.weeks")
		}
		_, err = d.Tasks.Final(v.Context, v.Session, id, day, weeks)
	case "add":
		err = d.addDate(v, id, day)
	case "promise":
		_, err = d.Tasks.Promise(v.Context, v.Session, id, day, strings.TrimSpace(f.Value("promised")), f.Value("anyway") != "")
	case "snooze":
		err = d.Tasks.Snooze(v.Context, v.Session, id, "", day)
	}
	return err
}

func (d *desk) addDate(v *frontend.Visit, id helpdesk.ID, day hours.Date) error {
	kind := tickets.DateKind(v.Form.Value("kind"))
	known := false
	for _, k := range dateKinds {
		known = known || k == kind
	}
	if !known {
		return helpdesk.Refuse("task.kind")
	}
	_, err := d.Tasks.Add(v.Context, v.Session, id, tasks.Plan{
		Kind: kind, Day: day, At: strings.TrimSpace(v.Form.Value("at")), Note: strings.TrimSpace(v.Form.Value("date-note")),
	})
	return err
}

// changeDate settles one date, takes that back, confirms or puts it off.
func (d *desk) changeDate(v *frontend.Visit, id helpdesk.ID, do string) error {
	date, err := helpdesk.ParseID(v.Form.Value("date"))
	if err != nil {
		return err
	}
	switch do {
	case "done":
		return d.Tasks.Done(v.Context, v.Session, id, date)
	case "undone":
		return d.Tasks.Undone(v.Context, v.Session, id, date)
	}
	day, err := tasks.ParseDay(strings.TrimSpace(v.Form.Value("on")))
	if err != nil {
		return err
	}
	if do == "confirm" {
		return d.Tasks.Confirm(v.Context, v.Session, id, date, day)
	}
	return d.Tasks.Snooze(v.Context, v.Session, id, date, day)
}

// appealBy answers the one question: who looks after the appeal, and until
// when. A day said here waits for a lawyer.
func (d *desk) appealBy(v *frontend.Visit, id helpdesk.ID) error {
	if until := strings.TrimSpace(v.Form.Value("appeal-until")); until != "" {
		day, err := tasks.ParseDay(until)
		if err != nil {
			return err
		}
		if _, err := d.Tasks.Add(v.Context, v.Session, id, tasks.Plan{Kind: tickets.DateAppeal, Day: day}); err != nil {
			return err
		}
	}
	return d.Tasks.AppealBy(v.Context, v.Session, id, strings.TrimSpace(v.Form.Value("appeal-by")))
}
