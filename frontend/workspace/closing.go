package workspace

import (
	"errors"
	"slices"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

// localTime is how an input of type datetime-local writes.
const localTime = "2006-01-02T15:04"

// closeLine closes a line for capacity until an instant: who is at the desk
// knows best that no more can be taken.
func (d *desk) closeLine(v *frontend.Visit) error {
	plan, err := d.Office.Hours(v.Context)
	if err != nil {
		return err
	}
	line := v.Form.Value("line")
	until, err := time.ParseInLocation(localTime, v.Form.Value("until"), plan.Zone(line))
	if err != nil {
		err = helpdesk.Refuse("closure.until")
	} else {
		err = d.Office.CloseLine(v.Context, v.Session.User.ID, hours.Closure{Line: line, Until: until, Reason: v.Form.Value("reason")}, strings.TrimSpace(v.Form.Value("note")))
	}
	var no helpdesk.Refusal
	if !errors.As(err, &no) {
		if err != nil {
			return err
		}
		return v.Go(told("/w/hours", "closed.line"))
	}
	if !slices.ContainsFunc(plan.Lines, func(l hours.Line) bool { return l.Key == line }) {
		return err
	}
	o := &opening{Words: v.Page("").Words, plan: plan}
	form := o.closeForm(line, hours.Status{})
	form.Open, form.Wrong = true, v.Say(no.Key, no.Args...)
	form.Until.Value, form.Note.Value = v.Form.Value("until"), v.Form.Value("note")
	for i := range form.Reasons {
		form.Reasons[i].Chosen = form.Reasons[i].Value == v.Form.Value("reason")
	}
	return d.showHours(v, 422, form)
}

// reopenLine ends a line's closure.
func (d *desk) reopenLine(v *frontend.Visit) error {
	if err := d.Office.ReopenLine(v.Context, v.Session.User.ID, v.Form.Value("line")); err != nil {
		return err
	}
	return v.Go(told("/w/hours", "reopened.line"))
}
