package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
)

// OutsidePath is where the pages stand of those to whom something was handed
// over, BranchPath where volunteers of local branches find theirs, and the
// SignInPaths where they are led who may not enter.
const (
	OutsidePath       = "/p"
	OutsideSignInPath = OutsidePath + signIn
	BranchPath        = "/b"
	BranchSignInPath  = BranchPath + signIn
	signIn            = "/sign-in"
)

// annex is a set of pages for people who do not work here: where they stand, the
// cookie of their sessions, what their proofs begin with, and the catalogue's
// section of what is said there of a fault.
type annex struct{ path, cookie, proof, words string }

var (
	recipients = &annex{OutsidePath, "post", "outside", "outside"}
	volunteers = &annex{BranchPath, "side", "branch", "volunteer.fault"}
)

// Outsider is somebody who does not work here: of another organisation, signed
// in or behind a link, or of a local branch. What is theirs their own pages know;
// the craft knows the session.
type Outsider interface {
	// Session names it; it opens nothing.
	Session() helpdesk.ID
}

// OutsideDoor opens the sessions of those outside.
type OutsideDoor interface {
	// Outsider returns the session a cookie opens, or helpdesk.ErrDenied. A
	// quiet look leaves the idle clock alone.
	Outsider(ctx context.Context, cookie string, quiet bool) (Outsider, error)
}

// The permissions of the pages under OutsidePath and BranchPath. They look for a
// session of that door and never for a member's, a person's or the other door's.
var (
	// Passing needs no session: sign-in, invitations, links.
	Passing = Permission{name: "passing", outside: recipients, unproven: true, check: anybody}
	// Recipient needs the session of somebody outside.
	Recipient = Permission{name: "recipient", outside: recipients, check: hasOutsider}
	// RecipientWatching is Recipient for what a page asks by itself: it leaves the
	// idle clock alone.
	RecipientWatching = Permission{name: "recipient-watching", outside: recipients, quiet: true, check: hasOutsider}

	// BranchPassing, Volunteer and VolunteerWatching are the same at the branches'
	// door.
	BranchPassing     = Permission{name: "branch-passing", outside: volunteers, unproven: true, check: anybody}
	Volunteer         = Permission{name: "volunteer", outside: volunteers, check: hasOutsider}
	VolunteerWatching = Permission{name: "volunteer-watching", outside: volunteers, quiet: true, check: hasOutsider}
)

func anybody(*Visit) error { return nil }

func hasOutsider(v *Visit) error {
	if v.Outsider == nil {
		return helpdesk.ErrDenied
	}
	return nil
}

// annexCookie is theirs; see cookieName. It is another one than the desk's, so
// that nobody's session takes another's place.
func (s *Site) annexCookie(a *annex) string {
	if s.secure() {
		return "__Host-" + a.cookie
	}
	return a.cookie
}

// door opens the sessions of an annex; nil where nobody has any.
func (s *Site) door(a *annex) OutsideDoor {
	if a == volunteers {
		return s.Branches
	}
	return s.Outside
}

// lookUpOutsider finds who is there, as lookUpGuest does.
func (v *Visit) lookUpOutsider() error {
	v.look = v.site.readLook(v.c, v.lookName())
	door := v.site.door(v.outside)
	if v.look.session == "" || door == nil {
		return nil
	}
	found, err := door.Outsider(v.Context, v.look.session, v.Quiet)
	switch {
	case err == nil:
		v.Outsider = found
	case errors.Is(err, helpdesk.ErrDenied), errors.Is(err, helpdesk.ErrNotFound):
		v.Ended = true
	default:
		return err
	}
	return nil
}

// annexOf tells their paths from everybody else's; nil for those.
func (s *Site) annexOf(path string) *annex {
	for _, a := range []*annex{recipients, volunteers} {
		if s.door(a) != nil && (path == a.path || strings.HasPrefix(path, a.path+"/")) {
			return a
		}
	}
	return nil
}

// OnBranchEnded is done, without a session, instead of the handler of a form that
// a volunteer posts after theirs has ended: nothing typed is lost.
func (s *Site) OnBranchEnded(do Handler) { s.lateBranch = do }

