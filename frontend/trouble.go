package frontend

import (
	"errors"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"returnsupport/helpdesk"
)

// Trouble is Fault for a person: what happened, what is safe, what to do next,
// and the number to call.
type Trouble struct {
	PublicPage
	Status           int
	What, Safe, Next string
	Phone            string
	Incident         string // "" unless it is in the log
	Again            *Again
}

// told is Trouble for a script of ours. Under "no" stands only what stays no: a
// script gives such a message back to its writer. What may have been kept, or
// may be tried again, stands under "trouble", and the script sends the same
// again under the same id: written anew it could be said twice.
type told struct {
	No    string `json:"no,omitempty"`
	What  string `json:"trouble,omitempty"`
	Next  string `json:"next,omitempty"`
	After int    `json:"after,omitempty"` // seconds
}

// failPerson is fail on a person's page.
func (s *Site) failPerson(v *Visit, err error) error {
	if errors.Is(err, errNoGuest) || errors.Is(err, helpdesk.ErrDenied) && v.Guest == nil {
		return v.leadToCode()
	}
	page := Trouble{PublicPage: v.PublicPage(""), Phone: v.sign().Phone}
	var no helpdesk.Refusal
	var often tooOften
	var shut blocked
	after := 0
	say := func(status int, key string, args ...any) {
		page.Status, page.What = status, v.Say("trouble."+key+".what")
		page.Safe, page.Next = v.Say("trouble."+key+".safe"), v.Say("trouble."+key+".next", args...)
	}
	switch {
	case errors.As(err, &no) && s.Words.Knows(v.Lang(), no.Key):
		page.Status, page.What = fiber.StatusUnprocessableEntity, v.Say(no.Key, no.Args...)
		page.Safe, page.Next = v.Say("trouble.refused.safe"), v.Say("trouble.refused.next")
	case errors.As(err, &often):
		after = often.seconds()
		v.c.Set(fiber.HeaderRetryAfter, strconv.Itoa(after))
		say(fiber.StatusTooManyRequests, "often", after)
	case errors.As(err, &shut):
		after = tooOften(shut).seconds()
		v.c.Set(fiber.HeaderRetryAfter, strconv.Itoa(after))
		say(fiber.StatusTooManyRequests, "blocked")
		w := page.Words.Words
		page.Safe = v.Say("trouble.blocked.safe", w.Say("when.in", w.Span(shut.wait+time.Minute-1)))
	default:
		a, known := facts(err)
		key := a.key
		if key == "proxy" || key == "away" { // an operator's business: a person has no other way in
			key = "ours"
		}
		say(a.status, key)
		if a.key == "away" {
			after = awaySeconds
			if page.Again = v.away(err); page.Again != nil {
				page.Safe = v.Say("trouble.again")
			}
		}
		if !known {
			page.Incident = incident()
			s.Log.Error("request failed", "incident", page.Incident, "method", v.c.Method(), "route", v.c.Route().Path, "err", err)
		}
	}
	if v.glances && page.Status == fiber.StatusServiceUnavailable {
		// Within another page of ours, which must not lose sight of it.
		page.Bare = true
		v.c.Status(page.Status)
		return v.ShowFrame(page, awaySeconds*time.Second, v.c.OriginalURL())
	}
	if v.Asked(fiber.MIMEApplicationJSON) {
		facts := told{No: page.What, Next: page.Next, After: after}
		if page.Status >= 500 || page.Status == fiber.StatusTooManyRequests || page.Status == fiber.StatusConflict {
			facts.No, facts.What = "", page.What
		}
		return v.JSON(page.Status, facts)
	}
	return v.ShowAs(page.Status, page)
}

// leadToCode leads to where a session begins again. Where one has just ended
// the page says so; a script only hears that there is none.
func (v *Visit) leadToCode() error {
	if v.Quiet || v.Asked(fiber.MIMEApplicationJSON) {
		return v.JSON(fiber.StatusUnauthorized, struct{}{})
	}
	if v.GuestEnded {
		return v.Go("/" + v.Lang() + "/code/ended")
	}
	return v.Go("/" + v.Lang() + "/code")
}
