package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/tickets"
)

// demoSettings are those runDemo would make, for a folder of the test.
func demoSettings(dir string) settings {
	return settings{data: dir, database: "sqlite:" + filepath.Join(dir, "returnsupport.db"),
		secrets: filepath.Join(dir, "server.secrets"), listen: "127.0.0.1:0"}
}

// TestTheDemoPlaysItsWeek starts the demo as a visitor would and looks at what
// they would find, then starts it again on the same folder.
func TestTheDemoPlaysItsWeek(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for _, again := range []bool{false, true} {
		d, err := newDemo(ctx, demoSettings(dir), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if d.again != again {
			t.Fatalf("again is %t", d.again)
		}
		mail, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		living, end := context.WithCancel(ctx)
		out, said := io.Pipe()
		done := make(chan error, 1)
		go func() { done <- d.run(living, said, mail) }()
		waitFor(t, out, "week of letters is there")
		if !again {
			d.inspect(t, ctx, mail.Addr().String())
		}
		end()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		d.world.Close()
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func waitFor(t *testing.T, r io.Reader, want string) {
	t.Helper()
	seen, buf := "", make([]byte, 4096)
	for !strings.Contains(seen, want) {
		n, err := r.Read(buf)
		if seen += string(buf[:n]); err != nil {
			t.Fatalf("%v after %q", err, seen)
		}
	}
	go io.Copy(io.Discard, r)
}

func (d *demo) inspect(t *testing.T, ctx context.Context, mail string) {
	t.Helper()
	maria, err := d.signIn(ctx, "maria")
	if err != nil {
		t.Fatal(err)
	}
	page, err := d.tickets.Queue(ctx, maria, tickets.Filter{Queue: tickets.QueueTeam}, "", tickets.PageMost)
	if err != nil {
		t.Fatal(err)
	}
	titles := map[string]int{}
	for _, r := range page.Rows {
		titles[r.Head.Title]++
	}
	// One address, two persons: two tickets. A letter to two teams: one each.
	// What follows a conversation makes no ticket.
	for title, want := range map[string]int{
		"En familj som behöver hjälp": 1, "En annan fråga, en annan person": 1,
		"same question to both of you": 2, "پرسان دربارهٔ استیناف": 1, "Question about going back": 1,
		"Re: Question about going back": 0, "Försök": 1, "Automatiskt svar: Jag är på resa": 0,
	} {
		if titles[title] != want {
			t.Errorf("%d tickets %q, want %d", titles[title], title, want)
		}
	}
	asides, err := d.post.Asides(ctx, maria, "", "")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[post.AsideKind]int{}
	for _, a := range asides.Asides {
		kinds[a.Kind]++
	}
	if kinds[post.Unreadable] != 1 || kinds[post.Automatic] != 1 {
		t.Errorf("set aside: %v", kinds)
	}
	joseph, err := d.story().ticketTitled(ctx, maria, "Question about going back")
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := d.tickets.Page(ctx, maria, joseph.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(sheet.Messages) != 4 {
		t.Errorf("Joseph's conversation has %d messages, want his letter, our answer and two more", len(sheet.Messages))
	}
	for path, want := range map[string]string{"/": "Six words", "/4": "Re: Question about going back", "/4/0": "Migration Agency", "/4/write": "Send the letter"} {
		resp, err := http.Get("http://" + mail + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || !strings.Contains(string(body), want) {
			t.Errorf("the mail program at %s: %d, %v, no %q", path, resp.StatusCode, err, want)
		}
	}
}
