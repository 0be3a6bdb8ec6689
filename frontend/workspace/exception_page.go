package workspace

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// exceptions are a ticket's, and the form of another.
func (d *desk) exceptions(v *frontend.Visit) error { return d.showExceptions(v, http.StatusOK, nil) }

func (d *desk) showExceptions(v *frontend.Visit, status int, refused error) error {
	t, err := d.theirTicket(v)
	if err != nil {
		return err
	}
	all, err := d.Consent.Exceptions(v.Context, v.Session, t.ID)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("exception.title"), "")
	if err != nil {
		return err
	}
	frame.Bell += "?t=" + string(t.ID)
	if key := v.Query("done"); slices.Contains([]string{"decided", "reviewed", "told", "informed"}, key) {
		frame.Said = &frontend.Notice{Kind: "ok", Text: v.Say("exception.done." + key)}
	}
	page := Exceptions{Desk: frame, Base: ticketPath(t.ID), Number: number(t.Number)}
	page.Problem = problemOf(frame.Words, refused)
	slices.Reverse(all)
	for _, x := range all {
		page.Rows = append(page.Rows, d.exceptionRow(v, frame.Words, x, v.Session.Member(t.Team)))
	}
	if v.Session.Member(t.Team) {
		if page.Form, err = d.exceptForm(v, frame.Words, t); err != nil {
			return err
		}
	}
	return v.ShowAs(status, page)
}

func problemOf(w frontend.Words, refused error) *frontend.Notice {
	var no helpdesk.Refusal
	if !errors.As(refused, &no) {
		return nil
	}
	return &frontend.Notice{Kind: "warn", Text: refusalText(w, no.Key, no.Args), More: w.Say("person.again")}
}

// waitingExceptions are those that wait for a second look: a coordinator's are all.
func (d *desk) waitingExceptions(v *frontend.Visit) error {
	all, err := d.Consent.Unreviewed(v.Context, v.Session)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("exception.list"), "referrals")
	if err != nil {
		return err
	}
	page := ExceptionList{Desk: frame}
	for _, x := range all {
		row := d.exceptionRow(v, frame.Words, x, false)
		row.Ticket = ticketPath(x.Ticket) + "/exceptions#x-" + string(x.ID)
		page.Rows = append(page.Rows, row)
	}
	if len(all) == 0 {
		page.Empty = &frontend.Empty{Icon: "circle-check", Title: v.Say("exception.none.title"), Text: v.Say("exception.none.text")}
	}
	return v.Show(page)
}

func (d *desk) exceptionRow(v *frontend.Visit, w frontend.Words, x consent.Excepted, acts bool) ExceptionRow {
	names := d.names(v, x.Decided, x.Second)
	row := ExceptionRow{Words: w, ID: x.ID, Base: ticketPath(x.Ticket), Title: w.Say("exception.closed"), When: w.Near(x.At), Exact: w.Exact(x.At)}
	state := frontend.Chip{Kind: "accent", Icon: "hourglass", Text: w.Say("exception.state." + x.State)}
	switch x.State {
	case "seen":
		state.Kind, state.Icon = "ok", "user-check"
	case "disputed":
		state.Kind, state.Icon = "danger", "x"
	}
	row.Chips = append(row.Chips, state)
	if !x.Due.IsZero() {
		due := frontend.Chip{Kind: "warn", Icon: "clock", Text: w.Say("exception.due", w.Near(x.Due)), Title: w.Exact(x.Due)}
		if x.Late {
			due.Kind, due.Text = "danger", w.Say("exception.late", w.Near(x.Due))
		}
		row.Chips = append(row.Chips, due)
	}
	if !x.Open {
		row.Chips = append(row.Chips, frontend.Chip{Kind: "warn", Icon: "lock", Text: w.Say("consent.desk.closed")})
		return row
	}
	row.Title = w.Say("exception.kind." + x.Kind)
	stands := frontend.Chip{Kind: "warn", Icon: "x", Text: w.Say("exception.stands.no")}
	if x.Stands {
		stands = frontend.Chip{Kind: "ok", Icon: "check", Text: w.Say("exception.stands.yes")}
	}
	must := "should"
	if x.Must {
		must = "must"
	}
	row.Chips = append(row.Chips, stands, frontend.Chip{Icon: "flag", Text: w.Say("exception.must." + must + ".chip")})
	if x.Emergency {
		row.Chips = append(row.Chips, frontend.Chip{Kind: "danger", Icon: "triangle-alert", Text: w.Say("exception.emergency.chip")})
	}
	yes := func(is bool, key string) string {
		if is {
			return w.Say(key + ".yes")
		}
		return w.Say(key + ".no")
	}
	row.Facts = facts(w, "exception.field.law", x.Law, "exception.field.why", x.Why, "exception.field.anonymous", yes(x.Anonymous, "exception.anonymous"),
		"exception.field.informed", join(": ", yes(x.Informed, "exception.informed"), x.WhyNot), "exception.decided", names[x.Decided], "exception.second", names[x.Second], "exception.review", x.Review)
	if x.Referral != "" {
		row.Referral = referralPath(x.Ticket, x.Referral)
	}
	row.Open = v.Form.Value("exception") == string(x.ID)
	row.Review = x.State == "open" && x.Decided != v.Session.User.ID
	row.Disclose = acts && x.Stands && x.Referral == ""
	row.Inform = acts && !x.Informed
	for _, left := range x.Disclosed {
		row.Left = append(row.Left, leftRow(w, left, d.names(v, left.By)[left.By]))
	}
	field := rowFields(v, w, "exception.field.", x.ID, row.Open)
	row.Note, row.To, row.What = field("note", 2, true), field("to", 0, false), field("what", 2, false)
	row.Channels = channelChoice(w, "")
	return row
}

