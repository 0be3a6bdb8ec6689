package workspace

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/webhooks"
)

func (d *desk) hookRows(v *frontend.Visit, n *naming) ([]HookRow, error) {
	all, err := d.Webhooks.Hooks(v.Context, v.Session)
	if err != nil {
		return nil, err
	}
	w := v.Page("").Words
	var rows []HookRow
	for _, h := range all {
		row := HookRow{ID: h.ID, Name: h.Name, Address: h.Address}
		var when []string
		for _, e := range h.Events {
			when = append(when, v.Say("webhook.event."+eventKey(e)))
		}
		row.When = strings.Join(when, " · ")
		row.Teams = v.Say("webhook.everybodys")
		if len(h.Teams) > 0 {
			row.Teams = teamNames(n, h.Teams)
		}
		if h.Waiting > 0 {
			row.Waiting = v.Say("webhook.waiting", h.Waiting)
		}
		if h.Broken {
			row.Broken = &frontend.Notice{Kind: "danger", Text: v.Say("webhook.broken"), More: v.Say("webhook.broken.text")}
		}
		for _, b := range h.Bells {
			row.Bells = append(row.Bells, bellLine(v, w, b))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func bellLine(v *frontend.Visit, w frontend.Words, b webhooks.Bell) string {
	line := w.Near(b.At) + " · " + v.Say("webhook.event."+eventKey(b.Kind)) + " · "
	switch {
	case b.Heard:
		line += v.Say("webhook.bell.heard")
	case b.GaveUp:
		line += v.Say("webhook.bell.gave_up")
	default:
		line += v.Say("webhook.bell.due", w.Near(b.Due))
	}
	if _, err := strconv.Atoi(b.Answer); err == nil {
		line += " (" + b.Answer + ")"
	} else if b.Answer != "" {
		line += " (" + v.Say("webhook.answer."+b.Answer) + ")"
	}
	return line
}

// eventKey is an event as catalogues have it.
func eventKey(e webhooks.Event) string { return strings.ReplaceAll(string(e), ".", "_") }

func (f *HookForm) fill(v *frontend.Visit, n *naming) {
	f.Name = frontend.Field{Name: "hook-name", Label: v.Say("webhook.label.name"), Value: v.Form.Value("hook-name"), Complete: "off"}
	f.Address = frontend.Field{Name: "address", Type: "url", Label: v.Say("webhook.label.address"), Help: v.Say("webhook.help.address"), Value: v.Form.Value("address"), Complete: "off"}
	for _, e := range webhooks.Events() {
		f.Events = append(f.Events, frontend.Option{Value: string(e), Text: v.Say("webhook.event." + eventKey(e)), Chosen: slices.Contains(v.Form.All("event"), string(e))})
	}
	f.Teams = openTeams(n, v.Form.All("hook-team"))
}

// makeHook adds an address; its secret is shown once, on this page alone.
func (d *desk) makeHook(v *frontend.Visit) error {
	n := webhooks.NewHook{Name: v.Form.Value("hook-name"), Address: v.Form.Value("address")}
	for _, e := range v.Form.All("event") {
		n.Events = append(n.Events, webhooks.Event(e))
	}
	for _, s := range v.Form.All("hook-team") {
		id, err := helpdesk.ParseID(s)
		if err != nil {
			return err
		}
		n.Teams = append(n.Teams, id)
	}
	_, secret, err := d.Webhooks.Make(v.Context, v.Session, n)
	var no helpdesk.Refusal
	switch {
	case errors.As(err, &no):
		return d.showPrograms(v, http.StatusUnprocessableEntity, OfficePrograms{Hook: HookForm{Problem: &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}}})
	case err != nil:
		return err
	}
	v.Form = frontend.Form{}
	return d.showPrograms(v, http.StatusOK, OfficePrograms{Made: &Once{Title: v.Say("webhook.shown.title"), Text: v.Say("webhook.shown.text"), Secret: secret}})
}

func (d *desk) endHook(v *frontend.Visit) error   { return d.turnHook(v, d.Webhooks.End, "ended") }
func (d *desk) hookAgain(v *frontend.Visit) error { return d.turnHook(v, d.Webhooks.Again, "saved") }

// hooksAlarm tells a coordinator who looks at how mail goes that an address was
// given up.
func (d *desk) hooksAlarm(v *frontend.Visit, page *Mail) error {
	if d.Webhooks == nil || !v.Session.Coordinator() {
		return nil
	}
	n, err := d.Webhooks.Broken(v.Context)
	if n > 0 {
		page.Hooks = &frontend.Notice{Kind: "danger", Text: v.Say("webhook.alarm", n), More: v.Say("webhook.alarm.more")}
	}
	return err
}

func (d *desk) turnHook(v *frontend.Visit, do func(context.Context, *staff.Session, helpdesk.ID) error, said string) error {
	id, err := helpdesk.ParseID(v.Form.Value("hook"))
	if err != nil {
		return err
	}
	if err := do(v.Context, v.Session, id); err != nil {
		return err
	}
	return v.Go(told(programsPath, said))
}
