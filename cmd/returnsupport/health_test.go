package main

import (
	"bytes"
	"context"
	"errors"
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
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// process is the program, serving, as at a shell.
type process struct {
	*exec.Cmd
	site, watch string
	log         *bytes.Buffer // whole once it has ended
	gone        chan error
}

// freeAddress is one nobody listens at just now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// serves starts the program over an operator's folder.
func (o operator) serves() *process {
	o.t.Helper()
	self, err := os.Executable()
	if err != nil {
		o.t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(self, "serve"), watch: "http://" + freeAddress(o.t), log: &bytes.Buffer{}, gone: make(chan error, 1)}
	p.Env = append(os.Environ(), asProgram+"=1", "RETURNSUPPORT_DATA="+o.data, "RETURNSUPPORT_DATABASE="+o.database, "RETURNSUPPORT_LISTEN=127.0.0.1:0", "RETURNSUPPORT_WATCH="+strings.TrimPrefix(p.watch, "http://"))
	p.Stderr = p.log
	out, err := p.StdoutPipe()
	if err != nil {
		o.t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { p.Process.Kill() })
	line := make([]byte, 200)
	n, _ := out.Read(line)
	go func() {
		io.Copy(io.Discard, out)
		p.gone <- p.Wait()
	}()
	if p.site = regexp.MustCompile(`http://[0-9.]+:\d+`).FindString(string(line[:n])); p.site == "" {
		o.t.Fatalf("it does not serve: %s", <-p.gone)
	}
	return p
}

// newHouse is a new house, opened and not serving.
func newHouse(t *testing.T) *house {
	t.Helper()
	o := operator{t: t, data: t.TempDir()}
	o.init()
	set, _, err := readSettings([]string{"--data", o.data}, func(string) string { return "" }, nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := open(t.Context(), set, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// asked is what an address answers.
func asked(t *testing.T, address string) (int, string) {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// caller is a person at a browser, as far as a load needs one.
type caller struct {
	*http.Client
	site string
}

func newCaller(site string) *caller {
	jar, _ := cookiejar.New(nil)
	return &caller{&http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{}}, site}
}

// errUnderway: somebody began to answer, and did not finish.
var errUnderway = errors.New("an answer broke off")

// page asks for one; a refused connection is no page and no fault.
func (c *caller) page(method, path string, form url.Values) (string, bool, error) {
	ask, err := http.NewRequest(method, c.site+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", false, err
	}
	ask.Header.Set("Sec-Fetch-Site", "same-origin")
	ask.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := c.Do(ask)
	if err != nil {
		return "", false, nil
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return "", false, fmt.Errorf("%w: %s %s: %w", errUnderway, method, path, err)
	case answer.StatusCode >= 500 && answer.StatusCode != http.StatusServiceUnavailable:
		return "", false, fmt.Errorf("%s %s: %s", method, path, answer.Status)
	}
	return string(text), answer.StatusCode < 400, nil
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// fill is the form of a page that leads to action, with words.
func fill(page, action, text string) url.Values {
	form := url.Values{"text": {text}}
	_, page, _ = strings.Cut(page, `action="`+action+`"`)
	page, _, _ = strings.Cut(page, "</form>")
	for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

// begins a conversation and returns the page to write on.
func (c *caller) begins(t *testing.T) string {
	t.Helper()
	first := url.Values{"client": {string(helpdesk.NewID())}, "shared": {"no"}, "tongue": {"en"}, "detained": {""}, "about": {"adult"}, "text": {"Hello, can you help me?"}}
	page, ok, err := c.page("POST", "/en/begin", first)
	if !ok || err != nil {
		t.Fatalf("begin: %v %s", err, page)
	}
	if page, ok, err = c.page("GET", "/en/talk", nil); !ok || err != nil || !strings.Contains(page, `action="/en/talk/say"`) {
		t.Fatalf("no page to write on: %v %s", err, page)
	}
	return page
}

func TestAProcessSaysHowItIsFromItsStartToItsEnd(t *testing.T) {
	out := newLookout()
	address := freeAddress(t)
	shut, err := out.open(address, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer shut()
	ready := func(want int, words string) {
		t.Helper()
		if code, said := asked(t, "http://"+address+"/ready"); code != want || !strings.Contains(said, words) {
			t.Errorf("ready says %d %q", code, said)
		}
		if code, _ := asked(t, "http://"+address+"/live"); code != 200 {
			t.Errorf("alive says %d", code)
		}
		if code, said := asked(t, "http://"+address+"/metrics"); code != 200 || strings.Contains(said, "returnsupport_ready 1") != (want == 200) {
			t.Errorf("the figures say otherwise: %d", code)
		}
	}
	ready(503, "starting")
	h := newHouse(t)
	h.lookout = out
	out.house.Store(h)
	out.is(serving)
	ready(200, "ready")
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	ready(503, "does not answer")
	out.is(stopping)
	ready(503, "stopping")
	if code, _ := asked(t, "http://"+address+"/w/queue"); code != 404 {
		t.Errorf("it shows more than it should: %d", code)
	}
	answer, err := http.Post("http://"+address+"/ready", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a POST is answered with %s", answer.Status)
	}
}

func TestAContainerAsksItsOwnProgramWhetherItIsReady(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	if code, _, complaint := o.do("", "ready"); code != 2 || !strings.Contains(complaint, "watch") {
		t.Errorf("without the setting: exit %d, %s", code, complaint)
	}
	if code, _, complaint := o.do("", "ready", "--watch", freeAddress(t)); code != 1 || !strings.Contains(complaint, "nobody answers") {
		t.Errorf("nobody there: exit %d, %s", code, complaint)
	}
	o.init()
	p := o.serves()
	watch := strings.TrimPrefix(p.watch, "http://")
	if out := o.must("", "ready", "--watch", watch); out != "ready\n" {
		t.Errorf("it says %q", out)
	}
	_, port, _ := net.SplitHostPort(watch)
	o.must("", "ready", "--watch", "0.0.0.0:"+port)
}

// figureLine is a figure of ours, with its labels.
var figureLine = regexp.MustCompile(`(?m)^(returnsupport_[a-z_]+)(?:\{([^}]*)\})? `)

// TestFiguresTellOfTheMachineAndOfNobody: whatever comes and whoever asks,
// these labels are all there are.
func TestFiguresTellOfTheMachineAndOfNobody(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	o.init()
	o.must("", "team", "add", "Children's line", "--member", "maria", "--restricted")
	o.must("", "settings", "set", "chat_team", o.restrictedTeam())
	p := o.serves()
	if code, _ := asked(t, p.site+"/w/queue?q=mine"); code >= 500 {
		t.Fatal("no desk")
	}
	before := figuresOf(t, p)
	newCaller(p.site).begins(t)
	after := figuresOf(t, p)
	labels := regexp.MustCompile(`^((door="(desk|persons|partners|branches)"|went="(served|refused|failed)"|le="[0-9.+Inf]+"|way="(in|out)"|state="(works|troubled)"|level="(warn|error)"|version="[^"]*"|go="[^"]*"|engine="(sqlite|postgres)"),?)*$`)
	for name, where := range after {
		for _, l := range where {
			if !labels.MatchString(l) {
				t.Errorf("%s has the labels %s", name, l)
			}
		}
		if before[name] == nil && name != "returnsupport_request_seconds_bucket" {
			t.Errorf("%s is there only since a person wrote", name)
		}
		if regexp.MustCompile(`ticket|person_|team|message|conversation`).MatchString(name) {
			t.Errorf("%s counts what tells of somebody", name)
		}
	}
	for _, want := range []string{"returnsupport_requests_total", "returnsupport_request_seconds_count", "returnsupport_mail_lines", "returnsupport_live_connections", "returnsupport_database_answer_seconds", "returnsupport_log_lines_total", "returnsupport_build_info"} {
		if after[want] == nil {
			t.Errorf("there is no %s", want)
		}
	}
}

// restrictedTeam is the id of the house's only restricted team.
func (o operator) restrictedTeam() string {
	o.t.Helper()
	set, _, err := readSettings([]string{"--data", o.data}, func(string) string { return "" }, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	h, err := open(o.t.Context(), set, slog.New(slog.DiscardHandler))
	if err != nil {
		o.t.Fatal(err)
	}
	defer h.Close()
	all, err := h.staff.Teams(o.t.Context())
	for _, team := range all {
		if team.Restricted {
			return string(team.ID)
		}
	}
	o.t.Fatalf("there is no restricted team: %v", err)
	return ""
}

func figuresOf(t *testing.T, p *process) map[string][]string {
	t.Helper()
	_, text := asked(t, p.watch+"/metrics")
	all := map[string][]string{}
	for _, m := range figureLine.FindAllStringSubmatch(text, -1) {
		all[m[1]] = append(all[m[1]], m[2])
	}
	return all
}

func TestTheLogIsCountedAndNothingOfItKept(t *testing.T) {
	var text bytes.Buffer
	c := &counting{}
	log := c.over(slog.New(slog.NewTextHandler(&text, nil))).With("a", 1).WithGroup("g")
	log.Info("x")
	log.Warn("x")
	log.Error("x")
	log.Error("alarm", "code", "y")
	if c.warnings.Load() != 1 || c.errors.Load() != 2 || c.alarms.Load() != 1 || strings.Count(text.String(), "\n") != 4 {
		t.Errorf("counted %d, %d, %d of\n%s", c.warnings.Load(), c.errors.Load(), c.alarms.Load(), text.String())
	}
}

// TestAlertsNameFiguresThatAre: an alert over a figure that was renamed never
// wakes anybody.
func TestAlertsNameFiguresThatAre(t *testing.T) {
	text, err := os.ReadFile("alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("metrics.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`returnsupport_([a-z_]+)`).FindAllStringSubmatch(string(text), -1)
	if len(named) < 10 {
		t.Fatalf("only %d figures are watched", len(named))
	}
	for _, m := range named {
		name := strings.TrimSuffix(m[1], "_bucket")
		if !bytes.Contains(source, []byte(`"returnsupport_`+name+`"`)) && !bytes.Contains(source, []byte(`about("`+name+`"`)) {
			t.Errorf("there is no figure returnsupport_%s", name)
		}
	}
	for _, alert := range strings.Split(string(text), "- alert:")[1:] {
		for _, want := range []string{"expr:", "severity:", "summary:", "do:"} {
			if !strings.Contains(alert, want) {
				t.Errorf("%s lacks %s", strings.Fields(alert)[0], want)
			}
		}
	}
	if reader, err := exec.LookPath("promtool"); err == nil {
		if out, err := exec.Command(reader, "check", "rules", "alerts.yaml").CombinedOutput(); err != nil {
			t.Errorf("promtool: %v\n%s", err, out)
		}
	}
}

// TestSIGTERMUnderLoadLosesNothingAndBreaksNothingOff: people read and write as
// fast as they can when the program is told to stop. Every answer that was begun
// is finished, every message that was said to be there is there, once, those who
// listened are told to come back, and the process ends by itself and well.
func TestSIGTERMUnderLoadLosesNothingAndBreaksNothingOff(t *testing.T) {
	storetest.EachAddress(t, stoppedUnderLoad)
}

func stoppedUnderLoad(t *testing.T, address string) {
	o := operator{t: t, data: t.TempDir(), database: address}
	o.init()
	p := o.serves()
	var kept, begun, pages atomic.Int64
	var stopped atomic.Bool
	var all sync.WaitGroup
	fault := make(chan error, 64)
	for n := range 6 {
		c := newCaller(p.site)
		page := c.begins(t)
		begun.Add(1) // its first message
		kept.Add(1)
		listening := c.listens(t)
		all.Go(func() { fault <- listening() })
		all.Go(func() {
			for k := 0; !stopped.Load(); k++ {
				form := fill(page, "/en/talk/say", fmt.Sprintf("message %d of %d", k, n))
				form.Set("client", fmt.Sprintf("%d-%d-%s", n, k, form.Get("client")))
				begun.Add(1)
				_, ok, err := c.page("POST", "/en/talk/say", form)
				if fault <- err; ok {
					kept.Add(1)
				}
				if !ok {
					time.Sleep(20 * time.Millisecond)
				}
			}
		})
	}
	for range 12 {
		c := newCaller(p.site)
		all.Go(func() {
			for !stopped.Load() {
				_, ok, err := c.page("GET", "/en/", nil)
				if fault <- err; ok {
					pages.Add(1)
				} else {
					time.Sleep(20 * time.Millisecond)
				}
			}
		})
	}
	faults := make(chan error, 1)
	go func() {
		var joined error
		for err := range fault {
			joined = errors.Join(joined, err)
		}
		faults <- joined
	}()
	for end := time.Now().Add(20 * time.Second); (kept.Load() < 60 || pages.Load() < 200) && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if kept.Load() < 20 || pages.Load() < 50 {
		t.Fatalf("too little was going on: %d messages, %d pages", kept.Load(), pages.Load())
	}
	told := time.Now()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.gone:
		if err != nil {
			t.Errorf("it ended with %v\n%s", err, p.log)
		}
	case <-time.After(goodbye + 20*time.Second):
		t.Fatalf("it does not end")
	}
	t.Logf("ended %s after it was told, with %d messages and %d pages answered", time.Since(told).Round(time.Millisecond), kept.Load(), pages.Load())
	stopped.Store(true)
	all.Wait()
	close(fault)
	if err := <-faults; err != nil {
		t.Error(err)
	}
	if strings.Contains(p.log.String(), "level=ERROR") {
		t.Errorf("the log:\n%s", p.log)
	}
	db, err := store.Open(t.Context(), address, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var there int64
	if err := db.QueryRow(t.Context(), `SELECT COUNT(*) FROM tickets_message WHERE direction = 'in'`).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if there < kept.Load() || there > begun.Load() {
		t.Errorf("%d messages are there; %d were said to be, of %d begun", there, kept.Load(), begun.Load())
	}
}

// listens opens a person's live connection and answers a function that waits for
// its end: it must say that the house goes away, so that the browser comes back.
func (c *caller) listens(t *testing.T) func() error {
	t.Helper()
	at, err := url.Parse(c.site)
	if err != nil {
		t.Fatal(err)
	}
	head := http.Header{"Origin": {c.site}, "Sec-Fetch-Site": {"same-origin"}}
	for _, cookie := range c.Jar.Cookies(at) {
		head.Add("Cookie", cookie.Name+"="+cookie.Value)
	}
	ws, _, err := websocket.DefaultDialer.DialContext(context.Background(), "ws"+strings.TrimPrefix(c.site, "http")+"/en/talk/live", head)
	if err != nil {
		t.Fatalf("no live connection: %v", err)
	}
	return func() error {
		defer ws.Close()
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				if websocket.IsCloseError(err, websocket.CloseGoingAway) {
					return nil
				}
				return fmt.Errorf("a live connection ended otherwise: %w", err)
			}
		}
	}
}
