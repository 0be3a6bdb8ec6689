package workspace

import (
	"net/url"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
)

// dueShown stand on the page: of more, nobody reads the last, and the first ones
// are what is lost first.
const dueShown = 100

// due shows what is due: one's own and what nobody has taken, or all of one's
// teams', in order of what is lost if it is missed.
func (d *desk) due(v *frontend.Visit) error {
	scope := tasks.Scope{Mine: v.Query("who") != "team", Unowned: true}
	list, err := d.Tasks.Due(v.Context, v.Session, scope)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("due.title"), "duelist")
	if err != nil {
		return err
	}
	d.settle(v, list.Settle)
	items := list.Items[:min(len(list.Items), dueShown)]
	var owners []helpdesk.ID
	for _, item := range items {
		owners = append(owners, item.Ticket.Owner)
	}
	names := d.names(v, owners...)
	page := DueList{Desk: frame}
	page.Mine = []frontend.Tab{
		{Text: v.Say("due.mine"), Icon: "user", Href: "/w/due", Count: -1, Here: scope.Mine},
		{Text: v.Say("due.team"), Icon: "users", Href: "/w/due?who=team", Count: -1, Here: !scope.Mine},
	}
	for _, item := range items {
		row := dueRow(page.Words, item, duePath(!scope.Mine))
		row.Whose = whoseChip(page.Words, item.Ticket, names, v.Session.User.ID)
		page.Rows = append(page.Rows, row)
	}
	if rest := len(list.Items) - len(items); rest > 0 {
		page.Later = v.Say("due.rest", rest) + " "
	}
	if list.Later > 0 {
		page.Later += v.Say("due.later", list.Later)
	}
	if list.More {
		page.Later += " " + v.Say("due.more")
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "calendar", Title: v.Say("due.empty.title"), Text: v.Say("due.empty.text")}
	}
	page.Toast = dueDone(v, page.Words, duePath(!scope.Mine))
	return v.Show(page)
}

func duePath(team bool) string {
	if team {
		return "/w/due?who=team"
	}
	return "/w/due"
}

func dueRow(w frontend.Words, i tasks.Item, back string) DueRow {
	row := DueRow{
		Words: w, Ticket: i.Ticket.ID, Date: i.Date.ID, Back: back, Href: ticketPath(i.Ticket.ID), Number: number(i.Ticket.Number),
		Title: firstOf(i.Head.Title, w.Say("queue.untitled")), What: w.Say("task.kind." + string(i.Kind)), Why: sayFact(w, i.Why),
		Tomorrow: time.Date(w.Now.Year(), w.Now.Month(), w.Now.Day()+1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
	}
	if i.Broken {
		row.Title, row.What = w.Say("queue.broken"), ""
	}
	if i.Date.Note != "" {
		row.What += ": " + i.Date.Note
	}
	row.When = frontend.Chip{Icon: "clock", Text: sayFact(w, i.When), Title: i.Day.String()}
	switch i.Step {
	case tasks.StepOverdue, tasks.StepToday:
		row.When.Kind = "danger"
	case tasks.StepTomorrow, tasks.StepThree:
		row.When.Kind = "warn"
	}
	for _, h := range i.Hints {
		if h.Key == "task.hint.nobody" {
			continue // its chip says so
		}
		row.Hints = append(row.Hints, sayFact(w, h))
	}
	row.CanDone = i.Date.ID != "" && !i.Broken
	row.CanSnooze = row.CanDone && (i.Kind == tickets.DateFollowUp || i.Kind == tickets.DateOther || i.Kind == tickets.DateSnooze)
	return row
}

// whoseChip says who looks after a ticket.
func whoseChip(w frontend.Words, t tickets.Ticket, names map[helpdesk.ID]string, me helpdesk.ID) frontend.Chip {
	switch t.Owner {
	case "":
		return frontend.Chip{Kind: "warn", Icon: "hand", Text: w.Say("due.whose.nobody")}
	case me:
		return frontend.Chip{Icon: "user", Text: w.Say("due.whose.mine")}
	}
	return frontend.Chip{Icon: "user", Text: firstOf(names[t.Owner], w.Say("message.inside"))}
}

// settled says that a date is done.
func (d *desk) settled(v *frontend.Visit) error {
	ticket, date, back, err := dueForm(v)
	if err != nil {
		return err
	}
	if err := d.Tasks.Done(v.Context, v.Session, ticket, date); err != nil {
		return err
	}
	return v.Go(withValues(back, url.Values{"undo": {string(date)}, "of": {string(ticket)}}))
}

// snooze puts a date off until a day.
func (d *desk) snooze(v *frontend.Visit) error {
	ticket, date, back, err := dueForm(v)
	if err != nil {
		return err
	}
	day, err := tasks.ParseDay(v.Form.Value("until"))
	if err != nil {
		return err
	}
	if err := d.Tasks.Snooze(v.Context, v.Session, ticket, date, day); err != nil {
		return err
	}
	return v.Go(told(back, "date"))
}

func dueForm(v *frontend.Visit) (ticket, date helpdesk.ID, back string, err error) {
	if ticket, err = helpdesk.ParseID(v.Form.Value("ticket")); err != nil {
		return "", "", "", err
	}
	// Not every date has an id that was drawn: the one set by hand has its own.
	date = helpdesk.ID(v.Form.Value("date"))
	if date == "" {
		return "", "", "", helpdesk.ErrNotFound // "" would put off the whole ticket
	}
	return ticket, date, duePath(v.Form.Value("back") == duePath(true)), nil
}

func withValues(path string, more url.Values) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	for k := range more {
		q.Set(k, more.Get(k))
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// dueDone offers to take back what was just settled.
func dueDone(v *frontend.Visit, w frontend.Words, back string) *frontend.Toast {
	ticket, err := helpdesk.ParseID(v.Query("of"))
	date := v.Query("undo")
	if err != nil || date == "" || len(date) > 40 {
		return nil
	}
	return &frontend.Toast{
		Words: w, Text: w.Say("due.done"), Undo: w.Say("said.undo"), Back: back, Seconds: undoSeconds,
		Action: "/w/due/undo/" + string(ticket) + "/" + url.PathEscape(date), Route: "/w/due/undo/:ticket/:date",
	}
}

// unsettled takes it back.
func (d *desk) unsettled(v *frontend.Visit) error {
	ticket, err := v.ID("ticket")
	if err != nil {
		return err
	}
	if err := d.Tasks.Undone(v.Context, v.Session, ticket, helpdesk.ID(v.Param("date"))); err != nil {
		return err
	}
	return v.Go(told(duePath(v.Form.Value("back") == duePath(true)), "date"))
}
