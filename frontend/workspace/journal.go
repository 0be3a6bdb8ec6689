package workspace

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/registers"
	"returnsupport/helpdesk/tickets"
)

// journalKinds are the ways to look at the book, each with its deeds.
var journalKinds = []struct {
	key   string
	verbs []string
}{
	{"opened", []string{journal.VerbOpened, tickets.VerbFile, tickets.VerbPerson, "branch.opened", "referral.opened", journal.VerbRead}},
	{"searched", []string{"search."}},
	{"changed", []string{"ticket.", "person.", "post.", "answer.", "branch.", "debrief."}},
	{"shared", []string{"consent.", "referral.", "request."}},
	{"staff", []string{"staff."}},
	{"house", []string{"setting.", "mailbox.", "line.", "directory.", "webhooks.", "retention.", "incident.", "right."}},
	{"alarms", []string{journal.VerbAlarm}},
}

// journalPage shows who opened and changed what: to a coordinator of everybody,
// to everybody of themselves.
func (d *desk) journalPage(v *frontend.Visit) error {
	if v.Query("view") == "mine" || !v.Session.Coordinator() {
		return d.showJournal(v, true)
	}
	return d.showJournal(v, false)
}

func (d *desk) showJournal(v *frontend.Visit, mine bool) error {
	frame, err := d.frame(v, v.Say("journal.title"), "journal")
	if err != nil {
		return err
	}
	n, err := d.naming(v)
	if err != nil {
		return err
	}
	page := Journal{Desk: frame, Text: v.Say("journal.text"), Form: journalForm(v, n, mine), Privacy: v.Session.Coordinator()}
	look, ok := lookOf(v)
	read := d.Registers.Book
	if mine {
		read, page.Text, look.Colleague, look.Number = d.Registers.Mine, v.Say("journal.mine.text"), "", 0
	}
	if v.Session.Coordinator() {
		page.Views = []frontend.Tab{
			{Text: v.Say("journal.all"), Icon: "users", Href: "/w/journal", Count: -1, Here: !mine},
			{Text: v.Say("journal.mine"), Icon: "user", Href: "/w/journal?view=mine", Count: -1, Here: mine},
		}
	}
	if !ok {
		page.Problem = &frontend.Notice{Kind: "warn", Text: v.Say("journal.wrong")}
		return v.ShowAs(http.StatusUnprocessableEntity, page)
	}
	lines, err := read(v.Context, v.Session, look)
	if page.Problem = problemOf(frame.Words, err); page.Problem != nil {
		page.Problem.More = ""
		return v.ShowAs(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	if !mine && v.Query("behind") == "" && look.Number == 0 && look.Colleague == "" && look.Day.IsZero() && look.Verbs == nil {
		if page.Unusual, err = d.unusual(v, n); err != nil {
			return err
		}
	}
	for _, l := range lines.Lines {
		page.Rows = append(page.Rows, journalRow(n, l, lines.Called))
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "file-text", Title: v.Say("journal.none.title"), Text: v.Say("journal.none.text")}
	}
	page.Pager = journalPager(v, lines.Next)
	return v.Show(page)
}

// lookOf reads what was asked for; false for what nobody can mean.
func lookOf(v *frontend.Visit) (registers.Look, bool) {
	var l registers.Look
	var err error
	if who := v.Query("who"); who != "" {
		if l.Colleague, err = helpdesk.ParseID(who); err != nil {
			return l, false
		}
	}
	if typed := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(v.Query("number"))), "R-"); typed != "" {
		if l.Number, err = strconv.ParseInt(typed, 10, 64); err != nil || l.Number < 1 {
			return l, false
		}
	}
	if day := strings.TrimSpace(v.Query("day")); day != "" {
		if l.Day, err = time.Parse(time.DateOnly, day); err != nil {
			return l, false
		}
	}
	for _, k := range journalKinds {
		if k.key == v.Query("kind") {
			l.Verbs = k.verbs
		}
	}
	l.Behind = journal.Place(v.Query("behind"))
	return l, true
}

