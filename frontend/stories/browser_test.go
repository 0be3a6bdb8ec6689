package stories

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// chromium is the program the stories drive. Absent, they skip with a sentence
// that says how to get it; in CI absence fails.
const chromium = "/usr/bin/chromium"

var started struct {
	once sync.Once
	ctx  context.Context
	stop context.CancelFunc
	err  error
}

// TestMain ends the one browser all stories share.
func TestMain(m *testing.M) {
	code := m.Run()
	if started.stop != nil {
		started.stop()
	}
	os.Exit(code)
}

func browser(t *testing.T) context.Context {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		const how = "browser stories need Chromium at " + chromium + ": apt-get install chromium"
		if os.Getenv("CI") == "true" {
			t.Fatal(how)
		}
		fmt.Fprintln(os.Stderr, how)
		t.Skip(how)
	}
	started.once.Do(func() {
		options := []chromedp.ExecAllocatorOption{
			chromedp.ExecPath(chromium), chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-sync", true), chromedp.Flag("disable-background-networking", true),
			chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("lang", "sv"),
			chromedp.IgnoreCertErrors, // of the neutral page the exit leads to; the house speaks plain HTTP here
		}
		if runtime.GOOS == "linux" && os.Geteuid() == 0 {
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
	ctx, cancel := context.WithTimeout(tab, 5*time.Minute)
	t.Cleanup(cancel)
	v := &visitor{t: t, w: w, ctx: ctx, name: s.name, base: w.url}
	var more []chromedp.EmulateViewportOption
	if s.phone {
		more = append(more, chromedp.EmulateMobile)
	}
	v.do(chromedp.EmulateViewport(s.width, s.height, more...))
	return v
}

func (v *visitor) do(all ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, all...); err != nil {
		v.shot("failed")
		v.t.Fatalf("%v\nat %s\nlog:\n%s", err, v.eval("location.href"), v.w.log)
	}
}

func (v *visitor) open(path string) { v.t.Helper(); v.do(chromedp.Navigate(v.base + path)) }

// arrives waits until a page is there with its scripts.
func (v *visitor) arrives(what, js string) {
	v.t.Helper()
	v.until(what, `document.readyState === "complete" && (`+js+`)`)
}

// eval returns what an expression is, as text.
func (v *visitor) eval(js string) string {
	out, err := chromedp.Run(v.ctx, chromedp.Evaluate[string]("String("+js+")"))
	if err != nil {
		return err.Error()
	}
	return out
}

// until waits for an expression to become true.
func (v *visitor) until(what, js string) {
	v.t.Helper()
	for range 900 { // 45 s and more: a slow machine runs other tests beside
		if v.eval(js) == "true" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	v.shot("failed")
	v.t.Fatalf("%s: never\nat %s\n%s\nlog:\n%s", what, v.eval("location.href"), v.eval("document.body.innerText"), v.w.log)
}

func (v *visitor) sees(words string) {
	v.t.Helper()
	b, _ := json.Marshal(words)
	v.until("sees "+words, "document.body && document.body.innerText.includes("+string(b)+")")
}

func (v *visitor) click(selector string) {
	v.t.Helper()
	for range 20 {
		err := chromedp.Do(v.ctx, chromedp.WaitVisible(selector), chromedp.Click(selector))
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "Could not find node") {
			v.shot("failed")
			v.t.Fatalf("%v\nat %s\nlog:\n%s", err, v.eval("location.href"), v.w.log)
		}
		// The list was drawn anew between looking and pressing: press again.
	}
	v.t.Fatalf("%s is drawn anew all the time\nat %s", selector, v.eval("location.href"))
}

func (v *visitor) typeInto(selector, text string) {
	v.t.Helper()
	v.do(chromedp.WaitVisible(selector), chromedp.SendKeys(selector, text))
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

func (v *visitor) signIn() {
	v.t.Helper()
	v.open("/w/sign-in")
	v.typeInto("#login", "ada")
	v.typeInto("#words", strings.ToUpper(v.w.words)+" ")
	v.click("main button.main")
	v.until("the queue", `location.pathname === "/w/queue"`)
}
