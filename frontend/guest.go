package frontend

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
)

// GuestDoor opens the sessions of persons; *people.Registry is one.
type GuestDoor interface {
	// Guest returns the session a cookie opens, or helpdesk.ErrDenied. A quiet
	// look leaves the idle clock alone.
	Guest(ctx context.Context, cookie string, quiet bool) (*people.Guest, error)
	// Author tells whose session a cookie was, for a while after it ended, or
	// helpdesk.ErrDenied.
	Author(ctx context.Context, cookie string) (helpdesk.ID, error)
	// Leave ends it at once.
	Leave(ctx context.Context, cookie string) error
}

// The permissions of person's pages. They look for a person's session and
// never for a member's.
var (
	// Public needs no session; a person's is looked up if their cookie is there.
	Public = Permission{name: "public", person: true, unproven: true, check: func(*Visit) error { return nil }}
	// Guest needs a person's session. Without one a page leads to /LANG/code,
	// and a form goes to OnGuestEnded: what somebody wrote is not lost.
	Guest = Permission{name: "guest", person: true, guest: true, check: hasGuest}
	// Watching is Guest for what a page asks by itself: it is no action of the
	// person's own and leaves their idle clock alone.
	Watching = Permission{name: "watching", person: true, guest: true, quiet: true, check: hasGuest}
	// Glancing is Watching for a frame that asks by itself, and that tells the
	// person itself when their session has ended: v.Guest is nil then. In a
	// frame no other page of ours may stand.
	Glancing = Permission{name: "glancing", person: true, quiet: true, check: func(*Visit) error { return nil }}
)

func hasGuest(v *Visit) error {
	if v.Guest == nil {
		return errNoGuest
	}
	return nil
}

// guestCookieName is the person's own cookie; see cookieName.
func (s *Site) guestCookieName() string {
	if s.secure() {
		return "__Host-talk"
	}
	return "talk"
}

// lookUpGuest finds who is there. A session that ended is no error: the
// permission decides whether one is needed.
func (v *Visit) lookUpGuest() error {
	cookie := v.c.Cookies(v.site.guestCookieName())
	if cookie == "" || len(cookie) > 128 || v.site.Guests == nil {
		return nil
	}
	v.guestCookie = cookie
	g, err := v.site.Guests.Guest(v.Context, cookie, v.Quiet)
	switch {
	case err == nil:
		v.Guest = g
	case errors.Is(err, helpdesk.ErrDenied), errors.Is(err, helpdesk.ErrNotFound):
		v.GuestEnded = true
	default:
		return err
	}
	return nil
}

// EnterGuest gives the browser a person's cookie: for as long as the browser
// is open, and for our pages alone.
func (v *Visit) EnterGuest(cookie string) {
	v.guestCookie, v.GuestEnded = cookie, false
	v.writeGuest(cookie, time.Time{})
}

// LeaveGuest takes it away, and with it what the browser kept of our pages.
func (v *Visit) LeaveGuest() {
	v.guestCookie, v.Guest = "", nil
	v.writeGuest("", time.Unix(1, 0))
	v.c.Set("Clear-Site-Data", `"cache", "storage"`)
}

func (v *Visit) writeGuest(value string, expires time.Time) {
	v.c.Cookie(&fiber.Cookie{
		Name: v.site.guestCookieName(), Value: value, Path: "/", Expires: expires,
		SessionOnly: expires.IsZero(), HTTPOnly: true, Secure: v.site.secure(), SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// GuestCookie is what people knows the session by; "" when the browser sent
// none.
func (v *Visit) GuestCookie() string { return v.guestCookie }

// OnGuestEnded takes the forms that arrive for a session that has ended. Its
// handler finds the fields in v.Form, files only where people.Author still knows
// the cookie, and the cookie in v.GuestCookie. The form came from a page of
// ours; that it was the person's own cannot be proven any more.
func (s *Site) OnGuestEnded(do Handler) { s.late = do }

// Public mounts a person's page at path behind each language: "/talk" becomes
// "/:lang/talk", the route that proofs name. What changes something is bounded
// for each address, high enough for a house full of people behind one. What needs
// no session begins something or guesses, and may be blocked for a while.
func (s *Site) Public(method, path string, may Permission, do Handler, limit ...Limit) {
	if !may.person {
		panic("route " + method + " " + path + " is mounted for persons with a permission of the desk")
	}
	if path == "/" && method == fiber.MethodGet {
		s.landing = true
	}
	switch {
	case safeMethod(method):
	case may.guest:
		do = Within("person-post", s.Ceiling, do)
	default:
		do = s.beginning(do)
	}
	s.Route(method, "/:lang"+strings.TrimSuffix(path, "/"), may, do, limit...)
}

// personLang is the language a person's page names first in its address. It
// reads the path, not the route: a request too broken for any has none.
func (v *Visit) personLang() string {
	first, _, _ := strings.Cut(strings.TrimPrefix(v.c.Path(), "/"), "/")
	if v.site.Words.Has(first) {
		return first
	}
	return v.site.Words.Match(v.c.Get(fiber.HeaderAcceptLanguage))
}
