package post

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge"
)

// house is all rooms up to the postroom on one database, with a clock and a
// mail server of the test's own.
type house struct {
	t       testing.TB
	ctx     context.Context
	db      *store.DB
	secrets *vault.Secrets
	bus     bus.Bus
	journal *journal.Book
	office  *office.Office
	staff   *staff.Desk
	people  *people.Registry
	tickets *tickets.Desk
	post    *Postroom
	server  *server
	clock   *housetest.Clock
	log     *housetest.Log

	cookie string
	words  string
	sheets [3]string
	teams  []staff.Team
	boxes  map[string]helpdesk.ID // by local part
	uid    map[string]uint32
	known  map[helpdesk.ID]bool   // messages that letters became
	last   map[string]helpdesk.ID // by mailbox: what its newest letter became
}

// server takes letters in instead of a mail server.
type server struct {
	mu     sync.Mutex
	taken  []taken
	answer func(to string) mailbridge.Outcome // nil accepts
	err    error
}

type taken struct {
	from string
	to   []string
	raw  []byte
}

func (s *server) Deliver(_ context.Context, _ mailbridge.Server, from string, rcpts []string, raw []byte) (map[string]mailbridge.Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]mailbridge.Outcome{}
	var accepted []string
	for _, to := range rcpts {
		o := mailbridge.Outcome{State: mailbridge.Accepted, Code: 250}
		if s.err != nil {
			o = mailbridge.Outcome{State: mailbridge.Deferred, Reason: mailbridge.NoConnection}
		} else if s.answer != nil {
			o = s.answer(to)
		}
		if o.State == mailbridge.Accepted {
			accepted = append(accepted, to)
		}
		out[to] = o
	}
	if len(accepted) > 0 {
		s.taken = append(s.taken, taken{from, accepted, bytes.Clone(raw)})
	}
	return out, s.err
}

// newHouse has two teams: "a" and "a2" feed the first, "b" feeds the second,
// and "strict" the first, with a server that checks senders. All addresses are
// at desk.example.
func newHouse(t testing.TB, db *store.DB) *house {
	t.Helper()
	h := &house{
		t: t, ctx: t.Context(), db: db, secrets: vault.NewSecrets(), bus: bus.InProcess(), server: &server{},
		clock: housetest.At(time.Date(2026, 3, 2, 9, 41, 7, 123000, time.UTC)), log: &housetest.Log{},
		boxes: map[string]helpdesk.ID{}, uid: map[string]uint32{},
		known: map[helpdesk.ID]bool{}, last: map[string]helpdesk.ID{},
	}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.journal = journal.New(db, h.secrets, h.clock.Now, log)
	h.office = office.New(office.House{DB: db, Secrets: h.secrets, Journal: h.journal, Now: h.clock.Now, Log: log})
	h.staff = staff.New(staff.House{DB: db, Secrets: h.secrets, Bus: h.bus, Journal: h.journal, Office: h.office, Now: h.clock.Now, Log: log, Cost: vault.Cost{MiB: 1, Passes: 1}})
	h.people = people.New(people.House{Secrets: h.secrets, Now: h.clock.Now})
	h.tickets = tickets.New(tickets.House{DB: db, Secrets: h.secrets, Bus: h.bus, Journal: h.journal, Staff: h.staff, People: h.people, Now: h.clock.Now})
	h.post = h.replica()

	made, err := h.staff.Init(h.ctx, staff.InitOptions{
		WordsAlone: true,
		Login:      "kim", Name: "Kim", Address: "kim@staff.example", Locale: "en",
		Teams: []staff.NewTeam{{Name: "Return"}, {Name: "Children"}},
	})
	h.must(err)
	h.teams = made.Teams
	h.words, h.sheets = made.Words, made.Sheets
	h.cookie, err = h.staff.SignIn(h.ctx, "kim", made.Words)
	h.must(err)
	// Most stories are about letters alone; those of acknowledgements ask for them.
	h.must(h.office.Set(h.ctx, "", office.Acknowledge, "no"))
	h.mailbox("a", 0, false)
	h.mailbox("a2", 0, false)
	h.mailbox("strict", 0, true)
	h.mailbox("b", 1, false)
	return h
}

