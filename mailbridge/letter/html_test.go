package letter

import "testing"

func TestTextIsMadeFromHTML(t *testing.T) {
	for html, want := range map[string]string{
		"<p>Hello <b>big</b>\n  world</p><p>second</p>": "Hello big world\n\nsecond",
		"a<br>b<br><br>c":                                                 "a\nb\n\nc",
		"<div>a</div><div><br></div><div>b</div>":                         "a\n\nb",
		"<ul><li>one<li>two</ul>after":                                    "- one\n- two\n\nafter",
		"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>": "a b\nc",
		"x<blockquote>y<blockquote>z</blockquote></blockquote>w":          "x\n> y\n>> z\nw",
		"<pre>a\n  b\n\nc</pre>":                                          "a\n  b\n\nc",
		"<a href='https://x.example/y'>here</a>":                          "here <https://x.example/y>",
		"<a href='https://x.example/'>x.example</a>":                      "x.example",
		"<a href='javascript:alert(1)'>here</a>":                          "here",
		"<a href='mailto:a@b'>a@b</a>":                                    "a@b",
		"<img src=x alt='a cat'>":                                         "[a cat]",
		"<script>alert(1)</script><style>p{}</style><title>t</title>x":    "x",
		"<noscript>shown</noscript><object>shown too":                     "shownshown too",
		"&lt;b&gt; &amp; &nbsp;&euro; &#228;&#0;":                         "<b> &  € ä\ufffd",
		"a\u00a0b":        "a b",
		"<!-- x -->a<!b>": "a",
		"unclosed <b":     "unclosed",
		"":                "",
	} {
		if got := TextFromHTML(html); got != want {
			t.Errorf("%q: %q, want %q", html, got, want)
		}
	}
}
