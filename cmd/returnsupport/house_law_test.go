package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// module is the import prefix of everything of the house.
const module = "returnsupport/"

// rooms lists every package of the house in the order data flows. A room may
// import rooms above it in this list and none below; see also never. A
// package that is missing here fails the test: place it before you write it.
var rooms = []string{
	"mailbridge/letter", "mailbridge", "mailbridge/mailtest/keeper", "mailbridge/mailtest",
	"mailbridge/mailtest/dovecot",
	"helpdesk",
	"helpdesk/housetest", "helpdesk/store/storetest", "helpdesk/store", "helpdesk/bus/redistest", "helpdesk/bus", "helpdesk/vault", "helpdesk/backup", "helpdesk/translate", "helpdesk/journal",
	"helpdesk/hours", "helpdesk/routing", "helpdesk/office", "helpdesk/staff", "helpdesk/people",
	"helpdesk/tickets", "helpdesk/answers", "helpdesk/tasks", "helpdesk/post", "helpdesk/chat", "helpdesk/retention",
	"helpdesk/webhooks",
	"helpdesk/directory", "helpdesk/registers", "helpdesk/branches/nameless", "helpdesk/branches", "helpdesk/support", "helpdesk/search", "helpdesk/figures",
	"consent/internal/rival", "consent/internal/ledger", "consent/internal/grants", "consent/internal/referrals", "consent",
	"frontend/static", "frontend/templates", "frontend/locale", "frontend", "frontend/uploads", "frontend/pagetest", "frontend/stories",
	"frontend/workspace", "frontend/volunteer", "frontend/partner", "frontend/public", "frontend/api",
	"cmd/returnsupport", "cmd/bench",
}

// rule forbids importing any of to (prefixes) from a package under from.
type rule struct {
	from, to []string
	why      string
}

var never = []rule{
	{[]string{"mailbridge"}, []string{"helpdesk", "consent", "frontend"}, "a bridge that knows tickets cannot be fuzzed or reused"},
	{[]string{"helpdesk"}, []string{"consent", "frontend"}, "the desk has no exporter: it cannot leak what it cannot send"},
	{[]string{"consent"}, []string{"frontend", "mailbridge"}, "the door does not know who paints it; letters go through post"},
	{[]string{"frontend/volunteer", "frontend/partner"}, []string{"helpdesk/tickets", "helpdesk/search", "helpdesk/figures"}, "a volunteer's page cannot even name somebody else's ticket"},
	{[]string{"frontend/public"}, []string{"helpdesk/staff", "helpdesk/search", "helpdesk/figures"}, "a person sees their own conversation, not our desk"},
	{[]string{"frontend/api"}, []string{"helpdesk/post", "helpdesk/chat", "helpdesk/people", "consent"}, "a program sends nothing to a person and hands nobody over: a counsellor does"},
	{[]string{"frontend"}, []string{"helpdesk/store"}, "pages ask rooms, rooms ask the database"},
	{[]string{"helpdesk/hours", "helpdesk/routing"}, []string{"helpdesk/store", "helpdesk/bus"}, "facts in, choice out; their tables of cases depend on it"},
	{[]string{"mailbridge", "helpdesk", "consent", "frontend"}, []string{"cmd"}, "cmd wires them and nobody imports it"},
}

// craft is what the shared frontend package may know; audiences know more.
var craft = []string{"helpdesk", "helpdesk/bus", "helpdesk/staff", "helpdesk/people", "frontend/locale", "frontend/static", "frontend/templates"}

// library is a foreign library, the packages it may be imported from, and the
// reason it is here at all.
type library struct {
	home []string
	why  string
}

