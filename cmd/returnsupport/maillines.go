package main

import (
	"context"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/tasks"
	"returnsupport/mailbridge"
)

// mailLines are how fetching and sending go, for the watch over them. What is
// paused need not be fetched, and sends all the same.
func (h *house) mailLines(ctx context.Context) ([]tasks.Line, error) {
	if h.bridge == nil { // not serving
		return nil, nil
	}
	boxes, err := h.office.Mailboxes(ctx)
	if err != nil {
		return nil, err
	}
	unsent, err := h.post.Unsent(ctx)
	if err != nil {
		return nil, err
	}
	return linesOf(boxes, h.bridge.Status(), unsent, h.now()), nil
}

func linesOf(boxes []office.Mailbox, states []mailbridge.Status, unsent []post.Unsent, now time.Time) []tasks.Line {
	fetching := map[helpdesk.ID]mailbridge.Status{}
	for _, s := range states {
		fetching[helpdesk.ID(s.Mailbox)] = s
	}
	failing := map[helpdesk.ID]post.Unsent{}
	for _, u := range unsent {
		failing[u.Mailbox] = u
	}
	var out []tasks.Line
	for _, b := range boxes {
		if b.State == office.Collecting {
			out = append(out, fetched(b, fetching[b.ID], now))
		}
		l := tasks.Line{Mailbox: b.ID, Address: b.Address, Way: tasks.Out, Works: true}
		if u, fails := failing[b.ID]; fails {
			l.Works, l.Good, l.Why = false, u.Since, u.Code
		}
		out = append(out, l)
	}
	return out
}

// fetched: a mailbox works while it listens or is asked now and then, or brings
// letters. To be connected is not enough: a server may hold the line and say nothing.
func fetched(b office.Mailbox, s mailbridge.Status, now time.Time) tasks.Line {
	l := tasks.Line{Mailbox: b.ID, Address: b.Address, Way: tasks.In, Good: s.LastLook, Why: string(s.Trouble)}
	if s.LastMail.After(l.Good) {
		l.Good = s.LastMail
	}
	l.Works = s.State == mailbridge.Listening || s.State == mailbridge.Polling || !l.Good.IsZero() && now.Sub(l.Good) < time.Minute
	if l.Works {
		l.Why = ""
	} else if l.Why == "" {
		l.Why = string(mailbridge.TimedOut)
	}
	return l
}
