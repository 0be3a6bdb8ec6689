package workspace

import (
	"net/url"
	"strconv"
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
	{tickets.QueueDue, "calendar"},
	{tickets.QueueLate, "circle-alert"},
	{tickets.QueueDetained, "lock"},
	{tickets.QueueChildren, "user"},
	{tickets.QueueClosed, "archive"},
}

// sizeOf is the standing count of a queue, -1 for one that has none.
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
	case tickets.QueueClosed:
		return c.Closed
	}
	return -1
}

// frame is what stands around a member's page; here names the tab.
func (d *desk) frame(v *frontend.Visit, title, here string) (Desk, error) {
	over, err := d.Tickets.Overview(v.Context, v.Session)
	if err != nil {
		return Desk{}, err
	}
	return d.framed(v, title, here, over)
}

// framed is frame for a page that looked through the queues itself.
func (d *desk) framed(v *frontend.Visit, title, here string, over tickets.Overview) (Desk, error) {
	sum := over.Sum()
	at, err := d.stay(v)
	if err != nil {
		return Desk{}, err
	}
	f := Desk{Page: v.Page(title), Me: v.Session.User.Name, Here: v.Address(), Mail: d.mailState(v)}
	f.Member, f.Bell = true, "/w/bell"
	if f.Bar, err = d.barOf(v, f.Words, "", at); err != nil {
		return Desk{}, err
	}
	f.Nav = append(f.Nav, frontend.Tab{
		Text: v.Say("nav.chats"), Icon: "message-circle", Href: "/w/chats", Count: int64(f.Bar.Waiting), Here: here == "chats",
	})
	f.Nav = append(f.Nav, frontend.Tab{Text: v.Say("nav.duelist"), Icon: "bell", Href: "/w/due", Count: -1, Here: here == "duelist"})
	for i, q := range queues {
		tab := frontend.Tab{
			Text: v.Say("nav." + string(q.name)), Icon: q.icon, Href: "/w/queue?q=" + string(q.name),
			Count: sizeOf(sum, q.name), Here: here == string(q.name), Gap: i == 0,
		}
		switch q.name {
		case tickets.QueueDue:
			many(v, &tab, over.Due)
		case tickets.QueueLate:
			many(v, &tab, over.Late)
		}
		f.Nav = append(f.Nav, tab)
		if q.name == tickets.QueueChildren && d.Branches != nil {
			f.Nav = append(f.Nav, frontend.Tab{Text: v.Say("nav.branches"), Icon: "hand", Href: "/w/branches", Count: -1, Here: here == "branches"})
		}
	}
	for i, t := range []struct{ name, icon string }{{"aside", "mail-warning"}, {"outbox", "send"}, {"hours", "calendar"}, {"answers", "file-text"}, {"directory", "link"}, {"referrals", "arrow-right-left"}, {"people", "users"}, {"journal", "file-text"}, {"office", "settings"}} {
		f.Nav = append(f.Nav, frontend.Tab{
			Text: v.Say("nav." + t.name), Icon: t.icon, Href: "/w/" + strings.Replace(t.name, "people", "team", 1),
			Count: -1, Here: here == t.name, Gap: i == 0,
		})
	}
	if f.You, err = d.forYou(v, f.Words); err != nil {
		return Desk{}, err
	}
	if here != "" {
		if f.Load, err = d.loadHint(v, f.Words, sum.Mine, at.Hard); err != nil {
			return Desk{}, err
		}
	}
	f.Said = said(v)
	return f, nil
}

// many puts a count that ends at a thousand on a tab.
func many(v *frontend.Visit, tab *frontend.Tab, n tickets.Count) {
	tab.Count = n.N
	switch {
	case n.More && n.N >= 1_000:
		tab.Many = v.Say("queue.thousand")
	case n.More:
		tab.Many = strconv.FormatInt(n.N, 10) + "+" // some could not be opened yet
	}
}

// sealedCounts are the ways again, with the sizes of the lists that must be
// opened to be counted. The page asks for them once it is shown.
func (d *desk) sealedCounts(v *frontend.Visit) error {
	frame, err := d.frame(v, "", string(queueHere(v.Query("q"))))
	if err != nil {
		return err
	}
	for _, name := range []tickets.Queue{tickets.QueueDetained, tickets.QueueChildren} {
		n, err := d.Tickets.Count(v.Context, v.Session, tickets.Filter{Queue: name})
		if err != nil {
			return err
		}
		for i := range frame.Nav {
			if frame.Nav[i].Href == "/w/queue?q="+string(name) {
				many(v, &frame.Nav[i], n)
			}
		}
	}
	return v.Show(SealedCounts{Page: frame.Page, Nav: frame.Nav})
}

// queueHere is the queue of a name, "" for none.
func queueHere(name string) tickets.Queue {
	if name == "" {
		return ""
	}
	return queueNamed(name)
}

// said turns the ?said= of a redirect into a notice, if it is one of ours:
// a link made by somebody else can't make the page say anything new.
func said(v *frontend.Visit) *frontend.Notice {
	key := v.Query("said")
	switch key {
	case "taken", "given", "moved", "closed", "reopened", "priority", "noted", "undone", "joined", "unjoined", "writer",
		"shared", "unshared", "recovered", "admitted", "removed", "ended", "welcomed", "turnedaway", "saved", "sent.again",
		"lent", "translated", "inserted", "date", "filed", "dropped", "sat", "over", "brought", "parted", "talked", "step", "told", "consulted", "consult.ended", "advised", "ungiven", "draft.taken", "draft.left", "draft.fetched", "cleared", "debrief", "closed.line", "reopened.line", "junked", "unjunked", "blocked", "unblocked":
		return &frontend.Notice{Kind: "ok", Text: v.Say("said." + key)}
	case "nonext":
		return &frontend.Notice{Kind: "warn", Text: v.Say("next.none"), More: v.Say("next.none.more")}
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
