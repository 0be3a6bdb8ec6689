// Package frontend is the craft all pages share: the web server, who a
// request comes from, what it may do, the frame around every page, forms and
// files, facts turned into a status and a sentence, and live connections.
//
// Never: a rule about tickets, and no content in a log line or an address.
//
// Two kinds of visitors come, each with a cookie of their own and never both
// at once. The desk's pages are mounted with Route under /w; Visit.Session is
// who came. A person's pages are mounted with Public under each language;
// Visit.Guest is who came, Visit.Lang the language of the address.
//
//	site.Public("GET", "/talk", frontend.Guest, h.talk)        // /sv/talk, /fa/talk, …
//	site.Public("GET", "/talk/news", frontend.Watching, h.poll) // a page asks by itself
//	site.Live("/talk/live", h.live)                             // the same as a websocket
//	site.OnGuestEnded(h.tooLate)                                // forms of a session that ended
//	site.OnExit(h.exit)                                         // before /x deletes the session
//
// A page of a person embeds PublicPage (Visit.PublicPage), whose frame brings
// public.css, exit.js and the scripts it names; "{{.Proof "/:lang/talk/say"}}"
// is the proof of a form of theirs. Site.Weigh weighs it. ShowFrame shows what
// may stand in a frame of ours, Sound and Download answer parts (206), Wait is
// a long poll, Within and Visit.Allow are ceilings. What goes wrong becomes
// Trouble: a page in the person's language with the number to call, or, for a
// script that asks for JSON, its sentence, see told.
package frontend

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/sync/errgroup"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
)

// Door opens sessions; *staff.Desk is one.
type Door interface {
	// Session returns the session a cookie opens, or helpdesk.ErrDenied. A
	// quiet look (a poll, the doorbell) does not count as the visitor's own
	// action and leaves the idle clock alone.
	Session(ctx context.Context, cookie string, quiet bool) (*staff.Session, error)
}

// Options is everything a Site needs. Log, Door, Bus and Words are required.
type Options struct {
	Log   *slog.Logger
	Door  Door
	Bus   bus.Bus
	Words *locale.Catalogue
	// Guests opens person's sessions; nil serves the desk alone.
	Guests GuestDoor
	// Outside opens the sessions of those to whom something was handed over; nil
	// serves no pages of theirs.
	Outside OutsideDoor
	// Branches opens the sessions of volunteers; nil serves no pages of theirs.
	Branches OutsideDoor
	// Limiter counts what one address does, over all replicas; nil counts in
	// this process.
	Limiter *bus.Limiter
	// Ceiling is how much persons behind one address may change; the zero value
	// is a hundred things a second, twelve hundred at once.
	Ceiling bus.Rate
	// Sign is what person's pages say of the house in a language; nil says
	// PublicName, and leads to the weather.
	Sign func(ctx context.Context, lang string) (Sign, error)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Zone is where the counsellors work; nil means Europe/Stockholm.
	Zone *time.Location
	// PublicName is what the frame calls the service. It never says "return".
	PublicName string
	// Cert and Key are PEM files; with both the site speaks TLS itself.
	Cert, Key string
	// BehindProxy names the networks of the proxy that speaks TLS for us.
	// Only from there is a request taken, and only from there is a forwarded
	// header believed.
	BehindProxy []netip.Prefix
	// MaxBells bounds the open doorbells of the desk, MaxTalks the live
	// connections of persons. Together they stay below the file descriptor
	// limit: at that limit accept stalls and everything hangs. 0 means 5,000
	// and 20,000, or as many as the limit leaves room for.
	MaxBells, MaxTalks int
	// Measured hears of every answered request, for the operator's figures: by
	// which door, with what status, how long it took, and whether it waited for
	// news on purpose. Nothing else of it; nil hears nothing.
	Measured func(door string, status int, waited bool, took time.Duration)
}

