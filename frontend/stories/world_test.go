package stories

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/frontend/partner"
	"returnsupport/frontend/public"
	"returnsupport/frontend/volunteer"
	"returnsupport/frontend/workspace"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/registers"
	"returnsupport/helpdesk/retention"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
	"returnsupport/helpdesk/webhooks"
	"returnsupport/mailbridge"
	"returnsupport/mailbridge/mailtest"
)

const ours = "stod@help.example"

// world is a whole house with a mail world around it: a site on loopback, one
// mailbox that is collected, an outbox that delivers.
type world struct {
	t         testing.TB
	mail      *mailtest.World
	staff     *staff.Desk
	people    *people.Registry
	db        *store.DB
	tickets   *tickets.Desk
	office    *office.Office
	post      *post.Postroom
	room      *chat.Room
	keep      *retention.Room
	shelf     *answers.Shelf
	tasks     *tasks.Room
	directory *directory.Room
	door      *consent.Door
	branches  *branches.Desk
	registers *registers.Room
	site      *frontend.Site
	url       string
	away      string                    // the neutral page the exit leads to
	stands    atomic.Pointer[time.Time] // when the house's clock was stopped; nil while it goes
	ahead     atomic.Int64              // how far the house's clock is ahead, in nanoseconds
	words     string                    // ada's
	others    map[string]string         // those of who was hired, by login
	user      helpdesk.ID
	team      staff.Team
	collector *mailbridge.Collector
	log       *housetest.Log
}

// now is the clock of the whole house: the real one, which pass sets ahead.
func (w *world) now() time.Time {
	if at := w.stands.Load(); at != nil {
		return *at
	}
	return time.Now().Add(time.Duration(w.ahead.Load()))
}

// stops the house's clock: nothing becomes due while a story looks, and whoever
// is here stays, however long a busy machine takes for a page.
func (w *world) stops() { now := w.now(); w.stands.Store(&now) }

func (w *world) pass(d time.Duration) { w.ahead.Add(int64(d)) }

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v\nlog:\n%s", err, w.log)
	}
}

// newWorld builds a house and starts its workers; all of it ends with the test.
func newWorld(t testing.TB) *world {
	t.Helper()
	events := bus.InProcess()
	return newWorldOn(t, events, events)
}

