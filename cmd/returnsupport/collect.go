package main

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"returnsupport/helpdesk/office"
	"returnsupport/mailbridge"
)

// newCollector makes the collector without mailboxes; collect keeps its list.
func (h *house) newCollector(ctx context.Context) (*mailbridge.Collector, error) {
	seconds, err := h.office.Number(ctx, office.PollSeconds)
	if err != nil {
		return nil, err
	}
	return mailbridge.NewCollector(nil, h.post, h.log, mailbridge.WithPoll(time.Duration(seconds)*time.Second)), nil
}

// mailboxesReread is how soon a running house notices a mailbox that was
// added, changed or removed by a command or on a page.
const mailboxesReread = 5 * time.Second

// collect runs the collector and keeps its list of mailboxes true.
func (h *house) collect(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return h.bridge.Run(ctx) })
	group.Go(func() error {
		tick := time.NewTicker(mailboxesReread)
		defer tick.Stop()
		for {
			boxes, err := h.mailboxes(ctx)
			switch {
			case err == nil:
				h.bridge.Set(boxes)
			case ctx.Err() == nil:
				h.log.Error("mailboxes not read; the known ones are collected on", "error", err)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	})
	return group.Wait()
}

// mailboxes translates the office's mailboxes into the bridge's.
func (h *house) mailboxes(ctx context.Context) ([]mailbridge.Mailbox, error) {
	all, err := h.office.Mailboxes(ctx)
	if err != nil {
		return nil, err
	}
	largest, err := h.office.Number(ctx, office.MaxLetterMiB)
	if err != nil {
		return nil, err
	}
	var boxes []mailbridge.Mailbox
	for _, m := range all {
		if m.State != office.Collecting {
			continue
		}
		box, err := h.bridgeMailbox(m)
		if err != nil {
			// One unusable row must not stop the mail of the others.
			h.log.Error("mailbox can't be collected", "mailbox", m.ID, "error", err)
			continue
		}
		box.Largest = int64(largest) << 20
		boxes = append(boxes, box)
	}
	return boxes, nil
}

func (h *house) bridgeMailbox(m office.Mailbox) (mailbridge.Mailbox, error) {
	server, folder, err := mailbridge.ParseIMAP(m.IMAP)
	if err != nil {
		return mailbridge.Mailbox{}, err
	}
	server.Password, server.Tokens = mailbridge.Secret(m.Password), h.tokens(m)
	if m.Folder != "" {
		folder = m.Folder
	}
	box := mailbridge.Mailbox{ID: string(m.ID), IMAP: server, Folder: folder, Since: m.Since}
	switch m.After {
	case office.AfterLeave:
		box.After = mailbridge.Leave
	case office.AfterSeen:
		box.After = mailbridge.MarkSeen
	case office.AfterMove:
		box.After = mailbridge.Move(m.AfterFolder)
	case office.AfterDelete:
		box.After = mailbridge.Delete
	}
	return box, nil
}
