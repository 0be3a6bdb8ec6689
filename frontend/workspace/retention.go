package workspace

import (
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/retention"
)

// What goes next by the rules of keeping, what is kept longer and why, what is to
// be erased on request, and what went. Nothing of what is in a ticket stands
// here: coordinators hold no keys by office.

const keepingPath = "/w/office/keeping"

// Keeping is the page.
type Keeping struct {
	Desk
	Problem   *frontend.Notice
	Undecided bool
	Until     string
	Counts    []KeepingCount
	Going     []KeepingRow
	More      bool
	Empty     *frontend.Empty
	Held      []KeepingRow
	Asked     []KeepingRow
	Which     frontend.Field
	Day       frontend.Field
	Runs      []KeepingRun
}

// KeepingCount is how much of a kind goes.
type KeepingCount struct{ What, Number string }

// KeepingRow is a ticket that goes, stays or is to be erased, without a word of
// it.
type KeepingRow struct {
	frontend.Words
	ID            helpdesk.ID
	Href          string // "" for who does not read it
	Title, Text   string
	Chips         []frontend.Chip
	Action, Route string // of its one button; "" where it can be postponed
	Button, Icon  string
	Months        []frontend.Option
	Reasons       []frontend.Option
}

// KeepingRun is a night's work.
type KeepingRun struct {
	When, Exact string
	What        string
	Chip        *frontend.Chip
}

// holdMonths are offered to postpone something for; the first is the choice
// nobody made.
var holdMonths = []int{6, 3, 12, 24}

func (d *desk) keeping(v *frontend.Visit) error { return d.showKeeping(v, http.StatusOK, nil) }

func (d *desk) showKeeping(v *frontend.Visit, status int, refused error) error {
	preview, err := d.Retention.Preview(v.Context, v.Session)
	if err != nil {
		return err
	}
	holds, asks, err := d.Retention.Words(v.Context, v.Session)
	if err != nil {
		return err
	}
	runs, err := d.Retention.Runs(v.Context, v.Session, 14)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("keeping.title"), "office")
	if err != nil {
		return err
	}
	n, err := d.naming(v)
	if err != nil {
		return err
	}
	if key := v.Query("done"); slices.Contains([]string{"held", "released", "asked", "unasked"}, key) {
		frame.Said = &frontend.Notice{Kind: "ok", Text: v.Say("keeping.done." + key)}
	}
	w, f := frame.Words, v.Form
	page := Keeping{Desk: frame, Problem: problemOf(w, refused), Undecided: !preview.Decided, Until: w.Day(preview.Until), More: preview.More}
	for _, c := range preview.Counts {
		page.Counts = append(page.Counts, keepingCount(n, c))
	}
	for _, g := range preview.Going {
		page.Going = append(page.Going, d.goingRow(v, n, g))
	}
	if len(preview.Counts) == 0 {
		page.Empty = &frontend.Empty{Icon: "circle-check", Title: v.Say("keeping.none"), Text: v.Say("keeping.none.text")}
	}
	for _, h := range holds {
		row := d.keepingRow(v, n, h.Ticket, h.Number, h.Team)
		row.Text = w.Say("keeping.since", n.nameOr(h.By), w.Day(h.At))
		row.Chips = []frontend.Chip{{Icon: "hourglass", Text: w.Say("keeping.held", w.Day(h.Day))}, {Text: w.Say("keeping.reason." + h.Reason)}}
		row.Action, row.Route, row.Button, row.Icon = keepingPath+"/release", keepingPath+"/release", w.Say("keeping.release"), "undo-2"
		page.Held = append(page.Held, row)
	}
	for _, a := range asks {
		row := d.keepingRow(v, n, a.Ticket, a.Number, a.Team)
		row.Text = w.Say("keeping.asked.on", w.Day(a.Asked), n.nameOr(a.By))
		row.Chips = []frontend.Chip{{Kind: "warn", Icon: "x", Text: w.Say("keeping.asked.goes", w.Exact(a.Goes))}, {Icon: "clock", Text: w.Say("keeping.asked.due", w.Day(a.Day))}}
		row.Action, row.Route, row.Button, row.Icon = keepingPath+"/unerase", keepingPath+"/unerase", w.Say("keeping.unerase"), "undo-2"
		page.Asked = append(page.Asked, row)
	}
	page.Which = frontend.Field{Name: "which", Label: w.Say("keeping.which"), Help: w.Say("keeping.which.help"), Value: f.Value("which"), Complete: "off"}
	page.Day = frontend.Field{Name: "day", Type: "date", Label: w.Say("keeping.day"), Help: w.Say("keeping.day.help"),
		Value: firstOf(f.Value("day"), frame.Now.In(frame.Zone).Format(time.DateOnly)), Complete: "off"}
	for _, r := range runs {
		page.Runs = append(page.Runs, keepingRun(w, r))
	}
	return v.ShowAs(status, page)
}

func keepingCount(n *naming, c retention.Count) KeepingCount {
	out := KeepingCount{What: n.Say("keeping.kind." + c.Kind), Number: strconv.FormatInt(c.N, 10)}
	if c.Team != "" {
		out.What += " · " + n.nameOr(c.Team)
	}
	if c.More {
		out.Number = n.Say("keeping.more", c.N)
	}
	return out
}

