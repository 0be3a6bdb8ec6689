package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// TestEveryRouteAsEveryRole asks each route, by each method, of each id there
// is, as everybody who is not a reader of a conversation, and looks for its
// content in what comes back; then as its readers, who must find all of it: a
// walk that meets nothing would prove nothing.
func TestEveryRouteAsEveryRole(t *testing.T) {
	w := newRoutes(t)
	found := map[string]bool{}
	for _, r := range w.roles {
		seen := w.walk(r)
		for c := range seen {
			if r.may == nil || !r.may(c) {
				t.Errorf("%s reads the %s at %s", r.name, c, seen[c])
			}
			found[c] = true
		}
		for c := range w.canaries {
			if r.must != nil && r.must(c) && seen[c] == "" {
				t.Errorf("%s, who may, finds the %s nowhere", r.name, c)
			}
		}
	}
	if w.asked < 5000 {
		t.Errorf("only %d requests: are all routes walked?", w.asked)
	}
	t.Logf("%d routes, %d requests", len(w.site.Paths()), w.asked)
}

// routes is a house with one conversation, one referral out of it, and people
// of every kind.
type routes struct {
	*house
	t        *testing.T
	site     *frontend.Site
	base     string
	client   *http.Client
	canaries map[string]string // by what it is
	ids      []string
	under    []string // those of them under which others lie
	roles    []role
	asked    int
	sides    map[helpdesk.ID]string // the cookies of volunteers
}

// role is somebody with a browser.
type role struct {
	name   string
	cookie string // name=value
	secret string // what their proofs are made with
	wake   func() // opens what locked while others walked; nil where nothing locks
	poster bool   // also posts: who may read would change what the others look for
	may    func(canary string) bool
	must   func(canary string) bool
}

func newRoutes(t *testing.T) *routes {
	t.Helper()
	dir, ctx := t.TempDir(), t.Context()
	log := slog.New(slog.DiscardHandler)
	h, err := build(ctx, settings{data: dir, database: "sqlite:" + filepath.Join(dir, "r.db"), listen: "127.0.0.1:0"}, vault.NewSecrets(),
		vault.Cost{MiB: 1, Passes: 1}, time.Now, log)
	if err != nil {
		t.Fatal(err)
	}
	w := &routes{house: h, t: t, canaries: map[string]string{}, client: &http.Client{Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	t.Cleanup(func() { h.Close() })
	w.inhabit()
	w.serve()
	return w
}

func (w *routes) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *routes) canary(what string) string {
	c := "Kanarie" + strings.ReplaceAll(what, " ", "") + string(helpdesk.NewID())
	w.canaries[what] = c
	return c
}

func (w *routes) serve() {
	var err error
	w.bridge, err = w.newCollector(w.t.Context())
	w.must(err)
	site, err := w.desk(w.t.Context())
	w.must(err)
	w.site = site
	listener, err := site.Open("127.0.0.1:0")
	w.must(err)
	w.base = "http://" + listener.Addr().String()
	go func() { _ = site.Serve(listener) }() // ends with Shutdown
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = site.Shutdown(ctx)
	})
}

// hire makes somebody who works here and returns the cookie they sign in with.
func (w *routes) hire(ada *staff.Session, login string, kind staff.Kind, team helpdesk.ID) (string, *staff.Session) {
	w.t.Helper()
	ctx, teams := w.t.Context(), []helpdesk.ID{team}
	if kind == staff.Interpreter {
		teams = nil // they are in none
	}
	token, err := w.staff.Invite(ctx, w.staff.Console(), login, login, login+"@desk.example", kind, teams...)
	w.must(err)
	words, _, err := w.staff.Accept(ctx, token, "en")
	w.must(err)
	users, err := w.staff.Users(ctx)
	w.must(err)
	for _, u := range users {
		if u.Login == login {
			w.ids = append(w.ids, string(u.ID))
			if kind != staff.Interpreter {
				w.must(w.staff.Admit(ctx, ada, u.ID, team))
			}
		}
	}
	cookie, err := w.staff.SignIn(ctx, login, words)
	w.must(err)
	s, err := w.staff.Session(ctx, cookie, false)
	w.must(err)
	return cookie, s
}

func (w *routes) works(name, cookie string, reads bool) {
	r := role{name: name, cookie: "desk=" + cookie + "~en~", secret: "desk\x00" + cookie, poster: !reads}
	if reads {
		r.may = func(string) bool { return true }
		r.must = r.may
	}
	w.roles = append(w.roles, r)
}

