package frontend

import (
	"crypto/rand"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"returnsupport/helpdesk"
)

// Faults of the craft itself; rooms report the facts of package helpdesk.
var (
	errPanicked    = errors.New("handler panicked")
	errCrossSite   = errors.New("request from another site")
	errNotOurProxy = errors.New("plain request not from our proxy")
	errNoProof     = errors.New("form without proof")
	errTooLarge    = errors.New("body too large")
	errBadForm     = errors.New("form cannot be read")
	errNotAdmitted = errors.New("waits for a member to admit them")
	errInterpreter = errors.New("an interpreter reads what was lent to them alone")
	errNoGuest     = errors.New("no person's session")
	errLateFile    = errors.New("file for a session that has ended")
)

// Fault is the page of what went wrong: what happened, what is safe, what to
// do next.
type Fault struct {
	Page
	Status   int
	What     string
	Safe     string
	Next     string
	Incident string // "" unless it is in the log
	Back     string
	Home     string // where their pages begin
	HomeText string
	Again    *Again
}

// SignInPath and WaitingPath are where those are led who may not enter yet,
// LentPath where interpreters work.
const (
	SignInPath  = "/w/sign-in"
	WaitingPath = "/w/waiting"
	LentPath    = "/w/lent"
)

type answer struct {
	status int
	key    string // fault.<key>.what, .safe and .next
}

func facts(err error) (answer, bool) {
	var f *fiber.Error
	switch {
	case errors.Is(err, helpdesk.ErrNotFound):
		return answer{fiber.StatusNotFound, "notfound"}, true
	case errors.Is(err, helpdesk.ErrConflict):
		return answer{fiber.StatusConflict, "conflict"}, true
	case errors.Is(err, helpdesk.ErrDenied):
		return answer{fiber.StatusForbidden, "denied"}, true
	case errors.Is(err, errCrossSite), errors.Is(err, errNoProof):
		return answer{fiber.StatusForbidden, "proof"}, true
	case errors.Is(err, helpdesk.ErrUnavailable):
		return answer{fiber.StatusServiceUnavailable, "away"}, true
	case errors.Is(err, errNotOurProxy):
		return answer{fiber.StatusMisdirectedRequest, "proxy"}, true
	case errors.Is(err, errTooLarge):
		return answer{fiber.StatusRequestEntityTooLarge, "large"}, true
	case errors.Is(err, errBadForm):
		return answer{fiber.StatusBadRequest, "form"}, true
	case errors.As(err, &f) && f.Code < 500:
		if f.Code == fiber.StatusNotFound || f.Code == fiber.StatusMethodNotAllowed {
			return answer{f.Code, "notfound"}, true
		}
		return answer{f.Code, "form"}, true
	}
	return answer{fiber.StatusInternalServerError, "ours"}, false
}

// fail turns an error into a status and words. Only what we cannot explain is
// logged, once, with the number the page shows.
func (s *Site) fail(v *Visit, err error) error {
	if !safeMethod(v.c.Method()) {
		// The body may not have been read to its end; the rest must not be
		// taken for the next request.
		v.c.Context().SetConnectionClose()
	}
	if v.person {
		return s.failPerson(v, err)
	}
	if errors.Is(err, errNotAdmitted) {
		return v.lead(WaitingPath)
	}
	if errors.Is(err, errInterpreter) {
		return v.lead(LentPath)
	}
	if v.outside != nil && errors.Is(err, helpdesk.ErrDenied) && v.Outsider == nil {
		return v.lead(v.outside.path + signIn + "?ended=" + v.endedWhile())
	}
	if v.Halfway && errors.Is(err, helpdesk.ErrDenied) {
		return v.lead(FactorPath + "?" + url.Values{"to": {v.returnTo()}}.Encode())
	}
	if wrong, asked := v.unproven(err); asked {
		return v.askProof(wrong)
	}
	if v.outside == nil && errors.Is(err, helpdesk.ErrDenied) && v.Session == nil {
		return v.lead(SignInPath + "?" + url.Values{"to": {v.returnTo()}, "ended": {v.endedWhile()}}.Encode())
	}
	s.refused(v, err)
	page := Fault{Page: v.Page(""), Back: v.backPath(), Home: "/w/queue", HomeText: v.Say("fault.home")}
	if v.outside != nil {
		page.Home, page.HomeText = v.outside.path, v.Say(v.outside.words+".home")
	}
	var no helpdesk.Refusal
	var often tooOften
	switch {
	case errors.As(err, &no):
		page.Status, page.What = fiber.StatusUnprocessableEntity, v.Say(no.Key, no.Args...)
		page.Safe, page.Next = v.Say("fault.refused.safe"), v.Say("fault.refused.next")
	case errors.As(err, &often):
		seconds := often.seconds()
		v.c.Set(fiber.HeaderRetryAfter, strconv.Itoa(seconds))
		page.Status, page.What = fiber.StatusTooManyRequests, v.Say("fault.often.what")
		page.Safe, page.Next = v.Say("fault.often.safe"), v.Say("fault.often.next", seconds)
	default:
		a, known := facts(err)
		page.Status = a.status
		key := "fault." + a.key
		if v.outside != nil {
			key, page.Status = v.outsideFault(err, key, page.Status)
		}
		page.What, page.Safe, page.Next = v.Say(key+".what"), v.Say(key+".safe"), v.Say(key+".next")
		if a.key == "away" {
			if page.Again = v.away(err); page.Again != nil {
				page.Safe = v.Say("fault.away.again")
			}
		}
		if !known {
			page.Incident = incident()
			s.Log.Error("request failed", "incident", page.Incident, "method", v.c.Method(), "route", v.c.Route().Path, "err", err)
		}
	}
	page.Title = page.What
	return v.ShowAs(page.Status, page)
}

