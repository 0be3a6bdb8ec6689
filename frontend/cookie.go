package frontend

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// look is what one browser wants of pages: it lies beside the session in the
// one cookie, so that the sign-in page already speaks the right language.
type look struct {
	session string // what staff calls the cookie; "" when signed out
	lang    string // "" means what the browser asks for
	theme   string // "", "light" or "dark"
}

// cookieName carries __Host- wherever TLS is spoken: such a cookie can't be
// set by another host or over plain HTTP. On plain loopback browsers drop
// Secure cookies, so there, and only there, the plain name stands.
func (s *Site) cookieName() string {
	if s.secure() {
		return "__Host-desk"
	}
	return "desk"
}

func (s *Site) readLook(c *fiber.Ctx, name string) look {
	parts := strings.Split(c.Cookies(name), "~")
	if len(parts) != 3 || len(parts[0]) > 128 {
		return look{}
	}
	l := look{session: parts[0], lang: parts[1], theme: parts[2]}
	if !s.Words.Desk(l.lang) {
		l.lang = ""
	}
	if l.theme != "light" && l.theme != "dark" {
		l.theme = ""
	}
	return l
}

func (s *Site) writeLook(c *fiber.Ctx, name string, l look) {
	cookie := &fiber.Cookie{
		Name: name, Value: l.session + "~" + l.lang + "~" + l.theme, Path: "/",
		HTTPOnly: true, Secure: s.secure(), SameSite: fiber.CookieSameSiteLaxMode,
	}
	if l.session == "" && l.lang == "" && l.theme == "" {
		cookie.Value, cookie.Expires = "", time.Unix(1, 0)
	}
	c.Cookie(cookie)
}

// knownCookie keeps the mark of a browser in which somebody came in before. It is
// no part of the other: that one ends when the browser is closed.
func (s *Site) knownCookie() string {
	if s.secure() {
		return "__Host-known"
	}
	return "known"
}

// Mark is what this browser keeps in which somebody came in before, "" in one
// that is new to us: see staff.Desk.Mark.
func (v *Visit) Mark() string { return v.c.Cookies(v.site.knownCookie()) }

// Remember lets it keep one, for three months.
func (v *Visit) Remember(mark string) {
	v.c.Cookie(&fiber.Cookie{
		Name: v.site.knownCookie(), Value: mark, Path: "/", MaxAge: 90 * 24 * 60 * 60,
		HTTPOnly: true, Secure: v.site.secure(), SameSite: fiber.CookieSameSiteStrictMode,
	})
}
