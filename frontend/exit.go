package frontend

import (
	"github.com/gofiber/fiber/v2"
)

// ExitPath is the fast way out of every person's page.
const ExitPath = "/x"

// weather is where the exit leads when nobody set another place.
const weather = "https://www.smhi.se/"

// leaving is Public for the way out: it counts as no action, and is open also
// when the store does not answer.
var leaving = Permission{name: "leaving", person: true, unproven: true, quiet: true, anyhow: true, check: func(*Visit) error { return nil }}

// OnExit is done before a person's session is deleted by the exit; what it
// returns is logged and stops nobody from leaving. v.Guest is nil when nobody
// was there.
func (s *Site) OnExit(do Handler) { s.onExit = do }

// exit deletes the session, has the browser forget our pages and leads to a
// neutral one. It is a plain link, so that it works without scripts: no other
// site may press it. One that leads here still gets its visitor to the neutral
// page, but nothing is ended; and a browser that only looks ahead is told
// nothing.
func (s *Site) exit(v *Visit) error {
	if v.c.Get("Sec-Purpose") != "" || v.c.Get("Purpose") != "" || v.c.Get("X-Moz") != "" {
		return v.Done()
	}
	switch v.c.Get("Sec-Fetch-Site") {
	case "same-origin", "none", "": // ours, typed, or a browser that does not say
		s.leave(v)
	}
	sign := v.sign()
	if v.c.Method() == fiber.MethodPost && v.c.Get("Sec-Fetch-Mode") != "navigate" {
		return v.Done() // a beacon: the browser has gone already
	}
	return v.Go(sign.Away)
}

func (s *Site) leave(v *Visit) {
	if s.onExit != nil {
		if err := s.onExit(v); err != nil {
			s.Log.Error("something was left undone when a person left", "err", err)
		}
	}
	if v.guestCookie != "" && s.Guests != nil {
		if err := s.Guests.Leave(v.Context, v.guestCookie); err != nil {
			// The cookie goes all the same; the row ends by itself.
			s.Log.Error("a session was not deleted when its person left", "err", err)
		}
	}
	v.LeaveGuest()
}
