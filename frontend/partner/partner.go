// Package partner is the recipient's door: how somebody of another organisation
// comes in, with an account or by a link and a code, and what was handed over
// to them.
//
// Never: anything else of the house. It knows the door and who signs in there;
// it cannot name a ticket.
package partner

import (
	"context"
	"net/url"
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// Rooms is what these pages work with.
type Rooms struct {
	Staff   *staff.Desk
	Consent *consent.Door
}

// hall holds the rooms behind the handlers.
type hall struct{ Rooms }

// Mount adds every route of the recipients to site. All of them stand here, each
// with its permission.
func Mount(site *frontend.Site, rooms Rooms) {
	h := &hall{rooms}

	// The door. What is only followed, also by a program that looks at links in
	// mails, opens nothing and uses nothing up.
	site.Route("GET", "/p/sign-in", frontend.Passing, h.signInPage)
	site.Route("POST", "/p/sign-in", frontend.Passing, frontend.Knocking(h.signIn))
	site.Route("GET", "/p/invitation/:token", frontend.Passing, h.invitation)
	site.Route("POST", "/p/invitation/:token", frontend.Passing, frontend.Knocking(h.accept))
	site.Route("GET", "/p/l", frontend.Passing, h.linkPage)
	site.Route("POST", "/p/l", frontend.Passing, frontend.Knocking(h.openLink))
	site.Route("POST", "/p/language", frontend.Passing, h.language)
	site.Route("POST", "/p/leave", frontend.Recipient, h.leave)

	// What was handed over.
	site.Route("GET", "/p", frontend.Recipient, h.arrivals)
	site.Route("GET", "/p/r/:id", frontend.Recipient, h.handover)
	site.Route("GET", "/p/r/:id/file/:place", frontend.Recipient, h.file)
	site.Route("POST", "/p/r/:id/agree", frontend.Recipient, h.agree)
	site.Route("POST", "/p/r/:id/accept", frontend.Recipient, h.takeOn)
	site.Route("POST", "/p/r/:id/return", frontend.Recipient, h.giveBack)
	site.Route("POST", "/p/r/:id/ask", frontend.Recipient, h.ask)
	site.Route("POST", "/p/r/:id/report", frontend.Recipient, h.report)
	site.Route("GET", "/p/r/:id/news", frontend.RecipientWatching, h.news)
	site.Ring("/p/r/:id/bell", h.rings)

	// Their colleagues, whom only one of them can let in.
	site.Route("GET", "/p/colleagues", frontend.Recipient, h.colleagues)
	site.Route("POST", "/p/colleagues/admit", frontend.Recipient, h.admit)
}

// Link is the address that a recipient without account follows, in a language of
// the desk. The secret stands behind #, which browsers send nobody.
func Link(site, lang, fragment string) string {
	return strings.TrimRight(site, "/") + "/p/l?" + url.Values{"lang": {lang}}.Encode() + "#" + fragment
}

// What a cookie begins with: the two kinds of session open at different doors.
const (
	byAccount = "a."
	byLink    = "l."
)

// Entrance opens the sessions of recipients, for frontend.Options.
func Entrance(desk *staff.Desk, door *consent.Door) frontend.OutsideDoor { return entrance{desk, door} }

type entrance struct {
	desk *staff.Desk
	door *consent.Door
}

func (e entrance) Outsider(ctx context.Context, cookie string, quiet bool) (frontend.Outsider, error) {
	if key, is := strings.CutPrefix(cookie, byAccount); is {
		o, err := e.desk.Outsider(ctx, key, quiet)
		if err != nil {
			return nil, err
		}
		return &recipient{Outside: e.door.Partner(o), account: o}, nil
	}
	key, is := strings.CutPrefix(cookie, byLink)
	if !is {
		return nil, helpdesk.ErrDenied
	}
	o, err := e.door.Visitor(ctx, key, quiet)
	if err != nil {
		return nil, err
	}
	return &recipient{Outside: o}, nil
}

// recipient is who came, for one request.
type recipient struct {
	*consent.Outside
	account *staff.Outsider // nil behind a link
}

// Session names an account's session; behind a link a sum that only this visit
// yields, and that opens nothing.
func (r *recipient) Session() helpdesk.ID {
	if r.account != nil {
		return r.account.ID
	}
	return helpdesk.ID(r.Token("line"))
}

// waits tells whether a colleague of their own has to let them in first.
func (r *recipient) waits() bool { return r.account != nil && r.account.User.State != staff.Active }

// who is the recipient of a visit whose permission asked for one.
func who(v *frontend.Visit) *recipient { return v.Outsider.(*recipient) }

// admitted is who, with something of theirs to look at: for somebody who still
// waits there is nothing.
func admitted(v *frontend.Visit) (*recipient, helpdesk.ID, error) {
	r := who(v)
	if r.waits() {
		return nil, "", helpdesk.ErrNotFound
	}
	id, err := v.ID("id")
	return r, id, err
}
