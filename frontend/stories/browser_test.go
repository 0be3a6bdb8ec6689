package stories

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	system "runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// programs are those the stories can drive; the first that is there does. The
// shell is the same engine without windows and profiles: each of the hundreds of
// browsers people have here costs little more than half. With neither they skip
// with a sentence that says how to get one; in CI absence fails.
var programs = []string{"/usr/lib/chromium/chromium-headless-shell", "/usr/bin/chromium"}

func chromium(t *testing.T) string {
	t.Helper()
	for _, path := range programs {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	how := "browser stories need one of " + strings.Join(programs, ", ") + ": apt-get install chromium-headless-shell"
	if os.Getenv("CI") == "true" {
		t.Fatal(how)
	}
	fmt.Fprintln(os.Stderr, how)
	t.Skip(how)
	return ""
}

var started struct {
	once sync.Once
	ctx  context.Context
	stop context.CancelFunc
	err  error
}

// TestMain ends the one browser all stories share.
func TestMain(m *testing.M) {
	// Stories wait more than they work: for mail, for an undo to lapse, for news.
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(system.GOMAXPROCS(0)) {
		if err := f.Value.Set(strconv.Itoa(3 * system.GOMAXPROCS(0))); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	if started.stop != nil {
		started.stop()
	}
	os.Exit(code)
}

func browser(t *testing.T) context.Context {
	t.Helper()
	program := chromium(t)
	started.once.Do(func() {
		options := []chromedp.ExecAllocatorOption{
			chromedp.ExecPath(program), chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-sync", true), chromedp.Flag("disable-background-networking", true),
			chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("lang", "sv"),
			// Nothing is started ahead, or beside, of what a story asks for.
			chromedp.Flag("disable-features", "SpareRendererForSitePerProcess,Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider"),
			chromedp.Flag("disable-extensions", true), chromedp.Flag("disable-default-apps", true), chromedp.Flag("disable-breakpad", true),
			chromedp.Flag("mute-audio", true),
			// Several people look at once, and each looks at the front.
			chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("disable-renderer-backgrounding", true),
			chromedp.Flag("disable-backgrounding-occluded-windows", true),
			chromedp.IgnoreCertErrors, // of the neutral page the exit leads to; the house speaks plain HTTP here
		}
		if system.GOOS == "linux" && os.Geteuid() == 0 {
			options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
		}
		started.ctx, started.stop = chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(options...))
		started.err = chromedp.Do(started.ctx)
	})
	if started.err != nil {
		t.Fatal(started.err)
	}
	return started.ctx
}

// visitor is one person with a browser of their own.
type visitor struct {
	t    *testing.T
	w    *world
	ctx  context.Context
	name string
	base string // where they reach the house
}

// screen sizes the stories are told at.
type screen struct {
	name          string
	width, height int64
	phone         bool
}

var phone, desk = screen{"360", 360, 740, true}, screen{"1440", 1440, 900, false}

func visit(t *testing.T, w *world, s screen) *visitor {
	t.Helper()
	tab, done := chromedp.NewContext(browser(t), chromedp.WithNewBrowserContext())
	t.Cleanup(done)
	ctx, cancel := context.WithTimeout(tab, 8*time.Minute)
	t.Cleanup(cancel)
	v := &visitor{t: t, w: w, ctx: ctx, name: s.name, base: w.url}
	var more []chromedp.EmulateViewportOption
	if s.phone {
		more = append(more, chromedp.EmulateMobile)
	}
	v.do(chromedp.EmulateViewport(s.width, s.height, more...))
	if _, err := chromedp.Call(v.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	return v
}

// asPerson: what a story does counts as done by a hand.
func asPerson(p *runtime.EvaluateParams) { p.UserGesture = new(true) }

func (v *visitor) do(all ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, all...); err != nil {
		v.shot("failed")
		v.t.Fatalf("%v\nat %s\nlog:\n%s", err, v.eval("location.href"), v.w.log)
	}
}

// open types an address. A page that is just leading elsewhere may get in its
// way once more.
func (v *visitor) open(path string) {
	v.t.Helper()
	var err error
	v.w.soon("open "+path, func() bool {
		err = chromedp.Do(v.ctx, chromedp.Navigate(v.base+path))
		return err == nil || !strings.Contains(err.Error(), "net::ERR_ABORTED")
	})
	if err != nil {
		v.t.Fatalf("open %s: %v\nlog:\n%s", path, err, v.w.log)
	}
}

// arrives waits until a page is there with its scripts.
func (v *visitor) arrives(what, js string) {
	v.t.Helper()
	v.until(what, `document.readyState === "complete" && (`+js+`)`)
}

// eval returns what an expression is, as text.
func (v *visitor) eval(js string) string {
	var out string
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		// A page whose first half is there has words already, but not yet its fields.
		if out = v.once(js); !strings.Contains(out, "properties of null") || v.ctx.Err() != nil || time.Now().After(deadline) {
			return out
		}
	}
}

