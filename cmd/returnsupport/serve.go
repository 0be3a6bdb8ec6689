package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"returnsupport/frontend"
	"returnsupport/frontend/api"
	"returnsupport/frontend/partner"
	"returnsupport/frontend/public"
	"returnsupport/frontend/volunteer"
	"returnsupport/frontend/workspace"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/mailbridge"
)

func runServe(ctx context.Context, c console, args []string) error {
	set, rest, err := readSettings(args, c.env, nil)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError("serve takes no words, only flags")
	}
	log, err := c.logger(set.logLevel)
	if err != nil {
		return err
	}
	surviveFullDisk()
	limitMemory(c.env, log)
	forbidDumps(log)
	out := newLookout()
	log = out.told.over(log)
	closeLookout, err := out.open(set.watch, log)
	if err != nil {
		return err
	}
	defer closeLookout()
	h, err := patiently(ctx, log, func() (*house, error) { return open(ctx, set, log) })
	if err != nil {
		return err
	}
	defer h.Close()
	h.lookout = out
	if c.env("GOGC") == "" {
		debug.SetGCPercent(collectLater)
		go keepTidy(ctx)
	}
	return h.serve(ctx, func(address string) {
		fmt.Fprintf(c.out, "Persons come in at %s, counsellors at %sw/queue\n", address, address)
	})
}

// goodbye is how long requests and the letter in hand may take to finish.
const goodbye = 20 * time.Second

// serve runs every worker and the web server until ctx ends or one of them
// fails; the first error stops the house. The caller closes the store.
func (h *house) serve(ctx context.Context, ready func(address string)) error {
	site, err := patiently(ctx, h.log, func() (*frontend.Site, error) { return h.begin(ctx) })
	if err != nil {
		return err
	}
	listener, err := site.Open(h.set.listen)
	if err != nil {
		return err
	}
	h.site = site
	h.lookout.house.Store(h)
	h.lookout.is(serving)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return unlessEnded(ctx, site.Serve(listener)) })
	group.Go(func() error { return h.journal.Run(ctx) })
	group.Go(func() error { return h.staff.Run(ctx) })
	group.Go(func() error { return h.people.Run(ctx) })
	group.Go(func() error { return h.post.Run(ctx) })
	group.Go(func() error { return h.tasks.Run(ctx) })
	group.Go(func() error { return h.tasks.WatchMail(ctx) })
	group.Go(func() error { return h.chat.Run(ctx) })
	group.Go(func() error { return h.door.Run(ctx) })
	group.Go(func() error { return h.side.Run(ctx) })
	group.Go(func() error { return h.hooks.Run(ctx) })
	group.Go(func() error { return h.collect(ctx) })
	group.Go(func() error { return h.nightly(ctx) })
	group.Go(func() error { return h.doctor.run(ctx) })
	// So that the first who searches need not wait; where it fails, they do.
	group.Go(func() error { _ = h.places.Warm(ctx); return nil })
	group.Go(func() error {
		<-ctx.Done()
		h.lookout.is(stopping)
		// Requests end first, so that what they began is stored; a fresh
		// context, because theirs has just ended.
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
		defer cancel()
		err := site.Shutdown(end)
		listener.Close() // where the server had not begun to listen yet
		return err
	})
	ready(h.address(listener.Addr().String()))
	err = group.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// begin does what must be done before anybody is served.
func (h *house) begin(ctx context.Context) (*frontend.Site, error) {
	var err error
	if h.bridge, err = h.newCollector(ctx); err != nil {
		return nil, err
	}
	if err := h.staff.KeepCopy(ctx); err != nil {
		return nil, err
	}
	// A database that was put back may hold what was withdrawn since.
	if _, err := h.replay(ctx); err != nil {
		return nil, err
	}
	return h.desk(ctx)
}

// unlessEnded drops the complaint of a server whose listener was closed to end
// it.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// address is where people reach the desk.
func (h *house) address(listening string) string {
	switch {
	case h.set.publicURL != "":
		return strings.TrimRight(h.set.publicURL, "/") + "/"
	case h.set.cert != "":
		return "https://" + listening + "/"
	}
	return "http://" + listening + "/"
}

// desk makes the web server with the pages of counsellors and persons.
func (h *house) desk(ctx context.Context) (*frontend.Site, error) {
	name, err := h.office.PublicName(ctx, "sv")
	if err != nil {
		return nil, err
	}
	o := frontend.Options{Log: h.log, Door: h.staff, Guests: h.people, Outside: partner.Entrance(h.staff, h.door), Branches: volunteer.Entrance(h.staff), Limiter: h.limits, Sign: h.sign, Bus: h.bus, Words: h.locale,
		Now: h.now, PublicName: name, Cert: h.set.cert, Key: h.set.key, Measured: h.lookout.figures.measured}
	if h.small {
		o.MaxBells, o.MaxTalks = 50, 200
	}
	if h.set.behind != "" {
		network, err := netip.ParsePrefix(h.set.behind)
		if err != nil {
			return nil, fmt.Errorf("setting behind-proxy: %w", err)
		}
		o.BehindProxy = []netip.Prefix{network}
	}
	site, err := frontend.New(o)
	if err != nil {
		return nil, err
	}
	doctor := h.doctor.found
	if h.small {
		doctor = nil // a demo promises nothing of the machine it runs on
	}
	workspace.Mount(site, workspace.Rooms{Staff: h.staff, Tickets: h.tickets, Post: h.post, Office: h.office, Chat: h.chat, Answers: h.answers, Tasks: h.tasks, Translate: h.machine, Directory: h.places, Registers: h.records, Consent: h.door, Branches: h.side, Webhooks: h.hooks, Retention: h.keep, PartnerLink: partner.Link,
		Connect: connection{h}, Mail: func(context.Context) []workspace.Mailbox { return mailStatus(h.bridge) }, Doctor: doctor, Log: h.log})
	public.Mount(site, public.Rooms{Chat: h.chat, People: h.people, Tickets: h.tickets, Office: h.office, Answers: h.answers, Consent: h.door,
		Sounds: os.DirFS(filepath.Join(h.set.data, "sounds")), Log: h.log})
	partner.Mount(site, partner.Rooms{Staff: h.staff, Consent: h.door})
	volunteer.Mount(site, volunteer.Rooms{Staff: h.staff, Branches: h.side, Directory: h.places, Office: h.office})
	if err := api.Mount(site, api.Rooms{Staff: h.staff, Tickets: h.tickets, Directory: h.places, Office: h.office}); err != nil {
		return nil, err
	}
	return site, nil
}

// sign is what stands over the person's door.
func (h *house) sign(ctx context.Context, lang string) (frontend.Sign, error) {
	var s frontend.Sign
	var err error
	if s.Name, err = h.office.PublicName(ctx, lang); err != nil {
		return s, err
	}
	if s.Away, err = h.office.Setting(ctx, office.ExitAddress); err != nil {
		return s, err
	}
	s.Phone, err = h.office.Setting(ctx, office.FullPhone)
	return s, err
}

// mailStatus is how collecting goes, in the desk's words.
func mailStatus(c *mailbridge.Collector) []workspace.Mailbox {
	var all []workspace.Mailbox
	for _, s := range c.Status() {
		m := workspace.Mailbox{ID: helpdesk.ID(s.Mailbox), Connected: s.Connected(), Since: s.Since}
		if s.Trouble != "" {
			m.Trouble, m.Since = string(s.Trouble), s.Troubled
		}
		m.Taken, m.Waiting, m.Begun, m.Left = s.Taken, s.Waiting, s.Begun, s.Left(time.Now())
		all = append(all, m)
	}
	return all
}