// newWorldOn is newWorld with the rooms on one bus and the pages on another: as
// if they were two processes.
func newWorldOn(t testing.TB, events, pages bus.Bus) *world {
	t.Helper()
	w := &world{t: t, log: &housetest.Log{}, others: map[string]string{}}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	w.mail = mailtest.Test(t, mailtest.Options{})
	w.ok(w.mail.AddUser(ours, "secret"))
	db := storetest.SQLite(t)
	w.db = db
	secrets := vault.NewSecrets()
	words, err := locale.Load()
	w.ok(err)
	book := journal.New(db, secrets, w.now, log)
	w.office = office.New(office.House{DB: db, Secrets: secrets, Journal: book, Now: w.now, Log: log})
	w.staff = staff.New(staff.House{
		DB: db, Secrets: secrets, Bus: events, Journal: book, Office: w.office, Now: w.now, Log: log, Cost: vault.Cost{MiB: 1, Passes: 1},
	})
	w.people = people.New(people.House{
		DB: db, Secrets: secrets, Bus: events, Journal: book, Staff: w.staff, Now: w.now, Log: log, Cost: vault.Cost{MiB: 1, Passes: 1},
	})
	w.tickets = tickets.New(tickets.House{DB: db, Secrets: secrets, Bus: events, Journal: book, Staff: w.staff, People: w.people, Now: w.now})
	w.post = post.New(post.House{
		DB: db, Secrets: secrets, Bus: events, Journal: book, Office: w.office, Staff: w.staff, People: w.people, Tickets: w.tickets,
		Words: words, Deliver: mailbridge.Sender{}, Links: w.link, Now: w.now, Log: log,
	})
	made, err := w.staff.Init(t.Context(), staff.InitOptions{
		WordsAlone: true,
		Login:      "ada", Name: "Ada Lind", Address: "ada@help.example", Locale: "sv", Teams: []staff.NewTeam{{Name: "Återvändande"}},
	})
	w.ok(err)
	w.words, w.user, w.team = made.Words, made.User, made.Teams[0]
	_, err = w.office.AddMailbox(t.Context(), made.User, office.Mailbox{
		Team: w.team.ID, Address: ours, Name: "Samtalsstöd", IMAP: "imap+insecure://" + ours + "@" + w.mail.IMAPAddr() + "/",
		SMTP: "smtp+insecure://" + w.mail.SMTPAddr(), Password: "secret", After: office.AfterMove, AfterFolder: "Archive", State: office.Collecting,
		Signature: "Vänliga hälsningar\nSamtalsstöd",
	})
	w.ok(err)
	w.ok(w.office.Set(t.Context(), made.User, office.UndoSeconds, "10"))
	w.ok(w.office.Set(t.Context(), made.User, office.Acknowledge, "no"))
	w.collector = mailbridge.NewCollector(w.boxes(), w.post, log)
	w.directory, err = directory.New(directory.House{DB: db, Secrets: secrets, Journal: book, Now: w.now})
	w.ok(err)
	w.door = consent.New(consent.House{
		DB: db, Secrets: secrets, Bus: events, Journal: book, Office: w.office, Staff: w.staff, People: w.people, Tickets: w.tickets, Post: w.post,
		Target: w.target, Words: words, Now: w.now, Log: log, CodeCost: vault.Cost{MiB: 1, Passes: 1},
	})
	w.branches = branches.New(branches.House{
		DB: db, Secrets: secrets, Bus: events, Journal: book, Office: w.office, Staff: w.staff, People: w.people, Tickets: w.tickets, Door: w.door, Words: words, Remind: w.post, Now: w.now, Log: log,
	})
	w.site, err = frontend.New(frontend.Options{
		Log: log, Door: w.staff, Guests: w.people, Outside: partner.Entrance(w.staff, w.door), Branches: volunteer.Entrance(w.staff), Bus: pages, Words: words, PublicName: "Samtalsstöd", Sign: w.sign, Now: w.now,
	})
	w.ok(err)
	w.room = chat.New(chat.House{
		DB: db, Secrets: secrets, Bus: events, Journal: book, Office: w.office, Staff: w.staff, People: w.people, Tickets: w.tickets,
		Bell: w.post, Now: w.now, Log: log,
	})
	w.keep = retention.New(retention.House{
		DB: db, Secrets: secrets, Journal: book, Office: w.office, Staff: w.staff, People: w.people, Tickets: w.tickets, Post: w.post, Chat: w.room,
		Others: behind{w.post, w.door}, Now: w.now, Log: log,
	})
	w.shelf, err = answers.New(answers.House{DB: db, Secrets: secrets, Journal: book, Now: w.now})
	w.ok(err)
	w.tasks = tasks.New(tasks.House{
		DB: db, Secrets: secrets, Journal: book, Office: w.office, Staff: w.staff, Tickets: w.tickets, Remind: w.post, Now: w.now, Log: log,
	})
	w.registers = registers.New(registers.House{DB: db, Secrets: secrets, Journal: book, Office: w.office, Staff: w.staff, Tickets: w.tickets, Directory: w.directory, Now: w.now})
	workspace.Mount(w.site, workspace.Rooms{
		Staff: w.staff, Tickets: w.tickets, Post: w.post, Office: w.office, Chat: w.room, Retention: w.keep, Answers: w.shelf, Tasks: w.tasks, Directory: w.directory, Consent: w.door, Branches: w.branches, PartnerLink: partner.Link, Mail: w.mailStates, Log: log,
		Registers: w.registers,
		Webhooks:  webhooks.New(webhooks.House{DB: db, Secrets: secrets, Journal: book, Staff: w.staff, Now: w.now, Log: log}),
	})
	public.Mount(w.site, public.Rooms{Chat: w.room, People: w.people, Tickets: w.tickets, Office: w.office, Consent: w.door, Log: log})
	partner.Mount(w.site, partner.Rooms{Staff: w.staff, Consent: w.door})
	volunteer.Mount(w.site, volunteer.Rooms{Staff: w.staff, Branches: w.branches, Directory: w.directory, Office: w.office})
	ended, stop := events.Subscribe(people.TopicGuest)
	t.Cleanup(stop)
	neutral := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(rw, r)
			return
		}
		select { // as far away as such pages are: the session ends while it loads
		case <-ended:
		case <-time.After(10 * time.Second): // nobody had one
		}
		rw.Header().Set("Content-Type", "text/html")
		fmt.Fprint(rw, "<!doctype html><title>Weather</title><h1>Sun tomorrow</h1>")
	}))
	t.Cleanup(neutral.Close)
	w.away = neutral.URL + "/"
	ln, err := w.site.Open("127.0.0.1:0")
	w.ok(err)
	w.url = "http://" + ln.Addr().String()
	w.run(ln, w.collector.Run, w.post.Run, w.people.Run, w.room.Run)
	return w
}