// comes is somebody who writes; all they write is a canary.
func (w *routes) comes(team helpdesk.ID, text, file string) (cookie string, g *people.Guest, ticket, conversation, message helpdesk.ID) {
	w.t.Helper()
	ctx := w.t.Context()
	message = helpdesk.NewID()
	w.must(w.db.Write(ctx, "somebody comes", func(tx *store.Tx) error {
		var err error
		if cookie, g, err = w.people.Begin(ctx, tx, false); err != nil {
			return err
		}
		c, err := w.tickets.Open(ctx, tx, tickets.Opening{Team: team, Channel: "chat", Language: "en", Person: g.Person, Title: w.canaries["title"],
			Readers: []*vault.Pair{g.Pair()}})
		if err != nil {
			return err
		}
		ticket, conversation = c.Ticket, c.ID
		_, err = c.Append(ctx, tx, tickets.Message{ID: message, Kind: tickets.KindChat, Direction: tickets.In, Content: tickets.Content{Text: text},
			Files: []tickets.Upload{{Name: "paper.txt", Type: "text/plain", Data: []byte(file)}}})
		return err
	}))
	return cookie, g, ticket, conversation, message
}

func (w *routes) inhabit() {
	ctx := w.t.Context()
	made, err := w.staff.Init(ctx, staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada", Address: "ada@desk.example", Locale: "en",
		Teams: []staff.NewTeam{{Name: "return"}, {Name: "other"}}})
	w.must(err)
	cookie, err := w.staff.SignIn(ctx, "ada", made.Words)
	w.must(err)
	ada, err := w.staff.Session(ctx, cookie, false)
	w.must(err)
	ours, theirs := made.Teams[0].ID, made.Teams[1].ID
	w.must(w.office.Set(ctx, ada.User.ID, office.ChatTeam, string(ours))) // without it the first by its random id
	reads, maria := w.hire(ada, "maria", staff.Counsellor, ours)
	for login, kind := range map[string]staff.Kind{"olof": staff.Counsellor, "kim": staff.Coordinator, "tolk": staff.Interpreter} {
		c, _ := w.hire(ada, login, kind, theirs)
		w.works(login+", a "+string(kind)+" of another team", c, false)
	}
	w.roles = append(w.roles, role{name: "nobody", poster: true})

	w.canary("title")
	mine, g, ticket, conversation, message := w.comes(ours, w.canary("message"), w.canary("file"))
	other, g2, ticket2, _, _ := w.comes(ours, "Something else", "else")
	_, err = w.tickets.Note(ctx, maria, ticket, w.canary("note"), "note-1")
	w.must(err)
	_, err = w.tickets.SaveDraft(ctx, maria, ticket, tickets.Draft{Kind: tickets.KindAnswer, Text: w.canary("draft")})
	w.must(err)
	w.ids = append(w.ids, string(ticket), string(conversation), string(message), string(g.Person))
	w.under = append(w.under, "1", string(message), string(conversation))

	shelter, stranger := w.organisation("Shelter"), w.organisation("Other")
	pia, olga := w.partners(shelter, "pia"), w.partners(stranger, "olga")
	id, _ := w.refers(maria, g, ticket, shelter, w.canary("package"), w.canary("reason"), nil)
	w.must(w.door.SayReferral(ctx, maria, id, w.canary("word")))
	x, err := w.door.Except(ctx, maria, consent.Excepting{Ticket: ticket, Kind: "child", Must: true, Law: "SoL 19:1", Why: w.canary("exception"), WhyNot: "danger"})
	w.must(err)
	w.ids = append(w.ids, string(x))

	away := w.organisation("Away")
	var link string
	id2, code := w.refers(maria, g2, ticket2, away, "A bed for another", "They have beds", &link)
	visit, err := w.door.OpenLink(ctx, link, code)
	w.must(err)
	o, err := w.door.Visitor(ctx, visit, false)
	w.must(err)
	w.must(w.door.Agree(ctx, o, id2))
	account, err := w.staff.Outsider(ctx, pia, false)
	w.must(err)
	w.must(w.door.Agree(ctx, w.door.Partner(account), id))

	outside := func(name, cookie string, may func(string) bool) role {
		return role{name: name, cookie: "post=" + cookie + "~en~", secret: "outside\x00" + cookie, poster: may == nil, may: may, must: may}
	}
	handed := func(c string) bool { return c == "package" || c == "reason" || c == "word" }
	w.roles = append(w.roles, outside("olga, of another organisation", "a."+olga, nil), outside("somebody behind another's link", "l."+visit, nil),
		role{name: "another person", cookie: "talk=" + other, secret: "person\x00" + other, poster: true})
	// Two local branches: what one handed on and asked is nothing of the other's.
	lo, opens := w.volunteers("North", "lo")
	eva, _ := w.volunteers("South", "eva")
	threads := w.handsOn(maria, lo)
	w.ids = append(w.ids, threads...)
	beside := func(name string, o *staff.Outsider, wake func(), may func(string) bool) role {
		return role{name: name, cookie: "side=" + w.sides[o.User.ID] + "~en~", secret: "branch\x00" + w.sides[o.User.ID], wake: wake, poster: may == nil, may: may, must: may}
	}
	w.roles = append(w.roles, beside("eva, of another branch", eva, nil, nil))
	// The readers come last.
	w.roles = append(w.roles, beside("lo, who handed somebody on", lo, opens, func(c string) bool { return c == "branchword" || c == "question" }))
	w.roles = append(w.roles, outside("pia, to whom it was handed", "a."+pia, handed),
		role{name: "the person", cookie: "talk=" + mine, secret: "person\x00" + mine,
			may: func(c string) bool {
				return c == "title" || c == "message" || c == "file" || c == "package" || c == "reason" || c == "word"
			},
			must: func(c string) bool { return c == "message" || c == "file" || c == "word" }})
	w.works("maria, of the team", reads, true)
}

