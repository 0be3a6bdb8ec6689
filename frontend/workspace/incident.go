package workspace

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/registers"
)

// incidents is the register with its 72-hour clock: everybody reports,
// coordinators decide.
func (d *desk) incidents(v *frontend.Visit) error { return d.showIncidents(v, http.StatusOK, nil) }

func (d *desk) showIncidents(v *frontend.Visit, status int, refused error) error {
	all, err := d.Registers.Incidents(v.Context, v.Session)
	if err != nil {
		return err
	}
	late, err := d.Registers.Late(v.Context)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("incident.title"), "journal")
	if err != nil {
		return err
	}
	w, f := frame.Words, v.Form
	page := Incidents{Desk: frame, Problem: problemOf(w, refused)}
	if late.Incidents > 0 {
		page.Late = &frontend.Notice{Kind: "danger", Text: v.Say("incident.late", late.Incidents)}
	}
	field := func(name, kind string, rows int, optional bool, value string) frontend.Field {
		return frontend.Field{Name: name, Label: w.Say("incident.field." + name), Help: w.Say("incident.field." + name + ".help"), Value: value, Type: kind, Rows: rows, Optional: optional, Spellcheck: rows > 0, Complete: "off"}
	}
	page.Form = IncidentForm{Words: w, Open: f.Has("what"), What: field("what", "", 4, false, f.Value("what")),
		At:  field("at", "datetime-local", 0, false, firstOf(f.Value("at"), frame.Now.In(frame.Zone).Format(typedTime))),
		Who: field("who", "", 2, true, f.Value("who")), Affected: field("affected", "", 0, true, f.Value("affected")), Tix: field("tickets", "", 0, true, f.Value("tickets"))}
	for _, k := range registers.IncidentKinds {
		page.Form.Kinds = append(page.Form.Kinds, frontend.Option{Value: k, Text: w.Say("incident.kind." + k), Chosen: slices.Contains(f.All("kind"), k)})
	}
	for _, i := range all {
		page.Rows = append(page.Rows, d.incidentRow(v, w, i))
	}
	if len(all) == 0 {
		page.Empty = &frontend.Empty{Icon: "circle-check", Title: v.Say("incident.none.title"), Text: v.Say("incident.none.text")}
	}
	return v.ShowAs(status, page)
}

func (d *desk) incidentRow(v *frontend.Visit, w frontend.Words, i registers.Incident) IncidentRow {
	row := IncidentRow{Words: w, ID: i.ID, Title: firstOf(first(i.What), w.Say("incident.sealed")), When: w.Near(i.At), Exact: w.Exact(i.At)}
	state := frontend.Chip{Kind: "accent", Icon: "hourglass", Text: w.Say("incident.state." + i.State)}
	if i.State == registers.IncidentClosed {
		state.Kind, state.Icon = "ok", "check"
	}
	row.Chips = append(row.Chips, state)
	if !i.Due.IsZero() {
		row.Chips = append(row.Chips, clockChip(w, "incident", i.Due, i.Late))
	}
	if i.Risk != "" {
		risk := frontend.Chip{Icon: "flag", Text: w.Say("incident.risk." + i.Risk)}
		if i.Risk == registers.RiskHigh {
			risk.Kind = "danger"
		}
		row.Chips = append(row.Chips, risk)
	}
	var kinds []string
	for _, k := range i.Kinds {
		kinds = append(kinds, w.Say("incident.kind."+k))
	}
	affected := ""
	if i.Affected > 0 {
		affected = strconv.Itoa(i.Affected)
	}
	said := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return w.Exact(at)
	}
	row.Facts = facts(w, "incident.field.what", i.What, "incident.field.kind", strings.Join(kinds, ", "), "incident.field.who", i.Who, "incident.field.affected", affected,
		"incident.field.tickets", i.Tickets, "incident.field.consequences", i.Consequences, "incident.field.measures", i.Measures,
		"incident.field.authority", said(i.AuthorityAt), "incident.field.reference", i.Reference, "incident.field.late", i.WhyLate,
		"incident.field.persons", said(i.PersonsAt), "incident.field.how", i.PersonsHow, "incident.field.whynot", i.WhyNotPerson,
		"incident.field.closed", said(i.ClosedAt), "incident.by", d.names(v, i.By)[i.By])
	row.Decide = i.Open && v.Session.Coordinator() && i.State != registers.IncidentClosed
	row.Assess, row.Tell = row.Decide, row.Decide && i.State != registers.IncidentOpen
	row.Close = row.Tell
	row.Open = v.Param("id") == string(i.ID)
	field := rowFields(v, w, "incident.field.", i.ID, row.Open)
	with := func(f frontend.Field, value, kind string) frontend.Field {
		f.Type, f.Complete = kind, "off"
		if !row.Open {
			f.Value = value
		}
		return f
	}
	now := w.Now.In(w.Zone).Format(typedTime)
	row.Consequences, row.Measures = with(field("consequences", 2, false), i.Consequences, ""), with(field("measures", 2, true), i.Measures, "")
	row.Affected = with(field("affected", 0, true), affected, "")
	row.AuthorityAt, row.Reference, row.WhyLate = with(field("authority", 0, false), now, "datetime-local"), field("reference", 0, true), field("late", 2, true)
	row.PersonsAt, row.PersonsWords = with(field("persons", 0, true), "", "datetime-local"), field("how", 2, false)
	chosen := i.Risk
	if row.Open && v.Form.Value("risk") != "" {
		chosen = v.Form.Value("risk")
	}
	for _, r := range registers.Risks {
		row.Risks = append(row.Risks, frontend.Option{Value: r, Text: w.Say("incident.risk." + r + ".choose"), Chosen: r == chosen})
	}
	return row
}

