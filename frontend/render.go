package frontend

import (
	"bytes"
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"sync"

	"returnsupport/frontend/locale"
	"returnsupport/frontend/templates"
)

// Words is what a page and each of its parts can say, and the proof their
// forms carry.
type Words struct {
	locale.Words
	Theme  string // "", "light" or "dark"
	Public string // what the service calls itself
	proof  func(route string) string
}

// ProofText is the proof alone, for scripts that post.
func (w Words) ProofText(route string) string {
	if w.proof == nil {
		return ""
	}
	return w.proof(route)
}

// Proof is the hidden field of a form that posts to route, given as it was
// mounted: "/w/t/:id/take".
func (w Words) Proof(route string) template.HTML {
	return template.HTML(`<input type="hidden" name="proof" value="` + w.ProofText(route) + `">`) // base64 alone
}

// Page is embedded by every page struct.
type Page struct {
	Words
	Title  string
	Member bool     // a member's page: brings the desk's scripts
	Bell   string   // where its doorbell is; "" without
	Brings []string // scripts and sheets of a page that is no member's: "partner.js"
}

func (p Page) page() Page { return p }

// Shown is a page struct: it embeds Page, or PublicPage, and has a template of
// its own name.
type Shown interface{ page() Page }

// pages is the one parsed set of templates.
type pages struct {
	set    *template.Template
	sprite template.HTML
}

// frame is what stands around a page's own template.
type frame struct {
	Page
	Sprite template.HTML
	Body   template.HTML
}

// publicFrame is the same for a person's page.
type publicFrame struct {
	PublicPage
	Body template.HTML
}

// around says what is rendered around a page.
type around int

const (
	framed  around = iota // its frame
	alone                 // nothing: a script puts it into a page
	inFrame               // the frame of a person's page that stands in another
)

// thePages are parsed once: they lie in the binary, and each page a set shows
// for the first time is made safe for where its values stand, which takes longer
// than to show it.
var thePages = sync.OnceValues(func() (*pages, error) {
	a, err := theAssets()
	if err != nil {
		return nil, err
	}
	return newPages(a)
})

func newPages(a *assets) (*pages, error) {
	p := &pages{}
	sprite, err := a.sprite()
	if err != nil {
		return nil, err
	}
	p.sprite = sprite
	p.set, err = template.New("").Funcs(template.FuncMap{
		"asset": a.path,
		"icon":  icon,
		"sheet": func(name string) bool { return strings.HasSuffix(name, ".css") },
	}).ParseFS(templates.Files, "parts/*.html", "*/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	return p, nil
}

// icon draws a symbol of the sprite; the word stands beside it, so it is
// hidden from those who listen.
func icon(name string) template.HTML {
	class := "icon"
	switch name {
	case "send", "reply", "reply-all", "chevron-right", "chevron-left", "log-out", "undo-2":
		class = "icon mirrored" // they point somewhere: right-to-left turns them
	}
	return template.HTML(`<svg class="` + class + `" aria-hidden="true" focusable="false"><use href="#i-` + template.HTMLEscapeString(name) + `"/></svg>`)
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// render executes page's template, named like its type, with or without the
// frame around it. Nothing is sent before all of it is rendered, so a failing
// template never leaves half a page.
func (p *pages) render(page Shown, with around) ([]byte, error) {
	buf := buffers.Get().(*bytes.Buffer)
	defer func() { clear(buf.Bytes()); buf.Reset(); buffers.Put(buf) }()
	name := templateName(page)
	if err := p.set.ExecuteTemplate(buf, name, page); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	if with == alone {
		return bytes.Clone(buf.Bytes()), nil
	}
	body := template.HTML(buf.String()) // made by our own templates just above
	buf.Reset()
	var err error
	if persons, ok := page.(interface{ public() PublicPage }); ok {
		of := publicFrame{persons.public(), body}
		of.Bare = of.Bare || with == inFrame
		err = p.set.ExecuteTemplate(buf, "frontend.publicFrame", of)
	} else {
		err = p.set.ExecuteTemplate(buf, "frontend.frame", frame{page.page(), p.sprite, body})
	}
	if err != nil {
		return nil, fmt.Errorf("render frame of %s: %w", name, err)
	}
	return bytes.Clone(buf.Bytes()), nil
}

func templateName(page any) string {
	t := reflect.TypeOf(page)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.String()
}

// Templates names every template there is, for the test that renders all.
func (s *Site) Templates() []string {
	var names []string
	for _, t := range s.pages.set.Templates() {
		if strings.Contains(t.Name(), ".") && !strings.HasSuffix(t.Name(), ".html") {
			names = append(names, t.Name())
		}
	}
	return names
}

// Render is what Show would send, framed: for tests, and for a page that is kept
// as a file.
func (s *Site) Render(page Shown) ([]byte, error) { return s.pages.render(page, framed) }

// WordsFor returns the words of lang outside a visit; for tests and notices.
func (s *Site) WordsFor(lang string) Words {
	return Words{Words: s.Words.Words(lang, s.Now(), s.Zone), Public: s.PublicName}
}