// organisation puts an organisation where the door looks for it.
func (w *routes) organisation(name string) helpdesk.ID {
	id, before := helpdesk.NewID(), w.door.Target
	w.ids = append(w.ids, string(id))
	w.door.Target = func(ctx context.Context, who helpdesk.ID) (consent.Target, error) {
		if who == id {
			return consent.Target{ID: id, Name: name, Kind: "partner", Country: "SE", Vetted: true, Takes: "package"}, nil
		}
		return before(ctx, who)
	}
	return id
}

// partners gives an organisation an account, and signs it in.
func (w *routes) partners(org helpdesk.ID, login string) string {
	w.t.Helper()
	ctx := w.t.Context()
	token, err := w.staff.InvitePartner(ctx, w.staff.Console(), org, login, login, login+"@partner.example", "en")
	w.must(err)
	account, err := w.staff.AcceptPartner(ctx, token, "en", "Desk")
	w.must(err)
	code, err := staff.FactorCode(account.Secret, time.Now())
	w.must(err)
	cookie, err := w.staff.SignInPartner(ctx, login, account.Words, code)
	w.must(err)
	return cookie
}

// refers takes somebody through a whole referral; with link, to who has no
// account and types a code.
func (w *routes) refers(s *staff.Session, g *people.Guest, ticket, to helpdesk.ID, text, reason string, link *string) (id helpdesk.ID, code string) {
	w.t.Helper()
	ctx := w.t.Context()
	id, err := w.door.Refer(ctx, s, ticket, consent.Referring{Mode: consent.Package, Target: to, Priority: consent.PriorityNormal, Need: "a bed",
		Reason: reason, Likely: true, Agreed: true, Parts: []consent.Part{{Kind: consent.PartText, Label: "A summary", Text: text}}})
	w.must(err)
	out, err := w.door.Submit(ctx, s, id, 1, consent.Asking{Language: "en", Use: "find a bed"})
	w.must(err)
	yes := consent.Reply{State: consent.Given, Method: consent.Web, Alone: true}
	w.must(w.door.Answer(ctx, g, out.Permission, yes))
	asked, err := w.door.One(ctx, g, out.Consent)
	w.must(err)
	yes.Items = []string{asked.Terms.Items[0].Key}
	w.must(w.door.Answer(ctx, g, out.Consent, yes))
	way := consent.Way{}
	if link != nil {
		way = consent.Way{Address: "desk@away.example", Language: "en", Link: func(fragment string) string { *link = fragment; return "https://x.example/p/l#" + fragment }}
	}
	sent, err := w.door.Send(ctx, s, id, 2, way)
	w.must(err)
	w.ids = append(w.ids, string(id), string(out.Permission), string(out.Consent))
	w.under = append(w.under, string(ticket), string(id))
	return id, sent.Code
}

// volunteers gives a local branch an account and signs it in; the session locks
// after five minutes, and is opened again when its turn comes.
func (w *routes) volunteers(branch, login string) (*staff.Outsider, func()) {
	w.t.Helper()
	ctx, org := w.t.Context(), w.organisation(branch)
	token, err := w.staff.InviteBranchLead(ctx, w.staff.Console(), org, login, login, login+"@branch.example", "en", time.Now().AddDate(0, 6, 0))
	w.must(err)
	account, err := w.staff.AcceptVolunteer(ctx, token, "en", "Desk")
	w.must(err)
	code, err := staff.FactorCode(account.Secret, time.Now())
	w.must(err)
	cookie, err := w.staff.SignInVolunteer(ctx, login, account.Words, code)
	w.must(err)
	o, err := w.staff.Volunteer(ctx, cookie, false)
	w.must(err)
	if w.sides == nil {
		w.sides = map[helpdesk.ID]string{}
	}
	w.sides[o.User.ID] = cookie
	w.ids = append(w.ids, string(o.User.ID))
	return o, func() { w.must(w.staff.Unlock(ctx, cookie, account.Words)) }
}

