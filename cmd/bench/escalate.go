package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing/fstest"
	"time"

	"github.com/gorilla/websocket"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
)

// escalateRounds is how many are handed on while a counsellor watches.
const escalateRounds = 100

// escalate hands on from a local branch: a browser on slow 3G that loses its net
// in between, and from a volunteer's tap on one replica to the open page of a
// counsellor on another.
func escalate(b *bench) {
	_, i := b.sharedHouse("escalate")
	r := i.open(time.Now)
	crew := r.hire(1)
	w := r.volunteer()
	one, two := i.serve(), i.serve()
	defer one.kill()
	defer two.kill()

	p := &openPages{b: b, r: one, cookie: w.cookie()}
	for _, page := range []string{"/b", "/b/hand-on"} {
		size, err := p.weigh(page, "en")
		b.check(err)
		row("first load of "+page, fmt.Sprintf("%.1f kB", kB(size.all)), "be ≤ 60 kB gzip")
	}
	var seen []time.Duration
	watch := b.watch(two.base, crew[0])
	for range escalateRounds {
		seen = append(seen, watch.until(func() { w.hands(one.base) }))
	}
	watch.close()
	row("from the last tap to the queue of the other replica", fmt.Sprintf("%s, worst %s", spread(seen), ms(percentile(seen, 100))), "p99 ≤ 1 s")
	b.corridor(one.base, w)
	r.close()
}

// branchSide is a volunteer with a session in a browser.
type branchSide struct {
	b       *bench
	session string
}

// volunteer is somebody of a branch of the directory, signed in.
func (r *rooms) volunteer() *branchSide {
	ctx := context.Background()
	places, err := directory.New(directory.House{DB: r.db, Secrets: r.i.secrets(), Journal: journal.New(r.db, r.i.secrets(), r.now, r.log()), Now: r.now})
	r.b.check(err)
	files := fstest.MapFS{
		"organizations.csv": {Data: []byte("id,name,description\no,North,A branch\n")},
		"services.csv":      {Data: []byte("id,organization_id,name,status\ns,o,Company,active\n")},
	}
	_, err = places.Import(ctx, r.staff.Console(), directory.Folder(files), directory.Options{})
	r.b.check(err)
	found, err := places.Find(ctx, directory.Query{View: directory.ForCounsellors, Need: "Company"})
	r.b.check(err)
	org := found.Hits[0].Organisation
	_, err = places.Vet(ctx, r.session(r.signIn(r.i.login, r.i.words)), org, directory.Vetting{Kind: directory.Branch, Country: "SE", On: r.now().Format(time.DateOnly),
		Until: r.now().AddDate(1, 0, 0).Format(time.DateOnly), Takes: directory.TakesWarm, Shown: directory.ForVolunteers, SharesWithAuthorities: directory.SharesNo})
	r.b.check(err)
	token, err := r.staff.InviteBranchLead(ctx, r.staff.Console(), org, "lo", "Lo Ek", "lo@branch.example", "en", r.now().AddDate(0, 6, 0))
	r.b.check(err)
	e, err := r.staff.AcceptVolunteer(ctx, token, "en", "Desk")
	r.b.check(err)
	code, err := staff.FactorCode(e.Secret, time.Now())
	r.b.check(err)
	cookie, err := r.staff.SignInVolunteer(ctx, "lo", e.Words, code)
	r.b.check(err)
	return &branchSide{r.b, cookie}
}

func (w *branchSide) cookie() string { return "side=" + w.session + "~en~" }

var handProof = regexp.MustCompile(`data-proof="/b/hand-on" value="([^"]*)"`)

// hands posts what the last tap of five posts.
func (w *branchSide) hands(base string) {
	page := w.ask("GET", base+"/b/hand-on", nil)
	proof := handProof.FindStringSubmatch(page)
	if proof == nil {
		w.b.Fatal("bench: the page holds no form")
	}
	w.ask("POST", base+"/b/hand-on", url.Values{"proof": {proof[1]}, "client": {string(helpdesk.NewID())}, "knows": {"yes"}, "urgent": {"no"}, "language": {"prs"}, "reach": {"branch"}, "need": {"decision"}})
}

func (w *branchSide) ask(method, address string, form url.Values) string {
	return w.b.asks(method, address, w.cookie(), form)
}

// asks fetches a page, and a post must be taken.
func (b *bench) asks(method, address, cookie string, form url.Values) string {
	req, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	b.check(err)
	req.Header.Set("Cookie", cookie)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Accept", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	b.check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	b.check(err)
	if resp.StatusCode != http.StatusOK {
		b.Fatal("bench: ", method, " ", address, ": ", resp.StatusCode, " ", string(text))
	}
	return string(text)
}

// watching is a counsellor's open page: the bell, and what it makes the page
// fetch.
type watching struct {
	b            *bench
	base, cookie string
	bell         *websocket.Conn
	rung         chan struct{}
	rows         int
}

func (b *bench) watch(base string, m member) *watching {
	w := &watching{b: b, base: base, cookie: "desk=" + m.cookie + "~en~", rung: make(chan struct{}, 1)}
	var err error
	w.bell, _, err = websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(base, "http")+"/w/bell", http.Header{"Cookie": {w.cookie}, "Origin": {base}})
	b.check(err)
	go func() {
		for {
			if _, _, err := w.bell.ReadMessage(); err != nil {
				return
			}
			select {
			case w.rung <- struct{}{}:
			default:
			}
		}
	}()
	w.rows = w.count()
	return w
}

func (w *watching) close() { w.bell.Close() }

func (w *watching) count() int {
	return strings.Count(w.b.asks("GET", w.base+"/w/branches", w.cookie, nil), `<li><div><a href="/w/t/`)
}

// until does something and waits until the page shows one row more.
func (w *watching) until(do func()) time.Duration {
	began := time.Now()
	do()
	for {
		select {
		case <-w.rung:
		case <-time.After(5 * time.Second): // what a page asks without a bell
		}
		if n := w.count(); n > w.rows {
			w.rows = n
			return time.Since(began)
		}
		if time.Since(began) > time.Minute {
			w.b.Fatal("bench: what was handed on never stands in the queue")
		}
	}
}
