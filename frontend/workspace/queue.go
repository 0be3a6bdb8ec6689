package workspace

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// looking is a list somebody asks for.
type looking struct {
	filter tickets.Filter
	saved  helpdesk.ID // the filter it came from, "" for none
	after  string
	posted bool // looked for by a form: nothing of it stands in the address
	wrong  error
}

// queue shows one list of tickets, or what a saved filter finds.
func (d *desk) queue(v *frontend.Visit) error {
	l := looking{filter: tickets.Filter{Queue: queueNamed(v.Query("q"))}, after: v.Query("after")}
	if id := v.Query("f"); id != "" {
		kept, err := d.savedFilter(v, helpdesk.ID(id))
		if err != nil {
			return err
		}
		l.filter, l.saved = kept.Filter, kept.ID
		return d.showQueue(v, http.StatusOK, l)
	}
	if team := v.Query("team"); team != "" {
		id, err := helpdesk.ParseID(team)
		if err != nil {
			return err
		}
		l.filter.Team = id
	}
	return d.showQueue(v, http.StatusOK, l)
}

func queueNamed(name string) tickets.Queue {
	for _, q := range queues {
		if name == string(q.name) {
			return q.name
		}
	}
	return tickets.QueueUnassigned
}

// path is where the list is found again; of one that was looked for, the queue
// it was looked for in.
func (l looking) path() string {
	q := url.Values{}
	if l.saved != "" {
		q.Set("f", string(l.saved))
	} else {
		q.Set("q", string(l.filter.Queue))
		if l.filter.Team != "" {
			q.Set("team", string(l.filter.Team))
		}
	}
	return "/w/queue?" + q.Encode()
}

func (d *desk) showQueue(v *frontend.Visit, status int, l looking) error {
	var found tickets.Page
	if l.wrong == nil {
		var err error
		found, err = d.Tickets.Queue(v.Context, v.Session, l.filter, tickets.Cursor(l.after), tickets.PageMost)
		var no helpdesk.Refusal
		switch {
		case errors.As(err, &no):
			l.wrong, status = no, http.StatusUnprocessableEntity
		case err != nil:
			return err
		}
	}
	title := v.Say("nav." + string(l.filter.Queue))
	here := string(l.filter.Queue)
	if l.saved != "" || l.posted {
		here = ""
	}
	frame, err := d.queueFrame(v, title, here, found.Overview)
	if err != nil {
		return err
	}
	d.settle(v, found.Settle)
	page := Queue{Desk: frame, Name: string(l.filter.Queue), Team: string(l.filter.Team), Counted: "/w/queue/counts?q=" + here}
	if !l.posted {
		page.Live = l.path()
		if l.after != "" {
			page.Live += "&after=" + url.QueryEscape(l.after)
		}
	}
	page.Notices, page.Found = l.notices(v, found)
	if notice, toast := bulkDone(v, page.Words, l.path()); notice != nil {
		page.Notices = append(page.Notices, *notice)
		page.Toast = toast
	} else {
		page.Toast = toast
	}
	for _, r := range found.Rows {
		row := queueRow(v, page.Words, l.filter.Queue, r)
		if r.Proven && !r.Broken {
			row.Pick = string(r.Ticket.ID) + ":" + strconv.FormatInt(r.Ticket.Version, 10)
			row.PickText = v.Say("bulk.pick", row.Number)
		}
		page.Rows = append(page.Rows, row)
	}
	if len(page.Rows) == 0 && l.wrong == nil {
		page.Empty = l.empty(v)
	}
	if err := d.queueForms(v, &page, l); err != nil {
		return err
	}
	l.pages(v, &page, string(found.Next))
	return v.ShowAs(status, page)
}

// queueFrame looks through the queues once more only where the list did not.
func (d *desk) queueFrame(v *frontend.Visit, title, here string, over *tickets.Overview) (Desk, error) {
	if over == nil {
		return d.frame(v, title, here)
	}
	return d.framed(v, title, here, *over)
}

// notices say what the list can't show, so that nobody takes it for all there
// is.
func (l looking) notices(v *frontend.Visit, found tickets.Page) (out []frontend.Notice, count string) {
	var no helpdesk.Refusal
	if errors.As(l.wrong, &no) {
		return []frontend.Notice{{Kind: "warn", Text: v.Say(no.Key, no.Args...), More: v.Say("filter.again")}}, ""
	}
	if found.Skipped > 0 {
		out = append(out, frontend.Notice{Kind: "warn", Text: v.Say("filter.skipped", found.Skipped), More: v.Say("filter.skipped.more")})
	}
	if found.Partly {
		out = append(out, frontend.Notice{Text: v.Say("filter.partly")})
	}
	if l.filter.Sealed() || l.filter.Queue == tickets.QueueDetained || l.filter.Queue == tickets.QueueChildren {
		count = v.Say("filter.found", found.Found.N)
		if found.Found.More {
			count = v.Say("filter.found.more", found.Found.N)
		}
	}
	return out, count
}

func (l looking) empty(v *frontend.Visit) *frontend.Empty {
	if l.posted || l.saved != "" {
		return &frontend.Empty{Icon: "list", Title: v.Say("filter.empty.title"), Text: v.Say("filter.empty.text")}
	}
	name := string(l.filter.Queue)
	return &frontend.Empty{Icon: "inbox", Title: v.Say("queue.empty." + name + ".title"), Text: v.Say("queue.empty." + name + ".text")}
}

// pages lead on: by an address, or by the form again where something was looked
// for.
func (l looking) pages(v *frontend.Visit, page *Queue, next string) {
	if l.posted {
		if next != "" {
			page.More = &MoreForm{Words: page.Words, After: next, Values: hiddenFilter(l.filter)}
		}
		return
	}
	with := url.Values{"q": {page.Name}, "team": {page.Team}}
	if l.saved != "" {
		with = url.Values{"f": {string(l.saved)}}
	}
	page.Pager = pager(v, "/w/queue", with, next)
}

// settle re-wraps what this page found blind, after it is on its way.
func (d *desk) settle(v *frontend.Visit, found tickets.Settle) {
	if found.Empty() {
		return
	}
	session := v.Session
	v.After(func(ctx context.Context) {
		if err := d.Tickets.Settle(ctx, session, found); err != nil {
			// The next reader finds it blind again and tries anew.
			d.Log.Warn("wraps not settled", "err", err)
		}
	})
}

func pager(v *frontend.Visit, path string, with url.Values, next string) frontend.Pager {
	for k := range with {
		if with.Get(k) == "" {
			with.Del(k)
		}
	}
	p := frontend.Pager{FirstText: v.Say("queue.first"), NextText: v.Say("queue.next")}
	if v.Query("after") != "" {
		p.First = path + "?" + with.Encode()
	}
	if next != "" {
		with.Set("after", next)
		p.Next = path + "?" + with.Encode()
	}
	return p
}
