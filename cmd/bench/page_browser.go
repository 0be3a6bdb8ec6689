package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

const chromium = "/usr/bin/chromium"

// slow3G is what Chromium's tools call so.
var slow3G = network.Conditions{Latency: 400, DownloadThroughput: 50_000, UploadThroughput: 50_000}

// slowNet times a browser without a cache in each language: until text stands
// on the landing page and on the chat's first page, and from opening that to
// the first message being kept.
func (b *bench) slowNet(p *openPages, tags []string) {
	if _, err := os.Stat(chromium); err != nil {
		b.Fatal("bench: needs Chromium at " + chromium + ": apt-get install chromium")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(chromium), chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-dev-shm-usage", true),
	}
	if runtime.GOOS == "linux" && os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	ctx, stop := chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(options...))
	defer stop()
	b.check(chromedp.Do(ctx))
	var landing, opened, sent []time.Duration
	worst := map[string]string{}
	for _, tag := range tags {
		one, err := shown(ctx, p.r.base+"/"+tag+"/")
		b.check(err)
		two, three, err := firstMessage(ctx, p.r.base+"/"+tag+"/start")
		b.check(err)
		for name, x := range map[string]struct {
			all *[]time.Duration
			d   time.Duration
		}{"landing": {&landing, one}, "opened": {&opened, two}, "sent": {&sent, three}} {
			if len(*x.all) == 0 || x.d > percentile(*x.all, 100) {
				worst[name] = tag
			}
			*x.all = append(*x.all, x.d)
		}
	}
	told := func(all []time.Duration, name string) string {
		return fmt.Sprintf("p50 %.2f s, worst %.2f s (%s)", percentile(all, 50).Seconds(), percentile(all, 100).Seconds(), worst[name])
	}
	row("slow 3G: text on the landing page", told(landing, "landing"), "≤ 1.5 s")
	row("slow 3G: text on the chat's first page", told(opened, "opened"), "≤ 1.5 s")
	row("slow 3G: from opening it to the first message kept", told(sent, "sent"), "≤ 4 s")
}

// tab is a browser context without cache or cookies, on a slow net.
func tab(parent context.Context) (context.Context, func(), error) {
	ctx, done := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	end := func() {
		cancel()
		done()
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile)); err != nil {
		return ctx, end, err
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		return ctx, end, err
	}
	slow := slow3G
	_, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule,
		network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{&slow}})
	return ctx, end, err
}

// shown is from navigation to the first text or picture on the screen.
func shown(parent context.Context, address string) (time.Duration, error) {
	ctx, end, err := tab(parent)
	defer end()
	if err != nil {
		return 0, err
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		return 0, err
	}
	return painted(ctx)
}

const firstPaint = `(performance.getEntriesByName("first-contentful-paint")[0] || {startTime: 0}).startTime`

func painted(ctx context.Context) (time.Duration, error) {
	for ctx.Err() == nil {
		if ms, err := number(ctx, firstPaint); err != nil || ms > 0 {
			return time.Duration(ms * float64(time.Millisecond)), err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return 0, ctx.Err()
}

func number(ctx context.Context, js string) (float64, error) {
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+js+")"))
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(text, 64)
}

// press does what somebody quick does next, as soon as the page shows, and
// tells where the browser is. It answers each question it is shown with its
// first plain answer: alone at the phone, the page's own language, no
// interpreter where one is offered, not detained, an adult.
const press = `(() => {
	if (!performance.getEntriesByName("first-contentful-paint").length) return "";
	const words = document.querySelector('form[action$="/begin"] textarea[name=text]');
	if (words) {
		if (!words.value) { words.value = "Hello. What now?"; words.form.requestSubmit(); }
		return "";
	}
	for (const q of ["[name=shared][value=no]", "[name=tongue]", "[name=interpreter]", "[name=detained][value=no]", "[name=about][value=adult]"]) {
		const b = document.querySelector("button" + q);
		if (!b) continue;
		if (window.pressed !== q) { window.pressed = q; b.click(); }
		return "";
	}
	return location.pathname;
})()`

// firstMessage goes through all the questions, skips none and sends a message: when the first
// page showed, and when the message was kept, both from opening that page.
func firstMessage(parent context.Context, address string) (opened, sent time.Duration, err error) {
	ctx, end, err := tab(parent)
	defer end()
	if err != nil {
		return 0, 0, err
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		return 0, 0, err
	}
	began, err := number(ctx, "performance.timeOrigin")
	if err != nil {
		return 0, 0, err
	}
	if opened, err = painted(ctx); err != nil {
		return 0, 0, err
	}
	for ctx.Err() == nil {
		at, err := chromedp.Run(ctx, chromedp.Evaluate[string](press))
		if err == nil && strings.HasSuffix(at, "/code/offer") {
			break
		}
		time.Sleep(5 * time.Millisecond) // between two pages nothing can be asked
	}
	// The answer that leads on from the form says that the message is kept.
	kept, err := number(ctx, `performance.timeOrigin + performance.getEntriesByType("navigation")[0].redirectEnd`)
	return opened, time.Duration((kept - began) * float64(time.Millisecond)), err
}