// target is what the door knows of an organisation.
func (w *world) target(ctx context.Context, id helpdesk.ID) (consent.Target, error) {
	t, err := w.directory.Target(ctx, id)
	return consent.Target{ID: t.ID, Name: t.Name, Kind: string(t.Kind), Country: t.Country, Vetted: t.Vetted, Shares: t.SharesWithAuthorities, Takes: string(t.Takes)}, err
}

// link is where a link in a mail leads; in English where nobody knows better.
func (w *world) link(lang, fragment string) (link, typed string) {
	if !w.site.Words.Has(lang) {
		lang = "en"
	}
	typed = w.url + "/" + lang + "/l"
	return typed + "#" + fragment, typed
}

func (w *world) sign(context.Context, string) (frontend.Sign, error) {
	return frontend.Sign{Name: "Samtalsstöd", Away: w.away, Phone: "0771-19 95 00"}, nil
}

func (w *world) boxes() []mailbridge.Mailbox {
	all, err := w.office.Mailboxes(w.t.Context())
	w.ok(err)
	var out []mailbridge.Mailbox
	for _, m := range all {
		server, folder, err := mailbridge.ParseIMAP(m.IMAP)
		w.ok(err)
		server.Password = mailbridge.Secret(m.Password)
		out = append(out, mailbridge.Mailbox{ID: string(m.ID), IMAP: server, Folder: folder, After: mailbridge.Move("Archive")})
	}
	return out
}

func (w *world) mailStates(context.Context) []workspace.Mailbox {
	var out []workspace.Mailbox
	for _, s := range w.collector.Status() {
		out = append(out, workspace.Mailbox{ID: helpdesk.ID(s.Mailbox), Connected: s.Trouble == "", Since: s.Since, Trouble: string(s.Trouble)})
	}
	return out
}

