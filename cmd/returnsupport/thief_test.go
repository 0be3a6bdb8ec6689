package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus/redistest"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// TestThief plays a story through every room, with a canary in each place a
// person can write into, also in letters that fail, and then looks for the
// canaries as a thief would: in every byte of the data folder, of the database,
// of what Redis was told, and of the logs at their most talkative.
func TestThief(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var logs lockedBuffer
	set, overheard := demoSettings(dir), func() []byte { return nil }
	if redistest.Here(t) {
		redis := redistest.Start(t)
		set.redis, overheard = redis.Address(), redis.Overhear(t)
	}
	d, err := newDemo(ctx, set, slog.New(slog.NewTextHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	living, end := context.WithCancel(ctx)
	served, ready := make(chan error, 1), make(chan struct{})
	go func() { served <- d.serve(living, func(string) { close(ready) }) }()
	<-ready
	if err := d.office.Set(ctx, "", "undo_seconds", "0"); err != nil {
		t.Fatal(err)
	}
	canaries := d.canaryStory(t, ctx)
	dump := storetest.Dump(t, d.db)
	if !bytes.Contains(dump, []byte(staff.VerbSignedIn)) {
		t.Fatal("the dump lacks what lies there in plain: the search would prove nothing")
	}
	searchFor(t, "the database", dump, canaries)
	end()
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d.world.Close()
	searchFor(t, "the logs", logs.Bytes(), canaries)
	if set.redis != "" && !bytes.Contains(overheard(), []byte(" ring "+string(tickets.TopicTicket))) {
		t.Error("Redis was told nothing: the search would prove nothing")
	}
	searchFor(t, "Redis", overheard(), canaries)
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "demo.json" { // the demo's own notebook of sign-ins
			return err
		}
		b, err := os.ReadFile(path)
		searchFor(t, e.Name(), b, canaries)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// canaryStory writes, answers, notes, drafts and fails, and returns what it
// wrote. Nobody is signed in at its end, and the outbox is drained.
func (d *demo) canaryStory(t *testing.T, ctx context.Context) []string {
	t.Helper()
	var canaries []string
	canary := func(what string) string {
		c := "Kanarie" + what + string(helpdesk.NewID())
		canaries = append(canaries, c)
		return c
	}
	send := func(o letter.Outgoing, cut int) {
		t.Helper()
		o.From.Addr, o.MessageID, o.Date = "canary-person@post.example", string(helpdesk.NewID())+"@post.example", time.Now()
		o.To = addresses(demoLine)
		raw, err := letter.Build(o)
		if err != nil {
			t.Fatal(err)
		}
		if cut > 0 {
			raw = append([]byte("Content-Type: multipart/mixed\r\n"), raw[:len(raw)-cut]...)
		}
		before := d.received()
		if err := d.world.Append(demoLine, "INBOX", raw, nil, time.Now()); err != nil {
			t.Fatal(err)
		}
		if err := d.until(ctx, func() (bool, error) { return d.received() > before, nil }); err != nil {
			t.Fatal(err)
		}
	}
	title := canary("subject")
	send(letter.Outgoing{From: letter.Address{Name: canary("name")}, Subject: title, Text: canary("text"),
		Attachments: []letter.Attachment{{Name: canary("file") + ".txt", ContentType: "text/plain", Bytes: []byte(canary("paper"))}}}, 0)
	send(letter.Outgoing{Subject: canary("broken"), Text: canary("brokentext")}, 4)
	deep := "Subject: " + canary("deep") + "\r\n"
	for i := range 60 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	before := d.received()
	if err := d.world.Append(demoLine, "INBOX", []byte(deep), nil, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := d.until(ctx, func() (bool, error) { return d.received() > before, nil }); err != nil {
		t.Fatal(err)
	}
	canaries = append(canaries, "canary-person@post.example", "maria@stod.example", "Maria Sund")

	maria, err := d.signIn(ctx, "maria")
	if err != nil {
		t.Fatal(err)
	}
	d.answerCanary(t, ctx, maria, title, canary)
	if err := d.staff.SignOut(ctx, maria); err != nil {
		t.Fatal(err)
	}
	return append(canaries, d.signIns[0].Words)
}

func (d *demo) answerCanary(t *testing.T, ctx context.Context, maria *staff.Session, title string, canary func(string) string) {
	t.Helper()
	ticket, err := d.story().ticketTitled(ctx, maria, title)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.tickets.Take(ctx, maria, ticket.ID, ticket.Version); err != nil {
		t.Fatal(err)
	}
	if _, err := d.tickets.Note(ctx, maria, ticket.ID, canary("note"), "note-1"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.tickets.SaveDraft(ctx, maria, ticket.ID, tickets.Draft{Kind: tickets.KindAnswer, Text: canary("draft")}); err != nil {
		t.Fatal(err)
	}
	_, err = d.post.Reply(ctx, maria, post.Answer{Ticket: ticket.ID, To: []string{"canary-person@post.example"}, Text: canary("answer"), Anyway: true, ClientID: "answer-1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.until(ctx, func() (bool, error) {
		waiting, err := d.post.Outbox(ctx, maria)
		return len(waiting) == 0, err
	}); err != nil {
		t.Fatal(err)
	}
	sheet, err := d.tickets.Page(ctx, maria, ticket.ID) // opens, so that something is settled
	if err != nil {
		t.Fatal(err)
	}
	if err := d.tickets.Settle(ctx, maria, sheet.Settle); err != nil {
		t.Fatal(err)
	}
}

func searchFor(t *testing.T, where string, in []byte, canaries []string) {
	t.Helper()
	for _, c := range canaries {
		if bytes.Contains(bytes.ToLower(in), bytes.ToLower([]byte(c))) {
			t.Errorf("a thief of %s reads %q", where, c)
		}
	}
}

// lockedBuffer takes logs from many goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) Bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}