// outsideFault is what their pages say of a fault, where the desk's words are
// not for them.
func (v *Visit) outsideFault(err error, key string, status int) (string, int) {
	switch {
	case errors.Is(err, helpdesk.ErrDenied):
		return v.outside.words + ".notfound", fiber.StatusNotFound // nobody learns what there is besides theirs
	case key == "fault.notfound", key == "fault.large", key == "fault.conflict":
		return v.outside.words + strings.TrimPrefix(key, "fault"), status
	}
	return key, status
}

// Ring mounts a doorbell of somebody outside: a websocket that says that
// something they look at has changed, and never what. rings decides for what,
// and must check their right to it. It closes with 4401 when the session has
// ended. Whoever can't have one asks by Heard.
func (s *Site) Ring(path string, rings func(*Visit) ([]bus.Ring, error)) {
	watching := RecipientWatching
	if strings.HasPrefix(path, BranchPath+"/") {
		watching = VolunteerWatching
	}
	s.Route(fiber.MethodGet, path, watching, func(v *Visit) error {
		of, err := rings(v)
		if err != nil {
			return err
		}
		session := v.Outsider.Session()
		if err := v.Allow("outside-live", string(session), liveRate); err != nil {
			return err
		}
		return s.lift(v, deskLine, session, &outsideBell{s.door(v.outside), v.look.session, session}, append(of, bus.Ring{Topic: staff.TopicSession, Subject: session}))
	})
}

// outsideBell is the actor of such a line.
type outsideBell struct {
	door    OutsideDoor
	cookie  string
	session helpdesk.ID
}

func (b *outsideBell) act(ctx context.Context, rang []bus.Event, _ []byte, _ bool) ([][]byte, error) {
	// It rings seldom, so each ring asks whether they are still there: a store
	// that does not answer is no reason to close, and the page asks anew anyway.
	_, err := b.door.Outsider(ctx, b.cookie, true)
	if errors.Is(err, helpdesk.ErrDenied) || errors.Is(err, helpdesk.ErrNotFound) {
		return nil, errEnded
	}
	if len(rang) == 0 {
		return nil, nil
	}
	return [][]byte{[]byte(`{"changed":true}`)}, nil
}

// Changed answers a script that asks whether changed() is true; where it is not,
// with nothing (204). With wait in its query it is a long poll.
func (v *Visit) Changed(rings []bus.Ring, changed func(context.Context, Outsider) (bool, error)) error {
	if v.Query("wait") != "" {
		return v.heard(rings, changed)
	}
	is, err := changed(v.Context, v.Outsider)
	switch {
	case err != nil:
		return err
	case !is:
		return v.Done()
	}
	return v.JSON(fiber.StatusOK, itChanged)
}

var itChanged = json.RawMessage(`{"changed":true}`)

// heard answers as soon as changed() is true, asked at once and whenever one of
// rings rings, or with nothing (204) after 25 seconds. At most two wait for one
// session; when that ends, the script is told (401).
func (v *Visit) heard(rings []bus.Ring, changed func(context.Context, Outsider) (bool, error)) error {
	who := v.Outsider
	session := who.Session()
	// Listen first, ask then: nothing can happen unheard in between.
	l := v.site.Bus.Listen(nil, append([]bus.Ring{{Topic: staff.TopicSession, Subject: session}}, rings...)...)
	defer l.Close()
	turn := v.site.waits.enter(session)
	defer v.site.waits.leave(session, turn)
	over := time.NewTimer(pollTime)
	defer over.Stop()
	for {
		is, err := changed(v.Context, who)
		if err != nil {
			return err
		}
		if is {
			return v.JSON(fiber.StatusOK, itChanged)
		}
		select {
		case <-l.Ready():
			for _, more := l.Next(); more; _, more = l.Next() {
			}
		case <-over.C:
			return v.Done()
		case <-turn:
			return v.Done()
		case <-v.Context.Done():
			return v.Done()
		}
		if who, err = v.site.door(v.outside).Outsider(v.Context, v.look.session, true); err != nil {
			v.Outsider = nil
			return err
		}
	}
}
