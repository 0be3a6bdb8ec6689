package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/registers"
	"returnsupport/helpdesk/retention"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/translate"
	"returnsupport/helpdesk/vault"
	"returnsupport/helpdesk/webhooks"
	"returnsupport/mailbridge"
)

// house is every room, made and wired, in the order data flows.
type house struct {
	set settings
	now func() time.Time
	log *slog.Logger

	db      *store.DB
	secrets *vault.Secrets
	bus     bus.Bus
	limits  *bus.Limiter
	journal *journal.Book
	office  *office.Office
	staff   *staff.Desk
	people  *people.Registry
	tickets *tickets.Desk
	post    *post.Postroom
	tasks   *tasks.Room
	chat    *chat.Room
	answers *answers.Shelf
	places  *directory.Room
	records *registers.Room
	door    *consent.Door
	after   *consent.Aftermath
	side    *branches.Desk
	keep    *retention.Room
	hooks   *webhooks.Room
	machine *translate.Client // nil: no text leaves
	locale  *locale.Catalogue

	bridge  *mailbridge.Collector // while serving
	site    *frontend.Site        // while serving
	lookout *lookout
	doctor  *checkup
	small   bool // a demo: a handful of browsers, whatever the file limit is
}

// build makes the rooms over one database. cost is what guessing at six words
// takes; only the demo and tests ask for less than vault.StaffCost.
func build(ctx context.Context, set settings, secrets *vault.Secrets, cost vault.Cost, now func() time.Time, log *slog.Logger) (*house, error) {
	words, err := locale.Load()
	if err != nil {
		return nil, err
	}
	sso, err := set.sso.staff()
	if err != nil {
		return nil, err
	}
	if set.opens == nil {
		set.opens = store.Open
	}
	db, err := set.opens(ctx, set.database, log)
	if errors.Is(err, store.ErrOlder) {
		err = fmt.Errorf("%w. Take a backup with the program that wrote it, stop that, and start this one: `returnsupport serve` brings the database up to date", store.ErrOlder)
	}
	if err != nil {
		return nil, err
	}
	bells, err := openBus(set, secrets, now, log)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	h := &house{set: set, now: now, log: log, db: db, secrets: secrets, bus: bells, locale: words, lookout: newLookout()}
	h.doctor = newCheckup(func(ctx context.Context) []finding { return h.lookOver(ctx, net.DefaultResolver) }, now)
	h.limits = bus.NewLimiter(h.bus, secrets.Index("limits", "of this house"), now)
	h.journal = journal.New(db, secrets, now, log)
	h.office = office.New(office.House{DB: db, Secrets: secrets, Journal: h.journal, Now: now, Log: log})
	h.after = consent.NewAftermath(filepath.Join(set.data, aftermathLog))
	h.staff = staff.New(staff.House{DB: db, Secrets: secrets, Bus: h.bus, Journal: h.journal, Office: h.office, Aftermath: aftermath{h}, Teller: teller{h}, Cost: cost, SSO: sso, Now: now, Log: log})
	h.people = people.New(people.House{DB: db, Secrets: secrets, Bus: h.bus, Journal: h.journal, Staff: h.staff, Idle: h.idle, Aftermath: aftermath{h}, Now: now, Log: log})
	h.tickets = tickets.New(tickets.House{DB: db, Secrets: secrets, Bus: h.bus, Journal: h.journal, Staff: h.staff, People: h.people, Aftermath: aftermath{h}, Now: now})
	h.post = post.New(post.House{DB: db, Secrets: secrets, Bus: h.bus, Journal: h.journal, Office: h.office, Staff: h.staff,
		People: h.people, Tickets: h.tickets, Words: words, Deliver: mailbridge.Sender{}, Tokens: h.tokens, Links: h.links(), Now: now, Log: log})
	h.tasks = tasks.New(tasks.House{DB: db, Secrets: secrets, Journal: h.journal, Office: h.office, Staff: h.staff, Tickets: h.tickets, Remind: h.post, Lines: h.mailLines, Alarm: h.post, Now: now, Log: log})
	if h.places, err = directory.New(directory.House{DB: db, Secrets: secrets, Journal: h.journal, Now: now}); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	h.records = registers.New(registers.House{DB: db, Secrets: secrets, Journal: h.journal, Office: h.office, Staff: h.staff, Tickets: h.tickets, Directory: h.places, Now: now})
	h.door = consent.New(consent.House{DB: db, Secrets: secrets, Bus: h.bus, Journal: h.journal, Office: h.office, Staff: h.staff,
		People: h.people, Tickets: h.tickets, Post: h.post, Target: h.target, Endings: h.endings, Aftermath: h.after, Words: words, Now: now, Log: log})
	h.hooks = webhooks.New(webhooks.House{DB: db, Secrets: secrets, Journal: h.journal, Staff: h.staff, Now: now, Log: log})
	h.side = branches.New(branches.House{DB: db, Secrets: secrets, Bus: h.bus, Journal: h.journal, Office: h.office, Staff: h.staff, People: h.people, Tickets: h.tickets,
		Door: h.door, Words: words, Remind: h.post, Now: now, Log: log})
	h.chat = chat.New(chat.House{DB: db, Secrets: secrets, Bus: h.bus, Journal: h.journal, Office: h.office, Staff: h.staff,
		People: h.people, Tickets: h.tickets, Bell: lettingGo{h.post, h.door, h.side}, Now: now, Log: log})
	h.keep = h.keeping()
	if h.answers, err = answers.New(answers.House{DB: db, Secrets: secrets, Journal: h.journal, Now: now}); err == nil && !set.machine.off() {
		h.machine, err = set.machine.client()
	}
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// open builds the house of an installation: its folder, its secrets, its
// database. A house without secrets was never initialised.
func open(ctx context.Context, set settings, log *slog.Logger) (*house, error) {
	secrets, err := readSecrets(set.secrets)
	if err != nil {
		return nil, err
	}
	return build(ctx, set, secrets, vault.StaffCost, time.Now, log)
}

// idle is how long a person's session lasts without a deed of theirs.
func (h *house) idle(ctx context.Context) (people.Idle, error) {
	limits, err := h.office.Chat(ctx)
	return people.Idle{Own: limits.Idle, Shared: limits.SharedIdle}, err
}

// links makes the addresses of mail links; nil while nobody said where people
// reach this house, for a link that leads nowhere is worse than none.
func (h *house) links() func(lang, fragment string) (link, typed string) {
	site := strings.TrimRight(h.set.publicURL, "/")
	if site == "" {
		return nil
	}
	return func(lang, fragment string) (string, string) {
		if !h.locale.Has(lang) {
			lang = "en"
		}
		typed := site + "/" + lang + "/l"
		return typed + "#" + fragment, typed
	}
}

// Close lets what was written reach the other processes, then closes the store.
func (h *house) Close() error { return errors.Join(h.bus.Close(), h.db.Close()) }

// openBus rings this process alone, or with Redis every process of the house.
// The name of its channel is hashed with a secret of the house, so that houses
// that share one Redis do not meet there.
func openBus(set settings, secrets *vault.Secrets, now func() time.Time, log *slog.Logger) (bus.Bus, error) {
	if set.redis == "" {
		return bus.InProcess(), nil
	}
	return bus.OpenRedis(bus.Options{Address: set.redis, Space: hex.EncodeToString(secrets.Index("bus", "space")[:8]), Log: log, Now: now})
}

// errNotInitialised tells a first-time operator what to do.
var errNotInitialised = errors.New("there are no server secrets here yet: run `returnsupport init` first, or name the file with --secrets")

func readSecrets(path string) (*vault.Secrets, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errNotInitialised
	}
	if err != nil {
		return nil, fmt.Errorf("read server secrets: %w", err)
	}
	secrets, err := vault.ParseSecrets(b)
	if err != nil {
		return nil, fmt.Errorf("read server secrets %s: %w", path, err)
	}
	return secrets, nil
}

// writeSecrets never replaces a file: losing secrets loses what they opened.
// The bytes are on the disk before the name exists.
func writeSecrets(path string, s *vault.Secrets) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make folder of the server secrets: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write server secrets: %w", err)
	}
	_, err = f.Write(s.Marshal())
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