var libraries = map[string]library{
	"github.com/gofiber/fiber/v2":           {[]string{"frontend", "cmd"}, "web server"},
	"github.com/valyala/fasthttp":           {[]string{"frontend"}, "Fiber's own server, named where the websocket takes over its connection"},
	"github.com/gorilla/websocket":          {[]string{"frontend", "cmd/bench"}, "live chat and doorbell"},
	"github.com/emersion/go-imap":           {[]string{"mailbridge", "cmd/bench"}, "collecting: IDLE, MOVE; the bare baseline"},
	"github.com/emersion/go-imap/v2":        {[]string{"mailbridge/mailtest"}, "the mailbox of the demo and of tests"},
	"github.com/emersion/go-message":        {[]string{"mailbridge"}, "parsing incoming mail"},
	"github.com/emersion/go-sasl":           {[]string{"mailbridge"}, "signing in to mail servers"},
	"github.com/emersion/go-smtp":           {[]string{"mailbridge"}, "delivering with deadlines and a result per recipient; the sink of demo and tests"},
	"github.com/jordan-wright/email":        {[]string{"mailbridge"}, "building outgoing mail, behind strict validation"},
	"golang.org/x/net":                      {[]string{"mailbridge", "helpdesk/post", "frontend"}, "IDNA names, the HTML tokenizer, and which names are an organisation's own"},
	"golang.org/x/text":                     {[]string{"mailbridge", "frontend/locale", "helpdesk/vault"}, "charsets, normal forms, plural rules"},
	"github.com/redis/go-redis/v9":          {[]string{"helpdesk/bus", "cmd/bench"}, "the doorbell and the limits across processes; the bare baseline"},
	"modernc.org/sqlite":                    {[]string{"helpdesk/store"}, "the engine that needs nothing installed"},
	"github.com/jackc/pgx/v5":               {[]string{"helpdesk/store"}, "the engine for many processes"},
	"golang.org/x/crypto":                   {[]string{"helpdesk/vault"}, "Argon2id"},
	"github.com/rickar/cal/v2":              {[]string{"helpdesk/hours"}, "Swedish public holidays"},
	"github.com/microcosm-cc/bluemonday":    {[]string{"helpdesk/post", "cmd/bench"}, "HTML mail made harmless; the bare baseline"},
	"github.com/pquerna/otp":                {[]string{"helpdesk/staff"}, "the second factor's six digits (RFC 6238)"},
	"github.com/go-webauthn/webauthn":       {[]string{"helpdesk/staff"}, "passkeys (WebAuthn, with PRF as unlock)"},
	"github.com/coreos/go-oidc/v3":          {[]string{"helpdesk/staff"}, "an organisation's own sign-in as second factor"},
	"golang.org/x/oauth2":                   {[]string{"mailbridge", "helpdesk/staff"}, "tokens for mailboxes and for an organisation's sign-in"},
	"github.com/prometheus/client_golang":   {[]string{"cmd"}, "figures for operators, ids and counts only"},
	"github.com/compose-spec/compose-go/v2": {[]string{"cmd/returnsupport"}, "compose.yaml is checked by its own parser, in a test"},
	"github.com/skip2/go-qrcode":            {[]string{"frontend"}, "the square on posters and cards, and the second factor's"},
	"github.com/nicksnyder/go-i18n/v2":      {[]string{"frontend/locale"}, "catalogues and plurals"},
	"github.com/BurntSushi/toml":            {[]string{"frontend/locale"}, "the catalogues' file format"},
	"golang.org/x/sync":                     {[]string{"mailbridge", "helpdesk", "frontend", "cmd"}, "one group of workers, the first error stops the house"},
	"golang.org/x/term":                     {[]string{"cmd"}, "asking for a password without showing it"},
	"github.com/chromedp/chromedp":          {[]string{"frontend/stories", "cmd/bench"}, "a real browser, in tests and measurements only"},
	"github.com/chromedp/cdproto":           {[]string{"frontend/stories", "cmd/bench"}, "a real browser, in tests and measurements only"},
}

// onlyVault are the standard library's packages that seal and sign: outside
// vault nobody needs them, and a second home is where mistakes would live.
var onlyVault = []string{"crypto/hpke", "crypto/cipher", "crypto/aes", "crypto/ed25519", "crypto/hkdf"}

// chance is where waiting, measuring and asking draw from a generator that can be
// foretold. Whatever opens, names or seals something draws from crypto/rand.
var chance = []string{"mailbridge", "helpdesk/post", "helpdesk/bus", "helpdesk/store", "frontend/workspace", "cmd/bench"}

// source is one parsed Go file of the house.
type source struct {
	dir  string // package folder below the root, with slashes
	name string // file name
	ast  *ast.File
	set  *token.FileSet
}

func (s source) test() bool { return strings.HasSuffix(s.name, "_test.go") }

// mayReadEnvironment: cmd by duty, test services because tests start there.
func (s source) mayReadEnvironment() bool {
	return s.test() || under(s.dir, "cmd") || under(s.dir, "helpdesk/store/storetest") || under(s.dir, "mailbridge/mailtest") || s.dir == "consent/internal/rival"
}

func parseSource(dir, name string, text any) (source, error) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path.Join(dir, name), text, parser.SkipObjectResolution)
	return source{dir, name, f, set}, err
}

// offences returns every breach of the law in s, each with its reason.
func offences(s source) []string {
	var out []string
	say := func(format string, args ...any) {
		out = append(out, s.dir+"/"+s.name+": "+fmt.Sprintf(format, args...))
	}
	place := position(s.dir)
	if place < 0 {
		say("the room %s is not in the plan: give it a line in rooms, or move the file", s.dir)
		return out
	}
	for _, spec := range s.ast.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		if strings.HasPrefix(imported, module) {
			if !s.test() {
				houseImport(s.dir, place, strings.TrimPrefix(imported, module), say)
			}
			continue
		}
		foreignImport(s, imported, say)
	}
	if !s.test() {
		ast.Inspect(s.ast, func(n ast.Node) bool {
			body(s, n, say)
			return true
		})
	}
	return out
}

