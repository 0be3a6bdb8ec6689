package registers

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// RightKinds are what people may ask of us by law: to see (Article 15), to have
// corrected (16), erased (17), no longer used (18) or handed over (20), and to
// object (21).
var RightKinds = []string{"access", "correction", "erasure", "restriction", "portability", "objection"}

// RightChannels are how it reached us, beside their own page.
var RightChannels = []string{"letter", "phone", "mail", "visit"}

// The states of a request.
const (
	RequestOpen     = "open"
	RequestExtended = "extended" // by two months, with a reason they were told
	RequestAnswered = "answered"
	RequestRefused  = "refused" // with a reason they were told (Article 12(4))
)

// Asked is what is written down of a request.
type Asked struct {
	Kind    string    `json:"kind"`
	Who     string    `json:"who"`  // and how we know that it is them
	What    string    `json:"what"` // in their words
	Channel string    `json:"channel"`
	Day     time.Time `json:"day"` // on which it reached us; a day, midnight UTC
}

type requestBody struct {
	Asked
	WhyLonger string    `json:"why_longer,omitempty"`
	Answer    string    `json:"answer,omitempty"`
	Answered  time.Time `json:"answered,omitzero"`
}

// Request is one in the register.
type Request struct {
	ID    helpdesk.ID
	State string
	By    helpdesk.ID
	At    time.Time // the day it reached us
	Due   time.Time // the last day; zero once it is answered
	Late  bool
	Open  bool // the sealed half could be opened
	Asked
	WhyLonger, Answer string
	Answered          time.Time
}

// LogValue keeps it out of logs.
func (Request) LogValue() slog.Value { return sealedValue }

// String keeps a request out of fmt.
func (q Request) String() string { return "request " + string(q.ID) + " [sealed]" }

// overAt is the instant at which a last day is over, where we are.
func overAt(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, zone)
}

// lastDay is the day that ends at such an instant.
func lastDay(due time.Time) time.Time {
	y, m, d := due.In(zone).Date()
	return time.Date(y, m, d-1, 0, 0, 0, 0, time.UTC)
}

// longerDay is the last day where the month was extended by two (Article
// 12(3)): the same date three months after, or the last day of that month.
func longerDay(asked time.Time) time.Time {
	y, m, d := asked.Date()
	last := time.Date(y, m+4, 0, 0, 0, 0, 0, time.UTC)
	return time.Date(y, m+3, min(d, last.Day()), 0, 0, 0, 0, time.UTC)
}

// Ask writes down what somebody asked for otherwise than on their own page.
// Everybody who works here may: who opens the letter is seldom a coordinator.
// Refusals "right.empty", "right.day".
func (r *Room) Ask(ctx context.Context, s *staff.Session, a Asked) (helpdesk.ID, error) {
	y, m, d := a.Day.Date()
	a.Day = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	now := r.Now()
	switch {
	case !slices.Contains(RightKinds, a.Kind), !slices.Contains(RightChannels, a.Channel),
		strings.TrimSpace(a.Who) == "", strings.TrimSpace(a.What) == "", long(a.Who, a.What):
		return "", helpdesk.Refuse("right.empty")
	case overAt(a.Day).AddDate(0, 0, -1).After(now), a.Day.Before(now.AddDate(-10, 0, 0)):
		return "", helpdesk.Refuse("right.day")
	}
	e := &entry{book: requests, state: RequestOpen, at: micros(a.Day), due: micros(overAt(tickets.RightDay(a.Day)))}
	err := r.add(ctx, s, e, requestBody{Asked: a}, VerbAsked)
	return e.id, err
}

// Requests lists the register as Incidents does.
func (r *Room) Requests(ctx context.Context, s *staff.Session) ([]Request, error) {
	all, err := r.list(ctx, s, requests)
	if err != nil {
		return nil, err
	}
	out := []Request{}
	for _, e := range all {
		one := Request{ID: e.id, State: e.state, By: e.by, At: instant(e.at), Late: e.due > 0 && e.due <= r.Now().UnixMicro()}
		if e.due > 0 {
			one.Due = lastDay(instant(e.due))
		}
		var body requestBody
		switch err := r.open(ctx, s, e, &body); {
		case err == nil:
			one.Open, one.Asked, one.WhyLonger, one.Answer, one.Answered = true, body.Asked, body.WhyLonger, body.Answer, body.Answered
		case !closedToUs(err):
			return nil, err
		}
		if one.Open || s.Coordinator() {
			out = append(out, one)
		}
	}
	return out, nil
}

// Extend gives a request two months more. The person is told why within the
// first, so it is too late afterwards. Refusals "right.why", "right.late",
// "right.done".
func (r *Room) Extend(ctx context.Context, s *staff.Session, id helpdesk.ID, why string) error {
	if strings.TrimSpace(why) == "" || long(why) {
		return helpdesk.Refuse("right.why")
	}
	var body requestBody
	return r.change(ctx, s, requests, id, &body, VerbAnswered, func(e *entry) error {
		switch {
		case e.state != RequestOpen:
			return helpdesk.Refuse("right.done")
		case e.due <= r.Now().UnixMicro():
			return helpdesk.Refuse("right.late")
		}
		body.WhyLonger = why
		e.state, e.due = RequestExtended, micros(overAt(longerDay(instant(e.at))))
		return nil
	})
}

// Answer ends a request: with what was done, or, where it is refused, why.
// Refusals "right.why", "right.done".
func (r *Room) Answer(ctx context.Context, s *staff.Session, id helpdesk.ID, grant bool, words string) error {
	if strings.TrimSpace(words) == "" || long(words) {
		return helpdesk.Refuse("right.why")
	}
	var body requestBody
	return r.change(ctx, s, requests, id, &body, VerbAnswered, func(e *entry) error {
		if e.state != RequestOpen && e.state != RequestExtended {
			return helpdesk.Refuse("right.done")
		}
		e.state, e.due = RequestRefused, 0
		if grant {
			e.state = RequestAnswered
		}
		body.Answer, body.Answered = words, r.Now().UTC()
		return nil
	})
}
