package frontend

import (
	"context"
	"io"
	"mime"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
)

// Visit is one request and who made it. It must not outlive the handler.
type Visit struct {
	Context context.Context
	Session *staff.Session // nil without one, and on person's pages
	Halfway bool           // the words were right, and the second factor is missing: no session yet
	Ended   bool           // the cookie named a session that has ended
	Quiet   bool           // asked by a script on its own, not by the visitor
	glances bool           // a page within a page of ours, which asks by itself
	Form    Form           // what was posted; empty on GET

	// Guest is the person whose session this is; nil without one, and on pages
	// of the desk.
	Guest      *people.Guest
	GuestEnded bool // their cookie named a session that has ended

	// Outsider is whose session this is on the pages under OutsidePath and
	// BranchPath, and nil everywhere else; Ended tells of theirs there.
	Outsider Outsider

	// Program is who asks a route for programs, with its keys; nil on pages and
	// where no token is needed.
	Program *staff.Working

	site        *Site
	c           *fiber.Ctx
	most        Limit // of a program's body
	look        look
	person      bool   // a person's page: another frame, language and cookie
	outside     *annex // a page of somebody outside: another cookie and door
	guestCookie string
	after       []func(context.Context)
	read, holds int64 // bytes of the body, and those beyond what is free
}

// Param is a named part of the path.
func (v *Visit) Param(name string) string {
	s, err := url.PathUnescape(v.c.Params(name))
	if err != nil {
		return ""
	}
	return s
}

// ID is Param as an id; one that was never drawn is helpdesk.ErrNotFound.
func (v *Visit) ID(name string) (helpdesk.ID, error) { return helpdesk.ParseID(v.c.Params(name)) }

// Number is Param as a number from 0.
func (v *Visit) Number(name string) (int, error) {
	n, err := strconv.Atoi(v.c.Params(name))
	if err != nil || n < 0 {
		return 0, helpdesk.ErrNotFound
	}
	return n, nil
}

// Query is a named part of the query string.
func (v *Visit) Query(name string) string { return v.c.Query(name) }

// Path is the path that was asked for, without its query.
func (v *Visit) Path() string { return v.c.Path() }

// Address is the path and query that was asked for.
func (v *Visit) Address() string { return v.c.OriginalURL() }

// Site is where browsers reach us: "https://help.example".
func (v *Visit) Site() string {
	if v.site.secure() {
		return "https://" + v.site.host(v.c)
	}
	return "http://" + v.site.host(v.c)
}

// Theme is how this browser wants pages: "light", "dark" or "".
func (v *Visit) Theme() string { return v.look.theme }

// Partial tells whether htmx asked and wants the page without its frame.
func (v *Visit) Partial() bool { return v.c.Get("HX-Request") != "" }

// Lang is the language of this visit: on person's pages the one in the
// address; else the member's, else the one chosen in this browser, else the
// first we have among those it names, else Swedish.
func (v *Visit) Lang() string {
	if v.person {
		return v.personLang()
	}
	if v.outside != nil {
		if named := v.c.Query("lang"); v.site.Words.Desk(named) {
			return named // the mail's: its reader has not been here before
		}
	}
	if v.Program != nil {
		return v.Program.User.Locale
	}
	if v.Session != nil && v.site.Words.Desk(v.Session.User.Locale) {
		return v.Session.User.Locale
	}
	if v.look.lang != "" {
		return v.look.lang
	}
	for part := range strings.SplitSeq(v.c.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
		if v.site.Words.Desk(tag) {
			return tag
		}
	}
	return "sv"
}

// Say is a sentence in the visit's language.
func (v *Visit) Say(key string, args ...any) string {
	return v.site.Words.Say(v.Lang(), key, args...)
}

// Now is the site's clock.
func (v *Visit) Now() time.Time { return v.site.Now() }

// Page is what every page of this visit begins with.
func (v *Visit) Page(title string) Page {
	return Page{
		Title: title,
		Words: Words{
			Words:  v.site.Words.Words(v.Lang(), v.site.Now(), v.site.Zone),
			Theme:  v.look.theme,
			Public: v.site.PublicName,
			proof:  v.proof,
		},
	}
}

// Show answers with page.
func (v *Visit) Show(page Shown) error { return v.ShowAs(fiber.StatusOK, page) }

// ShowAs is Show with a status.
func (v *Visit) ShowAs(status int, page Shown) error {
	around, from := framed, worthIt
	if v.Partial() && !v.person {
		around, from = alone, worthItPart
	}
	html, err := v.site.pages.render(page, around)
	if err != nil {
		return err
	}
	v.c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	v.c.Vary("HX-Request")
	return v.site.sendCompressed(v.c.Status(status), html, from)
}

