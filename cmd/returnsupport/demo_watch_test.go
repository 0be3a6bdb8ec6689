package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/tickets"
)

// asProgram makes this binary the program itself, so that a test can start it
// as somebody at a shell does.
const asProgram = "RETURNSUPPORT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(hearing(m.Run))
}

// Nothing arrives before its time, and what arrives stands at the end of the
// conversation it belongs to.
func TestLettersArriveOneByOneWhileSomebodyWatchesTheDemo(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	d, err := newDemo(ctx, demoSettings(t.TempDir()), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	defer d.world.Close()
	asked, next := make(chan time.Duration, 1), make(chan time.Time)
	d.pause = func(p time.Duration) <-chan time.Time {
		asked <- p
		return next
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
	<-asked

	maria, err := d.signIn(ctx, "maria")
	if err != nil {
		t.Fatal(err)
	}
	// messages are the texts of a conversation that began in the week.
	messages := func(thread string) []string {
		t.Helper()
		ticket, err := d.story().ticketTitled(ctx, maria, demoLetterOf(thread).subject)
		if err != nil {
			t.Fatal(err)
		}
		sheet, err := d.tickets.Page(ctx, maria, ticket.ID)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, m := range sheet.Messages {
			if m.Kind == tickets.KindLetter {
				texts = append(texts, m.Content.Text)
			}
		}
		return texts
	}
	for i, l := range demoLater {
		before, had := d.received(), messages(l.thread)
		next <- time.Time{}
		if i == len(demoLater)-1 {
			err = d.until(ctx, func() (bool, error) { return d.received() == before+1, nil })
			if err != nil {
				t.Fatal(err)
			}
		} else if p := <-asked; p < 10*time.Second || p > time.Minute {
			t.Errorf("the next letter comes after %v: the page says half a minute or so", p)
		}
		if n := d.received(); n != before+1 {
			t.Fatalf("letter %d: %d arrived at once", i, n-before)
		}
		if has := messages(l.thread); len(has) != len(had)+1 || strings.TrimSpace(has[len(has)-1]) != strings.TrimSpace(l.text) {
			t.Errorf("letter %d of %s: the conversation had %d letters and has %d", i, l.thread, len(had), len(has))
		}
	}
	end()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// TestADemoInAKeptFolderIsFoundAgain starts the program twice, as at a shell.
func TestADemoInAKeptFolderIsFoundAgain(t *testing.T) {
	dir := t.TempDir()
	first := watchDemo(t, dir)
	again := watchDemo(t, dir)
	if len(first.tickets) < 8 || !slices.Equal(first.tickets, again.tickets) {
		t.Errorf("the first start shows %d tickets, the second %d: %v and %v", len(first.tickets), len(again.tickets), first.tickets, again.tickets)
	}
	if first.words == "" || first.words != again.words {
		t.Errorf("sign-ins differ:\n%s\n%s", first.words, again.words)
	}
}

// watched is what a visitor of the demo sees.
type watched struct {
	words   string   // as printed
	tickets []string // of the queue, by id
}

var (
	signInLine = regexp.MustCompile(`(?m)^  (\w+) +((?:\S+ ){5}\S+) `)
	ticketLink = regexp.MustCompile(`/w/t/([0-9a-z]{26})`)
)

// watchDemo starts `demo --data`, signs in with each line it prints, looks at
// the queue and ends it with an interrupt.
func watchDemo(t *testing.T, dir string) watched {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, "demo", "--data", dir, "--port", "0", "--mail-port", "0")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	lines := bufio.NewScanner(out)
	for !strings.Contains(said.String(), "week of letters is there") && lines.Scan() {
		fmt.Fprintln(&said, lines.Text())
	}
	desk := regexp.MustCompile(`desk +(http://\S+?)/?(?:w\S*)?\n`).FindStringSubmatch(said.String())
	signIns := signInLine.FindAllStringSubmatch(said.String(), -1)
	if desk == nil || len(signIns) != 3 {
		t.Fatalf("the demo said\n%s\nand complained\n%s", said.String(), complaint.String())
	}
	if !strings.HasPrefix(desk[1], "http://localhost:") {
		t.Errorf("the desk is at %s: no passkey is made for a number", desk[1])
	}
	var seen watched
	for _, s := range signIns {
		seen.words += s[1] + " " + s[2] + "\n"
		queue := look(t, desk[1], s[1], s[2])
		if s[1] == "maria" {
			seen.tickets = queue
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("the end: %v\n%s", err, complaint.String())
	}
	return seen
}

// look signs in at the desk and returns the tickets of the first page it shows.
func look(t *testing.T, desk, login, words string) []string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: 20 * time.Second}
	form := url.Values{"login": {login}, "words": {words}}
	ask, err := http.NewRequest("POST", desk+"/w/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	ask.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	ask.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := browser.Do(ask)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/w/queue" {
		t.Fatalf("%s signs in: %d at %s, %v", login, resp.StatusCode, resp.Request.URL.Path, err)
	}
	var ids []string
	for _, link := range ticketLink.FindAllSubmatch(page, -1) {
		ids = append(ids, string(link[1]))
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
