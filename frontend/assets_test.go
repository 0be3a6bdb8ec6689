package frontend

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"returnsupport/frontend/static"
)

// vendored files stand as their makers released them.
var vendored = map[string]string{
	"htmx-2.0.11.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
}

func TestVendoredFilesAreUnchanged(t *testing.T) {
	for name, want := range vendored {
		content, err := static.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s has the sum %s", name, got)
		}
		if !strings.Contains(string(content), "2.0.11") {
			t.Errorf("%s is not the version its name says", name)
		}
	}
}

func TestStaticFilesAreKeptForEverAndSmall(t *testing.T) {
	h := newHouse(t, doors)
	total := 0
	for name, hashed := range h.site.assets.hashed {
		res, body := h.ask(h.browser(""), "GET", "/static/"+hashed, "", nil, "Accept-Encoding", "gzip")
		if res.StatusCode != 200 || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %s", name, res.StatusCode, res.Header.Get("Cache-Control"))
		}
		total += len(body)
		if res.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			plain, err := io.ReadAll(z)
			if err != nil || string(plain) != string(h.site.assets.byName[hashed].plain) {
				t.Errorf("%s does not unpack to itself: %v", name, err)
			}
		}
	}
	if total > 80_000 {
		t.Errorf("all static files together: %d bytes gzipped", total)
	}
	for _, bad := range []string{"/static/desk.css", "/static/../site.go", "/static/%2e%2e%2fsite.go"} {
		if res, _ := h.ask(h.browser(""), "GET", bad, "", nil); res.StatusCode != 404 {
			t.Errorf("%s: %d", bad, res.StatusCode)
		}
	}
}

func TestNoScriptOrStyleStandsInAPage(t *testing.T) {
	h := newHouse(t, doors)
	_, text := h.ask(h.browser(""), "GET", "/nowhere", "", nil)
	for _, bad := range []string{"<script>", "onclick=", "style=", "javascript:"} {
		if strings.Contains(text, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
}