// handsOn is somebody handed on by a volunteer, what was said to their branch,
// and a question without names.
func (w *routes) handsOn(s *staff.Session, o *staff.Outsider) []string {
	w.t.Helper()
	ctx := w.t.Context()
	told, err := w.side.HandOn(ctx, o, branches.HandOn{Client: string(helpdesk.NewID()), Knows: true, Language: "prs", Reach: branches.ReachBranch, Need: branches.NeedDecision, Line: w.canary("line")})
	w.must(err)
	w.must(w.side.SayToBranch(ctx, s, told.ID, string(helpdesk.NewID()), w.canary("branchword")))
	asked, err := w.side.Consult(ctx, o, string(helpdesk.NewID()), w.canary("question"))
	w.must(err)
	waits, err := w.side.Queue(ctx, s)
	w.must(err)
	ids := []string{string(told.ID), string(asked.ID)}
	for _, one := range waits {
		ids = append(ids, string(one.Ticket))
	}
	return ids
}

// param is a part of a path that changes.
var param = regexp.MustCompile(`:[a-z]+\??|\*`)

// ending are paths that end a session or wait for something to happen.
var ending = regexp.MustCompile(`/(sign-out|leave|x|ended?|bell|news|live|poll|ring|ws)($|/|\?)`)

// knocking are the doors, which let nobody try without end and show nothing.
var knocking = regexp.MustCompile(`^/[wpb]/(sign-in(/passkey)?|sso(/back)?|factor|prove|again|invitation/:token|lost|l)$`)

// fillings are the addresses a route may have with what is known here.
func (w *routes) fillings(path string) []string {
	path = strings.Replace(path, ":lang", "en", 1)
	all, first := []string{path}, w.ids
	if len(param.FindAllString(path, -1)) > 1 { // what lies under something lies under a ticket or a referral
		first = w.under
	}
	for place := range 3 {
		var next []string
		for _, p := range all {
			at := param.FindStringIndex(p)
			if at == nil {
				next = append(next, p)
				continue
			}
			values := first
			if place > 0 {
				values = append([]string{"0", "1", "html"}, w.ids...)
			}
			for _, v := range values {
				next = append(next, p[:at[0]]+v+p[at[1]:])
			}
		}
		all = next
		if len(all) > 400 {
			return all[:400]
		}
	}
	return all
}

// walk asks for everything and returns where each canary was met.
func (w *routes) walk(r role) map[string]string {
	if r.wake != nil {
		r.wake()
	}
	seen := map[string]string{}
	for _, p := range w.site.Paths() {
		if p.Method != http.MethodGet && !r.poster || ending.MatchString(p.Path) || strings.HasPrefix(p.Path, "/static") {
			continue
		}
		for _, path := range w.fillings(p.Path) {
			answer := w.ask(r, p, path)
			for c, text := range w.canaries {
				if seen[c] == "" && bytes.Contains(answer, []byte(text)) {
					seen[c] = p.Method + " " + p.Path
				}
			}
		}
	}
	return seen
}

func (w *routes) ask(r role, p frontend.Path, path string) []byte {
	w.t.Helper()
	w.asked++
	var body io.Reader
	if p.Method != http.MethodGet {
		body = strings.NewReader(url.Values{"proof": {proofOf(r.secret, p.Path)}, "version": {"1"}, "text": {"x"}}.Encode())
	}
	q, err := http.NewRequestWithContext(w.t.Context(), p.Method, w.base+path, body)
	w.must(err)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if r.cookie != "" {
		q.Header.Set("Cookie", r.cookie)
	}
	answer, err := w.client.Do(q)
	if err != nil {
		w.t.Fatalf("%s %s: %v", p.Method, path, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests && !knocking.MatchString(p.Path) {
		w.t.Errorf("%s %s as %s: %d", p.Method, p.Path, r.name, answer.StatusCode)
	}
	content, err := io.ReadAll(answer.Body)
	w.must(err)
	return content
}

// proofOf is what a form of theirs would hold, so that what is refused is not
// refused for want of it.
func proofOf(secret, route string) string {
	salt := make([]byte, 12)
	m := hmac.New(sha256.New, []byte("proof of form\x00"+secret))
	m.Write(salt)
	m.Write([]byte(route))
	return base64.RawURLEncoding.EncodeToString(append(salt, m.Sum(nil)[:16]...))
}