// refused logs that somebody with an account asked for what is not theirs to do:
// who and which route, never what.
func (s *Site) refused(v *Visit, err error) {
	if !errors.Is(err, helpdesk.ErrDenied) {
		return
	}
	switch {
	case v.Session != nil:
		s.Log.Warn("refused", "user", v.Session.User.ID, "method", v.c.Method(), "route", v.c.Route().Path)
	case v.Program != nil:
		s.Log.Warn("refused", "user", v.Program.User.ID, "method", v.c.Method(), "route", v.c.Route().Path)
	case v.Outsider != nil:
		s.Log.Warn("refused", "session", v.Outsider.Session(), "method", v.c.Method(), "route", v.c.Route().Path)
	}
}

// lastResort answers what no route took, and failures on the way to one.
func (s *Site) lastResort(c *fiber.Ctx, err error) error {
	v := &Visit{site: s, c: c, outside: s.annexOf(c.Path())}
	if ofPrograms(c.Path()) {
		return s.problem(v, err)
	}
	if v.outside != nil || s.Guests == nil || ofDesk(c.Path()) {
		v.look = s.readLook(c, v.lookName())
	} else {
		v.person = true
	}
	if errors.Is(err, helpdesk.ErrDenied) {
		err = helpdesk.ErrNotFound // without a route there is nothing to sign in to
	}
	if failed := s.fail(v, err); failed != nil {
		s.Log.Error("cannot show a failure", "err", failed)
		return c.SendStatus(fiber.StatusInternalServerError)
	}
	return nil
}

// ofDesk tells the desk's paths from everybody else's.
func ofDesk(path string) bool { return path == "/w" || strings.HasPrefix(path, "/w/") }

// incident is a number people can read over the phone.
func incident() string { return strings.ToUpper(rand.Text()[:8]) }

// lead is Go, also when a script asked: htmx then leaves the page, too.
func (v *Visit) lead(path string) error {
	if v.Partial() {
		v.c.Set("HX-Redirect", path)
		return v.c.SendStatus(fiber.StatusUnauthorized)
	}
	if v.Quiet {
		return v.c.SendStatus(fiber.StatusUnauthorized)
	}
	return v.Go(path)
}

// returnTo is the page to come back to after signing in: the one asked for,
// or, after a POST, the one the form stood on.
func (v *Visit) returnTo() string {
	if v.c.Method() == fiber.MethodGet && !v.Partial() {
		return OwnPath(v.c.OriginalURL())
	}
	return v.backPath()
}

func (v *Visit) endedWhile() string {
	switch {
	case !v.Ended:
		return ""
	case safeMethod(v.c.Method()):
		return "1"
	default:
		return "writing"
	}
}

// backPath is the page of the desk the visitor came from, else "".
func (v *Visit) backPath() string { return v.backWithin(deskPath) }

// backWithin is the page of ours under a path that the visitor came from, else "".
func (v *Visit) backWithin(under string) string {
	u, err := url.Parse(v.c.Get(fiber.HeaderReferer))
	if err != nil || !strings.EqualFold(u.Host, v.site.host(v.c)) {
		return ""
	}
	return within(u.RequestURI(), under)
}

const deskPath = "/w"

// OwnPath returns path if it leads to a page of the desk, else "": nobody is
// led to another site by a link that looks like ours.
func OwnPath(path string) string { return within(path, deskPath) }

func within(path, under string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, under+"/") || strings.ContainsAny(path, "\\\r\n") {
		return ""
	}
	return path
}
