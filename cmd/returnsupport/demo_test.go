package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/tasks"
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
		go func() {
			err := d.run(living, said, mail)
			said.CloseWithError(err) // or whoever waits for its words waits for good
			done <- err
		}()
		waitFor(t, out, "week of letters is there")
		if !again {
			d.inspect(t, ctx, mail.Addr().String())
			d.converse(t, ctx, mail.Addr().String())
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
	due, err := d.tasks.Due(ctx, maria, tasks.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	steps := map[tasks.Step]bool{}
	for _, i := range due.Items {
		steps[i.Step] = true
	}
	if first := due.Items[0]; len(due.Items) < 9 || first.Kind != tickets.DateAppeal || !steps[tasks.StepOverdue] || !steps[tasks.StepToday] || !steps[tasks.StepThree] || due.Later == 0 {
		t.Errorf("the due list holds %d, first %s, steps %v", len(due.Items), first.Kind, steps)
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

// converse plays a visitor who writes as one of the persons, answers as the
// counsellor and looks into the person's mailbox again.
func (d *demo) converse(t *testing.T, ctx context.Context, mail string) {
	t.Helper()
	var form bytes.Buffer
	fields := multipart.NewWriter(&form)
	for name, value := range map[string]string{"to": demoLine, "subject": "Only a try", "text": "Does this reach anybody?", "reply": "-1"} {
		if err := fields.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	fields.Close()
	resp, err := http.Post("http://"+mail+"/4/write", fields.FormDataContentType(), &form)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Fatalf("writing: %d", resp.StatusCode)
	}
	maria, err := d.signIn(ctx, "maria")
	if err != nil {
		t.Fatal(err)
	}
	var ticket tickets.Ticket
	err = d.until(ctx, func() (bool, error) {
		var missing error
		ticket, missing = d.story().ticketTitled(ctx, maria, "Only a try")
		return missing == nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.office.Set(ctx, "", office.UndoSeconds, "0"); err != nil {
		t.Fatal(err)
	}
	_, err = d.post.Reply(ctx, maria, post.Answer{Ticket: ticket.ID, To: []string{demoPersons[4].address}, Text: "Yes, it does.", Seen: ticket.Last, ClientID: "try"})
	if err != nil {
		t.Fatal(err)
	}
	err = d.until(ctx, func() (bool, error) {
		resp, err := http.Get("http://" + mail + "/4")
		if err != nil {
			return false, err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return strings.Contains(string(body), "Yes, it does."), err
	})
	if err != nil {
		t.Error(err)
	}
}
