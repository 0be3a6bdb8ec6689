package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// corridorRounds is how often a phone loses its net while somebody is handed on.
const corridorRounds = 5

// corridor is a volunteer's phone on slow 3G: until its first page can be used,
// and, when the net was away during the five taps, from its return until what
// waited has been sent.
func (b *bench) corridor(base string, w *branchSide) {
	if _, err := os.Stat(chromium); err != nil {
		b.Fatal("bench: needs Chromium at " + chromium + ": apt-get install chromium")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(chromium), chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-dev-shm-usage", true)}
	if runtime.GOOS == "linux" && os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses its sandbox to root
	}
	ctx, stop := chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(options...))
	defer stop()
	b.check(chromedp.Do(ctx))
	var shown, usable, sent []time.Duration
	for range corridorRounds {
		one, two, three, err := b.tapFive(ctx, base, w)
		b.check(err)
		shown, usable, sent = append(shown, one), append(usable, two), append(sent, three)
	}
	worst := func(all []time.Duration) string {
		return fmt.Sprintf("p50 %.2f s, worst %.2f s", percentile(all, 50).Seconds(), percentile(all, 100).Seconds())
	}
	also("slow 3G: text on the volunteer's first page", worst(shown))
	row("slow 3G: the volunteer's first page can be used", worst(usable), "be ≤ 2 s")
	row("from the net's return to sent", worst(sent), "be ≤ 10 s")
}

// taps answers all five questions, keeps it on the phone, and tells once it
// waits.
const taps = `(async () => {
	const step = (name) => document.querySelector('[data-step="' + name + '"]:not([hidden])');
	const tap = (name, value) => step(name).querySelector('button[data-value="' + value + '"]').click();
	document.querySelector("a[data-hand]").click();
	tap("knows", "yes"); tap("urgent", "yes"); tap("language", "ti"); tap("reach", "branch");
	step("need").querySelector("[data-send]").click();
	for (let n = 0; n < 600 && !localStorage.getItem("kept"); n++) {
		const alone = step("alone");
		if (alone) alone.querySelector('[data-alone="yes"]').click();
		await new Promise((go) => setTimeout(go, 50));
	}
	return localStorage.getItem("kept") ? "waits" : document.body.innerText;
})()`

func (b *bench) tapFive(parent context.Context, base string, w *branchSide) (shown, usable, sent time.Duration, err error) {
	ctx, end, err := tab(parent)
	defer end()
	if err != nil {
		return 0, 0, 0, err
	}
	if _, err = chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "side", Value: w.session + "~en~", URL: base + "/"}); err != nil {
		return 0, 0, 0, err
	}
	if err = chromedp.Do(ctx, chromedp.Navigate(base+"/b")); err != nil {
		return 0, 0, 0, err
	}
	if shown, err = painted(ctx); err != nil {
		return 0, 0, 0, err
	}
	// Deferred scripts have run when this event is over: a tap does something.
	took, err := number(ctx, `performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd`)
	if err != nil {
		return 0, 0, 0, err
	}
	usable = time.Duration(took * float64(time.Millisecond))
	if err = b.net(ctx, network.Conditions{Offline: true}); err != nil {
		return 0, 0, 0, err
	}
	said, err := chromedp.Run(ctx, chromedp.Evaluate[string](taps, chromedp.EvalAwaitPromise))
	if err != nil || said != "waits" {
		return 0, 0, 0, fmt.Errorf("nothing waits on the phone: %s %w", said, err)
	}
	if err = b.net(ctx, slow3G); err != nil {
		return 0, 0, 0, err
	}
	back := time.Now()
	for ctx.Err() == nil {
		left, err := chromedp.Run(ctx, chromedp.Evaluate[string](`String(localStorage.getItem("kept"))`))
		if err != nil {
			return 0, 0, 0, err
		}
		if left == "null" {
			return shown, usable, time.Since(back), nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return 0, 0, 0, ctx.Err()
}

// net is what the phone's net is like from now on.
func (b *bench) net(ctx context.Context, is network.Conditions) error {
	_, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{&is}})
	return err
}
