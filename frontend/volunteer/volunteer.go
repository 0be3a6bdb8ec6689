// Package volunteer is the branches' door: how a volunteer of a local branch
// comes in, hands somebody on with their yes, follows what becomes of it, asks
// without names, gives cards away and finds help near.
//
// Never: a ticket, nor that one exists. It knows the branches' room and the
// directory; what a branch may see of a person that room asks of the consent
// wing at each look.
package volunteer

import (
	"context"
	"net/http"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
)

// Rooms is what these pages work with.
type Rooms struct {
	Staff     *staff.Desk
	Branches  *branches.Desk
	Directory *directory.Room
	Office    *office.Office
}

// hall holds the rooms behind the handlers.
type hall struct {
	Rooms
	site *frontend.Site
}

// Mount adds every route of the volunteers to site. All of them stand here, each
// with its permission.
func Mount(site *frontend.Site, rooms Rooms) {
	h := &hall{rooms, site}
	site.OnBranchEnded(h.late)

	// The door. What is only followed uses nothing up.
	site.Route("GET", "/b/sign-in", frontend.BranchPassing, h.signInPage)
	site.Route("POST", "/b/sign-in", frontend.BranchPassing, frontend.Knocking(h.signIn))
	site.Route("POST", "/b/again", frontend.BranchPassing, frontend.Knocking(h.again))
	site.Route("GET", "/b/invitation/:token", frontend.BranchPassing, h.invitation)
	site.Route("POST", "/b/invitation/:token", frontend.BranchPassing, frontend.Knocking(h.accept))
	site.Route("POST", "/b/language", frontend.BranchPassing, h.language)
	site.Route("POST", "/b/leave", frontend.Volunteer, h.leave)
	site.Route("GET", "/b/here", frontend.Volunteer, h.here)

	// Somebody is handed on.
	site.Route("GET", "/b", frontend.Volunteer, h.home)
	site.Route("GET", "/b/hand-on", frontend.Volunteer, admitted(h.handPage))
	site.Route("POST", "/b/hand-on", frontend.Volunteer, admitted(h.handOn))
	site.Route("POST", "/b/hand-on/next", frontend.Volunteer, admitted(h.handNext))
	site.Route("POST", "/b/kept", frontend.Volunteer, admitted(h.kept))
	site.Route("GET", "/b/danger", frontend.Volunteer, admitted(h.dangerPage))
	site.Route("POST", "/b/danger", frontend.Volunteer, admitted(h.danger))

	// What becomes of it.
	site.Route("GET", "/b/t/:id", frontend.Volunteer, admitted(h.follow))
	site.Route("POST", "/b/t/:id/say", frontend.Volunteer, admitted(h.say))
	site.Route("POST", "/b/t/:id/task", frontend.Volunteer, admitted(h.turn))
	site.Route("POST", "/b/t/:id/authority", frontend.Volunteer, admitted(h.takeOver))
	site.Route("GET", "/b/t/:id/news", frontend.VolunteerWatching, admitted(h.followNews))
	site.Ring("/b/t/:id/bell", h.followRings)

	// Beside the counsellors, about nobody by name.
	site.Route("GET", "/b/ask", frontend.Volunteer, admitted(h.askPage))
	site.Route("POST", "/b/ask", frontend.Volunteer, admitted(h.ask))
	site.Route("GET", "/b/talk/:id", frontend.Volunteer, admitted(h.talk))
	site.Route("POST", "/b/talk/:id/say", frontend.Volunteer, admitted(h.sayInTalk))
	site.Route("GET", "/b/talk/:id/news", frontend.VolunteerWatching, admitted(h.talkNews))
	site.Ring("/b/talk/:id/bell", h.talkRings)
	site.Route("GET", "/b/how", frontend.Volunteer, admitted(h.howPage))
	site.Route("POST", "/b/how", frontend.Volunteer, admitted(h.how))
	site.Route("POST", "/b/how/drop", frontend.Volunteer, admitted(h.dropHow))

	// Cards to give.
	site.Route("GET", "/b/cards", frontend.Volunteer, admitted(h.cards))
	site.Route("POST", "/b/cards/print", frontend.Volunteer, admitted(h.printCards))
	site.Route("POST", "/b/cards/drop", frontend.Volunteer, admitted(h.dropCard))

	// What we do, and who else helps.
	site.Route("GET", "/b/know", frontend.Volunteer, h.know)
	site.Route("GET", "/b/guide", frontend.Volunteer, h.guide)
	site.Route("GET", "/b/near", frontend.Volunteer, h.near)
	site.Route("GET", "/b/near/:service", frontend.Volunteer, h.nearOne)

	// The branch's own people.
	site.Route("GET", "/b/members", frontend.Volunteer, admitted(h.members))
	site.Route("POST", "/b/members/admit", frontend.Volunteer, admitted(h.admit))
	site.Route("POST", "/b/members/invite", frontend.Volunteer, leading(h.invite))
	site.Route("POST", "/b/members/renew", frontend.Volunteer, leading(h.renew))
	site.Route("POST", "/b/members/end", frontend.Volunteer, leading(h.endMember))
}

// Entrance opens the sessions of volunteers, for frontend.Options.
func Entrance(desk *staff.Desk) frontend.OutsideDoor { return entrance{desk} }

type entrance struct{ desk *staff.Desk }

func (e entrance) Outsider(ctx context.Context, cookie string, quiet bool) (frontend.Outsider, error) {
	o, err := e.desk.Volunteer(ctx, cookie, quiet)
	if err != nil {
		return nil, err
	}
	return somebody{o}, nil
}

// Prove hears again who somebody is, in digits of any script.
func (e entrance) Prove(ctx context.Context, cookie, secret string) error {
	return e.desk.ProveVolunteer(ctx, cookie, frontend.Latin(secret))
}

// somebody is who came, for one request.
type somebody struct{ *staff.Outsider }

// Session names theirs.
func (s somebody) Session() helpdesk.ID { return s.ID }

// waits tells whether somebody of their branch has to let them in first.
func (s somebody) waits() bool { return s.User.State != staff.Active }

// who is the volunteer of a visit whose permission asked for one.
func who(v *frontend.Visit) somebody { return v.Outsider.(somebody) }

// admitted is a handler that somebody who still waits finds not to be there.
func admitted(do frontend.Handler) frontend.Handler {
	return func(v *frontend.Visit) error {
		if who(v).waits() {
			return helpdesk.ErrNotFound
		}
		return do(v)
	}
}

// leading is a handler for the branch's coordinator alone.
func leading(do frontend.Handler) frontend.Handler {
	return admitted(func(v *frontend.Visit) error {
		if !who(v).Lead {
			return helpdesk.ErrNotFound
		}
		return do(v)
	})
}

// script tells whether a script of ours asked, which wants facts and no page.
func script(v *frontend.Visit) bool { return v.Asked("application/json") }

// refused answers a script that a rule says no.
func refused(v *frontend.Visit, no helpdesk.Refusal) error {
	return v.JSON(http.StatusUnprocessableEntity, struct {
		Refused string `json:"refused"`
	}{v.Say(no.Key, no.Args...)})
}

// idle is after how long without a hand on it the page locks itself, as the
// session does.
const idle = 5 * time.Minute