// Site is one web server with its routes. Make it with New, mount audiences
// with Route, then Listen.
type Site struct {
	Options
	app    *fiber.App
	pages  *pages
	assets *assets
	lines  *lines
	// descriptors is openFiles but in tests.
	descriptors func() (uint64, bool)
	waits       *waits
	held        held
	proxy       bool
	tls         bool

	home       string
	landing    bool        // person's pages are mounted
	late       Handler     // see OnGuestEnded
	lateBranch Handler     // see OnBranchEnded
	signLost   atomic.Bool // the office did not say what stands over the door
	signs      sync.Map    // language -> the last Sign the office told
	storeLost  atomic.Bool // a request could not be served for want of what the house stands on
	onExit     Handler

	mu        sync.Mutex
	closed    bool
	listeners []net.Listener

	later   chan struct{} // places for work put off, see Visit.After
	working sync.WaitGroup
}

// New prepares a site without routes but for its static files.
func New(o Options) (*Site, error) {
	if o.Log == nil || o.Door == nil || o.Bus == nil || o.Words == nil {
		return nil, errors.New("frontend needs a log, a door, a bus and words")
	}
	if (o.Cert == "") != (o.Key == "") {
		return nil, errors.New("frontend needs both a certificate and its key, or neither")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		zone, err := time.LoadLocation("Europe/Stockholm")
		if err != nil {
			return nil, fmt.Errorf("load time zone: %w", err)
		}
		o.Zone = zone
	}
	if o.Ceiling == (bus.Rate{}) {
		o.Ceiling = personRate
	}
	if o.Limiter == nil {
		secret := make([]byte, 32)
		rand.Read(secret)
		o.Limiter = bus.NewLimiter(o.Bus, secret, o.Now)
	}
	s := &Site{Options: o, proxy: len(o.BehindProxy) > 0, tls: o.Cert != "", later: make(chan struct{}, 8), held: held{left: mostHeld}}
	var err error
	if s.assets, err = theAssets(); err != nil {
		return nil, err
	}
	if s.pages, err = thePages(); err != nil {
		return nil, err
	}
	s.lines, s.waits, s.descriptors = newLines(s), newWaits(), openFiles
	s.app = fiber.New(fiber.Config{
		// Fiber reuses the memory of strings: without this, what one person
		// typed turns up in what another reads.
		Immutable: true,
		// The default of 4 kB caps all request headers together.
		ReadBufferSize:    16384,
		ReduceMemoryUsage: true,
		StreamRequestBody: true,
		// With streaming this is only what is read ahead; Visit.Form counts.
		BodyLimit:                    prefetch,
		DisablePreParseMultipartForm: true,
		DisableStartupMessage:        true,
		DisableDefaultDate:           false,
		DisableHeaderNormalizing:     false,
		ReadTimeout:                  60 * time.Second,
		IdleTimeout:                  75 * time.Second,
		ErrorHandler:                 s.lastResort,
	})
	// A hijacked connection is ours alone, see upgrade.go.
	s.app.Server().KeepHijackedConns = true
	s.app.Use(s.guard)
	s.app.Get("/static/:file", s.serveAsset)
	if s.Guests != nil {
		s.Route(fiber.MethodGet, ExitPath, leaving, s.exit)
		s.Route(fiber.MethodPost, ExitPath, leaving, s.exit)
	}
	return s, nil
}

// Home names the desk's first page. "/" leads to it where no person's pages
// are mounted, "/w" always.
func (s *Site) Home(path string) { s.home = path }

// Shutdown takes no new requests, says goodbye to every websocket (1001) and
// waits for the requests in hand until ctx ends.
func (s *Site) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	var both errgroup.Group
	both.Go(func() error { s.waits.closeAll(); s.lines.closeAll(); return nil })
	both.Go(func() error {
		if err := s.app.ShutdownWithContext(ctx); err != nil {
			return fmt.Errorf("stop the web server: %w", err)
		}
		return nil
	})
	err := both.Wait()
	s.shut()
	s.working.Wait()
	return err
}
