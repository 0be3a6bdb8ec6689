package stories

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// paper has the browser show what a printer would get.
func (v *visitor) paper(on bool) {
	v.t.Helper()
	media := ""
	if on {
		media = "print"
	}
	if _, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media}); err != nil {
		v.t.Fatal(err)
	}
}

// sheets prints the page and counts the sheets of paper.
func (v *visitor) sheets() int {
	v.t.Helper()
	got, err := chromedp.Call(v.ctx, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69})
	if err != nil {
		v.t.Fatal(err)
	}
	return strings.Count(string(got.Data), "/Type /Page\n") + strings.Count(string(got.Data), "/Type /Page/") + strings.Count(string(got.Data), "/Type /Page ")
}

// Poster, leaflet and cards carry the address, a square that says no more than
// it, and nothing of the page around them.
func TestWhatIsPrintedCarriesTheAddressAndNothingElse(t *testing.T) {
	t.Parallel()
	w := evening(t)
	for _, s := range []screen{phone, desk} {
		t.Run(s.name, func(t *testing.T) {
			p := visit(t, w, s)
			for _, lang := range []string{"ar", "sv"} {
				for _, what := range []string{"poster", "leaflet", "cards"} {
					p.open("/" + lang + "/print/" + what)
					p.accessible(what)
					p.narrow(what)
					p.paper(true)
					if seen := p.eval(`[...document.querySelectorAll("header.bar, footer, form, .no-print, a.exit")].filter(e => e.checkVisibility()).length`); seen != "0" {
						t.Errorf("%s: %s parts of the page are printed with it", what, seen)
					}
					text := p.eval(`document.querySelector("main").innerText`)
					if !strings.Contains(text, strings.TrimPrefix(w.url, "http://")) && !strings.Contains(text, w.url) {
						t.Errorf("%s: no address in %s", what, text)
					}
					if label := p.eval(`document.querySelector("svg.qr").getAttribute("aria-label")`); !strings.HasSuffix(strings.TrimSpace(label), "/"+lang+"/") {
						t.Errorf("%s: the square says %q", what, label)
					}
					if n := p.sheets(); n != 1 {
						t.Errorf("%s in %s takes %d sheets", what, lang, n)
					}
					p.shot("print-" + what + "-" + lang)
					p.paper(false)
				}
			}
		})
	}
}