func (w *world) run(ln net.Listener, workers ...func(context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, work := range append(workers, func(context.Context) error { return w.site.Serve(ln) }) {
		all.Go(func() {
			if err := work(ctx); err != nil && !errors.Is(err, context.Canceled) {
				w.t.Errorf("worker: %v", err)
			}
		})
	}
	w.t.Cleanup(func() {
		stop()
		last, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := w.site.Shutdown(last); err != nil {
			w.t.Errorf("shut down: %v", err)
		}
		all.Wait()
		if strings.Contains(w.log.String(), "level=ERROR") || strings.Contains(w.log.String(), "not settled") {
			w.t.Errorf("errors in the log:\n%s", w.log)
		}
	})
}

// session signs ada in without a browser.
func (w *world) session() *staff.Session {
	cookie, err := w.staff.SignIn(w.t.Context(), "ada", w.words)
	w.ok(err)
	s, err := w.staff.Session(w.t.Context(), cookie, false)
	w.ok(err)
	return s
}

// note writes an internal note in the first ticket.
func (w *world) note(ticket helpdesk.ID, text string) {
	_, err := w.tickets.Note(w.t.Context(), w.session(), ticket, text, "note")
	w.ok(err)
}

// letter sends a mail from outside to our mailbox.
func (w *world) letter(from, subject, body string, headers ...string) {
	raw := "From: " + from + "\r\nTo: " + ours + "\r\nSubject: " + subject + "\r\nDate: " + time.Now().Format(time.RFC1123Z) + "\r\n" +
		"Message-ID: <" + string(helpdesk.NewID()) + "@persons.example>\r\nMIME-Version: 1.0\r\n"
	kind := "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
	for _, h := range headers {
		if strings.HasPrefix(h, "Content-Type") {
			kind = ""
		}
		raw += h + "\r\n"
	}
	raw += kind + "\r\n" + strings.ReplaceAll(body, "\n", "\r\n")
	w.ok(w.mail.Append(ours, "INBOX", []byte(raw), nil, time.Now()))
}

// soon waits until something is so.
func (w *world) soon(what string, so func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("%s: never\nlog:\n%s", what, w.log)
		}
	}
}

// waitTickets waits until a queue holds n tickets and returns their ids.
func (w *world) waitTickets(n int) []tickets.Row {
	w.t.Helper()
	var page tickets.Page
	s := w.session()
	w.soon(fmt.Sprintf("%d letters came", n), func() bool {
		var err error
		page, err = w.tickets.Queue(w.t.Context(), s, tickets.Filter{Queue: tickets.QueueTeam}, "", tickets.PageMost)
		w.ok(err)
		return len(page.Rows) >= n
	})
	return page.Rows
}

// delivered waits for the n-th mail that left the house.
func (w *world) delivered(n int) mailtest.Accepted {
	w.t.Helper()
	w.soon(fmt.Sprintf("%d mails left", n), func() bool { return len(w.mail.Outbox()) >= n })
	return w.mail.Outbox()[n-1]
}

// header finds a header in a raw mail.
func header(raw []byte, name string) string {
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	head = strings.ReplaceAll(strings.ReplaceAll(head, "\r\n ", " "), "\r\n\t", " ")
	for line := range strings.SplitSeq(head, "\r\n") {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(k, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// week fills the mailbox with what a desk sees.
func (w *world) week() {
	w.letter("Farid Ahmadi <farid@persons.example>", "Question about the decision",
		"Hello,\n\nI got a no from the Migration Agency on 12 November. My lawyer does not answer the phone.\nHow many days do I have? Can I still appeal?\n\nThank you\nFarid\n\n-- \nSent from my phone\n")
	w.letter("Maryam <maryam@persons.example>", "=?utf-8?B?2LPZhNin2YUg2YXZhiDZgdqp2YfZhdmG?=",
		"سلام\n\nمن جواب منفی گرفتم. دو فرزند دارم. چه کار باید بکنم؟\n\nمریم\n")
	w.letter("Anna Berg <anna@branch.example>", "En familj som behöver prata",
		"Hej!\n\nJag är volontär i lokalföreningen. En familj jag känner fick avslag i går och mår mycket dåligt.\nKan någon av er ringa dem? De talar tigrinja.\n\nHälsningar\nAnna\n\nDen 20 november skrev Lokalföreningen:\n> Kom ihåg mötet på torsdag.\n> Vi ses klockan 18.\n")
	w.letter("Erik Lund <erik@law.example>", "Handlingar", "Hej,\n\nSe bifogat.\n",
		`Content-Type: multipart/mixed; boundary="b"`)
	w.letter("Vacation <away@persons.example>", "Automatic reply", "I am away until Monday.\n", "Auto-Submitted: auto-replied")
	w.letter("Long <long@persons.example>", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnungsdurchsetzungsbehörde ohne ein einziges Leerzeichen im ganzen Wort",
		fmt.Sprintf("%s\n", strings.Repeat("Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz", 6)))
}
