package frontend

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/gofiber/fiber/v2"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// Permission is who may use a route. The zero value lets nobody in.
type Permission struct {
	name     string
	check    func(*Visit) error
	person   bool   // of person's pages
	guest    bool   // needs a person's session
	outside  *annex // of pages under OutsidePath or BranchPath
	quiet    bool   // never the visitor's own action
	anyhow   bool   // done also when nobody can be looked up
	unproven bool   // forms need no proof: there may be no session to tie it to
}

// The permissions of staff pages. Rooms check rights to things again, in the
// query itself; these say who may knock at all.
var (
	// Anyone needs no session; a session is looked up if there is one.
	Anyone = Permission{name: "anyone", unproven: true, check: func(*Visit) error { return nil }}
	// Arriving has given the words, and may still lack the second factor.
	Arriving = Permission{name: "arriving", check: func(v *Visit) error {
		if v.Session == nil && !v.Halfway {
			return helpdesk.ErrDenied
		}
		return nil
	}}
	// Newcomer has signed in, and may still wait for a member to admit them.
	Newcomer = Permission{name: "newcomer", check: func(v *Visit) error {
		if v.Session == nil {
			return helpdesk.ErrDenied
		}
		return nil
	}}
	// Member has signed in and was admitted to a team.
	Member = Permission{name: "member", check: func(v *Visit) error {
		if v.Session == nil {
			return helpdesk.ErrDenied
		}
		if v.Session.User.Kind == staff.Interpreter {
			return errInterpreter
		}
		if len(v.Session.Teams()) == 0 && !v.Session.Coordinator() {
			return errNotAdmitted
		}
		return nil
	}}
	// Reader reads what was lent to them: interpreters, who have no other
	// pages, and members, to whom things are lent, too.
	Reader = Permission{name: "reader", check: func(v *Visit) error {
		if v.Session != nil && v.Session.User.Kind == staff.Interpreter {
			return nil
		}
		return Member.check(v)
	}}
	// Coordinator manages teams and people.
	Coordinator = Permission{name: "coordinator", check: func(v *Visit) error {
		if v.Session == nil || !v.Session.Coordinator() {
			return helpdesk.ErrDenied
		}
		return nil
	}}
)

// Handler answers one visit: who, what, may they, do, show.
type Handler func(*Visit) error

// Limit bounds the body of a request, in bytes; files count too.
type Limit int64

// Limits of request bodies.
const (
	Fields  Limit = 512 << 10 // a form without files; a long letter fits many times
	Uploads Limit = 26 << 20  // with attachments: what mail servers commonly take
)

// patience is how long one request may take in all.
const patience = 30 * time.Second

// Route adds a route; there is no other way, so each has its permission. POST
// bodies are read and their proof checked before the handler runs, within
// limit (Fields if none is given).
func (s *Site) Route(method, path string, may Permission, do Handler, limit ...Limit) {
	if may.check == nil || do == nil {
		panic("route " + method + " " + path + " has no permission or no handler")
	}
	most := Fields
	if len(limit) > 0 {
		most = limit[0]
	}
	s.app.Add(method, path, func(c *fiber.Ctx) error {
		if tag := c.Params("lang"); may.person && tag != "" && !s.Words.Has(tag) {
			return c.Next() // not a language: somebody else's path
		}
		defer s.measure(c, may, time.Now())
		// Fiber does not notice a visitor who left, so time bounds the work.
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		v, err := s.visit(ctx, c, may)
		defer s.finish(v) // also when the handler panics
		if err == nil {
			err = s.serve(v, may, do, most)
		}
		if err != nil {
			return s.fail(v, err)
		}
		v.back()
		return nil
	})
}

// measure tells of a request that is answered. One whose handler panics is not
// counted here: it is in the log.
func (s *Site) measure(c *fiber.Ctx, may Permission, began time.Time) {
	if s.Measured != nil {
		s.Measured(may.door(), c.Response().StatusCode(), may.quiet, time.Since(began))
	}
}

// door is whose pages a permission is of.
func (p Permission) door() string {
	switch {
	case p.person:
		return "persons"
	case p.outside == volunteers:
		return "branches"
	case p.outside != nil:
		return "partners"
	}
	return "desk"
}

func (s *Site) serve(v *Visit, may Permission, do Handler, most Limit) error {
	posted := !safeMethod(v.c.Method())
	err := may.check(v)
	if errors.Is(err, errNoGuest) && posted && s.late != nil {
		do, err = s.late, nil
	}
	if v.outside == volunteers && v.Outsider == nil && posted && s.lateBranch != nil && errors.Is(err, helpdesk.ErrDenied) {
		do, may, err = s.lateBranch, BranchPassing, nil
	}
	if err != nil {
		return err
	}
	if posted {
		if err := v.readForm(may, most); err != nil {
			return err
		}
	}
	if posted {
		if err := v.proveFirst(); err != nil {
			return err
		}
	}
	return do(v)
}

// finish starts what a handler put off; Shutdown waits for it.
func (s *Site) finish(v *Visit) {
	v.letGo()
	for _, work := range v.after {
		s.working.Add(1)
		go func() {
			defer s.working.Done()
			defer func() {
				if r := recover(); r != nil {
					s.Log.Error("work put off panicked", "stack", string(debug.Stack()))
				}
				<-s.later
			}()
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			work(ctx)
		}()
	}
	v.after = nil
}

// visit gathers who is there. A session that ended is no error: the
// permission decides whether one is needed.
func (s *Site) visit(ctx context.Context, c *fiber.Ctx, may Permission) (*Visit, error) {
	v := &Visit{Context: ctx, site: s, c: c, person: may.person, outside: may.outside}
	v.Quiet, v.glances = may.quiet || c.Get("X-Quiet") != "", may.person && may.quiet && !may.guest
	if v.person {
		c.Set("Content-Security-Policy", personPolicy)
		if err := v.lookUpGuest(); !may.anyhow {
			return v, err
		}
		return v, nil
	}
	if v.outside != nil {
		return v, v.lookUpOutsider()
	}
	v.look = s.readLook(c, s.cookieName())
	if v.look.session != "" {
		session, err := s.Door.Session(ctx, v.look.session, v.Quiet)
		switch {
		case err == nil:
			v.Session = session
		case errors.Is(err, staff.ErrFactor):
			v.Halfway = true
		case errors.Is(err, helpdesk.ErrDenied), errors.Is(err, helpdesk.ErrNotFound):
			v.Ended = true
		default:
			return v, err
		}
	}
	return v, nil
}