func houseImport(dir string, place int, target string, say func(string, ...any)) {
	for _, r := range never {
		if anyUnder(dir, r.from) && anyUnder(target, r.to) {
			say("imports %s: %s", target, r.why)
		}
	}
	if dir == "frontend" && !within(target, craft) {
		say("imports %s: the craft all pages share knows helpdesk, bus, staff and people alone", target)
	}
	switch to := position(target); {
	case to < 0:
		say("imports %s, which is not in the plan", target)
	case to > place && !testTool(dir):
		say("imports %s, which stands after it: data flows left to right, imports point right to left", target)
	}
}

// testTool packages serve tests: they may stand before what they start.
func testTool(dir string) bool {
	return under(dir, "helpdesk/store/storetest") || dir == "consent/internal/rival"
}

// askers are the rooms that speak to another server.
var askers = []string{"helpdesk/translate", "helpdesk/webhooks", "helpdesk/staff"}

func foreignImport(s source, imported string, say func(string, ...any)) {
	if strings.HasPrefix(imported, "math/rand") && !s.test() && !slices.Contains(chance, s.dir) {
		say("imports %s: it can be foretold", imported)
	}
	for _, p := range onlyVault {
		if imported == p && !s.test() && s.dir != "helpdesk/vault" {
			say("imports %s: vault alone seals and signs", imported)
		}
	}
	if imported == "net/http" && !s.test() && under(s.dir, "helpdesk") && !slices.Contains(askers, s.dir) {
		say("imports net/http: translate alone asks another server, and only the house's own; webhooks rings one, and staff asks the organisation's own sign-in, and they say nothing of anybody")
	}
	if !strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") {
		return // standard library
	}
	name, lib := libraryOf(imported)
	if name == "" {
		say("imports %s: a new library needs a line in the table, with its home and the reason", imported)
		return
	}
	if !s.test() && !anyUnder(s.dir, lib.home) {
		say("imports %s, whose home is %s (%s)", imported, strings.Join(lib.home, ", "), lib.why)
	}
}

func libraryOf(imported string) (string, library) {
	best := ""
	for name := range libraries {
		if under(imported, name) && len(name) > len(best) {
			best = name
		}
	}
	return best, libraries[best]
}

// writes finds the table a statement writes to.
var writes = regexp.MustCompile(`(?i)\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([a-z]+)_[a-z_]+`)

func body(s source, n ast.Node, say func(string, ...any)) {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		x, ok := n.X.(*ast.Ident)
		if !ok {
			return
		}
		switch name := x.Name + "." + n.Sel.Name; name {
		case "os.Getenv", "os.LookupEnv", "os.Environ":
			if !s.mayReadEnvironment() {
				say("calls %s: cmd reads the environment, rooms get values", name)
			}
		case "time.Now":
			if anyUnder(s.dir, []string{"helpdesk/hours", "helpdesk/routing"}) {
				say("calls time.Now: facts in, choice out")
			}
		case "vault.OutsideKey":
			if !under(s.dir, "consent") {
				say("names vault.OutsideKey: only the door can address somebody outside")
			}
		}
	case *ast.BasicLit:
		if n.Kind != token.STRING || testTool(s.dir) || under(s.dir, "cmd/bench") {
			return
		}
		text, _ := strconv.Unquote(n.Value)
		for _, m := range writes.FindAllStringSubmatch(text, -1) {
			switch room := path.Base(s.dir); {
			case under(s.dir, "helpdesk/search"):
				say("writes to %s: looking must not touch", m[0])
			case m[1] != room:
				say("%q: a table is written by the room it is named after, not by %s", m[0], room)
			}
		}
	case *ast.TypeSpec:
		if s.dir == "helpdesk/bus" && n.Name.Name == "Event" {
			eventFields(n, say)
		}
	}
}

// eventFields: a doorbell carries names and numbers. Redis never sees a sentence.
func eventFields(n *ast.TypeSpec, say func(string, ...any)) {
	st, ok := n.Type.(*ast.StructType)
	if !ok {
		say("bus.Event is not a struct of ids and numbers")
		return
	}
	for _, f := range st.Fields.List {
		switch t := exprName(f.Type); t {
		case "Topic", "helpdesk.ID", "int64", "int", "bool":
		default:
			say("bus.Event has a field of type %s, which can hold text: Redis never sees a sentence", t)
		}
	}
}

func exprName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return exprName(e.X) + "." + e.Sel.Name
	}
	return fmt.Sprintf("%T", e)
}

func position(dir string) int {
	for i, r := range rooms {
		if r == dir {
			return i
		}
	}
	return -1
}

// under reports whether p is root or lies below it.
func under(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

func anyUnder(p string, roots []string) bool {
	for _, r := range roots {
		if under(p, r) {
			return true
		}
	}
	return false
}

func within(p string, list []string) bool {
	for _, x := range list {
		if p == x {
			return true
		}
	}
	return false
}