// replica is the postroom as another process of the house would see it.
func (h *house) replica() *Postroom {
	return New(House{
		DB: h.db, Secrets: h.secrets, Bus: h.bus, Journal: h.journal, Office: h.office, Staff: h.staff, People: h.people,
		Tickets: h.tickets, Words: saying{}, Deliver: h.server, Now: h.clock.Now,
		Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
}

func (h *house) mailbox(local string, team int, strict bool) {
	h.t.Helper()
	m := office.Mailbox{
		Team: h.teams[team].ID, Address: local + "@desk.example", Name: "The desk", IMAP: "imap://u@127.0.0.1:1", SMTP: "smtp://u@127.0.0.1:1",
		Password: "p", After: office.AfterDelete, PlusTokens: true, Signature: "The desk\nPhone 020",
	}
	if strict {
		m.Authserv = "mx.desk.example"
	}
	id, err := h.office.AddMailbox(h.ctx, "", m)
	h.must(err)
	h.boxes[local] = id
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// session is the counsellor at one request.
func (h *house) session() *staff.Session {
	h.t.Helper()
	s, err := h.staff.Session(h.ctx, h.cookie, false)
	if errors.Is(err, helpdesk.ErrDenied) { // too long idle: signs in again
		h.cookie, err = h.staff.SignIn(h.ctx, "kim", h.words)
		h.must(err)
		s, err = h.staff.Session(h.ctx, h.cookie, false)
	}
	h.must(err)
	return s
}

// receive hands the next mail of a mailbox to the postroom.
func (h *house) receive(box, raw string) {
	h.t.Helper()
	h.must(h.post.Receive(h.ctx, string(h.boxes[box]), h.arrival(box, raw)))
	messages, err := store.IDs(h.ctx, h.db, `SELECT object FROM post_letter WHERE conversation <> ''`)
	h.must(err)
	for _, id := range messages {
		if !h.known[id] {
			h.known[id], h.last[box] = true, id
		}
	}
}

func (h *house) arrival(box, raw string) mailbridge.Arrival {
	h.uid[box]++
	return mailbridge.Arrival{Mark: mailbridge.Mark{UIDValidity: 1, UID: h.uid[box]}, Raw: []byte(raw), Internal: h.clock.Now(), Size: int64(len(raw))}
}

// newest is the last mail's outcome and what it became.
func (h *house) newest(box string, validity, uid uint32) (outcome string, object helpdesk.ID) {
	h.t.Helper()
	h.must(h.db.QueryRow(h.ctx, `SELECT outcome, object FROM post_seen WHERE mailbox = $1 AND uidvalidity = $2 AND uid = $3`,
		h.boxes[box], int64(validity), int64(uid)).Scan(&outcome, &object))
	if outcome == becameMessage { // which one, the table does not say
		object = h.last[box]
	}
	return outcome, object
}

func (h *house) count(query string, args ...any) int {
	h.t.Helper()
	var n int
	h.must(h.db.QueryRow(h.ctx, query, args...).Scan(&n))
	return n
}

// ticket is the id of the ticket with that number.
func (h *house) ticket(number int) helpdesk.ID {
	h.t.Helper()
	var id helpdesk.ID
	h.must(h.db.QueryRow(h.ctx, `SELECT id FROM tickets_ticket WHERE number = $1`, number).Scan(&id))
	return id
}

func (h *house) page(number int) *tickets.Sheet {
	h.t.Helper()
	sheet, err := h.tickets.Page(h.ctx, h.session(), h.ticket(number))
	h.must(err)
	return sheet
}

// reply answers in a ticket and returns the Message-ID and reply address that
// go out with it.
func (h *house) reply(number int, text string, to ...string) (Sent, string, string) {
	h.t.Helper()
	sheet := h.page(number)
	sent, err := h.post.Reply(h.ctx, h.session(), Answer{Ticket: sheet.Ticket.ID, To: to, Text: text, Seen: sheet.Ticket.Last, ClientID: string(helpdesk.NewID())})
	h.must(err)
	m, err := h.tickets.Message(h.ctx, h.session(), sent.Message)
	h.must(err)
	return sent, m.Content.MessageID, m.Content.ReplyTo[0].Addr
}

// deliverAll lets the outbox work until nothing is due.
func (h *house) deliverAll() {
	h.t.Helper()
	for range 1000 {
		worked, err := h.post.sendNext(h.ctx)
		h.must(err)
		if !worked {
			return
		}
	}
	h.t.Fatal("the outbox never rests")
}

// write makes a mail from words like "from:anna id:m1 irt:m0 to:a,bo".
// Addresses without @ are at x.example, those of our mailboxes at
// desk.example; R1 and T1 are Message-ID and reply address of our first
// answer. "_" in a value stands for a space.
func write(words string, named map[string]string) string {
	f := map[string]string{"to": "a", "subject": "Hello", "date": "Mon, 02 Mar 2026 09:00:00 +0100"}
	for _, w := range strings.Fields(words) {
		k, v, _ := strings.Cut(w, ":")
		f[k] = strings.ReplaceAll(v, "_", " ")
	}
	addr := func(s string) string {
		var out []string
		for _, a := range strings.Split(s, ",") {
			switch {
			case named[a] != "":
				a = named[a]
			case strings.Contains(a, "@"):
			case a == "a" || a == "a2" || a == "b" || a == "strict":
				a += "@desk.example"
			default:
				a += "@x.example"
			}
			out = append(out, "<"+a+">")
		}
		return strings.Join(out, ", ")
	}
	ids := func(s string) string {
		var out []string
		for _, id := range strings.Split(s, ",") {
			if named[id] != "" {
				id = named[id]
			} else {
				id += "@x.example"
			}
			out = append(out, "<"+id+">")
		}
		return strings.Join(out, " ")
	}
	var b strings.Builder
	line := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	for _, k := range []string{"auth", "return", "delivered", "from", "replyto", "to", "cc", "id", "irt", "refs", "auto", "autoreply", "list", "prec", "subject", "date"} {
		v, ok := f[k]
		if !ok {
			continue
		}
		switch k {
		case "auth":
			line("Authentication-Results", "mx.desk.example; dmarc="+v)
		case "return":
			line("Return-Path", v)
		case "delivered":
			line("Delivered-To", strings.Trim(addr(v), "<>"))
		case "from":
			line("From", addr(v))
		case "replyto":
			line("Reply-To", addr(v))
		case "to":
			line("To", addr(v))
		case "cc":
			line("Cc", addr(v))
		case "id":
			line("Message-ID", ids(v))
		case "irt":
			line("In-Reply-To", ids(v))
		case "refs":
			line("References", ids(v))
		case "auto":
			line("Auto-Submitted", v)
		case "autoreply":
			line("X-Autoreply", v)
		case "list":
			line("List-Id", "<"+v+">")
		case "prec":
			line("Precedence", v)
		case "subject":
			line("Subject", v)
		case "date":
			line("Date", v)
		}
	}
	body, ok := f["body"]
	if !ok {
		body = "words of " + f["id"]
	}
	switch f["report"] {
	case "bounce":
		to := named[f["failed"]]
		if to == "" {
			to = f["failed"] + "@x.example"
		}
		b.WriteString("MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n--B\r\n\r\nnot delivered\r\n" +
			"--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.x.example\r\n\r\nFinal-Recipient: rfc822; " + to +
			"\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 who is secretly@x.example\r\n\r\n" +
			"--B\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + ids(f["about"]) + "\r\n\r\n--B--\r\n")
	case "feedback":
		b.WriteString("MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=B\r\n\r\n--B\r\n\r\nabuse\r\n--B--\r\n")
	default:
		b.WriteString("\r\n" + body + "\r\n")
	}
	return b.String()
}