// clockChip says until when, and that it is over.
func clockChip(w frontend.Words, words string, due time.Time, late bool) frontend.Chip {
	chip := frontend.Chip{Icon: "clock", Text: w.Say(words+".due", w.Near(due)), Title: w.Exact(due)}
	if late {
		chip.Kind, chip.Text = "danger", w.Say(words+".over", w.Near(due))
	}
	return chip
}

// first is the first line of a text, cut where it is long.
func first(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if letters := []rune(line); len(letters) > 80 {
		return string(letters[:80]) + "…"
	}
	return line
}

// typed reads an instant as its field gives it; the zero time where nothing
// was typed.
func typedInstant(v *frontend.Visit, name string) (time.Time, error) {
	text := strings.TrimSpace(v.Form.Value(name))
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(typedTime, text, v.Page("").Zone)
	if err != nil {
		return time.Time{}, helpdesk.Refuse("incident.when")
	}
	return at.UTC(), nil
}

// typedCount reads about how many people; 0 where nothing was typed.
func typedCount(text string) (int, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1_000_000_000 {
		return 0, helpdesk.Refuse("incident.count")
	}
	return n, nil
}

func (d *desk) reportIncident(v *frontend.Visit) error {
	f := v.Form
	at, err := typedInstant(v, "at")
	n := registers.Noticed{What: f.Value("what"), Kinds: f.All("kind"), At: at, Who: f.Value("who"), Tickets: f.Value("tickets")}
	if err == nil {
		n.Affected, err = typedCount(f.Value("affected"))
	}
	if err == nil {
		_, err = d.Registers.Report(v.Context, v.Session, n)
	}
	return settled(v, err, d.showIncidents, told("/w/incidents", "saved"))
}

// moveIncident is a step of a coordinator's.
func (d *desk) moveIncident(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	value := func(name string) string { return v.Form.Value(name + "-" + string(id)) }
	switch v.Form.Value("do") {
	case "assess":
		var n int
		if n, err = typedCount(value("affected")); err == nil {
			err = d.Registers.Assess(v.Context, v.Session, id, registers.Assessed{Risk: v.Form.Value("risk"), Consequences: value("consequences"), Measures: value("measures")}, n)
		}
	case "authority":
		var at time.Time
		if at, err = typedInstant(v, "authority-"+string(id)); err == nil {
			err = d.Registers.TellAuthority(v.Context, v.Session, id, at, value("reference"), value("late"))
		}
	case "persons":
		var at time.Time
		if at, err = typedInstant(v, "persons-"+string(id)); err == nil {
			err = d.Registers.TellPersons(v.Context, v.Session, id, at, value("how"))
		}
	case "close":
		err = d.Registers.Close(v.Context, v.Session, id)
	default:
		err = helpdesk.ErrNotFound
	}
	return settled(v, err, d.showIncidents, told("/w/incidents", "saved"))
}
