package workspace

import (
	"net/http"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/registers"
	"returnsupport/helpdesk/tasks"
)

// rights is the register of what people asked for by law: on their own page,
// where it stands among their ticket's dates, and otherwise, written down here.
func (d *desk) rights(v *frontend.Visit) error { return d.showRights(v, http.StatusOK, nil) }

func (d *desk) showRights(v *frontend.Visit, status int, refused error) error {
	all, err := d.Registers.Requests(v.Context, v.Session)
	if err != nil {
		return err
	}
	late, err := d.Registers.Late(v.Context)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("right.title"), "journal")
	if err != nil {
		return err
	}
	w, f := frame.Words, v.Form
	page := Rights{Desk: frame, Problem: problemOf(w, refused)}
	if late.Requests > 0 {
		page.Late = &frontend.Notice{Kind: "danger", Text: v.Say("right.late.n", late.Requests)}
	}
	if page.Own, err = d.ownRights(v, w); err != nil {
		return err
	}
	field := func(name, kind string, rows int, value string) frontend.Field {
		return frontend.Field{Name: name, Label: w.Say("right.field." + name), Help: w.Say("right.field." + name + ".help"), Value: value, Type: kind, Rows: rows, Spellcheck: rows > 0, Complete: "off"}
	}
	page.Form = RightForm{Words: w, Open: f.Has("who"), Who: field("who", "", 2, f.Value("who")), What: field("what", "", 3, f.Value("what")),
		Day: field("day", "date", 0, firstOf(f.Value("day"), frame.Now.In(frame.Zone).Format(time.DateOnly)))}
	for _, k := range registers.RightKinds {
		page.Form.Kinds = append(page.Form.Kinds, frontend.Option{Value: k, Text: w.Say("right.kind." + k), Chosen: f.Value("kind") == k})
	}
	for _, c := range registers.RightChannels {
		page.Form.Channels = append(page.Form.Channels, frontend.Option{Value: c, Text: w.Say("right.channel." + c), Chosen: f.Value("channel") == c})
	}
	for _, q := range all {
		page.Rows = append(page.Rows, d.rightRow(v, w, q))
	}
	if len(page.Rows)+len(page.Own) == 0 {
		page.Empty = &frontend.Empty{Icon: "circle-check", Title: v.Say("right.none.title"), Text: v.Say("right.none.text")}
	}
	return v.ShowAs(status, page)
}

// ownRights are those asked on people's own pages that the session reads.
func (d *desk) ownRights(v *frontend.Visit, w frontend.Words) ([]RightOwn, error) {
	list, err := d.Tasks.Due(v.Context, v.Session, tasks.Scope{Unowned: true})
	if err != nil {
		return nil, err
	}
	d.settle(v, list.Settle)
	var out []RightOwn
	for _, i := range list.Items {
		if i.Kind.Right() {
			out = append(out, RightOwn{Href: ticketPath(i.Ticket.ID), Number: number(i.Ticket.Number), Kind: w.Say("task.kind." + string(i.Kind)),
				Chip: frontend.Chip{Icon: "clock", Text: sayFact(w, i.When), Title: i.Day.String()}})
		}
	}
	return out, nil
}

func (d *desk) rightRow(v *frontend.Visit, w frontend.Words, q registers.Request) RightRow {
	row := RightRow{Words: w, ID: q.ID, Title: w.Say("incident.sealed"), When: w.Day(q.At), Exact: w.Exact(q.At)}
	if q.Open {
		row.Title = w.Say("right.kind." + q.Kind)
	}
	state := frontend.Chip{Kind: "accent", Icon: "hourglass", Text: w.Say("right.state." + q.State)}
	if q.Due.IsZero() {
		state.Kind, state.Icon = "ok", "check"
	}
	row.Chips = append(row.Chips, state)
	if !q.Due.IsZero() {
		chip := frontend.Chip{Icon: "clock", Text: w.Say("right.due", w.Day(q.Due))}
		if q.Late {
			chip.Kind, chip.Text = "danger", w.Say("right.over", w.Day(q.Due))
		}
		row.Chips = append(row.Chips, chip)
	}
	channel, answered := "", ""
	if q.Channel != "" {
		channel = w.Say("right.channel." + q.Channel)
	}
	if !q.Answered.IsZero() {
		answered = w.Exact(q.Answered)
	}
	row.Facts = facts(w, "right.field.who", q.Who, "right.field.what", q.What, "right.field.channel", channel, "right.field.longer", q.WhyLonger,
		"right.field.text", q.Answer, "right.field.answered", answered, "incident.by", d.names(v, q.By)[q.By])
	row.Decide = q.Open && v.Session.Coordinator() && !q.Due.IsZero()
	row.Extend = row.Decide && q.State == registers.RequestOpen && !q.Late
	row.Open = v.Param("id") == string(q.ID)
	field := rowFields(v, w, "right.field.", q.ID, row.Open)
	row.Text, row.Longer = field("text", 3, false), field("longer", 2, false)
	return row
}

func (d *desk) askRight(v *frontend.Visit) error {
	f := v.Form
	day, err := time.Parse(time.DateOnly, strings.TrimSpace(f.Value("day")))
	if err != nil {
		err = helpdesk.Refuse("right.day")
	} else {
		_, err = d.Registers.Ask(v.Context, v.Session, registers.Asked{Kind: f.Value("kind"), Who: f.Value("who"), What: f.Value("what"), Channel: f.Value("channel"), Day: day})
	}
	return settled(v, err, d.showRights, told("/w/rights", "saved"))
}

func (d *desk) answerRight(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	value := func(name string) string { return v.Form.Value(name + "-" + string(id)) }
	switch do := v.Form.Value("do"); do {
	case "extend":
		err = d.Registers.Extend(v.Context, v.Session, id, value("longer"))
	case "answer", "refuse":
		err = d.Registers.Answer(v.Context, v.Session, id, do == "answer", value("text"))
	default:
		err = helpdesk.ErrNotFound
	}
	return settled(v, err, d.showRights, told("/w/rights", "saved"))
}