// once is eval for who asks again anyway.
func (v *visitor) once(js string) string {
	out, err := chromedp.Run(v.ctx, chromedp.Evaluate[string]("String("+js+")", asPerson))
	if err != nil {
		return err.Error()
	}
	return out
}

// patience is how long a story waits for anything at all. It says nothing of how
// fast the house is: other packages' tests may have the machine to themselves
// for a while.
const patience = 2 * time.Minute

// until waits for an expression to become true.
func (v *visitor) until(what, js string) {
	v.t.Helper()
	v.tries(what, js, "true")
}

// tries evaluates an expression until it is what is wanted.
func (v *visitor) tries(what, js, wanted string) {
	v.t.Helper()
	var got string
	pause := 10 * time.Millisecond
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(pause) {
		pause = min(pause*3/2, 100*time.Millisecond) // who asks all the time keeps others from working
		if got = v.once(js); got == wanted {
			return
		}
		if v.ctx.Err() != nil {
			break
		}
	}
	v.shot("failed")
	v.t.Fatalf("%s: never; at last %s\nat %s\n%s\nlog:\n%s", what, got, v.eval("location.href"), v.eval("document.body.innerText"), v.w.log)
}

func (v *visitor) sees(words string) {
	v.t.Helper()
	b, _ := json.Marshal(words)
	v.until("sees "+words, "document.body && document.body.innerText.includes("+string(b)+")")
}

// find is what a hand needs: the element is there, can be seen, is not switched
// off, and nothing lies over its middle. It is looked for and used in one breath,
// so that a list that is drawn anew meanwhile can't come between.
const find = `const e = document.querySelector(selector);
	if (!e) return "it is not there";
	if (!e.checkVisibility({visibilityProperty: true})) return "it is hidden";
	if (e.matches(":disabled")) return "it is switched off";
	const under = where => {
		e.scrollIntoView({block: where, inline: "nearest", behavior: "instant"});
		const box = e.getClientRects()[0], hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
		return hit && (e.contains(hit) || e.closest("label")?.contains(hit) || hit.closest("label")?.control === e) ? null : hit;
	};
	if (under("nearest") !== null && under("center") !== null) return "something lies over it";
	e.focus({preventScroll: true});
`

// hand does something with an element as soon as a hand could.
func (v *visitor) hand(selector, do string, more ...string) {
	v.t.Helper()
	var given strings.Builder
	for _, one := range append([]string{selector}, more...) {
		b, err := json.Marshal(one)
		if err != nil {
			v.t.Fatal(err)
		}
		given.Write(append(b, ','))
	}
	v.tries(selector, "((selector, words) => {"+find+do+`; return "done"})(`+given.String()+")", "done")
}

func (v *visitor) click(selector string) { v.t.Helper(); v.hand(selector, `e.click()`) }

// typeInto writes behind what stands in a field.
func (v *visitor) typeInto(selector, text string) {
	v.t.Helper()
	v.hand(selector, `if (e.setSelectionRange && e.type !== "email") e.setSelectionRange(e.value.length, e.value.length);
		if (!document.execCommand("insertText", false, words)) return "it takes no words"`, text)
}

// dark chooses what the device says it wants.
func (v *visitor) dark(on bool) {
	v.t.Helper()
	value := "light"
	if on {
		value = "dark"
	}
	_, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
	})
	if err != nil {
		v.t.Fatal(err)
	}
}

// shot keeps a picture of the whole page in the folder RETURNSUPPORT_SHOTS.
func (v *visitor) shot(name string) {
	folder := os.Getenv("RETURNSUPPORT_SHOTS")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		v.t.Logf("no picture of %s: %v", name, err)
		return
	}
	file := filepath.Join(folder, strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(name)+"-"+v.name+".png")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		v.t.Error(err)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		v.t.Error(err)
	}
}

func (v *visitor) signIn() { v.t.Helper(); v.signInAs("ada", v.w.words) }

func (v *visitor) signInAs(login, words string) {
	v.t.Helper()
	v.signInto(login, words, "/w/queue")
}

// signInto signs in and waits for the page that somebody of their kind begins at.
func (v *visitor) signInto(login, words, begins string) {
	v.t.Helper()
	v.open("/w/sign-in")
	v.typeInto("#login", login)
	v.typeInto("#words", strings.ToUpper(words)+" ")
	v.click("main button.main")
	v.arrives(begins, `location.pathname === "`+begins+`"`)
}