// Go leads the browser to path after something was done (303).
func (v *Visit) Go(path string) error { return v.c.Redirect(path, fiber.StatusSeeOther) }

// Done answers a script that needs no words (204).
func (v *Visit) Done() error { return v.c.SendStatus(fiber.StatusNoContent) }

// Header sets a header of the answer, for scripts of ours.
func (v *Visit) Header(name, value string) { v.c.Set(name, value) }

// Asked tells whether the browser wants that kind of answer by name, as our
// scripts do: "application/json".
func (v *Visit) Asked(kind string) bool {
	for part := range strings.SplitSeq(v.c.Get(fiber.HeaderAccept), ",") {
		if name, _, _ := strings.Cut(strings.TrimSpace(part), ";"); strings.EqualFold(name, kind) {
			return true
		}
	}
	return false
}

// JSON answers a script with facts.
func (v *Visit) JSON(status int, facts any) error {
	v.c.Vary(fiber.HeaderAccept)
	return v.c.Status(status).JSON(facts)
}

// Text answers a script with a few plain words.
func (v *Visit) Text(s string) error { return v.c.SendString(s) }

// After runs work once the response is on its way: what makes the next page
// faster must not make this one slower. When many wait already it is left out;
// so only work that the next visit would find undone belongs here.
func (v *Visit) After(work func(context.Context)) {
	select {
	case v.site.later <- struct{}{}:
	default:
		return
	}
	v.after = append(v.after, work)
}

// sandbox keeps what a stranger sent from running or reaching anything, even
// when somebody opens its address directly.
const sandbox = "default-src 'none'; style-src 'none'; sandbox; frame-ancestors 'none'"

// Download sends a stranger's file of size bytes (-1 when not known) to be
// saved under name, never shown.
func (v *Visit) Download(name string, size int64, from io.Reader) error {
	v.c.Set(fiber.HeaderContentType, "application/octet-stream")
	v.c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": plainName(name)}))
	v.c.Set("Content-Security-Policy", sandbox)
	return v.stream(size, from)
}

// mostStreamed bounds what one download holds in memory; letters are smaller.
const mostStreamed = 64 << 20

// pictures are the kinds shown in place. No SVG: it is a program.
var pictures = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

// Picture shows a letter's inline image; any other kind is helpdesk.ErrNotFound.
func (v *Visit) Picture(kind string, size int64, from io.Reader) error {
	if !pictures[kind] {
		return helpdesk.ErrNotFound
	}
	v.c.Set(fiber.HeaderContentType, kind)
	v.c.Set("Content-Security-Policy", sandbox)
	v.c.Set("Cross-Origin-Resource-Policy", "same-origin")
	return v.stream(size, from)
}

// IsPicture tells whether Picture would show kind.
func IsPicture(kind string) bool { return pictures[strings.ToLower(kind)] }

// plainName keeps a file name from becoming a path or a header.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`/\:"`, r) {
			return '_'
		}
		return r
	}, strings.TrimLeft(name, ". "))
	if name == "" {
		return "file"
	}
	return name
}

// Enter gives the browser the session's cookie.
func (v *Visit) Enter(cookie string) {
	v.look.session = cookie
	v.site.writeLook(v.c, v.lookName(), v.look)
}

// Leave takes it away, and with it what the browser kept of our pages.
func (v *Visit) Leave() {
	v.look.session = ""
	v.site.writeLook(v.c, v.lookName(), v.look)
	v.c.Set("Clear-Site-Data", `"cache", "storage"`)
}

// Prefer remembers how this browser wants pages: a language we have, and
// "light", "dark" or "" (as the device says).
func (v *Visit) Prefer(lang, theme string) {
	if v.site.Words.Desk(lang) {
		v.look.lang = lang
	}
	if theme == "light" || theme == "dark" || theme == "" {
		v.look.theme = theme
	}
	v.site.writeLook(v.c, v.lookName(), v.look)
}

// Languages lists what Prefer takes.
func (v *Visit) Languages() []locale.Language { return v.site.Words.Choices(true) }

// Cookie is what staff knows the session by.
func (v *Visit) Cookie() string { return v.look.session }

// lookName is the cookie of the pages this visit is to.
func (v *Visit) lookName() string {
	if v.outside != nil {
		return v.site.annexCookie(v.outside)
	}
	return v.site.cookieName()
}
