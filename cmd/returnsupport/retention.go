package main

import (
	"context"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/retention"
	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge"
)

// keeping makes the room that lets go of what had its time.
func (h *house) keeping() *retention.Room {
	return retention.New(retention.House{DB: h.db, Secrets: h.secrets, Journal: h.journal, Office: h.office, Staff: h.staff, People: h.people,
		Tickets: h.tickets, Post: h.post, Chat: h.chat, Others: lettingGo{h.post, h.door, h.side}, Servers: h.eraseOnServers, Now: h.now, Log: h.log})
}

// Running are the tickets that are not to be erased by their age, because
// somebody outside may still read what they were handed.
func (l lettingGo) Running(ctx context.Context, r store.Reader, tickets []helpdesk.ID) ([]helpdesk.ID, error) {
	return l.door.Running(ctx, r, tickets)
}

// eraseOnServers asks every mailbox's server, also of those that are paused.
func (h *house) eraseOnServers(ctx context.Context, gone *post.GoneLetters) (int, error) {
	all, err := h.office.Mailboxes(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, m := range all {
		box, e := h.bridgeMailbox(m)
		if e == nil {
			var some int
			some, e = mailbridge.EraseGone(ctx, box, func(heads [][]byte) ([]bool, error) { return gone.Are(ctx, heads) })
			n += some
		}
		if e != nil { // of its error the code alone may be told
			err = errors.Join(err, fmt.Errorf("mailbox %s: %s", m.ID, mailbridge.CodeOf(e)))
		}
	}
	return n, err
}

// letGo goes through the rules of keeping, and names the large tables that lost
// bytes by it, which the night leaves alone otherwise.
func (h *house) letGo(ctx context.Context) ([]string, error) {
	report, err := h.keep.Nightly(ctx)
	if report.Erased() {
		return unscrubbed, err
	}
	return nil, err
}
