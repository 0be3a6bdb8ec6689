package post

import (
	"strings"
	"testing"
	"time"
)

func TestHTMLLosesWhatLoadsRunsOrSubmitsAndKeepsTheWords(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"words", "<p>Salaam <b>you</b></p>", "<p>Salaam <b>you</b></p>"},
		{"script", `a<script>alert(1)</script>b`, `ab`},
		{"style", `a<style>@import url(http://e.example)</style>b`, `ab`},
		{"style attribute", `<p style="background:url(http://e.example/x)" class="x" id="y">a</p>`, `<p>a</p>`},
		{"event", `<b onclick="x()">a</b>`, `<b>a</b>`},
		{"remote picture", `<img src="https://e.example/pixel.gif" alt="a">`, `<img alt="a">`},
		{"protocol-relative picture", `<img src="//e.example/p.gif" alt="a">`, `<img alt="a">`},
		{"data picture", `<img src="data:image/svg+xml,x" alt="a">`, `<img alt="a">`},
		{"srcset", `<img srcset="https://e.example/p.gif 2x" alt="a">`, `<img alt="a">`},
		{"our own picture", `<img src="cid:one@x" width="10">`, `<img src="cid:one@x" width="10">`},
		{"cell background", `<table background="http://e.example/"><tr><td background="http://e.example/">a</td></tr></table>`, `<table><tr><td>a</td></tr></table>`},
		{"link", `<a href="https://e.example/?a=b">a</a>`, `<a href="https://e.example/?a=b" rel="nofollow noreferrer">a</a>`},
		{"script link", `<a href="javascript:alert(1)">a</a>`, `a`},
		{"script link in disguise", "<a href=\"java\tscript:alert(1)\">a</a>", `a`},
		{"relative link", `<a href="/w/sign-out">a</a>`, `a`},
		{"form", `<form action="/w/x"><input name="a" value="b"><button>c</button>d</form>`, `cd`},
		{"meta refresh", `<meta http-equiv="refresh" content="0;url=http://e.example">a`, `a`},
		{"base", `<base href="http://e.example/">a`, `a`},
		{"head link", `<link rel="stylesheet" href="http://e.example/a.css">a`, `a`},
		{"frame", `<iframe src="http://e.example"></iframe>a`, `a`},
		{"svg", `<svg><image href="http://e.example/a"/><text>b</text></svg>a`, `ba`},
		{"noscript words", `<noscript>read me</noscript>`, `read me`},
		{"comment", `a<!-- <b> -->b<!--[if mso]>c<![endif]-->`, `ab`},
		{"title", `<head><title>t</title></head><body>a</body>`, `a`},
		{"closes nothing of ours", `a</div></div></article>b`, `ab`},
		{"left open", `<div><b>a`, `<div><b>a</b></div>`},
		{"crossed", `<b><i>a</b>b</i>`, `<b><i>a</i></b>b`},
		{"right to left", `<p dir="rtl" lang="prs">a</p>`, `<p dir="rtl" lang="prs">a</p>`},
		{"escaped stays escaped", `&lt;script&gt;a&amp;b`, `&lt;script&gt;a&amp;b`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Harmless(c.in); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestNestingWithoutEndKeepsTheWordsAndStaysBounded(t *testing.T) {
	got := Harmless(strings.Repeat("<div>", 100_000) + "word" + strings.Repeat("</div>", 100_000))
	if !strings.Contains(got, "word") || strings.Count(got, "<div>") != maxNesting || strings.Count(got, "</div>") != maxNesting {
		t.Errorf("%d opened, %d closed, word kept: %v", strings.Count(got, "<div>"), strings.Count(got, "</div>"), strings.Contains(got, "word"))
	}
}

func TestInlinePicturesPointToOurOwnAttachments(t *testing.T) {
	body := Harmless(`<img src="cid:a%40b&amp;c" alt="x"><img src="CID:gone"><img src="http://e.example/">`)
	got := Inline(body, func(cid string) string {
		if cid == "a@b&c" {
			return `/w/file?x="1"&y`
		}
		return ""
	})
	if want := `<img src="/w/file?x=&#34;1&#34;&amp;y" alt="x">`; !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s first", got, want)
	}
	if strings.Contains(got, "gone") || strings.Contains(got, "e.example") {
		t.Errorf("a source is left that nobody answered for: %s", got)
	}
}

func FuzzHarmless(f *testing.F) {
	for _, s := range []string{"<p>a", "<img src=cid:a>", `<a href="mailto:a@b">`, "</b><i>", "<svg><style><img src=x>", "<math><mtext><table><mglyph><style><img src=x onerror=1>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := Harmless(in)
		low := strings.ToLower(out)
		for _, bad := range []string{"<script", "<style", "<form", "<meta", "<link", "<iframe", "<base", "<svg", "<math", "<input", "<object"} {
			if strings.Contains(low, bad) {
				t.Fatalf("%q left in %q", bad, out)
			}
		}
		if again := Harmless(out); again != Harmless(again) {
			t.Fatalf("not stable: %q then %q", again, Harmless(again))
		}
	})
}

// A link that never ends is read as far as the next one begins, not to the end of
// what a link may hold: that cost a second a thousand.
func TestLinksThatNeverEndCostNoMoreThanTheirLength(t *testing.T) {
	body := strings.Repeat(`<a href="http://x.example/">y`, 30_000)
	start := time.Now()
	if got := Harmless(body + `<a href="http://x.example/">www.bank.example`); !strings.Contains(got, "[http://x.example/] www.bank.example") {
		t.Errorf("the last one misleads: %q", got[len(got)-200:])
	}
	slow := time.Since(start)
	start = time.Now()
	Harmless(strings.ReplaceAll(body, "y", "y</a>"))
	if fast := time.Since(start); slow > 10*fast+time.Second {
		t.Errorf("%s, closed ones %s", slow, fast)
	}
}