func (d *desk) exceptForm(v *frontend.Visit, w frontend.Words, t tickets.Ticket) (*ExceptForm, error) {
	f := v.Form
	field := func(name string, rows int, optional bool) frontend.Field {
		return frontend.Field{Name: name, Label: w.Say("exception.field." + name), Help: w.Say("exception.field." + name + ".help"), Value: f.Value(name), Rows: rows, Optional: optional, Spellcheck: true}
	}
	choose := func(name, texts string, values ...string) []frontend.Option {
		var out []frontend.Option
		for _, value := range values {
			out = append(out, frontend.Option{Value: value, Text: w.Say("exception." + texts + "." + value), Chosen: f.Value(name) == value})
		}
		return out
	}
	form := &ExceptForm{Words: w, Base: ticketPath(t.ID), Open: f.Has("kind") || f.Has("law"), Emergency: f.Value("emergency") != "",
		Musts: choose("must", "must", "must", "should"), Anonymous: choose("anonymous", "anonymous", "yes", "no"), Informed: choose("informed", "informed", "yes", "no"),
		Law: field("law", 0, false), Why: field("why", 4, false), WhyNot: field("whynot", 2, true)}
	for _, k := range consent.ExceptionKinds {
		form.Kinds = append(form.Kinds, ExceptionKind{Value: k, Text: w.Say("exception.kind." + k), Help: w.Say("exception.kind." + k + ".help"), Chosen: f.Value("kind") == k})
	}
	typed := firstOf(f.Value("referral"), v.Query("referral"))
	if typed == "" {
		return form, nil
	}
	id, err := helpdesk.ParseID(typed)
	if err != nil {
		return nil, err
	}
	r, err := d.Consent.Referral(v.Context, v.Session, id)
	if err == nil && r.Ticket != t.ID {
		err = helpdesk.ErrNotFound
	}
	form.Referral, form.To, form.Open = string(id), r.To.Name, true
	return form, err
}

// except decides on one. What the law demands, and what can't wait, stands at once.
func (d *desk) except(v *frontend.Visit) error {
	t, err := d.theirTicket(v)
	if err != nil {
		return err
	}
	f := v.Form
	x := consent.Excepting{Ticket: t.ID, Kind: f.Value("kind"), Must: f.Value("must") == "must", Emergency: f.Value("emergency") != "", Law: f.Value("law"), Why: f.Value("why"),
		Anonymous: f.Value("anonymous") == "yes", Informed: f.Value("informed") == "yes", WhyNot: f.Value("whynot")}
	if typed := f.Value("referral"); typed != "" {
		if x.Referral, err = helpdesk.ParseID(typed); err != nil {
			return err
		}
	}
	switch {
	case f.Value("must") == "":
		err = helpdesk.Refuse("exception.must.none")
	case f.Value("anonymous") == "":
		err = helpdesk.Refuse("exception.anonymous.none")
	default:
		_, err = d.Consent.Except(v.Context, v.Session, x)
	}
	return d.exceptionDone(v, err, "decided")
}

func (d *desk) exceptionDone(v *frontend.Visit, err error, done string) error {
	return settled(v, err, d.showExceptions, ticketPath(helpdesk.ID(v.Param("id")))+"/exceptions?done="+done)
}

// theirException is one of the ticket in the address.
func (d *desk) theirException(v *frontend.Visit) (consent.Excepted, error) {
	t, err := d.theirTicket(v)
	if err != nil {
		return consent.Excepted{}, err
	}
	all, err := d.Consent.Exceptions(v.Context, v.Session, t.ID)
	if err != nil {
		return consent.Excepted{}, err
	}
	i := slices.IndexFunc(all, func(x consent.Excepted) bool { return string(x.ID) == v.Form.Value("exception") })
	if i < 0 {
		return consent.Excepted{}, helpdesk.ErrNotFound
	}
	return all[i], nil
}

// reviewException is the second person's look.
func (d *desk) reviewException(v *frontend.Visit) error {
	x, err := d.theirException(v)
	if err != nil {
		return err
	}
	agree := v.Form.Value("agree") == "yes"
	return d.exceptionDone(v, d.Consent.Review(v.Context, v.Session, x.ID, agree, v.Form.Value("note-"+string(x.ID))), "reviewed")
}

// discloseException writes down what was told by it, by phone, letter or visit.
func (d *desk) discloseException(v *frontend.Visit) error {
	x, err := d.theirException(v)
	if err != nil {
		return err
	}
	informed := time.Time{}
	if v.Form.Value("informed") == "yes" {
		informed = v.Now()
	}
	channel := v.Form.Value("channel")
	if !slices.Contains(channels, channel) {
		return helpdesk.ErrNotFound
	}
	id := string(x.ID)
	err = d.Consent.Disclose(v.Context, v.Session, x.ID, strings.TrimSpace(v.Form.Value("to-"+id)), channel, v.Form.Value("what-"+id), informed)
	return d.exceptionDone(v, err, "told")
}

// informException writes down that the person knows by now.
func (d *desk) informException(v *frontend.Visit) error {
	x, err := d.theirException(v)
	if err != nil {
		return err
	}
	return d.exceptionDone(v, d.Consent.Inform(v.Context, v.Session, x.ID), "informed")
}
