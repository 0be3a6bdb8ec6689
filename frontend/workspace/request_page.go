package workspace

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// requests are what authorities asked: the steps first, for whoever has them on
// the phone now.
func (d *desk) requests(v *frontend.Visit) error { return d.showRequests(v, http.StatusOK, nil) }

func (d *desk) showRequests(v *frontend.Visit, status int, refused error) error {
	all, err := d.Consent.Requests(v.Context, v.Session)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("requests.title"), "referrals")
	if err != nil {
		return err
	}
	w, f := frame.Words, v.Form
	if key := v.Query("done"); slices.Contains([]string{"registered", "refused", "granted"}, key) {
		frame.Said = &frontend.Notice{Kind: "ok", Text: v.Say("requests.done." + key)}
	}
	page := Requests{Desk: frame, Problem: problemOf(w, refused)}
	for _, step := range consent.RequestPlaybook {
		page.Steps = append(page.Steps, v.Say(step))
	}
	field := func(name, kind string, rows int, optional bool, value string) frontend.Field {
		return frontend.Field{Name: name, Label: w.Say("requests.field." + name), Help: w.Say("requests.field." + name + ".help"), Value: value, Type: kind, Rows: rows, Optional: optional, Spellcheck: rows > 0, Complete: "off"}
	}
	page.Form = RequestForm{Words: w, Open: f.Has("authority"), Authority: field("authority", "", 0, false, f.Value("authority")), Person: field("person", "", 0, true, f.Value("person")),
		What: field("what", "", 3, false, f.Value("what")), Law: field("law", "", 0, true, f.Value("law")),
		At: field("at", "datetime-local", 0, false, firstOf(f.Value("at"), frame.Now.In(frame.Zone).Format(typedTime))), Channels: channelChoice(w, f.Value("channel"))}
	for _, q := range all {
		page.Rows = append(page.Rows, d.requestRow(v, w, q))
	}
	if len(all) == 0 {
		page.Empty = &frontend.Empty{Icon: "circle-check", Title: v.Say("requests.none.title"), Text: v.Say("requests.none.text")}
	}
	return v.ShowAs(status, page)
}

func (d *desk) requestRow(v *frontend.Visit, w frontend.Words, q consent.Inquired) RequestRow {
	names := d.names(v, q.By, q.Decided)
	row := RequestRow{Words: w, ID: q.ID, Title: firstOf(q.Inquiry.Authority, w.Say("consent.desk.closed")), When: w.Near(q.At), Exact: w.Exact(q.At)}
	chip := frontend.Chip{Kind: "accent", Icon: "hourglass", Text: w.Say("requests.state." + q.State)}
	switch q.State {
	case "refused":
		chip.Kind, chip.Icon = "ok", "x"
	case "granted":
		chip.Kind, chip.Icon = "warn", "check"
	}
	row.Chips = append(row.Chips, chip)
	if q.State == "open" {
		due := frontend.Chip{Icon: "clock", Text: w.Say("requests.due", w.Near(q.Due)), Title: w.Exact(q.Due)}
		if q.Late {
			due.Kind, due.Text = "danger", w.Say("requests.late", w.Near(q.Due))
		}
		row.Chips = append(row.Chips, due)
	}
	asked := ""
	if !q.Inquiry.At.IsZero() {
		asked = w.Exact(q.Inquiry.At)
	}
	channel := ""
	if q.Inquiry.Channel != "" {
		channel = w.Say("referral.channel." + q.Inquiry.Channel)
	}
	row.Facts = facts(w, "requests.field.person", q.Inquiry.Person, "requests.field.what", q.Inquiry.What, "requests.field.law", q.Inquiry.Law, "requests.field.channel", channel,
		"requests.field.at", asked, "requests.by", names[q.By], "requests.decided", names[q.Decided], "requests.field.why", q.Why, "requests.field.over", strings.Join(q.Over, ", "))
	row.Decide = q.State == "open" && q.Open && v.Session.Coordinator()
	row.Open = v.Form.Value("request") == string(q.ID)
	field := rowFields(v, w, "requests.field.", q.ID, row.Open)
	row.Why, row.Over = field("why", 2, false), field("over", 2, true)
	return row
}

// register writes down that an authority asked. Nothing is handed over by it.
func (d *desk) register(v *frontend.Visit) error {
	f := v.Form
	q := consent.Inquiry{Authority: strings.TrimSpace(f.Value("authority")), Person: strings.TrimSpace(f.Value("person")), What: f.Value("what"), Law: f.Value("law"), Channel: f.Value("channel")}
	at, err := time.ParseInLocation(typedTime, f.Value("at"), v.Page("").Zone)
	switch {
	case err != nil:
		err = helpdesk.Refuse("requests.at")
	case !slices.Contains(channels, q.Channel):
		err = helpdesk.ErrNotFound
	default:
		q.At = at.UTC()
		_, err = d.Consent.Register(v.Context, v.Session, q)
	}
	return d.requestDone(v, err, "registered")
}

// decide is the coordinator's answer; no is the usual one.
func (d *desk) decide(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("request"))
	if err != nil {
		return err
	}
	grant := v.Form.Value("grant") == "yes"
	var over []string
	done := "refused"
	if grant {
		over, done = linesOf(v.Form.Value("over-"+string(id))), "granted"
	}
	return d.requestDone(v, d.Consent.Decide(v.Context, v.Session, id, grant, v.Form.Value("why-"+string(id)), over...), done)
}

func (d *desk) requestDone(v *frontend.Visit, err error, done string) error {
	return settled(v, err, d.showRequests, "/w/requests?done="+done)
}