// keepingRow is a ticket by its number; of a restricted team's nobody knows one.
func (d *desk) keepingRow(v *frontend.Visit, n *naming, ticket helpdesk.ID, num int64, team helpdesk.ID) KeepingRow {
	row := KeepingRow{Words: n.Words, ID: ticket, Title: n.Say("keeping.unnumbered")}
	switch {
	case team == "":
		row.Title = n.Say("keeping.gone")
	case num > 0:
		row.Title = number(num) + " · " + n.nameOr(team)
	default:
		row.Title += " · " + n.nameOr(team)
	}
	if team != "" && v.Session.Member(team) {
		row.Href = ticketPath(ticket)
	}
	return row
}

func (d *desk) goingRow(v *frontend.Visit, n *naming, g retention.Going) KeepingRow {
	w := n.Words
	row := d.keepingRow(v, n, g.Ticket, g.Number, g.Team)
	row.Text = w.Say("keeping.last", w.Day(g.Last))
	if !g.Stays() {
		row.Chips = append(row.Chips, frontend.Chip{Kind: "warn", Icon: "x", Text: w.Say("keeping.goes", w.Day(g.Goes))})
	}
	if !g.Held.IsZero() {
		row.Chips = append(row.Chips, frontend.Chip{Icon: "hourglass", Text: w.Say("keeping.held", w.Day(g.Held))}, frontend.Chip{Text: w.Say("keeping.reason." + g.Reason)})
	}
	if g.Runs {
		row.Chips = append(row.Chips, frontend.Chip{Kind: "accent", Icon: "clock", Text: w.Say("keeping.runs")})
	}
	if g.Outside {
		row.Chips = append(row.Chips, frontend.Chip{Kind: "accent", Icon: "hand", Text: w.Say("keeping.outside")})
	}
	if g.Held.IsZero() {
		for _, m := range holdMonths {
			row.Months = append(row.Months, frontend.Option{Value: strconv.Itoa(m), Text: w.Say("keeping.months", m)})
		}
		for _, r := range retention.HoldReasons {
			row.Reasons = append(row.Reasons, frontend.Option{Value: r, Text: w.Say("keeping.reason." + r)})
		}
	}
	return row
}

func keepingRun(w frontend.Words, r retention.Report) KeepingRun {
	out := KeepingRun{When: w.Near(r.Began), Exact: w.Exact(r.Began)}
	var said []string
	for _, kind := range append(slices.Clone(office.RetentionKinds), retention.CountAsked, retention.CountAsides, retention.CountHeld) {
		if n := r.Counts[kind]; n > 0 {
			said = append(said, w.Say("keeping.kind."+kind)+": "+strconv.FormatInt(n, 10))
		}
	}
	out.What = firstOf(strings.Join(said, " · "), w.Say("keeping.nothing"))
	switch {
	case r.Code != "":
		out.Chip = &frontend.Chip{Kind: "warn", Icon: "triangle-alert", Text: w.Say("keeping.broken")}
	case r.Ended.IsZero():
		out.Chip = &frontend.Chip{Kind: "accent", Icon: "hourglass", Text: w.Say("keeping.unended")}
	}
	return out
}

// nameOr is somebody's or a team's name, a stroke where nobody knows it.
func (n *naming) nameOr(id helpdesk.ID) string {
	name, ok := n.name(id)
	if !ok || name == "" {
		return "–"
	}
	return name
}

// holdTicket keeps a ticket longer.
func (d *desk) holdTicket(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("ticket"))
	if err != nil {
		return err
	}
	months, err := strconv.Atoi(v.Form.Value("months"))
	if err != nil {
		months = 0 // the room refuses a day that is not to come
	}
	err = d.Retention.Hold(v.Context, v.Session, id, v.Now().AddDate(0, max(0, min(months, 1_000)), 0), v.Form.Value("reason"))
	return settled(v, err, d.showKeeping, keepingPath+"?done=held")
}

func (d *desk) releaseTicket(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("ticket"))
	if err != nil {
		return err
	}
	return settled(v, d.Retention.Release(v.Context, v.Session, id), d.showKeeping, keepingPath+"?done=released")
}

// eraseTicket writes down that a ticket's person wants it erased. It is named by
// its number, or by the address of its page.
func (d *desk) eraseTicket(v *frontend.Visit) error {
	id, err := d.Retention.Find(v.Context, v.Session, path.Base(strings.TrimSpace(v.Form.Value("which"))))
	if err == nil {
		var day time.Time
		if day, err = time.Parse(time.DateOnly, v.Form.Value("day")); err != nil {
			err = helpdesk.Refuse("retention.asked")
		} else {
			err = d.Retention.Ask(v.Context, v.Session, id, day)
		}
	}
	return settled(v, err, d.showKeeping, keepingPath+"?done=asked")
}

func (d *desk) uneraseTicket(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("ticket"))
	if err != nil {
		return err
	}
	return settled(v, d.Retention.Unask(v.Context, v.Session, id), d.showKeeping, keepingPath+"?done=unasked")
}
