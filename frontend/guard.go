package frontend

import (
	"net"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/net/publicsuffix"
)

// policy lets a page run our own files and nothing else. Styles may not be
// inline either: a sanitised letter keeps its words, not its paint.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard stands before every route: headers, where the request came from, and
// a net under handlers that panic.
func (s *Site) guard(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.Log.Error("handler panicked", "route", c.Route().Path, "stack", string(debug.Stack()))
			err = errPanicked
		}
	}()
	for k, v := range map[string]string{
		"Content-Security-Policy":    policy,
		"Cache-Control":              "no-store",
		"Referrer-Policy":            "same-origin", // no-referrer would make our own forms say Origin: null
		"X-Content-Type-Options":     "nosniff",
		"X-Frame-Options":            "DENY",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Permissions-Policy":         "camera=(), geolocation=(), microphone=()",
		"X-Robots-Tag":               "noindex, nofollow",
	} {
		c.Set(k, v)
	}
	if s.secure() {
		c.Set("Strict-Transport-Security", strict(s.host(c)))
	}
	if s.proxy && !s.believed(c.Context().RemoteAddr()) {
		return errNotOurProxy
	}
	switch path := c.Path(); {
	case path == "/" && s.landing:
		c.Vary(fiber.HeaderAcceptLanguage)
		return c.Redirect("/"+s.Words.Match(c.Get(fiber.HeaderAcceptLanguage))+"/", fiber.StatusSeeOther)
	case s.home != "" && (path == "/" || path == "/w" || path == "/w/"):
		return c.Redirect(s.home, fiber.StatusSeeOther)
	}
	if !safeMethod(c.Method()) && !ofPrograms(c.Path()) && !s.sameSite(c) {
		return errCrossSite
	}
	return c.Next()
}

// strict is the rule for browsers to come back over TLS alone, for a year (RFC
// 6797). It holds for the names under ours, too, unless ours is the organisation's
// own: under that may stand what is not ours.
func strict(host string) string {
	const year = "max-age=31536000"
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	own, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(strings.TrimSuffix(name, ".")))
	if err != nil || !strings.HasSuffix(strings.ToLower(name), "."+own) {
		return year
	}
	return year + "; includeSubDomains"
}

// secure tells whether browsers reach us over TLS, ours or the proxy's.
func (s *Site) secure() bool { return s.tls || s.proxy }

func safeMethod(m string) bool { return m == fiber.MethodGet || m == fiber.MethodHead }

// sameSite tells whether a request that changes something, or opens a
// websocket, came from a page of ours. Sec-Fetch-Site cannot be forged by a
// page; on a plain address browsers do not send it, there Origin must be ours.
// A request with neither is refused: every browser of this decade sends one.
func (s *Site) sameSite(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	return s.ownOrigin(c.Get("Origin"), c)
}

func (s *Site) ownOrigin(origin string, c *fiber.Ctx) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	scheme := "http"
	if s.secure() {
		scheme = "https"
	}
	return u.Scheme == scheme && strings.EqualFold(u.Host, s.host(c))
}

// host is the name the browser used.
func (s *Site) host(c *fiber.Ctx) string {
	if s.proxy && s.believed(c.Context().RemoteAddr()) {
		if h := c.Get("X-Forwarded-Host"); h != "" {
			return h
		}
	}
	return string(c.Request().Host())
}