func journalForm(v *frontend.Visit, n *naming, mine bool) JournalForm {
	f := JournalForm{Words: n.Words, Number: v.Query("number"), Day: v.Query("day"), ByWhoAndWhich: !mine}
	if mine {
		f.View = "mine"
	}
	for _, u := range n.users {
		f.Who = append(f.Who, frontend.Option{Value: string(u.ID), Text: u.Name, Chosen: string(u.ID) == v.Query("who")})
	}
	byText(f.Who)
	f.Who = append([]frontend.Option{{Text: n.Say("journal.who.all")}}, f.Who...)
	f.Kinds = []frontend.Option{{Text: n.Say("journal.kind.all")}}
	for _, k := range journalKinds {
		f.Kinds = append(f.Kinds, frontend.Option{Value: k.key, Text: n.Say("journal.kind." + k.key), Chosen: k.key == v.Query("kind")})
	}
	return f
}

func journalPager(v *frontend.Visit, next journal.Place) frontend.Pager {
	with := url.Values{}
	for _, name := range []string{"view", "who", "number", "kind", "day"} {
		if value := v.Query(name); value != "" {
			with.Set(name, value)
		}
	}
	p := frontend.Pager{FirstText: v.Say("journal.newest"), NextText: v.Say("journal.older")}
	if v.Query("behind") != "" {
		p.First = "/w/journal?" + with.Encode()
	}
	if next != "" {
		with.Set("behind", string(next))
		p.Next = "/w/journal?" + with.Encode()
	}
	return p
}

// journalRow is a line in words. Of a ticket the session may not hear of it says
// no more than that there is one.
func journalRow(n *naming, l journal.Entry, called map[helpdesk.ID]tickets.Called) JournalRow {
	row := JournalRow{Who: n.Say("journal.house"), Did: journalDid(n.Words, l.Verb), At: n.Near(l.At), Exact: n.Exact(l.At), Machine: n.Machine(l.At)}
	if l.Actor != "" {
		name, ok := n.name(l.Actor)
		if row.Who = n.Say("journal.somebody"); ok {
			row.Who = name
		}
	}
	switch c, ok := called[l.Object]; {
	case ok:
		link := journalLink(c)
		row.Object, row.Href = link.Number, link.Href
	case strings.HasPrefix(string(l.Object), "~"):
		row.Object = n.Say("journal.closed")
	case strings.HasPrefix(l.Verb, "setting."):
		row.Object = n.Say("office.name." + string(l.Object))
	default:
		if name, ok := n.name(l.Object); ok && l.Object != l.Actor {
			row.Object = name
		}
	}
	return row
}

func journalLink(c tickets.Called) JournalLink {
	link := JournalLink{Number: number(c.Number)}
	if c.Reads {
		link.Href = ticketPath(c.Ticket)
	}
	return link
}

// journalDid says what was done.
func journalDid(w frontend.Words, verb string) string {
	if code, ok := strings.CutPrefix(verb, journal.VerbAlarm); ok {
		return w.Say("journal.did.alarm", code)
	}
	if slices.Contains(journalVerbs, verb) {
		return w.Say("journal.did." + verb)
	}
	return w.Say("journal.did.something", verb)
}

// signTickets are named at one sign; more are counted.
const signTickets = 12

// unusual is what is pointed out to the coordinators.
func (d *desk) unusual(v *frontend.Visit, n *naming) (*JournalWatch, error) {
	seen, err := d.Registers.Watch(v.Context, v.Session)
	if err != nil {
		return nil, err
	}
	out := &JournalWatch{Words: n.Words, Cut: seen.Cut}
	for _, u := range seen.Unusual {
		who, ok := n.name(u.Actor)
		if !ok {
			who = v.Say("journal.somebody")
		}
		key := "journal.unusual." + string(u.Reason)
		if u.Reason == journal.Many && u.Usual == 0 {
			key = "journal.unusual.new"
		}
		sign := JournalSign{Text: v.Say(key, u.Count, "\u2068"+who+"\u2069", u.Usual), At: n.Near(u.At), Exact: n.Exact(u.At), Grave: u.Reason == journal.OwnName || u.Reason == journal.Many}
		for _, object := range u.Objects {
			c, ok := seen.Called[object]
			if link := journalLink(c); ok && !slices.Contains(sign.Tickets, link) {
				sign.Tickets = append(sign.Tickets, link)
			}
		}
		if more := len(sign.Tickets) - signTickets; more > 0 {
			sign.Tickets, sign.More = sign.Tickets[:signTickets], more
		}
		out.Rows = append(out.Rows, sign)
	}
	return out, nil
}
