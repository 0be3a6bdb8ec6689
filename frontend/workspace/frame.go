package workspace

import (
	"net/url"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// queues in the order of the navigation, each with its icon.
var queues = []struct {
	name tickets.Queue
	icon string
}{
	{tickets.QueueUnassigned, "inbox"},
	{tickets.QueueMine, "user"},
	{tickets.QueueTeam, "users"},
	{tickets.QueueWaiting, "clock"},
	{tickets.QueueAnswered, "hourglass"},
	{tickets.QueueClosed, "archive"},
}

func sizeOf(c tickets.Counts, q tickets.Queue) int64 {
	switch q {
	case tickets.QueueUnassigned:
		return c.Unassigned
	case tickets.QueueMine:
		return c.Mine
	case tickets.QueueTeam:
		return c.Team
	case tickets.QueueWaiting:
		return c.Waiting
	case tickets.QueueAnswered:
		return c.Answered
	}
	return -1 // nobody counts what is closed
}

// frame is what stands around a member's page; here names the tab.
func (d *desk) frame(v *frontend.Visit, title, here string) (Desk, error) {
	counts, err := d.Tickets.Counts(v.Context, v.Session)
	if err != nil {
		return Desk{}, err
	}
	var sum tickets.Counts
	for _, c := range counts {
		sum.Unassigned += c.Unassigned
		sum.Mine += c.Mine
		sum.Team += c.Team
		sum.Waiting += c.Waiting
		sum.Answered += c.Answered
	}
	if err := d.stay(v); err != nil {
		return Desk{}, err
	}
	f := Desk{Page: v.Page(title), Me: v.Session.User.Name, Here: v.Address(), Mail: d.mailState(v)}
	f.Member, f.Bell = true, "/w/bell"
	if f.Bar, err = d.bar(v, f.Words, ""); err != nil {
		return Desk{}, err
	}
	f.Nav = append(f.Nav, frontend.Tab{
		Text: v.Say("nav.chats"), Icon: "message-circle", Href: "/w/chats", Count: int64(f.Bar.Waiting), Here: here == "chats",
	})
	for i, q := range queues {
		f.Nav = append(f.Nav, frontend.Tab{
			Text: v.Say("nav." + string(q.name)), Icon: q.icon, Href: "/w/queue?q=" + string(q.name),
			Count: sizeOf(sum, q.name), Here: here == string(q.name), Gap: i == 0,
		})
	}
	for i, t := range []struct{ name, icon string }{{"aside", "mail-warning"}, {"outbox", "send"}, {"hours", "calendar"}, {"answers", "file-text"}, {"people", "users"}, {"office", "settings"}} {
		f.Nav = append(f.Nav, frontend.Tab{
			Text: v.Say("nav." + t.name), Icon: t.icon, Href: "/w/" + strings.Replace(t.name, "people", "team", 1),
			Count: -1, Here: here == t.name, Gap: i == 0,
		})
	}
	f.Said = said(v)
	return f, nil
}

// said turns the ?said= of a redirect into a notice, if it is one of ours:
// a link made by somebody else can't make the page say anything new.
func said(v *frontend.Visit) *frontend.Notice {
	key := v.Query("said")
	switch key {
	case "taken", "given", "moved", "closed", "reopened", "priority", "noted", "undone", "joined", "unjoined", "writer",
		"shared", "unshared", "recovered", "admitted", "removed", "ended", "saved", "sent.again",
		"lent", "translated", "inserted", "date", "filed", "sat", "over", "brought", "parted", "talked", "step", "told", "closed.line", "reopened.line":
		return &frontend.Notice{Kind: "ok", Text: v.Say("said." + key)}
	}
	return nil
}

func ticketPath(id helpdesk.ID) string { return "/w/t/" + string(id) }

// told is a path that says what was done.
func told(path, key string) string {
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	return path + sign + "said=" + url.QueryEscape(key)
}
